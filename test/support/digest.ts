/** Looks at packets of any content as the panel does. */
import assert from 'node:assert/strict';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';
import { dissectPacket } from '../../debug-adapter/packets/dissectors/all.ts';
import { filterFields } from '../../debug-adapter/packets/filter/meaning/fields.ts';
import type { PacketField } from '../../debug-adapter/protocol.ts';
import { frame } from './packetBuilder.ts';

/** Lists, takes apart and filters packets; fields must lie within the bytes, and texts must be texts. */
export function digest(packets: { bytes: Uint8Array; length: number }[]): void {
  const store = new PacketStore();
  packets.forEach(({ bytes, length }, index) => store.add(frame(bytes, index + 1, index * 1000, length)));
  const { rows } = store.rows(0, packets.length);
  assert.equal(rows.length, packets.length);
  for (const row of rows) {
    assert.ok(
      !/undefined|NaN|null|\[object/.test(`${row.source} ${row.destination} ${row.protocol} ${row.info}`),
      row.info,
    );
    const { layers, sources } = store.packet(row.number);
    const sizes = sources.map(({ base64 }) => Buffer.from(base64, 'base64').length);
    const check = ({ text, value = '', source = 0, offset, length, children }: PacketField): void => {
      assert.ok(
        offset >= 0 && length >= 0 && (length === 0 || offset + length <= sizes[source]!),
        `${text} @${offset}+${length} of ${sizes[source]}`,
      );
      assert.ok(!/undefined|NaN|\[object/.test(`${text} ${value}`), `${text}: ${value}`);
      children?.forEach(check);
    };
    layers.forEach(check);
  }
  for (const { bytes, length } of packets) {
    const packet = dissectPacket(frame(bytes, 1, 0, length));
    for (const field of filterFields())
      for (const { value } of packet.items(field))
        assert.ok(typeof value !== 'number' || Number.isFinite(value), `${field.name} is ${String(value)}`);
  }
}
