/** The interface between a NIC and its wire. */
import { random_fraction } from '../lib/random.ts';
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';

/**
 * Receives a frame from the wire and owns it from then on.
 *
 * @param more another frame arrives at the same instant: a NIC may wait for it before it interrupts the CPU
 */
export type Receiver = (frame: wire_frame, more: boolean) => void;

/**
 * One direction of a link, as the sender's NIC sees it. Wires are chained: each implements one effect on
 * frames.
 */
export interface Wire {
  /**
   * Put a frame on the wire, which owns it from then on.
   *
   * @returns for how many ns the sender is busy with the frame and must not send the next; 0: not at all
   */
  transmit(frame: wire_frame): number;
  /** Set the receiver at the far end. */
  attach(receive: Receiver): void;
}

/** A wire that applies one effect to frames and passes them to the next. */
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

/** A wire that applies an effect to randomly chosen frames. */
export abstract class ChanceStage extends WireStage {
  /** From 0 to 1. */
  probability: number;
  protected readonly world: World;

  constructor(world: World, probability: number, next: Wire) {
    super(next);
    this.world = world;
    this.probability = probability;
  }

  /** Whether this frame is chosen. With a probability of 0 no random number is used up. */
  protected happens(): boolean {
    return this.probability !== 0 && random_fraction(this.world) < this.probability;
  }
}
