/** What steps have in common: they end at a line of their own thread, in code that a person wants to see. */
import type { Pause, Place } from './pause.ts';
import type { Go, GoOn, Policy, Told, Verdict } from './policy.ts';

/** V8 may stop so often between two lines before that is taken for a stop. */
const MOST_REPEATS = 60;

export abstract class Step implements Policy {
  abstract readonly name: string;
  readonly thread: number | undefined;
  /** Where the step began; undefined: it ends at the first line that comes. */
  readonly origin: Pause | undefined;
  protected readonly from: Place | undefined;
  #repeats = 0;

  constructor(thread: number | undefined, origin: Pause | undefined) {
    this.thread = thread;
    this.origin = origin;
    this.from = origin?.place;
  }

  judge(pause: Pause): Verdict {
    if (!pause.facts.hit) {
      const go = this.#repeats < MOST_REPEATS ? this.#between(pause) : undefined;
      if (go !== undefined) {
        this.#repeats++;
        return { how: go };
      }
      if (!pause.isOf(this.thread)) return this.wrongThread();
    }
    return pause.facts.skipped ? this.passOver(pause) : 'stop';
  }
  tell(): Told {
    return { reason: 'step' };
  }

  /** Stopped between the lines, or in code that is not shown: how to go on. */
  #between(pause: Pause): Go | undefined {
    if (!pause.isInCode) return this.throughForeign;
    const { origin, from } = this;
    if (origin === undefined || from === undefined) return undefined;
    const detour = this.detour(pause, origin, from);
    if (detour !== undefined) return detour;
    if (pause.isErrandSince(origin)) return 'stepOut';
    return pause.isAt(from) ? this.sameLine(pause) : undefined;
  }

  /** How to get through code that is neither the kernel's nor the user's. */
  protected readonly throughForeign: Go = 'stepInto';
  /** V8 has come to a place where this step does not end: how to get out of it. */
  protected abstract detour(pause: Pause, origin: Pause, from: Place): Go | undefined;
  /** Still at the line where it began: how to go on. */
  protected abstract sameLine(pause: Pause): Go | undefined;
  /** V8 has come to another thread. */
  protected abstract wrongThread(): GoOn;
  /**
   * It would end in a file that the user wants it to pass over. V8 could be told of such files, but it then passes over
   * all that they call as well, where that is a generator.
   */
  protected abstract passOver(pause: Pause): GoOn;
}
