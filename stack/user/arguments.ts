/** What a scenario hands to a system call, checked: a wrong argument is the caller's mistake and throws a TypeError. */
import type { be32 } from '../include/linux/types.ts';
import { INADDR_ANY, type sockaddr_in } from '../include/uapi/linux/in.ts';
import { AF_INET, AF_UNSPEC } from '../include/uapi/linux/socket.ts';
import { formatAddress } from '../lib/format_address.ts';

/** An address as Node writes it. */
export interface SocketAddress {
  /** 'IPv4'; as an argument also AF_INET, or AF_UNSPEC to dissolve a connection. */
  family?: string | number;
  address: string;
  port: number;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}

/** '127.0.0.1' to an address; null if it is none. */
export function parseAddress(text: string): be32 | null {
  const name = text === 'localhost' ? '127.0.0.1' : text;
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  if (match === null) return null;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return null;
  return (parts[0]! << 24) | (parts[1]! << 16) | (parts[2]! << 8) | parts[3]!;
}

export function toSockaddr(value: unknown, syscall: string): sockaddr_in {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${syscall}: the address must be { address, port }, got ${show(value)}`);
  }
  const { family, address, port } = value as { family?: unknown; address?: unknown; port?: unknown };
  const sin_family = toFamily(family, syscall);
  if (sin_family === AF_UNSPEC && address === undefined)
    return { sin_family, sin_port: 0, sin_addr: INADDR_ANY };
  if (
    port !== undefined &&
    (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535)
  ) {
    throw new TypeError(`${syscall}: port must be a whole number from 0 to 65535, got ${show(port)}`);
  }
  const sin_addr =
    address === undefined ? INADDR_ANY : typeof address === 'string' ? parseAddress(address) : null;
  if (sin_addr === null) {
    throw new TypeError(
      `${syscall}: address must be an IPv4 address such as '127.0.0.1', got ${show(address)}`,
    );
  }
  return { sin_family, sin_port: port ?? 0, sin_addr };
}
function toFamily(family: unknown, syscall: string): number {
  if (family === undefined || family === 'IPv4' || family === 4) return AF_INET;
  if (typeof family === 'number' && Number.isInteger(family)) return family;
  throw new TypeError(`${syscall}: family must be 'IPv4' or an AF_ number, got ${show(family)}`);
}
export function fromSockaddr(addr: sockaddr_in): Required<SocketAddress> {
  return { family: 'IPv4', address: formatAddress(addr.sin_addr), port: addr.sin_port };
}

/** A whole number of the C type int. */
export function toInt(value: unknown, name: string, syscall: string, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${syscall}: ${name} must be a whole number, got ${show(value)}`);
  }
  return value;
}

/** Bytes to send: a text is sent as UTF-8. */
export function toBytes(data: unknown, syscall: string): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError(`${syscall}: data must be a string or bytes (Uint8Array, Buffer), got ${show(data)}`);
}

/** Where to receive: the caller's buffer, or a new one of so many bytes. */
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
