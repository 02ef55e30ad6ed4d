/** What an editor and the process that explores for it say to each other. */
import type { Repetition } from './result.ts';

/** What is to be explored. */
export interface ExploreOrder {
  /** A launch configuration, with absolute paths. */
  launch: Record<string, unknown>;
  seeds: { first: number; last: number };
  /** Names of faults: 'loss'. */
  faults: string[];
  /** The names of processes that may sleep for ever. */
  asleep: string[];
  /** Where a failure is recorded. */
  recording: string;
}

export interface ExploreProgress {
  /** Seeds that have run, and how many there are. */
  done: number;
  of: number;
  /** Runs of all kinds so far. */
  runs: number;
  /** A failure is being made smaller. */
  isShrinking: boolean;
}

/** To the process that explores, after its order: tell what was found by now, and end. */
export const STOP = 'stop';

export type FromExplorer =
  | { type: 'progress'; progress: ExploreProgress }
  /** It is over. */
  | { type: 'over'; report: string; done: number; failure: FoundFailure | null }
  /** It could not begin: what is wrong, for people. */
  | { type: 'refused'; message: string };

export interface FoundFailure {
  /** The process's name; '' if it is the stack that failed. */
  process: string;
  /** It sleeps for ever. */
  isHang: boolean;
  /** The first line of what failed. */
  text: string;
  seed: number;
  faults: number;
  /** What came of it when it ran again; the recording, which opens at the failure, was written if it is 'recorded'. */
  repetition: Repetition;
}
