/** The window of the run that is shown: from where to where on the axis, and how it moves. */
import type { TimelineAxis, TimelineResponse } from '../../debug-adapter/protocol.ts';

/** On the axis: nanoseconds, or events. */
export interface Range {
  from: number;
  to: number;
}

/** Nothing is closer together than this. */
const SMALLEST: Readonly<Record<TimelineAxis, number>> = { time: 10, events: 4 };

export function wholeOf({ axis, whole }: TimelineResponse): Range {
  if (whole === undefined) return { from: 0, to: 1 };
  const { from, to } = whole;
  return axis === 'time' ? { from: from.timeNs, to: to.timeNs } : { from: from.event, to: to.event };
}

/** @param at what stays where it is, from 0 (left) to 1 @returns undefined: all of the run */
export function zoomed(
  { from, to }: Range,
  factor: number,
  at: number,
  whole: Range,
  axis: TimelineAxis,
): Range | undefined {
  const size = Math.max(SMALLEST[axis], (to - from) / factor);
  if (size >= whole.to - whole.from) return undefined;
  const fixed = from + (to - from) * at;
  return within({ from: fixed - size * at, to: fixed + size * (1 - at) }, whole);
}

/** Moved by a part of its size. */
export function panned({ from, to }: Range, part: number, whole: Range): Range {
  const by = (to - from) * part;
  return within({ from: from + by, to: to + by }, whole);
}

/** Moved as little as needed for a position to be seen. */
export function showing(range: Range, position: number, whole: Range): Range {
  const { from, to } = range;
  if (position >= from && position <= to) return range;
  const size = to - from;
  return within({ from: position - size / 2, to: position + size / 2 }, whole);
}

function within({ from, to }: Range, whole: Range): Range {
  const size = to - from;
  const begin = Math.min(Math.max(from, whole.from), Math.max(whole.from, whole.to - size));
  return { from: begin, to: begin + size };
}
