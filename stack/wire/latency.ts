/** Propagation delay, and reordering by frames that skip it. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import type { Receiver, Wire } from './wire.ts';

/** A frame and its arrival time. */
interface Flight {
  readonly frame: wire_frame;
  readonly arrives_at: number;
}

/** The far part of a wire: each frame arrives `latency_ns` after it was sent, in order. */
export class LatencyWire implements Wire {
  /** One-way, in ns. A change applies to frames sent afterwards. */
  latency_ns: number;
  readonly world: World;
  /** Frames in transit, in order of arrival. */
  readonly in_flight: Flight[] = [];
  /**
   * The number of frames at the front that have already arrived: they are removed from the list in batches.
   */
  #arrived = 0;
  /**
   * When the next event is due; Infinity: none. Later events may also exist, for frames that were overtaken.
   */
  #armed_at = Infinity;
  /** arrive() is delivering frames and arms the next event at its end. */
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

  /** Deliver a frame after a delay other than latency_ns. */
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

  /** Frames on the wire, the next to arrive first. */
  get frames(): readonly Flight[] {
    return this.in_flight.slice(this.#arrived);
  }

  /** A second frame arrives right behind one that is on the wire. */
  add_behind(first: wire_frame, frame: wire_frame): void {
    const at = this.#index(first);
    if (at >= 0) this.in_flight.splice(at + 1, 0, { frame, arrives_at: this.in_flight[at]!.arrives_at });
  }
  /** Take a frame off the wire. @returns when it would have arrived, in ns; null: it is not on the wire */
  take(frame: wire_frame): number | null {
    const at = this.#index(frame);
    return at < 0 ? null : this.in_flight.splice(at, 1)[0]!.arrives_at;
  }
  /** A frame arrives behind the next one. @returns false: none is behind it */
  overtake(frame: wire_frame): boolean {
    const list = this.in_flight;
    const at = this.#index(frame);
    const next = list[at + 1];
    if (at < 0 || next === undefined) return false;
    list.splice(at, 2, next, { frame, arrives_at: next.arrives_at });
    return true;
  }

  #index(frame: wire_frame): number {
    return this.in_flight.findIndex((flight, index) => index >= this.#arrived && flight.frame === frame);
  }

  #arm(time_ns: number): void {
    if (time_ns >= this.#armed_at) return;
    this.#armed_at = time_ns;
    this.world.events.at(time_ns, arrive, this);
  }

  /** Deliver all frames that are due. */
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
