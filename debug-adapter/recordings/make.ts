/** Makes a recording of a run that a debugger has before it. */
import path from 'node:path';
import type { ProgramSpec } from '../../stack/user/program.ts';
import type { InputEntry } from '../../stack/world/inputs.ts';
import type { ProgramFile } from '../../stack/world/program_files.ts';
import type { Debuggee } from '../control/debuggee.ts';
import type { NumberedChange } from '../control/repetition.ts';
import { readInputs } from '../inspect/inputText.ts';
import { at, type NumberedMark } from '../control/moment.ts';
import type { FoundField } from '../inspect/dataBreakpoints.ts';
import type { RecordedBookmark, RecordedStop, RunRecording } from './data.ts';
import { thisMaker } from './maker.ts';
import { relativePath, renumbered } from './moments.ts';
import { recordFiles } from './programFiles.ts';

/** What a recording is made of beside the machine. */
export interface Told {
  /** As a client has sent it. */
  launch: Readonly<Record<string, unknown>>;
  programs: readonly ProgramSpec[];
  changes: readonly NumberedChange[];
  /** Those of the changes, all of them, and of other moments, which are told by their events if theirs are missing. */
  fields: readonly FoundField[];
  stop: RecordedStop;
  isOver: boolean;
  bookmarks: readonly RecordedBookmark[];
}

/** Attributes of a launch that decide what happens in the world. */
export const DECIDING: readonly string[] = [
  'hosts',
  'ports',
  'outside',
  'seed',
  'sysctl',
  'nic',
  'interfaces',
  'faults',
  'stepIntoAccessors',
];

/** What a machine tells of its run. */
export interface RunFacts {
  inputs: readonly InputEntry[];
  files: readonly ProgramFile[];
  /** How far it has come. */
  end: { event: number; timeNs: number };
}

export async function makeRecording(debuggee: Debuggee, told: Told): Promise<RunRecording> {
  const [inputs, files, end] = await Promise.all([
    debuggee.askIn<string>('inputs()'),
    debuggee.askIn<ProgramFile[]>('programFiles()'),
    debuggee.askIn<{ event: number; timeNs: number }>('now()'),
  ]);
  return recordingOf({ inputs: readInputs(inputs), files, end }, told);
}

/** A recording of a run, wherever it was. */
export function recordingOf({ inputs, files: read, end }: RunFacts, told: Told): RunRecording {
  const { launch, programs, changes, fields: found, stop, isOver, bookmarks } = told;
  const numbers = new Map(found.map(({ number }, index) => [number, index + 1]));
  const { folder, files } = recordFiles(read);
  const deciding = Object.entries(launch).filter(([name]) => DECIDING.includes(name));
  return {
    madeBy: thisMaker(),
    folder,
    launch: {
      ...Object.fromEntries(deciding),
      programs: programs.map(({ file, name, args, env, cwd }) => ({
        program: relativePath(folder, file),
        name,
        args,
        env,
        cwd: folderIn(folder, cwd ?? process.cwd()),
      })),
    },
    files,
    inputs: [...inputs],
    fields: found.map(({ number: _, ...field }) => field),
    changes: changes.map((one) => ({ ...one, mark: markIn(one.mark, numbers) })),
    stop: stopIn(stop, numbers),
    end: { ...end, timeNs: Math.round(end.timeNs), isOver },
    bookmarks: bookmarks.map(({ moment, ...bookmark }) => {
      const lasting = moment && renumbered(moment, numbers);
      return { ...bookmark, ...(lasting && { moment: lasting }) };
    }),
  };
}
function markIn(mark: NumberedMark, numbers: ReadonlyMap<number, number>): NumberedMark {
  return renumbered(at(mark), numbers)!.mark as NumberedMark;
}
function stopIn(stop: RecordedStop, numbers: ReadonlyMap<number, number>): RecordedStop {
  if (stop.kind === 'event') return stop;
  const moment = renumbered(stop.moment, numbers);
  return moment === undefined ? { kind: 'event', event: stop.at.event } : { ...stop, moment };
}

/** A folder below the programs' is named by its place there; of any other one only they know why. */
function folderIn(folder: string, cwd: string): string | undefined {
  const relative = relativePath(folder, cwd);
  return relative.startsWith('..') || path.isAbsolute(relative)
    ? undefined
    : relative === ''
      ? '.'
      : relative;
}
