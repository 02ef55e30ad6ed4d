/** Where two runs begin to differ, as their traces tell. */
import assert from 'node:assert/strict';
import type { TraceResponse } from '../../debug-adapter/protocol.ts';
import { compareRuns } from '../../debug-adapter/sequence/firstDifference.ts';

/** A trace of one line for each letter, a µs apart. */
function trace(letters: string, missing = 0): TraceResponse {
  const lines = [...letters].map((text, at) => ({ event: at, timeNs: (missing + at) * 1000, text }));
  return { lines, missing, leftOut: 0 };
}

describe('two runs', () => {
  it('differ first where something else happens', () =>
    assert.deepEqual(compareRuns(trace('abcd'), trace('abXd')), { kind: 'differ', left: 2, right: 2 }));

  it('differ where the same happens at another time', () => {
    const late = trace('abc');
    late.lines[1]!.timeNs++;
    assert.deepEqual(compareRuns(trace('abc'), late), { kind: 'differ', left: 1, right: 1 });
  });

  it('whose events have other numbers are the same', () => {
    const numbered = trace('abc');
    for (const line of numbered.lines) line.event += 5;
    assert.deepEqual(compareRuns(trace('abc'), numbered), { kind: 'same', lines: 3, shorter: 'neither' });
  });

  it('are the same as far as both have come', () => {
    assert.deepEqual(compareRuns(trace('ab'), trace('abc')), { kind: 'same', lines: 2, shorter: 'left' });
    assert.deepEqual(compareRuns(trace('abc'), trace('')), { kind: 'same', lines: 0, shorter: 'right' });
  });

  it('of which one has kept less are compared in what both have', () => {
    assert.deepEqual(compareRuns(trace('abcde'), trace('cXe', 2)), { kind: 'differ', left: 3, right: 1 });
    assert.deepEqual(compareRuns(trace('cde', 2), trace('abcde')), {
      kind: 'same',
      lines: 3,
      shorter: 'neither',
    });
    assert.deepEqual(compareRuns(trace('ab'), trace('cde', 2)), { kind: 'apart' });
  });
});
