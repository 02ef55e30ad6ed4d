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
import { KeptContexts } from './keptContexts.ts';

/** A packet as everything that is to be known before it is decoded again. */
export interface Entry {
  readonly frame: CapturedFrame;
  readonly context: Context;
}

export class KeptPackets {
  /** The row of the oldest one. */
  first = 0;
  private readonly frames: Frames;
  private readonly contexts: KeptContexts;
  private readonly trackers: Trackers;
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
    this.trackers = new Trackers(kept, capture);
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
      const { context } = dissectFirst(this.frames.at(this.decoded), this.trackers);
      this.contexts.keep(this.decoded, context);
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
    const frame = this.frames.at(row);
    return { frame, context: this.contexts.of(row, frame) };
  }

  packet(row: number): Packet {
    const { frame, context } = this.entry(row);
    return dissectPacket(frame, context);
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
    this.forgotten = before;
  }
}
