import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { dissectPacket } from '../../../debug-adapter/packets/dissectors/all.ts';
import { filterFields } from '../../../debug-adapter/packets/filter/meaning/fields.ts';
import type { PacketField } from '../../../debug-adapter/protocol.ts';
import { frame } from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';

const VALID = Object.values(STORIES).flatMap((story) => story().map(({ bytes }) => bytes));

/** Lists, takes apart and filters packets; fields must lie within the bytes, and texts must be texts. */
function digest(packets: { bytes: Uint8Array; length: number }[]): void {
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

describe('packets of any content', function () {
  this.timeout(60_000);

  it('never throw: random bytes', () => {
    const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ bytes, length: bytes.length }));
    fc.assert(fc.property(fc.array(anything, { minLength: 1, maxLength: 3 }), digest), { numRuns: 300 });
  });

  it('never throw: random bytes behind valid Ethernet and IP headers', () => {
    const head = [...Array<number>(12).fill(0), 8, 0, 0x45, 0, 0, 60, 0, 1, 0, 0, 64];
    const behind = fc
      .tuple(fc.constantFrom(1, 6, 17), fc.uint8Array({ maxLength: 120 }))
      .map(([proto, rest]) => {
        const bytes = Uint8Array.from([...head, proto, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, ...rest]);
        return { bytes, length: bytes.length };
      });
    fc.assert(fc.property(fc.array(behind, { minLength: 1, maxLength: 3 }), digest), { numRuns: 500 });
  });

  it('never throw: valid packets, changed, cut off or made longer', () => {
    const mutated = fc
      .record({
        bytes: fc.constantFrom(...VALID),
        changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        cut: fc.nat(),
        extra: fc.integer({ min: 0, max: 300 }),
      })
      .map(({ bytes, changes, cut, extra }) => {
        const copy = bytes.slice(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
        for (const [at, value] of changes) if (copy.length) copy[at % copy.length] = value;
        return { bytes: copy, length: copy.length + extra };
      });
    fc.assert(fc.property(fc.array(mutated, { minLength: 1, maxLength: 5 }), digest), { numRuns: 1500 });
  });
});
