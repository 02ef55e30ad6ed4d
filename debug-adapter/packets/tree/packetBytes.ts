/** The bytes that a dissector reads: a part of a frame, or of what was put together from several. */

/** A dissector wanted to read what is not there. The engine turns it into a line of the layer tree. */
export class BeyondEnd extends Error {
  /** The packet itself ends there; otherwise only the capture does. */
  readonly isMalformed: boolean;

  constructor(isMalformed: boolean) {
    super(isMalformed ? 'the packet ends before this field' : 'the capture ends before this field');
    this.name = 'BeyondEnd';
    this.isMalformed = isMalformed;
  }
}

/** Something whose bytes can be shown: the frame, or a reassembled datagram or stream. */
export interface ByteSource {
  /** `Frame`, `Reassembled TCP`: the name of its tab. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All offsets count from the beginning of the source. Integers are big-endian. */
export class PacketBytes {
  readonly source: ByteSource;
  /** Where this part begins. */
  readonly begin: number;
  /** Where it ends on the wire. */
  readonly end: number;
  /** Where the bytes end that the capture kept of it. */
  readonly captured: number;

  constructor(source: ByteSource, begin = 0, end = source.bytes.length) {
    this.source = source;
    this.begin = begin;
    this.end = end;
    this.captured = Math.max(begin, Math.min(end, source.bytes.length));
  }

  /** The part from `begin` to `end`, which is not beyond this one's end. */
  part(begin: number, end = this.end): PacketBytes {
    return new PacketBytes(this.source, begin, Math.max(begin, Math.min(end, this.end)));
  }

  /** Bytes on the wire. */
  get length(): number {
    return this.end - this.begin;
  }

  /** Whether `length` bytes from `offset` were captured. */
  has(offset: number, length: number): boolean {
    return offset >= this.begin && offset + length <= this.captured;
  }

  /** @throws BeyondEnd unless `length` bytes from `offset` were captured */
  need(offset: number, length: number): void {
    if (!this.has(offset, length)) throw new BeyondEnd(offset + length > this.end);
  }

  u8(offset: number): number {
    this.need(offset, 1);
    return this.source.bytes[offset]!;
  }

  u16(offset: number): number {
    this.need(offset, 2);
    const { bytes } = this.source;
    return (bytes[offset]! << 8) | bytes[offset + 1]!;
  }

  u24(offset: number): number {
    this.need(offset, 3);
    const { bytes } = this.source;
    return (bytes[offset]! << 16) | (bytes[offset + 1]! << 8) | bytes[offset + 2]!;
  }

  u32(offset: number): number {
    this.need(offset, 4);
    const { bytes } = this.source;
    const high = (bytes[offset]! << 8) | bytes[offset + 1]!;
    return high * 0x10000 + ((bytes[offset + 2]! << 8) | bytes[offset + 3]!);
  }

  u48(offset: number): number {
    return this.u16(offset) * 0x1_0000_0000 + this.u32(offset + 2);
  }

  u64(offset: number): bigint {
    return (BigInt(this.u32(offset)) << 32n) | BigInt(this.u32(offset + 4));
  }

  /** A view of `length` bytes. */
  bytes(offset: number, length: number): Uint8Array {
    this.need(offset, length);
    return this.source.bytes.subarray(offset, offset + length);
  }

  /** Bytes as text, one character a byte. */
  latin1(offset: number, length: number): string {
    const bytes = this.bytes(offset, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  }

  /** Bytes as ASCII; others are told as unknown characters. */
  ascii(offset: number, length: number): string {
    return this.latin1(offset, length).replace(/[\x80-\xff]/g, '\ufffd');
  }

  /** Where the next line begins: behind CR and LF, or at the end. */
  lineEnd(offset: number, end = this.captured): number {
    const found = this.source.bytes.indexOf(0x0a, offset);
    return found < 0 || found >= end ? end : found + 1;
  }

  /** The same where a CR without LF ends a line, too. */
  textLineEnd(offset: number): number {
    const { bytes } = this.source;
    const lf = this.lineEnd(offset);
    const cr = bytes.indexOf(0x0d, offset);
    return cr >= 0 && cr + 2 < lf ? cr + 1 : lf;
  }

  utf8(offset: number, length: number): string {
    const bytes = this.bytes(offset, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  }
}
