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
 * What a kernel function that may sleep returns: call it with `yield*`. Every `yield` is a call of schedule();
 * plain functions may run in softirq context and cannot sleep: "scheduling while atomic" does not compile.
 */
export type Sleeps<T> = Generator<void, T, void>;

export const TASK_RUNNING = 0;
export const TASK_INTERRUPTIBLE = 1;
export const TASK_UNINTERRUPTIBLE = 2;
export const TASK_DEAD = 0x80;
export const TASK_NORMAL = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

/** Jiffies: no limit. */
export const MAX_SCHEDULE_TIMEOUT = 0x7fffffff;

/** A process's credentials: what inet_create and bind ask for. @linux include/linux/cred.h */
export class cred {
  uid = 0;
  gid = 0;
  /** Capabilities by number that the process has. */
  cap_effective = new Set<number>();
}
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;

/** What the threads of a process share of its life. @linux include/linux/sched/signal.h */
export class signal_struct {
  /** Threads that have not ended. */
  live = 1;
  /** Called when the last one has ended. */
  group_dead: () => void = () => {};
  /** Ends the process with an error that its code has thrown and not caught. */
  uncaught: (error: unknown) => void = () => {};
}
export const SIGKILL = 9;

/** One thread of execution: a scenario's process, or a further thread of it. */
export class task_struct {
  /** TASK_RUNNING, or what it sleeps as. */
  __state = TASK_RUNNING;
  pid = 0;
  /** The process it belongs to: its own pid, or that of the thread that started it. */
  tgid = 0;
  /** The name, at most 15 characters in Linux; here whole. */
  comm = '';
  machine: Machine;
  files: files_struct;
  nsproxy: nsproxy;
  cred = new cred();
  /** True while it waits in the run queue. */
  on_rq = false;
  /** False from the moment when it has given the CPU away in schedule(). */
  on_cpu = true;
  /** A fatal or plain signal is waiting: sleeping calls end with -ERESTARTSYS. */
  pending_signal = 0;
  /** The syscall it is in, by name, or ''. */
  syscall = '';
  /** The suspended syscall: resumed by the scheduler when the task runs again. */
  continuation: (() => void) | null = null;
  /** Where it went to sleep, captured when a debugger watches: an Error whose stack is formatted when asked for. */
  sleep_stack: Error | null = null;
  /** The stack of the syscall's entry, down to the user's frame, likewise. */
  entry_stack: Error | null = null;
  /** Its process ends: it goes on until its system call does, and never again to user code. */
  exited = false;
  signal: signal_struct;
  /** The page that what it sends goes into. */
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
