/**
 * Names in shared memory: the machine's thread gives each name a number once, and its records contain the number.
 * Names stay when the records that use them have been overwritten.
 */

/** One word: how many bytes are in use. */
const HEADER_BYTES = 4;
const LENGTH_BYTES = 2;
const MOST_BYTES = 0xffff;

/** @param capacity in bytes */
export function createNameTable(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

export class NameWriter {
  readonly #used: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #numbers = new Map<string, number>();
  readonly #encoder = new TextEncoder();
  #end = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#used = new Int32Array(buffer, 0, 1);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** The name's number, from 1. @returns 0 for a new name that finds no more room */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? this.#add(name);
  }
  #add(name: string): number {
    const text = this.#encoder.encode(name).subarray(0, MOST_BYTES);
    const next = this.#end + LENGTH_BYTES + text.length;
    if (next > this.#bytes.length) return 0;
    this.#bytes[this.#end] = text.length & 0xff;
    this.#bytes[this.#end + 1] = text.length >> 8;
    this.#bytes.set(text, this.#end + LENGTH_BYTES);
    this.#end = next;
    Atomics.store(this.#used, 0, next);
    const number = this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return number;
  }
}

export class NameReader {
  readonly #used: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #names: string[] = [''];
  readonly #decoder = new TextDecoder();
  #end = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#used = new Int32Array(buffer, 0, 1);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** @returns '' for 0, the number of names that found no room */
  name(number: number): string {
    if (number >= this.#names.length) this.#read();
    return this.#names[number] ?? '';
  }
  #read(): void {
    const used = Atomics.load(this.#used, 0);
    while (this.#end < used) {
      const start = this.#end + LENGTH_BYTES;
      const end = start + this.#bytes[this.#end]! + (this.#bytes[this.#end + 1]! << 8);
      // A decoder takes no shared memory.
      this.#names.push(this.#decoder.decode(this.#bytes.slice(start, end)));
      this.#end = end;
    }
  }
}
