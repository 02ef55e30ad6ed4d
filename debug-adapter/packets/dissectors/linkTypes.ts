/**
 * What frames begin with, by the LINKTYPE_ numbers of the pcap project: Wireshark's number and name for each that is
 * common in captures.
 */
import { ETHERNET } from '../frame.ts';
import type { ValueNames } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';

const LINK_TYPES: Readonly<Record<number, readonly [encapsulation: number, name: string]>> = {
  0: [15, 'NULL/Loopback'],
  1: [1, 'Ethernet'],
  6: [2, 'Token Ring'],
  9: [4, 'PPP'],
  10: [6, 'FDDI with bit-swapped MAC addresses'],
  12: [7, 'Raw IP'],
  14: [7, 'Raw IP'],
  50: [4, 'PPP'],
  101: [7, 'Raw IP'],
  104: [28, 'Cisco HDLC'],
  105: [20, 'IEEE 802.11 Wireless LAN'],
  107: [26, 'Frame Relay'],
  108: [174, 'OpenBSD loopback'],
  113: [25, 'Linux cooked-mode capture v1'],
  117: [39, 'OpenBSD PF Firewall logs'],
  119: [21, 'IEEE 802.11 plus Prism II monitor mode radio header'],
  127: [23, 'IEEE 802.11 plus radiotap radio header'],
  147: [45, 'USER 0'],
  163: [24, 'IEEE 802.11 plus AVS radio header'],
  186: [92, 'USB packets with FreeBSD header'],
  187: [41, 'Bluetooth H4'],
  189: [95, 'USB packets with Linux header'],
  192: [97, 'Per-Packet Information header'],
  195: [104, 'IEEE 802.15.4 Wireless PAN'],
  201: [99, 'Bluetooth H4 with linux header'],
  220: [115, 'USB packets with Linux header and padding'],
  227: [125, 'SocketCAN'],
  228: [129, 'Raw IPv4'],
  229: [130, 'Raw IPv6'],
  230: [127, 'IEEE 802.15.4 Wireless PAN with FCS not present'],
  239: [141, 'NFLOG'],
  249: [152, 'USB packets with USBPcap header'],
  251: [154, 'Bluetooth Low Energy Link Layer'],
  253: [158, 'Linux Netlink'],
  256: [161, 'Bluetooth Low Energy Link Layer RF'],
  258: [171, 'Apple PKTAP'],
  272: [186, 'nRF Sniffer for Bluetooth LE'],
  276: [210, 'Linux cooked-mode capture v2'],
};
const UNKNOWN = 0;

export const ENCAPSULATION_NAMES: ValueNames = {
  [UNKNOWN]: 'Unknown',
  ...Object.fromEntries(Object.values(LINK_TYPES)),
};

/** Wireshark's number of what a frame begins with. */
export function encapsulationOf(linkType = ETHERNET): number {
  return LINK_TYPES[linkType]?.[0] ?? UNKNOWN;
}

/** A frame of a link type that is not decoded: the row says which one it is. */
export function dissectUnknownLink(packet: Packet, bytes: PacketBytes, linkType: number): void {
  const name = LINK_TYPES[linkType]?.[1] ?? 'unknown';
  packet.show({ protocol: 'UNKNOWN', info: `Link type ${linkType} (${name}), which is not decoded` });
  dissectData(packet, bytes);
}
