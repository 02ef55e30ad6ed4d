/** Domain names as DNS writes them, compressed (RFC 1035 4.1.4). */
import { BeyondEnd, type PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

export interface Name {
  readonly text: string;
  /** Bytes of its labels and of the dots between them. */
  readonly length: number;
  /** Where it ends at its place, however far it points. */
  readonly end: number;
}

/** A name of more bytes is none (RFC 1035 2.3.4). */
const MAX_NAME = 1024;
const ROOT = '<Root>';
const LOOPING = '<Name contains a pointer that loops>';
const LOOP = { text: LOOPING, length: LOOPING.length };

/** @param begin the message's, from which pointers count. @throws BeyondEnd */
export function readName(bytes: PacketBytes, begin: number, at: number): Name {
  const labels: string[] = [];
  let end = -1;
  let [pointers, length] = [0, 0];
  for (;;) {
    const size = bytes.u8(at);
    if (size === 0) {
      const text = labels.length ? labels.join('.') : ROOT;
      return { text, length: labels.length ? length - 1 : text.length, end: end < 0 ? at + 1 : end };
    }
    if ((size & 0xc0) === 0xc0) {
      const target = begin + (bytes.u16(at) & 0x3fff);
      if (end < 0) end = at + 2;
      // Each pointer leads to another place of the message, or it loops.
      if (++pointers > 64 || target === at) return { ...LOOP, end };
      at = target;
      continue;
    }
    if (size & 0xc0) throw new BeyondEnd(true);
    labels.push(printable(bytes.ascii(at + 1, size)));
    length += size + 1;
    if (length > MAX_NAME) return { ...LOOP, end: end < 0 ? at : end };
    at += 1 + size;
  }
}
