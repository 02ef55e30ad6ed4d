/** Arrays, maps, sets and bytes: opened in pages. */
import { types } from 'node:util';
import { nodeOf, type Item, type Node } from '../item.ts';
import { className } from './peek.ts';

type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;
export type Collection = readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Bytes;

/** How elements become items. */
export interface Describe {
  (name: string, value: unknown): Item;
}

// Saved before a program can replace them or hide them in a class of its own.
const getter = (prototype: object, name: string) =>
  Object.getOwnPropertyDescriptor(prototype, name)!.get as () => number;
const mapSize = getter(Map.prototype, 'size');
const setSize = getter(Set.prototype, 'size');
const forEachEntry = Map.prototype.forEach;
const forEachElement = Set.prototype.forEach;
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const typedLength = getter(TYPED_ARRAY, 'length');
/** The size properties that each class computes, besides its elements. */
const SIZES = [
  { is: types.isMap, prototype: Map.prototype, names: ['size'] },
  { is: types.isSet, prototype: Set.prototype, names: ['size'] },
  { is: types.isTypedArray, prototype: TYPED_ARRAY, names: ['buffer', 'byteLength', 'byteOffset', 'length'] },
  { is: types.isArrayBuffer, prototype: ArrayBuffer.prototype, names: ['byteLength'] },
  { is: types.isSharedArrayBuffer, prototype: SharedArrayBuffer.prototype, names: ['byteLength'] },
  { is: types.isDataView, prototype: DataView.prototype, names: ['buffer', 'byteLength', 'byteOffset'] },
].map(({ is, prototype, names }) => ({
  is,
  sizes: names.map((name) => ({ name, get: getter(prototype, name) })),
}));

export function sizesOf(value: Collection): [name: string, value: unknown][] {
  if (Array.isArray(value)) return [['length', value.length]];
  const sizes = SIZES.find(({ is }) => is(value))?.sizes ?? [];
  return sizes.map(({ name, get }) => [name, Reflect.apply(get, value, [])]);
}

/** @param value must not be a proxy */
export function isCollection(value: object): value is Collection {
  return (
    Array.isArray(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value)
  );
}

/** Marks a hole in an array. */
export const EMPTY = Symbol('empty');
export interface Entry {
  key: unknown;
  value: unknown;
}

function mapEntries(map: object, start: number, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  const note = (value: unknown, key: unknown) => {
    if (at >= start && at < start + count) entries.push({ key, value });
    at++;
  };
  Reflect.apply(forEachEntry, map, [note]);
  return entries;
}
function setElements(set: object, start: number, count: number): unknown[] {
  const elements: unknown[] = [];
  let at = 0;
  const note = (element: unknown) => {
    if (at >= start && at < start + count) elements.push(element);
    at++;
  };
  Reflect.apply(forEachElement, set, [note]);
  return elements;
}
function bytesOf(value: Bytes): ArrayLike<unknown> & { readonly length: number } {
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  if (types.isDataView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value as unknown as ArrayLike<unknown>;
}

/** Elements of a collection. */
export function lengthOf(value: Collection): number {
  if (types.isMap(value)) return Reflect.apply(mapSize, value, []);
  if (types.isSet(value)) return Reflect.apply(setSize, value, []);
  if (Array.isArray(value)) return value.length;
  if (types.isTypedArray(value)) return Reflect.apply(typedLength, value, []);
  return bytesOf(value as Bytes).length;
}

/** How a collection's parts become items. */
export interface Parts {
  describe: Describe;
  /** An element of an array, stored or computed. */
  element(array: object, index: number): Item;
  short(value: unknown): string;
}

function entryItems(map: object, start: number, count: number, { describe, short }: Parts): Item[] {
  return mapEntries(map, start, count).map(({ key, value }, index) => {
    if (typeof key !== 'object' && typeof key !== 'function') {
      const name = typeof key === 'string' ? key : short(key);
      const literal = typeof key === 'string' ? JSON.stringify(key) : String(key);
      const access = typeof key === 'symbol' ? undefined : `.get(${literal})`;
      return { ...describe(name, value), access };
    }
    return {
      name: String(start + index),
      text: `{${short(key)} => ${short(value)}}`,
      node: nodeOf(() => [describe('key', key), describe('value', value)]),
    };
  });
}

/** @param named the object's properties besides its elements */
export function collectionNode(value: Collection, parts: Parts, named: () => Item[]): Node {
  const { describe, element } = parts;
  return {
    get indexed() {
      return lengthOf(value);
    },
    named,
    /** Its sizes and its prototype: others are rare, and not worth counting. */
    namedCount: sizesOf(value).length + 1,
    items: (start, count) => {
      const end = Math.min(lengthOf(value), start + count);
      if (types.isMap(value)) return entryItems(value, start, count, parts);
      if (types.isSet(value))
        return setElements(value, start, count).map((one, index) => describe(String(start + index), one));
      const items: Item[] = [];
      if (Array.isArray(value)) {
        for (let index = start; index < end; index++) items.push(element(value, index));
        return items;
      }
      const bytes = bytesOf(value as Bytes);
      const isIndexed = types.isTypedArray(value);
      for (let index = start; index < end; index++) {
        const item = describe(String(index), bytes[index]);
        items.push(isIndexed ? { ...item, access: `[${index}]` } : item);
      }
      return items;
    },
  };
}

const ELEMENTS_SHOWN = 5;
const BYTES_SHOWN = 16;

/** @param stored an array's stored element; `EMPTY` for a hole */
export function summarizeCollection(
  value: Collection,
  short: (element: unknown) => string,
  stored: (array: object, index: number) => string,
): string {
  const length = lengthOf(value);
  const more = length > ELEMENTS_SHOWN ? ', …' : '';
  const kind = className(value);
  if (types.isMap(value)) {
    const shown = mapEntries(value, 0, ELEMENTS_SHOWN).map(
      ({ key, value: of }) => `${short(key)} => ${short(of)}`,
    );
    return `${kind || 'Map'}(${length}) {${shown.join(', ')}${more}}`;
  }
  if (types.isSet(value))
    return `${kind || 'Set'}(${length}) {${setElements(value, 0, ELEMENTS_SHOWN).map(short).join(', ')}${more}}`;
  const indices = Array.from({ length: Math.min(length, ELEMENTS_SHOWN) }, (_, index) => index);
  if (Array.isArray(value)) {
    const name = kind === 'Array' ? '' : kind;
    return `${name}(${length}) [${indices.map((index) => stored(value, index)).join(', ')}${more}]`;
  }
  const bytes = bytesOf(value as Bytes);
  const isBytes = !types.isTypedArray(value) || types.isUint8Array(value) || types.isUint8ClampedArray(value);
  if (!isBytes)
    return `${kind}(${length}) [${indices.map((index) => short(bytes[index])).join(', ')}${more}]`;
  const hex = Array.from({ length: Math.min(length, BYTES_SHOWN) }, (_, index) =>
    Number(bytes[index]).toString(16).padStart(2, '0'),
  );
  return `${kind}(${length})${length === 0 ? '' : ` ${hex.join(' ')}${length > BYTES_SHOWN ? ' …' : ''}`}`;
}
