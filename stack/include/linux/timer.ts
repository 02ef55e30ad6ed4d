/**
 * Timers: timer-wheel timers (jiffies) and high-resolution timers (ns). The functions are in kernel/time/.
 *
 * @linux include/linux/timer.h, include/linux/hrtimer.h
 */
import type { jiffies_t, ktime_t } from './types.ts';

/** A timer of the timer wheel. `owner` replaces the kernel's from_timer(). */
export class timer_list<Owner = unknown> {
  /** When it fires, in jiffies. */
  expires: jiffies_t = 0;
  function: (owner: Owner) => void;
  owner: Owner;
  /** The wheel bucket that holds it; -1 when it is not pending. */
  entry = -1;
  /** Neighbours in the bucket. */
  next: timer_list | null = null;
  prev: timer_list | null = null;

  constructor(timer_function: (owner: Owner) => void, owner: Owner) {
    this.function = timer_function;
    this.owner = owner;
  }
}

/** Whether the timer is pending. @linux include/linux/timer.h */
export function timer_pending(timer: { readonly entry: number }): boolean {
  return timer.entry >= 0;
}

/** A high-resolution timer. */
export class hrtimer<Owner = unknown> {
  /** When it fires, in ns of the monotonic clock. */
  expires: ktime_t = 0;
  function: (owner: Owner) => void;
  owner: Owner;
  /** Its index in the machine's queue; -1 when it is not queued. */
  entry = -1;
  /** Orders timers that expire at the same time: the first armed fires first. */
  sequence = 0;

  constructor(timer_function: (owner: Owner) => void, owner: Owner) {
    this.function = timer_function;
    this.owner = owner;
  }
}

export function hrtimer_is_queued(timer: { readonly entry: number }): boolean {
  return timer.entry >= 0;
}
