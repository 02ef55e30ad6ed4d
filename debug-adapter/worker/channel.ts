/** What goes from the machine's thread to the adapter's: the kinds of records in the ring, and the messages of its life. */
import type { RunResult } from '../../stack/user/program.ts';
import type { SourcePlace } from '../../stack/user/program_error.ts';

/** Kinds of records. Their layouts stand beside the writers (records.ts). */
export const RECORD = { sent: 1, received: 2, lost: 3, output: 4 } as const;

/** What the worker is started with: before it is known what it is to run. */
export interface WorkerData {
  ring: SharedArrayBuffer;
  /** One number in shared memory: the pid of the task on the CPU. */
  currentPid: Int32Array;
}
/** The launch configuration's part that concerns the machine. */
export interface BootConfig {
  program: string;
  config: { seed?: unknown; sysctl?: unknown; nic?: unknown };
}

/** How a run ended. */
export interface RunEnd {
  /** So many processes have thrown; each was told when it did. */
  failed: number;
  asleep: RunResult['asleep'];
}
export type FromWorker =
  /** The code is loaded; there is no machine yet. */
  | { type: 'ready' }
  /** The machine is up; the program is not loaded yet. */
  | { type: 'booted' }
  /** The program is loaded: its processes by name. */
  | { type: 'loaded'; processes: string[] }
  | { type: 'ended'; end: RunEnd }
  /** The machine could not be booted, or the program not loaded. */
  | { type: 'failed'; message: string; place?: SourcePlace | undefined };
export type ToWorker =
  | { type: 'boot'; boot: BootConfig }
  | { type: 'load' }
  | { type: 'run' }
  /** End the thread: obeyed as soon as it is back in its event loop. */
  | { type: 'end' };

/** Where the adapter finds the agent. */
export const AGENT = 'sockscope.agent';
