import fc from 'fast-check';
import { digest } from '../../support/digest.ts';
import { STORIES } from '../../support/packetStories.ts';

const VALID = Object.values(STORIES).flatMap((story) => story().map(({ bytes }) => bytes));

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
