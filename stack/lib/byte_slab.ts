/**
 * A cheap allocator of small pieces of memory: a separate Uint8Array costs twenty times as much as a view of
 * a larger buffer.
 */

const CHUNK_BYTES = 65_536;
/** Larger pieces are allocated separately: they would leave too much of a chunk unused. */
const LARGEST_BYTES = 4_096;
/** Pieces begin at multiples of this. */
const ALIGNMENT = 8;

/** Allocates consecutive, zeroed pieces from chunks. A chunk is freed with the last of its pieces. */
export class ByteSlab {
  #chunk = new ArrayBuffer(CHUNK_BYTES);
  #used = 0;

  take(size: number): Uint8Array {
    if (size > LARGEST_BYTES) return new Uint8Array(size);
    let at = this.#used;
    if (at + size > CHUNK_BYTES) {
      this.#chunk = new ArrayBuffer(CHUNK_BYTES);
      at = 0;
    }
    this.#used = (at + size + ALIGNMENT - 1) & -ALIGNMENT;
    return new Uint8Array(this.#chunk, at, size);
  }
}

/** Copy a few bytes: for headers a loop is faster than set() of a subarray. */
export function copy_bytes(
  to: Uint8Array,
  to_at: number,
  from: Uint8Array,
  from_at: number,
  len: number,
): void {
  if (len > 128) {
    to.set(from.subarray(from_at, from_at + len), to_at);
    return;
  }
  for (let i = 0; i < len; i++) to[to_at + i] = from[from_at + i]!;
}
