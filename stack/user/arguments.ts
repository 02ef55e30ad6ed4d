/**
 * Checks the arguments of a scenario's system calls: a wrong argument is the caller's mistake and throws a
 * TypeError.
 */
import type { sockopt_value } from '../include/linux/net.ts';
import { show_value as show } from '../lib/show_value.ts';

/** Limits of a number that C passes in 32 bits, with or without a sign. */
const INT_MIN = -0x80000000;
const UINT_MAX = 0xffffffff;

/** An integer that fits in 32 bits, as C's int and unsigned int. */
export function toInt(value: unknown, name: string, syscall: string, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${syscall}: ${name} must be a whole number, got ${show(value)}`);
  }
  return inRange(value, name, syscall, INT_MIN, UINT_MAX);
}

/** A whole number between limits; the machine's limits have no upper one. */
export function toCount(value: unknown, name: string, syscall: string, max = Infinity): number {
  if (typeof value === 'number' && (Number.isInteger(value) || value === max))
    return inRange(value, name, syscall, 0, max);
  throw new TypeError(`${syscall}: ${name} must be a whole number, got ${show(value)}`);
}

/** How long to wait, in ms; negative: for ever. */
export function toTimeout(value: unknown, syscall: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new TypeError(
    `${syscall}: timeout must be a number of ms, or -1 to wait for ever, got ${show(value)}`,
  );
}

function inRange(value: number, name: string, syscall: string, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new TypeError(`${syscall}: ${name} must be a whole number ${range}, got ${show(value)}`);
}

/** The value of a socket option: its numbers, also in the fields of a struct, fit in 32 bits. */
export function toOptionValue(value: unknown): sockopt_value {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null) return toInt(value, 'optval', 'setsockopt');
  for (const [field, one] of Object.entries(value))
    if (typeof one === 'number') toInt(one, `optval.${field}`, 'setsockopt');
  return value as sockopt_value;
}

/** Bytes to send: a string is encoded as UTF-8. */
export function toBytes(data: unknown, syscall: string): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  const bytes = viewOf(data);
  if (bytes !== null) return bytes;
  throw new TypeError(`${syscall}: data must be a string or bytes (Uint8Array, Buffer), got ${show(data)}`);
}

/** Bytes of memory in which the caller receives: writing to it changes the caller's buffer. */
function viewOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
}

/** The receive buffer: the caller's, or a new one of the given size. */
export function toReceiveBuffer(value: unknown, syscall: string): { buffer: Uint8Array; own: boolean } {
  if (value === undefined) return { buffer: new Uint8Array(65536), own: false };
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < 0 || value > 0x7ffff000) {
      throw new TypeError(
        `${syscall}: length must be a whole number from 0 to 2147479552, got ${show(value)}`,
      );
    }
    return { buffer: new Uint8Array(value), own: false };
  }
  const buffer = viewOf(value);
  if (buffer !== null) return { buffer, own: true };
  throw new TypeError(
    `${syscall}: the receive buffer must be a number of bytes or a Uint8Array, got ${show(value)}`,
  );
}
