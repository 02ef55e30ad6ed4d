/** Addresses as text. */
import type { be32, in6_addr_words } from '../include/linux/types.ts';

/** Convert 0x7f000001 to '127.0.0.1'. */
export function formatAddress(address: be32): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/**
 * Convert the words of an IPv6 address to '2001:db8::1', following RFC 5952; an IPv4-mapped one to
 * '::ffff:127.0.0.1'.
 */
export function formatAddress6(words: in6_addr_words): string {
  const [first, second, third, fourth] = words;
  if (first === 0 && second === 0 && third === 0xffff) return `::ffff:${formatAddress(fourth)}`;
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(':');
  const before = groups.slice(0, zeros.start).join(':');
  return `${before}::${groups.slice(zeros.start + zeros.length).join(':')}`;
}
/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
