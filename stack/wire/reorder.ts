/** Frames that overtake others. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import type { LatencyWire } from './latency.ts';
import { ChanceStage } from './wire.ts';

/**
 * Chosen frames skip most of the latency, as with netem's reorder: they overtake all that are under way. On a wire
 * without latency nothing can be overtaken; there a chosen frame is held back instead, until the next one has passed.
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

  /** No other frame came: it must not wait for ever. */
  let_go(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.next.transmit(held);
  }
}

/** What an overtaking frame still needs: the time that light needs for 300 m. */
const OVERTAKING_NS = 1_000;
/** How long a frame is held back at most. */
const HELD_BACK_NS = 1_000_000;

function let_go(stage: ReorderStage): void {
  stage.let_go();
}
