/**
 * Follows the segments of each connection from their sending to the ACK that frees them, and writes down with the
 * frames what only the machine knows. It takes the sender's view: a byte that is sent again while it is in the
 * retransmit queue is a retransmission, whatever the capture looks like.
 */
import type { CapturedFrame } from '../frame.ts';
import { after } from '../tracking/tcpFlow.ts';
import { segmentOf } from './segment.ts';
import type { Truth } from './truth.ts';

/** A peer outside the world tells no ACKs of its kernel: this many of its segments are followed. */
const MOST_SENT = 10_000;
/** Directions of connections; the oldest is forgotten first. */
const MOST_SENDINGS = 40_000;

/** A segment in the retransmit queue of its sender. */
interface Sent {
  readonly number: number;
  readonly seq: number;
  readonly end: number;
  /** The frame that carries it now: another one for each network that it is forwarded to. */
  carrier: number;
  fate: 'on its way' | 'arrived' | 'gone';
  /** Retransmissions of its bytes. */
  repeatedBy: number[] | null;
}

/** One direction of a connection. */
class Sending {
  /** In the order of sending. */
  sent: Sent[] = [];
  /** Highest sequence number sent, plus one. */
  end: number | null = null;
  /** By the interface that frames are sent from: the last one sent of those that have arrived. */
  readonly arrivedUpTo = new Map<string, number>();
  /** The number of its SYN, if it was seen. */
  readonly opening: number | null;

  constructor(opening: number | null) {
    this.opening = opening;
  }

  carriedBy(number: number): Sent | undefined {
    return this.sent.findLast(({ carrier }) => carrier === number);
  }

  overlapping(seq: number, end: number): Sent[] {
    return this.sent.filter((one) => after(one.end, seq) && after(end, one.seq));
  }
}

export class TruthTracker {
  private readonly sendings = new Map<string, Sending>();
  /** The frame of a number, to be written to. */
  private readonly frame: (number: number) => CapturedFrame | null;
  /** Is told the numbers of frames about which more is known now. */
  private readonly changed: (number: number) => void;

  constructor(frame: (number: number) => CapturedFrame | null, changed: (number: number) => void) {
    this.frame = frame;
    this.changed = changed;
  }

  /** The next frame, in the order of sending. */
  sent({ number, cause, bytes, length }: CapturedFrame): void {
    const segment = segmentOf(bytes, length);
    if (segment === null || segment.seq === segment.end) return;
    const { flow, seq, end, isSyn } = segment;
    const sending = this.sendingOf(flow, isSyn ? seq : null);
    if (cause?.why === 'forward') {
      const { packet = 0, lastPacket = 0 } = cause;
      for (const one of sending.overlapping(seq, end))
        if (one.carrier >= packet && one.carrier <= lastPacket) {
          one.carrier = number;
          one.fate = 'on its way';
        }
      return;
    }
    const own: Sent = { number, seq, end, carrier: number, fate: 'on its way', repeatedBy: null };
    if (sending.end !== null && after(sending.end, seq)) this.repeats(own, sending.overlapping(seq, end));
    if (sending.end === null || after(end, sending.end)) sending.end = end;
    sending.sent.push(own);
    if (sending.sent.length > MOST_SENT) sending.sent = sending.sent.slice(MOST_SENT >> 1);
  }

  /** A NIC has received the frame. @param wasThere it had arrived before */
  arrived({ number, interface: name, bytes, length }: CapturedFrame, wasThere: boolean): void {
    const segment = segmentOf(bytes, length);
    if (segment === null) return;
    if (wasThere) {
      this.write(number, (truth) => (truth.arrivals = (truth.arrivals ?? 1) + 1));
      return;
    }
    const sending = this.sendingOf(segment.flow, null);
    const upTo = sending.arrivedUpTo.get(name) ?? 0;
    if (number > upTo) sending.arrivedUpTo.set(name, number);
    else this.write(number, (truth) => (truth.overtakenBy = upTo));
    this.befall(sending, number, 'arrived');
  }

  /** It was lost, or dropped where it had arrived. */
  gone({ number, bytes, length }: CapturedFrame): void {
    const segment = segmentOf(bytes, length);
    if (segment !== null) this.befall(this.sendingOf(segment.flow, null), number, 'gone');
  }

  /** The frame's ACK has moved the snd_una of its receiver. */
  acked({ number, bytes, length }: CapturedFrame, from: number, to: number): void {
    const segment = segmentOf(bytes, length);
    if (segment === null) return;
    const sending = this.sendingOf(segment.reverse, null);
    const frees: number[] = [];
    sending.sent = sending.sent.filter((one) => {
      if (after(one.end, to)) return true;
      frees.push(one.number);
      return false;
    });
    this.write(number, (truth) => {
      truth.frees = frees;
      truth.freedBytes = (to - from) >>> 0;
    });
  }

  private repeats(own: Sent, before: readonly Sent[]): void {
    if (before.length === 0) return;
    for (const one of before) (one.repeatedBy ??= []).push(own.number);
    this.write(own.number, (truth) => {
      truth.repeats = before.map(({ number }) => number);
      judge(truth, own, before);
    });
  }

  private befall(sending: Sending, number: number, fate: Sent['fate']): void {
    const one = sending.carriedBy(number);
    if (one === undefined || one.fate === fate) return;
    one.fate = fate;
    for (const repeated of one.repeatedBy ?? []) {
      const own = sending.sent.find((other) => other.number === repeated);
      if (!own) continue;
      const before = sending.overlapping(own.seq, own.end).filter(({ number: n }) => n < own.number);
      this.write(repeated, (truth) => judge(truth, own, before));
    }
  }

  /** @param opening the number of a SYN: another one than before opens another connection with the same ends */
  private sendingOf(flow: string, opening: number | null): Sending {
    let sending = this.sendings.get(flow);
    if (sending === undefined || (opening !== null && sending.opening !== opening)) {
      this.sendings.delete(flow);
      if (this.sendings.size >= MOST_SENDINGS) this.sendings.delete(this.sendings.keys().next().value!);
      this.sendings.set(flow, (sending = new Sending(opening)));
    }
    return sending;
  }

  private write(number: number, change: (truth: Truth) => void): void {
    const frame = this.frame(number);
    if (!frame) return;
    change((frame.truth ??= {}));
    this.changed(number);
  }
}

/** Says of a retransmission what has become of the segments before it. */
function judge(truth: Truth, { seq, end }: Sent, before: readonly Sent[]): void {
  const gone = before.filter(({ fate }) => fate === 'gone');
  if (gone.length > 0) truth.gone = gone.map(({ number }) => number);
  const arrived = before.filter(({ fate }) => fate === 'arrived');
  // From the first byte on, as far as those that have arrived reach without a gap.
  let reached = seq;
  for (let progress = true; progress && after(end, reached);) {
    const next = arrived.find((one) => !after(one.seq, reached) && after(one.end, reached));
    progress = next !== undefined;
    if (next) reached = next.end;
  }
  if (after(end, reached)) delete truth.needless;
  else truth.needless = arrived.map(({ number }) => number);
}
