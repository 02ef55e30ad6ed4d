/**
 * Jiffies: the coarse clock of timers, 1000 per second.
 *
 * @linux include/linux/jiffies.h, kernel/time/jiffies.c
 */
import type { Machine } from '../../machine.ts';
import type { jiffies_t } from '../../include/linux/types.ts';

export const HZ = 1000;
export const NSEC_PER_JIFFY = 1_000_000;

/** Ticks since before boot: starts at 300 s, so that 0 can mean "never". */
export function jiffies(machine: Machine): jiffies_t {
  return machine.jiffies;
}
/** The same number, since HZ is 1000. @linux include/linux/jiffies.h */
export function msecs_to_jiffies(ms: number): jiffies_t {
  return ms;
}
/** Rounds up. @linux include/linux/jiffies.h */
export function usecs_to_jiffies(us: number): jiffies_t {
  return Math.ceil(us / 1000);
}
/** Rounds up. */
export function nsecs_to_jiffies(ns: number): jiffies_t {
  return Math.ceil(ns / NSEC_PER_JIFFY);
}
export function jiffies_to_msecs(ticks: jiffies_t): number {
  return ticks;
}
export function jiffies_to_usecs(ticks: jiffies_t): number {
  return ticks * 1000;
}
/** Is `a` after `b`? */
export function time_after(a: jiffies_t, b: jiffies_t): boolean {
  return a > b;
}
export function time_before(a: jiffies_t, b: jiffies_t): boolean {
  return a < b;
}
export function time_after_eq(a: jiffies_t, b: jiffies_t): boolean {
  return a >= b;
}
export function time_before_eq(a: jiffies_t, b: jiffies_t): boolean {
  return a <= b;
}
