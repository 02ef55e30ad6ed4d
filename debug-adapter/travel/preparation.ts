/**
 * When machines are made ready for somebody who may go back, and what takes long is looked for: while a run stands. Machines are
 * made ready behind it, too, while it goes on.
 */
import type { Machines } from './machines.ts';
import { Processors } from './processors.ts';

/**
 * Who looks at a stop for so long may go back from it: machines are made ready for that, once a processor has had nothing to
 * do for as long.
 */
const LOOK_MS = 600;
/** The same of somebody who has gone back before, or whose run a machine has followed. */
const GLANCE_MS = 100;
/** So often machines are brought on behind a run that goes on. */
const FOLLOW_MS = 250;

/** So much of a processor must have nothing to do beside the run and the debugger. */
const FOLLOWING = 1 / 3;
/** What lasts no longer is one step of many. */
const SOON_MS = 50;

export class Preparation {
  readonly #processors = new Processors();
  #machines: Machines | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Counts what has begun and ended. */
  #turn = 0;

  /** A run stands at an event. @param foresee looks for what somebody may want to find, in machines that are ready */
  stands(machines: Machines, event: number, foresee?: () => Promise<void>): void {
    this.rest();
    this.#machines = machines;
    const ms = machines.hasTravelled || machines.hasBegun ? GLANCE_MS : LOOK_MS;
    this.#prepareIn(ms, machines, event, foresee);
  }
  #prepareIn(ms: number, machines: Machines, event: number, foresee?: () => Promise<void>): void {
    this.#whenIdle(ms, (idle) => {
      if (!machines.hasTravelled && idle < 1) return this.#prepareIn(LOOK_MS, machines, event, foresee);
      void this.#prepare(machines, event, foresee);
    });
  }
  /** Whoever goes back meets the errors. */
  async #prepare(machines: Machines, event: number, foresee?: () => Promise<void>): Promise<void> {
    const turn = this.#turn;
    const isOver = (): boolean => turn !== this.#turn;
    await foresee?.().catch(() => {});
    if (!isOver()) await machines.prepare(event, isOver).catch(() => {});
  }
  /**
   * Machines follow a run while it goes on: they are near when it stops.
   *
   * @param isOver whether the run has ended
   */
  follow(machines: Machines, isOver: () => boolean): void {
    this.#machines = machines;
    this.#turn++;
    // Whether there is time for that is known since the session's beginning, or since the last stop.
    this.#timer = setTimeout(() => this.#follow(machines, isOver), SOON_MS);
  }
  #follow(machines: Machines, isOver: () => boolean): void {
    const turn = this.#turn;
    const following = this.#processors.idle < FOLLOWING ? Promise.resolve() : machines.follow();
    // As in #prepareIn().
    void following
      .catch(() => {})
      .then(() => {
        if (turn === this.#turn && !isOver()) this.#whenIdle(FOLLOW_MS, () => this.#follow(machines, isOver));
      });
  }
  /** Nothing is made ready any more; what there is stays. */
  rest(): void {
    this.#turn++;
    clearTimeout(this.#timer);
    this.#machines?.rest();
  }

  /** @param act is told how many processors have had nothing to do lately */
  #whenIdle(ms: number, act: (idle: number) => void): void {
    // To look takes a while on a host of many processors: who steps on at once need not wait for it.
    this.#timer = setTimeout(() => {
      this.#processors.look();
      this.#timer = setTimeout(() => act(this.#processors.idle), ms);
    }, SOON_MS);
  }
}
