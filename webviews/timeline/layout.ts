/** Where things are in a timeline's drawing: a pure function of the data and the size. */
import type {
  Bookmark,
  Moment,
  TimelineAxis,
  TimelineBar,
  TimelineLane,
  TimelineOutput,
  TimelinePacket,
  TimelineResponse,
} from '../../debug-adapter/protocol.ts';
import { secondsText, ticksOf } from '../pictures/graphs/axis.ts';

export const RULER = 40;
const LANE = 30;
const BAR = 12;
/** Even a call that takes no time is seen. */
const LEAST_BAR = 3;
const NARROW = 600;
const LABELS = { wide: 170, narrow: 96 };
const RIGHT = 14;
const TICK_WIDTH = 110;
/** How far from a thing a click still means it. */
const REACH = 5;
/** The height of a mark above the bars. */
const OUTPUT_ROOM = 8;

export type Item =
  | { kind: 'bar'; at: Moment; bar: TimelineBar }
  | { kind: 'packet'; at: Moment; packet: TimelinePacket }
  | { kind: 'output'; at: Moment; output: TimelineOutput }
  | { kind: 'bookmark'; at: Moment; bookmark: Bookmark }
  | { kind: 'stop'; at: Moment };

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}
export interface PlacedLane {
  lane: TimelineLane;
  /** The middle. */
  y: number;
  /** Another host begins here. */
  isFirstOfHost: boolean;
}
export interface Layout {
  axis: TimelineAxis;
  width: number;
  height: number;
  /** The left and the right edge of what is drawn to scale. */
  left: number;
  right: number;
  lanes: PlacedLane[];
  bars: { item: Extract<Item, { kind: 'bar' }>; box: Box }[];
  packets: { item: Extract<Item, { kind: 'packet' }>; line: Line }[];
  /** At the upper edge of its lane. */
  outputs: { item: Extract<Item, { kind: 'output' }>; x: number; y: number }[];
  stops: { item: Extract<Item, { kind: 'stop' }>; x: number }[];
  bookmarks: { item: Extract<Item, { kind: 'bookmark' }>; x: number }[];
  ticks: { x: number; text: string }[];
  /** Where the machine is stopped, if that is in the window. */
  stop: number | undefined;
  xOf(moment: Moment): number;
}

export function layout(data: TimelineResponse, width: number): Layout {
  const left = width < NARROW ? LABELS.narrow : LABELS.wide;
  const right = Math.max(left + 50, width - RIGHT);
  const { axis, from, to } = data;
  const scale = (right - left) / Math.max(1e-9, to - from);
  const xAt = (position: number): number => left + (position - from) * scale;
  const xOf = (moment: Moment): number => xAt(axis === 'time' ? moment.timeNs : moment.event);
  const clipped = (x: number): number => Math.min(right, Math.max(left, x));
  const yOf = (lane: number): number => RULER + lane * LANE + LANE / 2;
  const bars = data.bars.map((bar): Layout['bars'][number] => {
    const begin = clipped(xOf(bar.from));
    const end = bar.to === undefined ? right : clipped(xOf(bar.to));
    const box = {
      x: begin,
      y: yOf(bar.lane) - BAR / 2,
      width: Math.max(LEAST_BAR, end - begin),
      height: BAR,
    };
    return { item: { kind: 'bar', at: bar.from, bar }, box };
  });
  const packets = data.packets.map((packet): Layout['packets'][number] => ({
    item: { kind: 'packet', at: packet.sent, packet },
    line: lineOf(packet, xOf, yOf),
  }));
  const isIn = (x: number): boolean => x >= left && x <= right;
  const stop = data.stop && xOf(data.stop);
  return {
    axis,
    width,
    height: RULER + data.lanes.length * LANE + 6,
    left,
    right,
    lanes: data.lanes.map((lane, index) => ({
      lane,
      y: yOf(index),
      isFirstOfHost: index > 0 && data.lanes[index - 1]!.host !== lane.host,
    })),
    bars,
    packets,
    outputs: data.outputs.map((output) => ({
      item: { kind: 'output', at: output.at, output },
      x: xOf(output.at),
      y: yOf(output.lane) - BAR / 2 - 1,
    })),
    stops: data.stops.map((at) => ({ item: { kind: 'stop', at }, x: xOf(at) })),
    bookmarks: data.bookmarks.map((bookmark) => ({
      item: { kind: 'bookmark', at: bookmark, bookmark },
      x: xOf(bookmark),
    })),
    ticks: ticks(data, right - left, xAt),
    stop: stop !== undefined && isIn(stop) ? stop : undefined,
    xOf,
  };
}

/** A packet that does not arrive ends on its way. */
function lineOf(
  { from, to, sent, arrived, fate }: TimelinePacket,
  xOf: (moment: Moment) => number,
  yOf: (lane: number) => number,
): Line {
  const [x1, y1] = [xOf(sent), yOf(from)];
  const isWhole = fate === 'delivered' || fate === 'dropped';
  const x2 = xOf(arrived ?? sent);
  // Within a lane it is a notch below the bars.
  if (from === to) return { x1, y1: y1 + BAR / 2, x2, y2: y1 + LANE / 2 - 1 };
  const y2 = yOf(to);
  return { x1, y1, x2, y2: isWhole ? y2 : (y1 + y2) / 2 };
}

function ticks(
  { axis, from, to }: TimelineResponse,
  width: number,
  xAt: (position: number) => number,
): Layout['ticks'] {
  if (to <= from) return [];
  const most = Math.max(2, Math.floor(width / TICK_WIDTH));
  const unit = axis === 'time' ? 1e9 : 1;
  const values = ticksOf({ min: from / unit, max: to / unit }, most, axis === 'time' ? 1e-9 : 1);
  const step = values.length > 1 ? values[1]! - values[0]! : (to - from) / unit;
  return values.map((value) => ({
    x: xAt(value * unit),
    text: axis === 'time' ? `${secondsText(value, step)} s` : String(Math.round(value)),
  }));
}

/** What is at a point, the smallest first; undefined: nothing. */
export function itemAt(layout: Layout, x: number, y: number): Item | undefined {
  const near = (at: number): boolean => Math.abs(at - x) <= REACH;
  if (y < RULER)
    return layout.bookmarks.find((one) => near(one.x))?.item ?? layout.stops.find((one) => near(one.x))?.item;
  const output = layout.outputs.findLast((one) => near(one.x) && y <= one.y && y > one.y - OUTPUT_ROOM);
  if (output !== undefined) return output.item;
  const bar = layout.bars.findLast(({ box }) => isInBox(box, x, y));
  if (bar !== undefined) return bar.item;
  let best: { distance: number; item: Item } | undefined;
  for (const { line, item } of layout.packets) {
    const distance = distanceTo(line, x, y);
    if (distance <= REACH && distance < (best?.distance ?? Infinity)) best = { distance, item };
  }
  return best?.item;
}
function isInBox(box: Box, x: number, y: number): boolean {
  return x >= box.x - 1 && x <= box.x + box.width + 1 && y >= box.y && y <= box.y + box.height;
}
function distanceTo({ x1, y1, x2, y2 }: Line, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - part * dx, y - y1 - part * dy);
}

/** All that is shown, in the order in which it happens. */
export function itemsOf({ bars, packets, outputs, stops, bookmarks }: Layout): Item[] {
  const items = [...bars, ...packets, ...outputs, ...stops, ...bookmarks].map(({ item }): Item => item);
  return items.sort((one, other) => one.at.event - other.at.event);
}

/** The moments that can be gone to in the window, in order. */
export function momentsOf({ bars, packets, outputs, stops, bookmarks }: Layout): Moment[] {
  const all = [
    ...bars.flatMap(({ item: { bar } }) => (bar.to === undefined ? [bar.from] : [bar.from, bar.to])),
    ...packets.flatMap(({ item: { packet } }) =>
      packet.arrived === undefined ? [packet.sent] : [packet.sent, packet.arrived],
    ),
    ...[...outputs, ...stops, ...bookmarks].map(({ item }) => item.at),
  ];
  const byEvent = new Map(all.map((moment) => [moment.event, moment]));
  return [...byEvent.values()].sort((one, other) => one.event - other.event);
}
