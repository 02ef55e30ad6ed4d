/** Sequence numbers are compared modulo 2^32. Here against plain big integers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, between } from '../../../stack/include/net/tcp.ts';

const TWO_32 = 1n << 32n;
const u32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
/** Near the places where something turns over, too. */
const seq = fc.oneof(u32, fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, 0x7ffffffe, -0x7fffffff));
const distance = (from: number, to: number) => (((BigInt(to) - BigInt(from)) % TWO_32) + TWO_32) % TWO_32;

describe('sequence numbers', () => {
  it('before(a, b): b is ahead by less than half the circle', () =>
    fc.assert(
      fc.property(seq, seq, (a, b) => {
        // As the C expression (s32)(a - b) < 0 has it: at exactly half, each is before the other.
        const ahead = distance(a, b);
        assert.equal(before(a, b), ahead > 0n && ahead <= TWO_32 / 2n);
        assert.equal(after(a, b), before(b, a));
      }),
      { numRuns: 5000 },
    ));
  it('is not changed by moving both, past the end of the circle too', () =>
    fc.assert(
      fc.property(seq, fc.integer({ min: 0, max: 0x7fffffff }), seq, (a, length, offset) => {
        const moved = (n: number) => (n + offset) | 0;
        const b = (a + length) | 0;
        assert.equal(before(moved(a), moved(b)), before(a, b));
        assert.equal(before(a, b), length > 0);
        assert.equal(after(b, a), length > 0);
      }),
    ));
  it('between(a, low, high): within, both ends included', () =>
    fc.assert(
      fc.property(seq, seq, seq, (a, low, high) => {
        assert.equal(between(a, low, high), distance(low, high) >= distance(low, a));
      }),
      { numRuns: 5000 },
    ));
});
