import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ring_next, ring_unused, ring_used } from '../../../stack/drivers/net/vnic/ring.ts';

const ring = fc
  .tuple(fc.integer({ min: 2, max: 12 }), fc.nat(), fc.nat())
  .map(([bits, head, tail]) => ({ count: 2 ** bits, head: head % 2 ** bits, tail: tail % 2 ** bits }));

describe('ring indices', () => {
  it('keeps one descriptor unused: used and unused ones are count - 1 together', () => {
    fc.assert(
      fc.property(ring, ({ count, head, tail }) => {
        assert.equal(ring_used(head, tail, count) + ring_unused(head, tail, count), count - 1);
      }),
    );
  });

  it('counts the steps from head to tail', () => {
    fc.assert(
      fc.property(ring, ({ count, head, tail }) => {
        let at = head;
        for (let step = ring_used(head, tail, count); step > 0; step--) at = ring_next(at, count);
        assert.equal(at, tail);
      }),
    );
  });

  it('is empty when head and tail are the same, and goes around at the end', () => {
    assert.equal(ring_used(5, 5, 8), 0);
    assert.equal(ring_unused(5, 5, 8), 7);
    assert.equal(ring_next(7, 8), 0);
    assert.equal(ring_used(6, 2, 8), 4);
  });
});
