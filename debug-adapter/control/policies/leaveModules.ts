/**
 * A step that has begun while the modules of the program are loaded. Their end leads to what loads them and builds the
 * machines, where there is nothing to show: from there the step goes on to the program's first line.
 */
import { isScenario } from '../../inspect/codeKinds.ts';
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';

export class LeaveModules implements Policy {
  readonly #step: Policy;

  constructor(step: Policy) {
    this.#step = step;
  }

  get name(): string {
    return this.#step.name;
  }
  get thread(): number | undefined {
    return this.#step.thread;
  }
  judge(pause: Pause): Verdict {
    if (!pause.facts.frames.some(({ url }) => isScenario(url))) return { how: 'resume' };
    const verdict = this.#step.judge(pause);
    if (verdict === 'stop' || verdict.then === undefined) return verdict;
    return { ...verdict, then: new LeaveModules(verdict.then) };
  }
  tell(pause: Pause): Told {
    return this.#step.tell(pause);
  }
}
