/** Out of the kernel, from any depth, to the next line of the program. */
import type { Pause } from './pause.ts';
import type { Policy, Told, Verdict } from './policy.ts';
import { WaitForThread } from './waitForThread.ts';

export class ToProgram implements Policy {
  readonly name = 'toProgram';
  readonly thread: number | undefined;

  /** @param thread the thread of the program; undefined: the first one that arrives */
  constructor(thread: number | undefined) {
    this.thread = thread;
  }

  judge(pause: Pause): Verdict {
    if (pause.facts.hit) return 'stop';
    if (!pause.isOf(this.thread))
      return { how: 'untilThreadRuns', then: new WaitForThread(this.thread, this) };
    return pause.isInProgram ? 'stop' : { how: 'stepOut' };
  }
  tell(): Told {
    return { reason: 'step' };
  }
}
