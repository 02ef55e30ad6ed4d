/** The values of the list's columns: for sorting, and of the fields that are columns. */
import { UserError } from '../../../language/userError.ts';
import { columnReader, filterField, unknownField } from '../filter/meaning/fields.ts';
import type { CapturedFrame } from '../frame.ts';
import type { KeptPackets } from '../kept/keptPackets.ts';
import type { Field } from '../tree/field.ts';
import { told, type Packet } from '../tree/packet.ts';
import { valueText } from '../tree/text.ts';
import type { SortKey } from './sortedList.ts';

/** The text of a field that has no value: it is there. */
const PRESENT = '✓';
/** Digits of the numbers in an address, so that 9 comes before 10. */
const DIGITS = 5;

const OF_FRAMES: Readonly<Record<string, (frame: CapturedFrame) => SortKey>> = {
  number: ({ number }) => number,
  time: ({ number }) => number,
  length: ({ length }) => length,
  direction: ({ direction }) => direction ?? '',
  fate: ({ fate }) => fate ?? '',
};

const OF_COLUMNS: Readonly<Record<string, (packet: Packet) => SortKey>> = {
  source: ({ columns }) => padded(told(columns.source)),
  destination: ({ columns }) => padded(told(columns.destination)),
  protocol: ({ columns }) => told(columns.protocol),
  info: ({ columns }) => told(columns.info),
};

/**
 * What packets are sorted by.
 *
 * Throws an error for a name that no column and no field has.
 */
export function sortKey(by: string, packets: KeptPackets): (row: number) => SortKey {
  const ofFrame = Object.hasOwn(OF_FRAMES, by) ? OF_FRAMES[by] : undefined;
  if (ofFrame) return (row) => ofFrame(packets.frame(row));
  const key = Object.hasOwn(OF_COLUMNS, by) ? OF_COLUMNS[by]! : fieldKey(by);
  return (row) => key(packets.packet(row));
}

function fieldKey(name: string): (packet: Packet) => SortKey {
  const field = knownField(name);
  const column = columnReader(field);
  if (column) return column;
  return (packet) => {
    const [item] = packet.items(field);
    if (!item) return '';
    const { value } = item;
    if (typeof value === 'number' || typeof value === 'string') return value;
    return typeof value === 'bigint' ? Number(value) : valueText(field, value) || PRESENT;
  };
}

/** The values of fields as text, by their names. Throws an error for the user for an unknown name */
export function fieldValues(names: readonly string[], packet: Packet): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const field = knownField(name);
      const column = columnReader(field);
      const texts = column
        ? [column(packet)]
        : packet.items(field).map(({ value }) => valueText(field, value) || PRESENT);
      return [name, texts.join(',')];
    }),
  );
}

function knownField(name: string): Field {
  const field = filterField(name);
  if (field) return field;
  throw UserError.of(unknownField(name));
}

function padded(address: string): string {
  return address.replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'));
}
