/** What differs in two packets, field by field. */
import type { Translate } from '../../../language/message.ts';
import { hexText } from '../tree/text.ts';
import { align } from './align.ts';
import type { Comparable } from './comparables.ts';
import type { Aspect, FieldDifference } from './data.ts';
import { mixText, mixValue, NOTHING } from './hash.ts';

/** Bytes and characters that are shown from the first one that differs. */
const SHOWN_BYTES = 16;
const SHOWN_CHARACTERS = 60;
/** Characters that a line shows of a text. */
const WHOLE_LINE = 200;

export function fieldDifferences(
  left: readonly Comparable[],
  right: readonly Comparable[],
  ignored: ReadonlySet<Aspect>,
  t: Translate,
): FieldDifference[] {
  const counts = ({ aspect }: Comparable) => aspect === undefined || !ignored.has(aspect);
  const [ours, theirs] = [left.filter(counts), right.filter(counts)];
  const name = ({ field }: Comparable) => mixText(NOTHING, field.name);
  const whole = (one: Comparable) => mixValue(name(one), one.value);
  const keys = (of: (one: Comparable) => number) => ({ left: ours.map(of), right: theirs.map(of) });
  const partner = align([keys(whole), keys(name)]);
  const found: FieldDifference[] = [];
  let next = 0;
  const onlyRight = (end: number) => {
    for (; next < end; next++) found.push({ ...named(theirs[next]!), right: shown(theirs[next]!, t) });
  };
  for (const [at, one] of ours.entries()) {
    const to = partner[at]!;
    if (to < 0) {
      found.push({ ...named(one), left: shown(one, t) });
      continue;
    }
    onlyRight(to);
    next = to + 1;
    const other = theirs[to]!;
    if (whole(one) !== whole(other)) found.push({ ...named(one), ...both(one, other, t) });
  }
  onlyRight(theirs.length);
  return found;
}

function named({ field: { name, title } }: Comparable): { field: string; title: string } {
  return { field: name, title };
}

function both(one: Comparable, other: Comparable, t: Translate): { left: string; right: string } {
  if (typeof one.value === 'object' && typeof other.value === 'object')
    return aroundFirst(one.value, other.value, t);
  const [left, right] = [shown(one, t), shown(other, t)];
  if (left !== right && Math.max(left.length, right.length) <= WHOLE_LINE) return { left, right };
  return textAroundFirst(String(one.value), String(other.value));
}

/** The value in the words of its line: `0x012 (SYN, ACK)`. */
function shown({ field, value, item }: Comparable, t: Translate): string {
  if (!item) return typeof value === 'object' ? bytesText(value, 0, t) : String(value);
  const text = item.plainText;
  const title = `${field.title}: `;
  const at = text.indexOf(title);
  return at < 0 ? text : text.slice(at + title.length);
}

function aroundFirst(one: Uint8Array, other: Uint8Array, t: Translate): { left: string; right: string } {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return { left: bytesText(one, at, t), right: bytesText(other, at, t) };
}

/** `byte 120 of 1460: 47 45 54 …` */
function bytesText(bytes: Uint8Array, at: number, t: Translate): string {
  const { length } = bytes;
  const part = bytes.subarray(at, at + SHOWN_BYTES);
  if (part.length === 0) return t('{0} bytes, without byte {1}', length, at + 1);
  const more = at + part.length < length ? ' …' : '';
  const hex = `${hexText(part, ' ')}${more}  ${asCharacters(part)}`;
  return at === 0 ? t('{0} bytes: {1}', length, hex) : t('byte {0} of {1}: {2}', at + 1, length, hex);
}

/** As the bytes' view shows them: a dot for what cannot be printed. */
function asCharacters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes).replace(/[^ -~]/g, '.');
}

function textAroundFirst(one: string, other: string): { left: string; right: string } {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const begin = Math.max(0, at - SHOWN_CHARACTERS / 2);
  const end = begin + SHOWN_CHARACTERS;
  const part = (text: string) =>
    `${begin > 0 ? '…' : ''}${text.slice(begin, end)}${end < text.length ? '…' : ''}`;
  return { left: part(one), right: part(other) };
}
