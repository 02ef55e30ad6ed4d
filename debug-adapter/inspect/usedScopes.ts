/**
 * V8 makes a scope for each evaluation of a breakpoint's condition, and keeps it in a table until the next collection of its
 * whole heap. Each name in a condition is looked for along them: of 50,000 evaluations one took two to three times as
 * long as of 5,000. So the heap is collected in time.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EVALUATED_URL } from './codeKinds.ts';
import { hostClock } from './hostClock.ts';

/** So many evaluations come before the first collection. */
const FIRST = 2000;
/**
 * To look along a scope takes V8 about 50 ns in each later evaluation: `n` evaluations since a collection of `t` ms have cost
 * n² / PER_MS ms on their way. The least of both together is where these are equal.
 */
const PER_MS = 40_000;

/** Those of a thread. */
export class UsedScopes {
  #since = 0;
  #most = FIRST;
  #collect: (() => void) | undefined;

  /** A condition is evaluated. */
  add(): void {
    if (++this.#since < this.#most) return;
    this.#since = 0;
    this.#collect ??= collector();
    const begun = hostClock();
    this.#collect();
    this.#most = Math.max(FIRST, Math.sqrt((hostClock() - begun) * PER_MS));
  }
}

/** V8's own function, which the program's global object does not have. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc', {}, { filename: EVALUATED_URL }) as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
