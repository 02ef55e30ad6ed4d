import assert from 'node:assert/strict';
import { Link, pattern } from '../support/link.ts';

describe('wire: duplication', () => {
  for (const latency of [0, 10_000]) {
    it(`delivers a frame twice, whole both times (latency ${latency} ns)`, () => {
      const link = new Link({ duplicate: 1, latency });
      link.send(pattern(20), [pattern(100)]);
      link.settle();
      assert.equal(link.received.length, 2);
      assert.deepEqual(link.received[0]!.bytes, link.received[1]!.bytes);
      assert.deepEqual(
        link.received.map(({ skb }) => skb.frame_number),
        [1, 1],
      );
    });
  }
});
