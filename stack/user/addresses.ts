/** Socket addresses: from a scenario's notation to the structs that system calls use. */
import type { sockaddr } from '../include/linux/socket.ts';
import type { be32 } from '../include/linux/types.ts';
import { INADDR_ANY, sockaddr_in } from '../include/uapi/linux/in.ts';
import { in6_addr, sockaddr_in6 } from '../include/uapi/linux/in6.ts';
import { AF_INET, AF_INET6 } from '../include/uapi/linux/socket.ts';
import { formatAddress, formatAddress6 } from '../lib/format_address.ts';
import { parseAddress } from '../lib/parse_address.ts';
import { show_value as show } from '../lib/show_value.ts';

/** An address in Node's notation. */
export interface SocketAddress {
  /** 'IPv4' or 'IPv6'; as an argument also an AF_ number: AF_UNSPEC disconnects. */
  family?: string | number;
  address: string;
  port: number;
}

/** Parse '::1', '2001:db8::2' or '::ffff:127.0.0.1'; null if the text is not an address. */
export function parseAddress6(text: string): in6_addr | null {
  const halves = text.split('::').map((half, index, all) => groupsOf(half, index === all.length - 1));
  const [left, right] = halves;
  if (left === null || left === undefined || right === null || halves.length > 2) return null;
  const groups = right === undefined ? left : [...left, ...zeros(8 - left.length - right.length), ...right];
  if (groups.length !== 8) return null;
  const word = (at: number): be32 => (groups[at]! << 16) | groups[at + 1]!;
  return new in6_addr(word(0), word(2), word(4), word(6));
}
/** `::` stands for at least one group. */
function zeros(count: number): number[] {
  return Array.from({ length: Math.max(count, 1) }, () => 0);
}
/** Split 'db8:1' into groups of 16 bits; the address may end with an IPv4 address, which is two groups. */
function groupsOf(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = atEnd && index === parts.length - 1 && part.includes('.') ? parseAddress(part) : null;
    if (v4 !== null) groups.push(v4 >>> 16, v4 & 0xffff);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}

/**
 * The address that a scenario passes: an IPv6 address if it is written as one. A family number of another
 * family is kept, so that the system call rejects it.
 *
 * @throws TypeError that tells what is expected
 */
export function toSockaddr(value: unknown, syscall: string): sockaddr {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${syscall}: the address must be { address, port }, got ${show(value)}`);
  }
  const given = value as { family?: unknown; address?: unknown; port?: unknown };
  const { family, address, port = 0 } = given;
  const number = toFamily(family, syscall);
  if (number === undefined || number === AF_INET || number === AF_INET6)
    for (const part of ['address', 'port'] as const)
      if (given[part] === undefined)
        throw new TypeError(
          `${syscall}: the address has no ${part}: it must be { address, port }, got ${show(value)}`,
        );
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError(`${syscall}: port must be a whole number from 0 to 65535, got ${show(port)}`);
  }
  const written6 = typeof address === 'string' && address.includes(':') && number !== AF_INET;
  if (written6 || family === 'IPv6') {
    const found = typeof address === 'string' ? parseAddress6(address) : null;
    if (found !== null) return new sockaddr_in6(number ?? AF_INET6, port, found);
    throw new TypeError(`${syscall}: address must be an IPv6 address such as '::1', got ${show(address)}`);
  }
  // Only the address of another family may be left out: AF_UNSPEC says all by itself.
  const found =
    address === undefined ? INADDR_ANY : typeof address === 'string' ? parseAddress(address) : null;
  if (found !== null) return new sockaddr_in(number ?? AF_INET, port, found);
  throw new TypeError(
    `${syscall}: address must be an IPv4 address such as '127.0.0.1', got ${show(address)}`,
  );
}
/** An AF_ number; undefined: derive the family from the address. */
function toFamily(family: unknown, syscall: string): number | undefined {
  if (family === undefined) return undefined;
  if (family === 'IPv4' || family === 4) return AF_INET;
  if (family === 'IPv6') return AF_INET6;
  if (typeof family === 'number' && Number.isInteger(family)) return family;
  throw new TypeError(`${syscall}: family must be 'IPv4', 'IPv6' or an AF_ number, got ${show(family)}`);
}

export function fromSockaddr(addr: sockaddr): Required<SocketAddress> {
  if (addr instanceof sockaddr_in6) {
    const address = formatAddress6(addr.sin6_addr.s6_addr32);
    return { family: 'IPv6', address, port: addr.sin6_port };
  }
  return { family: 'IPv4', address: formatAddress(addr.sin_addr), port: addr.sin_port };
}
