/**
 * Shapes: small functions that check at run time that an unknown value has a type, and report where it does
 * not. Used for the messages between the extension and its webviews.
 */

/** Returns `value` as a `T`, or throws a `ShapeError` that names `path`. */
export type Shape<T> = (value: unknown, path: string) => T;

/**
 * A received value that does not have the agreed type. The message names the place, the expected type and the
 * value.
 */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

export const string: Shape<string> = (value, path) =>
  typeof value === 'string' ? value : refuse(path, 'a string', value);

export const boolean: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'true or false', value);

/** A whole number, 0 or more: counts, positions, packet numbers. */
export const count: Shape<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(path, 'a whole number of 0 or more', value);

/** Any finite number. */
export const number: Shape<number> = (value, path) =>
  Number.isFinite(value) ? (value as number) : refuse(path, 'a number', value);

/** Allows null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, path) =>
    allowed.includes(value as T)
      ? (value as T)
      : refuse(path, `one of ${allowed.map((one) => `"${one}"`).join(', ')}`, value);
}

/** Allows `undefined` and a missing property. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function array<T>(item: Shape<T>): Shape<T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((one: unknown, index) => item(one, `${path}[${index}]`))
      : refuse(path, 'a list', value);
}

/** An object that is used as a table: any names, values of one shape. */
export function record<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(path, 'an object', value);
    return Object.fromEntries(
      Object.entries(value).map(([name, one]: [string, unknown]) => [name, item(one, `${path}.${name}`)]),
    );
  };
}

/** A number greater than 0. */
export const positive: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0
    ? value
    : refuse(path, 'a number above 0', value);

/** The shape of each property; properties not listed here are removed from the result. */
export type Properties<T> = { [K in keyof T]-?: Shape<T[K]> | Shape<T[K] | undefined> };

export function object<T extends object>(properties: Properties<T>): Shape<T> {
  const names = Object.keys(properties) as (keyof T & string)[];
  return (value, path) => {
    if (typeof value !== 'object' || value === null) return refuse(path, 'an object', value);
    const from = value as Record<string, unknown>;
    const result: Partial<T> = {};
    for (const name of names) {
      const checked = properties[name](from[name], `${path}.${name}`);
      // exactOptionalPropertyTypes: an optional property is left out, never set to undefined.
      if (checked !== undefined) result[name] = checked;
    }
    return result as T;
  };
}

/** One of several objects, distinguished by their `type`. */
export function union<T extends { type: string }>(
  what: string,
  shapes: { [K in T['type']]: Shape<Extract<T, { type: K }>> },
): (value: unknown) => T {
  const types = Object.keys(shapes) as T['type'][];
  return (value) => {
    const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
    if (typeof type !== 'string' || !Object.hasOwn(shapes, type))
      return refuse(
        `the type of ${what}`,
        `one of ${types.map((one) => `"${one}"`).join(', ')}`,
        type ?? value,
      );
    return shapes[type as T['type']](value, type);
  };
}

function refuse(path: string, expected: string, got: unknown): never {
  throw new ShapeError(`${path} must be ${expected}, got ${describe(got)}`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return `a value of type ${typeof value}`;
}
