/** The columns of the packet list: its own, and any field made a column. */
import { t } from '../../language.ts';
import type { PacketRow } from '../../messages.ts';
import { endsText, infoText } from '../ends.ts';

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
  number: { title: t('No'), text: (row) => String(row.number) },
  time: { title: t('Time'), text: (row) => row.time },
  direction: { title: t('Dir'), text: (row) => row.direction ?? '' },
  source: { title: t('Source'), text: (row) => row.source },
  destination: { title: t('Destination'), text: (row) => row.destination },
  ends: { title: t('From → To'), text: endsText },
  protocol: { title: t('Proto'), text: (row) => row.protocol },
  length: { title: t('Len'), text: (row) => String(row.length) },
  info: { title: t('Info'), text: infoText },
};
/** Full titles, for menus. */
const LONG_TITLES: Readonly<Partial<Record<BuiltIn, string>>> = {
  number: t('Number'),
  direction: t('Direction'),
  protocol: t('Protocol'),
  length: t('Length'),
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

const FATES = { lost: t('lost'), dropped: t('dropped'), 'in flight': t('in flight') } as const;

/** The fate of the frame, if notable: `lost (wire loss)`. */
export function fateText({ fate, reason }: PacketRow): string {
  if (!fate || fate === 'delivered') return '';
  return reason && reason !== fate ? `${FATES[fate]}: ${reason}` : FATES[fate];
}
