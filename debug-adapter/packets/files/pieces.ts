/** The bytes of a file as they come, in pieces of any size, read in whole units: headers, records, blocks. */

export class Pieces {
  private left = new Uint8Array(0);
  private at = 0;
  /** Offset in the file of the next byte to be read. */
  offset = 0;

  add(bytes: Uint8Array): void {
    const rest = this.left.length - this.at;
    if (rest === 0) this.left = new Uint8Array(bytes);
    else {
      const joined = new Uint8Array(rest + bytes.length);
      joined.set(this.left.subarray(this.at));
      joined.set(bytes, rest);
      this.left = joined;
    }
    this.at = 0;
  }

  /** Bytes that are there and not yet read. */
  get available(): number {
    return this.left.length - this.at;
  }

  /** The next `length` bytes without reading them, or null until they are there. */
  peek(length: number): DataView | null {
    if (this.available < length) return null;
    return new DataView(this.left.buffer, this.left.byteOffset + this.at, length);
  }

  /** Passes over bytes that are there. */
  skip(length: number): void {
    this.at += length;
    this.offset += length;
  }
}
