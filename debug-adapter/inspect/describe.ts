/** Any value as an item: through its presenter, by its field's kind, or plainly. */
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { sock_common } from '../../stack/include/net/sock.ts';
import type { Machine } from '../../stack/machine.ts';
import { assign } from './assign.ts';
import { collectionNode, isCollection, summarizeCollection } from './collections.ts';
import { fieldDoc } from './fieldDocs.ts';
import { fieldKind } from './fieldTable.ts';
import { RECEIVED_SEQUENCES, SENT_SEQUENCES } from './fields/tcp.ts';
import { quoted } from './format.ts';
import { nodeOf, type Item, type Node } from './item.ts';
import { layersOf } from './layers.ts';
import { presenterOf } from './presenters/all.ts';
import type { Context } from './presenters/presenter.ts';
import { SequenceBases, showSequence } from './sequenceBases.ts';

/** Getters of prototypes are shown up to here: JavaScript's own classes have none worth it. */
const PLAIN_PROTOTYPES = new Set<unknown>([Object.prototype, Array.prototype, Function.prototype, null]);

export class Describer implements Context {
  readonly machine: Machine;
  readonly sequences: SequenceBases;

  constructor(machine: Machine) {
    this.machine = machine;
    this.sequences = new SequenceBases(machine);
  }

  /** A value under a name that says nothing about it. */
  describe(name: string, value: unknown): Item {
    return { name, text: this.text(value), type: typeName(value), node: this.node(value) };
  }

  /** A field of a struct. */
  field(owner: object, name: string): Item {
    let value: unknown;
    try {
      value = (owner as Record<string, unknown>)[name];
    } catch (error) {
      return { name, text: `cannot be read: ${(error as Error).message}` };
    }
    const item = this.describe(name, value);
    const sequence = typeof value === 'number' && this.#sequence(owner, name, value);
    const kind = typeof value === 'number' ? fieldKind(owner, name) : undefined;
    if (sequence) item.text = sequence;
    else if (kind) item.text = kind.show(value as number, this.machine);
    item.doc = fieldDoc(owner, name);
    if (isSettable(owner, name, value)) {
      item.raw =
        kind && typeof value === 'number'
          ? kind.show(value, this.machine).replace(/ \(.*\)$/, '')
          : rawText(value);
      item.set = (text) => assign(owner, name, text, kind);
    }
    return item;
  }

  #sequence(owner: object, name: string, value: number): string | undefined {
    if (!(owner instanceof tcp_sock)) return undefined;
    if (SENT_SEQUENCES.has(name)) return showSequence(value, this.sequences.of(owner).sent);
    if (RECEIVED_SEQUENCES.has(name)) return showSequence(value, this.sequences.of(owner).received);
    return undefined;
  }

  /** One line. */
  text(value: unknown): string {
    if (typeof value === 'string') return quoted(value);
    if (typeof value === 'function') return `ƒ ${value.name || '(anonymous)'}`;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return String(value);
    try {
      if (isCollection(value)) return summarizeCollection(value, (element) => this.#short(element));
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      return presenterOf(value)?.summary(value, this) ?? this.#plainObject(value);
    } catch (error) {
      return `${typeName(value)} (cannot be shown: ${(error as Error).message})`;
    }
  }

  /** What it opens to; undefined for a plain value. */
  node(value: unknown): Node | undefined {
    if (typeof value === 'function')
      return nodeOf(() => Object.keys(value).map((key) => this.field(value, key)));
    if (typeof value !== 'object' || value === null) return undefined;
    if (isCollection(value)) return collectionNode(value, (name, element) => this.describe(name, element));
    if (value instanceof sock_common) return nodeOf(() => this.layers(value));
    return nodeOf(() => [...(presenterOf(value)?.extra?.(value, this) ?? []), ...this.ownFields(value)]);
  }

  /** A socket's structs, each to be opened by itself; the most derived ones are where one looks first. */
  layers(sk: sock_common): Item[] {
    return layersOf(sk).map(({ name, fields }) => ({
      name,
      text: `${fields.length} fields`,
      type: `struct ${name}`,
      isPart: true,
      node: nodeOf(() => fields.map((field) => this.field(sk, field))),
    }));
  }

  ownFields(value: object): Item[] {
    const stored = Object.keys(value).map((name) => this.field(value, name));
    const computed = getters(value).map((name) => ({ ...this.field(value, name), isComputed: true }));
    return [...stored, ...computed];
  }

  #plainObject(value: object): string {
    const name = typeName(value);
    const entries = Object.entries(value).slice(0, 4);
    const inner = entries.map(([key, element]) => `${key}: ${this.#short(element)}`).join(', ');
    const more = Object.keys(value).length > entries.length ? ', …' : '';
    return name === 'Object' ? `{ ${inner}${more} }` : name;
  }

  #short(value: unknown): string {
    if (typeof value === 'object' && value !== null) return isCollection(value) ? '…' : typeName(value);
    return this.text(value);
  }
}

function isSettable(owner: object, name: string, value: unknown): boolean {
  if (value !== null && !['number', 'boolean', 'string'].includes(typeof value)) return false;
  if (value === null || Object.isFrozen(owner)) return false;
  const own = Object.getOwnPropertyDescriptor(owner, name);
  return own?.writable === true || own?.set !== undefined;
}
function rawText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return (value.constructor as { name?: string } | undefined)?.name || 'Object';
}

/** Computed properties of a value's own classes. */
function getters(value: object): string[] {
  const names: string[] = [];
  for (let prototype: unknown = Object.getPrototypeOf(value); !PLAIN_PROTOTYPES.has(prototype);) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (property.get !== undefined && !names.includes(name)) names.push(name);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return names.filter((name) => name !== '__proto__').slice(0, 100);
}
