/**
 * Where the stations of a packet are drawn: the sender's from top to bottom on the left, the wire at the bottom, the
 * receiver's from bottom to top on the right. Where there is little room, all from top to bottom.
 */
import type { WayStation } from '../../../debug-adapter/protocol.ts';

export interface PlacedStation {
  station: WayStation;
  x: number;
  y: number;
  width: number;
  /** Since the station before, in ns; undefined for the first. */
  afterNs: number | undefined;
}
/** From a station to the next one. */
export interface Leg {
  from: { x: number; y: number };
  to: { x: number; y: number };
  /** The packet is longer under way here than at the other stations together. */
  isLongest: boolean;
}
export interface WayLayout {
  width: number;
  height: number;
  stations: PlacedStation[];
  legs: Leg[];
}

export const STATION_HEIGHT = 32;
/** Between two stations: less where there is little room. */
const LEAST_GAP = 7;
const MOST_GAP = 18;
/** Around the wire. */
const ACROSS = 24;
const EDGE = 6;
const MOST_WIDTH = 460;
/** Narrower, and the columns would be too narrow to read. */
const TWO_COLUMNS = 620;
const WIRE_SHARE = 0.2;

/** @param room the height that there is: a way that is longer is scrolled */
export function wayLayout(stations: readonly WayStation[], width: number, room: number): WayLayout {
  const isUpright = width < TWO_COLUMNS;
  const on = (side: WayStation['side']) => stations.filter((one) => one.side === side).length;
  const rows = isUpright ? stations.length : Math.max(on('sender'), on('receiver'), on('wire'), 1);
  const gap = (room - 2 * EDGE - rows * STATION_HEIGHT) / Math.max(1, rows - 1);
  const step = STATION_HEIGHT + Math.min(MOST_GAP, Math.max(LEAST_GAP, Math.floor(gap)));
  const rowAt = (row: number) => EDGE + row * step;
  const places = isUpright
    ? stations.map((_, row) => ({ x: EDGE, y: rowAt(row), width: width - 2 * EDGE }))
    : inTwoColumns(stations, width, { sender: rows - on('sender'), bottom: rows - 1, rowAt });
  const placed = stations.map((station, index): PlacedStation => {
    const before = stations[index - 1];
    return {
      station,
      ...places[index]!,
      afterNs: before === undefined ? undefined : station.at.timeNs - before.at.timeNs,
    };
  });
  const longest = Math.max(0, ...placed.map(({ afterNs }) => afterNs ?? 0));
  const legs = placed.slice(1).map((next, index): Leg => {
    const before = placed[index]!;
    return { ...ends(before, next), isLongest: longest > 0 && next.afterNs === longest };
  });
  const height = Math.max(0, ...placed.map(({ y }) => y + STATION_HEIGHT)) + EDGE;
  return { width, height, stations: placed, legs };
}

type Box = Pick<PlacedStation, 'x' | 'y' | 'width'>;
interface Rows {
  /** The row of the sender's first station, and the last row of all. */
  sender: number;
  bottom: number;
  rowAt(row: number): number;
}
function inTwoColumns(
  stations: readonly WayStation[],
  width: number,
  { sender, bottom, rowAt }: Rows,
): Box[] {
  const whole = Math.min(width - 2 * EDGE, (2 * MOST_WIDTH) / (1 - WIRE_SHARE));
  const left = (width - whole) / 2;
  const wire = whole * WIRE_SHARE - 2 * ACROSS;
  const column = (whole - wire - 2 * ACROSS) / 2;
  const taken = { sender: 0, wire: 0, receiver: 0 };
  return stations.map(({ side }) => {
    const index = taken[side]++;
    switch (side) {
      case 'sender':
        return { x: left, y: rowAt(sender + index), width: column };
      case 'wire':
        // What is lost is above the wire: it goes no further.
        return { x: left + column + ACROSS, y: rowAt(bottom - index), width: wire };
      case 'receiver':
        return { x: left + whole - column, y: rowAt(bottom - index), width: column };
    }
  });
}

/** From edge to edge: downwards, upwards or across. */
function ends(from: Box, to: Box): Pick<Leg, 'from' | 'to'> {
  const middle = (box: Box) => box.x + box.width / 2;
  if (to.y > from.y)
    return { from: { x: middle(from), y: from.y + STATION_HEIGHT }, to: { x: middle(to), y: to.y } };
  if (to.y < from.y)
    return { from: { x: middle(from), y: from.y }, to: { x: middle(to), y: to.y + STATION_HEIGHT } };
  const y = from.y + STATION_HEIGHT / 2;
  return { from: { x: from.x + from.width, y }, to: { x: to.x, y } };
}
