/** Leave the code with which the machine stopped itself; the step begins at the line that called it. */
import type { Pause } from './pause.ts';
import type { GoOn, Policy, Told, Verdict } from './policy.ts';

export class LeaveMachineStop implements Policy {
  readonly name = 'leave';
  readonly #step: Required<GoOn>;
  readonly #origin: Pause;

  constructor(step: Required<GoOn>, origin: Pause) {
    this.#step = step;
    this.#origin = origin;
  }

  get thread(): number | undefined {
    return this.#step.then.thread;
  }
  judge(pause: Pause): Verdict {
    if (pause.facts.hit) return 'stop';
    const { then } = this.#step;
    // What stopped was the last that its line does: V8 pauses at the next one, where the step may end.
    const isPast = pause.isInCode && !pause.isAt(this.#origin.place);
    const verdict = isPast ? then.judge(pause) : this.#step;
    return verdict === 'stop' ? verdict : { then, ...verdict };
  }
  tell(): Told {
    return { reason: 'step' };
  }
}
