/** What both sides of the benchmark do: the same bytes, the same counts. */
export const BLOCK = 64 * 1024;
export const BULK_BYTES = 8 * 1024 * BLOCK;
export const ROUND_TRIPS = 200_000;
export const CONNECTS = 10_000;

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
  for (let at = 0; at < count; ) {
    const from = (position + at) % BLOCK;
    const length = Math.min(count - at, BLOCK - from);
    if (received.compare(view, from, from + length, at, at + length) !== 0) {
      throw new Error(`wrong bytes between ${position + at} and ${position + at + length}`);
    }
    at += length;
  }
}
