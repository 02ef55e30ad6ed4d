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

export class Flow {
  /** The sequence number displayed as 0. */
  baseSeq: number | null = null;
  /** Highest number seen, plus one, and the packet that carried it. */
  nextSeq = 0;
  nextSeqFrame = 0;
  nextSeqTimeNs = 0;
  /** Highest number up to which the capture has no gap; 0 if nothing was seen. */
  maxToBeAcked = 0;
  /** The last acknowledgement that this end sent. */
  lastAck = 0;
  lastAckTimeNs = 0;
  /** Of the last segment, as in its header; of a SYN, it is never scaled. */
  window = -1;
  isWindowOfSyn = false;
  scale = SCALE_UNKNOWN;
  /** What was said about the last segment. */
  wasKeepAlive = false;
  wasZeroWindowProbe = false;
  lastNonDuplicate = 0;
  duplicateAcks = 0;
  /** Blocks beyond the cumulative acknowledgement in the last segment's SACK option. */
  sackedBytes = 0;
  /** The bytes in flight are known: no gap since the other end's last acknowledgement. */
  knowsInFlight = true;
  pushedBytes = 0;
  lastHadPush = false;
  /** This end's FIN came first. */
  closedFirst = false;
  /** Oldest first. */
  unacked: Unacked[] = [];

  /** The first number beyond this end's window. */
  get rightEdge(): number {
    const shift = this.isWindowOfSyn || this.scale < 0 ? 0 : this.scale;
    return (this.lastAck + this.window * 2 ** shift) >>> 0;
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
