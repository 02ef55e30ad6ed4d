/**
 * The Internet checksum (RFC 1071): the one's complement sum of 16-bit words.
 *
 * A `wsum` is such a sum, folded to 16 bits so that it stays a small integer. Every function here also
 * accepts a sum of up to 32 bits, or one complemented with `~`.
 *
 * @linux lib/checksum.c, include/net/checksum.h
 */
import type { be16, be32, wsum } from '../include/linux/types.ts';

/** Fold a sum of up to 32 bits to 16, adding the carries. */
function fold(sum: number): wsum {
  let folded = sum >>> 0;
  folded = (folded & 0xffff) + (folded >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}

/**
 * Add the words of a range of bytes to a sum. An odd last byte counts as the high half of a word.
 *
 * @linux lib/checksum.c
 */
export function csum_partial(bytes: Uint8Array, at: number, len: number, sum: wsum): wsum {
  // High and low bytes are summed separately: one addition per byte, no shifts, no carries.
  let high = 0;
  let low = 0;
  let i = at;
  const end = at + len;
  for (const whole = end - 7; i < whole; i += 8) {
    high += bytes[i]! + bytes[i + 2]! + bytes[i + 4]! + bytes[i + 6]!;
    low += bytes[i + 1]! + bytes[i + 3]! + bytes[i + 5]! + bytes[i + 7]!;
  }
  for (; i + 1 < end; i += 2) {
    high += bytes[i]!;
    low += bytes[i + 1]!;
  }
  if (i < end) high += bytes[i]!;
  // For ranges up to 4 MiB each half stays below 2^30, and so does the total.
  return fold(fold(high) * 256 + fold(low) + fold(sum));
}

/** The checksum as it is stored in a header: the sum folded and complemented. @linux include/asm-generic/checksum.h */
export function csum_fold(sum: wsum): be16 {
  return ~fold(sum) & 0xffff;
}

/** Convert a header's checksum back to a sum. @linux include/net/checksum.h */
export function csum_unfold(check: be16): wsum {
  return check;
}

/** Add two sums in one's complement. @linux include/net/checksum.h */
export function csum_add(csum: wsum, addend: wsum): wsum {
  return fold(fold(csum) + fold(addend));
}

/** Subtract one sum from another in one's complement. @linux include/net/checksum.h */
export function csum_sub(csum: wsum, addend: wsum): wsum {
  return csum_add(csum, ~addend);
}

/** Swap the bytes of a sum if its data begins at an odd offset. @linux include/net/checksum.h */
export function csum_shift(sum: wsum, offset: number): wsum {
  if ((offset & 1) === 0) return sum;
  const folded = fold(sum);
  return ((folded & 0xff) << 8) | (folded >>> 8);
}

/** Add the sum of a block at `offset` in the whole. @linux include/net/checksum.h */
export function csum_block_add(csum: wsum, csum2: wsum, offset: number): wsum {
  return csum_add(csum, csum_shift(csum2, offset));
}

/** Subtract the sum of a block at `offset`. @linux include/net/checksum.h */
export function csum_block_sub(csum: wsum, csum2: wsum, offset: number): wsum {
  return csum_block_add(csum, ~csum2, offset);
}

/**
 * The checksum of a whole range, ready for a header. 0 when the range includes a correct checksum.
 *
 * @linux lib/checksum.c
 */
export function ip_compute_csum(bytes: Uint8Array, at: number, len: number): be16 {
  return csum_fold(csum_partial(bytes, at, len, 0));
}

/**
 * The checksum of an IP header of `ihl` 32-bit words: 0 when it includes a correct one.
 *
 * @linux lib/checksum.c
 */
export function ip_fast_csum(bytes: Uint8Array, at: number, ihl: number): be16 {
  let sum = 0;
  const end = at + ihl * 4;
  for (let i = at; i < end; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~(sum + (sum >>> 16)) & 0xffff;
}

/**
 * Add the pseudo header of TCP and UDP (RFC 9293 3.1) to a sum. `len` is header and payload, in bytes.
 *
 * @linux lib/checksum.c
 */
export function csum_tcpudp_nofold(saddr: be32, daddr: be32, len: number, proto: number, sum: wsum): wsum {
  return fold(
    (saddr >>> 16) + (saddr & 0xffff) + (daddr >>> 16) + (daddr & 0xffff) + proto + fold(len) + fold(sum),
  );
}

/** As csum_tcpudp_nofold(), folded and complemented. @linux include/net/checksum.h */
export function csum_tcpudp_magic(saddr: be32, daddr: be32, len: number, proto: number, sum: wsum): be16 {
  return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

/** Update a checksum after one 16-bit word has changed (RFC 1624). @linux include/net/checksum.h */
export function csum_replace2(check: be16, from: be16, to: be16): be16 {
  return ~csum_add(csum_sub(~check & 0xffff, from), to) & 0xffff;
}
