/**
 * The packets that a store keeps, by their rows: frames, and what is known of each from the others. A packet is decoded
 * for the first time when somebody looks at it, or at a later one, since that happens in the order of capture; from then
 * on it can be decoded again at any time, in any order.
 */
import type { Capture } from '../capture.ts';
import type { Context } from '../context.ts';
import { dissectFirst, dissectPacket } from '../dissectors/all.ts';
import type { CapturedFrame } from '../frame.ts';
import type { FrameBytes } from '../streams/streamBytes.ts';
import { nobody, type Changed } from '../tracking/changed.ts';
import { Trackers } from '../tracking/trackers.ts';
import type { Packet } from '../tree/packet.ts';
import type { Frames } from './frames.ts';
import { Column } from './column.ts';
import { KeptContexts } from './keptContexts.ts';
import { Shapes, type Shape } from './shapes.ts';

/** A packet as everything that is to be known before it is decoded again. */
export interface Entry {
  readonly frame: CapturedFrame;
  readonly context: Context;
}

/** Made of what is kept when it is looked at. */
class KeptEntry implements Entry {
  readonly frame: CapturedFrame;
  private readonly row: number;
  private readonly contexts: KeptContexts;

  constructor(row: number, frame: CapturedFrame, contexts: KeptContexts) {
    this.row = row;
    this.frame = frame;
    this.contexts = contexts;
  }

  get context(): Context {
    return this.contexts.of(this.row, this.frame);
  }
}

/** Packets that are decoded between two looks at the clock. */
const PORTION = 32;
/** So much of a frame that nobody has looked at is decoded when it is let go: its headers, for the packets behind it. */
const HEADERS = 192;

export class KeptPackets {
  /** The row of the oldest one. */
  first = 0;
  private readonly frames: Frames;
  private readonly contexts: KeptContexts;
  private readonly trackers: Trackers;
  private readonly shapes = new Shapes();
  /** The number of each packet's shape; 0 where it is to be found out. */
  private readonly shapeOf = new Column(Uint16Array);
  /** Rows before this one are forgotten. */
  private forgotten = 0;
  private decoded = 0;
  private readonly rowChanged: (row: number) => void;

  /** @param changed is told the rows, and the streams of TCP, of packets that say something else than before */
  constructor(
    frames: Frames,
    capture: Capture,
    changed: { row: (row: number) => void; stream: Changed } = { row: nobody, stream: nobody },
  ) {
    this.frames = frames;
    this.rowChanged = changed.row;
    this.contexts = new KeptContexts(capture);
    // Streams are put together from what is kept.
    const kept: FrameBytes = {
      bytesOf: (number) => {
        const row = this.rowOf(number);
        return row < 0 ? null : this.frames.at(row).bytes;
      },
    };
    this.trackers = new Trackers(kept, capture, (number) => this.changed(number), changed.stream);
  }

  /** Behind the row of the newest one. */
  get end(): number {
    return this.frames.end;
  }

  get count(): number {
    return this.end - this.first;
  }

  /** Behind the row of the newest one that was decoded. */
  get decodedEnd(): number {
    return this.decoded;
  }

  /**
   * Decodes what was added since, as far as there is time.
   *
   * @param deadline on the clock of `performance`
   * @param before only packets before this row
   * @returns whether all of them are decoded
   */
  decode(deadline = Infinity, before = this.end): boolean {
    const end = Math.min(before, this.end);
    while (this.decoded < end) {
      this.decodeBefore(Math.min(end, this.decoded + PORTION));
      if (performance.now() > deadline) break;
    }
    return this.decoded >= end;
  }

  private decodeBefore(row: number): void {
    for (; this.decoded < row; this.decoded++) {
      const packet = dissectFirst(this.frames.at(this.decoded), this.trackers);
      this.contexts.keep(this.decoded, packet.context);
      this.shapeOf.set(this.decoded, this.shapes.of(packet));
    }
  }

  /** Packets that nobody has looked at go: those behind them learn of them. */
  private passBefore(row: number): void {
    for (; this.decoded < row; this.decoded++) {
      const frame = this.frames.at(this.decoded);
      const bytes = frame.bytes.subarray(0, HEADERS);
      dissectFirst(bytes.length < frame.bytes.length ? { ...frame, bytes } : frame, this.trackers);
    }
  }

  frame(row: number): CapturedFrame {
    return this.frames.at(row);
  }

  /** The frame, for somebody who changes it. */
  lastingFrame(row: number): CapturedFrame {
    return this.frames.lasting(row);
  }

  number(row: number): number {
    return this.frames.numberAt(row);
  }

  entry(row: number): Entry {
    this.decodeBefore(row + 1);
    return new KeptEntry(row, this.frames.at(row), this.contexts);
  }

  packet(row: number): Packet {
    const { frame, context } = this.entry(row);
    const packet = dissectPacket(frame, context);
    if (this.shapeOf.get(row) === 0) this.shapeOf.set(row, this.shapes.of(packet));
    return packet;
  }

  /** Undefined if it is not known which fields the packet has. */
  shape(row: number): Shape | undefined {
    this.decodeBefore(row + 1);
    return this.shapes.get(this.shapeOf.get(row));
  }

  /** Something is known of a packet that was not known before. */
  changed(number: number): void {
    const row = this.rowOf(number);
    if (row < 0) return;
    this.shapeOf.set(row, 0);
    this.rowChanged(row);
  }

  /** The number of a packet's stream; -1 if it belongs to none of the protocol. */
  streamOf(row: number, protocol: 'tcp' | 'udp'): number {
    this.decodeBefore(row + 1);
    return this.contexts.streamOf(row, protocol);
  }

  /** Rows of packets of streams of TCP, or that quote such packets. @param streams for each the row to stop before */
  *rowsOf(streams: ReadonlyMap<number, number>): Generator<number> {
    const before = Math.min(this.decoded, Math.max(...streams.values()));
    for (let row = this.first; row < before; row++) {
      const end = streams.get(this.contexts.streamOf(row, 'tcp')) ?? 0;
      if (row < end) yield row;
    }
    for (const [row, stream] of this.contexts.quotedStreams()) {
      if (row >= this.first && row < (streams.get(stream) ?? 0)) yield row;
    }
  }

  /** The row of a packet; -1 if it is not kept. Numbers rise, but frames that the capture missed leave gaps. */
  rowOf(number: number): number {
    const row = this.rowFrom(number);
    return row < this.end && this.number(row) === number ? row : -1;
  }

  /** The first row whose packet has this number or a higher one. */
  rowFrom(number: number): number {
    let [low, high] = [this.first, this.end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.number(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lets go of the packets before a row. */
  letGo(before: number): void {
    this.passBefore(before);
    this.first = before;
    // Forgetting costs time in proportion to what is kept: an eighth is allowed to accumulate.
    const waiting = before - this.forgotten;
    if (waiting < 1024 || waiting * 8 < this.end - this.forgotten) return;
    this.frames.forget(before);
    this.contexts.forget(before);
    this.shapeOf.forget(before);
    this.forgotten = before;
  }
}
