/** Captures of any size, made up from connections that follow one another. */
import type { CapturedFrame } from '../../../debug-adapter/packets/frame.ts';
import {
  frame,
  nop,
  synOptions,
  tcp,
  timestamps,
  type Bytes,
  type TcpFields,
} from '../../support/packetBuilder.ts';

/** One connection in ten packets: handshake, request, answer, a retransmission, the close. */
function connection(port: number): Bytes[] {
  const [C0, S0] = [port * 1000, port * 7777];
  const stamps = [...nop, ...nop, ...timestamps(1000 + port, 2000 + port)];
  type Segment = Omit<TcpFields, 'from' | 'to'> & { seq: number; ack: number };
  const c = ({ seq, ack, ...rest }: Segment): Bytes =>
    tcp({
      from: `127.0.0.1:${port}`,
      to: '127.0.0.1:9000',
      seq: C0 + seq,
      ack: rest.flags.includes('ACK') ? S0 + ack : 0,
      window: 512,
      tcpOptions: stamps,
      ...rest,
    });
  const s = ({ seq, ack, ...rest }: Segment): Bytes =>
    tcp({
      from: '127.0.0.1:9000',
      to: `127.0.0.1:${port}`,
      seq: S0 + seq,
      ack: C0 + ack,
      window: 512,
      tcpOptions: stamps,
      ...rest,
    });
  return [
    c({ flags: 'SYN', seq: 0, ack: 0, window: 65495, tcpOptions: synOptions() }),
    s({ flags: 'SYN ACK', seq: 0, ack: 1, window: 65483, tcpOptions: synOptions() }),
    c({ flags: 'ACK', seq: 1, ack: 1 }),
    c({ flags: 'PSH ACK', seq: 1, ack: 1, payload: 'GET / HTTP/1.0\r\nHost: sockscope\r\n\r\n' }),
    s({ flags: 'PSH ACK', seq: 1, ack: 36, payload: 'HTTP/1.0 200 OK\r\n\r\nhello, learner' }),
    c({ flags: 'PSH ACK', seq: 1, ack: 1, payload: 'GET / HTTP/1.0\r\nHost: sockscope\r\n\r\n' }),
    s({ flags: 'ACK', seq: 34, ack: 36 }),
    c({ flags: 'FIN ACK', seq: 36, ack: 34 }),
    s({ flags: 'FIN ACK', seq: 34, ack: 37 }),
    port % 5 === 0
      ? c({ flags: 'RST ACK', seq: 37, ack: 35, window: 0 })
      : c({ flags: 'ACK', seq: 37, ack: 35 }),
  ];
}

/** `count` packets, numbered from `first`. Now and then one is lost. */
export function* traffic(count: number, first = 1): Generator<CapturedFrame> {
  const packets = Array.from({ length: 50 }, (_, index) => connection(40_000 + index)).flat();
  for (let at = 0; at < count; at++) {
    const number = first + at;
    const captured = frame(packets[(number - 1) % packets.length]!, number, number * 10_000);
    if (number % 10 === 4) {
      captured.fate = 'lost';
      captured.reason = 'wire loss';
    } else captured.fate = 'delivered';
    yield captured;
  }
}
