/** Values in messages. */
import { inspect } from 'node:util';

/** One line, without calling the value's own code. */
const SHOWN = {
  depth: 1,
  breakLength: Infinity,
  maxArrayLength: 8,
  maxStringLength: 80,
  customInspect: false,
} as const;
const LONGEST = 120;

/** A value as JavaScript writes it: 'text', NaN, 10n, [ 1, 2 ], { fd: 3 }. */
export function show_value(value: unknown): string {
  const text = inspect(value, SHOWN);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
