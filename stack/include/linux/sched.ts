/**
 * Tasks, and the type of a function that may sleep.
 *
 * @linux include/linux/sched.h
 */
import type { Machine } from '../../machine.ts';
import type { files_struct } from './fdtable.ts';
import type { nsproxy } from './nsproxy.ts';
import { page_frag } from './skbuff.ts';

/**
 * The return type of a kernel function that may sleep: call it with `yield*`. Every `yield` is a call of
 * schedule(). Plain functions may run in softirq context and cannot sleep: "scheduling while atomic" does not
 * compile.
 */
export type Sleeps<T> = Generator<void, T, void>;

export const TASK_RUNNING = 0;
export const TASK_INTERRUPTIBLE = 1;
export const TASK_UNINTERRUPTIBLE = 2;
export const TASK_DEAD = 0x80;
export const TASK_NORMAL = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

/** Jiffies: no limit. */
export const MAX_SCHEDULE_TIMEOUT = 0x7fffffff;

/** A process's credentials, which inet_create and bind check. @linux include/linux/cred.h */
export class cred {
  uid = 0;
  gid = 0;
  /** The process's capabilities, by number. */
  cap_effective = new Set<number>();
}
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;

/** State that the threads of a process share. @linux include/linux/sched/signal.h */
export class signal_struct {
  /** Threads that have not exited. */
  live = 1;
  /** Called when the last thread has exited. */
  group_dead: () => void = () => {};
  /**
   * Ends the process with an error that its code threw and did not catch.
   *
   * @param rejected the promise that was rejected with it; undefined: it was thrown
   */
  uncaught: (error: unknown, rejected?: Promise<unknown>) => void = () => {};
  /** Ends the process as SIGKILL does: none of its code runs any more. */
  kill: () => void = () => {};
  /** The event loop on which the process's program runs; null: a scenario, whose functions sleep themselves. */
  runtime: Runtime | null = null;
}

/** How callbacks and timers reach a process that runs an event loop. */
export interface Runtime {
  /** It listens, and does nothing else: a server that its clients have left. */
  readonly is_waiting_for_clients: boolean;
  /** The program's top-level code has run to its end. */
  readonly is_loaded: boolean;
  /** Native code of the host works for the process, and leaves some of it to the host's event loop. */
  uses_host: boolean;
  /** The process waits for something that is no handle of its loop: the loop does not end before release(). */
  hold(): void;
  release(): void;
  /** The function, as it runs in the async context of now. */
  bind<T extends (...args: never[]) => void>(callback: T): T;
  /** Call a function in the process's next round of its loop. Wakes it. */
  post(callback: () => void): void;
  /** @param ms virtual time; with `repeat` again and again */
  set_timer(callback: () => void, ms: number, repeat: boolean): RuntimeTimer;
  set_immediate(callback: () => void): RuntimeTimer;
  /** The timer that a program names by its number. */
  timer_of(number: unknown): RuntimeTimer | undefined;
}
/** What setTimeout(), setInterval() and setImmediate() return. */
export interface RuntimeTimer {
  is_ref: boolean;
  /** It does not keep the program running. */
  unref(): unknown;
  close(): void;
}
export const SIGKILL = 9;

/** A stack that a task may capture: where it makes a system call, or where it goes to sleep. */
export type CapturedStack = 'entry' | 'sleep';

/** One thread of execution: a scenario's process, or a further thread of it. */
export class task_struct {
  /** TASK_RUNNING, or the kind of sleep. */
  __state = TASK_RUNNING;
  pid = 0;
  /** The process id: the task's own pid, or the pid of the thread that started it. */
  tgid = 0;
  /** The name; Linux keeps at most 15 characters, here it is complete. */
  comm = '';
  machine: Machine;
  files: files_struct;
  nsproxy: nsproxy;
  cred = new cred();
  /** True while the task waits in the run queue. */
  on_rq = false;
  /** False once the task has given up the CPU in schedule(). */
  on_cpu = true;
  /** A signal is pending: sleeping calls return -ERESTARTSYS. */
  pending_signal = 0;
  /** The current system call by name, or ''. */
  syscall = '';
  /** The suspended system call: the scheduler resumes it when the task runs again. */
  continuation: (() => void) | null = null;
  /**
   * The stack where the task went to sleep, captured if a debugger wants it: an Error, whose stack is formatted on
   * demand.
   */
  sleep_stack: Error | null = null;
  /** The stack at the system call's entry, down to the user's frame, captured in the same way. */
  entry_stack: Error | null = null;
  /** The process is exiting: the task finishes its system call, but never returns to user code. */
  exited = false;
  signal: signal_struct;
  /** The page for payload that the task sends. */
  task_frag = new page_frag();

  constructor(machine: Machine, files: files_struct, signal: signal_struct, nsproxy: nsproxy) {
    this.machine = machine;
    this.files = files;
    this.signal = signal;
    this.nsproxy = nsproxy;
  }
}

export function signal_pending(task: task_struct): boolean {
  return task.pending_signal !== 0;
}
