/**
 * A program's processes: starting, adding threads on demand, and exiting.
 *
 * @linux kernel/fork.c, kernel/exit.c
 */
import { files_struct } from '../include/linux/fdtable.ts';
import {
  CAP_NET_ADMIN,
  CAP_NET_BIND_SERVICE,
  CAP_NET_RAW,
  SIGKILL,
  signal_struct,
  TASK_DEAD,
  task_struct,
  type Sleeps,
} from '../include/linux/sched.ts';
import { exit_files } from '../fs/file.ts';
import { enqueue_task, send_signal } from '../kernel/sched/core.ts';
import type { Machine } from '../machine.ts';
import { trace } from '../trace/events.ts';

/** How a process ended. */
export interface ProcessEnd {
  pid: number;
  name: string;
  /** The value that its function threw; undefined: it returned. */
  error?: unknown;
  /** Its exit code, for a process that has one. */
  code?: number;
  /** A fault of the configuration has killed it. */
  killed?: true;
}

/** A process that runs an async function. */
export interface Process {
  pid: number;
  name: string;
  task: task_struct;
  exited: Promise<ProcessEnd>;
}

/** Shells add a signal's number to this for the exit code of a process that it has ended. */
export const ENDED_BY_SIGNAL = 128;

/** Create a task in its parent's namespaces. */
function new_task(
  parent: task_struct,
  comm: string,
  files: files_struct,
  signal: signal_struct,
): task_struct {
  const { machine } = parent;
  const task = new task_struct(machine, files, signal, parent.nsproxy);
  task.pid = machine.world.next_pid++;
  task.tgid = task.pid;
  task.comm = comm;
  // Scenarios run as root; setcap() removes capabilities.
  task.cred.cap_effective = new Set([CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW]);
  task.on_cpu = false;
  machine.tasks.set(task.pid, task);
  return task;
}

/**
 * A table in which descriptors 0, 1 and 2 are reserved: standard input and output are the scenario's console.
 */
function standard_files(): files_struct {
  const files = new files_struct();
  files.open_fds = new Set([0, 1, 2]);
  files.next_fd = 3;
  return files;
}

/** Start a process: its function is called when the scheduler first runs it. */
export function spawn_process(machine: Machine, name: string, main: () => unknown): Process {
  const { process, exit } = new_process(machine, name);
  const { task } = process;
  task.continuation = () => {
    task.on_cpu = true;
    let result: unknown;
    try {
      result = main();
    } catch (error) {
      result = Promise.reject(error as Error);
    }
    Promise.resolve(result).then(() => exit({ pid: task.pid, name }), task.signal.uncaught);
  };
  enqueue_task(task);
  return process;
}

/**
 * Start a process whose main function is a generator that sleeps in system calls, as the kernel's own
 * functions do.
 *
 * @param main returns the exit code
 */
export function spawn_generator(
  machine: Machine,
  name: string,
  main: (task: task_struct, exit: (code: number) => void) => Sleeps<number>,
): Process {
  const { process, exit } = new_process(machine, name);
  const { task } = process;
  const end = (code: number): void => exit({ pid: task.pid, name, code });
  const body = main(task, end);
  const resume = (): void => {
    task.on_cpu = true;
    const { done, value } = body.next();
    if (task.exited) {
      // Killed in a system call: it finishes the call first, and begins to exit only now.
      if (task.syscall === '' && task.__state !== TASK_DEAD) do_exit(task);
      else if (task.syscall !== '' && task.syscall !== 'exit_group') task.continuation = resume;
      return;
    }
    if (done === true) end(value);
    else task.continuation = resume;
  };
  task.continuation = resume;
  enqueue_task(task);
  return process;
}

/** A task of its own process, which the caller gives something to run. */
function new_process(machine: Machine, name: string): { process: Process; exit: (end: ProcessEnd) => void } {
  const parent = machine.current;
  const task = new_task(parent, name, standard_files(), new signal_struct());
  trace.sched_process_fork(machine, parent, task);
  let ended!: (end: ProcessEnd) => void;
  const exited = new Promise<ProcessEnd>((resolve) => (ended = resolve));
  let has_failed = false;
  const exit = (end: ProcessEnd): void => {
    if (!task.exited) do_group_exit(task, () => ended(end));
  };
  // Also applies when the function has returned in the same turn: the error occurred before that. Only one
  // error is reported.
  task.signal.uncaught = (error) => {
    if (has_failed) return;
    has_failed = true;
    machine.world.on_uncaught?.(task, error);
    exit({ pid: task.pid, name, error, code: 1 });
  };
  task.signal.kill = () => exit({ pid: task.pid, name, code: ENDED_BY_SIGNAL + SIGKILL, killed: true });
  return { process: { pid: task.pid, name, task, exited }, exit };
}

/** The main function has ended: end all threads of the process. @linux kernel/exit.c */
function do_group_exit(task: task_struct, group_dead: () => void): void {
  task.signal.group_dead = group_dead;
  const threads = threads_of(task);
  for (const thread of threads) thread.exited = true;
  for (const thread of threads) if (thread !== task) end_thread(thread);
  end_thread(task);
}
function end_thread(thread: task_struct): void {
  if (thread.syscall !== '') send_signal(thread, SIGKILL);
  else if (thread.on_rq) thread.continuation = () => do_exit(thread);
  else do_exit(thread);
}

/** A thread exits. The last thread of a process closes its files. @linux kernel/exit.c */
export function do_exit(task: task_struct): void {
  const { machine } = task;
  task.syscall = 'exit_group';
  const closing = exit_files(task);
  const step = (): void => {
    const previous = machine.current;
    machine.current = task;
    const { done } = closing.next();
    machine.current = previous;
    if (done !== true) {
      task.continuation = step;
      return;
    }
    trace.sched_process_exit(machine, task);
    task.__state = TASK_DEAD;
    task.syscall = '';
    machine.tasks.delete(task.pid);
    if (--task.signal.live === 0) task.signal.group_dead();
  };
  step();
}

/** All threads of a task's process. */
export function threads_of(task: task_struct): task_struct[] {
  return [...task.machine.tasks.values()].filter((other) => other.tgid === task.tgid);
}

/** An idle thread of the process, or a new one if all are busy. */
function idle_thread(task: task_struct): task_struct {
  const { machine } = task;
  if (task.syscall === '') return task;
  const idle = threads_of(task).find((thread) => thread.syscall === '' && !thread.on_rq);
  if (idle !== undefined) return idle;
  const thread = new_task(task, task.comm, task.files, task.signal);
  thread.tgid = task.tgid;
  thread.cred = task.cred;
  thread.files.count++;
  thread.signal.live++;
  trace.sched_process_fork(machine, task, thread);
  return thread;
}

/** The library's function that makes a system call, as the program calls it. */
function called(name: string): string {
  return name === 'nanosleep' ? 'sleep' : name;
}

/**
 * The task for a system call: the current one, or another thread of the process while that one sleeps in a
 * call.
 */
export function thread_for_syscall(machine: Machine, name: string): task_struct {
  const { current } = machine;
  if (current === machine.idle) {
    throw new Error(
      `${called(name)}() was called outside of every process: call it inside of an exported async function`,
    );
  }
  if (current.exited)
    throw new Error(`${called(name)}() was called after its process (${current.comm}) had ended`);
  const thread = idle_thread(current);
  thread.on_cpu = true;
  return thread;
}

/**
 * Call a function of the process when the scheduler next runs it, for example for an expired setTimeout(). If
 * it throws, the process ends.
 */
export function run_in_process(task: task_struct, callback: () => void): void {
  if (task.exited) return;
  const { runtime } = task.signal;
  if (runtime !== null) return runtime.post(callback);
  const thread = idle_thread(task);
  const run = (): void => {
    try {
      callback();
    } catch (error) {
      task.signal.uncaught(error);
    }
  };
  // Two timers may expire before the thread runs.
  const earlier = thread.continuation;
  thread.continuation =
    earlier === null
      ? run
      : () => {
          earlier();
          run();
        };
  thread.on_cpu = false;
  enqueue_task(thread);
}
