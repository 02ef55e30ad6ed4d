/** Bytes that no protocol decodes. */
import { field, units, type Field } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

const DATA = field('data', 'Data', 'protocol');
const BYTES = field('data.data', 'Data', 'bytes');
const LENGTH = field('data.len', 'Length', 'int32');

export const DATA_FIELDS: readonly Field[] = [DATA, BYTES, LENGTH];

const bytesUnit = units('byte');

/** The rest of a packet, if there is any. */
export function dissectData(packet: Packet, bytes: PacketBytes): void {
  if (bytes.length <= 0) return;
  const captured = bytes.captured - bytes.begin;
  const layer = packet.layer(
    DATA,
    bytes,
    bytes.length,
    () => `Data (${bytes.length}${bytesUnit(bytes.length)})`,
  );
  layer.read(BYTES, bytes, bytes.begin, captured);
  layer.generate(LENGTH, bytes, bytes.length);
}
