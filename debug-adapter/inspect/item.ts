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
  /** Puts a value in its place that an expression has given. */
  setValue?: ((value: unknown) => void) | undefined;
  /** An expression that gives the same value. */
  evaluateName?: string | undefined;
  /** How it is reached from its parent, where it has no expression of its own: `.sk_state`, `[0]`. */
  access?: string | undefined;
  /** What an edit starts from, and what is copied, where that isn't `text`. */
  raw?: string | undefined;
  /** What it means: a field's doc. */
  doc?: string | undefined;
  /** A getter: computed, not stored. */
  isComputed?: boolean | undefined;
  /** The debugger's own, or V8's: `[[Prototype]]`. */
  isInternal?: boolean | undefined;
  /** Where a function stands, as V8 counts. The text is made where the scripts' names are known. */
  location?: { scriptId: string; lineNumber: number; columnNumber?: number | undefined } | undefined;
}

/** Something that can be opened. */
export interface Node {
  /** Elements, where there may be many: they are fetched in pages. */
  indexed?: number;
  items(start: number, count: number): Item[];
  /** What there is besides the elements. */
  named?: () => Item[];
  /** How many that are, about. */
  namedCount?: number;
  /** Gives a value that code of the program computes: only when it is asked for. There are no items then. */
  compute?: () => unknown;
}

/** A node with a few items. */
export function nodeOf(items: () => Item[]): Node {
  return { items: (start, count) => items().slice(start, start + count) };
}
/** How a property is reached: `.name`, `["a name"]`. */
export function accessTo(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
