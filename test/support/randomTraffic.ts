/** Traffic without sense: valid packets of all kinds between a few hosts, the same for the same seed. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import {
  arp,
  be32,
  capture,
  icmp,
  mss,
  nop,
  ping,
  pong,
  sack,
  synOptions,
  tcp,
  timestamps,
  udp,
  type Bytes,
} from './packetBuilder.ts';

/** Numerical Recipes' generator. */
class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 0x1_0000_0000) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const HOSTS = ['10.0.0.1', '10.0.1.2', '192.168.3.4', '127.0.0.1'];
/** No port by which a protocol would be known. */
const PORTS = [9000, 9001, 40000, 40312, 50001];
const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', 'ff:ff:ff:ff:ff:ff'];
const FLAGS = ['SYN', 'SYN ACK', 'ACK', 'PSH ACK', 'FIN ACK', 'RST', 'RST ACK', 'PSH ACK URG', 'SYN ECE CWR'];
const TEXTS = ['', 'hello', 'GET /index.html', 'x'.repeat(100), '\0\x01\x02\xff', 'Hello, hello'];

export function randomTraffic(count: number, seed = 1): CapturedFrame[] {
  const random = new Random(seed);
  const at = (): string => `${random.pick(HOSTS)}:${random.pick(PORTS)}`;
  const segment = (): Bytes => {
    const flags = random.pick(FLAGS);
    const options = [
      [],
      synOptions(random.below(1e6)),
      [...nop, ...nop, ...timestamps(random.below(1e6), random.below(1e6))],
      mss(1460),
      [...nop, ...nop, ...sack(1000 + random.below(1000), 3000)],
    ];
    return tcp({
      from: at(),
      to: at(),
      flags,
      seq: random.below(5000),
      ack: flags.includes('ACK') ? random.below(5000) : 0,
      window: random.pick([0, 512, 65535]),
      ttl: random.pick([1, 64, 255]),
      id: random.below(0x10000),
      tcpOptions: random.pick(options),
      payload: flags.includes('SYN') || flags.includes('RST') ? '' : random.pick(TEXTS),
      checksum: random.pick(['good', 'good', 'bad']),
    });
  };
  const datagram = (): Bytes =>
    udp({
      from: at(),
      to: at(),
      payload: random.pick(TEXTS),
      checksum: random.pick(['good', 'bad', 'none']),
    });
  const makers: (() => Bytes)[] = [
    segment,
    segment,
    segment,
    datagram,
    () => ping(random.below(3), random.below(100)),
    () => pong(random.below(3), random.below(100)),
    () => icmp(3, random.below(4), be32(0), datagram().slice(14)),
    () =>
      arp({
        opcode: 1 + random.below(2),
        senderMac: random.pick(MACS),
        senderIp: random.pick(HOSTS),
        targetMac: random.pick(MACS),
        targetIp: random.pick(HOSTS),
      }),
  ];
  const packets = Array.from({ length: count }, () => random.pick(makers)());
  return capture(packets, 1000);
}
