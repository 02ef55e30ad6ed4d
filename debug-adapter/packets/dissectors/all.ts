/** All dissectors: a frame decoded from outside to inside, and every field that a filter can name. */
import type { Context } from '../context.ts';
import { ETHERNET, type CapturedFrame } from '../frame.ts';
import { Trackers } from '../tracking/trackers.ts';
import type { Field } from '../tree/field.ts';
import { ENGINE_FIELDS, Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ARP_FIELDS, dissectArp } from './arp.ts';
import { DATA_FIELDS } from './data.ts';
import { dissectEthernet, ETHERNET_FIELDS } from './ethernet.ts';
import { VLAN_TYPE, type ByEtherType } from './etherTypes.ts';
import { dissectFrame, FRAME_FIELDS } from './frame.ts';
import { dissectIcmp, ICMP_FIELDS } from './icmp.ts';
import { dissectIcmpv6, ICMPV6_FIELDS } from './icmpv6.ts';
import { dissectIgmp, IGMP_FIELDS } from './igmp.ts';
import { dissectIp, type ByIpProtocol } from './ip.ts';
import { dissectIpv4, IPV4_FIELDS } from './ipv4.ts';
import { dissectIpv6, IPV6_FIELDS } from './ipv6.ts';
import { dissectUnknownLink } from './linkTypes.ts';
import { dissectLinuxCooked, LINUX_COOKED_FIELDS, type Carried } from './linuxCooked.ts';
import { dissectLlc, LLC_FIELDS } from './llc.ts';
import { dissectNullLoopback, NULL_FIELDS, type Families } from './nullLoopback.ts';
import { dissectRawIp, RAW_FIELDS } from './rawIp.ts';
import { dissectVlan, VLAN_FIELDS } from './vlan.ts';
import { DHCP_FIELDS, dissectDhcp } from './dhcp/message.ts';
import { DNS_FIELDS } from './dns/message.ts';
import { dnsOnUdp, llmnrOnUdp, mdnsOnUdp } from './dns/transport.ts';
import { dissectHttp, HTTP_FIELDS } from './http/message.ts';
import { dissectHttp2, HTTP2_FIELDS } from './http2/frame.ts';
import { MEDIA_FIELDS } from './media/media.ts';
import { dissectSockscope, SOCKSCOPE_FIELDS } from './sockscope.ts';
import { dissectTcp, TCP_FIELDS } from './tcp.ts';
import type { ApplicationDissectors } from './tcpStream.ts';
import { dissectTls, TLS_FIELDS } from './tls/records.ts';
import { dissectUdp, UDP_FIELDS, type UdpApplications } from './udp.ts';
import { dissectWebSocket, WEBSOCKET_FIELDS } from './websocket.ts';

const ON_UDP: UdpApplications = {
  53: dnsOnUdp,
  67: dissectDhcp,
  68: dissectDhcp,
  5353: mdnsOnUdp,
  5355: llmnrOnUdp,
};

const ON_TCP: ApplicationDissectors = {
  http: dissectHttp,
  http2: dissectHttp2,
  tls: dissectTls,
  websocket: dissectWebSocket,
};

const BY_IP_PROTOCOL: ByIpProtocol = {
  1: (packet, bytes, ip) => dissectIcmp(packet, bytes, ip, (quoted) => ipv4(packet, quoted)),
  2: dissectIgmp,
  4: ipv4,
  6: (packet, bytes, ip) => dissectTcp(packet, bytes, ip, ON_TCP),
  17: (packet, bytes, ip) => dissectUdp(packet, bytes, ip, ON_UDP),
  41: ipv6,
  58: (packet, bytes, ip) => dissectIcmpv6(packet, bytes, ip, (quoted) => ipv6(packet, quoted)),
};

const BY_ETHER_TYPE: ByEtherType = { 0x0800: ipv4, 0x0806: dissectArp, [VLAN_TYPE]: vlan, 0x86dd: ipv6 };

function ipv4(packet: Packet, bytes: PacketBytes): number {
  return dissectIpv4(packet, bytes, BY_IP_PROTOCOL);
}

function ipv6(packet: Packet, bytes: PacketBytes): number {
  return dissectIpv6(packet, bytes, BY_IP_PROTOCOL);
}

function anyIp(packet: Packet, bytes: PacketBytes): number {
  return dissectIp(packet, bytes, ipv4, ipv6);
}

function vlan(packet: Packet, bytes: PacketBytes): number {
  return dissectVlan(packet, bytes, BY_ETHER_TYPE);
}

const BY_LINUX_TYPE: Carried['byLinuxType'] = {
  3: ethernet,
  4: (packet, bytes) => dissectLlc(packet, bytes, BY_ETHER_TYPE),
};
const CARRIED: Carried = { byEtherType: BY_ETHER_TYPE, byLinuxType: BY_LINUX_TYPE };
const FAMILIES: Families = { ip: anyIp, ipv6, byType: BY_ETHER_TYPE };

/** By the LINKTYPE_ number of what a frame begins with. */
const BY_LINK_TYPE: Readonly<Record<number, (packet: Packet, bytes: PacketBytes) => void>> = {
  0: (packet, bytes) => dissectNullLoopback(packet, bytes, false, FAMILIES),
  [ETHERNET]: ethernet,
  12: rawIp,
  14: rawIp,
  101: rawIp,
  108: (packet, bytes) => dissectNullLoopback(packet, bytes, true, FAMILIES),
  113: (packet, bytes) => dissectLinuxCooked(packet, bytes, 1, CARRIED),
  228: anyIp,
  229: ipv6,
  276: (packet, bytes) => dissectLinuxCooked(packet, bytes, 2, CARRIED),
};

function ethernet(packet: Packet, bytes: PacketBytes): void {
  dissectEthernet(packet, bytes, BY_ETHER_TYPE);
}

function rawIp(packet: Packet, bytes: PacketBytes): void {
  dissectRawIp(packet, bytes, anyIp, ipv6);
}

/** By their names. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  [
    ...ENGINE_FIELDS,
    ...FRAME_FIELDS,
    ...ETHERNET_FIELDS,
    ...RAW_FIELDS,
    ...NULL_FIELDS,
    ...LINUX_COOKED_FIELDS,
    ...VLAN_FIELDS,
    ...LLC_FIELDS,
    ...ARP_FIELDS,
    ...IPV4_FIELDS,
    ...IPV6_FIELDS,
    ...ICMP_FIELDS,
    ...ICMPV6_FIELDS,
    ...IGMP_FIELDS,
    ...UDP_FIELDS,
    ...TCP_FIELDS,
    ...DNS_FIELDS,
    ...DHCP_FIELDS,
    ...HTTP_FIELDS,
    ...HTTP2_FIELDS,
    ...MEDIA_FIELDS,
    ...TLS_FIELDS,
    ...WEBSOCKET_FIELDS,
    ...DATA_FIELDS,
    ...SOCKSCOPE_FIELDS,
  ].map((field) => [field.name, field]),
);

/**
 * Decodes a frame for the first time. Frames are given in the order of capture: what one tells about others
 * is kept in `trackers` and in the contexts of those packets; its own is that of the packet.
 */
export function dissectFirst(frame: CapturedFrame, trackers: Trackers): Packet {
  return decode(new Packet(frame, trackers.around(frame), trackers));
}

/**
 * Decodes a frame with what is known about it by now; without a context it is a capture of its own.
 * Never throws, whatever the bytes are: what cannot be decoded is told in the packet.
 */
export function dissectPacket(frame: CapturedFrame, context?: Context): Packet {
  if (!context) return dissectFirst(frame, new Trackers());
  return decode(new Packet(frame, context, null));
}

function decode(packet: Packet): Packet {
  const { bytes, frame } = packet;
  const { linkType = ETHERNET } = frame;
  const dissect = BY_LINK_TYPE[linkType];
  dissectFrame(packet, () =>
    dissect ? dissect(packet, bytes) : dissectUnknownLink(packet, bytes, linkType),
  );
  dissectSockscope(packet, bytes);
  return packet;
}
