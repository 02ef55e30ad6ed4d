/** The Internet checksum (RFC 1071), and the text for a verified one. */
import type { PacketField } from '../protocol.ts';
import { hex } from './bytes.ts';

export type ChecksumStatus = 'Good' | 'Bad' | 'Unverified' | 'Not present';

/** The result of verifying a checksum. */
export interface Checksum {
  value: number;
  status: ChecksumStatus;
  /** The correct value, if it could be computed. */
  expected?: number;
  /** The field holds only the pseudo header's sum: the stack left the rest to the NIC. */
  partial?: boolean;
}

/** One's complement sum, not folded; `sum` is the initial value. An odd last byte is padded with zero. */
export function onesSum(bytes: Uint8Array, offset: number, length: number, sum = 0): number {
  const end = offset + length;
  let at = offset;
  for (; at + 1 < end; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < end) sum += bytes[at]! << 8;
  return sum;
}

export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/**
 * Verify the checksum `value` at `at`, which covers `length` bytes from `offset` and the pseudo header with
 * the given sum. All bytes must be present.
 */
export function verify(
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
  pseudoHeader = 0,
): Checksum {
  const value = (bytes[at]! << 8) | bytes[at + 1]!;
  const expected = ~fold(onesSum(bytes, offset, length, pseudoHeader) - value) & 0xffff;
  // 0 and 0xffff are equal in one's complement.
  const good = value === expected || (value === 0xffff && expected === 0);
  const partial = !good && pseudoHeader !== 0 && value === fold(pseudoHeader);
  return { value, status: good ? 'Good' : 'Bad', expected, partial };
}

/** The two lines that Wireshark shows for a checksum. */
export function checksumFields(
  name: string,
  checksum: Checksum,
  offset: number,
  protocol: string,
): PacketField[] {
  const value = `${hex(checksum.value, 4)} ${remark(checksum, protocol)}`;
  return [
    { name, value, offset, length: 2 },
    { name: `[${name} status]`, value: checksum.status, offset, length: 2 },
  ];
}

function remark(checksum: Checksum, protocol: string): string {
  switch (checksum.status) {
    case 'Good':
      return '[correct]';
    case 'Unverified':
      return '[unverified]';
    case 'Not present':
      return '[zero-value ignored]';
    case 'Bad': {
      const offload = checksum.partial ? ` (maybe caused by "${protocol} checksum offload"?)` : '';
      return `incorrect, should be ${hex(checksum.expected ?? 0, 4)}${offload}`;
    }
  }
}
