/**
 * Inspects an object without running any code: no getter, no proxy trap, no `toString`. Programs may have
 * stored any object anywhere, so the views read objects only through these functions.
 */
import { types } from 'node:util';
import { unwatched } from './watched.ts';

export const isProxy = types.isProxy;

/**
 * Whether the object is a proxy, or has one among its prototypes. `in`, `instanceof` and reads would run its
 * traps.
 */
export function meetsProxy(value: object): boolean {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (isProxy(at)) return true;
  return false;
}

/** A property, and the object that stores it. */
export interface Found {
  holder: object;
  property: PropertyDescriptor;
}

/** Reading an error's stack formats it, possibly with program code: such a property is shown as computed. */
function ownProperty(owner: object, name: PropertyKey): PropertyDescriptor | undefined {
  const isWorded = name === 'stack' && types.isNativeError(owner) && Object.hasOwn(owner, name);
  if (!isWorded) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    return property && unwatched(property);
  }
  const read = () => (owner as Error).stack;
  return hasPlainStack(owner) ? { value: read(), writable: true } : { get: read };
}

/** A property of the object or its prototypes, up to the first proxy. */
export function findProperty(owner: object, name: PropertyKey): Found | undefined {
  for (let at: object | null = owner; at !== null && !isProxy(at);) {
    const property = ownProperty(at, name);
    if (property !== undefined) return { holder: at, property };
    at = Object.getPrototypeOf(at) as object | null;
  }
  return undefined;
}

/** The value of a stored property; undefined for a computed or missing one. */
export function storedValue(owner: object, name: PropertyKey): unknown {
  return findProperty(owner, name)?.property.value;
}
export function storedText(owner: object, name: PropertyKey): string | undefined {
  const value = storedValue(owner, name);
  return typeof value === 'string' ? value : undefined;
}

/** The name of the object's class; '' if it has none, or hides it. */
export function className(value: object): string {
  const made = storedValue(value, 'constructor');
  return typeof made === 'function' && !isProxy(made) ? (storedText(made, 'name') ?? '') : '';
}

/** Node's own formatting of stacks, saved before a program can replace it. */
const ownWords = storedValue(Error, 'prepareStackTrace');

/**
 * V8 formats a stack when it is first read: with the error's name and message, and with the program's own
 * formatter if there is one.
 */
export function hasPlainStack(error: object): boolean {
  const isStored = (name: string) => {
    const found = findProperty(error, name);
    return found === undefined || 'value' in found.property;
  };
  return storedValue(Error, 'prepareStackTrace') === ownWords && isStored('name') && isStored('message');
}

/** Maximum number of properties inspected. */
const MOST_VALUES = 1000;

/** The stored values of an object's first properties, without elements. */
export function storedValues(value: object): unknown[] {
  if (isProxy(value) || Array.isArray(value) || ArrayBuffer.isView(value)) return [];
  // Reading an error's stack would format it.
  const names = Reflect.ownKeys(value).filter((name) => name !== 'stack');
  return names
    .slice(0, MOST_VALUES)
    .map((name) => Object.getOwnPropertyDescriptor(value, name)?.value as unknown);
}
