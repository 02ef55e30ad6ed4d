/** What both sides of the benchmark do: the same bytes, the same counts. */
export const BLOCK = 64 * 1024;
/** What is measured, and what comes before it so that the JIT compilers of both sides have done their work. */
export const BULK_BYTES = 16 * 1024 * BLOCK;
export const BULK_WARM_UP = 6 * 1024 * BLOCK;
export const ROUND_TRIPS = 120_000;
export const ROUND_TRIPS_WARM_UP = 60_000;
export const CONNECTS = 12_000;
/** Newer versions of V8 optimise later: at 18,000 connections all of Node 20, 22 and 24 have done so. */
export const CONNECTS_WARM_UP = 18_000;
/** Pairs made before the first look at the memory: code and tables grow with them, pairs don't. */
export const PAIRS_WARM_UP = 500;
/** Connections to one address that take every second port of Linux's default range, 32768 to 60999. */
export const HALF_OF_THE_PORTS = (60_999 - 32_768 + 1) / 2;
/** Connections made after those: each looks at all the ports of the first half before it finds a free one. */
export const PAST_HALF = 400;
export const PAST_HALF_WARM_UP = 200;
/** Round trips of a batch beside idle pairs. */
export const CROWD_ROUND_TRIPS = 10_000;

/** Started when the warm-up is over. */
export class Stopwatch {
  #started = 0;
  start(): void {
    this.#started = performance.now();
  }
  /** s */
  get seconds(): number {
    if (this.#started === 0) throw new Error('the warm-up did not end');
    return (performance.now() - this.#started) / 1000;
  }
}

/** A block whose bytes differ from place to place. */
export function makeBlock(): Uint8Array {
  const block = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) block[i] = (i * 31 + (i >> 8)) & 0xff;
  return block;
}
const expected = makeBlock();
const view = Buffer.from(expected.buffer);

/** Every byte received is compared with what was sent at that place of the stream. */
export function checkBlock(buffer: Uint8Array, count: number, position: number): void {
  const received = Buffer.from(buffer.buffer, buffer.byteOffset, count);
  for (let at = 0; at < count;) {
    const from = (position + at) % BLOCK;
    const length = Math.min(count - at, BLOCK - from);
    if (received.compare(view, from, from + length, at, at + length) !== 0) {
      throw new Error(`wrong bytes between ${position + at} and ${position + at + length}`);
    }
    at += length;
  }
}
