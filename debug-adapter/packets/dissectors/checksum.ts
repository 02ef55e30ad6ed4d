/** Checksums in the tree: the field, whether it is right, and the right value. */
import type { PacketBytes } from '../tree/packetBytes.ts';
import { expert, type Severity } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';

export type ChecksumStatus = 'Bad' | 'Good' | 'Unverified' | 'Not present' | 'Illegal';
const STATUSES: readonly ChecksumStatus[] = ['Bad', 'Good', 'Unverified', 'Not present', 'Illegal'];

/** From this many bytes on it pays to add four at a time. */
const LONG = 256;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** One's complement sum (RFC 1071), not folded; `sum` is the initial value. An odd last byte is padded with zero. */
export function onesSum(bytes: Uint8Array, sum = 0): number {
  const { length, buffer, byteOffset } = bytes;
  let at = 0;
  if (length >= LONG && byteOffset % 2 === 0) {
    if (byteOffset % 4 !== 0) sum += (bytes[0]! << 8) | bytes[1]!;
    at = byteOffset % 4;
    const words = new Uint32Array(buffer, byteOffset + at, (length - at) >> 2);
    sum += sumOfWords(words);
    at += words.length * 4;
  }
  for (; at + 1 < length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < length) sum += bytes[at]! << 8;
  return sum;
}

/** The sum of words in the host's order is the sum with its bytes in that order (RFC 1071 2 B). */
function sumOfWords(words: Uint32Array): number {
  let [low, high] = [0, 0];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    low += word & 0xffff;
    high += word >>> 16;
  }
  const sum = fold(low + high);
  return IS_LITTLE_ENDIAN ? ((sum & 0xff) << 8) | (sum >>> 8) : sum;
}

export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** What the checksum should be, from the sum of everything that it covers, itself included. */
export function rightChecksum(sum: number, found: number): number {
  // Adding the complement takes `found` out of the sum.
  return ~fold(fold(sum) + (~found & 0xffff)) & 0xffff;
}

/** The fields of a checksum, declared once for each protocol. */
export interface ChecksumFields {
  readonly checksum: Field;
  readonly status: Field;
  readonly calculated: Field | null;
  readonly bad: Field;
  readonly severity: Severity;
  /** What is said where the right value is not known. */
  readonly unverified: string;
}

export function checksumFields(
  prefix: string,
  titles: { checksum: string; status: string },
  bad: string,
  {
    hasCalculated = true,
    severity = 'Error',
    unverified = 'unverified',
  }: { hasCalculated?: boolean; severity?: Severity; unverified?: string } = {},
): ChecksumFields {
  const names = Object.fromEntries(STATUSES.map((name, value) => [value, name]));
  return {
    checksum: field(`${prefix}.checksum`, titles.checksum, 'uint16', { base: 'hex' }),
    status: field(`${prefix}.checksum.status`, titles.status, 'uint8', { names }),
    calculated: hasCalculated
      ? field(`${prefix}.checksum_calculated`, 'Calculated Checksum', 'uint16', { base: 'hex' })
      : null,
    bad: field(bad, 'Bad checksum', 'none'),
    severity,
    unverified,
  };
}

export const listed = ({ checksum, status, bad, calculated }: ChecksumFields): Field[] => [
  checksum,
  status,
  bad,
  ...(calculated ? [calculated] : []),
];

/**
 * Adds the lines of a checksum.
 *
 * @param expected the right value, or null if it is not known
 * @param hint follows the right value where the field is wrong
 * @returns the checksum's own line
 */
export function addChecksum(
  layer: Item,
  fields: ChecksumFields,
  bytes: PacketBytes,
  offset: number,
  expected: number | null,
  hint = '',
): { line: Item; status: ChecksumStatus } {
  const line = layer.read(fields.checksum, bytes, offset, 2);
  const found = line.own as number;
  const status = expected === null ? 'Unverified' : isSame(found, expected) ? 'Good' : 'Bad';
  line.also(
    status === 'Good'
      ? ' [correct]'
      : status === 'Unverified'
        ? ` [${fields.unverified}]`
        : () => ` incorrect, should be ${hex(expected!)}${hint}`,
  );
  if (status === 'Bad')
    expert(line, fields.bad, fields.severity, 'Checksum', () => `Bad checksum [should be ${hex(expected!)}]`);
  addStatus(layer, fields, bytes, status);
  return { line, status };
}

export function addStatus(
  layer: Item,
  fields: ChecksumFields,
  bytes: PacketBytes,
  status: ChecksumStatus,
): void {
  layer.generate(fields.status, bytes, STATUSES.indexOf(status)).as(status);
}

/** The right value, below the wrong one or beside the right one. */
export function addCalculated(
  within: Item,
  { calculated }: ChecksumFields,
  bytes: PacketBytes,
  offset: number,
  expected: number | null,
): void {
  if (calculated && expected !== null) within.add(calculated, bytes, offset, 2, expected).generated();
}

/** 0 and 0xffff are equal in one's complement. */
function isSame(found: number, expected: number): boolean {
  return found === expected || (found === 0xffff && expected === 0);
}

const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
