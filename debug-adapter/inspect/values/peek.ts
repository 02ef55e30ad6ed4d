/**
 * Looking at an object without running anything: no getter, no trap of a proxy, no `toString`. Programs may have put any
 * object anywhere; whatever the views read of one goes through here.
 */
import { types } from 'node:util';

export const isProxy = types.isProxy;

/** Does a proxy stand in the object's place, or among its prototypes? `in`, `instanceof` and reading would run its traps. */
export function meetsProxy(value: object): boolean {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (isProxy(at)) return true;
  return false;
}

/** A property as it is stored, and the object that stores it. */
export interface Found {
  holder: object;
  property: PropertyDescriptor;
}

/** Reading an error's stack puts it into words, with the program's help: such a one is shown as computed. */
function ownProperty(owner: object, name: PropertyKey): PropertyDescriptor | undefined {
  const isWorded = name === 'stack' && types.isNativeError(owner) && Object.hasOwn(owner, name);
  if (!isWorded) return Object.getOwnPropertyDescriptor(owner, name);
  const read = () => (owner as Error).stack;
  return hasPlainStack(owner) ? { value: read(), writable: true } : { get: read };
}

/** A property of the object or of its prototypes, as far as the first proxy. */
export function findProperty(owner: object, name: PropertyKey): Found | undefined {
  for (let at: object | null = owner; at !== null && !isProxy(at);) {
    const property = ownProperty(at, name);
    if (property !== undefined) return { holder: at, property };
    at = Object.getPrototypeOf(at) as object | null;
  }
  return undefined;
}

/** The value of a property that is stored; undefined for one that is computed, or that there isn't. */
export function storedValue(owner: object, name: PropertyKey): unknown {
  return findProperty(owner, name)?.property.value;
}
export function storedText(owner: object, name: PropertyKey): string | undefined {
  const value = storedValue(owner, name);
  return typeof value === 'string' ? value : undefined;
}

/** The name of the class that made an object; '' if it has none, or hides it. */
export function className(value: object): string {
  const made = storedValue(value, 'constructor');
  return typeof made === 'function' && !isProxy(made) ? (storedText(made, 'name') ?? '') : '';
}

/** How Node itself words a stack: as it is before a program can say otherwise. */
const ownWords = storedValue(Error, 'prepareStackTrace');

/** V8 puts a stack into words when it is first read: with the error's name and message, and the program's own words if it has some. */
export function hasPlainStack(error: object): boolean {
  const isStored = (name: string) => {
    const found = findProperty(error, name);
    return found === undefined || 'value' in found.property;
  };
  return storedValue(Error, 'prepareStackTrace') === ownWords && isStored('name') && isStored('message');
}

/** So many properties of an object are looked at, at most. */
const MOST_VALUES = 1000;

/** What an object has stored besides elements, of the first properties. */
export function storedValues(value: object): unknown[] {
  if (isProxy(value) || Array.isArray(value) || ArrayBuffer.isView(value)) return [];
  // Asking for an error's stack has it put into words.
  const names = Reflect.ownKeys(value).filter((name) => name !== 'stack');
  return names
    .slice(0, MOST_VALUES)
    .map((name) => Object.getOwnPropertyDescriptor(value, name)?.value as unknown);
}
