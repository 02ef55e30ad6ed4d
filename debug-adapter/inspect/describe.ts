/** Converts any value to an item: by its presenter, by its field's kind, or as JavaScript debuggers do. */
import { UserError } from '../../language/userError.ts';
import { types } from 'node:util';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { sock_common } from '../../stack/include/net/sock.ts';
import type { Machine } from '../../stack/machine.ts';
import { is_owner_key } from '../../stack/user/promise_owner.ts';
import { note_edit } from '../../stack/world/edit.ts';
import { is_byte_store } from '../../stack/world/memory.ts';
import type { World } from '../../stack/world/world.ts';
import { assign } from './assign.ts';
import { fieldDoc } from './fieldDocs.ts';
import { fieldKind } from './fieldTable.ts';
import { RECEIVED_SEQUENCES, SENT_SEQUENCES } from './fields/tcp.ts';
import { accessTo, nodeOf, type Item, type Node } from './item.ts';
import type { KernelNames } from './kernelNames.ts';
import { layersOf } from './layers.ts';
import { presenterOf } from './presenters/all.ts';
import type { Context } from './presenters/presenter.ts';
import { SequenceBases, showSequence } from './sequenceBases.ts';
import { builtinText, functionText } from './values/builtins.ts';
import {
  collectionNode,
  isCollection,
  lengthOf,
  sizesOf,
  summarizeCollection,
  type Collection,
} from './values/collections.ts';
import { Engine, type Inner } from './values/engine.ts';
import { unwatched } from './values/watched.ts';
import { className, findProperty, isProxy, meetsProxy, storedText, type Found } from './values/peek.ts';
import { primitiveText } from './values/primitives.ts';

/** Prototypes whose getters are built into JavaScript and not listed among an object's fields. */
const PLAIN_PROTOTYPES = new Set<unknown>([Object.prototype, Array.prototype, Function.prototype, null]);
/** Number of fields in an object's one-line text. */
const FIELDS_SHOWN = 5;
const COMPUTED = '(...)';
/** In a larger collection other properties are not searched. */
const LONG = 10_000;

export class Describer implements Context {
  readonly #world: World;
  readonly kernel: KernelNames;
  readonly sequences: SequenceBases;
  readonly #engine = new Engine();

  /** The machine whose code runs. */
  get machine(): Machine {
    return this.#world.running!;
  }

  constructor(world: World, kernel: KernelNames) {
    this.#world = world;
    this.kernel = kernel;
    this.sequences = new SequenceBases(world);
  }

  /** Nothing is described any more. */
  end(): void {
    this.#engine.end();
  }

  /** A value whose name carries no information about it. */
  describe(name: string, value: unknown): Item {
    const struct = this.kernel.structOf(value);
    if (struct !== undefined)
      return {
        name,
        text: this.text(value),
        type: struct,
        node: this.#fieldsNode(value as object),
        memory: is_byte_store(value) ? value : undefined,
      };
    const memory = is_byte_store(value) ? value : undefined;
    return { name, text: this.text(value), type: typeName(value), node: this.node(value), memory };
  }

  /** The one-line text. A value that cannot be shown explains why, and does not affect others. */
  text(value: unknown): string {
    if (typeof value === 'function') return isProxy(value) ? this.#proxyText(value) : functionText(value);
    if (typeof value !== 'object' || value === null) return primitiveText(value);
    try {
      return this.#objectText(value);
    } catch (error) {
      return `(cannot be shown: ${reasonOf(error)})`;
    }
  }

  #objectText(value: object): string {
    if (isProxy(value)) return this.#proxyText(value);
    const struct = this.kernel.structOf(value);
    if (struct !== undefined) return presenterOf(value)?.summary(value, this) ?? struct;
    const short = (inner: unknown) => this.#short(inner);
    if (isCollection(value))
      return summarizeCollection(value, short, (array, index) => this.#storedText(array, String(index)));
    const text = builtinText(value, { engine: this.#engine, short });
    if (text !== undefined) return text;
    if (!meetsProxy(value)) {
      const presenter = presenterOf(value);
      if (presenter !== undefined) return presenter.summary(value, this);
    }
    return this.#plainObject(value);
  }
  #proxyText(value: object): string {
    const target = this.#engine.internal(value, '[[Target]]');
    return target === null ? 'Proxy (revoked)' : `Proxy(${typeName(target)}) ${this.#short(target)}`;
  }
  #plainObject(value: object): string {
    const name = className(value);
    const keys = Object.keys(value);
    const shown = keys.slice(0, FIELDS_SHOWN).map((key) => `${key}: ${this.#storedText(value, key)}`);
    if (keys.length > shown.length) shown.push('…');
    return `${name === '' || name === 'Object' ? '' : `${name} `}{${shown.join(', ')}}`;
  }
  /** A short text of a property, without computing anything. */
  #storedText(owner: object, name: string): string {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    if (found === undefined) return 'empty';
    const property = unwatched(found);
    return 'value' in property ? this.#short(property.value) : COMPUTED;
  }
  #short(value: unknown): string {
    if (typeof value === 'function') return 'ƒ';
    if (typeof value !== 'object' || value === null) return primitiveText(value, 50);
    if (isProxy(value)) return 'Proxy';
    const name = className(value);
    if (isCollection(value)) return Array.isArray(value) ? `Array(${value.length})` : name;
    return name === 'Object' || name === '' ? '{…}' : name;
  }

  /** The value's children; undefined for a plain value. */
  node(value: unknown): Node | undefined {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
    if (isProxy(value)) return nodeOf(() => this.#innerItems(value));
    if (this.kernel.isStruct(value)) return this.#fieldsNode(value);
    if (isCollection(value))
      return collectionNode(
        value,
        {
          describe: (name, element) => this.describe(name, element),
          element: (array, index) => this.#element(array, index),
          short: (element) => this.#short(element),
        },
        () => this.#namedOf(value),
      );
    if (meetsProxy(value)) return nodeOf(() => this.#jsFields(value));
    return this.#fieldsNode(value);
  }
  #fieldsNode(value: object): Node {
    if (value instanceof sock_common) return nodeOf(() => this.layers(value));
    return nodeOf(() => [...(presenterOf(value)?.extra?.(value, this) ?? []), ...this.ownFields(value)]);
  }

  /** A socket's structs, each to be opened separately; the most derived ones first. */
  layers(sk: sock_common): Item[] {
    return layersOf(sk).map(({ name, fields }) => ({
      name,
      text: `${fields.length} fields`,
      type: `struct ${name}`,
      access: '',
      node: nodeOf(() => fields.map((field) => this.field(sk, field))),
    }));
  }

  ownFields(value: object): Item[] {
    return this.kernel.isStruct(value) ? this.#structFields(value) : this.#jsFields(value);
  }
  /** A struct's fields and computed properties. */
  #structFields(value: object): Item[] {
    const stored = Object.keys(value).map((name) => this.field(value, name));
    const computed = getters(value).map((name) => ({ ...this.field(value, name), isComputed: true }));
    return [...stored, ...computed];
  }

  /** All properties of an object, as JavaScript debuggers show them. */
  #jsFields(value: object): Item[] {
    const names = keysOf(value);
    const items = names.map((name) => this.#property(value, name));
    for (const name of getters(value)) if (!names.includes(name)) items.push(this.#property(value, name));
    return [...items, ...this.#innerItems(value)];
  }
  /** A collection's properties besides its elements. */
  #namedOf(value: Collection): Item[] {
    const sizes = sizesOf(value).map(([name, size]) => ({
      ...this.describe(name, size),
      access: `.${name}`,
    }));
    // In a long collection V8 would enumerate the name of each element.
    const names = lengthOf(value) > LONG ? [] : keysOf(value);
    const others = names.filter((name) => typeof name === 'symbol' || !/^(?:\d+|length)$/.test(name));
    return [...others.map((name) => this.#property(value, name)), ...sizes, ...this.#innerItems(value)];
  }

  #property(owner: object, name: string | symbol): Item {
    if (typeof name === 'string') return this.field(owner, name);
    const { property } = findProperty(owner, name)!;
    const label = String(name);
    return 'value' in property
      ? this.describe(label, property.value)
      : this.#lazy(label, owner, property.get);
  }

  #element(array: object, index: number): Item {
    const found = findProperty(array, index);
    const item =
      found === undefined || found.holder !== array
        ? { name: String(index), text: 'empty' }
        : this.#found(array, String(index), found);
    return { ...item, access: `[${index}]` };
  }

  /** Whether a field can be shown without running program code. */
  isPlain(owner: object, name: string): boolean {
    const found = isProxy(owner) ? undefined : findProperty(owner, name);
    return found !== undefined && ('value' in found.property || this.kernel.isPrototype(found.holder));
  }
  /** A field of a struct, or a property of an object. */
  field(owner: object, name: string): Item {
    try {
      const found = findProperty(owner, name);
      if (found === undefined) return { name, text: 'undefined', type: 'undefined' };
      return { ...this.#found(owner, name, found), access: accessTo(name) };
    } catch (error) {
      return { name, text: `(cannot be read: ${reasonOf(error)})` };
    }
  }
  #found(owner: object, name: string, { holder, property }: Found): Item {
    if (!('value' in property)) {
      if (property.get === undefined) return { name, text: 'undefined', type: 'undefined' };
      // The kernel's getters only compute; a program's getters may do anything.
      if (!this.kernel.isPrototype(holder)) return this.#lazy(name, owner, property.get);
      return this.#value(owner, name, Reflect.apply(property.get, owner, []), property.set !== undefined);
    }
    return this.#value(owner, name, property.value, property.writable === true && holder === owner);
  }

  #value(owner: object, name: string, value: unknown, writable: boolean): Item {
    const item = this.describe(name, value);
    if (meetsProxy(owner)) return item;
    const sequence = typeof value === 'number' && this.#sequence(owner, name, value);
    const kind = typeof value === 'number' ? fieldKind(owner, name) : undefined;
    if (sequence) item.text = sequence;
    else if (kind) item.text = kind.show(value as number, this.machine);
    item.doc = fieldDoc(owner, name);
    if (!writable) return item;
    item.stored = { owner, name };
    if (!this.kernel.isStruct(owner)) {
      item.setValue = (changed) => {
        if (!Reflect.set(owner, name, changed)) throw new UserError('{0} cannot be changed', name);
        note_edit(this.#world, owner, name);
      };
    } else if (['number', 'boolean', 'string'].includes(typeof value)) {
      item.raw =
        kind && typeof value === 'number'
          ? kind.show(value, this.machine).replace(/ \(.*\)$/, '')
          : rawText(value);
      item.set = (text) => {
        assign(owner, name, text, kind, this.kernel);
        note_edit(this.#world, owner, name);
      };
    }
    return item;
  }

  /** A value as it is shown in a field. */
  fieldText(owner: object, name: string, value: unknown): string {
    return this.#value(owner, name, value, false).text;
  }

  #sequence(owner: object, name: string, value: number): string | undefined {
    if (!(owner instanceof tcp_sock)) return undefined;
    if (SENT_SEQUENCES.has(name)) return showSequence(value, this.sequences.of(owner).sent);
    if (RECEIVED_SEQUENCES.has(name)) return showSequence(value, this.sequences.of(owner).received);
    return undefined;
  }

  /** A getter of the program: it runs when it is opened. */
  #lazy(name: string, owner: object, get: (() => unknown) | undefined): Item {
    if (get === undefined) return { name, text: 'undefined', type: 'undefined' };
    const compute = () => Reflect.apply(get, owner, []);
    return { name, text: COMPUTED, isComputed: true, node: { items: () => [], compute } };
  }

  /** What only V8 knows: private fields, a promise's state, the prototype. */
  #innerItems(value: object): Item[] {
    const { privates, internals } = this.#engine.look(value);
    return [
      ...privates.map(({ name, value: inner, get }) =>
        get === undefined ? this.describe(name, inner) : this.#lazy(name, value, get),
      ),
      ...internals.map((inner) => ({ ...this.#inner(inner), isInternal: true })),
    ];
  }
  #inner({ name, value, location, scopes }: Inner): Item {
    if (location !== undefined) return { name, text: '', location };
    if (scopes === undefined) return this.describe(name, value);
    const shown = scopes.filter(({ title }) => title !== 'Global');
    const node = nodeOf(() =>
      shown.map(({ title, variables }) => ({
        name: title,
        text: '',
        node: nodeOf(() => Object.keys(variables).map((key) => this.field(variables, key))),
      })),
    );
    return { name, text: `Scopes[${shown.length}]`, node };
  }
}

function reasonOf(error: unknown): string {
  return (types.isNativeError(error) && storedText(error, 'message')) || 'it throws';
}
/** The keys that the program has given: a promise of a process also has one of the machine's. */
function keysOf(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => !is_owner_key(key));
}
function rawText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return (isProxy(value) ? 'Proxy' : className(value)) || 'Object';
}

/** Computed properties of a value's own classes. */
function getters(value: object): string[] {
  const names: string[] = [];
  for (
    let prototype = Object.getPrototypeOf(value) as object | null;
    !PLAIN_PROTOTYPES.has(prototype) && !isProxy(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype!))) {
      if (property.get !== undefined && !names.includes(name)) names.push(name);
    }
  }
  return names.filter((name) => name !== '__proto__').slice(0, 100);
}
