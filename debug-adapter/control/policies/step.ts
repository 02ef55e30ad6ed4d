/** The common rules of steps: they end at a line of their own thread, in visible code. */
import { isScenario } from '../../inspect/codeKinds.ts';
import type { Pause, Place } from './pause.ts';
import type { Go, GoOn, Policy, Told, Verdict } from './policy.ts';

/** How often V8 may pause between two lines before this counts as a stop. */
const MOST_REPEATS = 60;

export abstract class Step implements Policy {
  abstract readonly name: string;
  readonly thread: number | undefined;
  /** Where the step began; undefined: it ends at the first line reached. */
  readonly origin: Pause | undefined;
  protected readonly from: Place | undefined;
  #repeats = 0;
  /** V8 has paused in another thread. */
  #hasWaited = false;

  constructor(thread: number | undefined, origin: Pause | undefined) {
    this.thread = thread;
    this.origin = origin;
    this.from = origin?.place;
  }

  judge(pause: Pause): Verdict {
    if (!pause.facts.hit) {
      const isOurs = pause.isOf(this.thread);
      if (pause.isInCode && !isOurs) return this.#waits();
      const go = this.#repeats < MOST_REPEATS ? this.#between(pause) : undefined;
      if (go !== undefined) {
        this.#repeats++;
        return { how: go };
      }
      if (!isOurs) return this.#waits();
    }
    return pause.facts.skipped ? this.passOver(pause) : 'stop';
  }
  tell(): Told {
    return { reason: 'step' };
  }

  /** Paused between lines, or in hidden code: how to resume. */
  #between(pause: Pause): Go | undefined {
    if (!pause.isInCode) return this.throughForeign;
    const { origin, from } = this;
    if (origin === undefined || from === undefined) return undefined;
    const detour = this.detour(pause, origin, from);
    if (detour !== undefined) return detour;
    if (pause.isErrandSince(origin)) return 'stepOut';
    // Woken in the system call that the line has made: the program's function is not on V8's stack, since it awaits.
    if (this.#hasWaited && isScenario(from.url) && !pause.isInProgram) return 'stepOut';
    return pause.isAt(from) ? this.sameLine(pause) : undefined;
  }

  #waits(): GoOn {
    this.#hasWaited = true;
    return this.wrongThread();
  }

  /** How to leave code that belongs neither to the kernel nor to the user. */
  protected readonly throughForeign: Go = 'stepInto';
  /** V8 has reached a place where this step does not end: how to leave it. */
  protected abstract detour(pause: Pause, origin: Pause, from: Place): Go | undefined;
  /** Still at the line where the step began: how to resume. */
  protected abstract sameLine(pause: Pause): Go | undefined;
  /** V8 has reached another thread. */
  protected abstract wrongThread(): GoOn;
  /**
   * The step would end in a file that the user wants to skip. V8 could skip such files itself, but would then
   * also skip generators that they call.
   */
  protected abstract passOver(pause: Pause): GoOn;
}
