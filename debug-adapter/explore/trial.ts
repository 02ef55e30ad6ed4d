/** One run of an exploration: what it is made of, and what came of it. Plain data: it crosses threads and files. */
import { writtenFault, type Fault } from '../../stack/fault_config.ts';
import type { HostsTable } from '../../stack/node/cares_wrap.ts';
import type { ProgramSpec } from '../../stack/user/program.ts';

/** Virtual time of a run, in s, unless somebody wants another one. */
export const DEFAULT_LIMIT_S = 3600;

/** What is the same in all runs. */
export interface Subject {
  programs: readonly ProgramSpec[];
  hosts: HostsTable;
  /** The machine's part of a launch configuration, without seed and faults. */
  config: { sysctl?: unknown; nic?: unknown };
  /** Virtual time in s after which a run counts as one that does not end. */
  limit: number;
  /** The names of processes that may sleep for ever. */
  asleep: readonly string[];
}

/** What differs from run to run. The same trial of the same subject gives the same run. */
export interface Trial {
  seed: number;
  faults: readonly Fault[];
}

/** A trial as a launch configuration has it. */
export interface WrittenTrial {
  seed: number;
  faults: readonly Record<string, string | number>[];
}
export function writtenTrial({ seed, faults }: Trial): WrittenTrial {
  return { seed, faults: faults.map(writtenFault) };
}

export type FailureKind =
  /** A process ended with an exit code that is not 0. */
  | 'exit'
  /** A process did not catch an error. */
  | 'uncaught'
  /** A process sleeps, and nothing is left to wake it. */
  | 'hang'
  /** The virtual time is over, or the host's. */
  | 'endless'
  /** The stack broke a rule of its own. */
  | 'stack';

export interface Failure {
  kind: FailureKind;
  /** Whose: a process's name; '' for the stack's. */
  process: string;
  /** What failed, for people. */
  text: string;
  /** Equal for failures that are the same one in different runs. */
  signature: string;
  /** When: the last event before it. */
  event: number;
  /** ns since boot. */
  timeNs: number;
}

/** How a run went, as far as faults can be placed in another one. */
export interface Survey {
  /** Frames by link. */
  links: Record<string, number>;
  events: number;
  /** The names of the processes. */
  processes: string[];
  /** What slept at the end without a failure, as `NAME:CALL`. */
  sleepers: Sleepers;
}

/** What may sleep for ever: servers that wait for clients, and clients that have got all that they have asked for. */
export interface Sleepers {
  servers: readonly string[];
  idle: readonly string[];
}

export interface TrialResult {
  failure: Failure | null;
  survey: Survey;
}
