/** Ethernet's types: what a frame, or what follows a tag in it, carries. */
import type { ValueNames } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';

export const VLAN_TYPE = 0x8100;
/** Up to here the field is an IEEE 802.3 length. */
export const LARGEST_LENGTH = 1500;

export const ETHER_TYPES: ValueNames = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  [VLAN_TYPE]: '802.1Q Virtual LAN',
  0x86dd: 'IPv6',
  0x88b5: 'Local Experimental Ethertype 1',
  0x88b6: 'Local Experimental Ethertype 2',
};

/** Decodes a payload. @returns where it ends, which may be before the frame does */
export type DissectPayload = (packet: Packet, bytes: PacketBytes) => number;
export type ByEtherType = Readonly<Record<number, DissectPayload>>;

/** @returns where the payload ends */
export function dissectEtherType(
  packet: Packet,
  bytes: PacketBytes,
  type: number,
  byType: ByEtherType,
): number {
  const dissect = byType[type];
  if (dissect) return dissect(packet, bytes);
  const names = ETHER_TYPES as Readonly<Record<number, string>>;
  packet.show({ protocol: `0x${type.toString(16).padStart(4, '0')}` });
  if (names[type] !== undefined) packet.show({ info: names[type] });
  dissectData(packet, bytes);
  return bytes.end;
}
