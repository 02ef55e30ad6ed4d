/**
 * The scheduler: which task runs, which tasks sleep, and how virtual time advances.
 *
 * @linux kernel/sched/core.c
 */
import type { Machine } from '../../machine.ts';
import {
  MAX_SCHEDULE_TIMEOUT,
  TASK_DEAD,
  TASK_INTERRUPTIBLE,
  TASK_NORMAL,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type Sleeps,
  type task_struct,
} from '../../include/linux/sched.ts';
import { timer_list } from '../../include/linux/timer.ts';
import { trace } from '../../trace/events.ts';
import { jiffies } from '../time/jiffies.ts';
import { del_timer, mod_timer } from '../time/timer.ts';

/** The task on the CPU; the idle task when no task runs. */
export function current(machine: Machine): task_struct {
  return machine.current;
}

/**
 * Give up the CPU. Returns when the task was woken; at once if it has already been woken.
 *
 * @linux kernel/sched/core.c
 */
export function* schedule(machine: Machine): Sleeps<void> {
  const task = machine.current;
  if (task.__state === TASK_RUNNING) return;
  if (machine.world.captures_stack?.(task, 'sleep') === true) task.sleep_stack = new Error();
  task.on_cpu = false;
  yield;
  task.on_cpu = true;
  task.sleep_stack = null;
}

/**
 * Sleep until woken, for at most `timeout` jiffies.
 *
 * @returns the time left; MAX_SCHEDULE_TIMEOUT never expires
 * @linux kernel/time/timer.c
 */
export function* schedule_timeout(machine: Machine, timeout: number): Sleeps<number> {
  if (timeout === MAX_SCHEDULE_TIMEOUT) {
    yield* schedule(machine);
    return timeout;
  }
  const expire = jiffies(machine) + timeout;
  const timer = new timer_list<task_struct>(process_timeout, machine.current);
  mod_timer(machine, timer, expire);
  yield* schedule(machine);
  del_timer(machine, timer);
  return Math.max(expire - jiffies(machine), 0);
}
function process_timeout(task: task_struct): void {
  wake_up_process(task);
}

/**
 * Sleep for `timeout` jiffies, or until woken or signalled.
 *
 * @returns the time left
 * @linux kernel/time/timer.c
 */
export function* schedule_timeout_interruptible(machine: Machine, timeout: number): Sleeps<number> {
  machine.current.__state = TASK_INTERRUPTIBLE;
  return yield* schedule_timeout(machine, timeout);
}
/**
 * Sleep for `timeout` jiffies, or until woken; signals do not wake it.
 *
 * @returns the time left
 * @linux kernel/time/timer.c
 */
export function* schedule_timeout_uninterruptible(machine: Machine, timeout: number): Sleeps<number> {
  machine.current.__state = TASK_UNINTERRUPTIBLE;
  return yield* schedule_timeout(machine, timeout);
}

/**
 * Wake a task.
 *
 * @returns whether it was sleeping in one of the states of `mode`.
 * @linux kernel/sched/core.c
 */
export function try_to_wake_up(task: task_struct, mode: number): boolean {
  if ((task.__state & mode) === 0) return false;
  task.__state = TASK_RUNNING;
  trace.sched_wakeup(task.machine, task);
  // A task that has not reached schedule() yet simply continues.
  if (!task.on_cpu) enqueue_task(task);
  return true;
}
export function wake_up_process(task: task_struct): boolean {
  return try_to_wake_up(task, TASK_NORMAL);
}

/** Add a task to the run queue. @linux kernel/sched/core.c */
export function enqueue_task(task: task_struct): void {
  if (task.on_rq || task.__state === TASK_DEAD) return;
  task.on_rq = true;
  task.machine.runqueue.push(task);
}

/** Send a signal to a task: it ends an interruptible sleep. */
export function send_signal(task: task_struct, signal: number): void {
  task.pending_signal = signal;
  try_to_wake_up(task, TASK_INTERRUPTIBLE);
}
