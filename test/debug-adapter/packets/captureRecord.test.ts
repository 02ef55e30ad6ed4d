import assert from 'node:assert/strict';
import { recordCapture, restoreCapture } from '../../../debug-adapter/packets/captureRecord.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { frame, tcp } from '../../support/packetBuilder.ts';

const filled = (count: number, payload = 'hello'): PacketStore => {
  const store = new PacketStore();
  for (let number = 1; number <= count; number++) {
    const segment = tcp({ flags: 'PSH ACK', seq: number * payload.length, ack: 1, payload });
    store.add({ ...frame(segment, number, number * 1000), fate: number % 2 ? 'delivered' : 'in flight' });
  }
  store.fates.set(3, 'lost', 'wire loss');
  return store;
};

describe('a capture as a record', () => {
  it('gives the same rows, layers and bytes again', () => {
    const store = filled(20);
    const again = restoreCapture(recordCapture(store));
    assert.deepEqual(again.rows(0, 100), store.rows(0, 100));
    assert.deepEqual(again.packet(3), store.packet(3));
  });

  it('keeps of a large one the headers, of the newest, and knows how many there were', () => {
    const again = restoreCapture(recordCapture(filled(100, 'x'.repeat(1000)), 10_000));
    const { total, matching, rows } = again.rows(0, 100);
    assert.equal(total, 100);
    assert.equal(matching, Math.floor(10_000 / 192));
    assert.equal(rows.at(-1)?.number, 100);
    assert.equal(rows.at(-1)?.length, 1054);
    assert.match(rows.at(-1)?.info ?? '', /\[PSH, ACK\].*Len=1000/);
    assert.throws(() => again.packet(1), /packet 1 was let go/);
  });
});
