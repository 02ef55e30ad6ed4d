/** A packet buffer as text: addresses, flags, sequence numbers, length. */
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { tcphdr } from '../../stack/include/linux/tcp.ts';
import { ETH_P_ARP, ETH_P_IP } from '../../stack/include/linux/if_ether.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../../stack/include/uapi/linux/in.ts';
import { ARP_BYTES, arpInfo, readArp } from '../packets/dissectors/arp.ts';
import { PacketBytes } from '../packets/tree/packetBytes.ts';
import { endpoint, ipv4, plural } from './format.ts';
import { protocols, tcpHeaderFlags } from './names.ts';
import type { SequenceBase, SequenceBases } from './sequenceBases.ts';

const ETHERNET_HEADER = 14;

export function flagsText(flags: number): string {
  return [...tcpHeaderFlags.byName]
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(', ');
}

interface Headers {
  protocol: number;
  saddr: number;
  daddr: number;
  /** Offset of the transport header in head. */
  transport: number;
  /** Bytes after the IP header. */
  length: number;
}

/** Parse the IPv4 header at an offset, if there is one. @param whole bytes from there to the packet's end */
function headersAt(head: Uint8Array, at: number, whole: number): Headers | undefined {
  if (at < 0 || at + 20 > head.length || head[at]! >> 4 !== 4) return undefined;
  const ihl = (head[at]! & 0xf) * 4;
  const read = (offset: number) =>
    (head[offset]! << 24) | (head[offset + 1]! << 16) | (head[offset + 2]! << 8) | head[offset + 3]!;
  // An offloaded packet longer than 64 KiB has no total length; the buffer knows it.
  const total = (head[at + 2]! << 8) | head[at + 3]! || whole;
  return {
    protocol: head[at + 9]!,
    saddr: read(at + 12),
    daddr: read(at + 16),
    transport: at + ihl,
    length: total - ihl,
  };
}

/** The IPv4 header of a packet, if it currently has one. */
export function headersOf(skb: sk_buff): Headers | undefined {
  // In a packet from the driver the data begins with the IP header, and network_header is not set yet.
  const at = skb.network_header < 0 && skb.protocol === ETH_P_IP ? skb.data : skb.network_header;
  const headers = headersAt(skb.head, at, skb.len - (at - skb.data));
  if (headers !== undefined && skb.transport_header >= 0) headers.transport = skb.transport_header;
  return headers;
}

export function tcpHeaderOf(skb: sk_buff): tcphdr | undefined {
  const headers = headersOf(skb);
  if (headers?.protocol !== IPPROTO_TCP || headers.transport + 20 > skb.head.length) return undefined;
  return new tcphdr(skb.head, headers.transport);
}

/** An endpoint of a packet; ICMP and raw IP have no ports. */
export interface PacketEnd {
  address: number;
  port: number | undefined;
}
export interface PacketWords {
  /** Undefined: the packet has no headers yet. */
  ends: { from: PacketEnd; to: PacketEnd } | undefined;
  /** `[SYN, ACK] Seq=0 Ack=1 Len=0` */
  what: string;
}

/** @param sequences if omitted, sequence numbers are left out */
export function packetWords(skb: sk_buff, sequences?: SequenceBases): PacketWords {
  if (skb.protocol === ETH_P_ARP) {
    const arp = arpText(skb.head, skb.network_header < 0 ? skb.data : skb.network_header);
    if (arp !== undefined) return { ends: undefined, what: arp };
  }
  const headers = headersOf(skb);
  if (headers === undefined) return { ends: undefined, what: controlBlockText(skb, sequences) };
  return headerWords(skb.head, headers, sequences);
}
/** An Ethernet frame. @param length bytes on the wire, of which `bytes` may be only the beginning */
export function frameWords(bytes: Uint8Array, length: number, sequences?: SequenceBases): PacketWords {
  const protocol = bytes.length > ETHERNET_HEADER ? (bytes[12]! << 8) | bytes[13]! : 0;
  const arp = protocol === ETH_P_ARP ? arpText(bytes, ETHERNET_HEADER) : undefined;
  const headers =
    protocol === ETH_P_IP ? headersAt(bytes, ETHERNET_HEADER, length - ETHERNET_HEADER) : undefined;
  if (headers === undefined) return { ends: undefined, what: arp ?? plural(length, 'byte') };
  return headerWords(bytes, headers, sequences);
}

/** `ARP Who has 10.0.0.1? Tell 10.0.0.2`; undefined: there is no whole ARP packet here. */
function arpText(bytes: Uint8Array, at: number): string | undefined {
  if (at + ARP_BYTES > bytes.length) return undefined;
  return `ARP ${arpInfo(readArp(new PacketBytes({ name: 'ARP', bytes }, at), true, true))}`;
}

function headerWords(
  bytes: Uint8Array,
  { protocol, saddr, daddr, transport, length }: Headers,
  sequences: SequenceBases | undefined,
): PacketWords {
  const port = (offset: number) => (bytes[transport + offset]! << 8) | bytes[transport + offset + 1]!;
  const ends = (from: number | undefined, to: number | undefined) => ({
    from: { address: saddr, port: from },
    to: { address: daddr, port: to },
  });
  if (protocol === IPPROTO_TCP && transport + 20 <= bytes.length) {
    const th = new tcphdr(bytes, transport);
    const base = sequences?.ofPacket(saddr, daddr, th);
    const payload = Math.max(0, length - th.doff * 4);
    const what = `[${flagsText(th.flags)}]${numbersText(th, base)} Len=${payload}`;
    return { ends: ends(th.source, th.dest), what };
  }
  if (protocol === IPPROTO_UDP && transport + 8 <= bytes.length)
    return { ends: ends(port(0), port(2)), what: `UDP Len=${Math.max(0, length - 8)}` };
  const name =
    protocol === IPPROTO_ICMP && transport + 2 <= bytes.length
      ? `ICMP type ${bytes[transport]} code ${bytes[transport + 1]}`
      : protocols.short(protocol);
  return { ends: ends(undefined, undefined), what: `${name} Len=${length}` };
}
function numbersText(th: tcphdr, base: SequenceBase | undefined): string {
  if (base === undefined) return '';
  const ack = th.ack ? ` Ack=${relative(th.ack_seq, base.received)}` : '';
  return ` Seq=${relative(th.seq, base.sent)}${ack}`;
}
function relative(value: number, base: number | undefined): string {
  return String(base === undefined ? value >>> 0 : (value - base) | 0);
}

/** A packet without headers yet: the contents of TCP's control block. */
function controlBlockText(skb: sk_buff, sequences: SequenceBases | undefined): string {
  const { cb } = skb;
  if (cb === null || (cb.end_seq === 0 && cb.seq === 0)) return plural(skb.len, 'byte');
  const flags = `[${flagsText(cb.tcp_flags)}]`;
  if (sequences === undefined) return `${flags} Len=${skb.len}`;
  const base = skb.sk === null ? undefined : sequences.of(skb.sk).sent;
  return `${flags} Seq=${relative(cb.seq, base)}–${relative(cb.end_seq, base)} Len=${skb.len}`;
}

/** `127.0.0.1:40312 → 127.0.0.1:8080  [SYN, ACK] Seq=0 Ack=1 Len=0` */
export function wordsText({ ends, what }: PacketWords): string {
  if (ends === undefined) return what;
  const end = ({ address, port }: PacketEnd) =>
    port === undefined ? ipv4(address) : endpoint(address, port);
  return `${end(ends.from)} → ${end(ends.to)}  ${what}`;
}
/** As wordsText(), for a packet buffer. */
export function packetText(skb: sk_buff, sequences?: SequenceBases): string {
  return wordsText(packetWords(skb, sequences));
}
/** The numbers of its TCP header as on the wire; undefined for other packets. */
export function rawNumbersText(th: tcphdr | undefined): string | undefined {
  if (th === undefined) return undefined;
  return `raw Seq=${th.seq >>> 0}${th.ack ? ` Ack=${th.ack_seq >>> 0}` : ''}`;
}
