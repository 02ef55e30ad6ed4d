/** Stop as soon as there is something to show: V8 is asked for a pause repeatedly until then. */
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

export class Interrupt implements Policy {
  readonly name = 'pause';
  readonly thread = undefined;
  #isSettled = false;
  #hasLeft = false;

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
    // Only once: an accessor without a caller cannot be stepped out of.
    if (pause.isInAccessor && !this.#hasLeft) {
      this.#hasLeft = true;
      return { how: 'stepOut' };
    }
    return 'stop';
  }
  tell(): Told {
    return { reason: 'pause' };
  }
}
