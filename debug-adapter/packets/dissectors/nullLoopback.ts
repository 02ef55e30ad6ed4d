/** The loopback of BSD and macOS: four bytes with the family of the address, or a type of Ethernet's. */
import { field, type Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';
import { ETHER_TYPES, LARGEST_LENGTH, type ByEtherType, type DissectPayload } from './etherTypes.ts';

const HEADER = 4;
const IPV4_FAMILY = 2;
/** Of NetBSD and OpenBSD, of FreeBSD, of macOS. */
const IPV6_FAMILIES = [24, 28, 30] as const;

const NULL = field('null', 'Null/Loopback', 'protocol');
const TYPE = field('null.type', 'Type', 'uint16', { base: 'hex', names: ETHER_TYPES });
const FAMILY = field('null.family', 'Family', 'uint32', {
  names: {
    [IPV4_FAMILY]: 'IP',
    7: 'OSI',
    16: 'Appletalk',
    23: 'Netware IPX/SPX',
    ...Object.fromEntries(IPV6_FAMILIES.map((family) => [family, 'IPv6'])),
  },
});

export const NULL_FIELDS: readonly Field[] = [NULL, TYPE, FAMILY];

/** What such a frame carries. */
export interface Families {
  readonly ip: DissectPayload;
  readonly ipv6: DissectPayload;
  readonly byType: ByEtherType;
}

/** @param isNetworkOrder as OpenBSD writes it; otherwise in the order of the machine that captured it */
export function dissectNullLoopback(
  packet: Packet,
  bytes: PacketBytes,
  isNetworkOrder: boolean,
  families: Families,
): void {
  packet.show({ source: 'N/A', destination: 'N/A', protocol: 'N/A', info: NULL.title });
  packet.attempt('Null', bytes, () => dissect(packet, bytes, isNetworkOrder, families), NULL.name);
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  isNetworkOrder: boolean,
  { ip, ipv6, byType }: Families,
): void {
  const at = bytes.begin;
  const written = bytes.u32(at);
  const payload = bytes.part(at + HEADER);
  const layer = packet.layer(NULL, bytes, HEADER, NULL.title);
  // No family and no type needs more than two bytes: the other two tell the order.
  const family = isNetworkOrder || (written & 0xffff) !== 0 ? written : swapped(written);
  if (family > LARGEST_LENGTH && !isNetworkOrder) {
    layer.add(TYPE, bytes, at, HEADER, family & 0xffff);
    const dissectType = byType[family];
    if (dissectType) dissectType(packet, payload);
    else dissectData(packet, payload);
    return;
  }
  layer.add(FAMILY, bytes, at, HEADER, family);
  if (family === IPV4_FAMILY) ip(packet, payload);
  else if (IPV6_FAMILIES.some((one) => one === family)) ipv6(packet, payload);
  else dissectData(packet, payload);
}

/** The first two of four bytes in the other order; the others are zero. */
function swapped(value: number): number {
  return ((value >>> 8) & 0xff00) | (value >>> 24);
}
