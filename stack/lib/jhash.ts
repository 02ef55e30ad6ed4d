/** Bob Jenkins' hash for hash tables, in the variant lookup3 that the kernel uses. @linux include/linux/jhash.h */
import type { u32 } from '../include/linux/types.ts';

const JHASH_INITVAL = 0xdeadbeef | 0;

function rol32(word: u32, shift: number): u32 {
  return (word << shift) | (word >>> (32 - shift));
}

/** Hash three words. All are int32, the result too. @linux include/linux/jhash.h */
export function jhash_3words(a: u32, b: u32, c: u32, initval: u32): u32 {
  const seed = (initval + JHASH_INITVAL + (3 << 2)) | 0;
  return final_mix((a + seed) | 0, (b + seed) | 0, (c + seed) | 0);
}
/** Hash two words. @linux include/linux/jhash.h */
export function jhash_2words(a: u32, b: u32, initval: u32): u32 {
  const seed = (initval + JHASH_INITVAL + (2 << 2)) | 0;
  return final_mix((a + seed) | 0, (b + seed) | 0, seed);
}
/** Hash one word. @linux include/linux/jhash.h */
export function jhash_1word(a: u32, initval: u32): u32 {
  const seed = (initval + JHASH_INITVAL + (1 << 2)) | 0;
  return final_mix((a + seed) | 0, seed, seed);
}

/** The final mix of lookup3: afterwards c depends on every bit of a, b and c. */
function final_mix(a: u32, b: u32, c: u32): u32 {
  c = ((c ^ b) - rol32(b, 14)) | 0;
  a = ((a ^ c) - rol32(c, 11)) | 0;
  b = ((b ^ a) - rol32(a, 25)) | 0;
  c = ((c ^ b) - rol32(b, 16)) | 0;
  a = ((a ^ c) - rol32(c, 4)) | 0;
  b = ((b ^ a) - rol32(a, 14)) | 0;
  return ((c ^ b) - rol32(b, 24)) | 0;
}
