/** Addresses as text. */
import type { be32 } from '../include/linux/types.ts';

/** 0x7f000001 to '127.0.0.1'. */
export function formatAddress(address: be32): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}
