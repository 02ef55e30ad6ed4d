/** IPv6 and what belongs to it; used to compare what is said about it with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { discoveryOption, fragment, icmpv6, NEXT, option, options, padding, routing } from './ipv6Builder.ts';
import {
  address,
  be16,
  be32,
  capture,
  ethernet,
  ipv6,
  synOptions,
  tcp,
  text,
  udp,
  type Bytes,
  type Ipv6Fields,
} from './packetBuilder.ts';

const HEADER = 40;
const ETHERNET_HEADER = 14;
const [A, B, C] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'] as const;
/** Addresses of a link, of all its nodes, of its routers. */
const [NEAR, FAR, ALL, ROUTERS] = ['fe80::1', 'fe80::2', 'ff02::1', 'ff02::2'] as const;
const MAC = [2, 0, 0, 0, 0, 1];
const WHOLE_LINK = { ttl: 255 };

/** What an IPv6 packet carries. */
const payloadOf = (frame: Bytes): Bytes => frame.slice(ETHERNET_HEADER + HEADER);
const packetOf = (frame: Bytes): Bytes => frame.slice(ETHERNET_HEADER);
const datagram = (source: string, destination: string, payload = 'hi'): Bytes =>
  udp({ from: `[${source}]:5000`, to: `[${destination}]:9001`, payload });
const six = (next: number, payload: Bytes, fields: Ipv6Fields = {}): Bytes =>
  ethernet(0x86dd, ipv6(next, payload, { source: A, destination: B, ...fields }));
const carried = payloadOf(datagram(A, B));
const long = payloadOf(datagram(A, B, 'x'.repeat(40)));

/** Addresses that hold something, and that are written in a special way. */
const SPECIAL = [
  'fe80::aabb:ccff:fedd:eeff',
  'fe80::a8bb:ccff:fedd:eeff',
  '2002:102:304:5::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  'fe80::5efe:102:304',
  '2001:db8::200:5efe:102:304',
  '64:ff9b::102:304',
  '::ffff:102:304',
  '::102:304',
  '::1:2',
  '::',
  '1:0:0:2:0:0:3:4',
  '1:2:3:4:5:6:7:0',
];

const quoted = packetOf(datagram(A, B, 'hello'));
const error = (type: number, code: number, rest: Bytes, packet = quoted): Bytes =>
  icmpv6(type, code, [...rest, ...packet], { source: C, destination: A });
const ask = (id: number, sequence: number, ...data: Bytes): Bytes =>
  icmpv6(128, 0, [...be16(id), ...be16(sequence), ...data], { source: A, destination: B });
const answer = (id: number, sequence: number, ...data: Bytes): Bytes =>
  icmpv6(129, 0, [...be16(id), ...be16(sequence), ...data], { source: B, destination: A });
const discover = (type: number, body: Bytes, fields: Ipv6Fields): Bytes =>
  icmpv6(type, 0, body, { ...WHOLE_LINK, ...fields });
const sourceAddress = discoveryOption(1, ...MAC);
const targetAddress = discoveryOption(2, ...MAC);
const redirected = [...quoted, ...Array<number>((8 - (quoted.length % 8)) % 8).fill(0)];

export const IPV6_STORIES: Record<string, () => CapturedFrame[]> = {
  'a connection and datagrams': () =>
    capture([
      tcp({ from: `[${A}]:40000`, to: `[${B}]:9000`, flags: 'SYN', seq: 100, tcpOptions: synOptions(1, 0) }),
      tcp({ from: `[${B}]:9000`, to: `[${A}]:40000`, flags: 'SYN ACK', seq: 500, ack: 101 }),
      tcp({
        from: `[${A}]:40000`,
        to: `[${B}]:9000`,
        flags: 'PSH ACK',
        seq: 101,
        ack: 501,
        payload: 'hello',
      }),
      tcp({ from: `[${B}]:9000`, to: `[${A}]:40000`, flags: 'ACK', seq: 501, ack: 106, checksum: 'bad' }),
      tcp({
        from: `[${A}]:40000`,
        to: `[${B}]:9000`,
        flags: 'PSH ACK',
        seq: 101,
        ack: 501,
        payload: 'hello',
      }),
      tcp({ from: `[${B}]:9000`, to: `[${A}]:40000`, flags: 'RST ACK', seq: 501, ack: 106 }),
      datagram(A, B),
      datagram(B, A),
      udp({ from: `[${A}]:5000`, to: `[${B}]:9001`, payload: 'x', checksum: 'none' }),
      udp({ from: `[${A}]:5000`, to: `[${B}]:9001`, payload: 'x', checksum: 'bad' }),
      // The same ports over IPv4 are other conversations.
      udp({ from: '10.0.0.1:5000', to: '10.0.0.2:9001', payload: 'x' }),
    ]),
  headers: () =>
    capture([
      ...SPECIAL.flatMap((special) => [datagram(special, B), datagram(B, special)]),
      six(NEXT.udp, carried, { trafficClass: 0xb9, flowLabel: 0x12345, ttl: 0 }),
      six(NEXT.none, []),
      six(NEXT.none, text('rest')),
      six(200, text('what')),
      six(255, []),
      six(NEXT.udp, carried, { payloadLength: 100 }),
      six(NEXT.udp, carried, { payloadLength: 0 }),
      [...six(NEXT.udp, carried), ...text('trailer')],
      six(NEXT.udp, carried).slice(0, ETHERNET_HEADER + 30),
      ethernet(0x86dd, [0x45, ...packetOf(six(NEXT.udp, carried)).slice(1)]),
      ethernet(0x86dd, []),
      six(41, packetOf(datagram(C, A))),
      six(4, packetOf(udp({ from: '10.0.0.1:5000', to: '10.0.0.2:9001', payload: 'x' }))),
      ethernet(
        0x0800,
        packetOf(udp({ from: '10.0.0.1:5000', to: '10.0.0.2:9001' })).map((byte, at) =>
          at === 9 ? 41 : byte,
        ),
      ),
    ]),
  'extension headers': () =>
    capture([
      six(NEXT.hopByHop, [...options(NEXT.udp, option(5, 0, 0), padding(2)), ...carried]),
      six(NEXT.destination, [...options(NEXT.udp, padding(6)), ...carried]),
      six(NEXT.hopByHop, [
        ...options(NEXT.destination, padding(6)),
        ...options(NEXT.udp, option(0x1e, 1, 2), option(9, 1, 2), option(0xc2, 0, 0, 0xff, 0xff)),
        ...carried,
      ]),
      six(NEXT.destination, [...options(NEXT.udp, [0, 0], option(4, 9), [0]), ...carried]),
      six(NEXT.destination, [...options(NEXT.udp, option(0xc9, ...address(C)), padding(4)), ...carried]),
      six(NEXT.destination, [
        ...options(NEXT.hopByHop, padding(6)),
        ...options(NEXT.udp, padding(6)),
        ...carried,
      ]),
      six(NEXT.hopByHop, [...options(NEXT.none, option(0xc2, 0, 1, 0, 0))]),
      six(NEXT.hopByHop, [...options(NEXT.udp, option(0xc2, 0, 1, 0, 0)), ...carried], { payloadLength: 0 }),
      six(NEXT.hopByHop, [...options(NEXT.udp, padding(6)), ...carried], { payloadLength: 0 }),
      six(NEXT.hopByHop, options(NEXT.none, option(4, 5), padding(3))),
      six(NEXT.destination, options(NEXT.none, option(4, 5, 6), padding(2))),
      six(NEXT.destination, options(NEXT.none, option(0xc9, 5, 6), padding(2))),
      six(NEXT.hopByHop, options(NEXT.none, option(5, 0, 0, 0), padding(1 + 2).slice(0, 1))),
      six(NEXT.destination, [...options(NEXT.none, option(5, 0, 0), padding(2))]),
      six(NEXT.hopByHop, [NEXT.udp, 0, 5]),
      six(NEXT.routing, [...routing(NEXT.udp, 0, 1, be32(0), C), ...payloadOf(datagram(A, C))]),
      six(NEXT.routing, [...routing(NEXT.udp, 0, 2, be32(0), C, NEAR), ...payloadOf(datagram(A, NEAR))]),
      six(NEXT.routing, [...routing(NEXT.udp, 0, 0, be32(0), C), ...carried]),
      six(NEXT.routing, routing(NEXT.none, 0, 3, be32(0), ALL)),
      six(NEXT.routing, [...routing(NEXT.udp, 2, 1, be32(0), C), ...payloadOf(datagram(A, C))]),
      six(NEXT.routing, routing(NEXT.none, 2, 2, be32(0), C)),
      six(NEXT.routing, [...routing(NEXT.udp, 4, 0, [0, 0, 0, 7], C), ...carried]),
      six(NEXT.routing, [...routing(NEXT.udp, 4, 1, [1, 0, 0, 7], C, NEAR), ...payloadOf(datagram(A, C))]),
      six(NEXT.routing, routing(NEXT.none, 4, 5, [0, 0, 0, 7], C)),
      six(NEXT.routing, [...routing(NEXT.udp, 253, 0, be32(0)), ...carried]),
      six(NEXT.routing, [NEXT.none, 1, 0, 1, ...be32(0), ...be32(0), ...be32(0)]),
      six(NEXT.routing, [NEXT.none, 1, 2, 1, ...be32(0), ...be32(0), ...be32(0)]),
    ]),
  fragments: () =>
    capture([
      six(NEXT.fragment, [...fragment(NEXT.udp, 7, 0, true), ...long.slice(0, 24)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 7, 24, false), ...long.slice(24)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 8, 24, false), ...long.slice(24)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 8, 0, true), ...long.slice(0, 24)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 9, 0, false), ...carried]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 10, 0, true), ...long.slice(0, 24)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 11, 24, false), ...long.slice(24)]),
      six(NEXT.hopByHop, [
        ...options(NEXT.fragment, padding(6)),
        ...fragment(NEXT.udp, 12, 0, true),
        ...long.slice(0, 16),
      ]),
      six(NEXT.hopByHop, [
        ...options(NEXT.fragment, padding(6)),
        ...fragment(NEXT.udp, 12, 16, false),
        ...long.slice(16),
      ]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 13, 0, true), ...long.slice(0, 32)]),
      six(NEXT.fragment, [...fragment(NEXT.udp, 13, 24, false), ...long.slice(24)]),
      six(NEXT.fragment, fragment(NEXT.udp, 14, 0, true).slice(0, 3)),
      six(NEXT.fragment, [NEXT.udp, 5, 0, 6, ...be32(15), ...carried]),
    ]),
  'ICMPv6 echo and errors': () =>
    capture([
      ask(1, 1, ...text('abcdefgh')),
      answer(1, 1, ...text('abcdefgh')),
      ask(1, 2),
      answer(1, 9, 1),
      icmpv6(128, 5, [0, 1, 0, 3], { source: A, destination: B, checksum: 'bad' }),
      error(1, 4, be32(0)),
      error(1, 9, be32(0)),
      error(2, 0, be32(1280)),
      error(3, 0, be32(0)),
      error(3, 2, be32(0)),
      error(4, 1, be32(40)),
      error(4, 7, be32(40)),
      error(1, 4, be32(0), quoted.slice(0, 44)),
      error(1, 4, be32(0), quoted.slice(0, 30)),
      error(1, 4, be32(0), []),
      error(1, 4, be32(0), packetOf(tcp({ from: `[${A}]:40000`, to: `[${B}]:9000`, flags: 'SYN', seq: 7 }))),
      error(
        1,
        4,
        be32(0),
        packetOf(tcp({ from: `[${A}]:40000`, to: `[${B}]:9000`, flags: 'SYN', seq: 7 })).slice(0, 50),
      ),
      error(1, 4, be32(0), packetOf(ask(2, 1))),
      error(1, 4, be32(0), packetOf(error(1, 4, be32(0)))),
      error(1, 4, be32(0), packetOf(six(NEXT.hopByHop, [...options(NEXT.udp, padding(6)), ...carried]))),
      icmpv6(200, 0, be32(1)),
      icmpv6(50, 3, be32(1)),
      six(NEXT.icmpv6, [128, 0, 0]),
    ]),
  'Neighbor Discovery': () =>
    capture([
      discover(133, [...be32(0), ...sourceAddress], { source: NEAR, destination: ROUTERS }),
      discover(133, be32(0), { source: '::', destination: ROUTERS }),
      discover(
        134,
        [
          ...[64, 0xc8, ...be16(1800), ...be32(30000), ...be32(1000)],
          ...sourceAddress,
          ...discoveryOption(5, 0, 0, ...be32(1500)),
          ...discoveryOption(
            3,
            64,
            0xe0,
            ...be32(86400),
            ...be32(0xffffffff),
            ...be32(0),
            ...address('2001:db8::'),
          ),
          ...discoveryOption(24, 64, 8, ...be32(3600), ...address('2001:db8::')),
          ...discoveryOption(25, 0, 0, ...be32(3600), ...address('2001:db8::53'), ...address('2001:db8::54')),
          ...discoveryOption(31, 0, 0, ...be32(0), 7, ...text('example'), 3, ...text('com'), 0, 0, 0, 0),
          ...discoveryOption(37, ...text('https:')),
        ],
        { source: NEAR, destination: ALL },
      ),
      discover(134, [0, 0, ...be16(0), ...be32(0), ...be32(0)], { source: NEAR, destination: ALL }),
      discover(135, [...be32(0), ...address(FAR), ...sourceAddress], {
        source: NEAR,
        destination: 'ff02::1:ff00:2',
      }),
      discover(135, [...be32(0), ...address(FAR), ...discoveryOption(14, 1, 2, 3, 4, 5, 6)], {
        source: '::',
        destination: 'ff02::1:ff00:2',
      }),
      discover(136, [...be32(0x60000000), ...address(FAR), ...targetAddress], {
        source: FAR,
        destination: NEAR,
      }),
      discover(136, [...be32(0xa0000000), ...address(FAR)], { source: FAR, destination: ALL }),
      discover(
        137,
        [
          ...[...be32(0), ...address(FAR), ...address(B), ...targetAddress],
          ...discoveryOption(4, ...Array<number>(6).fill(0), ...redirected),
        ],
        { source: NEAR, destination: FAR },
      ),
      discover(135, [...be32(0), 0xfe, 0x80], { source: NEAR, destination: ALL }),
      discover(133, [...be32(0), 1, 2, ...MAC], { source: NEAR, destination: ALL }),
      discover(133, [...be32(0), 1, 0, ...MAC], { source: NEAR, destination: ALL }),
      discover(133, [...be32(0), 99, 1, ...MAC], { source: NEAR, destination: ALL }),
    ]),
  'Multicast Listener Discovery': () => {
    const one = { source: NEAR, ttl: 1 };
    const record = (type: number, group: string, sources: string[], more: Bytes = []): Bytes => [
      ...[type, more.length / 4, ...be16(sources.length), ...address(group)],
      ...[...sources.flatMap(address), ...more],
    ];
    return capture([
      discover(130, [...be16(10000), 0, 0, ...address('::')], { ...one, destination: ALL }),
      discover(130, [...be16(10000), 0, 0, ...address('ff02::5'), 0x0a, 125, ...be16(1), ...address(C)], {
        ...one,
        destination: 'ff02::5',
      }),
      discover(130, [...be16(0x8fff), 0, 0, ...address('::'), 2, 0xff, 0, 0], { ...one, destination: ALL }),
      discover(131, [0, 0, 0, 0, ...address('ff02::5')], { ...one, destination: 'ff02::5' }),
      discover(132, [0, 0, 0, 0, ...address('ff02::5')], { ...one, destination: ROUTERS }),
      discover(
        143,
        [
          ...[0, 0, ...be16(3), ...record(4, 'ff02::5', []), ...record(3, 'ff02::6', [C])],
          ...record(7, 'ff02::7', [], [1, 2, 3, 4]),
        ],
        { ...one, destination: 'ff02::16' },
      ),
      discover(143, [0, 0, ...be16(2), ...record(1, 'ff02::5', [])], { ...one, destination: 'ff02::16' }),
    ]);
  },
};
