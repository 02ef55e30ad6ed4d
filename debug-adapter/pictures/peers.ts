/** Who is at the other end of a connection: the process that called connect(). */
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TCP_SYN_SENT } from '../../stack/include/uapi/linux/tcp.ts';
import type { World } from '../../stack/world/world.ts';
import { localPort } from '../inspect/format.ts';
import { shortEndpoint } from '../inspect/short.ts';

/** How many of the newest connecting sockets are remembered. */
const KEPT = 256;

interface Connecting {
  sk: sock_common;
  process: string;
}

export class Peers {
  /** The socket gets its port after it has begun to connect, and keeps it when it is closed. */
  readonly #connecting: Connecting[] = [];

  constructor({ tracer }: World) {
    tracer.on('sock:inet_sock_set_state', (sk, _from, to) => {
      if (to !== TCP_SYN_SENT) return;
      this.#connecting.push({ sk, process: sk.skc_net.machine.current.comm });
      if (this.#connecting.length > KEPT) this.#connecting.shift();
    });
  }

  /**
   * A short name for an endpoint: `client3`; `client :40312` if that process connects more than once; the
   * endpoint alone if no process of the world is known there.
   */
  name(address: number, port: number): string {
    const found = this.#connecting.findLast(
      ({ sk }) => localPort(sk) === port && sk.skc_rcv_saddr === address,
    );
    if (found === undefined) return shortEndpoint(address, port);
    const isAlone = this.#connecting.every(({ sk, process }) => process !== found.process || sk === found.sk);
    return isAlone ? found.process : `${found.process} ${shortEndpoint(address, port)}`;
  }
}
