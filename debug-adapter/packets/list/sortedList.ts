/**
 * Packets in the order of a column. Each packet's key is made once; an answer works only for a limited time, so that
 * the first sorting of a large capture takes several answers and blocks none of them.
 */
import type { SortOrder } from '../../protocol.ts';
import type { Progress, RowList } from './rowList.ts';

export type SortKey = number | string;

interface Keyed {
  key: SortKey;
  row: number;
}

/** Milliseconds that one answer spends on making keys. */
export const SORT_TIME = 100;
/** Packets between two looks at the clock. */
const CHECKED = 256;

export class SortedList {
  readonly order: SortOrder;
  private readonly keyOf: (row: number) => SortKey;
  private sorted: Keyed[] = [];
  /** Behind the last row that is in the list. */
  private next = 0;
  /** The first one. */
  private oldest = 0;

  constructor(order: SortOrder, keyOf: (row: number) => SortKey) {
    this.order = order;
    this.keyOf = keyOf;
  }

  get length(): number {
    return this.sorted.length;
  }

  at(index: number): number {
    return this.sorted[index]!.row;
  }

  /** Position of a row, or -1. */
  indexOf(row: number): number {
    return this.sorted.findIndex((keyed) => keyed.row === row);
  }

  /**
   * Takes in the packets before row `before`, and forgets those that were let go.
   *
   * @param from in the order of capture
   * @returns how many of how many are in, if the time was too short for all of them
   */
  update(from: Omit<RowList, 'indexOf'>, before: number, milliseconds = SORT_TIME): Progress | null {
    if (before < this.next) this.sorted = this.sorted.filter(({ row }) => row < before);
    this.next = Math.min(this.next, before);
    const oldest = from.length ? from.at(0) : Infinity;
    if (oldest > this.oldest) this.sorted = this.sorted.filter(({ row }) => row >= oldest);
    this.oldest = oldest;
    const begin = firstFrom(from, this.next);
    const end = firstFrom(from, before);
    const deadline = performance.now() + milliseconds;
    const added: Keyed[] = [];
    let at = begin;
    for (; at < end; at++) {
      if (at % CHECKED === 0 && added.length > 0 && performance.now() > deadline) break;
      const row = from.at(at);
      added.push({ key: this.keyOf(row), row });
    }
    const last = added.at(-1);
    if (!last) return null;
    this.next = last.row + 1;
    const compare = this.order.descending ? descending : ascending;
    this.sorted = merged(this.sorted, added.sort(compare), compare);
    return at < end ? { done: at, of: end } : null;
  }
}

/** Index of the first row that is this one or a later one. */
function firstFrom(list: Omit<RowList, 'indexOf'>, row: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.at(middle) >= row) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Compare = (a: Keyed, b: Keyed) => number;

/** Numbers before texts; equal keys in the order of capture. */
function ascending(a: Keyed, b: Keyed): number {
  return compareKeys(a.key, b.key) || a.row - b.row;
}
function descending(a: Keyed, b: Keyed): number {
  return compareKeys(b.key, a.key) || b.row - a.row;
}
function compareKeys(a: SortKey, b: SortKey): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

function merged(a: readonly Keyed[], b: Keyed[], compare: Compare): Keyed[] {
  if (a.length === 0) return b;
  const all: Keyed[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) all.push(compare(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
  while (i < a.length) all.push(a[i++]!);
  while (j < b.length) all.push(b[j++]!);
  return all;
}
