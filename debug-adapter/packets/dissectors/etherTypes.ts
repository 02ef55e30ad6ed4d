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
  0x0805: 'X.25 Layer 3',
  0x0806: 'ARP',
  0x0842: 'Wake on LAN',
  0x22f0: 'IEEE 1722 Audio Video Transport Protocol',
  0x22f3: 'Transparent Interconnection of Lots of Links',
  0x6002: 'DEC DNA Remote Console',
  0x6003: 'DEC DNA Routing',
  0x8035: 'RARP',
  0x809b: 'AppleTalk LLAP bridging',
  0x80f3: 'AARP',
  [VLAN_TYPE]: '802.1Q Virtual LAN',
  0x8137: 'Netware IPX/SPX',
  0x86dd: 'IPv6',
  0x8808: 'MAC Control',
  0x8809: 'Slow Protocols',
  0x8847: 'MPLS label switched packet',
  0x8848: 'MPLS multicast label switched packet',
  0x8863: 'PPPoE Discovery',
  0x8864: 'PPPoE Session',
  0x886d: 'Intel ANS probe',
  0x887b: 'Homeplug',
  0x888e: '802.1X Authentication',
  0x8892: 'PROFINET',
  0x88a2: 'ATA over Ethernet',
  0x88a4: 'EtherCAT frame',
  0x88a8: '802.1ad Provider Bridge (Q-in-Q)',
  0x88b5: 'Local Experimental Ethertype 1',
  0x88b6: 'Local Experimental Ethertype 2',
  0x88b7: 'IEEE 802a OUI Extended Ethertype',
  0x88b8: 'IEC 61850/GOOSE',
  0x88ba: 'IEC 61850/SV (Sampled Value Transmission',
  0x88c7: '802.11i Pre-Authentication',
  0x88cc: '802.1 Link Layer Discovery Protocol (LLDP)',
  0x88e1: 'Homeplug AV',
  0x88e5: '802.1AE (MACsec)',
  0x88e7: '802.1ah Provider Backbone Bridge (mac-in-mac)',
  0x88f7: 'PTPv2 over Ethernet (IEEE1588)',
  0x8902: 'IEEE 802.1ag Connectivity Fault Management (CFM) protocol',
  0x8906: 'Fibre Channel over Ethernet',
  0x8914: 'FCoE Initialization Protocol',
  0x8915: 'RDMA over Converged Ethernet',
  0x891d: 'TTEthernet Protocol Control Frame',
  0x893a: '1905.1a Convergent Digital Home Network for Heterogenous Technologies',
  0x9000: 'Loopback',
  0x9100: 'QinQ: old non-standard 802.1ad',
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
