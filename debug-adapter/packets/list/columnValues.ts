/** The values of the list's columns: for sorting, and of the fields that are columns. */
import { dissect, packetRow } from '../dissect.ts';
import { dissectPacket } from '../dissectors/all.ts';
import { columnReader, filterField, unknownField } from '../filter/meaning/fields.ts';
import type { Entry } from '../packetStore.ts';
import type { Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import { valueText } from '../tree/text.ts';
import type { SortKey } from './sortedList.ts';

/** Columns of a row by which packets can be sorted; the other names are fields'. */
const ROW_KEYS = ['direction', 'source', 'destination', 'protocol', 'info', 'fate'] as const;
type RowKey = (typeof ROW_KEYS)[number];

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
  const field = knownField(by);
  return ({ frame, context }) => {
    const [first] = valuesOf(dissectPacket(frame, context), field);
    return first ?? '';
  };
}

/** The values of fields as text, by their names. Throws an error for the user for an unknown name */
export function fieldValues(names: readonly string[], { frame, context }: Entry): Record<string, string> {
  const packet = dissectPacket(frame, context);
  return Object.fromEntries(
    names.map((name) => {
      const field = knownField(name);
      const reader = columnReader(field);
      const texts = reader
        ? [reader(packet)]
        : packet.items(field).map((item) => valueText(item.field, item.value) || '✓');
      return [name, texts.join(',')];
    }),
  );
}

function valuesOf(packet: Packet, field: Field): SortKey[] {
  const reader = columnReader(field);
  if (reader) return [reader(packet)];
  return packet.items(field).map(({ value }) => {
    if (typeof value === 'number' || typeof value === 'string') return value;
    return typeof value === 'bigint' ? Number(value) : valueText(field, value);
  });
}

function knownField(name: string): Field {
  const field = filterField(name);
  if (!field) throw new Error(unknownField(name));
  return field;
}

function padded(address: string): string {
  return address.replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'));
}
