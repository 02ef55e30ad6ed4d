/** Messages of ICMPv6 and datagrams behind extension headers, random, and the same for the same seed. */
import { discoveryOption, fragment, icmpv6, NEXT, option, options, padding, routing } from './ipv6Builder.ts';
import { address, be16, be32, ethernet, ipv6, text, udp, type Bytes } from './packetBuilder.ts';
import type { Random } from './random.ts';

const [NEAR, FAR, THERE] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'] as const;
const MAC = [2, 0, 0, 0, 0, 1];
const HEADERS = 54;

export function randomIcmpv6(random: Random): Bytes {
  const isThere = random.chance(0.5);
  const [source, destination] = isThere ? [NEAR, FAR] : [FAR, NEAR];
  const checksum = random.pick(['good', 'good', 'good', 'bad'] as const);
  const ip = { source, destination, ttl: random.pick([1, 64, 255]), checksum };
  const linkAddress = (type: number) => (random.chance(0.7) ? discoveryOption(type, ...MAC) : []);
  return random.pick([
    () => icmpv6(isThere ? 128 : 129, 0, [...be16(7), ...be16(random.below(20)), ...text('abcdefgh')], ip),
    () => icmpv6(isThere ? 128 : 129, 0, [...be16(7), ...be16(random.below(20)), ...text('abcdefgh')], ip),
    () => icmpv6(133, 0, [...be32(0), ...linkAddress(1)], ip),
    () =>
      icmpv6(134, 0, [64, random.below(256), ...be16(1800), ...be32(0), ...be32(1), ...linkAddress(1)], ip),
    () => icmpv6(135, 0, [...be32(0), ...address(FAR), ...linkAddress(1)], ip),
    () => icmpv6(136, 0, [random.below(8) << 5, 0, 0, 0, ...address(FAR), ...linkAddress(2)], ip),
    () => icmpv6(130 + random.below(3), 0, [...be16(random.below(0x10000)), 0, 0, ...address('ff02::5')], ip),
    () => behindHeaders(random),
    () => behindHeaders(random),
  ])();
}

/** Fragments of few datagrams come in any order, and some twice. */
function behindHeaders(random: Random): Bytes {
  const whole = udp({ from: `[${NEAR}]:50000`, to: `[${FAR}]:9001`, payload: text('x'.repeat(40)) });
  const carried = whole.slice(HEADERS);
  const id = random.below(12);
  const [next, payload] = random.pick<() => [number, Bytes]>([
    () => [NEXT.fragment, [...fragment(NEXT.udp, id, 0, true), ...carried.slice(0, 24)]],
    () => [NEXT.fragment, [...fragment(NEXT.udp, id, 24, false), ...carried.slice(24)]],
    () => [NEXT.hopByHop, [...options(NEXT.udp, option(5, 0, random.below(3)), padding(2)), ...carried]],
    () => [
      NEXT.destination,
      [...options(NEXT.udp, option(random.pick([4, 9, 0x3e]), 1), padding(3)), ...carried],
    ],
    () => [NEXT.routing, [...routing(NEXT.udp, 4, random.below(2), [0, 0, ...be16(id)], THERE), ...carried]],
    () => [NEXT.none, text('rest')],
  ])();
  return ethernet(
    0x86dd,
    ipv6(next, payload, { source: NEAR, destination: FAR, flowLabel: random.below(0x100000) }),
  );
}
