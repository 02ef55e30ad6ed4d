/** Values and lines of the layer tree as text, in Wireshark's words. */
import { isInteger, nameOf, shiftOf, widthOf, type Field, type FieldValue } from './field.ts';
import type { Item } from './item.ts';

/** Bytes that a line shows; the bytes view shows all. */
const SHOWN_BYTES = 36;
/** Characters that a line shows of a text. */
const SHOWN_TEXT = 240;
const TRUNCATED = ' [truncated]';

/** The value alone, as a column shows it and `tshark -T json` writes it: `8080`, `0x0800`, `0.000010000`. */
export function valueText(field: Field, value: FieldValue): string {
  switch (field.type) {
    case 'ipv4':
      return ipv4Text(value as number);
    case 'ether':
      return etherText(value as number);
    case 'ipv6':
      return ipv6Text(value as Uint8Array);
    case 'relative':
      return secondsText(value as number);
    case 'absolute':
      return dateText(value as bigint);
    case 'epoch':
      return epochText(value as bigint);
    case 'bytes':
      return hexText(value as Uint8Array, ':');
    case 'none':
    case 'protocol':
      return '';
    case 'boolean':
    case 'string':
    case 'double':
      return String(value);
    default:
      return field.base?.startsWith('hex') ? hexNumber(field, value as number | bigint) : String(value);
  }
}

/** `Source Port: 8080`; with a mask `.... ..1. = Syn: Set`. */
export function itemLabel(item: Item, whole: string | null, value: string | null): string {
  if (whole !== null)
    return whole.length < SHOWN_TEXT ? whole : `${TRUNCATED}${whole}`.slice(0, SHOWN_TEXT - 2);
  const { field } = item;
  if (field.type === 'protocol' || (field.type === 'none' && value === null)) return field.title;
  if (field.type === 'string' && value === null) return textLabel(field.title, item.value as string);
  return `${pattern(item)}${field.title}: ${value ?? lineValue(field, item.value)}`;
}

/** `Text: hello\r\n`, as much of it as fits into a line. */
function textLabel(title: string, value: string): string {
  const shown = printable(value.slice(0, SHOWN_TEXT));
  const line = `${title}: ${shown}`;
  if (line.length < SHOWN_TEXT) return line;
  return `${title}${TRUNCATED}: ${shown}`.slice(0, SHOWN_TEXT - 2);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/** Text on one line, with control characters as C writes them: `200 OK\r\n`, `\001`. */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (char) => ESCAPES[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/** The value as it stands behind a title: `TCP (6)`, `20 bytes`, `0xc763 (51043)`. */
function lineValue(field: Field, value: FieldValue): string {
  if (field.type === 'boolean') {
    const names = nameOf(field, value as number);
    return names ?? (value ? 'True' : 'False');
  }
  if (field.type === 'relative' || field.type === 'epoch') return `${valueText(field, value)} seconds`;
  if (field.type === 'bytes') {
    const bytes = value as Uint8Array;
    if (bytes.length === 0) return '<MISSING>';
    const more = bytes.length > SHOWN_BYTES ? '…' : '';
    return hexText(bytes.subarray(0, SHOWN_BYTES), '') + more;
  }
  if (!isInteger(field)) return valueText(field, value);
  return integer(field, value as number | bigint);
}

function integer(field: Field, value: number | bigint): string {
  const { base = 'dec', unit, unnamed = 'Unknown' } = field;
  const plain = base.startsWith('hex') ? hexNumber(field, value, bitsOf(field)) : String(value);
  if (field.names !== undefined) {
    const name = nameOf(field, Number(value)) ?? unnamed;
    return name ? `${name} (${plain})` : plain;
  }
  const both =
    base === 'hex_dec'
      ? `${plain} (${value})`
      : base === 'dec_hex'
        ? `${plain} (${hexNumber(field, value)})`
        : plain;
  if (unit === undefined) return both;
  return both + (typeof unit === 'function' ? unit(Number(value)) : unit);
}

/** The bits of a masked field: `010. .... = `. */
function pattern({ field, value }: Item): string {
  const { mask } = field;
  if (mask === undefined) return '';
  return `${bitPattern(Number(value) << shiftOf(mask), mask, widthOf(field))} = `;
}

/** `.... ..1.` */
export function bitPattern(value: number, mask: number, width: number): string {
  let bits = '';
  for (let bit = width - 1; bit >= 0; bit--) {
    bits += mask & (1 << bit) ? (value & (1 << bit) ? '1' : '0') : '.';
    if (bit > 0 && bit % 4 === 0) bits += ' ';
  }
  return bits;
}

function hexNumber(field: Field, value: number | bigint, bits = typeBits(field)): string {
  return `0x${value.toString(16).padStart(Math.ceil(bits / 4), '0')}`;
}

function typeBits(field: Field): number {
  return Number(/^u?int(\d+)$/.exec(field.type)?.[1] ?? widthOf(field));
}

/** A line shows no more digits than the field's mask has, from its first bit to its last. */
function bitsOf(field: Field): number {
  const { mask } = field;
  return mask === undefined ? typeBits(field) : 32 - Math.clz32(mask >>> shiftOf(mask));
}

export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

export function etherText(address: number): string {
  const digits = address.toString(16).padStart(12, '0');
  return digits.match(/../g)!.join(':');
}

/** Characters of five groups of zeros, and of six. */
const MAPPED_ZEROS = 9;
const COMPATIBLE_ZEROS = 11;

/** RFC 5952: the longest run of zeros is `::`; an IPv4 address at the end is written as one. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at]! << 8) | bytes[2 * at + 1]!).toString(16),
  );
  const runs = [...groups.join(':').matchAll(/\b0(:0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  const text = groups.join(':');
  if (!run) return text;
  const isMapped = run[0].length === MAPPED_ZEROS && groups[5] === 'ffff';
  if (run.index === 0 && (run[0].length === COMPATIBLE_ZEROS || isMapped))
    return `::${isMapped ? 'ffff:' : ''}${[...bytes.subarray(12, 16)].join('.')}`;
  const before = text.slice(0, run.index).replace(/:$/, '');
  const after = text.slice(run.index + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

export function hexText(bytes: Uint8Array, separator: string): string {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return separator ? (digits.match(/../g) ?? []).join(separator) : digits;
}

/** Seconds with nine digits, exact even where a float of seconds would not be. */
export function secondsText(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const size = Math.abs(ns);
  const whole = Math.floor(size / 1e9);
  return `${sign}${whole}.${String(Math.round(size - whole * 1e9)).padStart(9, '0')}`;
}

/** Nanoseconds as seconds with nine digits. */
function epochText(ns: bigint): string {
  return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jan  1, 2024 00:00:00.000010000 UTC` */
export function dateText(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = date.toISOString().slice(11, 19);
  const fraction = String(ns % 1_000_000_000n).padStart(9, '0');
  return `${MONTHS[date.getUTCMonth()]} ${day}, ${date.getUTCFullYear()} ${clock}.${fraction} UTC`;
}

/** `1 day, 1 hour, 1 minute, 1 second` */
export function durationText(seconds: number): string {
  if (seconds === 0) return '0 seconds';
  const parts = [
    [Math.floor(seconds / 86400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(', ');
}
