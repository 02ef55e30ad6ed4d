/** Connections of programs to the outside: the gateway answers for every address. */
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RTN_LOCAL,
  RTN_UNICAST,
} from '../include/uapi/linux/rtnetlink.ts';
import type { net_device } from '../include/linux/netdevice.ts';
import { POLLIN } from '../include/linux/poll.ts';
import { add_route } from '../interfaces.ts';
import { formatAddress } from '../lib/format_address.ts';
import type { Machine } from '../machine.ts';
import { SystemError } from '../user/errors.ts';
import { spawn_process } from '../user/process.ts';
import type { World } from '../world/world.ts';
import type { HostConnection, HostEvent } from './host_side.ts';
import { HostEvents, relay_accepted, type RelayCalls } from './relay.ts';
import type { ConnectionRequest, SynGate } from './syn_gate.ts';

/** How long a handshake may take once the host is connected, in ms. */
const HANDSHAKE_MS = 5000;

/**
 * Let every address be the gateway's own, as `ip route add local 0.0.0.0/0 dev lo` does; its network stays
 * behind its interface.
 */
export function answer_for_all(dev: net_device, network: number, prefix: number): void {
  const lo = dev.nd_net.loopback_dev!;
  const own = { fc_table: RT_TABLE_LOCAL, fc_type: RTN_LOCAL, fc_scope: RT_SCOPE_HOST };
  const behind = { fc_table: RT_TABLE_LOCAL, fc_type: RTN_UNICAST, fc_scope: RT_SCOPE_LINK };
  add_route(lo, { ...own, fc_dst: 0, fc_dst_len: 0 });
  add_route(dev, { ...behind, fc_dst: network, fc_dst_len: prefix });
}

/** A wanted connection, until the host has answered. */
interface Wanted {
  request: ConnectionRequest;
  events: HostEvents;
}

export class Outgoing {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #calls: RelayCalls;
  readonly #wanted = new Map<number, Wanted>();
  /** For each peer the end of the last handshake: one listener at a time waits at its address. */
  readonly #handshakes = new Map<string, Promise<void>>();

  constructor(world: World, machine: Machine, calls: RelayCalls) {
    this.#world = world;
    this.#machine = machine;
    this.#calls = calls;
  }

  /** A program wants a connection; the host has been asked for it. */
  asked(number: number, request: ConnectionRequest): HostEvents {
    const events = new HostEvents();
    this.#wanted.set(number, { request, events });
    return events;
  }

  /** The host has answered. @returns whether the event was such an answer */
  answered(number: number, event: HostEvent, gate: SynGate, host: HostConnection): boolean {
    const wanted = this.#wanted.get(number);
    if (wanted === undefined) return false;
    const { request, events } = wanted;
    switch (event.what) {
      case 'connected':
        this.#wanted.delete(number);
        this.#serve(request, events, gate, host);
        return true;
      case 'refused':
        this.#wanted.delete(number);
        // Nobody listens there: the gateway's TCP refuses.
        this.#soon(() => {
          gate.let_in(request);
          gate.forget(request);
        });
        return true;
      case 'unreachable':
        this.#wanted.delete(number);
        gate.drop(request);
        return true;
      default:
        return false;
    }
  }

  #serve(request: ConnectionRequest, events: HostEvents, gate: SynGate, host: HostConnection): void {
    const address = formatAddress(request.destination);
    const port = request.destination_port;
    const peer = `${address}:${port}`;
    const before = this.#handshakes.get(peer) ?? Promise.resolve();
    let ended!: () => void;
    const handshake = new Promise<void>((resolve) => (ended = resolve));
    this.#handshakes.set(peer, handshake);
    const { task } = spawn_process(this.#machine, `to ${peer}`, async () => {
      await before;
      const fd = await this.#accept(request, { address, port }, gate);
      ended();
      if (this.#handshakes.get(peer) === handshake) this.#handshakes.delete(peer);
      if (fd === null) host.destroy();
      else await relay_accepted(this.#calls, fd, events, host);
    });
    events.task = task;
  }
  /** @returns the accepted descriptor; null: the program has given up */
  async #accept(
    request: ConnectionRequest,
    address: { address: string; port: number },
    gate: SynGate,
  ): Promise<number | null> {
    const calls = this.#calls;
    const listener = await calls.socket(calls.AF_INET, calls.SOCK_STREAM);
    try {
      await calls.setsockopt(listener, calls.SOL_SOCKET, calls.SO_REUSEADDR, 1);
      await calls.bind(listener, address);
      await calls.listen(listener, 1);
      this.#soon(() => gate.let_in(request));
      const ready = await calls.poll([{ fd: listener, events: POLLIN, revents: 0 }], HANDSHAKE_MS);
      return ready === 0 ? null : await calls.accept(listener);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return null;
    } finally {
      await calls.close(listener);
      gate.forget(request);
    }
  }
  /** In the next turn, as a frame that arrives. */
  #soon(deliver: () => void): void {
    this.#world.events.at(this.#world.now_ns, deliver, null);
  }
}
