/** Hashes of 32 bits: that two values that differ have the same one is as likely as one in four thousand millions. */
import type { FieldValue } from '../tree/field.ts';

const BEGIN = 0x811c9dc5;

export const NOTHING = BEGIN | 0;

/** Adds a number of 32 bits to a hash. */
export function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x01000193);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

export function mixText(hash: number, text: string): number {
  let mixed = mix(hash, text.length);
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mix(mixed, 0);
}

export function mixBytes(hash: number, bytes: Uint8Array): number {
  let mixed = mix(hash, bytes.length);
  for (const byte of bytes) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mix(mixed, 0);
}

export function mixValue(hash: number, value: FieldValue): number {
  switch (typeof value) {
    case 'number':
      return mix(mix(hash, value | 0), Math.floor(value / 2 ** 32) | 0);
    case 'bigint':
      return mix(mix(hash, Number(BigInt.asIntN(32, value))), Number(BigInt.asIntN(32, value >> 32n)));
    case 'string':
      return mixText(hash, value);
    default:
      return mixBytes(hash, value);
  }
}
