/** Frames that never arrive: by chance. */
import type { Machine } from '../machine.ts';
import { random_fraction } from '../lib/random.ts';
import { frame_release, type wire_frame } from './frame.ts';
import { WireStage, type Wire } from './wire.ts';

export class LossStage extends WireStage {
  /** From 0 to 1. */
  probability: number;
  /** How many frames were lost. */
  lost = 0;
  readonly #machine: Machine;

  constructor(machine: Machine, probability: number, next: Wire) {
    super(next);
    this.#machine = machine;
    this.probability = probability;
  }

  transmit(frame: wire_frame): number {
    if (this.probability === 0 || random_fraction(this.#machine) >= this.probability)
      return this.next.transmit(frame);
    this.lost++;
    lose_frame(this.#machine, frame, 'lost');
    return 0;
  }
}

/** The end of a frame that does not arrive. */
export function lose_frame(machine: Machine, frame: wire_frame, reason: string): void {
  machine.capture?.lost(frame, reason);
  frame_release(frame);
}
