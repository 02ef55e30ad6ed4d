/** The wire format of messages: a header with the body's length in bytes, an empty line, the body as JSON. */

const HEADER_END = '\r\n\r\n';
const LENGTH = /content-length: *(\d+)[^]*$/i;
/** Headers are short: longer data without an end is not a header. */
const MOST_HEADER_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

export function frame(message: object): string {
  const json = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json, 'utf8')}${HEADER_END}${json}`;
}

/** Parses incoming bytes and returns the bodies of the messages. Invalid data is skipped. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Length of the body being read; undefined: a header is being read. */
  #wanted: number | undefined;

  /** The bytes of an incomplete message, including its header. */
  get rest(): Buffer {
    if (this.#bytes === 0 && this.#wanted === undefined) return NOTHING;
    const begun = Buffer.concat(this.#chunks, this.#bytes);
    if (this.#wanted === undefined) return begun;
    return Buffer.concat([Buffer.from(`Content-Length: ${this.#wanted}${HEADER_END}`), begun]);
  }
  get restBytes(): number {
    return this.#bytes;
  }

  *read(chunk: Buffer): Generator<string> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#wanted === undefined ? this.#header() : this.#bytes >= this.#wanted) {
      const all = this.#joined();
      const body = all.subarray(0, this.#wanted);
      this.#keep(all.subarray(body.length));
      this.#wanted = undefined;
      yield body.toString('utf8');
    }
  }

  /** @returns whether a complete body is available */
  #header(): boolean {
    const all = this.#joined();
    for (let end = all.indexOf(HEADER_END); end >= 0; end = all.indexOf(HEADER_END, end + 1)) {
      const length = LENGTH.exec(all.toString('latin1', Math.max(0, end - MOST_HEADER_BYTES), end));
      if (length === null) continue;
      this.#wanted = Number(length[1]);
      this.#keep(all.subarray(end + HEADER_END.length));
      return this.#bytes >= this.#wanted;
    }
    if (all.length > MOST_HEADER_BYTES) this.#keep(all.subarray(all.length - MOST_HEADER_BYTES));
    return false;
  }

  /** Chunks are joined only on access: a body of many chunks is copied once. */
  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#keep(Buffer.concat(this.#chunks, this.#bytes));
    return this.#chunks[0]!;
  }
  #keep(bytes: Buffer): void {
    this.#chunks = bytes.length === 0 ? [NOTHING] : [bytes];
    this.#bytes = bytes.length;
  }
}
