/** The wire's bandwidth: a frame takes time from its first bit to its last. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import { WireStage, type Wire } from './wire.ts';

const NS_PER_SECOND = 1_000_000_000;

/** Keeps the sender busy while a frame is serialized, and passes the frame on after its last bit. */
export class BandwidthStage extends WireStage {
  /** In bits per second; 0: unlimited. */
  bits_per_second: number;
  /** The frame whose last bit is not sent yet. */
  sending: wire_frame | null = null;
  readonly #world: World;

  constructor(world: World, bits_per_second: number, next: Wire) {
    super(next);
    this.#world = world;
    this.bits_per_second = bits_per_second;
  }

  transmit(frame: wire_frame): number {
    if (this.bits_per_second === 0) return this.next.transmit(frame);
    const busy_ns = serialisation_ns(frame.length, this.bits_per_second);
    this.sending = frame;
    this.#world.events.at(this.#world.now_ns + busy_ns, last_bit, { stage: this, frame });
    return busy_ns;
  }
}

/** The time that `bytes` take on the wire, in whole ns, rounded up. */
export function serialisation_ns(bytes: number, bits_per_second: number): number {
  return Math.ceil((bytes * 8 * NS_PER_SECOND) / bits_per_second);
}

function last_bit({ stage, frame }: { readonly stage: BandwidthStage; readonly frame: wire_frame }): void {
  if (stage.sending === frame) stage.sending = null;
  stage.next.transmit(frame);
}
