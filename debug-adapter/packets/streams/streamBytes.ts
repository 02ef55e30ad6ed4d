/** Bytes of a stream from several segments, read in place: nothing is copied to find where a message ends. */

/** Gives a packet's bytes as long as it is kept. */
export interface FrameBytes {
  bytesOf(number: number): Uint8Array | null;
}

/** The bytes of a packet are wanted that is no longer kept. */
export class Forgotten extends Error {
  constructor(number: number) {
    super(`packet ${number} is no longer kept`);
    this.name = 'Forgotten';
  }
}

/** Where a part is: in which packet, and at which byte of it. */
interface Place {
  readonly number: number;
  readonly at: number;
  readonly length: number;
}

const NOTHING = new Uint8Array();

export class StreamBytes {
  private readonly parts: (Uint8Array | Place)[] = [];
  /** Where each part begins. */
  private readonly starts: number[] = [];
  private readonly frames: FrameBytes;
  length = 0;
  /** The part that was read last, since most reads are near to each other: where it begins, and its bytes. */
  private start = 0;
  private bytes: Uint8Array = NOTHING;

  constructor(frames: FrameBytes, ...parts: readonly Uint8Array[]) {
    this.frames = frames;
    for (const part of parts) this.append(part);
  }

  append(part: Uint8Array | Place): void {
    if (part.length === 0) return;
    this.parts.push(part);
    this.starts.push(this.length);
    this.length += part.length;
  }

  /**
   * @throws RangeError beyond the end
   * @throws Forgotten as all that read do, if the packet was let go
   */
  u8(at: number): number {
    if (at < 0 || at >= this.length) throw new RangeError(`byte ${at} of ${this.length}`);
    this.seek(at);
    return this.bytes[at - this.start]!;
  }

  /** A big-endian integer of up to six bytes. */
  uint(at: number, size: number): number {
    let value = 0;
    for (let next = at; next < at + size; next++) value = value * 256 + this.u8(next);
    return value;
  }

  /** Bytes as text, one character a byte, as far as there are any. */
  latin1(from: number, to: number): string {
    let text = '';
    for (const part of this.between(from, to))
      text += Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1');
    return text;
  }

  /** A part of them. */
  view(from: number, to: number): StreamBytes {
    const part = new StreamBytes(this.frames);
    for (let [at, end] = [from, Math.min(to, this.length)]; at < end;) {
      const { source, start } = this.partAt(at);
      const skipped = at - start;
      const length = Math.min(source.length - skipped, end - at);
      part.append(
        source instanceof Uint8Array
          ? source.subarray(skipped, skipped + length)
          : { number: source.number, at: source.at + skipped, length },
      );
      at += length;
    }
    return part;
  }

  /** A copy of the bytes, as far as there are any. */
  slice(from: number, to: number): Uint8Array {
    const copy = new Uint8Array(Math.max(0, Math.min(to, this.length) - from));
    let at = 0;
    for (const part of this.between(from, to)) {
      copy.set(part, at);
      at += part.length;
    }
    return copy;
  }

  /** Where a byte is next, at most before `to`; -1 if it is not there. */
  indexOf(byte: number, from: number, to = this.length): number {
    let at = Math.max(0, from);
    for (const part of this.between(at, to)) {
      const found = part.indexOf(byte);
      if (found >= 0) return at + found;
      at += part.length;
    }
    return -1;
  }

  private *between(from: number, to: number): Generator<Uint8Array> {
    const end = Math.min(to, this.length);
    for (let at = Math.max(0, from); at < end;) {
      this.seek(at);
      const { start, bytes } = this;
      const part = bytes.subarray(at - start, end - start);
      yield part;
      at += part.length;
    }
  }

  private seek(at: number): void {
    if (at >= this.start && at < this.start + this.bytes.length) return;
    const { source, start } = this.partAt(at);
    this.bytes = source instanceof Uint8Array ? source : this.read(source);
    this.start = start;
  }

  private partAt(at: number): { source: Uint8Array | Place; start: number } {
    const { starts, parts } = this;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { source: parts[low]!, start: starts[low]! };
  }

  private read({ number, at, length }: Place): Uint8Array {
    const frame = this.frames.bytesOf(number);
    if (!frame || frame.length < at + length) throw new Forgotten(number);
    return frame.subarray(at, at + length);
  }
}
