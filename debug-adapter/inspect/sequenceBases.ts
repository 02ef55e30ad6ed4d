/** The initial sequence numbers of connections, so that sequence numbers can be shown relative to them. */
import { tcp_request_sock, tcp_sock, type tcphdr } from '../../stack/include/linux/tcp.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TCP_ESTABLISHED, TCP_SYN_RECV, TCP_SYN_SENT } from '../../stack/include/uapi/linux/tcp.ts';
import type { World } from '../../stack/world/world.ts';

export interface SequenceBase {
  /** The initial numbers of both directions; undefined: not known yet. */
  sent: number | undefined;
  received: number | undefined;
}
const UNKNOWN: SequenceBase = { sent: undefined, received: undefined };
const reversed = ({ sent, received }: SequenceBase): SequenceBase => ({ sent: received, received: sent });

/** Number of connections remembered by address, the most recent ones. */
const MOST_FLOWS = 20_000;

export class SequenceBases {
  /** The kernel does not keep the initial numbers: they are recorded when a handshake is complete. */
  readonly #bases = new WeakMap<sock_common, SequenceBase>();
  /** By addresses and ports, for packets that no socket owns. */
  readonly #flows = new Map<string, SequenceBase>();

  constructor(world: World) {
    world.tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      if (to !== TCP_ESTABLISHED || (from !== TCP_SYN_SENT && from !== TCP_SYN_RECV)) return;
      if (!(sk instanceof tcp_sock)) return;
      // At this point both SYNs are acknowledged.
      const base = { sent: (sk.snd_una - 1) | 0, received: (sk.rcv_nxt - 1) | 0 };
      this.#bases.set(sk, base);
      this.#note(flowOf(sk.skc_rcv_saddr, sk.skc_num, sk.skc_daddr, sk.skc_dport), base);
    });
  }
  #note(flow: string, base: SequenceBase): void {
    // Delete first: a Map keeps the position of an existing key.
    this.#flows.delete(flow);
    this.#flows.set(flow, base);
    if (this.#flows.size > MOST_FLOWS) this.#flows.delete(this.#flows.keys().next().value!);
  }

  of(sk: sock_common): SequenceBase {
    const known = this.#bases.get(sk);
    if (known !== undefined) return known;
    if (sk instanceof tcp_request_sock) return { sent: sk.snt_isn, received: sk.rcv_isn };
    if (!(sk instanceof tcp_sock)) return UNKNOWN;
    if (sk.skc_state === TCP_SYN_SENT) return { sent: sk.snd_una, received: undefined };
    if (sk.skc_state === TCP_SYN_RECV) return { sent: (sk.snd_una - 1) | 0, received: (sk.rcv_nxt - 1) | 0 };
    return UNKNOWN;
  }

  /** In the sender's numbering. A SYN itself is the first number. */
  ofPacket(saddr: number, daddr: number, th: tcphdr): SequenceBase {
    if (th.syn) return { sent: th.seq, received: th.ack ? (th.ack_seq - 1) | 0 : undefined };
    const own = this.#flows.get(flowOf(saddr, th.source, daddr, th.dest));
    if (own !== undefined) return own;
    return reversed(this.#flows.get(flowOf(daddr, th.dest, saddr, th.source)) ?? UNKNOWN);
  }
}

function flowOf(laddr: number, lport: number, faddr: number, fport: number): string {
  return `${laddr}:${lport} ${faddr}:${fport}`;
}

/** `1 (raw 2864434397)` */
export function showSequence(value: number, base: number | undefined): string {
  const raw = String(value >>> 0);
  return base === undefined ? raw : `${(value - base) | 0} (raw ${raw})`;
}
