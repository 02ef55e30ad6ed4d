/** Arrays, maps, sets and bytes: opened in pages. */
import { plural } from './format.ts';
import type { Item, Node } from './item.ts';

type Collection =
  readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView | ArrayBuffer;
type Describe = (name: string, value: unknown) => Item;

export function isCollection(value: object): value is Collection {
  return (
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer
  );
}

/** The elements as a list with a length; maps and sets are copied, since they have no index. */
function elements(value: Collection): { length: number; at(index: number): [string, unknown] } {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    const key = (index: number) => {
      const name = entries[index]![0];
      return typeof name === 'object' ? `[${index}]` : String(name);
    };
    return { length: entries.length, at: (index) => [key(index), entries[index]![1]] };
  }
  const list = listOf(value as Exclude<Collection, ReadonlyMap<unknown, unknown>>);
  return { length: list.length, at: (index) => [`[${index}]`, list[index]] };
}
function listOf(
  value: readonly unknown[] | ReadonlySet<unknown> | ArrayBufferView | ArrayBuffer,
): ArrayLike<unknown> {
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value as unknown as ArrayLike<unknown>;
}

export function collectionNode(value: Collection, describe: Describe): Node {
  return {
    get indexed() {
      return elements(value).length;
    },
    items: (start, count) => {
      const list = elements(value);
      const items: Item[] = [];
      for (let index = start; index < Math.min(list.length, start + count); index++) {
        const [name, element] = list.at(index);
        items.push(describe(name, element));
      }
      return items;
    },
  };
}

const BYTES_SHOWN = 16;

export function summarizeCollection(value: Collection, short: (element: unknown) => string): string {
  if (value instanceof Map) return `Map with ${plural(value.size, 'entry', 'entries')}`;
  if (value instanceof Set) return `Set with ${plural(value.size, 'element')}`;
  const list = listOf(value as ArrayBufferView);
  if (!Array.isArray(value)) {
    const shown: number[] = [];
    for (let index = 0; index < Math.min(list.length, BYTES_SHOWN); index++) shown.push(Number(list[index]));
    const hex = shown.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `${plural(list.length, 'byte')}${list.length === 0 ? '' : `: ${hex}${list.length > BYTES_SHOWN ? ' …' : ''}`}`;
  }
  if (value.length > 4) return `Array of ${value.length}`;
  return `[${(value as readonly unknown[]).map(short).join(', ')}]`;
}
