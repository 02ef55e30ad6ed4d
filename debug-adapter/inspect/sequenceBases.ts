/** The initial sequence numbers of connections, so that sequence numbers can be shown relative to them. */
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TCP_ESTABLISHED, TCP_SYN_RECV, TCP_SYN_SENT } from '../../stack/include/uapi/linux/tcp.ts';
import type { Machine } from '../../stack/machine.ts';

export interface SequenceBase {
  /** Ours and the peer's; undefined: not known yet. */
  sent: number | undefined;
  received: number | undefined;
}

export class SequenceBases {
  /** The kernel itself does not keep them: they are noted when a handshake ends. */
  readonly #bases = new WeakMap<sock_common, SequenceBase>();

  constructor(machine: Machine) {
    machine.tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      if (to !== TCP_ESTABLISHED || (from !== TCP_SYN_SENT && from !== TCP_SYN_RECV)) return;
      if (!(sk instanceof tcp_sock)) return;
      // Both SYNs have been counted and acknowledged by now.
      this.#bases.set(sk, { sent: (sk.snd_una - 1) | 0, received: (sk.rcv_nxt - 1) | 0 });
    });
  }

  of(sk: sock_common): SequenceBase {
    const known = this.#bases.get(sk);
    if (known !== undefined) return known;
    if (sk instanceof tcp_sock && sk.skc_state === TCP_SYN_SENT)
      return { sent: sk.snd_una, received: undefined };
    return { sent: undefined, received: undefined };
  }
}

/** `2864434397 (relative 1)` */
export function showSequence(value: number, base: number | undefined): string {
  const absolute = String(value >>> 0);
  return base === undefined ? absolute : `${absolute} (relative ${(value - base) | 0})`;
}
