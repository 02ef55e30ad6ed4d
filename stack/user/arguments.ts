/**
 * Checks the arguments of a scenario's system calls: a wrong argument is the caller's mistake and throws a
 * TypeError.
 */
import { show_value as show } from '../lib/show_value.ts';

/** An integer in the range of C's int. */
export function toInt(value: unknown, name: string, syscall: string, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${syscall}: ${name} must be a whole number, got ${show(value)}`);
  }
  return value;
}

/** Bytes to send: a string is encoded as UTF-8. */
export function toBytes(data: unknown, syscall: string): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError(`${syscall}: data must be a string or bytes (Uint8Array, Buffer), got ${show(data)}`);
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
  return { buffer: toBytes(typeof value === 'string' ? null : value, syscall), own: true };
}
