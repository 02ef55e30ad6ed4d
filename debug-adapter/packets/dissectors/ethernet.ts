/** Ethernet II and IEEE 802.3, also on loopback, where both addresses are zero. */
import { expert } from '../tree/expert.ts';
import { etherText } from '../tree/text.ts';
import { field, placedIn, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';
import { addTrailer, addTyped, TRAILER_FIELDS } from './ethernetTrailer.ts';
import { ETHER_TYPES, LARGEST_LENGTH, type ByEtherType } from './etherTypes.ts';
import { addLengthAndPayload, PAST_END_TITLE } from './llc.ts';

const HEADER = 14;
/** Between the largest length and this the field means nothing. */
const SMALLEST_TYPE = 0x0600;
const GROUP_BIT = 0x0100_0000_0000;

const GLOBAL: ValueNames = {
  0: 'Globally unique address (factory default)',
  1: 'Locally administered address (this is NOT the factory default)',
};
const GROUP: ValueNames = { 0: 'Individual address (unicast)', 1: 'Group address (multicast/broadcast)' };

const ETH = field('eth', 'Ethernet', 'protocol', { hasPlaces: true });
const inHeader = placedIn(ETH);
const ADDRESS = field('eth.addr', 'Address', 'ether', inHeader(0, 6));
const TYPE = field('eth.type', 'Type', 'uint16', { base: 'hex', names: ETHER_TYPES, ...inHeader(12) });
const LENGTH = field('eth.len', 'Length', 'uint16');
const PAST_END = field('eth.len.past_end', PAST_END_TITLE, 'none');
const INVALID = field('eth.invalid_lentype', 'Invalid length/type', 'uint16', { base: 'hex_dec' });
const INVALID_REMARK = field('eth.invalid_lentype.expert', 'Invalid length/type', 'none');
const FROM_GROUP = field(
  'eth.src_not_group',
  'Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)',
  'none',
);
const TRAILER = field('eth.trailer', 'Trailer', 'bytes');
const LG = field('eth.lg', 'LG bit', 'boolean', { mask: 0x020000, bits: 24, names: GLOBAL });
const IG = field('eth.ig', 'IG bit', 'boolean', { mask: 0x010000, bits: 24, names: GROUP });

/** The fields of one of the two addresses. */
function end(name: string, title: string, offset: number) {
  return {
    address: field(`eth.${name}`, title, 'ether', inHeader(offset)),
    lg: field(`eth.${name}.lg`, 'LG bit', 'boolean', { mask: 0x020000, bits: 24, names: GLOBAL }),
    ig: field(`eth.${name}.ig`, 'IG bit', 'boolean', { mask: 0x010000, bits: 24, names: GROUP }),
  };
}
const DESTINATION = end('dst', 'Destination', 0);
const SOURCE = end('src', 'Source', 6);

export const ETHERNET_FIELDS: readonly Field[] = [
  ETH,
  ...Object.values(DESTINATION),
  ...Object.values(SOURCE),
  ADDRESS,
  TYPE,
  LENGTH,
  PAST_END,
  INVALID,
  INVALID_REMARK,
  FROM_GROUP,
  TRAILER,
  ...TRAILER_FIELDS,
  LG,
  IG,
];

/** A multicast or broadcast address. */
export function isGroup(address: number): boolean {
  return Math.floor(address / GROUP_BIT) % 2 === 1;
}

export function dissectEthernet(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  packet.show({ protocol: 'Ethernet' });
  packet.attempt('Ethernet', bytes, () => dissect(packet, bytes, byType), ETH.name);
}

function dissect(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  const at = bytes.begin;
  const destination = bytes.u48(at);
  const source = bytes.u48(at + 6);
  const type = bytes.u16(at + 12);
  const [from, to] = [() => etherText(source), () => etherText(destination)];
  const ends = () => `, Src: ${from()}, Dst: ${to()}`;
  const layer = packet.layer(ETH, bytes, HEADER, () => `Ethernet II${ends()}`);
  packet.show({ source: from, destination: to, protocol: 'Ethernet', info: 'Ethernet II' });
  addAddress(layer, DESTINATION, bytes, at);
  const isTyped = type >= SMALLEST_TYPE || type === 0;
  addAddress(layer, SOURCE, bytes, at + 6, isTyped && isGroup(source));
  const payload = bytes.part(at + HEADER);
  if (isTyped) {
    layer.read(TYPE, bytes, at + 12, 2);
    addTyped(packet, layer, payload, type, byType, TRAILER, true);
  } else if (type > LARGEST_LENGTH) {
    layer.label(() => `Ethernet Unknown${ends()}`);
    const text = `Invalid length/type: 0x${type.toString(16).padStart(4, '0')} (${type})`;
    packet.show({ info: `Ethernet Unknown: ${text}` });
    expert(layer.read(INVALID, bytes, at + 12, 2), INVALID_REMARK, 'Warning', 'Protocol', text);
    dissectData(packet, payload);
  } else {
    // The space belongs to the name.
    layer.label('IEEE 802.3 Ethernet ');
    packet.show({ info: 'IEEE 802.3 Ethernet ' });
    const line = layer.add(LENGTH, bytes, at + 12, 2, type);
    const finish = addLengthAndPayload(packet, line, PAST_END, payload, byType);
    addTrailer(packet, layer, payload.part(finish), TRAILER, true);
  }
}

function addAddress(
  layer: Item,
  fields: typeof SOURCE,
  bytes: PacketBytes,
  at: number,
  isWrong = false,
): void {
  const address = layer.read(fields.address, bytes, at, 6);
  if (isWrong) expert(address, FROM_GROUP, 'Warning', 'Protocol');
  address.read(ADDRESS, bytes, at, 6);
  address.read(fields.lg, bytes, at, 3);
  address.read(LG, bytes, at, 3).hidden();
  address.read(fields.ig, bytes, at, 3);
  address.read(IG, bytes, at, 3).hidden();
}
