/** Where two runs begin to differ. */
import type { TraceResponse } from '../protocol.ts';

export type RunsCompared =
  /** Something else happens, or at another time: in these lines, which count from 0. */
  | { kind: 'differ'; left: number; right: number }
  /** Nothing differs as far as both have come; `shorter` has come less far. */
  | { kind: 'same'; lines: number; shorter: 'left' | 'right' | 'neither' }
  /** Of what both have kept, nothing is of the same part of the run. */
  | { kind: 'apart' };

export function compareRuns(left: TraceResponse, right: TraceResponse): RunsCompared {
  // What one has kept and the other has not cannot be compared: both are read from the same line of the whole run on.
  const begin = Math.max(left.missing, right.missing);
  const [fromLeft, fromRight] = [begin - left.missing, begin - right.missing];
  const [restLeft, restRight] = [left.lines.length - fromLeft, right.lines.length - fromRight];
  const lines = Math.min(restLeft, restRight);
  if (lines < 0 || (lines === 0 && begin > 0)) return { kind: 'apart' };
  for (let at = 0; at < lines; at++) {
    const [one, other] = [left.lines[fromLeft + at]!, right.lines[fromRight + at]!];
    if (one.text !== other.text || one.timeNs !== other.timeNs)
      return { kind: 'differ', left: fromLeft + at, right: fromRight + at };
  }
  const shorter = restLeft === restRight ? 'neither' : restLeft < restRight ? 'left' : 'right';
  return { kind: 'same', lines, shorter };
}
