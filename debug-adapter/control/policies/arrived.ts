/** The machine was brought to a moment: it stops there. */
import type { Policy, Told, Verdict } from './policy.ts';

export class Arrived implements Policy {
  readonly name = 'arrived';
  readonly thread = undefined;
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  judge(): Verdict {
    return 'stop';
  }
  tell(): Told {
    return { reason: this.#reason };
  }
}
