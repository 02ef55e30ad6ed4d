/** A decoded packet as the layer tree shows it. */
import type { ByteSource } from './tree/packetBytes.ts';
import type { Field } from './tree/field.ts';
import type { Item } from './tree/item.ts';
import type { Packet } from './tree/packet.ts';
import { valueText } from './tree/text.ts';
import type { PacketBytes, PacketField } from './data.ts';

/** The packet's layers, the frame itself first; without what only filters find. */
export function packetLayers(packet: Packet): PacketField[] {
  const occurrences = new Map<Item, number>();
  const counts = new Map<Field, number>();
  for (const item of packet.all) {
    const count = counts.get(item.field) ?? 0;
    occurrences.set(item, count);
    counts.set(item.field, count + 1);
  }
  const line = (item: Item): PacketField => {
    const { field, offset, length, source, children, value } = item;
    const shown = children.filter(({ isHidden }) => !isHidden).map(line);
    const occurrence = occurrences.get(item) ?? 0;
    const from = packet.sources.indexOf(source);
    return {
      text: item.text,
      title: field.title,
      offset,
      length,
      ...(from > 0 && { source: from }),
      ...(field.name !== '' && { field: field.name }),
      ...(occurrence > 0 && { occurrence }),
      ...(hasValue(field) && { value: valueText(field, value) }),
      ...(field.isFrame && { frame: Number(value) }),
      ...(shown.length > 0 && { children: shown }),
    };
  };
  return packet.layers.filter(({ isHidden }) => !isHidden).map(line);
}

function hasValue({ type }: Field): boolean {
  return type !== 'none' && type !== 'protocol';
}

/** The frame's bytes, and those that were put together from several. */
export function packetBytes({ sources }: Packet): PacketBytes[] {
  return sources.map(({ name, bytes }: ByteSource) => ({
    name,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  }));
}
