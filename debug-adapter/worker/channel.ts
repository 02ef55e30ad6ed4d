/** What goes from the machine's thread to the adapter's: the kinds of records in the ring, and the messages of its life. */
import type { RunResult } from '../../stack/user/program.ts';

/** Kinds of records. Their layouts stand beside the writers (records.ts). */
export const RECORD = { sent: 1, received: 2, lost: 3, output: 4 } as const;

/** What the worker is started with. */
export interface WorkerData {
  program: string;
  /** seed, sysctl, nic as the launch configuration has them. */
  config: { seed?: unknown; sysctl?: unknown; nic?: unknown };
  ring: SharedArrayBuffer;
}

/** How a run ended, as text. */
export interface RunEnd {
  failed: { pid: number; name: string; message: string; stack: string }[];
  asleep: RunResult['asleep'];
}
export type FromWorker =
  /** The machine is up; the program is not loaded yet. */
  | { type: 'booted' }
  /** The program is loaded: its processes by name. */
  | { type: 'loaded'; processes: string[] }
  | { type: 'ended'; end: RunEnd }
  /** The machine could not be booted, or the program not loaded. */
  | { type: 'failed'; message: string };
export type ToWorker = { type: 'load' } | { type: 'run' };

/** Where the adapter finds the agent. */
export const AGENT = 'sockscope.agent';
