/** Headers as HTTP/2 compresses them (HPACK, RFC 7541). */
import { fromHuffman } from './huffman.ts';

/** A header, and where in its frame's content it is. Texts are of one character a byte. */
export interface HpackHeader {
  readonly name: string;
  readonly value: string;
  readonly at: number;
  readonly length: number;
  readonly representation: string;
  /** In the tables; 0 for a name that is in none. */
  readonly index: number;
}

export interface HpackSize {
  /** The table's new size. */
  readonly size: number;
  readonly at: number;
  readonly length: number;
}

/** What a part of a block holds: headers, and changes of the table's size. */
export interface HpackBlock {
  readonly headers: readonly HpackHeader[];
  readonly sizes: readonly HpackSize[];
}

/** What both ends know from the beginning (appendix A). */
const STATIC: readonly (readonly [string, string])[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
];
const DEFAULT_SIZE = 4096;
/** A sender that wants a larger table does not get it here. */
const MAX_SIZE = 1024 * 1024;
/** Of each entry, besides its texts (RFC 7541 4.1). */
const OVERHEAD = 32;
/** Headers that one block may have: it is small, but may name large entries again and again. */
const MAX_HEADERS = 1000;

/** A header whose end does not come is given up. */
const MAX_BEGUN = 64 * 1024;
const NOTHING = new Uint8Array();

class Broken extends Error {}

/** One direction of a connection. */
export class HpackDecoder {
  /** The newest first. */
  private readonly table: (readonly [string, string])[] = [];
  private size = 0;
  private limit = DEFAULT_SIZE;
  /** The beginning of a header that goes on in the next part. */
  private begun: Uint8Array = NOTHING;

  /** Decodes the next part of a block. Throws nothing, whatever the bytes are. @param isLast the block ends here */
  decode(part: Uint8Array, isLast: boolean): HpackBlock {
    const before = this.begun.length;
    const bytes = before > 0 ? new Uint8Array(Buffer.concat([this.begun, part])) : part;
    this.begun = NOTHING;
    const headers: HpackHeader[] = [];
    const sizes: HpackSize[] = [];
    let at = 0;
    try {
      while (at < bytes.length && headers.length < MAX_HEADERS)
        at = this.next(new Reader(bytes, at), before, headers, sizes);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (!isLast && bytes.length - at < MAX_BEGUN) this.begun = bytes.slice(at);
    }
    return { headers, sizes };
  }

  /** @returns where it ends */
  private next(reader: Reader, before: number, headers: HpackHeader[], sizes: HpackSize[]): number {
    const at = Math.max(0, reader.at - before);
    const size = () => reader.at - before - at;
    const first = reader.peek();
    const add = (entry: readonly [string, string], representation: string, index: number): number => {
      const [name, value] = entry;
      headers.push({ name, value, at, length: size(), representation, index });
      return reader.at;
    };
    if (first & 0x80) {
      const index = reader.integer(7);
      return add(this.entry(index), 'Indexed Header Field', index);
    }
    if ((first & 0xe0) === 0x20) {
      const limit = reader.integer(5);
      this.resize(limit);
      sizes.push({ size: limit, at, length: size() });
      return reader.at;
    }
    const isIndexed = (first & 0x40) !== 0;
    const index = reader.integer(isIndexed ? 6 : 4);
    const name = index > 0 ? this.entry(index)[0] : reader.string();
    const entry = [name, reader.string()] as const;
    if (isIndexed) this.insert(entry);
    const how = isIndexed ? 'with Incremental Indexing' : first & 0x10 ? 'never Indexed' : 'without Indexing';
    return add(entry, `Literal Header Field ${how} - ${index > 0 ? 'Indexed' : 'New'} Name`, index);
  }

  private entry(index: number): readonly [string, string] {
    const found = STATIC[index - 1] ?? this.table[index - 1 - STATIC.length];
    if (!found) throw new Broken();
    return found;
  }

  private insert(entry: readonly [string, string]): void {
    this.table.unshift(entry);
    this.size += sizeOf(entry);
    this.evict();
  }

  private resize(limit: number): void {
    this.limit = Math.min(limit, MAX_SIZE);
    this.evict();
  }

  private evict(): void {
    while (this.size > this.limit) this.size -= sizeOf(this.table.pop()!);
  }
}

function sizeOf([name, value]: readonly [string, string]): number {
  return name.length + value.length + OVERHEAD;
}

class Reader {
  private readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  peek(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Broken();
    return byte;
  }

  /** An integer that begins in the lowest bits of a byte (RFC 7541 5.1). */
  integer(bits: number): number {
    const most = (1 << bits) - 1;
    let value = this.peek() & most;
    this.at++;
    if (value < most) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.peek();
      this.at++;
      value += (byte & 0x7f) * 2 ** shift;
      if (shift > 28) throw new Broken();
      if (!(byte & 0x80)) return value;
    }
  }

  string(): string {
    const isHuffman = (this.peek() & 0x80) !== 0;
    const length = this.integer(7);
    const end = this.at + length;
    if (end > this.bytes.length) throw new Broken();
    const raw = this.bytes.subarray(this.at, end);
    this.at = end;
    const text = isHuffman ? fromHuffman(raw) : raw;
    if (!text) throw new Broken();
    return Buffer.from(text).toString('latin1');
  }
}
