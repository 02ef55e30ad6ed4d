/** Streams are followed in pieces, by ends, as they grow, and as their packets are let go. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { StreamOrder } from '../../../../debug-adapter/packets/follow/streamOrder.ts';
import { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import { capture, tcp } from '../../../support/packetBuilder.ts';
import { followed, storeOf } from '../../../support/followed.ts';
import { conversation } from '../../../support/streamStories.ts';

const CLIENT = '10.0.0.1:40312';
const SERVER = '10.0.0.2:8080';
const TALK = [
  ['C', 'hello'],
  ['S', 'good morning'],
  ['S', ', client'],
  ['C!', 'bye'],
] as const;

describe('following a stream', () => {
  it('has both ends in the order of capture, or one of them, with the packets that the bytes are in', () => {
    const store = storeOf(conversation(TALK));
    assert.deepEqual(followed(store, 0).lines, ['C hello', 'S good morning, client', 'C bye']);
    assert.deepEqual(followed(store, 0, 'tcp', 'client').lines, ['C hellobye']);
    assert.deepEqual(followed(store, 0, 'tcp', 'server').lines, ['S good morning, client']);
    const { client, server, chunks, streams } = store.follow({ ofPacket: 2 });
    assert.deepEqual(
      [client.name, client.packets, client.bytes, server.name, server.packets, server.bytes, streams],
      [CLIENT, 4, 8, SERVER, 3, 20, 1],
    );
    assert.deepEqual(
      chunks.map(({ number, isServer }) => `${isServer ? 'S' : 'C'} ${number}`),
      ['C 4', 'S 5', 'S 6', 'C 7'],
    );
  });

  it('grows with the capture', () => {
    const frames = conversation(TALK);
    const store = storeOf(frames.slice(0, 4));
    assert.deepEqual(followed(store, 0).lines, ['C hello']);
    for (const frame of frames.slice(4)) store.add(frame);
    assert.deepEqual(followed(store, 0).lines, ['C hello', 'S good morning, client', 'C bye']);
  });

  it('goes on with what is kept when the first packets were let go, and says how much was before', () => {
    const store = new PacketStore({ packets: 3 });
    for (const frame of conversation(TALK)) store.add(frame);
    assert.deepEqual(followed(store, 0).lines, ['S good morning, client', 'C bye']);
    const { client, server } = store.follow({ stream: 0 });
    assert.deepEqual([client.name, client.letGo, server.letGo], [CLIENT, 5, 0]);
    store.add({ ...conversation(TALK)[0]!, number: 8 });
    store.add({ ...conversation(TALK)[0]!, number: 9 });
    assert.deepEqual(followed(store, 0).lines, ['C bye']);
  });

  it('knows what is missing as soon as the other end acknowledges it, and until then what waits', () => {
    const from = { from: CLIENT, to: SERVER, flags: 'PSH ACK', ack: 1 };
    const frames = capture([
      tcp({ ...from, seq: 100, payload: 'one ' }),
      tcp({ ...from, seq: 110, payload: 'three' }),
      tcp({ from: SERVER, to: CLIENT, flags: 'ACK', seq: 1, ack: 115 }),
    ]);
    const before = storeOf(frames.slice(0, 2));
    assert.deepEqual(followed(before, 0).lines, ['C one ']);
    assert.equal(before.follow({ stream: 0 }).client.waiting, 5);
    const after = storeOf(frames);
    assert.deepEqual(followed(after, 0).lines, ['C one ', 'C [6 bytes missing]', 'C three']);
    assert.deepEqual(
      [after.follow({ stream: 0 }).client.missing, after.follow({ stream: 0 }).client.waiting],
      [6, 0],
    );
  });

  it('tells what a capture has cut off', () => {
    const [whole] = capture([
      tcp({ from: CLIENT, to: SERVER, flags: 'PSH ACK', seq: 9, payload: 'cut here' }),
    ]);
    const store = storeOf([{ ...whole!, bytes: whole!.bytes.slice(0, -5), length: whole!.bytes.length }]);
    assert.deepEqual(followed(store, 0).lines, ['C cut', 'C [5 bytes missing]']);
  });

  it('is given in pieces of bounded size, and saved as a whole', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-follow-'));
    const part = Array.from({ length: 1000 }, (_, at) => at & 0xff);
    const store = storeOf(
      conversation(Array.from({ length: 1000 }, (_, at) => [at % 3 ? 'S' : 'C', part] as const)),
    );
    // One answer takes a limited time.
    while (store.follow({ stream: 0 }).following);
    const { pieces, chunks, server, client } = store.follow({ stream: 0 });
    assert.equal(pieces, 8);
    assert.ok(chunks.length <= 131);
    assert.equal(store.follow({ stream: 0, piece: 99 }).piece, 7);
    const file = path.join(folder, 'stream');
    assert.deepEqual(await store.saveStream({ protocol: 'tcp', stream: 0, path: file }), {
      bytes: 1_000_000,
      missing: 0,
    });
    assert.equal((await readFile(file)).length, 1_000_000);
    await store.saveStream({ protocol: 'tcp', stream: 0, direction: 'server', path: file });
    assert.deepEqual([(await readFile(file)).length, client.bytes], [server.bytes, 334_000]);
    await rm(folder, { recursive: true });
  });

  it('is refused with the reason', () => {
    const store = storeOf(conversation(TALK));
    assert.throws(() => store.follow({ stream: 1 }), /there is no TCP stream 1: the last one is 0/);
    assert.throws(() => store.follow({ protocol: 'udp', stream: 0 }), /no packet of UDP is kept/);
    assert.throws(() => store.follow({}), /needs the number of a stream/);
    assert.throws(() => store.follow({ ofPacket: 99 }), /packet 99 is not there/);
    assert.throws(
      () => store.follow({ protocol: 'sctp' as 'tcp', stream: 0 }),
      /protocol must be one of tcp, udp, got "sctp"/,
    );
  });
});

describe('the order of a stream', () => {
  const LENGTH = 60;
  /** Segments of the bytes 0 to 59, in any order, again and overlapping, all of them there. */
  const segments = fc
    .array(fc.record({ begin: fc.nat(LENGTH - 1), length: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: 40,
    })
    .chain((some) =>
      fc.shuffledSubarray(
        [...some, ...Array.from({ length: 6 }, (_, at) => ({ begin: at * 10, length: 10 }))].map(
          ({ begin, length }) => ({ begin, length: Math.min(length, LENGTH - begin) }),
        ),
        { minLength: some.length + 6 },
      ),
    );

  it('has each byte once and in its place, however segments overlap and whatever their order', () => {
    fc.assert(
      fc.property(segments, fc.integer(), (all, base) => {
        const bytes: number[] = [];
        const order = new StreamOrder(({ row, skip, length }) => {
          for (let at = 0; at < length; at++) bytes.push(all[row]!.begin + skip + at);
        });
        const segment = { isServer: false, ack: null };
        order.add({ ...segment, row: -1, seq: base | 0, length: 0, captured: 0 });
        all.forEach(({ begin, length }, row) =>
          order.add({ ...segment, row, seq: (base + begin) | 0, length, captured: length }),
        );
        assert.deepEqual(
          bytes,
          Array.from({ length: LENGTH }, (_, at) => at),
        );
        assert.equal(order.waiting(false), 0);
      }),
    );
  });
});
