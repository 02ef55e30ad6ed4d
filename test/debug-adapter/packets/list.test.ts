import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { english } from '../../../language/message.ts';
import { exportPackets } from '../../../debug-adapter/packets/pcapFile.ts';
import { recordCapture, restoreCapture } from '../../../debug-adapter/packets/captureRecord.ts';
import { FilteredList } from '../../../debug-adapter/packets/filteredList.ts';
import { SortedList } from '../../../debug-adapter/packets/list/sortedList.ts';
import { findIn } from '../../../debug-adapter/packets/packetRows.ts';
import { MACHINE_CAPTURE } from '../../../debug-adapter/packets/capture.ts';
import { MemoryFrames } from '../../../debug-adapter/packets/kept/frames.ts';
import { KeptPackets } from '../../../debug-adapter/packets/kept/keptPackets.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { frame, udp } from '../../support/packetBuilder.ts';

/** Packets of different lengths from different ports, one each 10 µs. */
function capture(lengths: readonly number[]): PacketStore {
  const store = new PacketStore();
  lengths.forEach((length, at) => {
    const from = `10.0.0.1:${1000 + length}`;
    store.add(
      frame(udp({ from, to: '10.0.0.2:53', payload: 'x'.repeat(length) }), at + 1, (at + 1) * 10_000),
    );
  });
  return store;
}
const numbers = (store: PacketStore, view: Parameters<PacketStore['rows']>[3], filter = '') =>
  store.rows(0, 100, filter, view).rows.map(({ number }) => number);

describe('a list of packets', () => {
  it('is sorted by a column, up or down, equal ones in the order of capture', () => {
    const store = capture([5, 9, 100, 9, 1]);
    assert.deepEqual(numbers(store, { sort: { by: 'length', descending: false } }), [5, 1, 2, 4, 3]);
    assert.deepEqual(numbers(store, { sort: { by: 'length', descending: true } }), [3, 4, 2, 1, 5]);
    // 10.0.0.1:1009 comes before 10.0.0.1:1100 by its number, not by its letters.
    assert.deepEqual(numbers(store, { sort: { by: 'source', descending: false } }), [5, 1, 2, 4, 3]);
    for (const by of ['frame.len', 'udp.srcport'])
      assert.deepEqual(numbers(store, { sort: { by, descending: false } }), [5, 1, 2, 4, 3]);
    assert.deepEqual(
      numbers(store, { sort: { by: 'length', descending: false } }, 'frame.len > 50'),
      [2, 4, 3],
    );
    assert.throws(
      () => store.rows(0, 1, '', { sort: { by: 'lenght', descending: false } }),
      /no field "lenght"/,
    );
  });

  it('stays as it is while packets come in, and takes them in when it is told to', () => {
    const store = capture([5, 9, 1]);
    const sort = { by: 'length', descending: false };
    assert.deepEqual(numbers(store, { sort, upTo: 3 }), [3, 1, 2]);
    store.add(frame(udp({ from: '10.0.0.1:7', to: '10.0.0.2:53', payload: 'xx' }), 4, 50_000));
    assert.deepEqual(numbers(store, { sort, upTo: 3 }), [3, 1, 2]);
    assert.deepEqual(numbers(store, { sort, upTo: 4 }), [3, 4, 1, 2]);
    assert.equal(store.rows(0, 0, '', { sort, upTo: 4, locate: 1 }).located, 2);
    assert.equal(store.rows(0, 0, 'frame.len < 50', { sort, upTo: 4, locate: 2 }).located, -1);
  });

  it('is sorted in pieces, so that no answer takes long', () => {
    const list = new SortedList({ by: 'x', descending: false }, (row) => -row);
    const from = { length: 2_000, at: (index: number) => index };
    let answers = 0;
    let done = -1;
    for (let left = list.update(from, Infinity, 0); left; left = list.update(from, Infinity, 0)) {
      assert.ok(left.done > done && left.of === 2_000);
      done = left.done;
      answers++;
    }
    assert.ok(answers > 3, `${answers} answers`);
    assert.deepEqual([list.at(0), list.at(1_999)], [1_999, 0]);
  });

  it('is filtered in pieces, too: what was found so far can be shown', () => {
    const frames = new MemoryFrames();
    for (let number = 1; number <= 1_000; number++)
      frames.add(frame(new Uint8Array(number % 10 ? 60 : 61), number, number));
    const packets = new KeptPackets(frames, MACHINE_CAPTURE);
    packets.decode();
    const list = new FilteredList('frame.len == 61');
    let answers = 0;
    for (let left = list.update(packets, 0); left; left = list.update(packets, 0)) {
      answers++;
      assert.equal(left.of, 1_000);
      assert.equal(list.length, Math.floor(left.done / 10), `after ${left.done} packets`);
      if (answers > 100) assert.fail('it does not end');
    }
    assert.ok(answers > 3, `${answers} answers`);
    assert.equal(list.length, 100);
  });

  it('tells time since boot, since the reference, since the packet before', () => {
    const store = capture([1, 2, 3, 4]);
    const times = (time: 'virtual' | 'relative' | 'delta' | 'deltaDisplayed', filter = '') =>
      store.rows(0, 9, filter, { time }).rows.map((row) => row.time);
    assert.deepEqual(times('virtual').at(-1), '0.000040000');
    assert.deepEqual(times('relative'), ['0.000000000', '0.000010000', '0.000020000', '0.000030000']);
    store.annotate({ number: 2, isReference: true });
    assert.deepEqual(times('relative'), ['0.000000000', '*REF*', '0.000010000', '0.000020000']);
    assert.deepEqual(times('delta', 'frame.number != 3'), ['0.000000000', '0.000010000', '0.000010000']);
    assert.deepEqual(times('deltaDisplayed', 'frame.number != 3').at(-1), '0.000020000');
    store.annotate({ number: 2, isReference: false });
    assert.deepEqual(times('relative')[1], '0.000010000');
  });

  it('has the values of fields that are columns', () => {
    const store = capture([3]);
    const [row] = store.rows(0, 1, '', { fields: ['frame.len', 'eth.type'] }).rows;
    assert.deepEqual(row?.values, { 'frame.len': '45', 'eth.type': '0x0800' });
    const inner = ['udp.port', 'ip.src', 'tcp.port'];
    const [same] = store.rows(0, 1, '', { fields: inner }).rows;
    assert.deepEqual(
      [same?.values?.['udp.port'], same?.values?.['ip.src'], same?.values?.['tcp.port']],
      ['1003,53', '10.0.0.1', ''],
    );
    assert.throws(() => store.rows(0, 1, '', { fields: ['frame.lenn'] }), /did you mean frame.len/);
  });

  it('is searched for text in rows and bytes, for bytes and by filter, in both directions', () => {
    const store = capture([1, 2, 3]);
    store.add(frame(udp({ from: '10.0.0.9:7', to: '10.0.0.2:53', payload: 'Hello\r\n' }), 4, 50_000));
    const find = (what: 'filter' | 'row' | 'text' | 'hex', text: string, from = 0, backwards = false) =>
      findIn(store, { what, text, from, backwards }, english);
    assert.deepEqual(find('row', '10.0.0.9').found, { number: 4, index: 3 });
    assert.deepEqual(find('text', 'hELLO').found, { number: 4, index: 3 });
    assert.deepEqual(find('hex', '0d 0a').found, { number: 4, index: 3 });
    assert.deepEqual(find('filter', 'frame.number <= 2', 3, true).found, { number: 2, index: 1 });
    assert.deepEqual(find('row', 'nothing like it'), {});
    assert.match(find('hex', '0d 0').invalid?.message ?? '', /two digits/);
    assert.match(find('hex', '0x').invalid?.message ?? '', /two digits/);
    assert.match(find('filter', 'frame.numbr').invalid?.message ?? '', /did you mean frame.number/);
  });

  it('keeps marks and comments with the packets, in filters, in the record of the run and in the layers', () => {
    const store = capture([1, 2, 3]);
    assert.deepEqual(numbers(store, {}, 'frame.marked == 1'), []);
    store.annotate({ number: 2, marked: true, comment: 'look here' });
    assert.deepEqual(numbers(store, {}, 'frame.marked == 1'), [2]);
    assert.deepEqual(numbers(store, {}, 'frame.comment contains "here"'), [2]);
    const [row] = store.rows(1, 1).rows;
    assert.equal(row?.marked, true);
    assert.equal(row?.comment, 'look here');
    assert.match(JSON.stringify(store.packet(2).layers), /look here/);
    const restored = restoreCapture(JSON.parse(JSON.stringify(recordCapture(store))) as never);
    assert.deepEqual(numbers(restored, {}, 'frame.marked == 1'), [2]);
    store.annotate({ number: 2, marked: false, comment: '' });
    assert.deepEqual(numbers(store, {}, 'frame.comment'), []);
    assert.throws(() => store.annotate({ number: 9, marked: true }), /no such packet: 9/);
  });

  it('writes comments into the pcapng, beside what became of a packet', async () => {
    const store = capture([1, 2]);
    store.annotate({ number: 1, comment: 'look here' });
    store.annotate({ number: 2, comment: 'and here' });
    store.fates.set(2, 'lost', 'wire loss');
    const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-'));
    try {
      const file = path.join(folder, 'commented.pcapng');
      assert.equal(await exportPackets(file, store), 2);
      const text = readFileSync(file, 'latin1');
      assert.ok(text.includes('\x01\x00\x09\x00look here'), 'opt_comment of 9 bytes');
      assert.ok(text.includes('\x01\x00\x08\x00and here\x01\x00\x0f\x00lost: wire loss'), 'two comments');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
