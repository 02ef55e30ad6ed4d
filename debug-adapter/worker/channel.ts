/**
 * Communication from the machine's thread to the adapter's: the kinds of records in the ring, and the
 * lifecycle messages.
 */
import type { Bundle } from '../../language/message.ts';
import type { MessagePort } from 'node:worker_threads';
import type { ForwardedPort } from '../../stack/gateway/host_side.ts';
import type { ProgramSpec, RunResult } from '../../stack/user/program.ts';
import type { CountedClass } from './creations.ts';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import type { ProgramFile } from '../../stack/world/program_files.ts';

/** Kinds of records. Their layouts are documented at the writers (records.ts). */
export const RECORD = {
  sent: 1,
  received: 2,
  lost: 3,
  output: 4,
  entered: 5,
  cause: 6,
  dropped: 7,
  acked: 8,
} as const;

/** The worker's start parameters: with what its modules are loaded. */
export interface WorkerData {
  /** Whose objects are counted as they are created. */
  counted: readonly CountedClass[];
  /** Whether the kernel's functions say when they begin and end. */
  isTraced: boolean;
}
/** What a machine shares with the adapter. */
export interface Shared {
  ring: SharedArrayBuffer;
  recording: RecordingMemory;
  /** One number in shared memory: the pid of the task on the CPU. */
  currentPid: Int32Array;
  /** Two numbers in shared memory: which breakpoint's expressions are evaluated (see ConditionWatch). */
  evaluated: Int32Array;
  /** One number in shared memory: whether the user wants the machine to pause (see PauseWish). */
  pauseWish: Int32Array;
  /** One number in shared memory: whether V8's debugger is told anything any more (see Farewell). */
  farewell: Int32Array;
  /** Leads to the sockets of the host. */
  hostPort: MessagePort;
}
/** Where recording/ writes what happens in the world. */
export interface RecordingMemory {
  /** For the sequence diagram. */
  sequence: SharedArrayBuffer;
  /** For graphs. */
  samples: SharedArrayBuffer;
  /** For the ways of packets. */
  steps: SharedArrayBuffer;
  /** The names in all of them. */
  names: SharedArrayBuffer;
}
/** The part of the launch configuration for the machine. */
export interface BootConfig {
  programs: readonly ProgramSpec[];
  hosts: Readonly<Record<string, string>>;
  ports: readonly ForwardedPort[];
  outside: boolean;
  /** The translations of texts that the machine's thread makes. */
  bundle: Bundle;
  /**
   * Repeat a run with these inputs, as the agent gives them, without a word to anybody; undefined: a run of its own.
   */
  replay?: string;
  /** What the programs' files were when it was recorded; undefined: they are as they are on disk. */
  files?: readonly ProgramFile[];
  /** Such a run is told all the same: nobody in this session has seen it. */
  isTold?: boolean;
  config: { seed?: unknown; sysctl?: unknown; nic?: unknown; interfaces?: unknown; faults?: unknown };
}

/** How a run ended. */
export interface RunEnd {
  /** The number of processes that have thrown; each error was reported when it occurred. */
  failed: number;
  asleep: RunResult['asleep'];
  /** What the program has set `process.exitCode` to; 0 if it has not. */
  exitCode: number;
}
export type FromWorker =
  /** The code is loaded; no machine exists yet. */
  | { type: 'ready' }
  /** The machine is up; the program is not loaded yet. */
  | { type: 'booted' }
  /** The program is loaded: its processes by name. */
  | { type: 'loaded'; processes: string[] }
  | { type: 'ended'; end: RunEnd }
  /** The program ends the thread, which waits for the adapter's farewell. */
  | { type: 'exits' }
  /** The machine is gone, which had come to this event; whether the thread is as it was before the machine. */
  | { type: 'left'; event: number; isAsBefore: boolean }
  /** The machine could not be booted, or the program not loaded. */
  | { type: 'failed'; message: string; place?: SourcePlace | undefined };
export type ToWorker =
  | { type: 'boot'; boot: BootConfig; shared: Shared }
  | { type: 'load' }
  | { type: 'run' }
  /** Nobody needs the machine any more, which was told to halt: another one may come. */
  | { type: 'leave' }
  /** End the thread: takes effect when the thread returns to its event loop. */
  | { type: 'end' };

/** Where the adapter finds the agent. */
export const AGENT = 'sockscope.agent';
