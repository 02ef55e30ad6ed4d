/** Sleeping for a given time. @linux kernel/time/hrtimer.c */
import type { Machine } from '../../machine.ts';
import {
  signal_pending,
  TASK_INTERRUPTIBLE,
  type Sleeps,
  type task_struct,
} from '../../include/linux/sched.ts';
import { hrtimer } from '../../include/linux/timer.ts';
import type { ktime_t } from '../../include/linux/types.ts';
import { EINTR, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { schedule, wake_up_process } from '../sched/core.ts';
import { hrtimer_cancel, hrtimer_start } from './hrtimer.ts';

/** nanosleep(). @returns 0 or -EINTR. @linux kernel/time/hrtimer.c */
export function* hrtimer_nanosleep(machine: Machine, ns: number): Sleeps<Errno> {
  const task = machine.current;
  const timer = new hrtimer<task_struct>(wake_up_process as (owner: task_struct) => void, task);
  hrtimer_start(machine, timer, machine.now_ns + ns);
  while (timer.entry >= 0) {
    task.__state = TASK_INTERRUPTIBLE;
    yield* schedule(machine);
    if (signal_pending(task)) {
      hrtimer_cancel(machine, timer);
      return -EINTR;
    }
  }
  return 0;
}

/**
 * Sleep until woken, but not beyond `expires`.
 *
 * @param expires in ns of the monotonic clock; Infinity: no limit
 * @returns 0 when the timer expired, -EINTR when something else woke the task
 * @linux kernel/time/hrtimer.c
 */
export function* schedule_hrtimeout(machine: Machine, expires: ktime_t): Sleeps<Errno> {
  if (expires === Infinity) {
    yield* schedule(machine);
    return -EINTR;
  }
  const timer = new hrtimer<task_struct>(wake_up_process as (owner: task_struct) => void, machine.current);
  hrtimer_start(machine, timer, expires);
  yield* schedule(machine);
  return hrtimer_cancel(machine, timer) ? -EINTR : 0;
}
