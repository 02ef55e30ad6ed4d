/** IPv6 (RFC 8200): the header, and what follows it up to the protocol that it carries. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv6Text } from '../tree/text.ts';
import { onesSum } from './checksum.ts';
import { dissectData } from './data.ts';
import { halfLabel, VERSION, type ByIpProtocol, type IpHeader } from './ip.ts';
import { ipProtocolName } from './ipProtocols.ts';
import { CODEPOINTS, codepointName, CONGESTION, CONGESTION_NAMES } from './ipv4Names.ts';
import { addEmbedded, IPV6_EMBEDDED_FIELDS } from './ipv6Addresses.ts';
import { dissectExtensions, HOP_BY_HOP, IPV6_EXTENSION_FIELDS, NO_NEXT_HEADER } from './ipv6Extensions.ts';
import { jumboLength } from './ipv6Options.ts';

const HEADER = 40;
const ADDRESS_LENGTH = 16;

const IPV6 = field('ipv6', 'Internet Protocol Version 6', 'protocol');
const IPV6_VERSION = field('ipv6.version', 'Version', 'uint8');
const CLASS = field('ipv6.tclass', 'Traffic Class', 'uint32', { base: 'hex', mask: 0x0ff00000 });
const DSCP = field('ipv6.tclass.dscp', 'Differentiated Services Codepoint', 'uint32', {
  mask: 0x0fc00000,
  names: codepointName,
});
const ECN = field('ipv6.tclass.ecn', 'Explicit Congestion Notification', 'uint32', {
  mask: 0x00300000,
  names: CONGESTION_NAMES,
});
const FLOW = field('ipv6.flow', 'Flow Label', 'uint24', { base: 'hex', mask: 0x0fffff });
const LENGTH = field('ipv6.plen', 'Payload Length', 'uint16');
const NEXT = field('ipv6.nxt', 'Next Header', 'uint8', { names: ipProtocolName });
const HOP_LIMIT = field('ipv6.hlim', 'Hop Limit', 'uint8');
const ADDRESS = field('ipv6.addr', 'Source or Destination Address', 'ipv6');
const HOST = field('ipv6.host', 'Source or Destination Host', 'string');
const BOGUS_VERSION = field('ipv6.bogus_ipv6_version', 'Bogus IPv6 version', 'none');
const SHORT_HEADER = field('ipv6.invalid_header', 'IPv6 header must be exactly 40 bytes', 'none');
const EXCEEDS = field(
  'ipv6.plen_exceeds_framing',
  'IPv6 payload length does not match expected framing length',
  'none',
);
const ZERO_LENGTH = field(
  'ipv6.plen_zero',
  'IPv6 payload length equals 0 (maybe because of "TCP segmentation offload" (TSO))',
  'none',
);
const NO_JUMBO = field(
  'ipv6.opt.jumbo.missing',
  'IPv6 payload length equals 0 and Hop-By-Hop present and Jumbo Payload option missing',
  'none',
);

/** The fields of one of the two addresses. */
function end(name: 'src' | 'dst', title: string) {
  return {
    name,
    address: field(`ipv6.${name}`, `${title} Address`, 'ipv6'),
    host: field(`ipv6.${name}_host`, `${title} Host`, 'string'),
  };
}
const SOURCE = end('src', 'Source');
const DESTINATION = end('dst', 'Destination');

export const IPV6_FIELDS: readonly Field[] = [
  IPV6,
  IPV6_VERSION,
  CLASS,
  DSCP,
  ECN,
  FLOW,
  LENGTH,
  NEXT,
  HOP_LIMIT,
  SOURCE.address,
  SOURCE.host,
  DESTINATION.address,
  DESTINATION.host,
  ADDRESS,
  HOST,
  BOGUS_VERSION,
  SHORT_HEADER,
  EXCEEDS,
  ZERO_LENGTH,
  NO_JUMBO,
  ...IPV6_EMBEDDED_FIELDS,
  ...IPV6_EXTENSION_FIELDS,
];

/** @returns where the datagram ends: a frame may be longer */
export function dissectIpv6(packet: Packet, bytes: PacketBytes, byProtocol: ByIpProtocol): number {
  packet.show({ protocol: 'IPv6', info: '' });
  let { end: datagramEnd } = bytes;
  const endsAt = (found: number) => {
    datagramEnd = found;
  };
  packet.attempt('IPv6', bytes, () => dissect(packet, bytes, byProtocol, endsAt), IPV6.name);
  return datagramEnd;
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  byProtocol: ByIpProtocol,
  endsAt: (end: number) => void,
): void {
  const at = bytes.begin;
  const isSix = !bytes.has(at, 1) || bytes.u8(at) >> 4 === 6;
  const name = isSix ? IPV6.name : '';
  const layer = packet.layer(IPV6, bytes, HEADER, IPV6.title, name, packet.quotedIn);
  // What another version has is no datagram of this one, but bytes.
  if (!addVersion(packet, layer, bytes)) return dissectData(packet, bytes);
  if (bytes.length < HEADER) {
    packet.show({ info: `Invalid IPv6 header (${bytes.length} bytes, need exactly ${HEADER})` });
    expert(layer, SHORT_HEADER, 'Error', 'Malformed');
  }
  addClass(layer, bytes, at);
  layer.read(FLOW, bytes, at + 1, 3);
  // Whether a length of 0 is right depends on the next field.
  bytes.need(at + 6, 1);
  const lengthLine = layer.read(LENGTH, bytes, at + 4, 2);
  const next = layer.read(NEXT, bytes, at + 6, 1).own as number;
  const ttl = layer.read(HOP_LIMIT, bytes, at + 7, 1).own as number;
  const jumbo = lengthLine.own === 0 && next === HOP_BY_HOP ? jumboLength(bytes.part(at + HEADER)) : null;
  const length = addLength(packet, lengthLine, bytes, next, jumbo);
  const datagramEnd = Math.min(bytes.end, at + HEADER + length);
  endsAt(datagramEnd);
  layer.endAt(datagramEnd);
  const source = addAddress(layer, SOURCE, bytes, at + 8);
  packet.show({ source });
  const destination = addAddress(layer, DESTINATION, bytes, at + 24);
  layer.label(() => `${IPV6.title}, Src: ${source}, Dst: ${destination}`);
  packet.show({ destination });
  addEmbedded(layer, bytes, at + 8, SOURCE.name);
  addEmbedded(layer, bytes, at + 24, DESTINATION.name);
  const ip = {
    source,
    destination,
    protocol: next,
    ttl,
    isFragment: false,
    addressSum: onesSum(bytes.bytes(at + 8, 2 * ADDRESS_LENGTH)),
  };
  const destinationSum = onesSum(bytes.bytes(at + 24, ADDRESS_LENGTH));
  const payload = bytes.part(at + HEADER, datagramEnd);
  const hasLength = (lengthLine.own as number) !== 0;
  const carried = dissectExtensions(packet, layer, payload, ip, destinationSum, hasLength);
  if (carried) dissectPayload(packet, carried.bytes, carried.ip, byProtocol);
}

/** @returns whether it is the right one */
function addVersion(packet: Packet, layer: Item, bytes: PacketBytes): boolean {
  const at = bytes.begin;
  const version = bytes.u8(at) >> 4;
  const text = halfLabel(version, true, `Version: ${version}`);
  const line = layer.add(IPV6_VERSION, bytes, at, 1, version).label(text);
  if (version !== 6) {
    packet.show({ info: `Bogus IPv6 version (${version}, must be 6)` });
    expert(line, BOGUS_VERSION, 'Error', 'Malformed');
  }
  const note = ' [This field makes the filter match on "ip.version == 6" possible]';
  layer
    .add(VERSION, bytes, at, 1, version)
    .label(text + note)
    .hidden();
  return version === 6;
}

function addClass(layer: Item, bytes: PacketBytes, at: number): void {
  const whole = bytes.u32(at);
  const line = layer.bits(CLASS, bytes, at, 4, whole);
  const services = (whole >>> 20) & 0xff;
  line.also(() => ` (DSCP: ${CODEPOINTS[services >> 2] ?? 'Unknown'}, ECN: ${CONGESTION[services & 3]})`);
  line.bits(DSCP, bytes, at, 4, whole);
  line.bits(ECN, bytes, at, 4, whole);
}

/** @returns bytes behind the header */
function addLength(
  packet: Packet,
  line: Item,
  bytes: PacketBytes,
  next: number,
  jumbo: number | null,
): number {
  const available = Math.max(0, bytes.length - HEADER);
  const length = line.own as number;
  if (length === 0 && jumbo === null) {
    if (next === HOP_BY_HOP) {
      packet.show({ info: 'Invalid IPv6 payload length ' });
      expert(line, NO_JUMBO, 'Error', 'Malformed');
    } else if (next !== NO_NEXT_HEADER) expert(line, ZERO_LENGTH, 'Chat', 'Protocol');
    return 0;
  }
  if (jumbo !== null) line.also(' (Jumbogram)');
  const stated = jumbo ?? length;
  if (stated > available && bytes.length >= HEADER && !packet.isQuoted)
    expert(
      line,
      EXCEEDS,
      'Warning',
      'Protocol',
      () => `IPv6 payload length exceeds framing length (${available} bytes)`,
    );
  return stated;
}

/** @returns its text */
function addAddress(layer: Item, fields: typeof SOURCE, bytes: PacketBytes, at: number): string {
  const text = ipv6Text(bytes.bytes(at, ADDRESS_LENGTH));
  layer.read(fields.address, bytes, at, ADDRESS_LENGTH);
  layer.read(ADDRESS, bytes, at, ADDRESS_LENGTH).hidden();
  layer.add(fields.host, bytes, at, ADDRESS_LENGTH, text).generated().hidden();
  layer.add(HOST, bytes, at, ADDRESS_LENGTH, text).generated().hidden();
  return text;
}

function dissectPayload(packet: Packet, bytes: PacketBytes, ip: IpHeader, byProtocol: ByIpProtocol): void {
  const { protocol } = ip;
  const inner = byProtocol[protocol];
  if (inner) return inner(packet, bytes, ip);
  packet.show({
    info:
      protocol === NO_NEXT_HEADER
        ? 'IPv6 no next header'
        : `Unknown IP Protocol: ${ipProtocolName(protocol) ?? 'Unknown'} (${protocol})`,
  });
  dissectData(packet, bytes);
}
