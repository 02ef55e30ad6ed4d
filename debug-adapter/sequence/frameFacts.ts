/** What a frame's first bytes tell: its ends, and for TCP the numbers and flags. */

/** The facts about a frame that a sequence diagram shows. Addresses are IPv4 as int32. */
export interface FrameFacts {
  protocol: 'TCP' | 'UDP' | 'ICMP' | 'ARP' | 'IP' | 'Ethernet';
  source: number;
  destination: number;
  /** Ports; for an ICMP echo its identifier, at the end that asks. 0: none. */
  sourcePort: number;
  destinationPort: number;
  /** Bytes of payload. */
  payload: number;
  tcp?: TcpFacts;
  /** For other protocols: what it is, `echo request`. */
  about?: string;
}
export interface TcpFacts {
  /** In the order in which they are written: `SYN`, `ACK`. */
  flags: string[];
  seq: number;
  ack: number;
  window: number;
  /** The blocks that the SACK option reports, from the first byte to the one after the last. */
  sack?: [from: number, to: number][];
}

const ETHERNET_BYTES = 14;
const ARP_BYTES = 28;
const TCP_BYTES = 20;
const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_SACK = 5;
const MORE_FRAGMENTS_AND_OFFSET = 0x3fff;
const OFFSET = 0x1fff;
/** By bit, in the order in which they are written. */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x02, 'SYN'],
  [0x01, 'FIN'],
  [0x04, 'RST'],
  [0x08, 'PSH'],
  [0x10, 'ACK'],
  [0x20, 'URG'],
];
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  8: 'echo request',
  11: 'time exceeded',
};
const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;

const NOTHING = { source: 0, destination: 0, sourcePort: 0, destinationPort: 0, payload: 0 };

/** @param length the frame's length, of which `head` may be a part */
export function frameFacts(head: Uint8Array, length: number): FrameFacts {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const type = head.length < ETHERNET_BYTES ? 0 : view.getUint16(12);
  if (type === 0x0806 && head.length >= ETHERNET_BYTES + ARP_BYTES) return arp(view);
  if (type === 0x0800 && head.length >= ETHERNET_BYTES + 20) return ip(view, length);
  return { ...NOTHING, protocol: 'Ethernet', payload: length };
}

function arp(view: DataView): FrameFacts {
  const about = view.getUint16(ETHERNET_BYTES + 6) === 1 ? 'who has' : 'is at';
  const source = view.getInt32(ETHERNET_BYTES + 14);
  const destination = view.getInt32(ETHERNET_BYTES + 24);
  return { ...NOTHING, protocol: 'ARP', source, destination, about };
}

function ip(view: DataView, length: number): FrameFacts {
  const at = ETHERNET_BYTES;
  const header = (view.getUint8(at) & 0xf) * 4;
  // A segment of 64 KiB may say 0: its length is the frame's.
  const total = view.getUint16(at + 2) || length - at;
  const fragment = view.getUint16(at + 6) & MORE_FRAGMENTS_AND_OFFSET;
  const ends = { source: view.getInt32(at + 12), destination: view.getInt32(at + 16) };
  const payload = Math.max(0, total - header);
  const base: FrameFacts = { ...NOTHING, ...ends, protocol: 'IP', payload };
  const inner = at + header;
  const protocol = view.getUint8(at + 9);
  if ((fragment & OFFSET) !== 0) return { ...base, about: `fragment at ${(fragment & OFFSET) * 8}` };
  const room = view.byteLength - inner;
  if (protocol === 6 && room >= 20) return tcp(view, inner, base);
  if (protocol === 17 && room >= 8)
    return {
      ...base,
      protocol: 'UDP',
      sourcePort: view.getUint16(inner),
      destinationPort: view.getUint16(inner + 2),
      payload: Math.max(0, payload - 8),
    };
  if (protocol === 1 && room >= 8) return icmp(view, inner, base);
  return base;
}

function tcp(view: DataView, at: number, base: FrameFacts): FrameFacts {
  const bits = view.getUint8(at + 13);
  const sack = sackBlocks(view, at);
  return {
    ...base,
    protocol: 'TCP',
    sourcePort: view.getUint16(at),
    destinationPort: view.getUint16(at + 2),
    payload: Math.max(0, base.payload - (view.getUint8(at + 12) >> 4) * 4),
    tcp: {
      flags: FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name),
      seq: view.getUint32(at + 4),
      ack: view.getUint32(at + 8),
      window: view.getUint16(at + 14),
      ...(sack.length > 0 && { sack }),
    },
  };
}

/** The SACK option of a TCP header, as far as it was recorded. */
function sackBlocks(view: DataView, header: number): [number, number][] {
  const blocks: [number, number][] = [];
  const end = Math.min(header + (view.getUint8(header + 12) >> 4) * 4, view.byteLength);
  for (let at = header + TCP_BYTES; at < end;) {
    const kind = view.getUint8(at);
    if (kind === OPTION_END) break;
    if (kind === OPTION_NOP) {
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > end) break;
    if (kind === OPTION_SACK)
      for (let block = at + 2; block + 8 <= at + length; block += 8)
        blocks.push([view.getUint32(block), view.getUint32(block + 4)]);
    at += length;
  }
  return blocks;
}

function icmp(view: DataView, at: number, base: FrameFacts): FrameFacts {
  const type = view.getUint8(at);
  const identifier = view.getUint16(at + 4);
  return {
    ...base,
    protocol: 'ICMP',
    payload: Math.max(0, base.payload - 8),
    about: ICMP_TYPES[type] ?? `type ${type}`,
    sourcePort: type === ECHO_REQUEST ? identifier : 0,
    destinationPort: type === ECHO_REPLY ? identifier : 0,
  };
}
