/** The columns of the packet list. Their widths are in styles/list.css. */
import type { PacketRow } from '../messages.ts';

export interface Column {
  title: string;
  /** Class of its cells. */
  name: string;
  text: (row: PacketRow) => string;
}

export const COLUMNS: readonly Column[] = [
  { title: 'No', name: 'number', text: (row) => String(row.number) },
  { title: 'Time', name: 'time', text: (row) => row.time },
  { title: 'Dir', name: 'direction', text: (row) => row.direction },
  { title: 'Source', name: 'source', text: (row) => row.source },
  { title: 'Destination', name: 'destination', text: (row) => row.destination },
  { title: 'Proto', name: 'protocol', text: (row) => row.protocol },
  { title: 'Len', name: 'length', text: (row) => String(row.length) },
  { title: 'Info', name: 'info', text: (row) => row.info },
];

/** A row as text for the clipboard, a tab between the columns. */
export function rowText(row: PacketRow): string {
  const fate = fateText(row);
  return COLUMNS.map((column) => column.text(row)).join('\t') + (fate ? `\t${fate}` : '');
}

/** What became of the frame, where that is worth saying: `lost (wire loss)`. */
export function fateText({ fate, reason }: PacketRow): string {
  if (!fate || fate === 'delivered') return '';
  return reason ? `${fate}: ${reason}` : fate;
}

export type Tint = 'lost' | 'error' | 'note' | '';

/** How a row is coloured; the text says the same, for those who do not see colours. */
export function tintOf(row: PacketRow): Tint {
  if (row.fate === 'lost' || row.fate === 'dropped') return 'lost';
  if (
    /\[(?:[A-Z, ]*\bRST\b[A-Z, ]*|Malformed Packet)\]|unreachable|exceeded|^Bogus|^BAD|bogus TCP/.test(
      row.info,
    )
  )
    return 'error';
  if (/^\[TCP (?!Window Update|Keep-Alive)/.test(row.info)) return 'note';
  return '';
}
