/**
 * What a recording of a run holds: all that another machine needs to repeat it. Types only.
 */
import type { InputEntry } from '../../stack/world/inputs.ts';
import type { Moment } from '../control/moment.ts';
import type { FoundField } from '../inspect/dataBreakpoints.ts';
import type { NumberedChange } from '../control/repetition.ts';
import type { Bookmark, Moment as Instant } from '../protocol.ts';

export interface RunRecording {
  madeBy: Maker;
  /** Where the programs were: paths of files are relative to it. */
  folder: string;
  /** As in a launch configuration; `programs` with paths relative to the folder. */
  launch: Record<string, unknown>;
  files: RecordedFile[];
  /** What came from outside. */
  inputs: InputEntry[];
  /** Fields whose accesses tell moments below, where each has its place in this list, from 1, as its number. */
  fields: RecordedField[];
  /** What was changed in the debugger, in order. */
  changes: NumberedChange[];
  /** Where the debugger stood. */
  stop: RecordedStop;
  /** How far the run has come. */
  end: Instant & {
    /** The programs have ended. */
    isOver: boolean;
  };
  bookmarks: RecordedBookmark[];
}

/** What a run depends on beside its programs. */
export interface Maker {
  /** Version of Sockscope. */
  version: string;
  /** Hash of the stack's code. */
  stack: string;
  /** `v22.11.0` */
  node: string;
}

/** A file of the programs as it was read. */
export interface RecordedFile {
  /** Relative to the folder, with `/`. */
  path: string;
  /** SHA-256 of the text, in hex. */
  hash: string;
  /** Omitted for packages, and if the programs are large. */
  text?: string;
}

/** A field, told so that it is found in any run of the program. */
export type RecordedField = Omit<FoundField, 'number'>;

export type RecordedStop =
  /** Exact to the statement; and what numbers the machine had there. */
  | { kind: 'moment'; moment: Moment; at: Instant }
  /** The first tracepoint with at least this event number. */
  | { kind: 'event'; event: number };

export interface RecordedBookmark extends Bookmark {
  /** Where the debugger stood; omitted: at the event. */
  moment?: Moment;
}
