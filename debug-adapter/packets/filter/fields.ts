/** All field names for filters, in Wireshark's spelling, and how to read them from a packet. */
import { Broken, type Header, type Packet } from '../packet.ts';
import { Arp } from '../protocols/arp.ts';
import { Data } from '../protocols/data.ts';
import { Ethernet } from '../protocols/ethernet.ts';
import { Icmp } from '../protocols/icmp.ts';
import { Ipv4 } from '../protocols/ipv4.ts';
import { Tcp, TcpPorts } from '../protocols/tcp.ts';
import { TCP_FLAGS } from '../protocols/tcpFlags.ts';
import { Udp } from '../protocols/udp.ts';
import { TCP_NOTES, type TcpNote } from '../tcpAnalysis.ts';

/** The type of a field's values. A `presence` field can only be tested for existence. */
export type FieldType = 'number' | 'text' | 'ipv4' | 'ether' | 'bytes' | 'presence';
export type FieldValue = number | string | Uint8Array;

export interface FilterField {
  readonly name: string;
  readonly type: FieldType;
  /** All values in the packet; empty if it does not have the field. */
  readonly values: (packet: Packet) => readonly FieldValue[];
}

const NONE: readonly FieldValue[] = [];
const fields = new Map<string, FilterField>();

/** The field of that name, or undefined. */
export function filterField(name: string): FilterField | undefined {
  return fields.get(name);
}

export function filterFieldNames(): string[] {
  return [...fields.keys()];
}

/** A field of the packet itself. */
function define(name: string, type: FieldType, values: FilterField['values']): void {
  fields.set(name, { name, type, values });
}

type Kind<H extends Header> = new (...args: never[]) => H;

/**
 * Fields of one header type, anywhere in the packet; packets quoted by ICMP errors count, as in Wireshark.
 */
function header<H extends Header>(
  kind: Kind<H>,
  protocol: string,
  readers: Record<
    string,
    [FieldType, (header: H, packet: Packet) => FieldValue | null | readonly FieldValue[]]
  >,
): void {
  const read = (
    packet: Packet,
    reader: (header: H, packet: Packet) => FieldValue | null | readonly FieldValue[],
  ) => {
    const found: FieldValue[] = [];
    for (const part of [packet, packet.quoted]) {
      const one = part?.get(kind);
      if (!part || !one) continue;
      const value = reader(one, part);
      if (value === null) continue;
      if (typeof value === 'object' && !(value instanceof Uint8Array)) found.push(...value);
      else found.push(value);
    }
    return found;
  };
  for (const [name, [type, reader]] of Object.entries(readers))
    define(name === '' ? protocol : `${protocol}.${name}`, type, (packet) => read(packet, reader));
}

/** The bytes from a header to the packet's end: what `tcp contains "…"` searches. */
const from = (one: Header, packet: Packet): Uint8Array => packet.bytes.subarray(one.offset);
const bit = (set: boolean | number): number => (set ? 1 : 0);

define('frame', 'bytes', (packet) => [packet.bytes]);
define('frame.number', 'number', (packet) => [packet.frame.number]);
define('frame.len', 'number', (packet) => [packet.frame.length]);
define('frame.cap_len', 'number', (packet) => [packet.bytes.length]);
define('frame.time_relative', 'number', (packet) => [packet.frame.timeNs / 1e9]);
define('frame.interface_name', 'text', (packet) => [packet.frame.interface]);
// These three are not Wireshark's: only Sockscope knows the fate of a frame.
define('frame.direction', 'text', (packet) => [packet.frame.direction]);
define('frame.fate', 'text', (packet) => (packet.frame.fate ? [packet.frame.fate] : NONE));
define('frame.reason', 'text', (packet) => (packet.frame.reason ? [packet.frame.reason] : NONE));
define('frame.comment', 'text', ({ frame }) => (frame.comment === undefined ? NONE : [frame.comment]));
define('frame.marked', 'number', ({ frame }) => [bit(frame.isMarked ?? false)]);
define('frame.ref_time', 'presence', ({ frame }) => (frame.isReference ? [1] : NONE));
define('_ws.malformed', 'presence', (packet) =>
  packet.headers.some((one) => one instanceof Broken && one.malformed) ? [1] : NONE,
);

header(Ethernet, 'eth', {
  '': ['bytes', from],
  src: ['ether', (eth) => eth.source],
  dst: ['ether', (eth) => eth.destination],
  addr: ['ether', (eth) => [eth.source, eth.destination]],
  type: ['number', (eth) => eth.type],
});

header(Arp, 'arp', {
  '': ['bytes', from],
  opcode: ['number', (arp) => arp.opcode],
  'src.hw_mac': ['ether', (arp) => arp.senderMac],
  'dst.hw_mac': ['ether', (arp) => arp.targetMac],
  'src.proto_ipv4': ['ipv4', (arp) => arp.senderIp],
  'dst.proto_ipv4': ['ipv4', (arp) => arp.targetIp],
  isgratuitous: ['number', (arp) => bit(arp.gratuitous)],
});

header(Ipv4, 'ip', {
  '': ['bytes', from],
  src: ['ipv4', (ip) => ip.source],
  dst: ['ipv4', (ip) => ip.destination],
  addr: ['ipv4', (ip) => [ip.source, ip.destination]],
  hdr_len: ['number', (ip) => ip.headerLength],
  dsfield: ['number', (ip) => ip.tos],
  len: ['number', (ip) => ip.totalLength],
  id: ['number', (ip) => ip.id],
  'flags.df': ['number', (ip) => bit(ip.dontFragment)],
  'flags.mf': ['number', (ip) => bit(ip.moreFragments)],
  frag_offset: ['number', (ip) => ip.fragmentOffset],
  ttl: ['number', (ip) => ip.ttl],
  proto: ['number', (ip) => ip.proto],
  checksum: ['number', (ip) => ip.checksum.value],
  'checksum.status': ['text', (ip) => ip.checksum.status],
});

header(Icmp, 'icmp', {
  '': ['bytes', from],
  type: ['number', (icmp) => icmp.type],
  code: ['number', (icmp) => icmp.code],
  ident: ['number', (icmp) => (icmp.echo ? icmp.id : null)],
  seq: ['number', (icmp) => (icmp.echo ? icmp.sequence : null)],
  checksum: ['number', (icmp) => icmp.checksum.value],
  'checksum.status': ['text', (icmp) => icmp.checksum.status],
});

header(Udp, 'udp', {
  '': ['bytes', from],
  srcport: ['number', (udp) => udp.sourcePort],
  dstport: ['number', (udp) => udp.destinationPort],
  port: ['number', (udp) => [udp.sourcePort, udp.destinationPort]],
  length: ['number', (udp) => udp.length],
  checksum: ['number', (udp) => udp.checksum.value],
  'checksum.status': ['text', (udp) => udp.checksum.status],
  payload: ['bytes', (_udp, packet) => payload(packet)],
});

header(Tcp, 'tcp', {
  stream: ['number', (tcp) => tcp.analysis?.stream ?? null],
  len: ['number', (tcp) => tcp.length],
  seq: ['number', (tcp) => tcp.analysis?.seq ?? tcp.seq],
  seq_raw: ['number', (tcp) => tcp.seq],
  nxtseq: ['number', (tcp) => tcp.analysis?.nextSeq ?? null],
  ack: ['number', (tcp) => tcp.analysis?.ack ?? tcp.ack],
  ack_raw: ['number', (tcp) => tcp.ack],
  hdr_len: ['number', (tcp) => tcp.headerLength],
  flags: ['number', (tcp) => tcp.flags],
  window_size: ['number', (tcp) => tcp.analysis?.window ?? tcp.window],
  window_size_value: ['number', (tcp) => tcp.window],
  checksum: ['number', (tcp) => tcp.checksum.value],
  'checksum.status': ['text', (tcp) => tcp.checksum.status],
  urgent_pointer: ['number', (tcp) => tcp.urgent],
  payload: ['bytes', (_tcp, packet) => payload(packet)],
  'options.mss_val': ['number', (tcp) => tcp.options.mss],
  'options.wscale.shift': ['number', (tcp) => tcp.options.windowScale],
  'options.sack_perm': ['presence', (tcp) => (tcp.options.sackPermitted ? 1 : null)],
  'options.sack': ['presence', (tcp) => (tcp.options.sack.length ? 1 : null)],
  'options.timestamp.tsval': ['number', (tcp) => tcp.options.timestamp?.value ?? null],
  'options.timestamp.tsecr': ['number', (tcp) => tcp.options.timestamp?.echo ?? null],
  'analysis.flags': ['presence', (tcp) => (tcp.analysis?.notes.size ? 1 : null)],
  'analysis.acks_frame': ['number', (tcp) => tcp.analysis?.acks || null],
  'analysis.ack_rtt': ['number', (tcp) => (tcp.analysis?.acks ? tcp.analysis.rttNs / 1e9 : null)],
  'analysis.bytes_in_flight': ['number', (tcp) => tcp.analysis?.bytesInFlight || null],
  'analysis.rto': ['number', (tcp) => (tcp.analysis?.rtoFrame ? tcp.analysis.rtoNs / 1e9 : null)],
});
header(
  Tcp,
  'tcp.flags',
  Object.fromEntries(
    TCP_FLAGS.map(({ filter, mask }) => [filter, ['number', (tcp) => bit(tcp.flags & mask)]]),
  ),
);
header(
  Tcp,
  'tcp.analysis',
  Object.fromEntries(
    (Object.keys(TCP_NOTES) as TcpNote[]).map((note) => [
      note,
      ['presence', (tcp) => (hasNote(tcp, note) ? 1 : null)],
    ]),
  ),
);
// An ICMP error may quote no more of a TCP header than these.
for (const [name, read] of Object.entries<(tcp: Tcp | TcpPorts) => number[]>({
  'tcp.srcport': (tcp) => [tcp.sourcePort],
  'tcp.dstport': (tcp) => [tcp.destinationPort],
  'tcp.port': (tcp) => [tcp.sourcePort, tcp.destinationPort],
}))
  define(name, 'number', (packet) => anyTcp(packet).flatMap(([tcp]) => read(tcp)));
define('tcp', 'bytes', (packet) => anyTcp(packet).map(([tcp, part]) => from(tcp, part)));

header(Data, 'data', {
  '': ['bytes', (_data, packet) => payload(packet)],
  len: ['number', (data) => data.length],
});

function payload(packet: Packet): Uint8Array | null {
  const data = packet.get(Data);
  return data && packet.bytes.subarray(data.offset, data.offset + data.length);
}

function anyTcp(packet: Packet): [Tcp | TcpPorts, Packet][] {
  const found: [Tcp | TcpPorts, Packet][] = [];
  for (const part of [packet, packet.quoted]) {
    const tcp = part?.get(Tcp) ?? part?.get(TcpPorts);
    if (part && tcp) found.push([tcp, part]);
  }
  return found;
}

/** As in Wireshark, the two special kinds of retransmission are retransmissions too. */
function hasNote(tcp: Tcp, note: TcpNote): boolean {
  const notes = tcp.analysis?.notes;
  if (!notes || notes.size === 0) return false;
  if (notes.has(note)) return true;
  return (
    note === 'retransmission' && (notes.has('fast_retransmission') || notes.has('spurious_retransmission'))
  );
}
