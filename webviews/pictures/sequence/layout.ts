/**
 * Where everything of a sequence diagram is: from the data to positions in pixels, without a drawing. Lifelines
 * stand from left to right, time goes down.
 */
import type {
  Moment,
  SequenceCall,
  SequenceLifeline,
  SequencePacket,
  SequenceResponse,
} from '../../../debug-adapter/protocol.ts';
import { itemsOf, rowsOf, type Item, type Row } from './rows.ts';
import { durationText } from './time.ts';

export interface LayoutOptions {
  /** The room there is, in pixels; the drawing may be wider and higher. */
  width: number;
  /** `events`: rows are evenly spaced, and long pauses cut short; `scale`: all is where its time is. */
  spacing: 'events' | 'scale';
  /** 1: as it is made to be read. */
  zoom: number;
  /** The NICs between the ends, as lifelines of their own. */
  showNics: boolean;
}

export interface Column {
  id: string;
  x: number;
  /** A NIC's: it has no lifeline in the data. */
  nic?: string;
  lifeline?: SequenceLifeline;
  /** On which side its texts are. */
  side: 'left' | 'right';
  /** How far its texts may reach. */
  room: number;
}
export interface Bar {
  call: SequenceCall;
  x: number;
  y1: number;
  y2: number;
  /** It goes on beyond the end of the drawing. */
  isOpen: boolean;
  sleeps: { y1: number; y2: number }[];
}
export interface Arrow {
  packet: SequencePacket;
  /** From the sender to the receiver, or to where it ends. */
  points: { x: number; y: number }[];
  /** The middle of its label, and whether there is room for one. */
  label: { x: number; y: number; isShown: boolean };
}
/** The texts of one row beside its lifeline. */
export interface Note {
  items: Item[];
  x: number;
  y: number;
  side: 'left' | 'right';
  room: number;
  isShown: boolean;
}
/** A pause that is cut short. */
export interface Break {
  y: number;
  text: string;
}
export interface Tick {
  y: number;
  timeNs: number;
}
export interface Layout {
  width: number;
  height: number;
  columns: Column[];
  bars: Bar[];
  arrows: Arrow[];
  notes: Note[];
  breaks: Break[];
  ticks: Tick[];
  /** Where the machine is stopped. */
  stop?: number;
  /** Everything in the order in which it happened, with its place, for going from one to the next. */
  places: { item: Item; y: number }[];
}

export const HEAD_HEIGHT = 44;
const RULER_WIDTH = 84;
const ROW_HEIGHT = 26;
/** Rows closer than this have no texts. */
const TEXT_HEIGHT = 13;
const BREAK_HEIGHT = 34;
/** A pause this many times as long as the usual one is cut short. */
const LONG_PAUSE = 8;
const NOTE_ROOM = 250;
const LEAST_NOTE_ROOM = 150;
const LEAST_GAP = 190;
const NIC_GAP = 110;
const BAR_WIDTH = 9;
const LEAST_BAR = 10;
const END_ROOM = 30;
/** How much of its way a lost packet goes. */
const LOST_AT = 0.55;
/** Pixels for the whole recording, drawn to scale with a zoom of 1. */
const SCALE_HEIGHT = 560;

export function layout(sequence: SequenceResponse, options: LayoutOptions): Layout {
  const items = itemsOf(sequence);
  const rows = rowsOf(items);
  const columns = columnsOf(sequence, options);
  const { ys, breaks } =
    options.spacing === 'events' ? evenly(rows, options.zoom) : toScale(rows, options.zoom);
  const height = (ys.at(-1) ?? HEAD_HEIGHT) + END_ROOM;
  const yOf = placing(rows, ys, height);
  const columnOf = new Map(columns.map((column) => [column.id, column]));
  const last = columns.at(-1);
  const width = last === undefined ? options.width : last.x + last.room + 12;
  const drawing: Layout = {
    width: Math.max(width, Math.min(options.width, width)),
    height,
    columns,
    bars: barsOf(sequence.calls, columnOf, yOf, height),
    arrows: arrowsOf(sequence.packets, columnOf, yOf, options.showNics),
    notes: notesOf(rows, ys, columnOf),
    breaks,
    ticks: ticksOf(rows, ys),
    places: rows.flatMap((row, index) => row.items.map((item) => ({ item, y: ys[index]! }))),
  };
  if (sequence.stop !== undefined && rows.length > 0) drawing.stop = stopAt(sequence.stop, yOf, rows, ys);
  return drawing;
}

/** The end of the last row if nothing has happened since. */
function stopAt(stop: Moment, yOf: Placing, rows: readonly Row[], ys: readonly number[]): number {
  const lastItem = rows.at(-1)!.items.at(-1)!;
  return stop.event >= lastItem.at.event ? ys.at(-1)! + 14 : yOf(stop) + 4;
}

function columnsOf({ lifelines, packets }: SequenceResponse, { width, showNics }: LayoutOptions): Column[] {
  const nics = showNics
    ? [
        ...new Set(
          packets.flatMap(({ sender, receiver }) => (receiver === undefined ? [sender] : [sender, receiver])),
        ),
      ]
    : [];
  const count = lifelines.length;
  if (count === 0) return [];
  // Texts of the first lifeline stand on its left, of the others on their right.
  const inner = Math.max(0, count - 2);
  const free = width - RULER_WIDTH - 12;
  const between = count - 1;
  const wanted = 2 * NOTE_ROOM + inner * NOTE_ROOM + nics.length * NIC_GAP + between * LEAST_GAP;
  const room = wanted <= free ? NOTE_ROOM : LEAST_NOTE_ROOM;
  const rest = free - (2 + inner) * room - nics.length * NIC_GAP;
  const gap = Math.max(LEAST_GAP, between === 0 ? 0 : rest / between);
  const columns: Column[] = [];
  let x = RULER_WIDTH + room;
  const [first, ...others] = lifelines;
  columns.push({ id: first!.id, x, lifeline: first!, side: 'left', room });
  for (const nic of nics) {
    x += columns.length === 1 ? gap / 2 + NIC_GAP / 2 : NIC_GAP;
    columns.push({ id: `nic ${nic}`, x, nic, side: 'right', room: 60 });
  }
  for (const [index, lifeline] of others.entries()) {
    if (index > 0) x += gap + room;
    else x += nics.length === 0 ? gap : gap / 2 + NIC_GAP / 2;
    columns.push({ id: lifeline.id, x, lifeline, side: 'right', room });
  }
  return columns;
}

/** Rows one after the other; a pause between two is longer than the usual one, or cut short. */
function evenly(rows: readonly Row[], zoom: number): { ys: number[]; breaks: Break[] } {
  const pauses = rows.slice(1).map(({ timeNs }, index) => timeNs - rows[index]!.timeNs);
  const usual = median(pauses.filter((pause) => pause > 0));
  const height = ROW_HEIGHT * zoom;
  const breaks: Break[] = [];
  let y = HEAD_HEIGHT + 22;
  const ys = rows.map((_row, index) => {
    if (index === 0) return y;
    const pause = pauses[index - 1]!;
    if (pause > LONG_PAUSE * usual) {
      breaks.push({ y: y + (height + BREAK_HEIGHT) / 2, text: durationText(pause) });
      y += BREAK_HEIGHT;
    } else if (pause > usual) y += Math.min(2, pause / usual - 1) * 0.25 * height;
    // An arrow that goes down, and not straight across, needs some height.
    else if (pause > 0) y += 0.25 * height;
    y += height;
    return y;
  });
  return { ys, breaks };
}

function toScale(rows: readonly Row[], zoom: number): { ys: number[]; breaks: Break[] } {
  const first = rows[0]?.timeNs ?? 0;
  const length = Math.max(1, (rows.at(-1)?.timeNs ?? 0) - first);
  const top = HEAD_HEIGHT + 22;
  const ys = rows.map(({ timeNs }) => top + ((timeNs - first) / length) * SCALE_HEIGHT * zoom);
  return { ys, breaks: [] };
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

type Placing = (moment: Moment) => number;

/** The row in which a moment is, or the last one before it. */
function placing(rows: readonly Row[], ys: readonly number[], height: number): Placing {
  const events = rows.map(({ items }) => items[0]!.at.event);
  return ({ event }) => {
    let low = 0;
    let high = events.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (events[middle]! <= event) low = middle + 1;
      else high = middle - 1;
    }
    return high < 0 ? HEAD_HEIGHT + 6 : (ys[high] ?? height);
  };
}

function barsOf(
  calls: readonly SequenceCall[],
  columns: ReadonlyMap<string, Column>,
  yOf: Placing,
  height: number,
): Bar[] {
  const lanes = new Map<string, number[]>();
  return calls.flatMap((call): Bar[] => {
    const column = columns.get(call.lifeline);
    if (column === undefined) return [];
    // Threads of a process that are in calls at the same time stand beside each other.
    const pids = lanes.get(call.lifeline) ?? [];
    if (!pids.includes(call.pid)) pids.push(call.pid);
    lanes.set(call.lifeline, pids);
    const lane = Math.min(3, pids.indexOf(call.pid));
    const end = call.to === undefined ? height - 8 : yOf(call.to);
    const y1 = yOf(call.from) - 5;
    const y2 = Math.max(y1 + LEAST_BAR, end + 5);
    return [
      {
        call,
        x: column.x - BAR_WIDTH / 2 + lane * (BAR_WIDTH - 3),
        y1,
        y2,
        isOpen: call.to === undefined,
        sleeps: call.sleeps.map(({ from, to }) => ({
          y1: Math.max(y1, yOf(from)),
          y2: Math.min(y2, to === undefined ? height - 8 : yOf(to)),
        })),
      },
    ];
  });
}
export { BAR_WIDTH };

function arrowsOf(
  packets: readonly SequencePacket[],
  columns: ReadonlyMap<string, Column>,
  yOf: Placing,
  showNics: boolean,
): Arrow[] {
  let before = -Infinity;
  return packets.flatMap((packet): Arrow[] => {
    const from = columns.get(packet.from);
    const to = columns.get(packet.to);
    if (from === undefined || to === undefined) return [];
    const points = wayOf(packet, from, to, columns, yOf, showNics);
    const [start, end] = [points.at(showNics && points.length > 2 ? 1 : 0)!, points.at(-1)!];
    const y = (start.y + end.y) / 2;
    const isShown = Math.abs(y - before) >= TEXT_HEIGHT;
    if (isShown) before = y;
    return [{ packet, points, label: { x: (start.x + end.x) / 2, y, isShown } }];
  });
}

function wayOf(
  { sent, stored, arrived, fate, sender, receiver }: SequencePacket,
  from: Column,
  to: Column,
  columns: ReadonlyMap<string, Column>,
  yOf: Placing,
  showNics: boolean,
): { x: number; y: number }[] {
  const start = { x: from.x, y: yOf(sent) };
  const points = [start];
  const nics = showNics ? [columns.get(`nic ${sender}`), columns.get(`nic ${receiver ?? ''}`)] : [];
  const [own, other] = nics;
  if (own !== undefined) points.push({ x: own.x, y: start.y });
  if (other !== undefined && stored !== undefined) points.push({ x: other.x, y: yOf(stored) });
  if (arrived !== undefined) {
    points.push({ x: to.x, y: yOf(arrived) });
    return points;
  }
  // On its way, or lost on it.
  const last = points.at(-1)!;
  const share = fate === 'lost' ? LOST_AT : stored === undefined ? 0.7 : 0.9;
  const target = other === undefined || stored !== undefined ? to.x : other.x;
  points.push({ x: last.x + (target - last.x) * share, y: last.y + 12 });
  return points;
}

function notesOf(rows: readonly Row[], ys: readonly number[], columns: ReadonlyMap<string, Column>): Note[] {
  const before = new Map<string, number>();
  return rows.flatMap(({ lifeline, items }, index): Note[] => {
    const column = columns.get(lifeline);
    const told = items.filter(({ kind }) => kind !== 'sent' && kind !== 'arrived');
    if (column === undefined || told.length === 0) return [];
    const y = ys[index]!;
    const isShown = y - (before.get(lifeline) ?? -Infinity) >= TEXT_HEIGHT;
    if (isShown) before.set(lifeline, y);
    const { x, side, room } = column;
    return [{ items: told, x, y, side, room, isShown }];
  });
}

/** A mark where the time is another than above. */
function ticksOf(rows: readonly Row[], ys: readonly number[]): Tick[] {
  const ticks: Tick[] = [];
  for (const [index, { timeNs }] of rows.entries()) {
    const last = ticks.at(-1);
    if (last !== undefined && (last.timeNs === timeNs || ys[index]! - last.y < TEXT_HEIGHT)) continue;
    ticks.push({ y: ys[index]!, timeNs });
  }
  return ticks;
}
