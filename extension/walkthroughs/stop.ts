// A stop as plain facts, and whether it is the one that a pattern describes.
import type { StopPattern } from './lesson.ts';

export interface Stop {
  /** DAP's reason. */
  reason: string;
  /** DAP's description: `Paused on transition SYN_SENT → ESTABLISHED of …`. */
  label: string;
  /** The functions of the call stack, innermost first. */
  functions: readonly string[];
  /** The line that is about to run, when it is one of the lesson's sample. */
  line?: string;
  /** Connections in the accept queue of the first listener, when there is one. */
  acceptQueue?: number;
}

export function matches(stop: Stop, pattern: StopPattern): boolean {
  const { reason, label, in: innermost, under, line, acceptQueue } = pattern;
  return (
    (reason === undefined || stop.reason === reason) &&
    (label === undefined || stop.label.includes(label)) &&
    (innermost === undefined || innermost.includes(stop.functions[0] ?? '')) &&
    (under === undefined || under.some((name) => stop.functions.includes(name))) &&
    (line === undefined || stop.line?.includes(line) === true) &&
    (acceptQueue === undefined || stop.acceptQueue === acceptQueue)
  );
}
