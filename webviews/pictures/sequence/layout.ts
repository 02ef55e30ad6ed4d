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
import { itemsOf, nicOf, rowsOf, sleepsOf, type Item, type Row, type Sleep } from './rows.ts';
import { Crowd, slanted } from './crowd.ts';
import { durationText } from './time.ts';
import { meaningOf, noteText, packetText, STOP_TEXT, textWidth } from './words.ts';

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
  headWidth: number;
}
export interface Bar {
  call: SequenceCall;
  x: number;
  y1: number;
  y2: number;
  /** It goes on beyond the end of the drawing. */
  isOpen: boolean;
  sleeps: { sleep: Sleep; y1: number; y2: number }[];
}
export interface Point {
  x: number;
  y: number;
}
export interface Arrow {
  packet: SequencePacket;
  /** From the sender to the receiver, or to where it ends. */
  points: Point[];
  /** The middle of its label, along the arrow. */
  label: Label;
}
export interface Label {
  x: number;
  y: number;
  /** Degrees; never upside down. */
  angle: number;
  /** How long it may be. */
  room: number;
  /** There is room for it. */
  isShown: boolean;
  /** It is the first packet of its kind: what it is for is said. */
  isFirst: boolean;
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
export interface Stop {
  y: number;
  /** Where its text ends, on the line or below it. */
  label: Point;
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
  stop?: Stop;
  /** Everything in the order in which it happened, with its place, for going from one to the next. */
  places: Place[];
}
export interface Place {
  item: Item;
  y: number;
}

export const HEAD_HEIGHT = 44;
const RULER_WIDTH = 84;
const ROW_HEIGHT = 22;
/** Rows closer than this have no texts. */
const TEXT_HEIGHT = 13;
const BREAK_HEIGHT = 34;
/** A pause this many times as long as the usual one is cut short. */
const LONG_PAUSE = 8;
const NOTE_ROOM = 290;
const LEAST_NOTE_ROOM = 165;
const LEAST_GAP = 180;
/** An arrow with all that its label says. */
const USUAL_GAP = 364;
/** Two chips beside the last lifeline. */
const USUAL_LAST_ROOM = 174;
const NIC_GAP = 110;
const BAR_WIDTH = 9;
const LEAST_BAR = 10;
const END_ROOM = 34;
const MOST_HEAD = 200;
/** Where along an arrow its label may stand; the first that is free. */
const LABEL_PLACES = [0.5, 0.38, 0.62, 0.26, 0.74];
/** How much of its way a lost packet goes. */
const LOST_AT = 0.55;
/** Pixels for the whole recording, drawn to scale with a zoom of 1. */
const SCALE_HEIGHT = 560;

export function layout(sequence: SequenceResponse, options: LayoutOptions): Layout {
  const items = itemsOf(sequence, options.showNics);
  const rows = rowsOf(items);
  const columns = columnsOf(sequence, options);
  const { ys, breaks } =
    options.spacing === 'events' ? evenly(rows, options.zoom) : toScale(rows, options.zoom);
  const height = (ys.at(-1) ?? HEAD_HEIGHT) + END_ROOM;
  const yOf = placing(rows, ys, height);
  const columnOf = new Map(columns.map((column) => [column.id, column]));
  const last = columns.at(-1);
  const width = last === undefined ? options.width : last.x + last.room + 12;
  const crowd = new Crowd();
  const notes = notesOf(rows, ys, columnOf, crowd);
  const drawing: Layout = {
    width: Math.max(width, Math.min(options.width, width)),
    height,
    columns,
    bars: barsOf(sequence.calls, columnOf, yOf, height),
    arrows: arrowsOf(sequence.packets, columnOf, yOf, options.showNics, crowd),
    notes,
    breaks,
    ticks: ticksOf(rows, ys),
    places: placesOf(rows, ys, sequence.calls, yOf),
  };
  if (sequence.stop !== undefined && rows.length > 0) {
    const y = stopAt(sequence.stop, yOf, rows, ys);
    drawing.stop = { y, label: stopLabel(y, drawing.width, crowd) };
  }
  return drawing;
}

/** The end of the last row if nothing has happened since. */
function stopAt(stop: Moment, yOf: Placing, rows: readonly Row[], ys: readonly number[]): number {
  const lastItem = rows.at(-1)!.items.at(-1)!;
  return stop.event >= lastItem.at.event ? ys.at(-1)! + 14 : yOf(stop) + 4;
}

/** Where no other text is: at the right end of the line, or further to the left. */
function stopLabel(y: number, width: number, crowd: Crowd): Point {
  const length = textWidth(STOP_TEXT);
  const ends: Point[] = [];
  for (let x = width - 12; x - length > RULER_WIDTH; x -= length + 12)
    ends.push({ x, y: y + TEXT_HEIGHT }, { x, y: y - 4 });
  const isFree = ({ x, y: baseline }: Point) =>
    crowd.take({ x: x - length, y: baseline - TEXT_HEIGHT + 3, width: length, height: TEXT_HEIGHT });
  return ends.find(isFree) ?? ends[0] ?? { x: width - 12, y: y + TEXT_HEIGHT };
}

function columnsOf({ lifelines, packets }: SequenceResponse, { width, showNics }: LayoutOptions): Column[] {
  const nics = showNics
    ? [
        ...new Set(
          packets.flatMap(({ sender, receiver }) => (receiver === undefined ? [sender] : [sender, receiver])),
        ),
      ]
    : [];
  if (lifelines.length === 0) return [];
  // Texts of the first lifeline stand on its left, of the others on their right, over the arrows that pass.
  const free = width - RULER_WIDTH - 12;
  const gaps = lifelines.length - 1;
  const forNics = nics.length * NIC_GAP;
  const fair = (free - forNics) / (gaps + 1);
  const rooms = limited(
    free - forNics - gaps * Math.min(fair, USUAL_GAP),
    2 * LEAST_NOTE_ROOM,
    2 * NOTE_ROOM,
  );
  // The first one, which mostly connects, has the longer texts.
  const room = Math.min(NOTE_ROOM, Math.max(rooms / 2, rooms - USUAL_LAST_ROOM));
  const lastRoom = rooms - room;
  const gap = Math.max(LEAST_GAP, gaps === 0 ? 0 : (free - rooms - forNics) / gaps);
  const inner = Math.min(lastRoom, gap - 20);
  let x = RULER_WIDTH + room;
  const [first, ...others] = lifelines;
  const headWidth = Math.min(MOST_HEAD, (gaps === 0 ? free : gap) - 10, 2 * lastRoom);
  const columns: Column[] = [{ id: first!.id, x, lifeline: first!, side: 'left', room, headWidth }];
  for (const nic of nics) {
    x += columns.length === 1 ? (gap + NIC_GAP) / 2 : NIC_GAP;
    columns.push({ id: nicOf(nic), x, nic, side: 'right', room: NIC_GAP / 2, headWidth: NIC_GAP - 6 });
  }
  for (const [index, lifeline] of others.entries()) {
    x += index === 0 && nics.length > 0 ? (gap + NIC_GAP) / 2 : gap;
    const isLast = index === others.length - 1;
    columns.push({ id: lifeline.id, x, lifeline, side: 'right', room: isLast ? lastRoom : inner, headWidth });
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

const limited = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

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

function placesOf(
  rows: readonly Row[],
  ys: readonly number[],
  calls: readonly SequenceCall[],
  yOf: Placing,
): Place[] {
  const inRows = rows.flatMap((row, index) => row.items.map((item) => ({ item, y: ys[index]! })));
  const asleep = sleepsOf(calls).map((item) => ({ item, y: yOf(item.at) }));
  return [...inRows, ...asleep].sort((a, b) => a.item.at.event - b.item.at.event);
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
        sleeps: call.sleeps.map((sleep) => ({
          sleep,
          y1: Math.max(y1, yOf(sleep.from)),
          y2: Math.min(y2, sleep.to === undefined ? height - 8 : yOf(sleep.to)),
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
  crowd: Crowd,
): Arrow[] {
  const known = new Set<string>();
  return packets.flatMap((packet): Arrow[] => {
    const from = columns.get(packet.from);
    const to = columns.get(packet.to);
    if (from === undefined || to === undefined) return [];
    const points = wayOf(packet, from, to, columns, yOf, showNics);
    const [start, end] = [points.at(showNics && points.length > 2 ? 1 : 0)!, points.at(-1)!];
    // One that is lost may be labelled beyond its end.
    const room = Math.max(0, Math.abs((packet.fate === 'lost' ? to.x : end.x) - start.x) - 24);
    const label = labelOf(packet, start, end, room, !known.has(packet.label), crowd);
    if (label.isShown) known.add(packet.label);
    return [{ packet, points, label }];
  });
}

/** A label along the way from `start` to `end`, where no other text is. */
function labelOf(
  packet: SequencePacket,
  start: Point,
  end: Point,
  room: number,
  isFirst: boolean,
  crowd: Crowd,
): Label {
  const [left, right] = start.x < end.x ? [start, end] : [end, start];
  const angle = (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI;
  const full = isFirst && meaningOf(packet) !== '' ? `${packetText(packet)}  ${meaningOf(packet)}` : '';
  const texts = full !== '' && textWidth(full) < room ? [full, packetText(packet)] : [packetText(packet)];
  for (const text of texts)
    for (const share of LABEL_PLACES) {
      const x = start.x + (end.x - start.x) * share;
      const y = start.y + (end.y - start.y) * share;
      const width = Math.min(room, textWidth(text));
      if (crowd.take(...slanted({ x, y: y - 2 }, width, TEXT_HEIGHT, angle)))
        return { x, y, angle, room, isShown: true, isFirst: text === full };
    }
  return { ...start, angle, room, isShown: false, isFirst: false };
}

function wayOf(
  { sent, stored, arrived, fate, sender, receiver }: SequencePacket,
  from: Column,
  to: Column,
  columns: ReadonlyMap<string, Column>,
  yOf: Placing,
  showNics: boolean,
): Point[] {
  const start = { x: from.x, y: yOf(sent) };
  const points = [start];
  const nics = showNics ? [columns.get(nicOf(sender)), columns.get(nicOf(receiver ?? ''))] : [];
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

function notesOf(
  rows: readonly Row[],
  ys: readonly number[],
  columns: ReadonlyMap<string, Column>,
  crowd: Crowd,
): Note[] {
  return rows.flatMap(({ lifeline, items }, index): Note[] => {
    const column = columns.get(lifeline);
    const told = items.filter(({ kind }) => NOTED.has(kind)).sort((a, b) => nearness(a) - nearness(b));
    if (column === undefined || told.length === 0) return [];
    const y = ys[index]!;
    const { x, side, room } = column;
    const texts = told.map((item) => noteText(item, room)).join('   ');
    const width = Math.min(room, textWidth(texts) + 24);
    const box = { x: side === 'left' ? x - width : x, y: y - TEXT_HEIGHT / 2, width, height: TEXT_HEIGHT };
    return [{ items: told, x, y, side, room, isShown: crowd.take(box) }];
  });
}

/** What has a text of its own; the others are parts of arrows. */
const NOTED = new Set<Item['kind']>(['call', 'return', 'state', 'queues']);
/** States, which are short, stand next to the lifeline. */
const nearness = ({ kind }: Item) => (kind === 'state' ? 0 : 1);

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
