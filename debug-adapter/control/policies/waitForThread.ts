/** Run until a thread is on the CPU, then step to its next line. */
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

export class WaitForThread implements Policy {
  readonly name = 'wait';
  readonly thread: number | undefined;
  readonly #step: Policy;

  /** @param step the policy once the thread runs */
  constructor(thread: number | undefined, step: Policy) {
    this.thread = thread;
    this.#step = step;
  }

  judge(pause: Pause): Verdict {
    if (pause.facts.switched) return { how: 'stepInto', then: this.#step };
    if (pause.facts.hit) return 'stop';
    if (!pause.isInCode) return { how: 'stepInto' };
    return pause.isOf(this.thread) ? 'stop' : { how: 'untilThreadRuns' };
  }
  tell(): Told {
    return { reason: 'step' };
  }
}
