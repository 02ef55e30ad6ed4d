/** Bytes of which no block is like another: so many different words of 32 bits. */
export function words(count) {
  return Buffer.from(Uint32Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761)).buffer);
}
