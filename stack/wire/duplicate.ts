/** Frames that arrive twice. */
import type { Machine } from '../machine.ts';
import { random_fraction } from '../lib/random.ts';
import { frame_clone, type wire_frame } from './frame.ts';
import { WireStage, type Wire } from './wire.ts';

export class DuplicateStage extends WireStage {
  /** From 0 to 1. */
  probability: number;
  readonly #machine: Machine;

  constructor(machine: Machine, probability: number, next: Wire) {
    super(next);
    this.#machine = machine;
    this.probability = probability;
  }

  transmit(frame: wire_frame): number {
    if (this.probability === 0 || random_fraction(this.#machine) >= this.probability)
      return this.next.transmit(frame);
    // Before the first one goes: with no latency its receiver may have used it up when transmit() returns.
    const second = frame_clone(frame);
    const busy = this.next.transmit(frame);
    return busy + this.next.transmit(second);
  }
}
