/** Traffic between a few hosts, without sense and with it; the same for the same seed. */
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
import { Random } from './random.ts';
import { RandomConversation, type Sent } from './randomConversations.ts';
import { dress, relinked, unknownFrame } from './randomFrames.ts';
import { randomIcmpv6 } from './randomIpv6.ts';
import { icmpv6 } from './ipv6Builder.ts';

const HOSTS = ['10.0.0.1', '10.0.1.2', '192.168.3.4', '127.0.0.1'];
const HOSTS_V6 = ['2001:db8::1', '2001:db8::2', 'fe80::aabb:ccff:fedd:eeff', '::1'];
/** No port by which a protocol would be known. */
const PORTS = [9000, 9001, 40000, 40312, 50001];
const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', 'ff:ff:ff:ff:ff:ff'];
const FLAGS = ['SYN', 'SYN ACK', 'ACK', 'PSH ACK', 'FIN ACK', 'RST', 'RST ACK', 'PSH ACK URG', 'SYN ECE CWR'];
const TEXTS = ['', 'hello', 'GET /index.html', 'x'.repeat(100), '\0\x01\x02\xff', 'Hello, hello'];

/** Valid packets of all kinds in any order. */
export function randomTraffic(count: number, seed = 1): CapturedFrame[] {
  const random = new Random(seed);
  const ends = (): { from: string; to: string } => {
    const hosts = hostsOf(random);
    return {
      from: `${random.pick(hosts)}:${random.pick(PORTS)}`,
      to: `${random.pick(hosts)}:${random.pick(PORTS)}`,
    };
  };
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
      ...ends(),
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
      ...ends(),
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
    () => errorAbout(random, datagram()),
    () => randomIcmpv6(random),
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
  return relinked(random, capture(packets, 1000));
}

/** Those of one version, as they stand before a port. */
function hostsOf(random: Random): string[] {
  return random.chance(0.3) ? HOSTS_V6.map((host) => `[${host}]`) : HOSTS;
}

function errorAbout(random: Random, frame: Bytes): Bytes {
  const quoted = frame.slice(14);
  if (quoted[0] === 0x45) return icmp(3, random.below(4), be32(0), quoted);
  const kept = random.chance(0.2) ? quoted.slice(0, 40 + random.below(20)) : quoted;
  return icmpv6(1 + random.below(4), random.below(5), [...be32(0), ...kept], {
    source: HOSTS_V6[0]!,
    destination: HOSTS_V6[1]!,
  });
}

/** Conversations between some ports, several at a time, and one after the other between the same; with others' packets. */
export function plausibleTraffic(count: number, seed = 1): CapturedFrame[] {
  const random = new Random(seed);
  const open: Generator<Sent>[] = [];
  const packets: { at: number; bytes: Bytes }[] = [];
  let at = 0;
  let echo = 0;
  while (packets.length < count) {
    if (open.length < 3) {
      const hosts = hostsOf(random);
      const [client, server] = [random.pick(hosts), random.pick(hosts)];
      if (client === server && random.chance(0.7)) continue;
      const port = random.pick([40000, 40001, 50001]);
      open.push(new RandomConversation(random, `${client}:${port}`, `${server}:9000`).packets());
    }
    const other = random.chance(0.1) ? otherPacket(random, echo++) : null;
    const which = random.below(open.length);
    const next = other ? null : open[which]!.next();
    if (next?.done) {
      open.splice(which, 1);
      continue;
    }
    at += next ? next.value.afterNs : 1000;
    packets.push({ at, bytes: dress(random, other ?? next!.value.bytes) });
  }
  return relinked(random, capture(packets));
}

function otherPacket(random: Random, echo: number): Bytes {
  const [client, server] = ['10.0.0.1', '10.0.1.2'];
  const question = udp({
    from: `${client}:5000${random.below(3)}`,
    to: `${server}:9001`,
    payload: random.pick(TEXTS),
  });
  return random.pick([
    () => question,
    () =>
      udp({ from: `${server}:9001`, to: `${client}:5000${random.below(3)}`, payload: random.pick(TEXTS) }),
    () => icmp(3, 3, be32(0), question.slice(14), { source: server, destination: client }),
    () => ping(7, echo, { source: client, destination: server }),
    () => pong(7, echo - random.below(2), { source: server, destination: client }),
    () => arp({ opcode: 1, senderMac: MACS[0]!, senderIp: client, targetIp: server }),
    () => arp({ opcode: 2, senderMac: MACS[1]!, senderIp: server, targetMac: MACS[0]!, targetIp: client }),
    () => unknownFrame(random),
    () => randomIcmpv6(random),
  ])();
}

/** The same as a capture that keeps only the beginning of some packets. */
export function cutOffTraffic(count: number, seed = 1): CapturedFrame[] {
  const random = new Random(seed);
  return plausibleTraffic(count, seed).map((frame) => {
    const { bytes } = frame;
    const kept = 14 + random.below(Math.max(1, bytes.length - 14));
    return random.chance(0.3) ? { ...frame, bytes: bytes.slice(0, kept) } : frame;
  });
}
