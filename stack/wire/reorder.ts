/** Frames that overtake others. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import type { LatencyWire } from './latency.ts';
import { ChanceStage } from './wire.ts';

/**
 * Selected frames skip most of the latency, as with netem's reorder option, and overtake all frames in
 * transit. A wire without latency has no frames in transit; there a selected frame is held back until the
 * next one has passed.
 */
export class ReorderStage extends ChanceStage {
  readonly #latency: LatencyWire;
  #held: wire_frame | null = null;

  constructor(world: World, probability: number, next: LatencyWire) {
    super(world, probability, next);
    this.#latency = next;
  }

  transmit(frame: wire_frame): number {
    if (this.probability === 0 && this.#held === null) return this.next.transmit(frame);
    const chosen = this.happens();
    if (this.#latency.latency_ns > 0) {
      if (!chosen) return this.next.transmit(frame);
      this.#latency.deliver_after(frame, Math.min(OVERTAKING_NS, this.#latency.latency_ns));
      return 0;
    }
    const held = this.#held;
    this.#held = null;
    if (chosen && held === null) {
      this.#held = frame;
      this.world.events.at(this.world.now_ns + HELD_BACK_NS, let_go, this);
      return 0;
    }
    this.next.transmit(frame);
    if (held !== null) this.next.transmit(held);
    return 0;
  }

  /** No other frame arrived: release the held frame. */
  let_go(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.next.transmit(held);
  }
}

/** The delay of an overtaking frame: the propagation time of 300 m. */
const OVERTAKING_NS = 1_000;
/** The maximum time for which a frame is held back. */
const HELD_BACK_NS = 1_000_000;

function let_go(stage: ReorderStage): void {
  stage.let_go();
}
