/** The kernel's log. @linux kernel/printk/printk.c */
import type { Machine } from '../machine.ts';
import { trace } from '../trace/events.ts';

/**
 * The kernel's messages, and the keys of messages printed only once. Bounded: the oldest lines are dropped.
 */
export class log_buffer {
  lines: string[] = [];
  said_once = new Set<string>();
  /** Start of the rate limit's current interval (ns), and the number of messages in it. */
  ratelimit_begin = 0;
  ratelimit_printed = 0;
}
const LOG_LINES = 4096;
const KERN = { info: 6, warning: 4 } as const;

function printk(machine: Machine, level: number, text: string): void {
  const { lines } = machine.log;
  lines.push(text);
  if (lines.length > LOG_LINES) lines.splice(0, lines.length - LOG_LINES);
  trace.console(machine, level, text);
}
export function pr_info(machine: Machine, text: string): void {
  printk(machine, KERN.info, text);
}
/** Print a message the first time only. @param key identifies the place in the code */
export function pr_info_once(machine: Machine, key: string, text: string): void {
  if (machine.log.said_once.has(key)) return;
  machine.log.said_once.add(key);
  pr_info(machine, text);
}
export function pr_warn(machine: Machine, text: string): void {
  printk(machine, KERN.warning, text);
}

/** At most 10 messages in 5 s. @linux net/core/utils.c (net_ratelimit), lib/ratelimit.c */
export function net_ratelimit(machine: Machine): boolean {
  const { log } = machine;
  if (log.ratelimit_begin === 0 || machine.now_ns - log.ratelimit_begin >= 5_000_000_000) {
    log.ratelimit_begin = machine.now_ns;
    log.ratelimit_printed = 0;
  }
  if (log.ratelimit_printed >= 10) return false;
  log.ratelimit_printed++;
  return true;
}
export function net_warn_ratelimited(machine: Machine, text: string): void {
  if (net_ratelimit(machine)) pr_warn(machine, text);
}
export function net_info_ratelimited(machine: Machine, text: string): void {
  if (net_ratelimit(machine)) pr_info(machine, text);
}
/** Debugging messages are off in Linux's default configuration, as here. */
export function net_dbg_ratelimited(_machine: Machine, _text: string): void {}

/** Report a condition that should never be true, and continue. @linux include/asm-generic/bug.h */
export function WARN_ON(machine: Machine, condition: boolean, what: string): boolean {
  if (condition) pr_warn(machine, `WARNING: ${what}`);
  return condition;
}
export function WARN_ON_ONCE(machine: Machine, condition: boolean, what: string): boolean {
  if (condition && !machine.log.said_once.has(what)) {
    machine.log.said_once.add(what);
    pr_warn(machine, `WARNING: ${what}`);
  }
  return condition;
}
