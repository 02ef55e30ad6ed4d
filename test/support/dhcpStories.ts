/** DHCP messages; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { address, be16, be32, capture, text, udp, type Bytes } from './packetBuilder.ts';

const CLIENT_MAC: Bytes = [2, 0, 0, 0, 0, 1];
const zeros = (count: number): Bytes => Array<number>(count).fill(0);
const padded = (content: string, length: number): Bytes => [
  ...text(content),
  ...zeros(length - content.length),
];
const option = (code: number, value: Bytes): Bytes => [code, value.length, ...value];
const type = (number: number): Bytes => option(53, [number]);
const name = (dotted: string): Bytes => [
  ...dotted.split('.').flatMap((label) => [label.length, ...text(label)]),
  0,
];
const END = [255];
const SERVER_ID = option(54, address('10.0.0.1'));

interface Header {
  operation: 1 | 2;
  id?: number;
  seconds?: number;
  flags?: number;
  client?: string;
  your?: string;
  server?: string;
  relay?: string;
  host?: string;
  file?: string;
}

function message(header: Header, ...options: Bytes[]): Bytes {
  const { operation, id = 0x3903f326, seconds = 0, flags = 0, host = '', file = '' } = header;
  const none = '0.0.0.0';
  const { client = none, your = none, server = none, relay = none } = header;
  return [
    ...[operation, 1, 6, 0],
    ...be32(id),
    ...be16(seconds),
    ...be16(flags),
    ...[client, your, server, relay].flatMap(address),
    ...CLIENT_MAC,
    ...zeros(10),
    ...padded(host, 64),
    ...padded(file, 128),
    ...be32(0x63825363),
    ...options.flat(),
  ];
}
const up = (payload: Bytes, from = '0.0.0.0:68', to = '255.255.255.255:67'): Bytes =>
  udp({ from, to, payload });
const down = (payload: Bytes, to = '255.255.255.255:68'): Bytes => udp({ from: '10.0.0.1:67', to, payload });

export const DHCP_STORIES: Record<string, () => CapturedFrame[]> = {
  'a lease: discover, offer, request, acknowledgement, release': () =>
    capture([
      up(
        message(
          { operation: 1, seconds: 3, flags: 0x8000 },
          type(1),
          option(61, [1, ...CLIENT_MAC]),
          option(50, address('10.0.0.5')),
          option(57, be16(1500)),
          option(60, text('android-dhcp-13')),
          option(12, text('phone')),
          option(55, [1, 3, 6, 15, 26, 28, 51, 58, 59, 43, 119, 121, 200, 230]),
          END,
          zeros(20),
        ),
      ),
      down(
        message(
          { operation: 2, your: '10.0.0.5', server: '10.0.0.1', host: 'boot', file: 'pxelinux.0' },
          type(2),
          SERVER_ID,
          option(51, be32(86_400)),
          option(58, be32(43_200)),
          option(59, be32(75_600)),
          option(1, address('255.255.255.0')),
          option(28, address('10.0.0.255')),
          option(3, address('10.0.0.1')),
          option(6, [...address('10.0.0.1'), ...address('8.8.8.8')]),
          option(15, text('example.com')),
          option(26, be16(1500)),
          option(42, address('10.0.0.9')),
          END,
        ),
      ),
      up(
        message(
          { operation: 1 },
          type(3),
          option(50, address('10.0.0.5')),
          SERVER_ID,
          option(43, [1, 2]),
          option(200, text('xyz')),
          [0],
          option(80, []),
          END,
        ),
      ),
      down(
        message(
          { operation: 2, client: '10.0.0.5', your: '10.0.0.5' },
          type(5),
          SERVER_ID,
          option(51, be32(0xffffffff)),
          option(119, [...name('a.example'), ...name('b.example')]),
          option(66, text('tftp')),
          option(67, text('boot.bin')),
          option(116, [1]),
          option(44, address('10.0.0.7')),
          option(46, [8]),
          option(19, [1]),
          option(30, [0]),
          option(93, [...be16(7), ...be16(0)]),
          option(150, address('10.0.0.8')),
          END,
        ),
        '10.0.0.5:68',
      ),
      up(
        message(
          { operation: 1, client: '10.0.0.5', id: 7 },
          type(7),
          SERVER_ID,
          option(56, text('bye')),
          END,
        ),
        '10.0.0.5:68',
        '10.0.0.1:67',
      ),
      down(message({ operation: 2, id: 7 }, type(6), SERVER_ID, option(56, text('no')), END)),
    ]),
  'lengths that are wrong, and messages that are cut': () =>
    capture([
      up(
        message(
          { operation: 1 },
          type(3),
          option(1, [1, 2]),
          option(6, [1, 2, 3, 4, 5]),
          option(19, [1, 2]),
          END,
        ),
      ),
      up(message({ operation: 1 }, type(3), [50])),
      up(message({ operation: 1 }).slice(0, 236)),
      up(message({ operation: 1 }, END)),
      down(message({ operation: 2 }, END)),
    ]),
};
