/** How messages lie on the wire: a header with the length of the body in bytes, an empty line, the body as JSON. */

const HEADER_END = '\r\n\r\n';
const LENGTH = /content-length: *(\d+)[^]*$/i;
/** A header is short: what is longer without an end is no header. */
const MOST_HEADER_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

export function frame(message: object): string {
  const json = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json, 'utf8')}${HEADER_END}${json}`;
}

/** Takes bytes as they come, and gives the bodies of the messages in them. What is no message is passed over. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Length of the body that is being read; undefined: a header is. */
  #wanted: number | undefined;

  /** Bytes of a message that has not come to its end, its header included. */
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

  /** @returns whether a whole body is there */
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

  /** Joined only when they are looked at: a body of many chunks is copied once. */
  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#keep(Buffer.concat(this.#chunks, this.#bytes));
    return this.#chunks[0]!;
  }
  #keep(bytes: Buffer): void {
    this.#chunks = bytes.length === 0 ? [NOTHING] : [bytes];
    this.#bytes = bytes.length;
  }
}
