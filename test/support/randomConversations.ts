/**
 * TCP connections as they happen, seen by a capture that misses some packets: handshakes, data both ways with losses,
 * repetitions and reordering, closed windows and probes, ends of all kinds, ports used again. Random, and the same for
 * the same seed.
 */
import {
  mss,
  nop,
  sack,
  sackPermitted,
  synOptions,
  tcp,
  timestamps,
  windowScale,
  type Bytes,
} from './packetBuilder.ts';
import type { Random } from './random.ts';

/** A packet, and how long after the conversation's previous one. */
export interface Sent {
  readonly bytes: Bytes;
  readonly afterNs: number;
}

const MSS = 1000;
const MILLISECOND = 1e6;

/** One end of a connection. */
class End {
  readonly address: string;
  /** The number of its SYN. */
  readonly first: number;
  /** Next number to send, and what the other end has acknowledged. */
  next: number;
  acknowledged: number;
  /** What it has received without a gap. */
  received = 0;
  window: number;
  stamp: number;

  constructor(address: string, random: Random) {
    this.address = address;
    // Some numbers wrap soon.
    this.first = random.chance(0.3) ? 2 ** 32 - 1 - random.below(3000) : random.below(2 ** 32);
    this.next = this.first;
    this.acknowledged = this.first;
    this.window = random.pick([501, 512, 1000, 65535]);
    this.stamp = random.below(1e6);
  }
}

const plus = (number: number, bytes: number): number => (number + bytes) >>> 0;

export class RandomConversation {
  private readonly random: Random;
  private readonly client: End;
  private readonly server: End;
  private readonly hasTimestamps: boolean;
  private readonly hasSack: boolean;

  constructor(random: Random, client: string, server: string) {
    this.random = random;
    this.client = new End(client, random);
    this.server = new End(server, random);
    this.hasTimestamps = random.chance(0.5);
    this.hasSack = random.chance(0.7);
  }

  /** From the handshake, which the capture may miss, to the end. */
  *packets(): Generator<Sent> {
    const { random } = this;
    if (random.chance(0.08)) return yield* this.refused();
    yield* this.handshake();
    const steps = 1 + random.below(5);
    for (let step = 0; step < steps; step++) {
      const [from, to] = random.chance(0.6) ? [this.client, this.server] : [this.server, this.client];
      yield* random.pick([
        () => this.burst(from, to),
        () => this.burst(from, to),
        () => this.lossy(from, to),
        () => this.lossy(from, to),
        () => this.reordered(from, to),
        () => this.repeated(from, to),
        () => this.closedWindow(from, to),
        () => this.keepAlive(from, to),
        () => this.missedByCapture(from, to),
      ])();
    }
    yield* this.end();
  }

  private *refused(): Generator<Sent> {
    const { client, server } = this;
    yield this.syn(client, 0);
    server.received = plus(client.first, 1);
    server.next = 0;
    yield this.segment(server, 'RST ACK', { afterNs: MILLISECOND, window: 0 });
  }

  private *handshake(): Generator<Sent> {
    const { random, client, server } = this;
    const isSeen = () => random.chance(0.93);
    const syn = this.syn(client, 0);
    if (isSeen()) yield syn;
    if (random.chance(0.1)) yield { bytes: syn.bytes, afterNs: 1000 * MILLISECOND };
    client.next = plus(client.first, 1);
    server.received = client.next;
    const answer = this.syn(server, random.below(2 * MILLISECOND), 'SYN ACK');
    if (isSeen()) yield answer;
    if (random.chance(0.08)) yield { bytes: answer.bytes, afterNs: 1000 * MILLISECOND };
    // A listener that has forgotten the request chooses another number.
    server.next = plus(server.first, 1);
    client.received = server.next;
    client.acknowledged = client.next;
    server.acknowledged = server.next;
    if (isSeen()) yield this.segment(client, 'ACK', { afterNs: random.below(MILLISECOND) });
  }

  private syn(of: End, afterNs: number, flags = 'SYN'): Sent {
    const options = this.random.pick([
      synOptions(of.stamp, 0),
      [...mss(1460), ...sackPermitted, ...nop, ...windowScale(this.random.below(15))],
      mss(1460),
      [],
    ]);
    const other = of === this.client ? this.server : this.client;
    const to = other.address;
    const ack = flags === 'SYN' ? 0 : of.received;
    const window = this.random.pick([64240, 65535, 29200]);
    return {
      bytes: tcp({ from: of.address, to, flags, seq: of.first, ack, window, tcpOptions: options }),
      afterNs,
    };
  }

  /** A segment of what is sent next, unless `seq` says something else. */
  private segment(
    from: End,
    flags: string,
    {
      seq = from.next,
      ack = from.received,
      length = 0,
      window = from.window,
      blocks = [],
      afterNs = this.random.below(300_000),
    }: {
      seq?: number;
      ack?: number;
      length?: number;
      window?: number;
      blocks?: number[];
      afterNs?: number;
    } = {},
  ): Sent {
    const to = from === this.client ? this.server : this.client;
    from.stamp += this.random.below(3);
    const options: Bytes = [];
    if (this.hasTimestamps) options.push(...nop, ...nop, ...timestamps(from.stamp, to.stamp));
    if (blocks.length > 0) options.push(...nop, ...nop, ...sack(...blocks));
    return {
      bytes: tcp({
        from: from.address,
        to: to.address,
        flags,
        seq,
        ack: flags.includes('ACK') ? ack : 0,
        window,
        id: this.random.below(0x10000),
        tcpOptions: options,
        payload: 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length),
        checksum: this.random.chance(0.02) ? 'bad' : 'good',
      }),
      afterNs,
    };
  }

  /** New data as segments, which are sent but not yet captured. */
  private *data(from: End, count: number): Generator<{ seq: number; length: number; flags: string }> {
    for (let n = 0; n < count; n++) {
      const isLast = n === count - 1;
      const length = isLast ? 1 + this.random.below(MSS) : MSS;
      yield { seq: from.next, length, flags: isLast || this.random.chance(0.1) ? 'PSH ACK' : 'ACK' };
      from.next = plus(from.next, length);
    }
  }

  private acknowledge(from: End, to: End, blocks: number[] = []): Sent {
    from.received = to.next;
    to.acknowledged = to.next;
    return this.segment(from, 'ACK', { blocks: this.hasSack ? blocks : [] });
  }

  private *burst(from: End, to: End): Generator<Sent> {
    for (const { seq, length, flags } of this.data(from, 1 + this.random.below(4))) {
      yield this.segment(from, flags, { seq, length });
      if (this.random.chance(0.4)) {
        to.received = plus(seq, length);
        yield this.segment(to, 'ACK');
      }
    }
    if (this.random.chance(0.9)) yield this.acknowledge(to, from);
  }

  /** One segment does not arrive: the others are acknowledged as duplicates, then it is sent again. */
  private *lossy(from: End, to: End): Generator<Sent> {
    const { random } = this;
    const segments = [...this.data(from, 3 + random.below(4))];
    const lost = segments[random.below(segments.length - 1)]!;
    const isCaptured = random.chance(0.5);
    let blockBegin = -1;
    for (const segment of segments) {
      const { seq, length, flags } = segment;
      if (segment !== lost || isCaptured) yield this.segment(from, flags, { seq, length });
      if (segment === lost) continue;
      if (((seq - lost.seq) | 0) < 0) {
        to.received = plus(seq, length);
        if (random.chance(0.5)) yield this.segment(to, 'ACK');
      } else {
        to.received = lost.seq;
        if (blockBegin < 0) blockBegin = seq;
        yield this.segment(to, 'ACK', { blocks: this.hasSack ? [blockBegin, plus(seq, length)] : [] });
      }
    }
    const isFast = random.chance(0.6);
    const afterNs = isFast ? random.below(5 * MILLISECOND) : 200 * MILLISECOND + random.below(1e8);
    yield this.segment(from, lost.flags, { seq: lost.seq, length: lost.length, afterNs });
    // It may cross with more data.
    if (random.chance(0.3)) {
      for (const { seq, length, flags } of this.data(from, 1))
        yield this.segment(from, flags, { seq, length });
    }
    yield this.acknowledge(to, from);
  }

  private *reordered(from: End, to: End): Generator<Sent> {
    const segments = [...this.data(from, 2 + this.random.below(3))];
    const at = this.random.below(segments.length - 1);
    const [late] = segments.splice(at, 1);
    segments.splice(at + 1 + this.random.below(segments.length - at), 0, late!);
    for (const { seq, length, flags } of segments)
      yield this.segment(from, flags, { seq, length, afterNs: this.random.below(50_000) });
    yield this.acknowledge(to, from);
  }

  /** A segment is sent again though it had arrived, which the receiver tells with a D-SACK. */
  private *repeated(from: End, to: End): Generator<Sent> {
    const segments = [...this.data(from, 1 + this.random.below(2))];
    for (const { seq, length, flags } of segments) yield this.segment(from, flags, { seq, length });
    const isAcknowledged = this.random.chance(0.6);
    if (isAcknowledged) yield this.acknowledge(to, from);
    const { seq, length, flags } = segments[0]!;
    yield this.segment(from, flags, { seq, length, afterNs: 210 * MILLISECOND });
    yield this.acknowledge(to, from, [seq, plus(seq, length)]);
  }

  /** The reader is slow: the window closes, is asked for, and opens again. */
  private *closedWindow(from: End, to: End): Generator<Sent> {
    const { random } = this;
    const open = to.window;
    for (const { seq, length, flags } of this.data(from, 1 + random.below(3)))
      yield this.segment(from, flags, { seq, length });
    to.received = from.next;
    yield this.segment(to, 'ACK', { window: 0 });
    to.window = 0;
    const probes = 1 + random.below(3);
    for (let n = 0; n < probes; n++) {
      const afterNs = 200 * MILLISECOND * 2 ** n;
      // Linux sends an old number without data, others the next byte.
      if (random.chance(0.5)) yield this.segment(from, 'ACK', { seq: plus(from.next, -1), afterNs });
      else yield this.segment(from, 'PSH ACK', { length: 1, afterNs });
      yield this.segment(to, 'ACK', { window: 0 });
    }
    to.window = random.pick([open, 1, 2000]);
    yield this.segment(to, 'ACK', { afterNs: random.below(MILLISECOND) });
    to.window = open;
  }

  private *keepAlive(from: End, to: End): Generator<Sent> {
    for (let n = 1 + this.random.below(2); n > 0; n--) {
      yield this.segment(from, 'ACK', {
        seq: plus(from.next, -1),
        length: this.random.below(2),
        afterNs: 7200e9,
      });
      if (this.random.chance(0.8)) yield this.segment(to, 'ACK');
    }
  }

  /** Data arrive, and only what acknowledges them is in the capture. */
  private *missedByCapture(from: End, to: End): Generator<Sent> {
    for (const segment of this.data(from, 1 + this.random.below(2))) if (segment.length === 0) return;
    yield this.acknowledge(to, from);
    for (let n = this.random.below(3); n > 0; n--) yield this.segment(to, 'ACK');
  }

  private *end(): Generator<Sent> {
    const { random, client, server } = this;
    const [from, to] = random.chance(0.7) ? [client, server] : [server, client];
    const how = random.below(10);
    if (how === 0) return;
    if (how < 3) return yield this.segment(from, how === 1 ? 'RST' : 'RST ACK', { window: 0 });
    const fin = this.segment(from, 'FIN ACK', { length: random.chance(0.2) ? 50 : 0 });
    yield fin;
    if (random.chance(0.15)) yield { bytes: fin.bytes, afterNs: 220 * MILLISECOND };
    from.next = plus(from.next, 1);
    const isSimultaneous = random.chance(0.2);
    if (!isSimultaneous && random.chance(0.5)) yield this.acknowledge(to, from);
    if (!isSimultaneous) to.received = from.next;
    if (random.chance(0.15)) return yield this.segment(to, 'RST ACK', { window: 0 });
    yield this.segment(to, 'FIN ACK');
    to.next = plus(to.next, 1);
    yield this.acknowledge(from, to);
    if (isSimultaneous) yield this.acknowledge(to, from);
  }
}
