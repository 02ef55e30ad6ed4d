/**
 * Bytes that are watched. V8 tells nobody of a write into a buffer, and many views share one; so their values are
 * compared at each tracepoint. A change is seen at the first one after it.
 */
import { types } from 'node:util';
import { storedValue } from './peek.ts';

/** Bytes of the buffer in a field: from one on, up to but without another. */
export interface ByteRange {
  from: number;
  to: number;
}

/** The buffer in a field; undefined: there is none. */
export function bufferIn(owner: object, name: string): Uint8Array | undefined {
  const value = storedValue(owner, name);
  return types.isUint8Array(value) ? value : undefined;
}
/** A copy of watched bytes, as far as there are so many. */
export function bytesOf(owner: object, name: string, { from, to }: ByteRange): Uint8Array {
  return bufferIn(owner, name)?.slice(from, to) ?? new Uint8Array(0);
}
export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** What a condition sees: a single byte is a number. */
export function bytesValue(bytes: Uint8Array, { from, to }: ByteRange): unknown {
  return to - from === 1 ? bytes[0] : bytes;
}

/** Longer runs of bytes are cut. */
const SHOWN = 16;
/** `0a 00`; of many those around the first difference. */
export function bytesTexts(old: Uint8Array, now: Uint8Array): [before: string, after: string] {
  const at = old.findIndex((byte, index) => byte !== now[index]);
  const start = Math.max(0, Math.min(at < 0 ? 0 : at, old.length - SHOWN));
  const show = (bytes: Uint8Array): string => {
    const hex = Buffer.from(bytes.subarray(start, start + SHOWN)).toString('hex');
    const text = hex.replace(/..(?!$)/g, '$& ');
    return `${start > 0 ? '… ' : ''}${text}${start + SHOWN < bytes.length ? ' …' : ''}`;
  };
  return [show(old), show(now)];
}
/** `head[34..38]`; a single one is `head[34]`. */
export function rangeText(name: string, { from, to }: ByteRange): string {
  return to - from === 1 ? `${name}[${from}]` : `${name}[${from}..${to}]`;
}
