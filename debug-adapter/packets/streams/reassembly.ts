/** A part of a stream that spans segments: it knows in which packets its bytes are, and holds none of them. */
import { Forgotten, StreamBytes, type FrameBytes } from './streamBytes.ts';
import { freshProgress, type Missing } from './streamProtocol.ts';

/** Where a segment's contribution is. */
export interface Part {
  /** The packet, and the place in it. */
  readonly number: number;
  readonly at: number;
  readonly length: number;
  /** The place in the whole. */
  readonly offset: number;
  /** Other parts brought some of these bytes before. */
  readonly overlaps: boolean;
}

/** As many packets as a store keeps. */
const MAX_PARTS = 200_000;
/** Stands for the end of a connection, wherever that is. */
const FAR = 0x4000_0000;

export class Reassembly {
  /** Position in the stream. */
  readonly begin: number;
  /** The position at which something else begins, as far as is known. */
  end = 0;
  readonly firstFrame: number;
  lastFrame: number;
  /** In the order of their offsets. */
  readonly parts: Part[] = [];
  /** The packet that brought the last missing byte, and brought a message to its end; 0 until then. */
  completedIn = 0;
  /** The packet with which it was looked at last: so far, what it holds has no end if this is not the same. */
  lookedAtIn = 0;
  /** Whatever comes next is part of it, however long. */
  wantsWholeSegment = false;
  readonly progress = freshProgress();
  private readonly frames: FrameBytes;
  /** Its length, once the last part is there. */
  private total: number | null = null;
  /** The bytes from the beginning without a gap. */
  private covered = 0;
  /** Where the last byte ends. */
  private reach = 0;
  /** The parts up to the first gap, as far as they were looked at. */
  private view: StreamBytes | null = null;
  private viewed = 0;
  /** The bytes put together, until the memory is wanted for something else. */
  private whole: WeakRef<Uint8Array> | null = null;

  constructor(begin: number, frame: number, frames: FrameBytes) {
    this.begin = begin;
    this.firstFrame = frame;
    this.lastFrame = frame;
    this.frames = frames;
  }

  get length(): number {
    return this.total ?? this.reach;
  }

  /** More has to come after what ends at `position`. */
  wants(missing: Missing, position: number): void {
    this.wantsWholeSegment = missing === 'segment';
    this.end = position + (missing === 'segment' ? 1 : missing === 'end' ? FAR : missing);
    this.total = null;
    this.completedIn = 0;
    this.whole = null;
  }

  /** @returns true if nothing is missing now. @param isLast nothing is wanted beyond it */
  add(number: number, at: number, offset: number, length: number, isLast: boolean): boolean {
    if (this.parts.length >= MAX_PARTS) return false;
    const last = this.parts.at(-1);
    const isNext = !last || (last.offset <= offset && this.covered === this.reach);
    const overlaps = this.covered > offset;
    const part = { number, at, length, offset, overlaps };
    if (isNext && offset === this.covered) {
      this.parts.push(part);
      this.covered += length;
    } else {
      const before = this.parts.findLastIndex((other) => other.offset <= offset);
      this.parts.splice(before + 1, 0, part);
      this.view = null;
      this.viewed = 0;
      this.covered = this.gapless();
    }
    this.reach = Math.max(this.reach, offset + length);
    this.lastFrame = number;
    if (isLast && this.total === null) this.total = offset + length;
    if (this.total === null || this.covered < this.total) return false;
    this.completedIn = number;
    this.lookedAtIn = number;
    return true;
  }

  /** The bytes up to the first gap, read in place: what was looked at before is not gone through again. */
  bytes(): StreamBytes {
    const view = (this.view ??= new StreamBytes(this.frames));
    for (; this.viewed < this.parts.length; this.viewed++) {
      const { number, at, length, offset } = this.parts[this.viewed]!;
      const skipped = view.length - offset;
      if (skipped < 0) break;
      if (skipped < length) view.append({ number, at: at + skipped, length: length - skipped });
    }
    return view;
  }

  /** It ends at `length`: what the last part has behind that begins something else. */
  cut(length: number): void {
    const last = this.parts.at(-1)!;
    this.parts[this.parts.length - 1] = { ...last, length: length - last.offset };
    this.total = length;
    this.end = this.begin + length;
    this.whole = null;
  }

  /** It is complete: what was remembered to look at it is not needed any more. */
  settle(): void {
    this.view = null;
    this.viewed = 0;
    this.progress.known = null;
  }

  /** The bytes, put together; null if a packet of them was let go. */
  assemble(): Uint8Array | null {
    const kept = this.whole?.deref();
    if (kept) return kept;
    try {
      const whole = this.bytes().slice(0, this.length);
      if (this.completedIn !== 0) this.settle();
      this.whole = new WeakRef(whole);
      return whole;
    } catch (error) {
      if (error instanceof Forgotten) return null;
      throw error;
    }
  }

  private gapless(): number {
    let covered = 0;
    for (const { offset, length } of this.parts) {
      if (offset > covered) break;
      covered = Math.max(covered, offset + length);
    }
    return covered;
  }
}
