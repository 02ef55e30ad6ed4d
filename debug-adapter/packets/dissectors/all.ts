/** All dissectors: a frame decoded from outside to inside, and every field that a filter can name. */
import type { Context } from '../context.ts';
import type { CapturedFrame } from '../frame.ts';
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
import { dissectIpv4, IPV4_FIELDS, type ByIpProtocol } from './ipv4.ts';
import { LLC_FIELDS } from './llc.ts';
import { dissectVlan, VLAN_FIELDS } from './vlan.ts';
import { DNS_FIELDS } from './dns/message.ts';
import { dnsOnUdp } from './dns/transport.ts';
import { dissectHttp, HTTP_FIELDS } from './http/message.ts';
import { dissectHttp2, HTTP2_FIELDS } from './http2/frame.ts';
import { MEDIA_FIELDS } from './media/media.ts';
import { dissectTcp, TCP_FIELDS } from './tcp.ts';
import type { ApplicationDissectors } from './tcpStream.ts';
import { dissectTls, TLS_FIELDS } from './tls/records.ts';
import { dissectUdp, UDP_FIELDS, type UdpApplications } from './udp.ts';
import { dissectWebSocket, WEBSOCKET_FIELDS } from './websocket.ts';

const ON_UDP: UdpApplications = { 53: dnsOnUdp };

const ON_TCP: ApplicationDissectors = {
  http: dissectHttp,
  http2: dissectHttp2,
  tls: dissectTls,
  websocket: dissectWebSocket,
};

const BY_IP_PROTOCOL: ByIpProtocol = {
  1: (packet, bytes, ip) => dissectIcmp(packet, bytes, ip, (quoted) => ipv4(packet, quoted)),
  6: (packet, bytes, ip) => dissectTcp(packet, bytes, ip, ON_TCP),
  17: (packet, bytes, ip) => dissectUdp(packet, bytes, ip, ON_UDP),
};

const BY_ETHER_TYPE: ByEtherType = { 0x0800: ipv4, 0x0806: dissectArp, [VLAN_TYPE]: vlan };

function ipv4(packet: Packet, bytes: PacketBytes): number {
  return dissectIpv4(packet, bytes, BY_IP_PROTOCOL);
}

function vlan(packet: Packet, bytes: PacketBytes): number {
  return dissectVlan(packet, bytes, BY_ETHER_TYPE);
}

/** By their names. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  [
    ...ENGINE_FIELDS,
    ...FRAME_FIELDS,
    ...ETHERNET_FIELDS,
    ...VLAN_FIELDS,
    ...LLC_FIELDS,
    ...ARP_FIELDS,
    ...IPV4_FIELDS,
    ...ICMP_FIELDS,
    ...UDP_FIELDS,
    ...TCP_FIELDS,
    ...DNS_FIELDS,
    ...HTTP_FIELDS,
    ...HTTP2_FIELDS,
    ...MEDIA_FIELDS,
    ...TLS_FIELDS,
    ...WEBSOCKET_FIELDS,
    ...DATA_FIELDS,
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
  const { bytes } = packet;
  packet.show({ protocol: 'Ethernet' });
  dissectFrame(packet, () =>
    packet.attempt('Ethernet', bytes, () => dissectEthernet(packet, bytes, BY_ETHER_TYPE), 'eth'),
  );
  return packet;
}
