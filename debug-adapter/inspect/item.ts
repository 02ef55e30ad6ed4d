/** What the variables view and the trees show: items, and nodes that have some. */

/** One line: a name and a value as a person reads it. */
export interface Item {
  name: string;
  text: string;
  type?: string | undefined;
  /** What it opens to. */
  node?: Node | undefined;
  /** Changes the value. Throws an error that a person can read. */
  set?: ((text: string) => void) | undefined;
  /** An expression that gives the same value. */
  evaluateName?: string | undefined;
  /** What an edit starts from, and what is copied, where that isn't `text`. */
  raw?: string | undefined;
  /** What it means: a field's doc. */
  doc?: string | undefined;
  /** A part of its parent that is shown by itself, not a property: what is in it belongs to the parent. */
  isPart?: boolean | undefined;
  /** A getter: computed, not stored. */
  isComputed?: boolean | undefined;
}

/** Something that can be opened. */
export interface Node {
  /** Elements, where there may be many: they are fetched in pages. */
  indexed?: number;
  items(start: number, count: number): Item[];
}

/** A node with a few items. */
export function nodeOf(items: () => Item[]): Node {
  return { items: (start, count) => items().slice(start, start + count) };
}
