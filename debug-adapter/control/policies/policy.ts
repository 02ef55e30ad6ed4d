/** What is being carried out, as a judge of pauses: V8 pauses often, and each time it is to stop there or to go on. */
import type { Pause } from './pause.ts';

export type Go = 'resume' | 'stepOver' | 'stepInto' | 'stepOut';
export interface GoOn {
  how:
    | Go
    /** Into the calls of this line, also those that V8 does not step into by itself. */
    | 'stepIntoCallees'
    /** Until the thread that is to stop is on the CPU. */
    | 'untilThreadRuns';
  /** Who judges from now on. */
  then?: Policy;
}
/** Stop here, or go on. */
export type Verdict = 'stop' | GoOn;

/** What the client is told about a stop. */
export interface Told {
  reason: string;
  description?: string;
}

export interface Policy {
  readonly name: string;
  /** The thread that is to stop; undefined: any. */
  readonly thread: number | undefined;
  /** A pause that no breakpoint of the user's and no filter asked for. */
  judge(pause: Pause): Verdict;
  tell(pause: Pause): Told;
}
