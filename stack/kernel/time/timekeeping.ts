/** The machine's clocks. All of them are virtual. @linux kernel/time/timekeeping.c */
import type { Machine } from '../../machine.ts';
import type { ktime_t } from '../../include/linux/types.ts';

/** The initial value of the monotonic clock, as if the machine had been up for 300 s. In ns. */
export const BOOT_NS = 300_000_000_000;
/** The real-time clock at that moment: 2024-01-01T00:00:00Z, in ns since 1970. */
export const BOOT_REAL_NS = Date.UTC(2024, 0, 1) * 1_000_000;

/** The monotonic clock, in ns. */
export function ktime_get_ns(machine: Machine): ktime_t {
  return machine.now_ns;
}
export function ktime_get(machine: Machine): ktime_t {
  return machine.now_ns;
}
/** The monotonic clock, in whole seconds. */
export function ktime_get_seconds(machine: Machine): number {
  return Math.floor(machine.now_ns / 1_000_000_000);
}
/** ns since 1970: exact only to a double's precision (about 256 ns). */
export function ktime_get_real_ns(machine: Machine): number {
  return BOOT_REAL_NS + (machine.now_ns - BOOT_NS);
}
/** The time displayed to the user: ns since the machine was booted. */
export function time_since_boot_ns(machine: Machine): number {
  return machine.now_ns - BOOT_NS;
}
