/**
 * What the host answers about files, as data for the input log and back: Stats, Dirents and their kind are told by the
 * name of their class, so that a repeated run has the same objects with their methods.
 */
import type fs from 'node:fs';

type Fs = typeof fs;
type Fields = Record<string, unknown>;

/** An object as data: its class, and what it consists of. */
interface Told {
  of: 'Object' | 'Stats' | 'BigIntStats' | 'StatFs' | 'Dirent';
  fields: Fields;
}

/** @throws Error if it holds something that is no data */
export function told(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new Error(`the host's answer holds a ${typeof value}, which no repeated run can have`);
  if (typeof value !== 'object' || value === null || is_data(value)) return value;
  if (Array.isArray(value)) return value.map(told);
  const of = value.constructor?.name;
  switch (of) {
    case 'Dirent':
      return { of, fields: dirent_fields(value as fs.Dirent) } satisfies Told;
    case 'Stats':
    case 'BigIntStats':
    case 'StatFs':
      return { of, fields: { ...value } } satisfies Told;
    default: {
      const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, told(field)]));
      return { of: 'Object', fields } satisfies Told;
    }
  }
}

/** The inverse of told(). @param real Node's own module, for its classes */
export function untold(data: unknown, real: Fs): unknown {
  if (typeof data !== 'object' || data === null || is_data(data)) return data;
  if (Array.isArray(data)) return data.map((one) => untold(one, real));
  const { of, fields } = data as Told;
  switch (of) {
    case 'Dirent':
      return new (real.Dirent as unknown as DirentClass)(
        fields['name'],
        fields['type'],
        fields['parentPath'],
      );
    case 'Object':
      return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, untold(field, real)]));
    default:
      return Object.assign(Object.create(prototype_of(of, real)) as object, fields);
  }
}

type DirentClass = new (name: unknown, type: unknown, parent: unknown) => fs.Dirent;

/** Bytes and dates. */
const is_data = (value: object) =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date;

/** Its type has no name in the object: Node keeps it under a symbol. */
function dirent_fields(entry: fs.Dirent): Fields {
  const { name, parentPath } = entry;
  const is = [
    entry.isFile(),
    entry.isDirectory(),
    entry.isSymbolicLink(),
    entry.isFIFO(),
    entry.isSocket(),
    entry.isCharacterDevice(),
    entry.isBlockDevice(),
  ];
  // UV_DIRENT_FILE and those that follow, from 1.
  return { name, parentPath, type: is.indexOf(true) + 1 };
}

/** Node exports only one of these classes: the others are found at an answer about Node itself. */
function prototype_of(of: 'Stats' | 'BigIntStats' | 'StatFs', real: Fs): object {
  switch (of) {
    case 'Stats':
      return real.Stats.prototype as object;
    case 'BigIntStats':
      return Object.getPrototypeOf(real.statSync(process.execPath, { bigint: true })) as object;
    case 'StatFs':
      return Object.getPrototypeOf(real.statfsSync(process.execPath)) as object;
  }
}
