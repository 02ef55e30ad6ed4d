/** An Ethernet wire between machines: a frame from one end arrives at all other ends, as on a hub. */
import type { World } from '../world/world.ts';
import { frame_clone, frame_release, type wire_frame } from './frame.ts';
import { NetemWire, type NetemConfig } from './netem.ts';
import type { Receiver, Wire } from './wire.ts';

/** The end of a wire to which a NIC is connected. */
export class EthernetEnd implements Wire {
  /** The path from here to the other ends. */
  readonly path: NetemWire;
  #receive: Receiver | null = null;

  constructor(world: World, config: NetemConfig, to_others: Receiver) {
    this.path = new NetemWire(world, config);
    this.path.attach(to_others);
  }

  transmit(frame: wire_frame): number {
    return this.path.transmit(frame);
  }
  attach(receive: Receiver): void {
    this.#receive = receive;
  }
  /** A frame arrives here. Without a NIC at this end it is lost. */
  arrive(frame: wire_frame, more: boolean): void {
    if (this.#receive === null) frame_release(frame);
    else this.#receive(frame, more);
  }
}

export class EthernetWire {
  readonly name: string;
  readonly ends: EthernetEnd[] = [];
  readonly #world: World;
  readonly #config: NetemConfig;

  /** @param config the properties of each direction */
  constructor(world: World, name: string, config: NetemConfig) {
    this.#world = world;
    this.name = name;
    this.#config = config;
    world.wires.push(this);
  }

  /** Create another end, to which a NIC can be connected. */
  plug(): EthernetEnd {
    const end = new EthernetEnd(this.#world, this.#config, (frame, more) => this.#spread(end, frame, more));
    this.ends.push(end);
    return end;
  }

  #spread(from: EthernetEnd, frame: wire_frame, more: boolean): void {
    const others = this.ends.filter((end) => end !== from);
    for (const end of others.slice(1)) end.arrive(frame_clone(frame), more);
    if (others.length === 0) frame_release(frame);
    else others[0]!.arrive(frame, more);
  }
}
