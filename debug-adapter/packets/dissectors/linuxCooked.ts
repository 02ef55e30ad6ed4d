/** What Linux's "any" device captures: a header that stands for any link layer's, in its first and second version. */
import { field, type Field, type ValueNames } from '../tree/field.ts';
import { etherText, ipv4Text } from '../tree/text.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';
import { addTyped } from './ethernetTrailer.ts';
import { ETHER_TYPES, LARGEST_LENGTH, type ByEtherType } from './etherTypes.ts';
import { HARDWARE_TYPES } from './hardwareTypes.ts';

const HEADER_V1 = 16;
const HEADER_V2 = 20;
const LONGEST_ADDRESS = 8;
/** The link layer is a tunnel of this kind (RFC 2784), whose protocols have numbers of their own. */
const GRE = 778;

const PACKET_TYPES: Readonly<Record<number, string>> = {
  0: 'Unicast to us',
  1: 'Broadcast',
  2: 'Multicast',
  3: 'Unicast to another host',
  4: 'Sent by us',
};
/** Numbers that are no type of Ethernet's. */
const LINUX_PROTOCOLS: ValueNames = {
  0x01: 'Raw 802.3',
  0x03: 'Ethernet',
  0x04: '802.2 LLC',
  0x07: 'PPP (HDLC)',
  0x0c: 'CAN',
  0x0d: 'CAN FD',
  0x17: 'IrDA LAP',
  0xf5: 'ISI',
  0xf6: 'IEEE 802.15.4',
};
const GRE_TYPES: ValueNames = {
  0x0000: 'Possible GRE keepalive packet',
  0x0800: 'IP',
  0x0806: 'ARP',
  0x6558: 'Transparent Ethernet bridging',
  0x86dd: 'IPv6',
  0x8847: 'MPLS label switched packet',
  0x880b: 'PPP',
};

const SLL = field('sll', 'Linux cooked-mode capture', 'protocol');
const PACKET_TYPE = field('sll.pkttype', 'Packet type', 'uint16', { names: PACKET_TYPES });
const HARDWARE_TYPE = field('sll.hatype', 'Link-layer address type', 'uint16', { names: HARDWARE_TYPES });
const ADDRESS_LENGTH = field('sll.halen', 'Link-layer address length', 'uint16');
const SOURCE = 'Source';
const ETHER_SOURCE = field('sll.src.eth', SOURCE, 'ether');
const IPV4_SOURCE = field('sll.src.ipv4', SOURCE, 'ipv4');
const OTHER_SOURCE = field('sll.src.other', SOURCE, 'bytes');
const UNUSED = field('sll.unused', 'Unused', 'bytes');
const PROTOCOL = 'Protocol';
const LINUX_TYPE = field('sll.ltype', PROTOCOL, 'uint16', { base: 'hex', names: LINUX_PROTOCOLS });
const GRE_TYPE = field('sll.gretype', PROTOCOL, 'uint16', { base: 'hex', names: GRE_TYPES });
const ETHER_TYPE = field('sll.etype', PROTOCOL, 'uint16', { base: 'hex', names: ETHER_TYPES });
const TRAILER = field('sll.trailer', 'Trailer', 'bytes');
const INTERFACE_INDEX = field('sll.ifindex', 'Interface index', 'uint32');

export const LINUX_COOKED_FIELDS: readonly Field[] = [
  SLL,
  PACKET_TYPE,
  HARDWARE_TYPE,
  ADDRESS_LENGTH,
  ETHER_SOURCE,
  IPV4_SOURCE,
  OTHER_SOURCE,
  UNUSED,
  LINUX_TYPE,
  GRE_TYPE,
  ETHER_TYPE,
  TRAILER,
  INTERFACE_INDEX,
];

/** What such a frame carries. */
export interface Carried {
  readonly byEtherType: ByEtherType;
  /** By Linux's own numbers. */
  readonly byLinuxType: Readonly<Record<number, (packet: Packet, bytes: PacketBytes) => void>>;
}

export function dissectLinuxCooked(
  packet: Packet,
  bytes: PacketBytes,
  version: 1 | 2,
  carried: Carried,
): void {
  const dissect = version === 1 ? dissectV1 : dissectV2;
  packet.attempt('SLL', bytes, () => dissect(packet, bytes, carried), SLL.name);
}

function dissectV1(packet: Packet, bytes: PacketBytes, carried: Carried): void {
  const at = bytes.begin;
  bytes.need(at, 4);
  const layer = packet.layer(SLL, bytes, HEADER_V1, 'Linux cooked capture v1');
  addPacketType(packet, layer, bytes, at, 2);
  const hardware = layer.read(HARDWARE_TYPE, bytes, at + 2, 2).own as number;
  const length = layer.read(ADDRESS_LENGTH, bytes, at + 4, 2).own as number;
  addSource(packet, layer, bytes, at + 6, length);
  const type = addProtocol(layer, bytes, at + 14, hardware);
  dissectCarried(packet, layer, bytes.part(at + HEADER_V1), type, hardware, carried);
}

function dissectV2(packet: Packet, bytes: PacketBytes, carried: Carried): void {
  const at = bytes.begin;
  bytes.need(at, 12);
  const layer = packet.layer(SLL, bytes, HEADER_V2, 'Linux cooked capture v2');
  const hardware = bytes.u16(at + 8);
  const type = addProtocol(layer, bytes, at, hardware);
  layer.read(INTERFACE_INDEX, bytes, at + 4, 4);
  layer.read(HARDWARE_TYPE, bytes, at + 8, 2);
  addPacketType(packet, layer, bytes, at + 10, 1);
  const length = layer.read(ADDRESS_LENGTH, bytes, at + 11, 1).own as number;
  addSource(packet, layer, bytes, at + 12, length);
  dissectCarried(packet, layer, bytes.part(at + HEADER_V2), type, hardware, carried);
}

function addPacketType(packet: Packet, layer: Item, bytes: PacketBytes, at: number, length: number): void {
  const line = layer.read(PACKET_TYPE, bytes, at, length);
  const type = line.own as number;
  packet.show({ protocol: 'SLL', info: () => PACKET_TYPES[type] ?? `Unknown (${type})` });
}

function addSource(packet: Packet, layer: Item, bytes: PacketBytes, at: number, length: number): void {
  const kept = Math.min(length, LONGEST_ADDRESS);
  if (kept === 6) {
    const address = layer.read(ETHER_SOURCE, bytes, at, kept).own as number;
    packet.show({ source: () => etherText(address) });
  } else if (kept === 4) {
    const address = layer.read(IPV4_SOURCE, bytes, at, kept).own as number;
    packet.show({ source: () => ipv4Text(address) });
  } else if (kept > 0) layer.read(OTHER_SOURCE, bytes, at, kept);
  if (kept < LONGEST_ADDRESS) layer.read(UNUSED, bytes, at + kept, LONGEST_ADDRESS - kept);
}

function addProtocol(layer: Item, bytes: PacketBytes, at: number, hardware: number): number {
  const type = bytes.u16(at);
  const kind = hardware === GRE ? GRE_TYPE : type > LARGEST_LENGTH ? ETHER_TYPE : LINUX_TYPE;
  layer.add(kind, bytes, at, 2, type);
  return type;
}

function dissectCarried(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  type: number,
  hardware: number,
  { byEtherType, byLinuxType }: Carried,
): void {
  if (type > LARGEST_LENGTH && hardware !== GRE)
    return addTyped(packet, layer, payload, type, byEtherType, TRAILER, false);
  const dissect = hardware === GRE ? byEtherType[type] : byLinuxType[type];
  if (dissect) dissect(packet, payload);
  else dissectData(packet, payload);
}
