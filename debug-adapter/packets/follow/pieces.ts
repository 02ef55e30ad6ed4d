/** Divides a stream into pieces, each small enough to be sent and shown at once. */
import type { Chunk } from './streamOrder.ts';

export interface PlacedChunk extends Chunk {
  /** How many bytes of the same end were before. */
  readonly position: number;
}

const MOST_BYTES = 128 * 1024;
const MOST_CHUNKS = 1000;

export class Pieces {
  readonly chunks: PlacedChunk[] = [];
  /** The index of each piece's first chunk. */
  private readonly starts: number[] = [];
  private bytesInLast = 0;

  add(chunk: PlacedChunk): void {
    const begin = this.starts.at(-1);
    const isFull =
      begin === undefined ||
      this.bytesInLast + chunk.length > MOST_BYTES ||
      this.chunks.length - begin >= MOST_CHUNKS;
    if (isFull) {
      this.starts.push(this.chunks.length);
      this.bytesInLast = 0;
    }
    this.chunks.push(chunk);
    this.bytesInLast += chunk.length;
  }

  get count(): number {
    return this.starts.length;
  }

  /** Nothing if there is no such piece. */
  at(piece: number): readonly PlacedChunk[] {
    const begin = this.starts[piece];
    return begin === undefined ? [] : this.chunks.slice(begin, this.starts[piece + 1]);
  }
}
