/** What IPv4 and IPv6 have in common, for what they carry and for links that carry both. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv4Text } from '../tree/text.ts';
import type { Ends, IpAddress } from '../tracking/conversationKey.ts';
import type { DissectPayload } from './etherTypes.ts';

export const IP = field('ip', 'Internet Protocol Version 4', 'protocol', { hasPlaces: true });
export const VERSION = field('ip.version', 'Version', 'uint8');
export const BOGUS_VERSION = field('ip.bogus_ip_version', 'Bogus IP version', 'none');

export const IP_FIELDS: readonly Field[] = [IP, VERSION, BOGUS_VERSION];

/** What the header says that inner protocols need. */
export interface IpHeader extends Ends {
  readonly protocol: number;
  /** Or hop limit. */
  readonly ttl: number;
  /** A piece of a datagram that was not put together. */
  readonly isFragment: boolean;
  /** Sum of the addresses' 16-bit words. */
  readonly addressSum: number;
}

/** Decodes what a datagram carries. */
export type ByIpProtocol = Readonly<
  Record<number, (packet: Packet, bytes: PacketBytes, ip: IpHeader) => void>
>;

/** Sum of the pseudo header that the checksums of inner protocols cover. */
export function pseudoHeader({ addressSum, protocol }: IpHeader, length: number): number {
  return addressSum + protocol + length;
}

export const isIpv6 = (address: IpAddress): address is string => typeof address === 'string';

export function addressText(address: IpAddress): string {
  return isIpv6(address) ? address : ipv4Text(address);
}

/** `10.0.0.1:80`, `[::1]:80` */
export function endText(address: IpAddress, port: number): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${ipv4Text(address)}:${port}`;
}

/** The high half of the first byte or the low one: `0100 .... = Version: 4`. */
export function halfLabel(value: number, isHigh: boolean, text: string): string {
  const bits = value.toString(2).padStart(4, '0');
  return `${isHigh ? `${bits} ....` : `.... ${bits}`} = ${text}`;
}

/** Decodes a datagram whose version the link does not tell. @returns where it ends */
export function dissectIp(
  packet: Packet,
  bytes: PacketBytes,
  ipv4: DissectPayload,
  ipv6: DissectPayload,
): number {
  let { end } = bytes;
  packet.attempt(
    'IPv4',
    bytes,
    () => {
      const version = bytes.u8(bytes.begin) >> 4;
      if (version === 4) end = ipv4(packet, bytes);
      else if (version === 6) {
        packet.protocols.push(IP.name);
        end = ipv6(packet, bytes);
      } else addBogusVersion(packet, bytes, version);
    },
    IP.name,
  );
  return end;
}

function addBogusVersion(packet: Packet, bytes: PacketBytes, version: number): void {
  const layer = packet.layer(IP, bytes, 1, `Internet Protocol, bogus version (${version})`);
  packet.show({ protocol: 'IP', info: `Bogus IP version (${version})` });
  const line = layer.add(VERSION, bytes, bytes.begin, 1, version);
  line.label(halfLabel(version, true, `Version: ${version}`));
  expert(line, BOGUS_VERSION, 'Error', 'Protocol');
}
