/** Calculating with values as Wireshark does: what does not fit has no value, and then nothing is true of it. */
import type { FieldType, FieldValue } from '../../tree/field.ts';
import type { Arithmetic } from '../grammar/syntax.ts';
import { groupOf, isUnsigned, isWide, type Value } from '../meaning/tree.ts';

export type Operation = (a: FieldValue, b: FieldValue) => FieldValue | null;

/** @returns null for an operation without a result: division by zero, or beyond what the type holds */
export function operation({ type, operator, right }: Extract<Value, { kind: 'arithmetic' }>): Operation {
  switch (groupOf(type)) {
    case 'bytes':
    case 'ipv6':
      return (a, b) => maskedBytes(bytesValue(a, type), bytesValue(b, right.type));
    case 'ipv4':
      return (a, b) => ((a as number) & (b as number)) >>> 0;
    case 'span':
      return (a, b) =>
        operator === '-'
          ? BigInt(a as number) - BigInt(b as number)
          : BigInt(a as number) + BigInt(b as number);
    case 'double':
      return (a, b) => calculated(operator, a as number, b as number);
    default:
      return isWide(type) || isWide(right.type)
        ? (a, b) => fitting(type, wideResult(operator, BigInt(a as number), BigInt(b as number)))
        : integerOperation(type, operator);
  }
}

function integerOperation(type: FieldType, operator: Arithmetic): Operation {
  return (a, b) => {
    // An unsigned number has no negative one beside it.
    if (isUnsigned(type) && (a as number) >= 0 && (b as number) < 0 && operator !== '&') return null;
    const result = calculated(operator, a as number, b as number);
    if (result === null) return null;
    // A negative difference is calculated with signed numbers, which both have to be.
    if (result < 0 && ((a as number) > 0x7fffffff || (b as number) > 0x7fffffff)) return null;
    return fitting(type, Math.trunc(result));
  };
}

function calculated(operator: Arithmetic, a: number, b: number): number | null {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : a / b;
    case '%':
      return b === 0 ? null : a % b;
    case '&':
      return (a & b) >>> 0;
  }
}

function wideResult(operator: Arithmetic, a: bigint, b: bigint): bigint | null {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%':
      return b === 0n ? null : a % b;
    case '&':
      return a & b;
  }
}

/** A negative result of unsigned numbers is a signed one. */
function fitting<N extends number | bigint>(type: FieldType, result: N | null): N | null {
  if (result === null) return null;
  const bits = isWide(type) ? 64 : 32;
  const least = -(2 ** (bits - 1));
  const most = isUnsigned(type) ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  return result < least || result > most ? null : result;
}

export function negated(type: FieldType, value: FieldValue): FieldValue | null {
  if (typeof value === 'bigint') return groupOf(type) === 'span' ? -value : fitting(type, -value);
  if (typeof value !== 'number') return null;
  return groupOf(type) === 'integer' ? fitting(type, value === 0 ? 0 : -value) : -value;
}

export function absolute(value: FieldValue): FieldValue {
  return typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(value as number);
}

/** Byte by byte, as far as the shorter one reaches. */
function maskedBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: Math.min(a.length, b.length) }, (_, at) => a[at]! & b[at]!);
}

export function isZero(value: FieldValue): boolean {
  if (typeof value === 'object') return value.every((byte) => byte === 0);
  return typeof value === 'string' ? value === '' : Number(value) === 0;
}

const utf8 = new TextEncoder();

/** A value as the bytes that can be sliced, searched and compared. */
export function bytesValue(value: FieldValue, type: FieldType): Uint8Array {
  if (typeof value === 'object') return value;
  if (typeof value === 'string') return utf8.encode(value);
  if (type === 'ipv4') return bigEndian(value as number, 4);
  if (type === 'ether') return bigEndian(value as number, 6);
  return utf8.encode(String(value));
}

function bigEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);
}
