/** Lists of packets, by their rows. */

/** A list in any order. */
export interface RowList {
  readonly length: number;
  at(index: number): number;
  /** Position of a row, or -1. */
  indexOf(row: number): number;
}

/** How far a list is that takes longer than one answer. */
export interface Progress {
  done: number;
  of: number;
}

/** The position of a row among rows that rise, or -1. */
export function indexIn(rows: readonly number[], row: number): number {
  const at = firstFrom(rows, row);
  return rows[at] === row ? at : -1;
}

/** The position of the first of rising rows that is this one or a later one. */
export function firstFrom(rows: readonly number[], row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
