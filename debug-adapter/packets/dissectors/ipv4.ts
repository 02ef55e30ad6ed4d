/** IPv4 (RFC 791). */
import { expert } from '../tree/expert.ts';
import { field, placedIn, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv4Text } from '../tree/text.ts';
import { addCalculated, addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';
import { dissectData } from './data.ts';
import { BOGUS_VERSION, halfLabel, IP, IP_FIELDS, VERSION, type ByIpProtocol, type IpHeader } from './ip.ts';
import { addReassembly, fragmentFields, listedFragmentFields } from './ipFragments.ts';
import { ipProtocolName } from './ipProtocols.ts';
import { addIpv4Options, IPV4_OPTION_FIELDS } from './ipv4Options.ts';
import { CODEPOINTS, codepointName, CONGESTION, CONGESTION_NAMES } from './ipv4Names.ts';

const HEADER = 20;
const DF = 0x40;
const MF = 0x20;
/** Multicast that no router forwards: 224.0.0.0/24. */
const LOCAL_NETWORK_CONTROL = 0xe00000;
/** Below this a packet may die on its way. */
const SMALL_TTL = 5;

const inHeader = placedIn(IP);
const HEADER_LENGTH = field('ip.hdr_len', 'Header Length', 'uint8');
const SERVICES = field('ip.dsfield', 'Differentiated Services Field', 'uint8', {
  base: 'hex',
  ...inHeader(1),
});
const DSCP = field('ip.dsfield.dscp', 'Differentiated Services Codepoint', 'uint8', {
  mask: 0xfc,
  names: codepointName,
  ...inHeader(1),
});
const ECN = field('ip.dsfield.ecn', 'Explicit Congestion Notification', 'uint8', {
  mask: 0x03,
  names: CONGESTION_NAMES,
  ...inHeader(1),
});
const LENGTH = field('ip.len', 'Total Length', 'uint16');
const ID = field('ip.id', 'Identification', 'uint16', { base: 'hex_dec', ...inHeader(4) });
const SET = { 1: 'Set', 0: 'Not set' };
const FLAGS = field('ip.flags', 'Flags', 'uint8', { base: 'hex', mask: 0xe0, ...inHeader(6) });
const FLAG_BITS = [
  field('ip.flags.rb', 'Reserved bit', 'boolean', { mask: 0x80, names: SET, ...inHeader(6) }),
  field('ip.flags.df', "Don't fragment", 'boolean', { mask: DF, names: SET, ...inHeader(6) }),
  field('ip.flags.mf', 'More fragments', 'boolean', { mask: MF, names: SET, ...inHeader(6) }),
];
const FRAGMENT_OFFSET = field('ip.frag_offset', 'Fragment Offset', 'uint16', {
  mask: 0x1fff,
  ...inHeader(6),
});
const TTL = field('ip.ttl', 'Time to Live', 'uint8', inHeader(8));
const TTL_CONTROL = field('ip.ttl.lncb', 'Time To Live', 'none');
const TTL_SMALL = field('ip.ttl.too_small', 'Time To Live', 'none');
const PROTOCOL = field('ip.proto', 'Protocol', 'uint8', { names: ipProtocolName, ...inHeader(9) });
const CHECKSUM = checksumFields(
  'ip',
  { checksum: 'Header Checksum', status: 'Header checksum status' },
  'ip.checksum_bad.expert',
  { unverified: 'not all data available' },
);
const SOURCE = field('ip.src', 'Source Address', 'ipv4', inHeader(12));
const DESTINATION = field('ip.dst', 'Destination Address', 'ipv4', inHeader(16));
const ADDRESS = field('ip.addr', 'Source or Destination Address', 'ipv4', inHeader(12, 16));
const BOGUS_LENGTH = field('ip.bogus_ip_length', 'Bogus IP length', 'none');
const BOGUS_HEADER_LENGTH = field('ip.bogus_header_length', 'Bogus IP header length', 'none');

const FRAGMENTS = fragmentFields('ip', 'IPv4', 'reassembled_in', 'bytes');

export const IPV4_FIELDS: readonly Field[] = [
  ...IP_FIELDS,
  HEADER_LENGTH,
  SERVICES,
  DSCP,
  ECN,
  LENGTH,
  ID,
  FLAGS,
  ...FLAG_BITS,
  FRAGMENT_OFFSET,
  TTL,
  TTL_CONTROL,
  TTL_SMALL,
  PROTOCOL,
  ...listed(CHECKSUM),
  SOURCE,
  DESTINATION,
  ADDRESS,
  BOGUS_LENGTH,
  BOGUS_HEADER_LENGTH,
  ...IPV4_OPTION_FIELDS,
  ...listedFragmentFields(FRAGMENTS),
];

/** @returns where the datagram ends: a frame may be longer */
export function dissectIpv4(packet: Packet, bytes: PacketBytes, byProtocol: ByIpProtocol): number {
  packet.show({ protocol: 'IPv4', info: '' });
  let { end } = bytes;
  const endsAt = (found: number) => {
    end = found;
  };
  packet.attempt('IPv4', bytes, () => dissect(packet, bytes, byProtocol, endsAt), IP.name);
  return end;
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  byProtocol: ByIpProtocol,
  endsAt: (end: number) => void,
): void {
  const at = bytes.begin;
  const first = bytes.u8(at);
  const headerLength = (first & 0xf) * 4;
  const version = first >> 4;
  const layer = packet.layer(IP, bytes, headerLength, IP.title, undefined, packet.quotedIn);
  const versionLine = layer.add(VERSION, bytes, at, 1, version);
  versionLine.label(() => halfLabel(version, true, `Version: ${version}`));
  if (version !== 4) {
    packet.show({ info: () => `Bogus IPv4 version (${version}, must be 4)` });
    expert(versionLine, BOGUS_VERSION, 'Error', 'Protocol', 'Bogus IPv4 version');
    return;
  }
  const lengthLine = layer.add(HEADER_LENGTH, bytes, at, 1, headerLength);
  const words = first & 0xf;
  lengthLine.label(() => halfLabel(words, false, `Header Length: ${headerLength} bytes (${words})`));
  if (headerLength < HEADER) {
    const bogus = () => `Bogus IP header length (${headerLength}, must be at least ${HEADER})`;
    packet.show({ info: bogus });
    expert(lengthLine, BOGUS_HEADER_LENGTH, 'Error', 'Protocol', bogus);
    return;
  }
  addServices(layer, bytes, at + 1);
  const end = addLength(packet, layer, bytes, headerLength);
  if (end === null) return;
  endsAt(end);
  layer.endAt(end);
  const id = layer.read(ID, bytes, at + 4, 2).own as number;
  const flags = bytes.u8(at + 6);
  const fragment = (bytes.u16(at + 6) & 0x1fff) * 8;
  addFlags(layer, bytes, at + 6, flags);
  layer.read(FRAGMENT_OFFSET, bytes, at + 6, 2).as(() => String(fragment));
  const ttlLine = layer.read(TTL, bytes, at + 8, 1);
  const protocol = layer.read(PROTOCOL, bytes, at + 9, 1).own as number;
  const expected = bytes.has(at, headerLength)
    ? rightChecksum(onesSum(bytes.bytes(at, headerLength)), bytes.u16(at + 10))
    : null;
  const hint = '(may be caused by "IP checksum offload"?)';
  const { status } = addChecksum(layer, CHECKSUM, bytes, at + 10, expected, hint);
  addCalculated(layer, CHECKSUM, bytes, at + 10, expected);
  const source = layer.read(SOURCE, bytes, at + 12, 4).own as number;
  const from = () => ipv4Text(source);
  layer.label(() => `${IP.title}, Src: ${from()}`);
  packet.show({ source: from });
  layer.add(ADDRESS, bytes, at + 12, 4, source).hidden();
  const destination = layer.read(DESTINATION, bytes, at + 16, 4).own as number;
  const to = () => ipv4Text(destination);
  layer.label(() => `${IP.title}, Src: ${from()}, Dst: ${to()}`);
  packet.show({ destination: to });
  layer.add(ADDRESS, bytes, at + 16, 4, destination).hidden();
  const ttl = ttlLine.own as number;
  noteTtl(ttlLine, ttl, destination);
  if (headerLength > HEADER) addIpv4Options(layer, bytes, at + HEADER, at + headerLength);
  bytes.need(at, headerLength);

  const payload = bytes.part(at + headerLength, end);
  const isFragment = (flags & MF) !== 0 || fragment > 0;
  const addressSum = halves(source) + halves(destination);
  const ip = { source, destination, protocol, ttl, isFragment, addressSum };
  const name = ipProtocolName(protocol) ?? 'Unknown';
  if (!isFragment) {
    packet.show({ info: () => `${name} (${protocol})` });
    return dissectPayload(packet, payload, ip, byProtocol);
  }
  const digits = id.toString(16).padStart(4, '0');
  packet.show({
    info: () => `Fragmented IP protocol (proto=${name} ${protocol}, off=${fragment}, ID=${digits})`,
  });
  const isWhole = payload.captured === payload.end && status !== 'Bad';
  const piece = { ...ip, id, offset: fragment, isLast: (flags & MF) === 0 };
  const datagram =
    isWhole && !packet.isQuoted ? addReassembly(packet, layer, FRAGMENTS, payload, piece) : null;
  const completedBy = packet.context.datagram?.completedBy;
  if (completedBy && completedBy !== packet.frame.number)
    packet.alsoInfo(() => `[Reassembled in #${completedBy}]`);
  if (datagram) dissectPayload(packet, datagram, { ...ip, isFragment: false }, byProtocol);
  else if (isWhole || fragment > 0) dissectData(packet, payload);
  // A first piece that cannot be put together with others has the headers of what it carries.
  else dissectPayload(packet, payload, ip, byProtocol);
}

function dissectPayload(packet: Packet, bytes: PacketBytes, ip: IpHeader, byProtocol: ByIpProtocol): void {
  const inner = byProtocol[ip.protocol];
  if (inner) inner(packet, bytes, ip);
  else dissectData(packet, bytes);
}

/** Sum of an address's 16-bit words. */
const halves = (address: number) => (address >>> 16) + (address & 0xffff);

function addServices(layer: Item, bytes: PacketBytes, at: number): void {
  const whole = bytes.u8(at);
  const line = layer.read(SERVICES, bytes, at, 1);
  const codepoint = whole >> 2;
  line.also(() => ` (DSCP: ${CODEPOINTS[codepoint] ?? 'Unknown'}, ECN: ${CONGESTION[whole & 3]})`);
  line.bits(DSCP, bytes, at, 1, whole);
  line.bits(ECN, bytes, at, 1, whole);
}

/** @returns where the datagram ends, or null if its length cannot be right */
function addLength(packet: Packet, layer: Item, bytes: PacketBytes, headerLength: number): number | null {
  const at = bytes.begin;
  const total = bytes.u16(at + 2);
  if (total === 0) {
    const whole = bytes.length;
    layer
      .add(LENGTH, bytes, at + 2, 2, whole)
      .as(() => `${whole} bytes (reported as 0, presumed to be because of "TCP segmentation offload" (TSO))`);
    return bytes.end;
  }
  const line = layer.add(LENGTH, bytes, at + 2, 2, total);
  if (total < headerLength) {
    packet.show({ info: () => `Bogus IP length (${total}, less than header length ${headerLength})` });
    line.as(() => `${total} (bogus, less than header length ${headerLength})`);
    expert(line, BOGUS_LENGTH, 'Error', 'Protocol');
    return null;
  }
  if (total > bytes.length && !packet.isQuoted)
    expert(
      line,
      BOGUS_LENGTH,
      'Error',
      'Protocol',
      () => `IPv4 total length exceeds packet length (${bytes.length} bytes)`,
    );
  return Math.min(bytes.end, at + total);
}

function addFlags(layer: Item, bytes: PacketBytes, at: number, whole: number): void {
  const names = FLAG_BITS.filter(({ mask }) => whole & mask!)
    .map(({ title }) => `, ${title}`)
    .join('');
  const line = layer.bits(FLAGS, bytes, at, 1, whole).as(() => `0x${(whole >> 5).toString(16)}${names}`);
  for (const bit of FLAG_BITS) line.bits(bit, bytes, at, 1, whole);
}

const ANY_TTL = 0;
/** The TTL that packets to a group of the block have, by the group's last byte, if it is not 1: VRRP, GLBP, mDNS, LLMNR. */
const CONTROL_TTLS: Readonly<Record<number, number>> = { 18: 255, 102: 255, 251: 255, 252: ANY_TTL };

function noteTtl(line: Item, ttl: number, destination: number): void {
  if (destination >>> 8 === LOCAL_NETWORK_CONTROL) {
    const proper = CONTROL_TTLS[destination & 0xff] ?? 1;
    if (proper !== ANY_TTL && ttl !== proper)
      expert(
        line,
        TTL_CONTROL,
        'Note',
        'Sequence',
        () =>
          `"Time To Live" != ${proper} for a packet sent to the Local Network Control Block (see RFC 3171)`,
      );
  } else if (ttl < SMALL_TTL && destination >>> 28 !== 0xe) {
    expert(line, TTL_SMALL, 'Note', 'Sequence', () => `"Time To Live" only ${ttl}`);
  }
}
