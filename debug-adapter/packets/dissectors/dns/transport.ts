/** DNS messages as UDP carries them. */
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import type { IpHeader } from '../ip.ts';
import { DNS, LLMNR, MDNS, type Dialect } from './dialects.ts';
import { dissectDns } from './message.ts';

export const dnsOnUdp: UdpDissector = (...given) => onUdp(DNS, ...given);
export const mdnsOnUdp: UdpDissector = (...given) => onUdp(MDNS, ...given);
export const llmnrOnUdp: UdpDissector = (...given) => onUdp(LLMNR, ...given);

type UdpDissector = (
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  ports: readonly [number, number],
) => void;

function onUdp(dialect: Dialect, ...[packet, bytes, ip, ports]: Parameters<UdpDissector>): void {
  const { trackers, context, frame } = packet;
  const ask = (id: number, isResponse: boolean) => {
    if (trackers) context.dns = trackers.dns.add(ip, ports, id, isResponse, frame.number, frame.timeNs);
    return context.dns;
  };
  dissectDns(packet, bytes, ask, false, dialect);
}
