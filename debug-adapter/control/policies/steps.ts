/** The three steps: over a line, into a call, out of a function. */
import type { Pause, Place } from './pause.ts';
import type { Go, GoOn } from './policy.ts';
import { Step } from './step.ts';
import { WaitForThread } from './waitForThread.ts';

/**
 * Woken from a sleep, V8 pauses in the innermost function. The function in which the step began is still on
 * the stack.
 */
export class Next extends Step {
  readonly name = 'next';

  protected override detour(pause: Pause, _origin: Pause, from: Place): Go | undefined {
    const depth = pause.depthOf(from);
    return depth > from.depth || (depth === from.depth && !pause.isIn(from)) ? 'stepOut' : undefined;
  }
  protected override sameLine(): Go {
    return 'stepOver';
  }
  protected override wrongThread(): GoOn {
    return untilItRuns(this);
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
    const { top } = pause;
    if (top === undefined || origin.depthOf(top) > 0 || !pause.isInAccessor) return undefined;
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
    return untilItRuns(this);
  }
  protected override passOver(pause: Pause): GoOn {
    return { how: 'stepIntoCallees', then: new StepIn(this.thread, pause) };
  }
}

export class StepOut extends Step {
  readonly name = 'stepOut';
  protected override readonly throughForeign = 'stepOut';

  protected override detour(pause: Pause, _origin: Pause, from: Place): Go | undefined {
    return pause.depthOf(from) >= from.depth ? 'stepOut' : undefined;
  }
  protected override sameLine(): undefined {
    return undefined;
  }
  protected override wrongThread(): GoOn {
    return untilItRuns(this);
  }
  protected override passOver(pause: Pause): GoOn {
    return { how: 'stepOut', then: new StepOut(this.thread, pause) };
  }
}

/** Run to the next line of the thread that the step waits for. */
function untilItRuns({ thread }: Step): GoOn {
  return { how: 'untilThreadRuns', then: new WaitForThread(thread, new StepIn(thread, undefined)) };
}
