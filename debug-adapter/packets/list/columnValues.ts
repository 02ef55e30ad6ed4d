/** The values of the list's columns: for sorting, and of the fields that are columns. */
import { hexBytes } from '../bytes.ts';
import { dissect, packetRow } from '../dissect.ts';
import { dissectPacket } from '../dissectors/all.ts';
import { filterField, type FieldValue, type FilterField } from '../filter/fields.ts';
import { columnReader, filterField as treeField, unknownField } from '../filter/meaning/fields.ts';
import type { Entry } from '../packetStore.ts';
import type { Item } from '../tree/item.ts';
import { valueText } from '../tree/text.ts';
import type { SortKey } from './sortedList.ts';

/** Columns of a row by which packets can be sorted; the other names are fields'. */
const ROW_KEYS = ['direction', 'source', 'destination', 'protocol', 'info', 'fate'] as const;
type RowKey = (typeof ROW_KEYS)[number];

/** The text of a field that has no value: it is there. */
const PRESENT = '✓';
/** Digits of the numbers in an address, so that 9 comes before 10. */
const DIGITS = 5;
const isRowKey = (name: string): name is RowKey => (ROW_KEYS as readonly string[]).includes(name);

/**
 * What packets are sorted by.
 *
 * Throws an error for a name that no column and no field has.
 */
export function sortKey(by: string): (entry: Entry) => SortKey {
  if (by === 'number' || by === 'time') return ({ frame }) => frame.number;
  if (by === 'length') return ({ frame }) => frame.length;
  if (isRowKey(by))
    return ({ frame, context }) => {
      const text = packetRow(dissect(frame, context))[by] ?? '';
      return by === 'source' || by === 'destination' ? padded(text) : text;
    };
  const values = valuesOf(by);
  return (entry) => values(entry)[0]?.key ?? '';
}

/** The values of fields as text, by their names. Throws an error for the user for an unknown name */
export function fieldValues(names: readonly string[], entry: Entry): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      valuesOf(name)(entry)
        .map(({ text }) => text)
        .join(','),
    ]),
  );
}

/** A field's value: as it is sorted, and as it is read. */
interface ColumnValue {
  key: SortKey;
  text: string;
}

/**
 * Reads a field's values: from the tree of fields, or as a filter reads those that the tree does not have.
 *
 * Throws an error for the user for an unknown name.
 */
function valuesOf(name: string): (entry: Entry) => ColumnValue[] {
  const field = treeField(name);
  if (field) {
    const reader = columnReader(field);
    return ({ frame, known }) => {
      const packet = dissectPacket(frame, known);
      if (!reader) return packet.items(field).map((item) => treeValue(item));
      const text = reader(packet);
      return [{ key: text, text }];
    };
  }
  const tested = filterField(name.toLowerCase());
  if (!tested) throw new Error(unknownField(name));
  return ({ frame, context }) =>
    tested.values(dissect(frame, context)).map((value) => testedValue(tested, value));
}

function treeValue({ field, value }: Item): ColumnValue {
  const text = valueText(field, value) || PRESENT;
  if (typeof value === 'number' || typeof value === 'string') return { key: value, text };
  return { key: typeof value === 'bigint' ? Number(value) : text, text };
}

function testedValue({ type }: FilterField, value: FieldValue): ColumnValue {
  if (type === 'presence') return { key: PRESENT, text: PRESENT };
  const text = typeof value === 'object' ? hexBytes(value, 0, value.length) : String(value);
  if (typeof value === 'number') return { key: value, text };
  return { key: type === 'ipv4' ? padded(text) : text, text };
}

function padded(address: string): string {
  return address.replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'));
}
