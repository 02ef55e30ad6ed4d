/** Protocols whose messages are DNS's, but for a few bits: Multicast DNS (RFC 6762) and LLMNR (RFC 4795). */
import { field, type Field } from '../../tree/field.ts';

export interface Dialect {
  readonly protocol: Field;
  /** In the list's column, and where a packet is broken. */
  readonly column: string;
  readonly short: string;
  /** The uppermost bit of a class means something of its own. */
  readonly hasClassBit: boolean;
  readonly hasLlmnrFlags: boolean;
}

const plain = { hasClassBit: false, hasLlmnrFlags: false };

export const DNS: Dialect = {
  ...plain,
  protocol: field('dns', 'Domain Name System', 'protocol'),
  column: 'DNS',
  short: 'DNS',
};
export const MDNS: Dialect = {
  ...plain,
  protocol: field('mdns', 'Multicast Domain Name System', 'protocol'),
  column: 'MDNS',
  short: 'mDNS',
  hasClassBit: true,
};
export const LLMNR: Dialect = {
  ...plain,
  protocol: field('llmnr', 'Link-local Multicast Name Resolution', 'protocol'),
  column: 'LLMNR',
  short: 'LLMNR',
  hasLlmnrFlags: true,
};

export const CLASS_BIT = 0x8000;

/** `.000 0000 0000 0001 = Class: IN (0x0001)`: the class without its uppermost bit. */
export function classLabel(kind: number, name: string): string {
  return `${bitsBelow(kind)} = Class: ${name} (${hexadecimal(kind)})`;
}

/** `.000 0101 1010 0000 = UDP payload size: 0x05a0`: what EDNS has in its place. */
export function sizeLabel(size: number): string {
  return `${bitsBelow(size)} = UDP payload size: ${hexadecimal(size)}`;
}

function bitsBelow(kind: number): string {
  const bits = kind.toString(2).padStart(16, '0').slice(-15);
  return `.${bits}`.match(/.{4}/g)!.join(' ');
}

function hexadecimal(kind: number): string {
  return `0x${kind.toString(16).padStart(4, '0')}`;
}
