/** What happens to frames on links: padding, trailers, tags of virtual LANs, SNAP headers, frames that carry lengths. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { inner, le32, LINK, sll, sll2, type LinkName } from './linkBuilder.ts';
import { be16, ethernet, text, type Bytes } from './packetBuilder.ts';
import type { Random } from './random.ts';

const ADDRESSES = 12;
const SHORTEST = 60;

/** The same packet in a frame as some link would carry it. */
export function dress(random: Random, frame: Bytes): Bytes {
  let bytes = frame;
  if (random.chance(0.12)) bytes = tagged(random, bytes);
  if (random.chance(0.03)) bytes = inSnap(bytes);
  if (bytes.length < SHORTEST && random.chance(0.3))
    bytes = [...bytes, ...new Array<number>(SHORTEST - bytes.length).fill(random.chance(0.9) ? 0 : 7)];
  if (random.chance(0.06)) bytes = [...bytes, ...text('trailing bytes').slice(0, 1 + random.below(14))];
  return bytes;
}

function tagged(random: Random, bytes: Bytes): Bytes {
  const tag = be16((random.below(8) << 13) | (random.below(2) << 12) | (1 + random.below(4094)));
  return [...bytes.slice(0, ADDRESSES), ...be16(0x8100), ...tag, ...bytes.slice(ADDRESSES)];
}

/** RFC 1042: the type follows a header of the link's control, and a length takes its place. */
function inSnap(bytes: Bytes): Bytes {
  const rest = [0xaa, 0xaa, 3, 0, 0, 0, ...bytes.slice(ADDRESSES)];
  return [...bytes.slice(0, ADDRESSES), ...be16(rest.length), ...rest];
}

/** A frame of a protocol that is not decoded. */
export function unknownFrame(random: Random): Bytes {
  const source = '02:00:00:00:00:01';
  const destination = random.pick(['02:00:00:00:00:02', '01:80:c2:00:00:21']);
  const payload = text('unknown'.repeat(1 + random.below(8)));
  switch (random.below(4)) {
    case 0:
      return ethernet(0x88b5, payload, source, destination);
    case 1: {
      // A length that may go past the end, and an unnumbered frame between two access points.
      const control = random.pick([0x03, 0x13, 0xe3, 0xf3, 0xaf, 0x7f, 0x63]);
      const [to, from] = [random.pick([0x02, 0x0a, 0x0b]), random.pick([0x02, 0x0a, 0x0b])];
      const llc = [to, from, control, ...payload];
      return ethernet(llc.length + (random.chance(0.1) ? 20 : 0), llc, source, destination);
    }
    case 2:
      return ethernet(1501 + random.below(35), payload, source, destination);
    default:
      return ethernet(random.pick([0x88b6, 0x9999]), payload, source, destination);
  }
}

/** The same capture, in which some packets were seen on interfaces of other link types. */
export function relinked(random: Random, frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.map((frame) => {
    const type = (frame.bytes[ADDRESSES]! << 8) | frame.bytes[ADDRESSES + 1]!;
    if (![0x0800, 0x86dd].includes(type) || !random.chance(0.15)) return frame;
    const link = random.pick<LinkName>(['raw', 'null', 'loop', 'sll', 'sll2']);
    const packet = inner([...frame.bytes]);
    // What a link adds behind a packet is not there without one.
    const bytes = onLink(random, link, link === 'raw' ? trimmed(packet) : packet, type);
    return {
      ...frame,
      interface: link,
      linkType: LINK[link],
      bytes: Uint8Array.from(bytes),
      length: bytes.length,
    };
  });
}

function trimmed(packet: Bytes): Bytes {
  const isIpv4 = packet[0]! >> 4 === 4;
  const at = isIpv4 ? 2 : 4;
  const length = (packet[at]! << 8) | packet[at + 1]!;
  return packet.slice(0, isIpv4 ? length : 40 + length);
}

function onLink(random: Random, link: LinkName, packet: Bytes, type: number): Bytes {
  const family = type === 0x0800 ? 2 : random.pick([24, 28, 30]);
  const cooked = { packetType: random.below(5), hardware: random.pick([1, 772, 65534]), protocol: type };
  switch (link) {
    case 'null':
      return [...le32(family), ...packet];
    case 'loop':
      return [...le32(family).reverse(), ...packet];
    case 'sll':
      return sll(packet, cooked);
    case 'sll2':
      return sll2(packet, { ...cooked, address: random.pick([[], [2, 0, 0, 0, 0, 9], [10, 0, 0, 1]]) });
    default:
      return packet;
  }
}
