/**
 * One turn of a CPU: the timers and softirqs that are due, then the next runnable task.
 *
 * @linux kernel/sched/idle.c
 */
import type { task_struct } from '../../include/linux/sched.ts';
import type { Machine } from '../../machine.ts';
import { trace } from '../../trace/events.ts';
import { do_softirq, HRTIMER_SOFTIRQ, raise_softirq } from '../softirq.ts';
import { next_timer_ns, run_local_timers } from '../time/timer.ts';
import { drainMicrotasks } from './microtasks.ts';

/** Run the timers and softirqs that are due. */
export function cpu_run_due(machine: Machine): void {
  machine.world.running = machine;
  if (next_timer_ns(machine) <= machine.now_ns) run_local_timers(machine);
  if (machine.hrtimers.next <= machine.now_ns) raise_softirq(machine, HRTIMER_SOFTIRQ);
  if (machine.softirq.pending !== 0) do_softirq(machine);
}

/** Run the task that has waited longest. @returns false when no task is runnable */
export function cpu_run_next_task(machine: Machine): boolean {
  const task = machine.runqueue.shift();
  if (task === undefined) return false;
  context_switch(machine, task);
  return true;
}

/** When the machine's next timer is due, in ns; Infinity: none is armed. */
export function cpu_next_event_ns(machine: Machine): number {
  return Math.min(machine.hrtimers.next, next_timer_ns(machine));
}

/** Run a task on the CPU until it sleeps or exits. @linux kernel/sched/core.c */
function context_switch(machine: Machine, task: task_struct): void {
  const { world } = machine;
  task.on_rq = false;
  trace.sched_switch(machine, machine.idle, task);
  world.running = machine;
  machine.current = task;
  machine.slice_syscalls = 0;
  world.on_switch?.(task);
  world.in_task = true;
  const resume = task.continuation;
  task.continuation = null;
  if (resume !== null) resume();
  drainMicrotasks();
  if (task.signal.runtime !== null && !task.exited) world.owe_host_turn(task);
  world.in_task = false;
  trace.sched_switch(machine, task, machine.idle);
  machine.current = machine.idle;
}
