/** Tracepoints as text, in ftrace's format. */
import { BOOT_REAL_NS } from '../kernel/time/timekeeping.ts';
import type { Machine } from '../machine.ts';
import { tracepointNamed } from './table.ts';
import { taskText } from './text.ts';
import type { TraceHit } from './tracer.ts';

/** The machine's real-time clock at boot, in ms since 1970: exact. */
export const BOOT_REAL_MS = BOOT_REAL_NS / 1e6;

/** The context: 'server-100', 'softirq' or 'irq'. */
function context(machine: Machine): string {
  if (machine.softirq.hardirq > 0) return 'irq';
  if (machine.softirq.serving) return 'softirq';
  return taskText(machine.current);
}

/** One line: context, time (s), event. */
export function formatHit({ name, machine, time_ns, args }: TraceHit): string {
  const print = tracepointNamed(name).print as (...args: readonly unknown[]) => string;
  const event = name.slice(name.indexOf(':') + 1);
  const time = (time_ns / 1e9).toFixed(9);
  return `${context(machine).padStart(14)} [000] ${time}: ${event}: ${print(...args)}`.trimEnd();
}
