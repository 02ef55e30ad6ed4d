/** High-resolution timers: exact to the nanosecond. @linux kernel/time/hrtimer.c */
import type { Machine } from '../../machine.ts';
import type { hrtimer } from '../../include/linux/timer.ts';
import type { ktime_t } from '../../include/linux/types.ts';
import { trace } from '../../trace/events.ts';

/**
 * Arm a timer, or change its expiry time.
 *
 * @param expires in ns of the monotonic clock
 * @linux kernel/time/hrtimer.c
 */
export function hrtimer_start<Owner>(machine: Machine, timer: hrtimer<Owner>, expires: ktime_t): void {
  const untyped = timer as unknown as hrtimer;
  machine.hrtimers.remove(untyped);
  machine.hrtimers.push(untyped, expires);
  trace.hrtimer_start(machine, untyped);
}

/** As hrtimer_start(); the `slack` in ns that the caller allows is not used. @linux kernel/time/hrtimer.c */
export function hrtimer_start_range_ns<Owner>(
  machine: Machine,
  timer: hrtimer<Owner>,
  expires: ktime_t,
  _slack = 0,
): void {
  hrtimer_start(machine, timer, expires);
}

/** @returns whether it was queued. @linux kernel/time/hrtimer.c */
export function hrtimer_try_to_cancel<Owner>(machine: Machine, timer: hrtimer<Owner>): boolean {
  const untyped = timer as unknown as hrtimer;
  if (!machine.hrtimers.remove(untyped)) return false;
  trace.hrtimer_cancel(machine, untyped);
  return true;
}

/** @returns whether it was queued. @linux kernel/time/hrtimer.c */
export function hrtimer_cancel<Owner>(machine: Machine, timer: hrtimer<Owner>): boolean {
  return hrtimer_try_to_cancel(machine, timer);
}

/** HRTIMER_SOFTIRQ: run every timer that is due. @linux kernel/time/hrtimer.c */
export function hrtimer_run_softirq(machine: Machine): void {
  while (machine.hrtimers.next <= machine.now_ns) {
    const timer = machine.hrtimers.shift()!;
    trace.hrtimer_expire_entry(machine, timer);
    timer.function(timer.owner);
    trace.hrtimer_expire_exit(machine, timer);
  }
}
