/** What a NIC is plugged into. */
import { random_fraction } from '../lib/random.ts';
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';

/**
 * Takes a frame from the wire, and owns it from then on.
 *
 * @param more another frame arrives at the same instant: a NIC may wait for it before it interrupts the CPU
 */
export type Receiver = (frame: wire_frame, more: boolean) => void;

/** One direction of a link, as the sender's NIC sees it. Wires are chained: each does one thing to what passes. */
export interface Wire {
  /**
   * Put a frame on the wire, which owns it from then on.
   *
   * @returns for how many ns the sender is busy with it: the next one must wait so long. 0: for none
   */
  transmit(frame: wire_frame): number;
  /** Say who receives at the far end. */
  attach(receive: Receiver): void;
}

/** A wire that does something to frames and leaves the rest to the next. */
export abstract class WireStage implements Wire {
  readonly next: Wire;
  constructor(next: Wire) {
    this.next = next;
  }
  abstract transmit(frame: wire_frame): number;
  attach(receive: Receiver): void {
    this.next.attach(receive);
  }
}

/** A wire that does something to some frames, by chance. */
export abstract class ChanceStage extends WireStage {
  /** From 0 to 1. */
  probability: number;
  protected readonly world: World;

  constructor(world: World, probability: number, next: Wire) {
    super(next);
    this.world = world;
    this.probability = probability;
  }

  /** Does it happen to this frame? Without a chance no random number is used up. */
  protected happens(): boolean {
    return this.probability !== 0 && random_fraction(this.world) < this.probability;
  }
}
