/** Addresses from text. */
import type { be32 } from '../include/linux/types.ts';

/** Parse '127.0.0.1'; null if the text is not an address. */
export function parseAddress(text: string): be32 | null {
  const name = text === 'localhost' ? '127.0.0.1' : text;
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  if (match === null) return null;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return null;
  return (parts[0]! << 24) | (parts[1]! << 16) | (parts[2]! << 8) | parts[3]!;
}
