/** Where states and arrows stand: from left to right, or from top to bottom where there is little width. */
import { placeOf, STATES, TRANSITIONS, type Corner, type StatePlace, type Transition } from './diagram.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Point {
  x: number;
  y: number;
}
export interface StatesLayout {
  width: number;
  height: number;
  box: (state: StatePlace) => Box;
  /** The corners of an arrow, from its tail to its head. */
  path: (transition: Transition) => Point[];
  at: (corner: Corner) => Point;
  isUpright: boolean;
}

const COLUMNS = Math.max(...STATES.map(({ column }) => column)) + 1;
const ROWS = Math.max(...STATES.map(({ row }) => row)) + 1;
const NARROW = 640;
/** Room at both sides, for the arrows that are led along the edges. */
const EDGE = 16;
const LEAST = { width: 90, height: 38 } as const;
const MOST = { width: 130, height: 64 } as const;
const GAP = { width: 18, height: 8 } as const;
/** How far an arrow is moved aside where another one leads back. */
const ASIDE = 7;
/** Between two arrows that run side by side. */
const LANE = 6;

const isStraight = ({ edge, route }: Transition) => edge === undefined && route === undefined;
const hasReturn = ({ from, to }: Transition) =>
  TRANSITIONS.some((other) => other.from === to && other.to === from && isStraight(other));

const limited = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

export function layout(width: number, height: number): StatesLayout {
  const isUpright = width < NARROW && height > width;
  const [across, down] = isUpright ? [ROWS, COLUMNS] : [COLUMNS, ROWS];
  const [edgeX, edgeY] = isUpright ? [EDGE, 4] : [4, EDGE];
  const cell = {
    width: Math.max(LEAST.width + GAP.width, (width - 2 * edgeX) / across),
    height: Math.max(LEAST.height + GAP.height, (height - 2 * edgeY) / down),
  };
  const size = {
    width: limited(cell.width - GAP.width, LEAST.width, MOST.width),
    height: limited(cell.height - GAP.height - 10, LEAST.height, MOST.height),
  };
  const box = ({ column, row }: StatePlace): Box => {
    const [atX, atY] = isUpright ? [row, column] : [column, row];
    return {
      x: edgeX + atX * cell.width + (cell.width - size.width) / 2,
      y: edgeY + atY * cell.height + (cell.height - size.height) / 2,
      ...size,
    };
  };
  const at = ({ column, row, x = 0, y = 0 }: Corner): Point => {
    const [atX, atY, asideX, asideY] = isUpright ? [row, column, y, x] : [column, row, x, y];
    return {
      x: edgeX + (atX + 0.5) * cell.width + asideX * LANE,
      y: edgeY + (atY + 0.5) * cell.height + asideY * LANE,
    };
  };
  const total = { width: 2 * edgeX + across * cell.width, height: 2 * edgeY + down * cell.height };

  const path = (transition: Transition): Point[] => {
    const [from, to] = [box(placeOf(transition.from)!), box(placeOf(transition.to)!)];
    if (transition.edge !== undefined) return aroundEdge(from, to, transition.edge);
    if (transition.route !== undefined) return along(from, to, transition.route);
    const [start, end] = [middle(from), middle(to)];
    const length = Math.hypot(end.x - start.x, end.y - start.y);
    const aside = hasReturn(transition) ? ASIDE / length : 0;
    const [dx, dy] = [-(end.y - start.y) * aside, (end.x - start.x) * aside];
    const [first, last] = [
      { x: start.x + dx, y: start.y + dy },
      { x: end.x + dx, y: end.y + dy },
    ];
    return [leaving(from, first, last), leaving(to, last, first)];
  };
  const along = (from: Box, to: Box, route: readonly Corner[]): Point[] => {
    const corners = route.map(at);
    const [first, second] = [corners[0]!, corners[1]!];
    const [before, last] = [corners.at(-2)!, corners.at(-1)!];
    return [leaving(from, first, second), ...corners.slice(1, -1), leaving(to, last, before)];
  };
  const aroundEdge = (from: Box, to: Box, edge: 'first' | 'last'): Point[] => {
    const [start, end] = [middle(from), middle(to)];
    if (isUpright) {
      const x = edge === 'first' ? 7 : total.width - 7;
      return [
        { x: edge === 'first' ? from.x : from.x + from.width, y: start.y },
        { x, y: start.y },
        { x, y: end.y },
        { x: edge === 'first' ? to.x : to.x + to.width, y: end.y },
      ];
    }
    const y = edge === 'first' ? 7 : total.height - 7;
    return [
      { x: start.x, y: edge === 'first' ? from.y : from.y + from.height },
      { x: start.x, y },
      { x: end.x, y },
      { x: end.x, y: edge === 'first' ? to.y : to.y + to.height },
    ];
  };
  return { ...total, box, path, at, isUpright };
}

function middle({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where a line from a point within a box to another one leaves the box. */
function leaving({ x, y, width, height }: Box, from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const toX = dx === 0 ? Infinity : ((dx > 0 ? x + width : x) - from.x) / dx;
  const toY = dy === 0 ? Infinity : ((dy > 0 ? y + height : y) - from.y) / dy;
  const share = Math.min(toX, toY);
  return { x: from.x + dx * share, y: from.y + dy * share };
}
