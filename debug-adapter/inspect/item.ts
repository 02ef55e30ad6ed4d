/** The model of the variables view and the trees: items, and nodes that contain items. */
import type { ByteStore } from '../../stack/world/memory.ts';

/** One line: a name and a readable value. */
export interface Item {
  name: string;
  text: string;
  type?: string | undefined;
  /** Its children. */
  node?: Node | undefined;
  /** Changes the value. Throws an error with a message for the user. */
  set?: ((text: string) => void) | undefined;
  /** Sets it to the result of an expression. */
  setValue?: ((value: unknown) => void) | undefined;
  /** Bytes that can be looked at as such. */
  memory?: ByteStore | undefined;
  /** Where it is stored. */
  stored?: { owner: object; name: string } | undefined;
  /** An expression with the same value. */
  evaluateName?: string | undefined;
  /** Access from its parent, if it has no expression of its own: `.sk_state`, `[0]`. */
  access?: string | undefined;
  /** The text for editing and copying, if it differs from `text`. */
  raw?: string | undefined;
  /** Documentation: a field's doc. */
  doc?: string | undefined;
  /** A getter: computed, not stored. */
  isComputed?: boolean | undefined;
  /** Internal to the debugger or to V8: `[[Prototype]]`. */
  isInternal?: boolean | undefined;
  /** A function's location in V8's numbering. The text is created where the scripts' names are known. */
  location?: { scriptId: string; lineNumber: number; columnNumber?: number | undefined } | undefined;
}

/** Something that can be opened. */
export interface Node {
  /** The number of elements, if there may be many: they are fetched in pages. */
  indexed?: number;
  items(start: number, count: number): Item[];
  /** The properties besides the elements. */
  named?: () => Item[];
  /** Their approximate number. */
  namedCount?: number;
  /** Computes a value by running program code, only on demand. Such a node has no items. */
  compute?: () => unknown;
}

/** A node with a few items. */
export function nodeOf(items: () => Item[]): Node {
  return { items: (start, count) => items().slice(start, start + count) };
}
/** The access to a property: `.name`, `["a name"]`. */
export function accessTo(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
