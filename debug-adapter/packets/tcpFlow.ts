/** One direction of a TCP conversation, as captured. */
import { NO_NOTES, type TcpNote } from './tcpAnalysis.ts';

/** Maximum number of unacknowledged segments remembered; further ones are not measured. */
const MAX_UNACKED = 1000;

interface Unacked {
  number: number;
  timeNs: number;
  nextSeq: number;
}

export class Flow {
  /** The sequence number displayed as 0. */
  baseSeq: number | null = null;
  /** Highest number seen, plus one, and the packet that carried it. */
  nextSeq: number | null = null;
  nextSeqFrame = 0;
  nextSeqTimeNs = 0;
  /** Highest number up to which the capture has no gap. */
  maxToBeAcked: number | null = null;
  /** The last acknowledgement that this end sent. */
  lastAck: number | null = null;
  lastAckTimeNs = 0;
  /** As in the header of the last segment, and scaled. */
  window: number | null = null;
  scaledWindow = 0;
  /** The shift of this end's windows; -1: no scaling; null: handshake not seen. */
  scale: number | null = null;
  lastNotes: ReadonlySet<TcpNote> = NO_NOTES;
  lastNonDuplicate = 0;
  duplicateAcks = 0;
  private unacked: Unacked[] = [];

  /** The first number beyond this end's window; null while its scale is unknown. */
  get rightEdge(): number | null {
    if (this.scale === null || this.lastAck === null) return null;
    return (this.lastAck + this.scaledWindow) >>> 0;
  }

  /** A segment from `seq` to `nextSeq` was sent. */
  advance(seq: number, nextSeq: number, number: number, timeNs: number, probe: boolean): void {
    // The byte of a zero-window probe may be sent again: it does not advance the flow.
    if (!probe && nextSeq !== seq && this.unacked.length < MAX_UNACKED)
      this.unacked.push({ number, timeNs, nextSeq });
    if (probe && this.nextSeq !== null) return;
    if (this.nextSeq === null || after(nextSeq, this.nextSeq)) {
      this.nextSeq = nextSeq;
      this.nextSeqFrame = number;
      this.nextSeqTimeNs = timeNs;
    }
    if (this.maxToBeAcked === null || seq === this.maxToBeAcked) this.maxToBeAcked = this.nextSeq;
  }

  remember(
    ack: number,
    window: number,
    scaledWindow: number,
    timeNs: number,
    notes: ReadonlySet<TcpNote>,
  ): void {
    this.window = window;
    this.scaledWindow = scaledWindow;
    this.lastAck = ack;
    this.lastAckTimeNs = timeNs;
    this.lastNotes = notes;
  }

  /** The other end acknowledged up to `ack`: returns the segment that ends there, if any. */
  acknowledge(ack: number): Unacked | null {
    let found: Unacked | null = null;
    if (this.unacked.length === 0 || after(this.unacked[0]!.nextSeq, ack)) return null;
    const rest: Unacked[] = [];
    for (const segment of this.unacked) {
      // If a segment was sent twice, the last transmission counts, as in Wireshark.
      if (segment.nextSeq === ack) found = segment;
      else if (after(segment.nextSeq, ack)) rest.push(segment);
    }
    this.unacked = rest;
    return found;
  }

  /** Bytes sent that `peer` has not acknowledged; 0 if the peer has sent nothing. */
  inFlight(peer: Flow): number {
    if (peer.lastAck === null || this.nextSeq === null || !after(this.nextSeq, peer.lastAck)) return 0;
    return (this.nextSeq - peer.lastAck) >>> 0;
  }
}

/** Whether sequence number `a` is later than `b`. */
export function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}
