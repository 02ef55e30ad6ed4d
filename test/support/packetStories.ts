/** Small captures that show one thing each; used for golden rows and to compare our wording with tshark's. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import {
  arp,
  be16,
  be32,
  capture,
  ethernet,
  frame,
  icmp,
  ipv4,
  mss,
  nop,
  ping,
  pong,
  sack,
  synOptions,
  tcp,
  text,
  timestamps,
  udp,
  windowScale,
  type Bytes,
  type TcpFields,
} from './packetBuilder.ts';

const CLIENT = '127.0.0.1:40312';
const SERVER = '127.0.0.1:9000';
const C0 = 1_000_000;
const S0 = 4_200_000_000;

type Segment = Omit<TcpFields, 'from' | 'to'>;
/** Sequence numbers relative to each side's first. */
const c = ({ seq = 0, ack = 0, ...rest }: Segment): Bytes =>
  tcp({ from: CLIENT, to: SERVER, seq: C0 + seq, ack: rest.flags.includes('ACK') ? S0 + ack : 0, ...rest });
const s = ({ seq = 0, ack = 0, ...rest }: Segment): Bytes =>
  tcp({ from: SERVER, to: CLIENT, seq: S0 + seq, ack: C0 + ack, ...rest });
const stamps = (value: number, echo: number): Bytes => [...nop, ...nop, ...timestamps(value, echo)];

const handshake = (): Bytes[] => [
  c({ flags: 'SYN', tcpOptions: synOptions(1000, 0) }),
  s({ flags: 'SYN ACK', ack: 1, window: 65483, tcpOptions: synOptions(2000, 1000) }),
  c({ flags: 'ACK', seq: 1, ack: 1, window: 512, tcpOptions: stamps(1000, 2000) }),
];
const data = (length: number): string => 'x'.repeat(length);

export const STORIES: Record<string, () => CapturedFrame[]> = {
  'handshake, data, close': () =>
    capture([
      ...handshake(),
      c({ flags: 'PSH ACK', seq: 1, ack: 1, window: 512, payload: 'hello', tcpOptions: stamps(1001, 2000) }),
      s({ flags: 'ACK', seq: 1, ack: 6, window: 512, tcpOptions: stamps(2001, 1001) }),
      c({ flags: 'FIN ACK', seq: 6, ack: 1, window: 512 }),
      s({ flags: 'FIN ACK', seq: 1, ack: 7, window: 512 }),
      c({ flags: 'ACK', seq: 7, ack: 2, window: 512 }),
    ]),
  refused: () =>
    capture([c({ flags: 'SYN', tcpOptions: mss(1460) }), s({ flags: 'RST ACK', ack: 1, window: 0 })]),
  'no window scaling': () =>
    capture([
      c({ flags: 'SYN', tcpOptions: [...mss(1460), ...nop, ...windowScale(7)] }),
      s({ flags: 'SYN ACK', ack: 1, tcpOptions: mss(1460) }),
      c({ flags: 'ACK', seq: 1, ack: 1, window: 1000 }),
    ]),
  'lost SYN, retransmitted': () =>
    capture([
      { at: 0, bytes: c({ flags: 'SYN', tcpOptions: synOptions() }) },
      { at: 1_000_000_000, bytes: c({ flags: 'SYN', tcpOptions: synOptions(4001000) }) },
      { at: 1_000_010_000, bytes: s({ flags: 'SYN ACK', ack: 1, tcpOptions: synOptions() }) },
    ]),
  'data retransmitted by timer': () =>
    capture([
      ...handshake(),
      c({ flags: 'PSH ACK', seq: 1, ack: 1, window: 512, payload: data(100) }),
      { at: 300_000_000, bytes: c({ flags: 'PSH ACK', seq: 1, ack: 1, window: 512, payload: data(100) }) },
      { at: 300_010_000, bytes: s({ flags: 'ACK', seq: 1, ack: 101, window: 512 }) },
      { at: 300_020_000, bytes: c({ flags: 'PSH ACK', seq: 1, ack: 1, window: 512, payload: data(100) }) },
    ]),
  'duplicate ACKs and fast retransmission': () =>
    capture([
      ...handshake(),
      c({ flags: 'ACK', seq: 1, ack: 1, window: 512, payload: data(100) }),
      s({ flags: 'ACK', seq: 1, ack: 101, window: 512 }),
      c({ flags: 'ACK', seq: 201, ack: 1, window: 512, payload: data(100) }),
      s({
        flags: 'ACK',
        seq: 1,
        ack: 101,
        window: 512,
        tcpOptions: [...nop, ...nop, ...sack(C0 + 201, C0 + 301)],
      }),
      c({ flags: 'ACK', seq: 301, ack: 1, window: 512, payload: data(100) }),
      s({
        flags: 'ACK',
        seq: 1,
        ack: 101,
        window: 512,
        tcpOptions: [...nop, ...nop, ...sack(C0 + 201, C0 + 401)],
      }),
      c({ flags: 'ACK', seq: 101, ack: 1, window: 512, payload: data(100) }),
      s({ flags: 'ACK', seq: 1, ack: 401, window: 512 }),
    ]),
  'out of order': () =>
    capture(
      [
        ...handshake(),
        c({ flags: 'ACK', seq: 1, ack: 1, window: 512, payload: data(100) }),
        c({ flags: 'ACK', seq: 201, ack: 1, window: 512, payload: data(100) }),
        c({ flags: 'ACK', seq: 101, ack: 1, window: 512, payload: data(100) }),
      ],
      5_000,
    ),
  'zero window and its probes': () =>
    capture([
      ...handshake(),
      c({ flags: 'ACK', seq: 1, ack: 1, window: 512, payload: data(100) }),
      s({ flags: 'ACK', seq: 1, ack: 101, window: 0 }),
      { at: 200_000_000, bytes: c({ flags: 'ACK', seq: 101, ack: 1, window: 512, payload: 'y' }) },
      { at: 200_010_000, bytes: s({ flags: 'ACK', seq: 1, ack: 101, window: 0 }) },
      { at: 600_000_000, bytes: c({ flags: 'ACK', seq: 100, ack: 1, window: 512 }) },
      { at: 600_010_000, bytes: s({ flags: 'ACK', seq: 1, ack: 101, window: 0 }) },
      { at: 700_000_000, bytes: s({ flags: 'ACK', seq: 1, ack: 101, window: 512 }) },
      { at: 700_010_000, bytes: c({ flags: 'ACK', seq: 101, ack: 1, window: 512, payload: data(50) }) },
    ]),
  'window full': () =>
    capture([
      ...handshake(),
      s({ flags: 'ACK', seq: 1, ack: 1, window: 1 }),
      c({ flags: 'ACK', seq: 1, ack: 1, window: 512, payload: data(128) }),
      s({ flags: 'ACK', seq: 1, ack: 129, window: 0 }),
    ]),
  keepalive: () =>
    capture([
      ...handshake(),
      c({ flags: 'PSH ACK', seq: 1, ack: 1, window: 512, payload: data(10) }),
      s({ flags: 'ACK', seq: 1, ack: 11, window: 512 }),
      { at: 7_200_000_000_000, bytes: c({ flags: 'ACK', seq: 10, ack: 1, window: 512 }) },
      { at: 7_200_000_010_000, bytes: s({ flags: 'ACK', seq: 1, ack: 11, window: 512 }) },
      { at: 7_275_000_000_000, bytes: c({ flags: 'ACK', seq: 10, ack: 1, window: 512 }) },
    ]),
  'ports reused': () =>
    capture([
      ...handshake(),
      c({ flags: 'RST', seq: 1, window: 0 }),
      c({ flags: 'SYN', seq: 5_000_000, tcpOptions: synOptions() }),
      s({ flags: 'SYN ACK', seq: 9000, ack: 5_000_001, tcpOptions: synOptions() }),
      c({ flags: 'ACK', seq: 5_000_001, ack: 9001, window: 512 }),
    ]),
  'joined in the middle': () =>
    capture([
      c({ flags: 'PSH ACK', seq: 500, ack: 700, window: 512, payload: data(10) }),
      s({ flags: 'ACK', seq: 700, ack: 510, window: 512 }),
      s({ flags: 'PSH ACK', seq: 700, ack: 510, window: 512, payload: data(20) }),
      c({ flags: 'ACK', seq: 510, ack: 740, window: 512 }),
    ]),
  'window update': () =>
    capture([
      ...handshake(),
      c({ flags: 'ACK', seq: 1, ack: 1, window: 512, payload: data(10) }),
      s({ flags: 'ACK', seq: 1, ack: 11, window: 100 }),
      s({ flags: 'ACK', seq: 1, ack: 11, window: 512 }),
      c({ flags: 'FIN ACK', seq: 11, ack: 1, window: 512 }),
      { at: 400_000_000, bytes: c({ flags: 'FIN ACK', seq: 11, ack: 1, window: 512 }) },
    ]),
  'odd flags and options': () =>
    capture([
      c({ flags: '' }),
      c({ flags: 'SYN ECE CWR', seq: 10, tcpOptions: [34, 2, 1, 1] }),
      c({ flags: 'PSH ACK URG', seq: 11, ack: 5, payload: 'u' }),
      c({ flags: 'SYN', seq: 77, tcpOptions: [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 253, 4, 9, 9] }),
      c({ flags: 'SYN FIN', seq: 99, tcpOptions: [...mss(536), 99, 0, 0, 0] }),
    ]),
  udp: () =>
    capture([
      udp({ payload: 'hello' }),
      udp({ from: '127.0.0.1:6000', to: '127.0.0.1:5000', payload: '', checksum: 'none' }),
      udp({ payload: 'wrong', checksum: 'bad' }),
    ]),
  ping: () => capture([ping(0x1a2b, 1), pong(0x1a2b, 1), ping(0x1a2b, 2), pong(0x1a2b, 2)]),
  'ICMP errors': () => {
    const quoted = udp({ payload: 'hello' }).slice(14);
    const segment = c({ flags: 'SYN' }).slice(14);
    return capture([
      udp({ payload: 'hello' }),
      icmp(3, 3, be32(0), quoted),
      icmp(3, 1, be32(0), segment.slice(0, 28)),
      icmp(3, 4, [0, 0, ...be16(1400)], segment),
      icmp(11, 0, be32(0), segment),
      icmp(5, 1, [10, 0, 0, 254], quoted),
    ]);
  },
  arp: () => {
    const [a, b] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
    return capture([
      arp({ opcode: 1, senderMac: a, senderIp: '10.0.0.1', targetIp: '10.0.0.2' }),
      arp({ opcode: 2, senderMac: b, senderIp: '10.0.0.2', targetMac: a, targetIp: '10.0.0.1' }),
      arp({ opcode: 1, senderMac: a, senderIp: '0.0.0.0', targetIp: '10.0.0.1' }),
      arp({ opcode: 1, senderMac: a, senderIp: '10.0.0.1', targetIp: '10.0.0.1' }),
      arp({
        opcode: 2,
        senderMac: a,
        senderIp: '10.0.0.1',
        targetMac: 'ff:ff:ff:ff:ff:ff',
        targetIp: '10.0.0.1',
      }),
    ]);
  },
  fragments: () =>
    capture([
      ethernet(0x0800, ipv4(17, [...Array<number>(1480).fill(1)], { flags: ['MF'], id: 0x0077 })),
      ethernet(
        0x0800,
        ipv4(17, [...Array<number>(1480).fill(1)], { flags: ['MF'], fragmentOffset: 2960, id: 0x0077 }),
      ),
    ]),
  'other protocols': () =>
    capture([
      ethernet(0x0800, ipv4(99, text('what'))),
      ethernet(0x88b5, text('experimental')),
      tcp({ from: '10.0.0.1:1', to: '10.0.0.2:2', flags: 'SYN', options: [7, 7, 4, 0, 0, 0, 0, 0] }),
      ethernet(0x0800, ipv4(6, [...c({ flags: 'SYN' }).slice(34)], { totalLength: 0 })),
    ]),
  'cut off and malformed': () => {
    const whole = c({ flags: 'SYN', tcpOptions: synOptions() });
    return [
      frame(whole.slice(0, 40), 1, 0, whole.length),
      frame(whole.slice(0, 60), 2, 10_000, whole.length),
      frame(ethernet(0x0800, ipv4(6, whole.slice(34, 44))), 3, 20_000),
      frame(whole.slice(0, 20), 4, 30_000, whole.length),
      frame(whole.slice(0, 10), 5, 40_000, whole.length),
      frame(ethernet(0x0800, ipv4(17, [1, 2, 3])), 6, 50_000),
      frame(ethernet(0x0800, [0x43, 0, 0, 40, ...Array<number>(20).fill(0)]), 7, 60_000),
      frame(ethernet(0x0806, [0, 1, 8, 0, 6, 4]), 8, 70_000),
      frame(ethernet(0x0800, ipv4(1, [8, 0, 1])), 9, 80_000),
    ];
  },
};
