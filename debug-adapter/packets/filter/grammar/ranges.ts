/** The ranges of a slice, `[0:3]`, `[-4:]`, `[1,3-5]`, and of layers, `#[1-2]`. */
import { message, type Message } from '../../../../language/message.ts';
import { FilterError } from '../filterError.ts';
import type { Token } from './lexer.ts';

/** A negative offset counts from the end. */
export interface Range {
  /** The first. */
  first: number;
  /** How many; null up to the end. */
  count: number | null;
  /** The last, counted as the first is; for `i-j`. */
  last: number | null;
}

const NUMBER = String.raw`-?(?:0x[0-9a-f]+|\d+)`;
const FORMS = [
  new RegExp(`^(${NUMBER})$`, 'i'),
  new RegExp(`^(${NUMBER})?\\s*:\\s*(${NUMBER})?$`, 'i'),
  new RegExp(`^(${NUMBER})\\s*-\\s*(${NUMBER})$`, 'i'),
] as const;
const CURE = message('write [offset], [offset:length] or [first-last]');

/** @throws FilterError */
export function readRanges(token: Token): Range[] {
  const begin = token.start + (token.kind === 'layer' ? 2 : 1);
  let at = begin;
  return token.text.split(',').map((part) => {
    const start = at + (part.length - part.trimStart().length);
    at += part.length + 1;
    const text = part.trim();
    return readRange(text, (problem) => {
      throw new FilterError(problem, start, text === '' ? token.end : start + text.length);
    });
  });
}

function readRange(text: string, refuse: (problem: Message) => never): Range {
  const number = (digits: string): number => {
    const value = digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);
    return Math.abs(value) <= 0x7fffffff
      ? value
      : refuse(message('{0} is more bytes than a packet has', digits));
  };
  const [, single] = FORMS[0].exec(text) ?? [];
  if (single !== undefined) return { first: number(single), count: 1, last: null };
  const open = FORMS[1].exec(text);
  if (open) {
    const [, first = '0', count] = open;
    if (count !== undefined && number(count) <= 0)
      refuse(message('a slice of {0} bytes has nothing in it; behind ":" stands how many: [0:3]', count));
    return { first: number(first), count: count === undefined ? null : number(count), last: null };
  }
  const closed = FORMS[2].exec(text);
  if (closed) {
    const [first, last] = [number(closed[1]!), number(closed[2]!)];
    if (first < 0 !== last < 0)
      refuse(
        first < 0
          ? message('{0} counts from the end, {1} does not; {2}', first, last, CURE)
          : message('{0} counts from the beginning, {1} does not; {2}', first, last, CURE),
      );
    if (last <= first) refuse(message('{0} is not behind {1}; {2}', last, first, CURE));
    return { first, count: null, last };
  }
  return refuse(
    text === ''
      ? message('a number is missing here; {0}', CURE)
      : message('"{0}" is no range; {1}', text, CURE),
  );
}

export function rangeText({ first, count, last }: Range): string {
  if (last !== null) return `${first}-${last}`;
  return count === 1 ? String(first) : `${first}:${count ?? ''}`;
}

/**
 * The part of `bytes` that the ranges name, joined. A range that reaches beyond the end has no bytes at all,
 * as in Wireshark.
 */
export function sliced(bytes: Uint8Array, ranges: readonly Range[]): Uint8Array {
  const parts = ranges.map((range) => part(bytes, range));
  return parts.length === 1 ? parts[0]! : Uint8Array.from(Buffer.concat(parts));
}

function part(bytes: Uint8Array, { first, count, last }: Range): Uint8Array {
  const { length } = bytes;
  const begin = first < 0 ? length + first : first;
  const end = last !== null ? (last < 0 ? length + last : last) + 1 : count === null ? length : begin + count;
  return begin < 0 || end > length ? bytes.subarray(0, 0) : bytes.subarray(begin, Math.max(begin, end));
}

/** Whether the ranges name this layer; layers count from 1. @param total how many there are */
export function holdsLayer(ranges: readonly Range[], layer: number, total: number): boolean {
  return ranges.some(({ first, count, last }) => {
    const begin = first < 0 ? total + 1 + first : first;
    const end =
      last !== null ? (last < 0 ? total + 1 + last : last) : count === null ? total : begin + count - 1;
    return layer >= begin && layer <= end;
  });
}
