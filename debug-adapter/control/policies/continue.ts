/** Run until something requests a stop: by itself V8 pauses only at a `debugger` statement of the program. */
import { message } from '../../../language/message.ts';
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

export class Continue implements Policy {
  readonly name = 'continue';
  readonly thread = undefined;

  judge(_pause?: Pause): Verdict {
    return 'stop';
  }
  tell(): Told {
    return { reason: 'breakpoint', description: message('Paused on debugger statement') };
  }
}

/** Run to a place in the kernel that has a one-time breakpoint. */
export class RunTo extends Continue {
  override tell(pause?: Pause): Told {
    return pause?.facts.hit === true ? { reason: 'step' } : super.tell();
  }
}

/** Run to the first line of the first process, which has a one-time breakpoint. */
export class RunToEntry extends Continue {
  readonly #isStep: boolean;

  /** @param isStep a step leads there, out of a module that was loaded: V8 may still be about to end it somewhere */
  constructor(isStep = false) {
    super();
    this.#isStep = isStep;
  }

  override judge(pause?: Pause): Verdict {
    return pause === undefined || pause.facts.hit || pause.isInProgram ? 'stop' : { how: 'resume' };
  }
  override tell(pause?: Pause): Told {
    if (this.#isStep) return { reason: 'step' };
    return pause?.facts.hit === true
      ? { reason: 'entry', description: message('Paused on entry') }
      : super.tell();
  }
}
