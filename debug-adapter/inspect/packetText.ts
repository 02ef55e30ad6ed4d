/** A packet buffer in words: addresses, flags, sequence numbers, length. */
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { tcphdr } from '../../stack/include/linux/tcp.ts';
import { ETH_P_IP } from '../../stack/include/linux/if_ether.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { endpoint, ipv4, plural } from './format.ts';
import { protocols, tcpHeaderFlags } from './names.ts';
import type { SequenceBases } from './sequenceBases.ts';

const FLAG_ORDER = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

export function flagsText(flags: number): string {
  return FLAG_ORDER.filter((name) => (flags & tcpHeaderFlags.byName.get(name)!) !== 0).join(', ');
}

interface Headers {
  protocol: number;
  saddr: number;
  daddr: number;
  /** Where the transport header is in head. */
  transport: number;
  /** Bytes behind the IP header. */
  length: number;
}

/** The IPv4 header of a packet, if it has one already (or still). */
export function headersOf(skb: sk_buff): Headers | undefined {
  const { head } = skb;
  // As it comes from the driver its data begins with the IP header, and nobody has noted that yet.
  const at = skb.network_header < 0 && skb.protocol === ETH_P_IP ? skb.data : skb.network_header;
  if (at < 0 || at + 20 > head.length || head[at]! >> 4 !== 4) return undefined;
  const ihl = (head[at]! & 0xf) * 4;
  const read = (offset: number) =>
    (head[offset]! << 24) | (head[offset + 1]! << 16) | (head[offset + 2]! << 8) | head[offset + 3]!;
  // An offloaded packet longer than 64 KiB has no total length; the buffer knows it.
  const total = (head[at + 2]! << 8) | head[at + 3]! || skb.len - (at - skb.data);
  return {
    protocol: head[at + 9]!,
    saddr: read(at + 12),
    daddr: read(at + 16),
    transport: skb.transport_header >= 0 ? skb.transport_header : at + ihl,
    length: total - ihl,
  };
}

export function tcpHeaderOf(skb: sk_buff): tcphdr | undefined {
  const headers = headersOf(skb);
  if (headers?.protocol !== IPPROTO_TCP || headers.transport + 20 > skb.head.length) return undefined;
  return new tcphdr(skb.head, headers.transport);
}

function relative(value: number, base: number | undefined): string {
  return String(base === undefined ? value >>> 0 : (value - base) | 0);
}

/** `127.0.0.1:40312 → 127.0.0.1:8080  [SYN, ACK] Seq=0 Ack=1 Len=0` */
export function packetText(skb: sk_buff, sequences: SequenceBases): string {
  const headers = headersOf(skb);
  if (headers === undefined) return controlBlockText(skb, sequences);
  const { protocol, saddr, daddr, transport, length } = headers;
  const port = (offset: number) => (skb.head[transport + offset]! << 8) | skb.head[transport + offset + 1]!;
  if (protocol === IPPROTO_TCP) {
    const th = new tcphdr(skb.head, transport);
    const base = baseFor(skb.sk, th.source, sequences);
    const ack = th.ack ? ` Ack=${relative(th.ack_seq, base.received)}` : '';
    const where = `${endpoint(saddr, th.source)} → ${endpoint(daddr, th.dest)}`;
    return `${where}  [${flagsText(th.flags)}] Seq=${relative(th.seq, base.sent)}${ack} Len=${Math.max(0, length - th.doff * 4)}`;
  }
  if (protocol === IPPROTO_UDP) {
    return `${endpoint(saddr, port(0))} → ${endpoint(daddr, port(2))}  UDP Len=${Math.max(0, length - 8)}`;
  }
  const name =
    protocol === IPPROTO_ICMP
      ? `ICMP type ${skb.head[transport]} code ${skb.head[transport + 1]}`
      : protocols.short(protocol);
  return `${ipv4(saddr)} → ${ipv4(daddr)}  ${name} Len=${length}`;
}

/** On the way in, what is sent by the peer counts from the peer's number. */
function baseFor(sk: sock_common | null, source: number, sequences: SequenceBases) {
  if (sk === null) return { sent: undefined, received: undefined };
  const base = sequences.of(sk);
  return source === sk.skc_num ? base : { sent: base.received, received: base.sent };
}

/** A packet without headers yet: what TCP's control block knows of it. */
function controlBlockText(skb: sk_buff, sequences: SequenceBases): string {
  const { cb } = skb;
  if (cb === null || (cb.end_seq === 0 && cb.seq === 0)) return plural(skb.len, 'byte');
  const base = skb.sk === null ? undefined : sequences.of(skb.sk).sent;
  return `[${flagsText(cb.tcp_flags)}] Seq=${relative(cb.seq, base)}–${relative(cb.end_seq, base)} Len=${skb.len}`;
}
