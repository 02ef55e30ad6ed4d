/** Tables as CSV (RFC 4180). */
import type { Table } from './picture.ts';

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv({ headers, rows }: Table): string {
  return [headers, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}
