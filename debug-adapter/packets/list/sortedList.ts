/**
 * Packets in the order of a column. Each packet's key is made once; an answer works only for a limited time, so that
 * the first sorting of a large capture takes several answers and blocks none of them.
 */
import type { SortOrder } from '../../protocol.ts';
import type { Entry } from '../packetStore.ts';

export type SortKey = number | string;

/** What is sorted: packets in the order of capture. */
export interface SortedFrom {
  readonly length: number;
  at(index: number): Entry;
}
interface Keyed {
  key: SortKey;
  entry: Entry;
}

/** Milliseconds that one answer spends on making keys. */
export const SORT_TIME = 100;
/** Packets between two looks at the clock. */
const CHECKED = 256;

export class SortedList {
  readonly order: SortOrder;
  private readonly keyOf: (entry: Entry) => SortKey;
  private sorted: Keyed[] = [];
  /** Number of the last packet that is in the list. */
  private seen = 0;
  /** Number of the first one. */
  private oldest = 0;

  constructor(order: SortOrder, keyOf: (entry: Entry) => SortKey) {
    this.order = order;
    this.keyOf = keyOf;
  }

  get length(): number {
    return this.sorted.length;
  }

  at(index: number): Entry {
    return this.sorted[index]!.entry;
  }

  /** Position of a packet, or -1. */
  indexOf(number: number): number {
    return this.sorted.findIndex(({ entry }) => entry.frame.number === number);
  }

  /**
   * Takes in the packets up to a number, and forgets those that were let go.
   *
   * @returns how many of how many are in, if the time was too short for all of them
   */
  update(from: SortedFrom, upTo: number, milliseconds = SORT_TIME): { done: number; of: number } | null {
    if (upTo < this.seen) this.sorted = this.sorted.filter(({ entry }) => entry.frame.number <= upTo);
    this.seen = Math.min(this.seen, upTo);
    const oldest = from.length ? from.at(0).frame.number : Infinity;
    if (oldest > this.oldest) this.sorted = this.sorted.filter(({ entry }) => entry.frame.number >= oldest);
    this.oldest = oldest;
    const begin = firstAbove(from, this.seen);
    const end = firstAbove(from, upTo);
    const deadline = performance.now() + milliseconds;
    const added: Keyed[] = [];
    let at = begin;
    for (; at < end; at++) {
      if (at % CHECKED === 0 && added.length > 0 && performance.now() > deadline) break;
      const entry = from.at(at);
      added.push({ key: this.keyOf(entry), entry });
    }
    const last = added.at(-1);
    if (!last) return null;
    this.seen = last.entry.frame.number;
    const compare = this.order.descending ? descending : ascending;
    this.sorted = merged(this.sorted, added.sort(compare), compare);
    return at < end ? { done: at, of: end } : null;
  }
}

/** Index of the first packet with a higher number. */
function firstAbove(list: SortedFrom, number: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.at(middle).frame.number > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Compare = (a: Keyed, b: Keyed) => number;

/** Numbers before texts; equal keys in the order of capture. */
function ascending(a: Keyed, b: Keyed): number {
  return compareKeys(a.key, b.key) || a.entry.frame.number - b.entry.frame.number;
}
function descending(a: Keyed, b: Keyed): number {
  return compareKeys(b.key, a.key) || b.entry.frame.number - a.entry.frame.number;
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
