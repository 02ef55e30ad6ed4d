import assert from 'node:assert/strict';
import { Link } from '../support/link.ts';

const inOrder = [...Array(200).keys()];
const byValue = (a: number, b: number): number => a - b;

describe('wire: reordering', () => {
  for (const latency of [0, 10_000]) {
    it(`changes the order and loses nothing (latency ${latency} ns)`, () => {
      const link = new Link({ reorder: 0.1, latency });
      link.sendNumbered(200);
      link.settle();
      assert.notDeepEqual(link.receivedNumbers, inOrder);
      assert.deepEqual(link.receivedNumbers.sort(byValue), inOrder);
    });
  }

  it('delivers a frame that was held back even if no other follows', () => {
    const link = new Link({ reorder: 1, latency: 0 });
    link.sendNumbered(1);
    assert.equal(link.received.length, 0);
    link.settle();
    assert.deepEqual(link.receivedNumbers, [0]);
  });
});
