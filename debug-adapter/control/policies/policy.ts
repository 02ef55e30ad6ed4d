/**
 * The current operation as a judge of pauses: V8 pauses often, and each time the policy decides whether to
 * stop or to resume.
 */
import type { Message, Part } from '../../../language/message.ts';
import type { Pause } from './pause.ts';

export type Go = 'resume' | 'stepOver' | 'stepInto' | 'stepOut';
export interface GoOn {
  how:
    | Go
    /** Into the calls of this line, including those that V8 does not step into by itself. */
    | 'stepIntoCallees'
    /** Until the thread that must stop is on the CPU. */
    | 'untilThreadRuns';
  /** The policy that judges from now on. */
  then?: Policy;
}
/** Stop here, or resume. */
export type Verdict = 'stop' | GoOn;

/** The description of a stop for the client. */
export interface Told {
  reason: string;
  /** DAP's ids of the breakpoints that the machine stands at. */
  hitBreakpoints?: number[];
  description?: Message;
  /** What the machine was stopped by, as part of a sentence. */
  cause?: string;
  /** The full sentence, if the description is short. */
  text?: Part;
}

export interface Policy {
  readonly name: string;
  /** The thread that must stop; undefined: any. */
  readonly thread: number | undefined;
  /** Judge a pause that neither a user's breakpoint nor a filter requested. */
  judge(pause: Pause): Verdict;
  tell(pause: Pause): Told;
}
/** What is told otherwise of a stop that comes again. */
export type Retold = { [Key in keyof Told]?: Told[Key] | undefined };
