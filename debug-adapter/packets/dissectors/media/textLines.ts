/** Text, line by line. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

const TEXT = field('data-text-lines', 'Line-based text data', 'protocol');
const LINE = field('', '', 'none');

export const TEXT_LINES_FIELDS: readonly Field[] = [TEXT];

/** @param type the content type, if it is known */
export function dissectTextLines(
  packet: Packet,
  bytes: PacketBytes,
  type = '',
  within: Item | null = null,
): void {
  addTextLines(packet, bytes, type, within);
  if (type) packet.appendInfo(` (${type})`);
}

/** The same where the packet list says nothing of it. */
export function addTextLines(packet: Packet, bytes: PacketBytes, type: string, within: Item | null): void {
  const layer = packet.layer(TEXT, bytes, bytes.length, '', undefined, within);
  let lines = 0;
  for (let at = bytes.begin; at < bytes.captured; lines++) {
    const begin = at;
    at = bytes.textLineEnd(begin);
    const length = at - begin;
    layer.heading(LINE, bytes, begin, length, () => printable(bytes.utf8(begin, length)));
  }
  layer.label(() => `${TEXT.title}${type && `: ${type}`} (${lines} lines)`);
}
