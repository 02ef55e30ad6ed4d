import assert from 'node:assert/strict';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { capture, frame, ping, tcp, udp, windowScale } from '../../support/packetBuilder.ts';

const fill = (store: PacketStore, from: number, to: number): void => {
  for (let number = from; number <= to; number++)
    store.add(
      frame(
        udp({ payload: `packet ${number}`, from: `127.0.0.1:${1000 + (number % 2)}` }),
        number,
        number * 1000,
      ),
    );
};

describe('the packet store', () => {
  it('hands out rows by range, all or those that match', () => {
    const store = new PacketStore();
    fill(store, 1, 100);
    assert.deepEqual(
      store.rows(10, 3).rows.map(({ number }) => number),
      [11, 12, 13],
    );
    const odd = store.rows(48, 5, 'udp.port == 1001');
    assert.deepEqual([odd.total, odd.matching, odd.rows.map(({ number }) => number)], [100, 50, [97, 99]]);
    fill(store, 101, 103);
    assert.equal(store.rows(0, 0, 'udp.port == 1001').matching, 52);
  });

  it('lets go of the oldest, and says so', () => {
    const store = new PacketStore({ packets: 3000 });
    store.rows(0, 1, 'udp.port == 1001');
    fill(store, 1, 10_000);
    store.decode();
    assert.deepEqual([store.total, store.kept, store.letGo], [10_000, 3000, 7000]);
    const { total, matching, rows } = store.rows(0, 2);
    assert.deepEqual([total, matching, rows.map(({ number }) => number)], [10_000, 3000, [7001, 7002]]);
    assert.deepEqual(store.rows(0, 1, 'udp.port == 1001').rows[0]!.number, 7001);
    fill(store, 10_001, 10_010);
    assert.equal(store.rows(0, 1, 'udp.port == 1001').rows[0]!.number, 7011);
    assert.equal(store.rows(0, 1, 'udp.port == 1001').matching, 1500);
    assert.throws(
      () => store.packet(5),
      /^Error: packet 5 was let go: the newest 3000 packets are kept, from 7011 on$/,
    );
    assert.throws(() => store.packet(10_011), /^Error: no such packet: 10011 \(10010 captured so far\)$/);
  });

  it('keeps bytes bounded too', () => {
    const store = new PacketStore({ bytes: 10_000 });
    for (let number = 1; number <= 50; number++) store.add(frame(new Uint8Array(1000), number, 0));
    assert.equal(store.kept, 10);
  });

  it('knows a connection whose beginning nobody has looked at before it was let go', () => {
    const store = new PacketStore({ packets: 1 });
    const [client, server] = ['127.0.0.1:40312', '127.0.0.1:9000'];
    const tcpOptions = windowScale(7);
    const frames = capture([
      tcp({ from: client, to: server, flags: 'SYN', seq: 5, tcpOptions }),
      tcp({ from: server, to: client, flags: 'SYN ACK', seq: 8, ack: 6, tcpOptions }),
      tcp({ from: client, to: server, flags: 'ACK', seq: 6, ack: 9, window: 10, payload: 'x'.repeat(1000) }),
      tcp({ from: client, to: server, flags: 'ACK', seq: 1006, ack: 9, window: 10, payload: 'x' }),
    ]);
    for (const one of frames) store.add(one);
    assert.deepEqual(
      store.rows(0, 9).rows.map(({ info }) => info),
      ['40312 → 9000 [ACK] Seq=1001 Ack=1 Win=1280 Len=1'],
    );
  });

  it('does not keep the buffer alive that a frame was a view into, nor see it change', () => {
    const ring = Uint8Array.from([...Array<number>(100).fill(0), ...udp({ payload: 'first' })]);
    const store = new PacketStore();
    store.add({ ...frame([], 1, 0), bytes: ring.subarray(100), length: ring.length - 100 });
    ring.fill(0xff);
    assert.equal(store.rows(0, 1).rows[0]!.info, '5000 → 6000 Len=5');
    const shared = new Uint8Array(new SharedArrayBuffer(60));
    shared.set(udp({ payload: 'second' }));
    store.add({ ...frame([], 2, 0), bytes: shared, length: 60 });
    shared.fill(0);
    assert.equal(store.rows(1, 1).rows[0]!.info, '5000 → 6000 Len=6');
  });

  it('finds packets by number where the capture has gaps', () => {
    const store = new PacketStore();
    for (const number of [2, 5, 6, 90]) store.add(frame(ping(1, number), number, number));
    assert.equal(store.packet(90).number, 90);
    assert.throws(() => store.packet(7), /no such packet: 7/);
    assert.throws(() => store.add(frame(ping(1, 1), 6, 1)), /must come in order: got number 6 after 90/);
  });

  it('says which packet the stop is at, and where that is in the list', () => {
    const store = new PacketStore();
    fill(store, 1, 10);
    store.current = 7;
    assert.deepEqual([store.rows(0, 1).current, store.rows(0, 1).currentIndex], [7, 6]);
    assert.equal(store.rows(0, 1, 'udp.port == 1001').currentIndex, 3);
    assert.equal(store.rows(0, 1, 'udp.port == 1000').currentIndex, undefined);
  });

  it('begins anew when cleared', () => {
    const store = new PacketStore();
    store.add(frame(tcp({ flags: 'SYN', seq: 5 }), 1, 0));
    store.clear();
    assert.equal(store.total, 0);
    store.add(frame(tcp({ flags: 'ACK', seq: 9, ack: 3 }), 1, 0));
    assert.match(store.rows(0, 1).rows[0]!.info, /Seq=1 Ack=1/);
  });
});
