/**
 * The gate between a scenario and the kernel: a system call begins on the caller's stack and continues when
 * the scheduler resumes it.
 *
 * @linux arch/x86/entry/common.c (do_syscall_64)
 */
import type { Sleeps, task_struct } from '../include/linux/sched.ts';
import { IS_ERR, type Errno } from '../include/uapi/asm-generic/errno.ts';
import { enqueue_task } from '../kernel/sched/core.ts';
import { NSEC_PER_JIFFY } from '../kernel/time/jiffies.ts';
import type { Machine } from '../machine.ts';
import { trace } from '../trace/events.ts';
import { SystemError } from './errors.ts';
import { do_exit, thread_for_syscall } from './process.ts';

/** The address to name in an error. */
export interface About {
  address: string;
  port: number;
}

/**
 * Run a system call for the current process.
 *
 * @param body the kernel's function, as a generator that has not started
 * @returns a promise of what it returns; rejected with a SystemError for a negative errno
 */
export function syscall<T>(
  machine: Machine,
  name: string,
  args: readonly unknown[],
  body: Sleeps<T | Errno>,
  about?: About,
): Promise<T> {
  const caller = machine.current;
  const task = thread_for_syscall(machine, name);
  machine.current = task;
  task.syscall = name;
  task.entry_stack = machine.world.captures_stack?.(task, 'entry') === true ? new Error() : null;
  trace.sys_enter(machine, task, name, args);
  const step = body.next();
  if (step.done === true) {
    leave(machine, task, name, step.value);
    const settled = settle(name, step.value, about);
    machine.current = caller;
    return ++machine.slice_syscalls < SLICE_SYSCALLS ? settled : preempt(machine, task, name, settled);
  }
  machine.current = caller;
  return new Promise<T>((resolve) => {
    const resume = (): void => {
      const next = body.next();
      if (next.done !== true) {
        task.continuation = resume;
        return;
      }
      leave(machine, task, name, next.value);
      if (task.exited) return do_exit(task);
      const { value } = next;
      if (IS_ERR(value)) resolve(told_where_called(settle(name, value, about), value, name, about));
      // Resolve with the value itself and not with a promise of it: the caller continues two microtask turns
      // earlier.
      else resolve(value as T);
    };
    task.continuation = resume;
  });
}

/**
 * Run a system call that does not sleep, for a process whose event loop makes its calls without waiting.
 *
 * @returns what it returns, or a negative errno
 */
export function syscall_now<T>(
  machine: Machine,
  name: string,
  args: readonly unknown[],
  body: Sleeps<T | Errno>,
): T | Errno {
  const task = machine.current;
  task.syscall = name;
  trace.sys_enter(machine, task, name, args);
  const step = body.next();
  if (step.done !== true) throw new Error(`${name}() sleeps, where it must not`);
  leave(machine, task, name, step.value);
  return step.value;
}

/** Run a system call in which a process's event loop sleeps. */
export function* syscall_sleeping<T>(
  machine: Machine,
  name: string,
  args: readonly unknown[],
  body: Sleeps<T | Errno>,
): Sleeps<T | Errno> {
  const task = machine.current;
  task.syscall = name;
  task.entry_stack = machine.world.captures_stack?.(task, 'entry') === true ? new Error() : null;
  trace.sys_enter(machine, task, name, args);
  const result = yield* body;
  leave(machine, task, name, result);
  return result;
}

/**
 * The error of a call that slept was created on the scheduler's stack. Create it again where the process
 * continues, so that it names the line of the call: V8 follows the promises back to the code that awaits
 * them, which are linked after two turns.
 */
async function told_where_called(
  settled: Promise<unknown>,
  result: Errno,
  name: string,
  about: About | undefined,
): Promise<never> {
  await settled.catch(() => {});
  await null;
  throw new SystemError(result, name, about);
}

/** How many system calls a task may make without giving up the CPU. */
const SLICE_SYSCALLS = 1024;

/**
 * The task has used up its time slice: it waits for the scheduler's next tick. Otherwise a process that polls
 * in a loop would stop virtual time, and thereby the event that it waits for. Meanwhile the task counts as
 * being in the system call, so concurrent calls of the process run on other threads.
 */
function preempt<T>(machine: Machine, task: task_struct, name: string, settled: Promise<T>): Promise<T> {
  machine.slice_syscalls = 0;
  settled.catch(() => {});
  return new Promise<T>((resolve) => {
    task.syscall = name;
    task.on_cpu = false;
    task.continuation = () => {
      task.on_cpu = true;
      task.syscall = '';
      if (task.exited) do_exit(task);
      else resolve(settled);
    };
    machine.world.events.at(machine.now_ns + NSEC_PER_JIFFY, enqueue_task, task);
  });
}

/** The system call's end. @linux syscall_exit_to_user_mode */
function leave(machine: Machine, task: task_struct, name: string, result: unknown): void {
  trace.sys_exit(machine, task, name, result);
  task.syscall = '';
  task.entry_stack = null;
  if (IS_ERR(result)) task.pending_signal = 0;
}
/** The outcome of the caller's promise. */
function settle<T>(name: string, result: T | Errno, about: About | undefined): Promise<T> {
  return IS_ERR(result) ? Promise.reject(new SystemError(result, name, about)) : Promise.resolve(result as T);
}
