/**
 * A number for each packet, by its row. What is known of a million packets is kept in columns instead of objects: a
 * number takes its own bytes and no more, and the garbage collector has nothing to visit.
 */

/** Rows of a piece. */
const ROWS = 4096;

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;
type Kind = new (length: number) => Numbers;

/** Grows in pieces; a piece in which nothing was set takes no memory. */
export class Column {
  private readonly kind: Kind;
  private readonly pieces: (Numbers | undefined)[] = [];
  private forgotten = 0;

  /** @param kind what holds the numbers: it decides which ones can be kept */
  constructor(kind: Kind) {
    this.kind = kind;
  }

  /** 0 where nothing was set. */
  get(row: number): number {
    const piece = this.pieces[Math.floor(row / ROWS)];
    return piece === undefined ? 0 : piece[row % ROWS]!;
  }

  set(row: number, value: number): void {
    const at = Math.floor(row / ROWS);
    let piece = this.pieces[at];
    if (piece === undefined) {
      if (value === 0) return;
      while (this.pieces.length <= at) this.pieces.push(undefined);
      piece = new this.kind(ROWS);
      this.pieces[at] = piece;
    }
    piece[row % ROWS] = value;
  }

  /** The rows before this one are not asked for any more. */
  forget(before: number): void {
    const end = Math.min(this.pieces.length, Math.floor(before / ROWS));
    while (this.forgotten < end) this.pieces[this.forgotten++] = undefined;
  }
}
