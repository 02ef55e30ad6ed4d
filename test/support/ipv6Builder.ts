/** Extension headers of IPv6 and messages of ICMPv6, byte by byte, for tests of the dissectors. */
import {
  address,
  be16,
  be32,
  ethernet,
  internetChecksum,
  ipv6,
  pseudoHeader,
  type Bytes,
  type Ipv6Fields,
} from './packetBuilder.ts';

export const NEXT = {
  hopByHop: 0,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  icmpv6: 58,
  none: 59,
  destination: 60,
} as const;

/** A header of options, hop by hop or for the destination; options are given padded. */
export function options(next: number, ...given: Bytes[]): Bytes {
  const all = given.flat();
  if ((all.length + 2) % 8 !== 0) throw new RangeError(`options of ${all.length} bytes are not padded`);
  return [next, (all.length + 2) / 8 - 1, ...all];
}
export const option = (type: number, ...data: Bytes): Bytes => [type, data.length, ...data];
export const padding = (length: number): Bytes => option(1, ...Array<number>(length - 2).fill(0));

export function routing(
  next: number,
  type: number,
  left: number,
  fixed: Bytes,
  ...addresses: string[]
): Bytes {
  const all = addresses.flatMap(address);
  return [next, all.length / 8, type, left, ...fixed, ...all];
}

/** @param offset in bytes */
export function fragment(next: number, id: number, offset: number, hasMore: boolean): Bytes {
  return [next, 0, ...be16(offset | Number(hasMore)), ...be32(id)];
}

export interface Icmpv6Fields extends Ipv6Fields {
  checksum?: 'good' | 'bad';
}

/** An Ethernet frame with an ICMPv6 message; `body` follows the checksum. */
export function icmpv6(type: number, code: number, body: Bytes, fields: Icmpv6Fields = {}): Bytes {
  const { source = '::1', destination = '::1', ttl = 64, checksum = 'good' } = fields;
  const message = [type, code, 0, 0, ...body];
  const good = internetChecksum([
    ...pseudoHeader(source, destination, NEXT.icmpv6, message.length),
    ...message,
  ]);
  message.splice(2, 2, ...be16(good ^ (checksum === 'bad' ? 0x0101 : 0)));
  return ethernet(0x86dd, ipv6(NEXT.icmpv6, message, { ...fields, source, destination, ttl }));
}

/** An option of Neighbor Discovery. */
export function discoveryOption(type: number, ...data: Bytes): Bytes {
  if ((data.length + 2) % 8 !== 0) throw new RangeError(`an option of ${data.length} bytes`);
  return [type, (data.length + 2) / 8, ...data];
}
