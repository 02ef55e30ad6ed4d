/** The options of an IPv4 header (RFC 791 3.1). */
import type { PacketField } from '../../protocol.ts';
import { hexBytes, ipv4Text, plural, u16 } from '../bytes.ts';
import { field } from '../packet.ts';

const NAMES: Record<number, string> = {
  7: 'Record Route',
  68: 'Time Stamp',
  130: 'Security',
  131: 'Loose Source Route',
  136: 'Stream Identifier',
  137: 'Strict Source Route',
  148: 'Router Alert',
};
const ROUTES = new Set([7, 131, 137]);

/** A field named "Options" that contains the options, or none. */
export function ipOptionFields(bytes: Uint8Array, offset: number, end: number): PacketField[] {
  end = Math.min(end, bytes.length);
  if (offset >= end) return [];
  const options: PacketField[] = [];
  let at = offset;
  while (at < end) {
    const type = bytes[at]!;
    if (type === 0 || type === 1) {
      options.push(
        field('IP Option', type === 0 ? 'End of Options List (EOL)' : 'No-Operation (NOP)', at, 1),
      );
      at++;
      if (type === 0) break;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) {
      options.push(
        field(
          'IP Option',
          `${NAMES[type] ?? `Unknown (${type})`}: length ${length} is not valid`,
          at,
          end - at,
        ),
      );
      break;
    }
    options.push(optionField(bytes, type, at, length));
    at += length;
  }
  return [field('Options', `(${plural(end - offset, 'byte')})`, offset, end - offset, options)];
}

function optionField(bytes: Uint8Array, type: number, at: number, length: number): PacketField {
  const name = NAMES[type] ?? `Unknown (${type})`;
  const children = [field('Type', type, at, 1), field('Length', length, at + 1, 1)];
  if (ROUTES.has(type) && length >= 3) {
    children.push(field('Pointer', bytes[at + 2]!, at + 2, 1));
    for (let hop = at + 3; hop + 4 <= at + length; hop += 4)
      children.push(field('Address', ipv4Text(bytes, hop), hop, 4));
  } else if (type === 148 && length === 4) {
    children.push(field('Router Alert', u16(bytes, at + 2), at + 2, 2));
  } else if (length > 2) {
    children.push(field('Value', hexBytes(bytes, at + 2, length - 2, ''), at + 2, length - 2));
  }
  return field('IP Option', `${name} (${plural(length, 'byte')})`, at, length, children);
}
