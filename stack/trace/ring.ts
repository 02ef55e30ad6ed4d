/**
 * A ring of records in shared memory: one thread writes and another reads, and neither waits for the other.
 * When the ring is full the oldest records are overwritten, and counted.
 */

/** Positions are byte counts modulo 2^32, so a ring may be at most half of that. */
const HEADER_BYTES = 16;
const RECORD_HEADER_BYTES = 8;
/**
 * Header words: the position of the next record, the position of the oldest one, and the number of records
 * before the oldest.
 */
const HEAD = 0;
const TAIL = 1;
const GONE = 2;
/** Fills the end of the buffer when the next record does not fit there. */
const PADDING = 0;

/** @param capacity in bytes: a power of two, at least 64 */
export function createRing(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

const aligned = (length: number) => (length + 7) & ~7;

export class RingWriter {
  /** The memory of the records: reserve() returns an offset into it. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #header: Int32Array;
  readonly #mask: number;
  readonly #capacity: number;
  #head = 0;
  #tail = 0;
  #reserved = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.bytes = new Uint8Array(buffer, HEADER_BYTES);
    this.view = new DataView(buffer, HEADER_BYTES);
    this.#capacity = this.bytes.length;
    this.#mask = this.#capacity - 1;
  }

  /**
   * Begin a record of at most half the ring: write its content at the returned offset of `bytes`, then call
   * commit().
   *
   * @param kind the record's kind: any number except 0
   */
  reserve(kind: number, length: number): number {
    const size = RECORD_HEADER_BYTES + aligned(length);
    const toEnd = this.#capacity - (this.#head & this.#mask);
    if (toEnd < size) {
      this.#makeRoom(toEnd);
      this.#writeHeader(PADDING, toEnd - RECORD_HEADER_BYTES);
      this.#publish(toEnd);
    }
    this.#makeRoom(size);
    this.#writeHeader(kind, length);
    this.#reserved = size;
    return (this.#head & this.#mask) + RECORD_HEADER_BYTES;
  }

  commit(): void {
    this.#publish(this.#reserved);
  }

  write(kind: number, content: Uint8Array): void {
    this.bytes.set(content, this.reserve(kind, content.length));
    this.commit();
  }

  #writeHeader(kind: number, length: number): void {
    const at = this.#head & this.#mask;
    this.view.setInt32(at, length, true);
    this.view.setInt32(at + 4, kind, true);
  }

  #publish(size: number): void {
    this.#head = (this.#head + size) | 0;
    Atomics.store(this.#header, HEAD, this.#head);
  }

  /**
   * Discard the oldest records until `size` bytes are free. The reader is told before they are overwritten.
   */
  #makeRoom(size: number): void {
    let lost = 0;
    while (((this.#head - this.#tail) >>> 0) + size > this.#capacity) {
      const at = this.#tail & this.#mask;
      if (this.view.getInt32(at + 4, true) !== PADDING) lost++;
      this.#tail = (this.#tail + RECORD_HEADER_BYTES + aligned(this.view.getInt32(at, true))) | 0;
    }
    if (lost > 0) Atomics.add(this.#header, GONE, lost);
    Atomics.store(this.#header, TAIL, this.#tail);
  }
}

/** Called with one record; the callee owns the bytes. */
export type RecordHandler = (kind: number, content: Uint8Array) => void;

export class RingReader {
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #mask: number;
  #at = 0;
  /** The number of records before the next one to read. */
  #index = 0;
  #overwritten = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
    this.#view = new DataView(buffer, HEADER_BYTES);
    this.#mask = this.#bytes.length - 1;
  }

  /** Records that were overwritten before they could be read. */
  get overwritten(): number {
    return this.#overwritten;
  }

  /** Read the available records, at most `limit`. @returns how many were read */
  drain(handle: RecordHandler, limit = Infinity): number {
    let count = 0;
    while (count < limit && this.#at !== Atomics.load(this.#header, HEAD)) {
      const tail = Atomics.load(this.#header, TAIL);
      if (this.#isBehind(tail)) {
        const gone = Atomics.load(this.#header, GONE);
        if (tail !== Atomics.load(this.#header, TAIL)) continue;
        this.#overwritten += gone - this.#index;
        this.#index = gone;
        this.#at = tail;
        continue;
      }
      const at = this.#at & this.#mask;
      const length = this.#view.getInt32(at, true);
      const kind = this.#view.getInt32(at + 4, true);
      const start = at + RECORD_HEADER_BYTES;
      const content = kind === PADDING || length < 0 ? null : this.#bytes.slice(start, start + length);
      // If the writer has overwritten the record in the meantime, discard what was read.
      if (this.#isBehind(Atomics.load(this.#header, TAIL))) continue;
      this.#at = (this.#at + RECORD_HEADER_BYTES + aligned(length)) | 0;
      if (content === null) continue;
      this.#index++;
      handle(kind, content);
      count++;
    }
    return count;
  }

  #isBehind(tail: number): boolean {
    return ((tail - this.#at) | 0) > 0;
  }
}
