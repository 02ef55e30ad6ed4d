/** Bytes that no protocol decodes. */
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

const DATA = field('data', 'Data', 'protocol');
const BYTES = field('data.data', 'Data', 'bytes');
const TEXT = field('data.text', 'Text', 'string');
const LENGTH = field('data.len', 'Length', 'int32');

export const DATA_FIELDS: readonly Field[] = [DATA, BYTES, TEXT, LENGTH];

const bytesUnit = units('byte');

/** The rest of a packet, if any of it was captured. @param within the line that it belongs into */
export function dissectData(packet: Packet, bytes: PacketBytes, within: Item | null = null): void {
  const captured = bytes.captured - bytes.begin;
  if (captured <= 0) return;
  const text = () => `Data (${bytes.length}${bytesUnit(bytes.length)})`;
  const layer = packet.layer(DATA, bytes, bytes.length, text, undefined, within);
  layer.read(BYTES, bytes, bytes.begin, captured);
  layer.read(TEXT, bytes, bytes.begin, captured);
  layer.generate(LENGTH, bytes, captured);
}
