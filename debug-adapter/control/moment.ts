/**
 * A moment of a run, exact to the statement: how another run of the same program gets there. Event numbers
 * lead near it; from there on arrivals at places and steps do.
 */

import type { ChangeInput } from '../inspect/changeInput.ts';
import type { StepKind } from './policies/begin.ts';

/** A place at which V8 can pause. Lines and columns count from 0, as V8's do. */
export interface CodePoint {
  url: string;
  line: number;
  column: number;
}
/** How the machine stops itself. */
export const OWN_STOPS = [
  'tracepoint',
  /** A task is put on the CPU. */
  'switch',
  /** Nothing can run. */
  'idle',
  /** A process has thrown. */
  'uncaught',
] as const;
export type OwnStop = (typeof OWN_STOPS)[number];

/** A moment that is found by numbers alone. */
export type Mark =
  /** Before the program's first line. */
  | { kind: 'begin'; event: 0 }
  /** The machine stops itself at this event. */
  | { kind: 'own'; event: number; how: OwnStop }
  /** V8 arrives at this place for the `arrival`th time since this event. */
  | { kind: 'place'; event: number; place: CodePoint; arrival: number }
  /** A field is accessed for the `arrival`th time since this event. */
  | { kind: 'access'; event: number; field: number; how: 'read' | 'write'; arrival: number };

/** A place at which V8 can pause. */
export interface PausePlace extends CodePoint {
  /** A function returns here: what comes next is in its caller. */
  returns: boolean;
}

/** The mark of a stop, with the number of its event: something can be changed there. */
export type NumberedMark = Exclude<Mark, { kind: 'begin' }>;

/** What the user makes from one stop to the next one. */
export type StepMove =
  /** A step of a thread, into the `target`th call of its line if that is given. */
  | { how: StepKind; thread: number; target?: number | undefined }
  /** Out of the kernel, to the program. */
  | { how: 'toProgram'; thread: number };

/** What leads from one stop to the next one. */
export type Move =
  | StepMove
  /** To the `arrival`th access of a field. */
  | { how: 'access'; field: number; access: 'read' | 'write'; arrival: number }
  /** To the `arrival`th arrival at a place. */
  | { how: 'arrive'; place: CodePoint; arrival: number };

/** From the mark on, these moves lead to this moment. */
export interface Moment {
  mark: Mark;
  moves: readonly Move[];
}

/** The fields whose accesses lead to a moment. */
export function fieldsOf({ mark, moves }: Moment): number[] {
  return [mark, ...moves].flatMap((one) => ('field' in one ? one.field : []));
}

export const BEGIN: Moment = { mark: { kind: 'begin', event: 0 }, moves: [] };

export function at(mark: Mark): Moment {
  return { mark, moves: [] };
}
export function samePoint(one: CodePoint, other: CodePoint): boolean {
  return one.url === other.url && one.line === other.line && one.column === other.column;
}

/** Whether two marks with numbers of their own tell the same moment. */
export function sameMark(one: NumberedMark, other: NumberedMark): boolean {
  if (one.event !== other.event) return false;
  if (one.kind === 'own') return other.kind === 'own' && one.how === other.how;
  if (other.kind === 'own' || one.arrival !== other.arrival) return false;
  if (one.kind === 'place') return other.kind === 'place' && samePoint(one.place, other.place);
  return other.kind === 'access' && one.field === other.field && one.how === other.how;
}

/** What the user has changed at a stop, told so that another run can change it again. */
export type Change =
  /** By an input, which needs no place in the code. */
  | { kind: 'input'; input: ChangeInput }
  /** By an expression, in the frame that has so many frames below it; undefined: in none. */
  | { kind: 'expression'; expression: string; below: number | undefined };
/** A change, and the moment of it. */
export interface MadeChange {
  change: Change;
  moment: Moment;
  /** Where V8 stood. */
  place: CodePoint;
}

/** A breakpoint of the user, for a search in another run. */
export interface PlacedBreakpoint {
  /** DAP's id. */
  id: number;
  place: CodePoint;
  condition: string;
  hitCondition: string;
}
