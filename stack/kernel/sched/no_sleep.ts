/** A generator that ends without sleeping. */
import type { Sleeps } from '../../include/linux/sched.ts';

const AT_ONCE = { done: true, value: undefined } as const;
/**
 * Returned by a function that may sleep but need not this time: avoids creating a generator that ends at
 * once.
 */
export const NO_SLEEP = {
  next: () => AT_ONCE,
  [Symbol.iterator]: () => NO_SLEEP,
} as unknown as Sleeps<void>;
