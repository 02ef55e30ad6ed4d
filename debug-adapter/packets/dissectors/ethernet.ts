/** Ethernet II (IEEE 802.3), also on loopback, where both addresses are zero. */
import { etherText } from '../tree/text.ts';
import { field, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';

const HEADER = 14;
/** Below this the field is an IEEE 802.3 length, not a type. */
const SMALLEST_TYPE = 0x0600;

export const ETHER_TYPES: ValueNames = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  0x8100: '802.1Q Virtual LAN',
  0x86dd: 'IPv6',
  0x88b5: 'Local Experimental Ethertype 1',
  0x88b6: 'Local Experimental Ethertype 2',
};
const GLOBAL: ValueNames = {
  0: 'Globally unique address (factory default)',
  1: 'Locally administered address (this is NOT the factory default)',
};
const GROUP: ValueNames = { 0: 'Individual address (unicast)', 1: 'Group address (multicast/broadcast)' };

const ETH = field('eth', 'Ethernet', 'protocol');
const ADDRESS = field('eth.addr', 'Address', 'ether');
const TYPE = field('eth.type', 'Type', 'uint16', { base: 'hex', names: ETHER_TYPES });
const LENGTH = field('eth.len', 'Length', 'uint16');
const LG = field('eth.lg', 'LG bit', 'boolean', { mask: 0x020000, bits: 24, names: GLOBAL });
const IG = field('eth.ig', 'IG bit', 'boolean', { mask: 0x010000, bits: 24, names: GROUP });

/** The fields of one of the two addresses. */
function end(name: string, title: string) {
  return {
    address: field(`eth.${name}`, title, 'ether'),
    lg: field(`eth.${name}.lg`, 'LG bit', 'boolean', { mask: 0x020000, bits: 24, names: GLOBAL }),
    ig: field(`eth.${name}.ig`, 'IG bit', 'boolean', { mask: 0x010000, bits: 24, names: GROUP }),
  };
}
const DESTINATION = end('dst', 'Destination');
const SOURCE = end('src', 'Source');

export const ETHERNET_FIELDS: readonly Field[] = [
  ETH,
  ...Object.values(DESTINATION),
  ...Object.values(SOURCE),
  ADDRESS,
  TYPE,
  LENGTH,
  LG,
  IG,
];

/** Decodes a payload by its type. */
export type ByEtherType = Readonly<Record<number, (packet: Packet, bytes: PacketBytes) => void>>;

export function dissectEthernet(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  const at = bytes.begin;
  const destination = bytes.u48(at);
  const source = bytes.u48(at + 6);
  const type = bytes.u16(at + 12);
  const [from, to] = [() => etherText(source), () => etherText(destination)];
  const layer = packet.layer(ETH, bytes, HEADER, () => `Ethernet II, Src: ${from()}, Dst: ${to()}`);
  packet.show({ source: from, destination: to, protocol: 'Ethernet', info: 'Ethernet II' });
  addAddress(layer, DESTINATION, bytes, at);
  addAddress(layer, SOURCE, bytes, at + 6);
  const payload = bytes.part(at + HEADER);
  if (type < SMALLEST_TYPE) {
    layer.read(LENGTH, bytes, at + 12, 2);
    dissectData(packet, payload);
    return;
  }
  layer.read(TYPE, bytes, at + 12, 2);
  packet.protocols.push('ethertype');
  const dissect = byType[type] ?? dissectData;
  dissect(packet, payload);
}

function addAddress(layer: Item, fields: typeof SOURCE, bytes: PacketBytes, at: number): void {
  const address = layer.read(fields.address, bytes, at, 6);
  address.read(ADDRESS, bytes, at, 6);
  address.read(fields.lg, bytes, at, 3);
  address.read(LG, bytes, at, 3).hidden();
  address.read(fields.ig, bytes, at, 3);
  address.read(IG, bytes, at, 3).hidden();
}
