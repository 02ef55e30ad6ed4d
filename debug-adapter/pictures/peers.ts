/** Who is at the other end of a connection: the process that called connect(). */
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TCP_SYN_SENT } from '../../stack/include/uapi/linux/tcp.ts';
import type { World } from '../../stack/world/world.ts';
import { endpoint, localPort } from '../inspect/format.ts';
import { shortEndpoint } from '../inspect/short.ts';

/** How many of the newest connecting sockets, and of the newest endpoints, are remembered. */
const KEPT = 256;

export class Peers {
  /** A socket gets its port after it has begun to connect, and loses it when that fails. */
  readonly #connecting: { sk: sock_common; process: string }[] = [];
  /** By endpoint: the process that connected from it last. */
  readonly #processes = new Map<string, string>();

  constructor({ tracer }: World) {
    tracer.on('sock:inet_sock_set_state', (sk, _from, to) => {
      if (to !== TCP_SYN_SENT) return;
      this.#connecting.push({ sk, process: sk.skc_net.machine.current.comm });
      if (this.#connecting.length > KEPT) this.#connecting.shift();
    });
  }

  /** A SYN has come from there: remember whose it is. */
  met(address: number, port: number): void {
    const key = endpoint(address, port);
    const found = this.#connecting.findLast(
      ({ sk }) => localPort(sk) === port && sk.skc_rcv_saddr === address,
    );
    this.#processes.delete(key);
    if (found !== undefined) this.#processes.set(key, found.process);
    if (this.#processes.size > KEPT) this.#processes.delete(this.#processes.keys().next().value!);
  }

  /**
   * A short name for an endpoint: `client3`; `client :40312` if that process connects more than once; the
   * endpoint alone if no process of the world is known there.
   */
  name(address: number, port: number): string {
    const process = this.#processes.get(endpoint(address, port));
    if (process === undefined) return shortEndpoint(address, port);
    const isAlone = [...this.#processes.values()].filter((other) => other === process).length === 1;
    return isAlone ? process : `${process} ${shortEndpoint(address, port)}`;
  }
}
