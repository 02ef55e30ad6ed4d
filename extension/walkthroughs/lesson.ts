// What a walkthrough is, as data: its steps, what shows that one was done, and its question.
import type { Message } from '../../language/message.ts';
import type { BreakOn, DrawnId } from '../../debug-adapter/protocol.ts';

export interface Lesson {
  /** Its id in package.json's `walkthroughs`. */
  id: string;
  title: Message;
  /** A file of samples/. */
  sample: string;
  steps: readonly [Step, ...Step[]];
  question: Question;
}

export interface Step {
  /** Its id in package.json. */
  id: string;
  /** Where its button leads the machine to; omitted: it opens the sample. */
  to?: Destination;
  /** The view that shows best what this step speaks of. */
  show?: LessonView;
  done: Done;
}

/** `sequence` and `queues` are pictures of the Pictures view. */
export type LessonView = 'sockets' | 'interfaces' | 'packets' | DrawnId;

export type Destination =
  /** The first line of the first process. */
  | { entry: true }
  /** The next stop of these kinds. */
  | { breakOn: BreakOn }
  /** The next entry of a function of the stack. */
  | { function: string }
  | { end: true };

/** What has really happened when a step is done. */
export type Done = { opened: true } | { stop: StopPattern } | { ended: true };

/** A stop matches when each part that is given does. */
export interface StopPattern {
  /** DAP's reason, such as `entry`. */
  reason?: string;
  /** Part of the stop's label: `SYN_SENT → ESTABLISHED`. */
  label?: string;
  /** One of these is the innermost function. */
  in?: readonly string[];
  /** One of these is in the call stack. */
  under?: readonly string[];
  /** Text of the line that is about to run, in the sample. */
  line?: string;
  /** Connections in the accept queue of the first listener. */
  acceptQueue?: number;
}

/** Asked at the end of a walkthrough; a breakpoint is the answer. */
export interface Question {
  ask: Message;
  /** The first answer that matches a stop at a breakpoint is told. */
  answers: readonly Answer[];
  /** What to say of any other stop. */
  otherwise: Message;
}

export interface Answer {
  stop: StopPattern;
  right: boolean;
  say: Message;
}
