/** The tag of a virtual LAN (IEEE 802.1Q). */
import { field, type Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { addTrailer, addTyped } from './ethernetTrailer.ts';
import { ETHER_TYPES, LARGEST_LENGTH, type ByEtherType } from './etherTypes.ts';
import { addLengthAndPayload, PAST_END_TITLE } from './llc.ts';

const HEADER = 4;
const PRIORITIES = [
  'Best Effort (default)',
  'Background',
  'Excellent Effort',
  'Critical Applications',
  'Video, < 100ms latency and jitter',
  'Voice, < 10ms latency and jitter',
  'Internetwork Control',
  'Network Control',
];

const VLAN = field('vlan', '802.1Q Virtual LAN', 'protocol');
const PRIORITY = field('vlan.priority', 'Priority', 'uint16', { mask: 0xe000, names: { ...PRIORITIES } });
const DROP = field('vlan.dei', 'DEI', 'boolean', { mask: 0x1000, names: { 1: 'Eligible', 0: 'Ineligible' } });
const ID = field('vlan.id', 'ID', 'uint16', { mask: 0x0fff });
const TYPE = field('vlan.etype', 'Type', 'uint16', { base: 'hex', names: ETHER_TYPES });
const LENGTH = field('vlan.len', 'Length', 'uint16');
const PAST_END = field('vlan.len.past_end', PAST_END_TITLE, 'none');
const TRAILER = field('vlan.trailer', 'Trailer', 'bytes');

export const VLAN_FIELDS: readonly Field[] = [VLAN, PRIORITY, DROP, ID, TYPE, LENGTH, PAST_END, TRAILER];

/** @returns the frame's end: what follows the payload belongs to the tag */
export function dissectVlan(packet: Packet, bytes: PacketBytes, byType: ByEtherType): number {
  packet.show({ protocol: 'VLAN', info: '' });
  packet.attempt('VLAN', bytes, () => dissect(packet, bytes, byType), VLAN.name);
  return bytes.end;
}

function dissect(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  const at = bytes.begin;
  const tag = bytes.u16(at);
  const [priority, drop, id] = [tag >> 13, (tag >> 12) & 1, tag & 0xfff];
  const text = `${VLAN.title}, PRI: ${priority}, DEI: ${drop}, ID: ${id}`;
  const layer = packet.layer(VLAN, bytes, HEADER, text);
  packet.show({ info: `PRI: ${priority}  DEI: ${drop}  ID: ${id}` });
  for (const part of [PRIORITY, DROP, ID]) layer.bits(part, bytes, at, 2, tag);
  const type = bytes.u16(at + 2);
  const payload = bytes.part(at + HEADER);
  if (type <= LARGEST_LENGTH) {
    const line = layer.add(LENGTH, bytes, at + 2, 2, type);
    const finish = addLengthAndPayload(packet, line, PAST_END, payload, byType);
    addTrailer(packet, layer, payload.part(finish), TRAILER, false);
  } else {
    layer.read(TYPE, bytes, at + 2, 2);
    addTyped(packet, layer, payload, type, byType, TRAILER, false);
  }
}
