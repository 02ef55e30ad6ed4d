/** Text, line by line. */
import { field, type Field } from '../../tree/field.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

const TEXT = field('data-text-lines', 'Line-based text data', 'protocol');
const LINE = field('', '', 'none');

export const TEXT_LINES_FIELDS: readonly Field[] = [TEXT];

/** @param type the content type, if it is known */
export function dissectTextLines(packet: Packet, bytes: PacketBytes, type = ''): void {
  const layer = packet.layer(TEXT, bytes, bytes.length, '');
  let lines = 0;
  for (let at = bytes.begin; at < bytes.captured; lines++) {
    const end = bytes.textLineEnd(at);
    const begin = at;
    layer.heading(LINE, bytes, begin, end - begin, () => printable(bytes.utf8(begin, end - begin)));
    at = end;
  }
  layer.label(() => `${TEXT.title}${type && `: ${type}`} (${lines} lines)`);
  if (type) packet.appendInfo(` (${type})`);
}
