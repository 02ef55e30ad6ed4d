/** Stop as soon as there is something to show: V8 is asked for a pause repeatedly until then. */
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

/** Number of accessors that are left before one is shown. */
const MOST_LEFT = 10;

export class Interrupt implements Policy {
  readonly name = 'pause';
  readonly thread = undefined;
  #isSettled = false;
  #left = 0;

  judge(pause: Pause): Verdict {
    if (pause.facts.hit) return 'stop';
    // The program is not loaded yet, or waits for the outside: only the debugger's own code is running.
    if (!pause.isVisible) return { how: 'resume' };
    // V8 interrupts optimised code anywhere. After one step it is at a statement, where variables can be
    // changed.
    if (!this.#isSettled) {
      this.#isSettled = true;
      return { how: 'stepInto' };
    }
    // Its caller may be an accessor, too, or skipped code that calls the next one. Not for ever: an accessor
    // without a caller cannot be stepped out of.
    if (pause.isInAccessor && this.#left < MOST_LEFT) {
      this.#left++;
      return { how: 'stepOut' };
    }
    return 'stop';
  }
  tell(): Told {
    return { reason: 'pause' };
  }
}
