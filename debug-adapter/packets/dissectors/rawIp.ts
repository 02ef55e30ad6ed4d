/** Frames without a link layer's header: IPv4 or IPv6, as their first byte tells. */
import { field, type Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';
import type { DissectPayload } from './etherTypes.ts';

/** What Wireshark looks at before it knows what the frame is. */
const LOOKED_AT = 8;
/** Some drivers leave so many zeros where a header was. */
const ZEROS = 10;

const RAW = field('raw', 'Raw packet data', 'protocol');

export const RAW_FIELDS: readonly Field[] = [RAW];

export function dissectRawIp(
  packet: Packet,
  bytes: PacketBytes,
  ipv4: DissectPayload,
  ipv6: DissectPayload,
): void {
  packet.show({ source: 'N/A', destination: 'N/A', protocol: 'N/A', info: RAW.title });
  packet.attempt('Raw', bytes, () => dissect(packet, bytes, ipv4, ipv6), RAW.name);
}

function dissect(packet: Packet, bytes: PacketBytes, ipv4: DissectPayload, ipv6: DissectPayload): void {
  const { begin } = bytes;
  packet.layer(RAW, bytes, bytes.length, RAW.title);
  bytes.need(begin, LOOKED_AT);
  const isPadded = bytes.has(begin, ZEROS) && bytes.bytes(begin, ZEROS).every((byte) => byte === 0);
  const version = bytes.u8(begin) >> 4;
  if (isPadded) ipv4(packet, bytes.part(begin + ZEROS));
  else if (version === 4) ipv4(packet, bytes);
  else if (version === 6) ipv6(packet, bytes);
  else dissectData(packet, bytes);
}
