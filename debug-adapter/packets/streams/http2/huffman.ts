/** HPACK's Huffman code (RFC 7541, appendix B). It is canonical: the codes follow from their lengths. */

/** Bits of the code of each byte; the last is the end of a string. */
// prettier-ignore
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const END = 256;

/** A node has two places: another node's, or below zero the byte that ends there. */
const TREE: Int16Array = plant();

function plant(): Int16Array {
  const tree = new Int16Array(2 * LENGTHS.length);
  const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
  let nodes = 1;
  let [code, length] = [0, LENGTHS[symbols[0]!]!];
  for (const symbol of symbols) {
    code <<= LENGTHS[symbol]! - length;
    length = LENGTHS[symbol]!;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const place = 2 * node + ((code >>> bit) & 1);
      node = tree[place] ||= nodes++;
    }
    tree[2 * node + (code & 1)] = -1 - symbol;
    code++;
  }
  return tree;
}

/** @returns null if the bytes are no text in this code */
export function fromHuffman(bytes: Uint8Array): Uint8Array | null {
  const text: number[] = [];
  let node = 0;
  // Bits since the last byte ended: at most seven, all ones, are left at the end.
  let [left, isPadding] = [0, true];
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const one = (byte >>> bit) & 1;
      const next = TREE[2 * node + one]!;
      left++;
      isPadding &&= one === 1;
      if (next >= 0) {
        node = next;
        continue;
      }
      const symbol = -1 - next;
      if (symbol === END) return null;
      text.push(symbol);
      [node, left, isPadding] = [0, 0, true];
    }
  return left > 7 || !isPadding ? null : Uint8Array.from(text);
}
