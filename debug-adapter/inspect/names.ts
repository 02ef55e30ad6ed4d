/** Names of kernel constants, in both directions. */
import * as kernel from '../../stack/debugger/names.ts';

/** A table of names and numbers, searchable in both directions. */
export class Names {
  readonly byName: ReadonlyMap<string, number>;
  readonly #byNumber = new Map<number, string>();
  /** The common prefix, which may be omitted when typing: `TCP_`. */
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
  /** The same names for a bit mask, where these numbers are bit positions. */
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

export const tcpStates = new Names(kernel.TCP_STATES, 'TCP_');
export const caStates = new Names(kernel.TCP_CA_STATES, 'TCP_CA_');
export const addressFamilies = new Names(kernel.ADDRESS_FAMILIES, 'AF_');
export const socketTypes = new Names(kernel.SOCKET_TYPES, 'SOCK_');
export const socketStates = new Names(kernel.SOCKET_STATES, 'SS_');
export const sockFlags = new Names(kernel.SOCK_FLAGS, 'SOCK_');
export const icskTimes = new Names(kernel.ICSK_TIMES, 'ICSK_TIME_');
export const nudStates = new Names(kernel.NUD_STATES, 'NUD_');
export const napiStates = new Names(kernel.NAPI_STATES, 'NAPI_STATE_');
export const dropReasons = new Names(kernel.SKB_DROP_REASONS, 'SKB_DROP_REASON_');
export const protocols = new Names(kernel.PROTOCOLS, 'IPPROTO_');
/** Commonly known without the kernel's prefix: `SYN`. */
export const tcpHeaderFlags = new Names(withoutPrefix(kernel.TCP_HEADER_FLAGS, 'TCPHDR_'));
export const interfaceFlags = new Names(kernel.INTERFACE_FLAGS, 'IFF_');
export const shutdownFlags = new Names(kernel.SHUTDOWN_FLAGS);
export const ackFlags = new Names(kernel.ACK_FLAGS);
export const sackedFlags = new Names(kernel.SACKED_FLAGS);
export const taskStates = new Names(kernel.TASK_STATES, 'TASK_');
export const epollEvents = new Names(kernel.EPOLL_EVENTS, 'EPOLL');
export const checksums = new Names(kernel.CHECKSUMS);

function withoutPrefix(table: Readonly<Record<string, number>>, prefix: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(table).map(([name, number]) => [name.slice(prefix.length), number]),
  );
}
