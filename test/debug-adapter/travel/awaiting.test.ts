/** Which arrival in a line was the last one of a call that awaits there. */
import assert from 'node:assert/strict';
import type { NotedArrival } from '../../../debug-adapter/inspect/moments.ts';
import { lastAwait, type AwaitRole } from '../../../debug-adapter/travel/awaiting.ts';

const ROLES: Record<string, AwaitRole> = {
  begins: { isEntry: true, returns: false, isHere: false },
  awaits: { isEntry: false, returns: false, isHere: true },
  returns: { isEntry: false, returns: true, isHere: false },
  /** A function whose first place is in the line. */
  both: { isEntry: true, returns: false, isHere: true },
};
const frame = { name: 'client', url: 'client.ts', line: 3, column: 5 };

/** `awaits+`: it goes on after an `await`. @returns the event of the arrival: its index */
function last(text: string, calls = 1, outer = 0): number {
  const arrivals = text.split(' ').map((word, event): NotedArrival => {
    const [, name, resumed] = /^(\w+)(\+?)$/.exec(word)!;
    const place = Object.keys(ROLES).indexOf(name!);
    const isResumed = resumed === '+';
    return { place, event, arrival: 1, pid: 100, tgid: 100, depth: 1, interrupt: false, isResumed };
  });
  return lastAwait(arrivals, Object.values(ROLES), { frame, calls, outer }).event;
}

describe('the line in which a function awaits', () => {
  it('is where it came last, in whatever turn of a loop', () => {
    assert.equal(last('begins awaits'), 1);
    assert.equal(last('begins awaits awaits+ awaits+'), 3);
    assert.equal(last('both both+ both+'), 2);
  });
  it('is of this call, not of an earlier one', () => {
    assert.equal(last('begins awaits awaits+ returns+ begins awaits'), 5);
    assert.throws(() => last('begins awaits returns+ begins'), /where client began to wait is not known/);
  });
  it('is of each call that is in itself', () => {
    const nested = 'begins awaits begins awaits begins awaits returns+ begins awaits+ awaits+';
    assert.deepEqual(
      [0, 1, 2].map((outer) => last(nested, 3, outer)),
      [1, 3, 9],
    );
  });
  it('is not known where more calls are under way, or may be', () => {
    for (const text of ['begins awaits begins awaits', 'begins begins awaits'])
      assert.throws(() => last(text), /another call of client may be under way/);
  });
});
