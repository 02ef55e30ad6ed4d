/** Where two runs begin to differ. Other ports of clients and other initial sequence numbers are no difference in what happens. */
import type { TraceResponse } from '../protocol.ts';
import { DrawnNumbers } from './drawnNumbers.ts';

/** A line of each run; they count from 0. */
interface Lines {
  left: number;
  right: number;
}
export type RunsCompared =
  /** Something else happens, or at another time. */
  | ({ kind: 'differ' } & Lines)
  /**
   * Nothing differs as far as both have come; `shorter` has come less far. `drawn`: the first lines with other numbers
   * that were drawn at random.
   */
  | { kind: 'same'; lines: number; shorter: 'left' | 'right' | 'neither'; drawn?: Lines }
  /** They differ somewhere before these lines, the first that both have kept. */
  | ({ kind: 'earlier' } & Lines)
  /** Of what both have kept, nothing is of the same part of the run. */
  | { kind: 'apart' };

/** The beginning of a line whose process was named before the lines that are kept. */
const UNNAMED = /^(?:[^:]* )?task\[\d+\]: /;

export function compareRuns(left: TraceResponse, right: TraceResponse): RunsCompared {
  // What one has kept and the other has not cannot be compared: both are read from the same line of the whole run on.
  const begin = Math.max(left.missing, right.missing);
  const [fromLeft, fromRight] = [begin - left.missing, begin - right.missing];
  const [restLeft, restRight] = [left.lines.length - fromLeft, right.lines.length - fromRight];
  const lines = Math.min(restLeft, restRight);
  if (lines < 0 || (lines === 0 && begin > 0)) return { kind: 'apart' };
  const numbers = new DrawnNumbers();
  let drawn: Lines | undefined;
  for (let at = 0; at < lines; at++) {
    const here = { left: fromLeft + at, right: fromRight + at };
    const [{ text: one, timeNs }, { text: other, timeNs: otherNs }] = [
      left.lines[here.left]!,
      right.lines[here.right]!,
    ];
    const isAlike =
      timeNs === otherNs &&
      (numbers.areAlike(one, other) || (begin > 0 && numbers.areAlike(...unnamed(one, other))));
    // Lines are counted from the beginning on: what differed before would have moved them, or their times.
    if (!isAlike) return { kind: at === 0 && begin > 0 ? 'earlier' : 'differ', ...here };
    if (one !== other) drawn ??= here;
  }
  const shorter = restLeft === restRight ? 'neither' : restLeft < restRight ? 'left' : 'right';
  return { kind: 'same', lines, shorter, ...(drawn && { drawn }) };
}

/** Two lines without the names of their processes, if one of these is not known: it was told before what is kept. */
function unnamed(...lines: [string, string]): [string, string] {
  if (!lines.some((line) => UNNAMED.test(line))) return lines;
  const [one, other] = lines.map((line) => line.replace(/^[^:]*?(\[\d+\]: )/, '$1'));
  return [one!, other!];
}
