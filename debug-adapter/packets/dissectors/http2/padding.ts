/** Bytes that hide how long a frame's content is (RFC 9113 10.7). */
import { FLAG } from '../../streams/http2/http2.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';

const LENGTH = field('http2.padding', 'Pad Length', 'uint8', { base: 'hex' });
const SHOWN_LENGTH = field('http2.pad_length', 'Pad Length', 'uint16');

export const HTTP2_PADDING_FIELDS: readonly Field[] = [LENGTH, SHOWN_LENGTH];

export function addPadLength(stream: Item, payload: PacketBytes, flags: number): void {
  const isPadded = (flags & FLAG.padded) !== 0 && payload.captured > payload.begin;
  if (isPadded) stream.read(LENGTH, payload, payload.begin, 1);
  stream.generate(SHOWN_LENGTH, payload, isPadded ? payload.u8(payload.begin) : 0);
}

export function addPadding(stream: Item, own: Field, payload: PacketBytes, content: PacketBytes): void {
  const length = payload.captured - content.end;
  if (length > 0) stream.read(own, payload, content.end, length);
}
