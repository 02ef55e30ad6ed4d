/** What the debugger may open while the machine stands: nodes and items by number. Forgotten when it goes on. */
import type { Item, Node } from './item.ts';

/** One line, as it goes to the debugger. */
export interface WireItem {
  name: string;
  value: string;
  type?: string | undefined;
  /** Number of what it opens to; 0: nothing. */
  ref: number;
  indexed?: number | undefined;
  /** Can it be changed? */
  settable?: boolean | undefined;
  computed?: boolean | undefined;
  evaluateName?: string | undefined;
}

/** So many are kept, at most: whoever opens more than that has the first ones forgotten. */
const MOST_NODES = 200_000;

export class Handles {
  /** Numbers are not used again, so that one from an earlier stop is known to be stale. */
  #next = 1_000_000;
  #nodes = new Map<number, Node>();
  /** The expression that gives what a node shows. */
  #expressions = new Map<number, string>();
  /** By node and name: what an item was when it was shown. */
  #items = new Map<number, Map<string, Item>>();

  /** The numbers of this machine's values begin here. */
  startAt(first: number): void {
    this.#next = first;
  }
  clear(): void {
    this.#nodes.clear();
    this.#expressions.clear();
    this.#items.clear();
  }

  add(node: Node, expression?: string): number {
    if (this.#nodes.size >= MOST_NODES) this.clear();
    this.#nodes.set(this.#next, node);
    if (expression !== undefined) this.#expressions.set(this.#next, expression);
    return this.#next++;
  }

  toWire(item: Item, parent: number): WireItem {
    let siblings = this.#items.get(parent);
    if (siblings === undefined) this.#items.set(parent, (siblings = new Map()));
    siblings.set(item.name, item);
    const expression = item.evaluateName ?? this.#expressionOf(item, this.#expressions.get(parent));
    return {
      name: item.name,
      value: item.text,
      type: item.type,
      ref: item.node === undefined ? 0 : this.add(item.node, expression),
      indexed: item.node?.indexed,
      settable: item.set !== undefined,
      computed: item.isComputed,
      evaluateName: item.isPart === true ? undefined : expression,
    };
  }

  #expressionOf(item: Item, owner: string | undefined): string | undefined {
    if (owner === undefined) return undefined;
    if (item.isPart === true) return owner;
    if (/^\[\d+\]$/.test(item.name)) return owner + item.name;
    return /^[A-Za-z_$][\w$]*$/.test(item.name) ? `${owner}.${item.name}` : undefined;
  }

  /** @returns undefined for a number that is not known (any more) */
  open(ref: number, start: number, count: number): WireItem[] | undefined {
    return this.#nodes
      .get(ref)
      ?.items(start, count)
      .map((item) => this.toWire(item, ref));
  }

  /** Change an item that was shown under `ref`. @returns it as it is now */
  set(ref: number, name: string, text: string): WireItem {
    const item = this.#items.get(ref)?.get(name);
    if (item === undefined) throw new Error(`${name} is not shown any more: the machine has gone on`);
    if (item.set === undefined)
      throw new Error(`${name} cannot be changed: it is computed, or no plain value`);
    item.set(text);
    const node = this.#nodes.get(ref);
    const now = node?.items(0, Infinity).find((other) => other.name === name) ?? item;
    return this.toWire(now, ref);
  }
}
