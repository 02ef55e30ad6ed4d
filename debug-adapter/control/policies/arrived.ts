/** The machine was brought to a moment: it stops there. */
import type { Policy, Told, Verdict } from './policy.ts';

export class Arrived implements Policy {
  readonly name = 'arrived';
  readonly thread = undefined;
  readonly #told: Told;

  constructor(told: Told) {
    this.#told = told;
  }

  judge(): Verdict {
    return 'stop';
  }
  tell(): Told {
    return this.#told;
  }
}
