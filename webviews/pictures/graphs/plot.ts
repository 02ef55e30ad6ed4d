/** What a graph shows, as numbers: drawn on the canvas and in the saved SVG alike. A pure function of the data. */
import type { GraphSegment, GraphsResponse, Moment } from '../../../debug-adapter/protocol.ts';
import type { Range } from './axis.ts';

/** What is to the right: virtual time, or the number of the event. */
export type Across = 'time' | 'events';

export interface PlotLine {
  label: string;
  /** One for each of `xs`: the value from there on. */
  ys: (number | null)[];
}
/** A range of sequence numbers: a bar, or a dot at its beginning. */
export interface PlotBar {
  x: number;
  from: number;
  to: number;
  kind: GraphSegment['kind'];
}
export interface Plot {
  x: Range;
  y: Range;
  across: Across;
  unit: GraphsResponse['unit'];
  xs: number[];
  lines: PlotLine[];
  bars: PlotBar[];
  /** Segments are dots at their first bytes. */
  asDots: boolean;
  /** Where the machine is stopped. */
  stop: number | undefined;
}

export function positionOf({ event, timeNs }: Moment, across: Across): number {
  return across === 'time' ? timeNs / 1e9 : event;
}

/** What was sent again is drawn last: nothing hides it. */
const DRAWN: readonly GraphSegment['kind'][] = ['sack', 'data', 'again'];

/** @param zoom the part that is shown; undefined: all of it */
export function plotOf(data: GraphsResponse, across: Across, zoom: Range | undefined): Plot {
  const { graph, unit, moments, lines, segments, last, stop } = data;
  const x = (moment: Moment) => positionOf(moment, across);
  const xs = moments.map(x);
  const bars = segments
    .map(({ at, from, to, kind }) => ({ x: x(at), from, to, kind }))
    .sort((a, b) => DRAWN.indexOf(a.kind) - DRAWN.indexOf(b.kind));
  // A value holds until the newest moment.
  const end =
    last !== undefined && lines.length > 0 && xs.length > 0 && x(last) > xs.at(-1)! ? x(last) : undefined;
  const held = lines.map(({ label, values }) => ({
    label,
    ys: end === undefined ? values : [...values, values.at(-1)!],
  }));
  if (end !== undefined) xs.push(end);
  const shown = zoom ?? padded(rangeOf([...xs, ...bars.map((bar) => bar.x)]), 0.02);
  const isShown = (at: number) => at >= shown.min && at <= shown.max;
  const ys = [
    ...held.flatMap((line) => line.ys.filter((y, index) => y !== null && isShown(xs[index]!))),
    ...bars.filter((bar) => isShown(bar.x)).flatMap(({ from, to }) => [from, to]),
  ] as number[];
  const isTimeSequence = graph === 'stevens' || graph === 'tcptrace';
  const range = rangeOf(isTimeSequence && ys.length > 0 ? ys : [...ys, 0]);
  const y = isTimeSequence ? padded(range, 0.05) : { min: 0, max: range.max === 0 ? 1 : range.max * 1.08 };
  return {
    x: shown,
    y,
    across,
    unit,
    xs,
    lines: held,
    bars,
    asDots: graph === 'stevens',
    stop: stop === undefined ? undefined : x(stop),
  };
}

function rangeOf(values: readonly number[]): Range {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > max ? { min: 0, max: 1 } : { min, max };
}
/** A little room on both sides; around a single value something to see. */
function padded({ min, max }: Range, share: number): Range {
  const room = max === min ? Math.max(1e-6, Math.abs(max) * 1e-3) : (max - min) * share;
  return { min: min - room, max: max + room };
}
