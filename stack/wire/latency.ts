/** Time on the way; and, as part of it, reordering: frames that skip it. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import type { Receiver, Wire } from './wire.ts';

/** A frame and when it arrives. */
interface Flight {
  readonly frame: wire_frame;
  readonly arrives_at: number;
}

/** The far part of a wire: each frame arrives `latency_ns` after it was put here, in order. */
export class LatencyWire implements Wire {
  /** In ns, one way. Changes hold for frames sent from then on. */
  latency_ns: number;
  readonly world: World;
  /** Frames under way, in order of arrival. */
  readonly in_flight: Flight[] = [];
  /** How many of them, from the first, have arrived already: they are dropped from the list in batches. */
  #arrived = 0;
  /** When the next event is due; Infinity: none is. Later ones may be about, for frames that were overtaken. */
  #armed_at = Infinity;
  /** arrive() is handing frames out: it arms the next event when it is through. */
  #delivering = false;
  #receive: Receiver = () => {
    throw new Error('the wire has no far end: attach() was not called');
  };

  constructor(world: World, latency_ns: number) {
    this.world = world;
    this.latency_ns = latency_ns;
  }

  attach(receive: Receiver): void {
    this.#receive = receive;
  }

  transmit(frame: wire_frame): number {
    this.deliver_after(frame, this.latency_ns);
    return 0;
  }

  /** Have a frame arrive after another time than the others. */
  deliver_after(frame: wire_frame, delay_ns: number): void {
    if (delay_ns <= 0) {
      this.#receive(frame, false);
      return;
    }
    const arrives_at = this.world.now_ns + delay_ns;
    const list = this.in_flight;
    let at = list.length;
    while (at > this.#arrived && list[at - 1]!.arrives_at > arrives_at) at--;
    const flight = { frame, arrives_at };
    if (at === list.length) list.push(flight);
    else list.splice(at, 0, flight);
    if (!this.#delivering) this.#arm(arrives_at);
  }

  /** Frames that are on the wire now, the next to arrive first. */
  get frames(): readonly Flight[] {
    return this.in_flight.slice(this.#arrived);
  }

  #arm(time_ns: number): void {
    if (time_ns >= this.#armed_at) return;
    this.#armed_at = time_ns;
    this.world.events.at(time_ns, arrive, this);
  }

  /** Deliver all that arrives now. */
  arrive(): void {
    const { now_ns } = this.world;
    const list = this.in_flight;
    if (this.#armed_at <= now_ns) this.#armed_at = Infinity;
    this.#delivering = true;
    while (this.#arrived < list.length && list[this.#arrived]!.arrives_at <= now_ns) {
      const { frame } = list[this.#arrived++]!;
      const following = list[this.#arrived];
      this.#receive(frame, following !== undefined && following.arrives_at <= now_ns);
    }
    this.#delivering = false;
    if (this.#arrived === list.length) {
      list.length = 0;
      this.#arrived = 0;
    } else {
      if (this.#arrived >= 256) {
        list.splice(0, this.#arrived);
        this.#arrived = 0;
      }
      this.#arm(list[this.#arrived]!.arrives_at);
    }
  }
}

function arrive(wire: LatencyWire): void {
  wire.arrive();
}
