/** The columns of the packet list. styles/list.css sets their widths and which of them fit. */
import type { PacketRow } from '../messages.ts';
import { endsText, portsOf } from './ends.ts';

export interface Column {
  title: string;
  /** Class of its cells. */
  name: string;
  text: (row: PacketRow) => string;
}

const NUMBER: Column = { title: 'No', name: 'number', text: (row) => String(row.number) };
const TIME: Column = { title: 'Time', name: 'time', text: (row) => row.time };
/** Shown only if the rows differ in it. */
const DIRECTION: Column = { title: 'Dir', name: 'direction', text: (row) => row.direction };
const SOURCE: Column = { title: 'Source', name: 'source', text: (row) => row.source };
const DESTINATION: Column = { title: 'Destination', name: 'destination', text: (row) => row.destination };
/** Replaces both where there is little room. */
const ENDS: Column = { title: 'From → To', name: 'ends', text: endsText };
const PROTOCOL: Column = { title: 'Proto', name: 'protocol', text: (row) => row.protocol };
const LENGTH: Column = { title: 'Len', name: 'length', text: (row) => String(row.length) };
const INFO: Column = { title: 'Info', name: 'info', text: infoText };

export const COLUMNS: readonly Column[] = [
  NUMBER,
  TIME,
  DIRECTION,
  SOURCE,
  DESTINATION,
  ENDS,
  PROTOCOL,
  LENGTH,
  INFO,
];

const COPIED: readonly Column[] = [NUMBER, TIME, SOURCE, DESTINATION, PROTOCOL, LENGTH, INFO];

/** A row as text for the clipboard, a tab between the columns. */
export function rowText(row: PacketRow): string {
  const fate = fateText(row);
  return COPIED.map((column) => column.text(row)).join('\t') + (fate ? `\t${fate}` : '');
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

export type Tint = 'lost' | 'error' | 'note' | '';

/** The colour of a row; the text has the same information, for users who do not see colours. */
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
