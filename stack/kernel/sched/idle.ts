/** The machine's main loop: run what is due, then whoever wants the CPU; when nobody does, let time go by. @linux kernel/sched/idle.c */
import { setImmediate } from 'node:timers';
import type { Machine } from '../../machine.ts';
import type { task_struct } from '../../include/linux/sched.ts';
import { trace } from '../../trace/events.ts';
import { do_softirq, HRTIMER_SOFTIRQ, raise_softirq } from '../softirq.ts';
import { next_timer_ns, run_local_timers } from '../time/timer.ts';
import { drainMicrotasks } from './microtasks.ts';

/** How the loop came to an end. */
export type RunEnd = 'idle' | 'halted';
/** Turns of the loop between two looks at the host's event loop (messages from the debugger come in there). */
const TURNS_PER_SLICE = 4096;

/** Run until nothing is left to do (no task runnable, no timer, hardware at rest), or until `halted` says so. */
export function cpu_startup_entry(machine: Machine, halted: () => boolean): Promise<RunEnd> {
  return new Promise((resolve, reject) => {
    const slice = () => {
      try {
        for (let turn = 0; turn < TURNS_PER_SLICE; turn++) {
          if (halted()) return resolve('halted');
          if (!do_idle(machine)) return resolve('idle');
        }
      } catch (error) {
        // What the host's own callbacks threw is the host's: it must pass through to Node's handler.
        if (machine.draining) throw error;
        return reject(error as Error);
      }
      setImmediate(slice);
    };
    setImmediate(slice);
  });
}

/** One turn. @returns false when there is nothing to do and nothing to wait for. */
function do_idle(machine: Machine): boolean {
  machine.hardware.advance(machine.now_ns);
  if (next_timer_ns(machine) <= machine.now_ns) run_local_timers(machine);
  if (machine.hrtimers.next <= machine.now_ns) raise_softirq(machine, HRTIMER_SOFTIRQ);
  if (machine.softirq.pending !== 0) do_softirq(machine);

  const task = machine.runqueue.shift();
  if (task !== undefined) {
    context_switch(machine, task);
    return true;
  }

  const next = Math.min(machine.hardware.next, machine.hrtimers.next, next_timer_ns(machine));
  if (next === Infinity) return false;
  if (next > machine.now_ns) machine.now_ns = next;
  return true;
}

/** Put a task on the CPU until it sleeps or ends. @linux kernel/sched/core.c */
function context_switch(machine: Machine, task: task_struct): void {
  task.on_rq = false;
  trace.sched_switch(machine, machine.idle, task);
  machine.current = task;
  machine.slice_syscalls = 0;
  machine.on_switch?.(task);
  const resume = task.continuation;
  task.continuation = null;
  if (resume !== null) resume();
  machine.draining = true;
  drainMicrotasks();
  machine.draining = false;
  trace.sched_switch(machine, task, machine.idle);
  machine.current = machine.idle;
}
