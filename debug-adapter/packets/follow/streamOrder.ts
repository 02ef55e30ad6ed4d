/**
 * Puts the bytes of a TCP connection into the order in which a reader of the capture learns of them: what was sent
 * again appears once, what came early waits for what is before it. Bytes that were acknowledged but never captured
 * leave a gap, as in Wireshark's "Follow TCP Stream".
 */

/** What a segment says that matters for the order. */
export interface Segment {
  readonly row: number;
  readonly isServer: boolean;
  /** Of the first byte of its payload. */
  readonly seq: number;
  /** Null without the flag ACK. */
  readonly ack: number | null;
  /** Bytes of payload on the wire. */
  readonly length: number;
  /** Those that the capture has. */
  readonly captured: number;
}

/** Bytes of a packet's payload, or a gap. */
export interface Chunk {
  /** The packet that they are in; for a gap the one that tells of it. */
  readonly row: number;
  readonly isServer: boolean;
  /** Bytes of the payload before them. */
  readonly skip: number;
  /** 0 for a gap. */
  readonly length: number;
  /** Bytes that the capture does not have: 0 unless it is a gap. */
  readonly missing: number;
}

class Direction {
  /** The sequence number of the byte that is next. */
  next: number | null = null;
  /** Segments that came too early. */
  early: Segment[] = [];
}

export class StreamOrder {
  private readonly client = new Direction();
  private readonly server = new Direction();
  private readonly give: (chunk: Chunk) => void;

  /** @param give gets each chunk when it is known to be next */
  constructor(give: (chunk: Chunk) => void) {
    this.give = give;
  }

  /** Bytes that came and wait for others before them. */
  waiting(isServer: boolean): number {
    return this.direction(isServer).early.reduce((sum, { length }) => sum + length, 0);
  }

  /** Takes the next segment, in the order of capture. */
  add(segment: Segment): void {
    const { isServer, seq, ack, length } = segment;
    if (ack !== null) this.acknowledge(!isServer, ack, segment.row);
    const direction = this.direction(isServer);
    direction.next ??= seq;
    if (length === 0) return;
    if (after(seq, direction.next)) direction.early.push(segment);
    else {
      this.take(direction, segment);
      this.drain(direction);
    }
  }

  private direction(isServer: boolean): Direction {
    return isServer ? this.server : this.client;
  }

  /** The receiver has had everything before `ack`: what is missing before it will not be captured any more. */
  private acknowledge(isServer: boolean, ack: number, row: number): void {
    const direction = this.direction(isServer);
    this.drain(direction);
    for (let first = direction.early[0]; first && after(ack, first.seq); [first] = direction.early) {
      const missing = (first.seq - direction.next!) | 0;
      this.give({ row, isServer, skip: 0, length: 0, missing });
      direction.next = first.seq;
      this.drain(direction);
    }
  }

  /** Takes what came early and is next now; the rest is in order then. */
  private drain(direction: Direction): void {
    const { early } = direction;
    if (early.length === 0) return;
    early.sort((a, b) => (a.seq - b.seq) | 0);
    const left = early.findIndex((segment) => {
      if (after(segment.seq, direction.next!)) return true;
      this.take(direction, segment);
      return false;
    });
    direction.early = left < 0 ? [] : early.slice(left);
  }

  /** A segment that begins at the next byte or before it: what is new of it. */
  private take(direction: Direction, { row, isServer, seq, length, captured }: Segment): void {
    const skip = (direction.next! - seq) | 0;
    if (skip >= length) return;
    direction.next = (seq + length) | 0;
    if (captured > skip) this.give({ row, isServer, skip, length: captured - skip, missing: 0 });
    const cut = length - Math.max(captured, skip);
    if (cut > 0) this.give({ row, isServer, skip: 0, length: 0, missing: cut });
  }
}

/** Whether sequence number `a` is later than `b`. */
function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
