/** A sleep that is none. */
import type { Sleeps } from '../../include/linux/sched.ts';

const AT_ONCE = { done: true, value: undefined } as const;
/** What a function that need not sleep this time returns: a generator that ended at once would have to be made each time. */
export const NO_SLEEP = {
  next: () => AT_ONCE,
  [Symbol.iterator]: () => NO_SLEEP,
} as unknown as Sleeps<void>;
