/** Leave the code with which the machine stopped itself; the step begins at the line that called it. */
import type { Pause } from './pause.ts';
import type { GoOn, Policy, Told, Verdict } from './policy.ts';

export class LeaveMachineStop implements Policy {
  readonly name = 'leave';
  readonly #step: Required<GoOn>;

  constructor(step: Required<GoOn>) {
    this.#step = step;
  }

  get thread(): number | undefined {
    return this.#step.then.thread;
  }
  judge({ facts }: Pause): Verdict {
    return facts.hit ? 'stop' : this.#step;
  }
  tell(): Told {
    return { reason: 'step' };
  }
}
