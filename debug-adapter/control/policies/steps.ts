/** The three steps: over a line, into a call, out of a function. */
import type { Pause, Place } from './pause.ts';
import type { Go, GoOn, Policy } from './policy.ts';
import { Step } from './step.ts';
import { WaitForThread } from './waitForThread.ts';

/**
 * Woken from a sleep, V8 pauses in the innermost function. The function in which the step began is still on
 * the stack.
 */
export class Next extends Step {
  readonly name = 'next';

  protected override detour(pause: Pause, origin: Pause, from: Place): Go | undefined {
    const depth = pause.depthOf(from);
    const isDeeper = depth > from.depth || (depth === from.depth && !pause.isIn(from));
    return isDeeper || pause.isInAccessorSince(origin) ? 'stepOut' : undefined;
  }
  protected override sameLine(): Go {
    return 'stepOver';
  }
  protected override wrongThread(): GoOn {
    return untilItRuns(this, this);
  }
  protected override passOver(pause: Pause): GoOn {
    return { how: 'stepOut', then: new StepOut(this.thread, pause) };
  }
}

export class StepIn extends Step {
  readonly name = 'stepIn';
  /** A getter or the like has just been left. */
  #leftTrivial = false;

  protected override detour(pause: Pause, origin: Pause): Go | undefined {
    if (!pause.isInAccessorSince(origin)) return undefined;
    this.#leftTrivial = true;
    return 'stepOut';
  }
  /** V8 pauses again before each call of a line; only the return of the function is not a line of its own. */
  protected override sameLine(pause: Pause): Go | undefined {
    const back = this.#leftTrivial;
    this.#leftTrivial = false;
    return pause.facts.returns || back ? 'stepInto' : undefined;
  }
  protected override wrongThread(): GoOn {
    return untilItRuns(this, new StepIn(this.thread, undefined));
  }
  protected override passOver(pause: Pause): GoOn {
    return { how: 'stepIntoCallees', then: new StepIn(this.thread, pause) };
  }
}

export class StepOut extends Step {
  readonly name = 'stepOut';
  protected override readonly throughForeign = 'stepOut';

  protected override detour(pause: Pause, origin: Pause, from: Place): Go | undefined {
    return pause.depthOf(from) >= from.depth || pause.isInAccessorSince(origin) ? 'stepOut' : undefined;
  }
  protected override sameLine(): undefined {
    return undefined;
  }
  protected override wrongThread(): GoOn {
    return untilItRuns(this, this);
  }
  protected override passOver(pause: Pause): GoOn {
    return { how: 'stepOut', then: new StepOut(this.thread, pause) };
  }
}

/** Another thread has the processor: the policy judges again where the step's own thread runs on. */
function untilItRuns({ thread }: Step, then: Policy): GoOn {
  return { how: 'untilThreadRuns', then: new WaitForThread(thread, then) };
}
