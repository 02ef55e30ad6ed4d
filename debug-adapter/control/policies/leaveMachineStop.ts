/** Out of the code with which the machine has stopped itself; the line that it was called from is where the step begins. */
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
