/**
 * Numbered nodes and items that the debugger can open while the machine is stopped. They are discarded when
 * it continues.
 */
import { UserError } from '../../language/userError.ts';
import { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { Item, Node } from './item.ts';
import type { Memory } from './memory.ts';
import { isTold } from './why.ts';

/** One line, in the form sent to the debugger. */
export interface WireItem {
  name: string;
  value: string;
  type?: string | undefined;
  /** Handle of its children; 0: none. */
  ref: number;
  /** The number of elements and of other properties; omitted: they are not distinguished. */
  indexed?: number | undefined;
  named?: number | undefined;
  /** Whether it can be changed. */
  settable?: boolean | undefined;
  computed?: boolean | undefined;
  /** `ref` opens to its value. */
  lazy?: boolean | undefined;
  internal?: boolean | undefined;
  location?: Item['location'];
  evaluateName?: string | undefined;
  /** The reference of its bytes. */
  memory?: string | undefined;
  /** Whether they are a packet's. */
  isPacket?: boolean | undefined;
  /** Whether it is noted why it changes. */
  isTold?: boolean | undefined;
  /** Its documentation, if a single value was requested. */
  doc?: string | undefined;
}
/** A part of a node: its elements, or the rest. */
export type Part = 'indexed' | 'named';

/** Maximum number of nodes; the oldest are discarded first. */
const MOST_NODES = 200_000;

export class Handles {
  readonly #memory: Memory;
  /** Numbers are never reused, so that one from an earlier stop is recognized as stale. */
  #next = 1_000_000;
  #nodes = new Map<number, Node>();
  /** The expression of each node's value. */
  #expressions = new Map<number, string>();
  /** How many of V8's frames are below the one that a node belongs to. */
  #below = new Map<number, number>();
  /** The displayed items, by node and name. */
  #items = new Map<number, Map<string, Item>>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Start of this machine's number range. */
  startAt(first: number): void {
    this.#next = first;
    this.#memory.startAt(first);
  }
  clear(): void {
    this.#nodes.clear();
    this.#expressions.clear();
    this.#below.clear();
    this.#items.clear();
    this.#memory.clear();
  }

  /** @param below of the frame in which the expression has this value */
  add(node: Node, expression?: string, below?: number): number {
    if (this.#nodes.size >= MOST_NODES) this.clear();
    this.#nodes.set(this.#next, node);
    if (expression !== undefined) this.#expressions.set(this.#next, expression);
    if (below !== undefined) this.#below.set(this.#next, below);
    return this.#next++;
  }

  toWire(item: Item, parent: number): WireItem {
    let siblings = this.#items.get(parent);
    if (siblings === undefined) this.#items.set(parent, (siblings = new Map()));
    siblings.set(item.name, item);
    const expression = item.evaluateName ?? this.#expressionOf(item, this.#expressions.get(parent));
    const below = this.#below.get(parent);
    const { memory, stored } = item;
    const named = expression === undefined ? undefined : { expression, below };
    return {
      name: item.name,
      value: item.text,
      type: item.type,
      ref: item.node === undefined ? 0 : this.add(item.node, expression, below),
      indexed: item.node?.indexed,
      named: item.node?.namedCount,
      settable: item.set !== undefined || item.setValue !== undefined,
      computed: item.isComputed,
      lazy: item.node?.compute !== undefined,
      internal: item.isInternal,
      location: item.location,
      evaluateName: item.access === '' ? undefined : expression,
      memory: memory && this.#memory.offer(memory, stored, named),
      isPacket: memory instanceof sk_buff,
      isTold: isTold(stored),
    };
  }

  #expressionOf({ access }: Item, owner: string | undefined): string | undefined {
    return owner === undefined || access === undefined ? undefined : owner + access;
  }

  /** @returns undefined for an unknown or discarded number */
  open(ref: number, start: number, count: number, part?: Part): WireItem[] | undefined {
    const node = this.#nodes.get(ref);
    return node && itemsOf(node, start, count, part).map((item) => this.toWire(item, ref));
  }

  /** Whether a node is of this stop. */
  isKnown(ref: number): boolean {
    return this.#nodes.has(ref);
  }

  /** The value of a lazy item. */
  compute(ref: number): unknown {
    return this.#nodes.get(ref)?.compute?.();
  }

  /** An expression for the value of a node, and how many of V8's frames are below the one in which it holds. */
  named(ref: number): { expression: string; below: number | undefined } | undefined {
    const expression = this.#expressions.get(ref);
    return expression === undefined ? undefined : { expression, below: this.#below.get(ref) };
  }
  /** How many of V8's frames are below the one that a node belongs to; null: it belongs to none. */
  below(ref: number): number | null {
    return this.#below.get(ref) ?? null;
  }

  /** Whether a node has an item of this name; false for a discarded node. */
  has(ref: number, name: string): boolean {
    return this.#find(ref, name) !== undefined;
  }
  /** Where an item is stored; undefined: it is no field of an object. */
  stored(ref: number, name: string): Item['stored'] {
    return (this.#items.get(ref)?.get(name) ?? this.#find(ref, name))?.stored;
  }
  /** Whether an item is set to a computed value or to the typed text. */
  takesValue(ref: number, name: string): boolean {
    return this.#settable(ref, name).setValue !== undefined;
  }
  /** Change an item of the node `ref`. @returns the changed item */
  set(ref: number, name: string, text: string): WireItem {
    this.#settable(ref, name).set!(text);
    return this.#now(ref, name);
  }
  setValue(ref: number, name: string, value: unknown): WireItem {
    this.#settable(ref, name).setValue!(value);
    return this.#now(ref, name);
  }
  #settable(ref: number, name: string): Item {
    if (!this.#nodes.has(ref))
      throw new UserError('{0} cannot be changed: it is of an earlier stop, the machine has gone on', name);
    const item = this.#items.get(ref)?.get(name) ?? this.#find(ref, name);
    if (item === undefined) throw new UserError('there is no {0} here', name);
    if (item.set === undefined && item.setValue === undefined)
      throw new UserError('{0} cannot be changed: it is computed, or no plain value', name);
    return item;
  }
  #now(ref: number, name: string): WireItem {
    return this.toWire(this.#find(ref, name) ?? this.#settable(ref, name), ref);
  }
  /** An item of a node as it is now, whether or not the client has opened the node. */
  #find(ref: number, name: string): Item | undefined {
    const node = this.#nodes.get(ref);
    if (node === undefined) return undefined;
    const isElement = node.indexed !== undefined && /^\d+$/.test(name);
    const items = isElement ? node.items(Number(name), 1) : itemsOf(node, 0, Infinity);
    return items.find((other) => other.name === name);
  }
}

function itemsOf(node: Node, start: number, count: number, part?: Part): Item[] {
  // Without elements all properties count as named.
  if (node.indexed === undefined) return part === 'indexed' ? [] : node.items(start, count);
  if (part === 'indexed') return node.items(start, count);
  const named = node.named?.() ?? [];
  if (part === 'named') return named.slice(start, start + count);
  return [...node.items(start, count), ...(start + count >= node.indexed ? named : [])];
}
