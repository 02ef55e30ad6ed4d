/** DNS messages as UDP carries them. */
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import type { IpHeader } from '../ip.ts';
import { dissectDns } from './message.ts';

export function dnsOnUdp(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  ports: readonly [number, number],
): void {
  const { trackers, context, frame } = packet;
  dissectDns(packet, bytes, (id, isResponse) => {
    if (trackers) context.dns = trackers.dns.add(ip, ports, id, isResponse, frame.number, frame.timeNs);
    return context.dns;
  });
}
