/** Names of the kernel's numbers, derived from the tables that define them. */
import { ICSK_TIMES } from '../../stack/include/net/inet_connection_sock.ts';
import { DROP_REASONS } from '../../stack/include/net/dropreason.ts';
import { NAPI_STATES } from '../../stack/include/linux/netdevice.ts';
import { SOCKET_STATES } from '../../stack/include/linux/net.ts';
import { NUD_STATES } from '../../stack/include/net/neighbour.ts';
import { SOCK_FLAGS } from '../../stack/include/net/sock.ts';
import { ADDRESS_FAMILIES, SOCKET_TYPES } from '../../stack/include/uapi/linux/socket.ts';
import { TCP_CA_STATES, TCP_STATES } from '../../stack/include/uapi/linux/tcp.ts';

/** A table of names and numbers, readable both ways. */
export class Names {
  readonly byName: ReadonlyMap<string, number>;
  readonly #byNumber = new Map<number, string>();
  /** What the names begin with and may be left out when typed: `TCP_`. */
  readonly prefix: string;

  constructor(table: Readonly<Record<string, number>>, prefix = '') {
    this.byName = new Map(Object.entries(table));
    this.prefix = prefix;
    for (const [name, number] of this.byName)
      if (!this.#byNumber.has(number)) this.#byNumber.set(number, name);
  }
  name(number: number): string | undefined {
    return this.#byNumber.get(number);
  }
  /** Without the prefix: `ESTABLISHED`. */
  short(number: number): string {
    const name = this.name(number);
    if (name === undefined) return String(number);
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : name;
  }
  /** By name, with or without the prefix, in any case. */
  number(name: string): number | undefined {
    const wanted = name.trim().toUpperCase();
    for (const [known, number] of this.byName) {
      const upper = known.toUpperCase();
      if (upper === wanted || upper === this.prefix + wanted) return number;
    }
    return undefined;
  }
  /** The same names for bits whose numbers these are. */
  get asBits(): Names {
    return new Names(
      Object.fromEntries([...this.byName].map(([name, bit]) => [name, 1 << bit])),
      this.prefix,
    );
  }
  get names(): string[] {
    return [...this.byName.keys()];
  }
}

export const tcpStates = new Names(TCP_STATES, 'TCP_');
export const caStates = new Names(TCP_CA_STATES, 'TCP_CA_');
export const addressFamilies = new Names(ADDRESS_FAMILIES, 'AF_');
export const socketTypes = new Names(SOCKET_TYPES, 'SOCK_');
export const socketStates = new Names(SOCKET_STATES, 'SS_');
export const sockFlags = new Names(SOCK_FLAGS, 'SOCK_');
export const icskTimes = new Names(ICSK_TIMES, 'ICSK_TIME_');
export const nudStates = new Names(NUD_STATES, 'NUD_');
export const napiStates = new Names(NAPI_STATES, 'NAPI_STATE_');
export const dropReasons = new Names(
  Object.fromEntries(DROP_REASONS.map((name, number) => [`SKB_DROP_REASON_${name}`, number])),
  'SKB_DROP_REASON_',
);

export const protocols = new Names(
  {
    IPPROTO_IP: 0,
    IPPROTO_ICMP: 1,
    IPPROTO_TCP: 6,
    IPPROTO_UDP: 17,
    IPPROTO_RAW: 255,
  },
  'IPPROTO_',
);
export const tcpHeaderFlags = new Names({
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
});
export const interfaceFlags = new Names(
  {
    IFF_UP: 1 << 0,
    IFF_BROADCAST: 1 << 1,
    IFF_LOOPBACK: 1 << 3,
    IFF_POINTOPOINT: 1 << 4,
    IFF_RUNNING: 1 << 6,
    IFF_NOARP: 1 << 7,
    IFF_PROMISC: 1 << 8,
    IFF_MULTICAST: 1 << 12,
  },
  'IFF_',
);
export const shutdownFlags = new Names({ RCV_SHUTDOWN: 1, SEND_SHUTDOWN: 2 });
export const ackFlags = new Names({
  ICSK_ACK_SCHED: 1,
  ICSK_ACK_TIMER: 2,
  ICSK_ACK_PUSHED: 4,
  ICSK_ACK_PUSHED2: 8,
  ICSK_ACK_NOW: 16,
});
export const sackedFlags = new Names({
  TCPCB_SACKED_ACKED: 0x01,
  TCPCB_SACKED_RETRANS: 0x02,
  TCPCB_LOST: 0x04,
  TCPCB_REPAIRED: 0x10,
  TCPCB_EVER_RETRANS: 0x80,
});
export const taskStates = new Names(
  {
    TASK_RUNNING: 0,
    TASK_INTERRUPTIBLE: 1,
    TASK_UNINTERRUPTIBLE: 2,
    TASK_DEAD: 0x80,
  },
  'TASK_',
);
export const checksums = new Names({
  CHECKSUM_NONE: 0,
  CHECKSUM_UNNECESSARY: 1,
  CHECKSUM_COMPLETE: 2,
  CHECKSUM_PARTIAL: 3,
});
