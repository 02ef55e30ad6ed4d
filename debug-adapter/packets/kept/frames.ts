/** Where the frames of a store are: in memory, or in a capture file. */
import { ByteSlab } from '../../../stack/lib/byte_slab.ts';
import type { CapturedFrame } from '../frame.ts';

/** A frame's row counts from 0, in the order of capture, and stays its own when earlier ones are let go. */
export interface Frames {
  /** The row that the next one gets. */
  readonly end: number;
  at(row: number): CapturedFrame;
  /** The same, for somebody who changes it: what is said of it stays. */
  lasting(row: number): CapturedFrame;
  numberAt(row: number): number;
  /** The rows before this one are not asked for any more. */
  forget(before: number): void;
}

/** Bytes that cost more to copy than what is around them costs to keep. */
const MANY = 4096;

export class MemoryFrames implements Frames {
  private readonly slab = new ByteSlab();
  /** Those from row `begin` on. */
  private frames: CapturedFrame[] = [];
  private begin = 0;

  get end(): number {
    return this.begin + this.frames.length;
  }

  /**
   * Copies the frame's bytes: a view into a ring or a larger buffer would change, or keep all of it alive.
   *
   * @param isOwn they are nobody else's, so that many of them need not be copied
   */
  add(frame: CapturedFrame, isOwn = false): void {
    if (isOwn && frame.bytes.length >= MANY) {
      this.frames.push({ ...frame });
      return;
    }
    const bytes = this.slab.take(frame.bytes.length);
    bytes.set(frame.bytes);
    this.frames.push({ ...frame, bytes });
  }

  at(row: number): CapturedFrame {
    return this.frames[row - this.begin]!;
  }

  lasting(row: number): CapturedFrame {
    return this.at(row);
  }

  numberAt(row: number): number {
    return this.at(row).number;
  }

  forget(before: number): void {
    this.frames = this.frames.slice(before - this.begin);
    this.begin = before;
  }
}
