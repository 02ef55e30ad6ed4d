/** One direction of a TCP conversation, as captured. */

/** Maximum number of unacknowledged segments remembered; further ones are not measured. */
const MAX_UNACKED = 10_000;

/** A segment that no acknowledgement has covered yet. */
export interface Unacked {
  readonly number: number;
  readonly timeNs: number;
  /** Moves on when a part of the segment is acknowledged. */
  seq: number;
  readonly nextSeq: number;
}

/** The window's shift is not known: the handshake was not seen. */
export const SCALE_UNKNOWN = -1;
/** Scaling was not negotiated. */
export const SCALE_UNUSED = -2;

/** A sequence number that is displayed as 0; null while it is not known. */
export interface Base {
  seq: number | null;
}

export class Flow {
  /** What the numbers count from by now; so do those of segments before the first SYN-ACK, whenever it is learned. */
  readonly openBase: Base = { seq: null };
  /** What the numbers of a segment captured now count from. */
  base: Base = this.openBase;
  /** Highest number seen, plus one, and the packet that carried it. */
  nextSeq = 0;
  nextSeqFrame = 0;
  nextSeqTimeNs = 0;
  /** Highest number up to which the capture has no gap; 0 if nothing was seen. */
  maxToBeAcked = 0;
  /** The last acknowledgement that this end sent. */
  lastAck = 0;
  lastAckTimeNs = 0;
  /** Of the last segment, as in its header. */
  window = -1;
  /** No acknowledgement came since the SYN, whose window is never scaled. */
  isWindowOfSyn = false;
  scale = SCALE_UNKNOWN;
  /** What was said about the last segment. */
  wasKeepAlive = false;
  wasZeroWindowProbe = false;
  lastNonDuplicate = 0;
  /** -1 while the other end's numbers stand still and the acknowledgements are beyond them. */
  duplicateAcks = 0;
  /** Bytes in the last segment's SACK option. */
  sackedBytes = 0;
  /** The bytes in flight are known: no gap since the other end's last acknowledgement. */
  knowsInFlight = true;
  /** This end's FIN came first. */
  closedFirst = false;
  private pushedBytes = 0;
  private lastHadPush = false;
  /** Oldest first. */
  private unacked: Unacked[] = [];

  get baseSeq(): number | null {
    return this.openBase.seq;
  }

  /** Numbers count from `seq` unless something else is known. */
  learnBase(seq: number): void {
    this.openBase.seq ??= seq;
  }

  /** From a SYN-ACK on, numbers count from its own. */
  renumber(seq: number): void {
    this.openBase.seq = seq;
    this.base = { seq };
  }

  /** The first number beyond this end's window. */
  get rightEdge(): number {
    const shift = this.isWindowOfSyn || this.scale < 0 ? 0 : this.scale;
    return (this.lastAck + this.window * 2 ** shift) >>> 0;
  }

  get oldestUnacked(): Unacked | undefined {
    return this.unacked[0];
  }

  remember(segment: Unacked): void {
    if (this.unacked.length < MAX_UNACKED) this.unacked.push(segment);
  }

  /** The other end acknowledged up to `ack`: returns the oldest segment that ends there, if any. */
  acknowledge(ack: number): Unacked | null {
    const { unacked } = this;
    if (unacked.length === 0) return null;
    let found: Unacked | null = null;
    let kept = 0;
    for (const segment of unacked) {
      if (segment.nextSeq === ack) {
        found ??= segment;
        continue;
      }
      if (!after(segment.nextSeq, ack)) continue;
      if (after(ack, segment.seq)) segment.seq = ack;
      unacked[kept++] = segment;
    }
    unacked.length = kept;
    return found;
  }

  /** Bytes sent that were not acknowledged, without those that `sacked` says; 0 if that cannot be. */
  inFlight(sacked: number): number {
    const base = this.baseSeq ?? 0;
    let [first, last] = [Infinity, 0];
    for (const { seq, nextSeq } of this.unacked) {
      first = Math.min(first, (seq - base) >>> 0);
      last = Math.max(last, (nextSeq - base) >>> 0);
    }
    const bytes = (last - first - sacked) >>> 0;
    return bytes < 2_000_000_000 ? bytes : 0;
  }

  /** Bytes since the last segment with PSH, this one included. */
  push(length: number, hasPush: boolean): number {
    this.pushedBytes = (this.lastHadPush ? 0 : this.pushedBytes) + length;
    this.lastHadPush = hasPush;
    return this.pushedBytes;
  }
}

/** Whether sequence number `a` is later than `b`. */
export function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}
