/** The fields of an HTML form as a browser sends them. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

const FORM = field('urlencoded-form', 'HTML Form URL Encoded', 'protocol');
const ITEM = field('', '', 'none');
const KEY = field('urlencoded-form.key', 'Key', 'string');
const VALUE = field('urlencoded-form.value', 'Value', 'string');

export const FORM_FIELDS: readonly Field[] = [FORM, KEY, VALUE];

export function dissectForm(packet: Packet, bytes: PacketBytes, type: string, within: Item | null): void {
  const layer = packet.layer(FORM, bytes, bytes.length, () => `${FORM.title}: ${type}`, undefined, within);
  const text = bytes.latin1(bytes.begin, bytes.captured - bytes.begin);
  for (let at = 0; at < text.length;) {
    const keyEnd = until(text, '=', at);
    const end = until(text, '&', keyEnd);
    const [key, value] = [decoded(text.slice(at, keyEnd)), decoded(text.slice(keyEnd + 1, end))];
    const begin = bytes.begin + at;
    if (key === null) {
      layer.heading(ITEM, bytes, begin, 0, 'Form item');
      break;
    }
    const next = Math.min(end + 1, text.length);
    const item = layer.heading(ITEM, bytes, begin, value === null ? 0 : next - at, () =>
      value === null
        ? `Form item: "${printable(key)}"`
        : `Form item: "${printable(key)}" = "${printable(value)}"`,
    );
    item.add(KEY, bytes, begin, keyEnd - at, key);
    // Without its value it is not known where the next item begins.
    if (value === null) break;
    const valueAt = Math.min(keyEnd + 1, text.length);
    item.add(VALUE, bytes, bytes.begin + valueAt, end - valueAt, value);
    at = end + 1;
  }
  packet.appendInfo(() => ` (${type})`);
}

function until(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found;
}

/** @returns null if a percent sign is not followed by two digits */
function decoded(text: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return null;
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
