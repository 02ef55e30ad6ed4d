/**
 * A field that is watched: in this one object an accessor stands in the place of the stored value. Whoever reads objects
 * through peek.ts sees the value as if it were stored.
 */

/** Told of each access by the running code. */
export interface FieldWatch {
  reads(value: unknown): void;
  writes(value: unknown, old: unknown): void;
}

const STORED = Symbol('the value behind a watched field');
type Reader = (() => unknown) & { [STORED]?: () => unknown };

/**
 * Watch a stored field of an object's own.
 *
 * @returns a function that ends it
 */
export function watchField(owner: object, name: string, watch: FieldWatch): () => void {
  const property = Object.getOwnPropertyDescriptor(owner, name)!;
  let stored: unknown = property.value;
  const get: Reader = () => {
    watch.reads(stored);
    return stored;
  };
  get[STORED] = () => stored;
  const set = (value: unknown): void => {
    const old = stored;
    stored = value;
    watch.writes(value, old);
  };
  const { enumerable = false } = property;
  Object.defineProperty(owner, name, { configurable: true, enumerable, get, set });
  return () => Object.defineProperty(owner, name, { ...property, value: stored });
}

/** A property as it was before it was watched. */
export function unwatched(property: PropertyDescriptor): PropertyDescriptor {
  const stored = (property.get as Reader | undefined)?.[STORED];
  if (stored === undefined) return property;
  const { configurable = true, enumerable = true } = property;
  return { configurable, enumerable, writable: true, value: stored() };
}
