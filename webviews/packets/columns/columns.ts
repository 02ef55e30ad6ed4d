/** The columns of the packet list: its own, and any field made a column. */
import type { PacketRow } from '../../messages.ts';
import { endsText, portsOf } from '../ends.ts';

export interface Column {
  /** The name of a built-in column, or a field's filter name. */
  id: string;
  title: string;
  /** Class of its cells. */
  name: string;
  /** @param values what the row has of the fields that are columns, by filter name */
  text: (row: PacketRow) => string;
  isRight?: boolean;
}

/** The list's own columns; `ends` takes the place of source and destination where there is little room. */
export const BUILT_IN = [
  'number',
  'time',
  'direction',
  'source',
  'destination',
  'ends',
  'protocol',
  'length',
  'info',
] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

const COLUMNS: Readonly<Record<BuiltIn, Omit<Column, 'id' | 'name'>>> = {
  number: { title: 'No', text: (row) => String(row.number) },
  time: { title: 'Time', text: (row) => row.time },
  direction: { title: 'Dir', text: (row) => row.direction },
  source: { title: 'Source', text: (row) => row.source },
  destination: { title: 'Destination', text: (row) => row.destination },
  ends: { title: 'From → To', text: endsText },
  protocol: { title: 'Proto', text: (row) => row.protocol },
  length: { title: 'Len', text: (row) => String(row.length) },
  info: { title: 'Info', text: infoText },
};
/** Full titles, for menus. */
const LONG_TITLES: Readonly<Partial<Record<BuiltIn, string>>> = {
  number: 'Number',
  direction: 'Direction',
  protocol: 'Protocol',
  length: 'Length',
};

export function isBuiltIn(id: string): id is BuiltIn {
  return (BUILT_IN as readonly string[]).includes(id);
}

export function builtInColumn(id: BuiltIn): Column {
  return { id, name: id, ...COLUMNS[id] };
}

export function longTitle(id: BuiltIn): string {
  return LONG_TITLES[id] ?? COLUMNS[id].title;
}

/** A field as a column. */
export function fieldColumn(id: string, title: string): Column {
  return { id, title, name: 'field', text: (row) => row.values?.[id] ?? '' };
}

const COPIED: readonly BuiltIn[] = ['number', 'time', 'source', 'destination', 'protocol', 'length', 'info'];

/** A row as text for the clipboard, a tab between the columns. */
export function rowText(row: PacketRow): string {
  const fate = fateText(row);
  return COPIED.map((id) => COLUMNS[id].text(row)).join('\t') + (fate ? `\t${fate}` : '');
}

/** Wireshark's info text without the ports, which are shown with the addresses. */
function infoText(row: PacketRow): string {
  return row.info.replace(portsOf(row)?.text ?? '', '');
}

/** The fate of the frame, if notable: `lost (wire loss)`. */
export function fateText({ fate, reason }: PacketRow): string {
  if (!fate || fate === 'delivered') return '';
  return reason && reason !== fate ? `${fate}: ${reason}` : fate;
}
