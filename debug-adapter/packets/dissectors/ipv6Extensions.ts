/** IPv6's extension headers (RFC 8200 4), one after the other up to what the packet carries. */
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import { told, type Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv6Text } from '../tree/text.ts';
import { onesSum } from './checksum.ts';
import { dissectData } from './data.ts';
import type { IpHeader } from './ip.ts';
import { addReassembly, fragmentFields, listedFragmentFields } from './ipFragments.ts';
import { ipProtocolName } from './ipProtocols.ts';
import { addIpv6Options, IPV6_OPTION_FIELDS } from './ipv6Options.ts';
import { addRouting, IPV6_ROUTING_FIELDS, routingTypeName } from './ipv6Routing.ts';

export const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
export const NO_NEXT_HEADER = 59;
const DESTINATION = 60;
const FRAGMENT_HEADER = 8;

/** The fields that begin each header but the fragment's. */
function header(name: string, title: string) {
  return {
    layer: field(`ipv6.${name}`, title, 'protocol'),
    next: field(`ipv6.${name}.nxt`, 'Next Header', 'uint8', { names: ipProtocolName }),
    length: field(`ipv6.${name}.len`, 'Length', 'uint8'),
    octets: field(`ipv6.${name}.len_oct`, 'Length', 'uint16', { unit: units('byte') }),
  };
}
const HOP_BY_HOP_HEADER = header('hopopts', 'IPv6 Hop-by-Hop Option');
const DESTINATION_HEADER = header('dstopts', 'Destination Options for IPv6');
const ROUTING_HEADER = header('routing', 'Routing Header for IPv6');
const NOT_FIRST = field(
  'ipv6.hopopts.not_first',
  'IPv6 Hop-by-Hop extension header must appear immediately after IPv6 header',
  'none',
);

const FRAGMENT_LAYER = field('ipv6.fraghdr', 'Fragment Header for IPv6', 'protocol');
const FRAGMENT_NEXT = field('ipv6.fraghdr.nxt', 'Next header', 'uint8', { names: ipProtocolName });
const RESERVED_OCTET = field('ipv6.fraghdr.reserved_octet', 'Reserved octet', 'uint8', { base: 'hex' });
const OFFSET = field('ipv6.fraghdr.offset', 'Offset', 'uint16', { mask: 0xfff8 });
const RESERVED_BITS = field('ipv6.fraghdr.reserved_bits', 'Reserved bits', 'uint16', { mask: 0x0006 });
const MORE = field('ipv6.fraghdr.more', 'More Fragments', 'boolean', {
  mask: 0x0001,
  bits: 16,
  names: { 1: 'Yes', 0: 'No' },
});
const IDENTIFICATION = field('ipv6.fraghdr.ident', 'Identification', 'uint32', { base: 'hex' });
const FRAGMENTS = fragmentFields('ipv6', 'IPv6', 'reassembled.in', 'none');

export const IPV6_EXTENSION_FIELDS: readonly Field[] = [
  ...Object.values(HOP_BY_HOP_HEADER),
  NOT_FIRST,
  ...Object.values(DESTINATION_HEADER),
  ...Object.values(ROUTING_HEADER),
  FRAGMENT_LAYER,
  FRAGMENT_NEXT,
  RESERVED_OCTET,
  OFFSET,
  RESERVED_BITS,
  MORE,
  IDENTIFICATION,
  ...listedFragmentFields(FRAGMENTS),
  ...IPV6_OPTION_FIELDS,
  ...IPV6_ROUTING_FIELDS,
];

/** What is left after a header, and what it has changed. */
interface Carried {
  readonly bytes: PacketBytes;
  readonly ip: IpHeader;
  /** The destination's part of the addresses' sum. */
  readonly destinationSum: number;
  /** Where the headers in the frame end. */
  readonly reach: number;
}

/** Where a header stands. */
interface Surroundings {
  /** IPv6's own payload length is not 0. */
  readonly hasLength: boolean;
  readonly isFirst: boolean;
}

interface Extension {
  readonly title: string;
  readonly name: string;
  readonly dissect: (
    packet: Packet,
    layer: Item,
    carried: Carried,
    surroundings: Surroundings,
  ) => Carried | null;
}
const EXTENSIONS: Readonly<Record<number, Extension>> = {
  [HOP_BY_HOP]: {
    title: 'IPv6 Hop-by-Hop',
    name: HOP_BY_HOP_HEADER.layer.name,
    dissect: dissectOptions,
  },
  [DESTINATION]: {
    title: 'IPv6 Destination',
    name: DESTINATION_HEADER.layer.name,
    dissect: dissectOptions,
  },
  [ROUTING]: { title: 'IPv6 Routing', name: ROUTING_HEADER.layer.name, dissect: dissectRouting },
  [FRAGMENT]: { title: 'IPv6 Fragment', name: FRAGMENT_LAYER.name, dissect: dissectFragment },
};

/**
 * Decodes the extension headers, if there are any.
 *
 * @param bytes what follows IPv6's own header
 * @param destinationSum the destination's part of the addresses' sum
 * @param hasLength IPv6's own payload length is not 0
 * @returns what the packet carries, or null if it is a fragment that cannot be put together, or malformed
 */
export function dissectExtensions(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  ip: IpHeader,
  destinationSum: number,
  hasLength: boolean,
): Carried | null {
  let carried: Carried = { bytes, ip, destinationSum, reach: bytes.begin };
  for (let isFirst = true; ; isFirst = false) {
    const kind = EXTENSIONS[carried.ip.protocol];
    if (!kind) break;
    const before = carried;
    let after: Carried | null = null;
    packet.attempt(
      kind.title,
      before.bytes,
      () => {
        after = kind.dissect(packet, layer, before, { hasLength, isFirst });
      },
      kind.name,
    );
    if (!after) return null;
    carried = after;
  }
  layer.extend(carried.reach - layer.offset);
  return carried;
}

function addInfo(packet: Packet, text: string): void {
  const before = told(packet.columns.info);
  packet.show({ info: before === '' ? text : `${before}, ${text}` });
}

/**
 * Adds a header with the fields that begin it.
 *
 * @param onBegin is given its line before there are others in it
 * @returns its line, and where the header ends
 */
function addHeader(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  fields: typeof ROUTING_HEADER,
  text: string,
  onBegin: (line: Item) => void = () => undefined,
): { line: Item; next: number; lengthLine: Item; end: number } {
  const at = bytes.begin;
  const octets = (bytes.u8(at + 1) + 1) * 8;
  const line = packet.layer(fields.layer, bytes, octets, text, undefined, layer);
  onBegin(line);
  const next = line.read(fields.next, bytes, at, 1).own as number;
  const lengthLine = line.read(fields.length, bytes, at + 1, 1);
  line.add(fields.octets, bytes, at + 1, 1, octets).generated();
  return { line, next, lengthLine, end: at + octets };
}

function dissectOptions(
  packet: Packet,
  layer: Item,
  { bytes, ip, destinationSum }: Carried,
  { hasLength, isFirst }: Surroundings,
): Carried {
  const isHopByHop = ip.protocol === HOP_BY_HOP;
  const fields = isHopByHop ? HOP_BY_HOP_HEADER : DESTINATION_HEADER;
  const kind = isHopByHop ? 'hop-by-hop' : 'destination';
  addInfo(packet, `IPv6 ${kind} options`);
  const { line, next, end } = addHeader(packet, layer, bytes, fields, fields.layer.title, (begun) => {
    if (isHopByHop && !isFirst) expert(begun, NOT_FIRST, 'Error', 'Protocol');
  });
  const home = addIpv6Options(line, bytes, bytes.begin + 2, end, { kind, hasLength });
  const after = { ...ip, protocol: next, ...(home && fromHome(packet, home, destinationSum)) };
  return { bytes: bytes.part(end), ip: after, destinationSum, reach: end };
}

/** With Mobile IP a packet comes from its sender's home, wherever that is (RFC 6275). */
function fromHome(
  packet: Packet,
  home: Uint8Array,
  destinationSum: number,
): Pick<IpHeader, 'source' | 'addressSum'> {
  const source = ipv6Text(home);
  packet.show({ source });
  return { source, addressSum: onesSum(home) + destinationSum };
}

function dissectRouting(packet: Packet, layer: Item, { bytes, ip, destinationSum }: Carried): Carried {
  addInfo(packet, 'IPv6 routing');
  const at = bytes.begin;
  const text = `${ROUTING_HEADER.layer.title} (${routingTypeName(bytes.u8(at + 2))})`;
  const { line, next, lengthLine, end } = addHeader(packet, layer, bytes, ROUTING_HEADER, text);
  let [destination, sum] = [ip.destination, destinationSum];
  addRouting(line, lengthLine, bytes, at, end, (address) => {
    const visited = ipv6Text(address);
    packet.show({ destination: visited });
    [destination, sum] = [visited, onesSum(address)];
  });
  const addressSum = ip.addressSum - destinationSum + sum;
  const after = { ...ip, destination, addressSum, protocol: next };
  return { bytes: bytes.part(end), ip: after, destinationSum: sum, reach: end };
}

/** @returns null unless the datagram is whole with this fragment */
function dissectFragment(packet: Packet, layer: Item, carried: Carried): Carried | null {
  const { bytes, ip } = carried;
  const at = bytes.begin;
  bytes.need(at, FRAGMENT_HEADER);
  const line = packet.layer(FRAGMENT_LAYER, bytes, FRAGMENT_HEADER, FRAGMENT_LAYER.title, undefined, layer);
  const next = line.read(FRAGMENT_NEXT, bytes, at, 1).own as number;
  line.read(RESERVED_OCTET, bytes, at + 1, 1);
  const place = bytes.u16(at + 2);
  const offset = place & 0xfff8;
  line.bits(OFFSET, bytes, at + 2, 2, place).also(` (${offset} bytes)`);
  line.bits(RESERVED_BITS, bytes, at + 2, 2, place);
  const hasMore = line.bits(MORE, bytes, at + 2, 2, place).own === 1;
  const id = line.read(IDENTIFICATION, bytes, at + 4, 4).own as number;
  const payload = bytes.part(at + FRAGMENT_HEADER);
  const reach = at + FRAGMENT_HEADER;
  const inner = { ...ip, protocol: next };
  if (offset === 0 && !hasMore) return { ...carried, bytes: payload, ip: inner, reach };
  const digits = id.toString(16).padStart(8, '0');
  packet.show({
    info: `IPv6 fragment (off=${offset} more=${hasMore ? 'y' : 'n'} ident=0x${digits} nxt=${next})`,
  });
  const isWhole = payload.captured === payload.end && !packet.isQuoted;
  const fragment = { ...inner, id, offset, isLast: !hasMore };
  const datagram = isWhole ? addReassembly(packet, layer, FRAGMENTS, payload, fragment) : null;
  if (datagram) return { ...carried, bytes: datagram, ip: inner, reach };
  dissectData(packet, payload);
  return null;
}
