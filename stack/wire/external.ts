/** A wire whose far end is outside the world: a real network, a kernel in a virtual machine, a test. */
import type { CapturePort } from '../capture/capture.ts';
import type { World } from '../world/world.ts';
import { frame_bytes, frame_complete_checksum, frame_from, frame_release, type wire_frame } from './frame.ts';
import { lose_frame } from './loss.ts';
import type { Receiver, Wire } from './wire.ts';

/** What carries frames of an external wire. */
export interface Cable {
  /** Carry a frame that leaves the world: Ethernet, without frame check sequence. */
  send(bytes: Uint8Array): void;
  /** The wire was unplugged: nothing is sent any more. */
  close(): void;
}

export class ExternalWire implements Wire {
  readonly name: string;
  readonly #world: World;
  #cable: Cable | null;
  /** Where the capture sees frames that enter. */
  readonly #port: CapturePort;
  #receive: Receiver | null = null;
  #plugged = true;

  /**
   * Plugs the wire in: from now on the world waits for frames, and time follows the clock of the outside.
   *
   * @param name the wire's name in the input log
   * @param cable null: none yet, or never, as in a replay: frames that leave the world get lost
   */
  constructor(world: World, name: string, cable: Cable | null) {
    this.#world = world;
    this.name = name;
    this.#cable = cable;
    this.#port = { machine: { hostname: 'outside' }, name, is_outside: true };
    world.outside.plug(this);
  }

  transmit(frame: wire_frame): number {
    if (!this.#plugged) {
      lose_frame(this.#world, frame, 'unplugged');
      return 0;
    }
    frame_complete_checksum(frame);
    this.#cable?.send(frame_bytes(frame));
    this.#world.capture?.received(frame, this.#port);
    frame_release(frame);
    return 0;
  }
  connect(cable: Cable): void {
    this.#cable = cable;
  }
  attach(receive: Receiver): void {
    this.#receive = receive;
  }

  /** A frame arrives from outside. It is logged and enters between two turns. */
  inject(bytes: Uint8Array): void {
    if (this.#plugged) this.#world.inputs.arrive({ kind: 'frame', wire: this.name, bytes });
  }
  /** No more frames will arrive: the world continues without this wire. */
  unplug(): void {
    if (this.#plugged) this.#world.inputs.arrive({ kind: 'unplug', wire: this.name });
  }

  /** The disconnection enters the world. */
  pulled_out(): void {
    this.#plugged = false;
    this.#cable?.close();
  }
  /** A frame enters. */
  deliver(bytes: Uint8Array): void {
    const frame = frame_from(++this.#world.frame_count, this.#world.now_ns, bytes);
    this.#world.capture?.sent(frame, this.#port);
    if (this.#receive === null) frame_release(frame);
    else this.#receive(frame, false);
  }
}
