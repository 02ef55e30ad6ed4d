/**
 * The packets that a store keeps, by their rows: frames, and what is known of each from the others. A packet is
 * decoded in the order of capture first; from then on it can be decoded again at any time, in any order.
 */
import type { Capture } from '../capture.ts';
import type { Context } from '../context.ts';
import { dissectFirst, dissectPacket } from '../dissectors/all.ts';
import type { CapturedFrame } from '../frame.ts';
import type { FrameBytes } from '../streams/streamBytes.ts';
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

  constructor(frames: Frames, capture: Capture) {
    this.frames = frames;
    this.contexts = new KeptContexts(capture);
    // Streams are put together from what is kept.
    const kept: FrameBytes = {
      bytesOf: (number) => {
        const row = this.rowOf(number);
        return row < 0 ? null : this.frames.at(row).bytes;
      },
    };
    this.trackers = new Trackers(kept, capture, (number) => this.changed(number));
  }

  /** Behind the row of the newest one. */
  get end(): number {
    return this.frames.end;
  }

  get count(): number {
    return this.end - this.first;
  }

  /** Decodes what was added since. */
  decode(): void {
    for (; this.decoded < this.end; this.decoded++) {
      const packet = dissectFirst(this.frames.at(this.decoded), this.trackers);
      this.contexts.keep(this.decoded, packet.context);
      this.shapeOf.set(this.decoded, this.shapes.of(packet));
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
    return this.shapes.get(this.shapeOf.get(row));
  }

  /** Something is known of a packet that was not known before. */
  changed(number: number): void {
    const row = this.rowOf(number);
    if (row >= 0) this.shapeOf.set(row, 0);
  }

  /** The number of a packet's stream; -1 if it belongs to none of the protocol. */
  streamOf(row: number, protocol: 'tcp' | 'udp'): number {
    return this.contexts.streamOf(row, protocol);
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
