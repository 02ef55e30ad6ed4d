/** When machines are made ready for somebody who may go back: while a run stands, and behind it while it goes on. */
import type { Machines } from './machines.ts';
import { Processors } from './processors.ts';

/**
 * Who looks at a stop for so long may go back from it: machines are made ready for that, once a processor has had nothing to
 * do for as long.
 */
const LOOK_MS = 600;
/** The same of somebody who has gone back before. */
const GLANCE_MS = 100;
/** So often machines are brought on behind a run that goes on. */
const FOLLOW_MS = 250;

export class Preparation {
  readonly #processors = new Processors();
  #machines: Machines | undefined;
  #next: NodeJS.Timeout | undefined;

  /** A run stands at an event. */
  stands(machines: Machines, event: number): void {
    this.rest();
    this.#machines = machines;
    this.#whenIdle(machines.hasTravelled ? GLANCE_MS : LOOK_MS, (idle) => {
      if (!machines.hasTravelled && idle < 1) return this.stands(machines, event);
      // Whoever goes back meets the error.
      machines.prepare(event).catch(() => {});
    });
  }
  /**
   * Machines follow a run while it goes on: whoever has gone back from one stop may do so from the next one, too.
   *
   * @param isOver whether the run has ended
   */
  follow(machines: Machines, isOver: () => boolean): void {
    this.#machines = machines;
    const next = this.#whenIdle(FOLLOW_MS, (idle) => {
      const following = idle < 1 / 2 ? Promise.resolve() : machines.follow();
      // As in stands().
      void following
        .catch(() => {})
        .then(() => {
          if (this.#next === next && !isOver()) this.follow(machines, isOver);
        });
    });
  }
  /** Nothing is made ready any more; what there is stays. */
  rest(): void {
    clearTimeout(this.#next);
    this.#next = undefined;
    this.#machines?.rest();
  }

  /** @param act is told how many processors have had nothing to do meanwhile */
  #whenIdle(ms: number, act: (idle: number) => void): NodeJS.Timeout {
    this.#processors.look();
    return (this.#next = setTimeout(() => act(this.#processors.idle), ms));
  }
}
