/** Long work on packets: it says how far it is, and lets the process do other things meanwhile. */
import { setImmediate as otherWork } from 'node:timers/promises';

/** Told now and then how much is done, of how much. Throws if nobody waits for it any more. */
export type Tell = (done: number, of: number) => void;
/** Nobody is told. */
export const untold: Tell = () => {};

/** So long nothing else is done, in ms. */
const SLICE_MS = 30;

export class Pace {
  readonly #tell: Tell;
  #rest = performance.now() + SLICE_MS;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Between two steps. Rejects if nobody waits for the work any more. */
  async step(done: number, of: number): Promise<void> {
    if (performance.now() < this.#rest) return;
    this.#tell(done, of);
    await otherWork();
    // Whatever came meanwhile counts for the next step.
    this.#tell(done, of);
    this.#rest = performance.now() + SLICE_MS;
  }
}
