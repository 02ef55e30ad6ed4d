/** What happens to frames on links: padding, trailers, tags of virtual LANs, SNAP headers, frames that carry lengths. */
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
