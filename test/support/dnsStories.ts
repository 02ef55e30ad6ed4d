/** DNS messages in UDP; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { be16, be32, capture, text, udp, type Bytes } from './packetBuilder.ts';

const CLIENT = '10.0.0.1:40000';
const SERVER = '10.0.0.2:53';

const name = (dotted: string): Bytes =>
  dotted === '' ? [0] : [...dotted.split('.').flatMap((label) => [label.length, ...text(label)]), 0];
/** Leads to the first query's name. */
const ABOVE = [0xc0, 12];
const question = (what: string | Bytes, type: number, kind = 1): Bytes => [
  ...(typeof what === 'string' ? name(what) : what),
  ...be16(type),
  ...be16(kind),
];
const record = (owner: string | Bytes, type: number, ttl: number, data: Bytes, kind = 1): Bytes => [
  ...(typeof owner === 'string' ? name(owner) : owner),
  ...be16(type),
  ...be16(kind),
  ...be32(ttl),
  ...be16(data.length),
  ...data,
];
function message(
  id: number,
  flags: number,
  queries: Bytes[],
  answers: Bytes[] = [],
  authorities: Bytes[] = [],
  more: Bytes[] = [],
): Bytes {
  const sections = [queries, answers, authorities, more];
  return [...be16(id), ...be16(flags), ...sections.flatMap((one) => be16(one.length)), ...sections.flat(2)];
}
const query = (...parts: Parameters<typeof message>): Bytes =>
  udp({ from: CLIENT, to: SERVER, payload: message(...parts) });
const answer = (...parts: Parameters<typeof message>): Bytes =>
  udp({ from: SERVER, to: CLIENT, payload: message(...parts) });

/** To everybody on the link, or to one. */
const multicast = (payload: Bytes, from = '10.0.0.1:5353', to = '224.0.0.251:5353'): Bytes =>
  udp({ from, to, payload });
const [IN, IN_WITH_BIT] = [1, 0x8001];

export const DNS_STORIES: Record<string, () => CapturedFrame[]> = {
  'multicast: questions, a probe, answers that take the place of others': () =>
    capture([
      multicast(
        message(0, 0, [question('_http._tcp.local', 12, IN_WITH_BIT), question('host.local', 1, IN)]),
      ),
      multicast(
        message(
          0,
          0,
          [question('host.local', 255, IN_WITH_BIT)],
          [],
          [record('host.local', 1, 120, [10, 0, 0, 1])],
        ),
      ),
      multicast(
        message(
          0,
          0x8400,
          [],
          [
            record('_http._tcp.local', 12, 4500, name('web._http._tcp.local')),
            record('host.local', 1, 120, [10, 0, 0, 2], IN_WITH_BIT),
          ],
          [],
          [
            record('web._http._tcp.local', 33, 120, [0, 0, 0, 0, 0, 80, ...name('host.local')], IN_WITH_BIT),
            record('web._http._tcp.local', 16, 4500, [6, ...text('path=/')], IN_WITH_BIT),
            record('host.local', 47, 120, [...name('host.local'), 0, 4, 0x40, 0, 0, 8], IN_WITH_BIT),
            record('host.local', 47, 120, [...name('x'), 0, 1, 0x60, 1, 1, 0x80], 3),
          ],
        ),
        '10.0.0.2:5353',
      ),
      multicast(
        message(
          0,
          0x0200,
          [question('_http._tcp.local', 12)],
          [record('_http._tcp.local', 12, 4500, name('web._http._tcp.local'))],
        ),
      ),
      multicast(message(7, 0x0120, [question('host.local', 1, 0x8003)]), '10.0.0.1:40000'),
      multicast(
        message(7, 0x8400, [question('host.local', 1)], [record('host.local', 1, 10, [10, 0, 0, 2])]),
        '10.0.0.2:5353',
        '10.0.0.1:40000',
      ),
      multicast(message(0, 0, [question('host.local', 1)]).slice(0, 20), '10.0.0.3:5353'),
    ]),
  'link-local multicast: a name that is looked for, repeated, not there, in conflict': () =>
    capture([
      multicast(message(0x1234, 0, [question('fileserver', 1)]), '10.0.0.1:55000', '224.0.0.252:5355'),
      multicast(
        message(0x1234, 0x8000, [question('fileserver', 1)], [record(ABOVE, 1, 30, [10, 0, 0, 2])]),
        '10.0.0.2:5355',
        '10.0.0.1:55000',
      ),
      multicast(message(0x1234, 0, [question('fileserver', 1)]), '10.0.0.1:55000', '224.0.0.252:5355'),
      multicast(message(0x1235, 0x0d00, [question('nobody', 28)]), '10.0.0.1:55001', '224.0.0.252:5355'),
      multicast(
        message(0x1235, 0x8703, [question('nobody', 28, IN_WITH_BIT)]),
        '10.0.0.2:5355',
        '10.0.0.1:55001',
      ),
      multicast(message(0x1236, 0, [question('cut', 1)]).slice(0, 14), '10.0.0.1:55002', '224.0.0.252:5355'),
    ]),
  'records of all kinds': () =>
    capture([
      query(1, 0x0100, [question('example.com', 1)]),
      answer(
        1,
        0x8180,
        [question('example.com', 1)],
        [
          record(ABOVE, 5, 300, [3, ...text('www'), ...ABOVE]),
          record([0xc0, 0x29], 1, 60, [1, 2, 3, 4]),
          record(ABOVE, 12, 70, name('a.b')),
        ],
        [record(ABOVE, 2, 3600, [2, ...text('ns'), ...ABOVE])],
        [
          record([0xc0, 0x29], 28, 60, [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1]),
          record('', 41, 0, [], 4096),
        ],
      ),
      query(2, 0x0120, [question('1.0.0.10.in-addr.arpa', 12)], [], [], [record('', 41, 0x8000, [], 1232)]),
      answer(
        2,
        0x8583,
        [question('1.0.0.10.in-addr.arpa', 12)],
        [],
        [
          record('10.in-addr.arpa', 6, 99, [
            ...name('ns.x'),
            ...name('root.x'),
            ...[1, 2, 3, 4, 5].flatMap(be32),
          ]),
        ],
      ),
      query(3, 0x0100, [question('_http._tcp.example.com', 33)]),
      answer(
        3,
        0x8180,
        [question('_http._tcp.example.com', 33)],
        [
          record(ABOVE, 33, 300, [...be16(1), ...be16(2), ...be16(80), ...name('web.example.com')]),
          record(ABOVE, 15, 86401, [...be16(10), ...name('mail.example.com')]),
          record(ABOVE, 16, 300, [5, ...text('hello'), 3, ...text('abc')]),
          record(ABOVE, 16, 0, [0]),
        ],
      ),
      query(10, 0x0100, [question('two', 255), question('three', 65280, 3)]),
      query(11, 0x2800, [question('zone', 6)]),
      query(12, 0x7970, [question('x', 1, 254)]),
    ]),
  'sent again': () => {
    const asked = query(1, 0x0100, [question('a.b', 1)]);
    const answered = answer(1, 0x8180, [question('a.b', 1)], [record(ABOVE, 1, 0, [1, 2, 3, 4])]);
    return capture([
      asked,
      asked,
      answered,
      answered,
      { at: 10e9, bytes: asked },
      { at: 20e9, bytes: asked },
      answer(9, 0x8180, [question('a.b', 33)]),
    ]);
  },
  malformed: () =>
    capture([
      query(12, 0x0100, [[1, 2]]),
      query(13, 0x0100, [[0xc0, 12, 0, 1, 0, 1]]),
      query(14, 0x0100, [question('', 2)]),
      query(15, 0x0100, [question([2, 46, 0xe9, 3, 1, 92, 65, 0], 1)]),
      answer(16, 0xffff, []),
      answer(17, 0x8180, [question('a.b', 1)], [record(ABOVE, 1, 2610061, [1, 2, 3])]),
      answer(18, 0x8180, [question('a.b', 1)], [record(ABOVE, 6, 9, [0])]),
      udp({ from: CLIENT, to: SERVER, payload: [1, 2, 3] }),
    ]),
};
