/** Stop as soon as there is something to show: V8 is asked for a pause again and again until then. */
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

export class Interrupt implements Policy {
  readonly name = 'pause';
  readonly thread = undefined;
  #isSettled = false;
  #hasLeft = false;

  judge(pause: Pause): Verdict {
    if (pause.facts.hit) return 'stop';
    // The program is not loaded yet, or waits for the outside: only the debugger's own code runs.
    if (!pause.isVisible) return { how: 'resume' };
    // V8 interrupts optimised code anywhere. One step on, it stands at a statement, and variables can be changed.
    if (!this.#isSettled) {
      this.#isSettled = true;
      return { how: 'stepInto' };
    }
    // Once: an accessor without a caller has nowhere to step out to.
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
