/** Where two runs begin to differ, as their traces tell. */
import assert from 'node:assert/strict';
import type { TraceLine, TraceResponse } from '../../debug-adapter/protocol.ts';
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
    assert.deepEqual(compareRuns(trace('abcde'), trace('XXe', 2)), { kind: 'earlier', left: 2, right: 0 });
    assert.deepEqual(compareRuns(trace('Xbc'), trace('abc')), { kind: 'differ', left: 0, right: 0 });
    assert.deepEqual(compareRuns(trace('cde', 2), trace('abcde')), {
      kind: 'same',
      lines: 3,
      shorter: 'neither',
    });
    assert.deepEqual(compareRuns(trace('ab'), trace('cde', 2)), { kind: 'apart' });
  });

  it('of which the newest are kept differ earlier, if the first difference is not kept', () => {
    const MOST = 5000;
    const later = (ms: number) => (line: TraceLine) => ({ ...line, timeNs: line.timeNs + ms * 1e6 });
    const one = Array.from({ length: 8000 }, (_, at) => ({
      event: at,
      timeNs: at * 1000,
      text: `thing ${at}`,
    }));
    const lost = { event: 200, timeNs: 200_000, text: 'packet is lost' };
    const other = [...one.slice(0, 200), lost, ...one.slice(200).map(later(200))];
    const cut = (lines: TraceLine[]) => ({
      lines: lines.slice(-MOST),
      missing: lines.length - MOST,
      leftOut: 0,
    });
    const whole = (lines: TraceLine[]) => ({ lines, missing: 0, leftOut: 0 });
    assert.deepEqual(compareRuns(whole(one), whole(other)), { kind: 'differ', left: 200, right: 200 });
    assert.deepEqual(compareRuns(cut(one), cut(other)), { kind: 'earlier', left: 1, right: 0 });
    assert.deepEqual(compareRuns(cut(one), whole(other)), { kind: 'earlier', left: 0, right: 3000 });
  });

  it('of which one has kept less do not differ in a name that was told before', () => {
    const texts = ['a client[2]: connect(3)', 'a client[2]: sleeps', 'kernel: packet 1 is lost'];
    const run = (lines: string[], missing: number): TraceResponse => ({
      lines: lines.map((text, at) => ({ event: at, timeNs: missing + at, text })),
      missing,
      leftOut: 0,
    });
    const cut = ['a task[2]: sleeps', texts[2]!];
    assert.deepEqual(compareRuns(run(texts, 0), run(cut, 1)).kind, 'same');
    assert.deepEqual(compareRuns(run(texts, 0), run(['a task[3]: sleeps', texts[2]!], 1)).kind, 'earlier');
    assert.deepEqual(compareRuns(run(texts, 0), run(['a task[2]: wakes', texts[2]!], 1)).kind, 'earlier');
  });

  describe('whose numbers were drawn at random', () => {
    const SYN = (port: number, seq: number) =>
      `kernel: packet 1 is sent by lo: TCP 10.0.0.1:${port} → 10.0.0.2:80 [SYN] seq ${seq} ack 0 win 9 len 0`;
    const ACK = (port: number, seq: number, ack: number) =>
      `kernel: packet 3 is sent by lo: TCP 10.0.0.1:${port} → 10.0.0.2:80 [ACK] seq ${seq} ack ${ack} win 9 len 0`;
    const run = (...texts: string[]): TraceResponse => ({
      lines: texts.map((text, event) => ({ event, timeNs: event, text })),
      missing: 0,
      leftOut: 0,
    });
    const compare = (left: string[], right: string[]) => {
      const compared = compareRuns(run(...left), run(...right));
      return compared.kind === 'differ' ? compared.left : compared;
    };
    const same = (lines: number) => ({
      kind: 'same',
      lines,
      shorter: 'neither',
      drawn: { left: 0, right: 0 },
    });

    it('are the same with other ports of clients and other sequence numbers, also across their end', () =>
      assert.deepEqual(
        compare(
          [SYN(40000, 100), ACK(40000, 101, 6), 'server[1]: writes "from 10.0.0.1:40000, port 40000"'],
          [SYN(50000, 4294967295), ACK(50000, 0, 5), 'server[1]: writes "from 10.0.0.1:50000, port 50000"'],
        ),
        same(3),
      ));

    it('differ where a number stands that is not the one of the connection', () => {
      const left = [SYN(40000, 100), ACK(40000, 101, 6)];
      assert.equal(compare(left, [SYN(50000, 200), ACK(50000, 202, 6)]), 1, 'other bytes');
      assert.equal(compare(left, [SYN(50000, 200), ACK(50001, 201, 6)]), 1, 'another port');
      const late = ACK(40000, 101, 7);
      assert.equal(compare([...left, late], [SYN(50000, 200), ACK(50000, 201, 16), ACK(50000, 201, 16)]), 2);
      const two = [SYN(40000, 100), SYN(40001, 100)];
      assert.equal(compare(two, [SYN(50000, 100), SYN(50000, 100)]), 1, 'one port for two');
    });

    it('differ in the ports of servers, lengths and windows', () => {
      assert.equal(compare(['a: bind(3, 10.0.0.1:80)'], ['a: bind(3, 10.0.0.1:81)']), 0);
      assert.equal(compare([SYN(40000, 1)], [SYN(50000, 1).replace('win 9', 'win 8')]), 0);
      assert.equal(compare(['a: send() = 40000'], ['a: send() = 50000']), 0);
    });

    it('of which a connection begins again are the same with another distance', () =>
      assert.deepEqual(
        compare([SYN(40000, 100), SYN(40000, 300)], [SYN(50000, 200), SYN(50000, 700)]),
        same(2),
      ));
  });
});
