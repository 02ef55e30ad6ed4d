/** Draws a timeline. Each kind of bar and of packet is one path, however many there are. */
import type { Moment } from '../../debug-adapter/protocol.ts';
import { svg } from '../pictures/svg.ts';
import { fitted } from '../pictures/textWidth.ts';
import { RULER, type Box, type Item, type Layout, type Line } from './layout.ts';
import { laneHost, laneName } from './words.ts';

const LABEL_X = 8;
const FONT = 12;
const SMALL_FONT = 11;
/** Names of bookmarks stand in the ruler, where there is room. */
const LONGEST_BOOKMARK = 140;
const CROSS = 3.5;
const TICK_ROOM = 60;

export class TimelineDrawing {
  readonly element = svg('svg', { class: 'timeline-drawing' });
  private readonly content = svg('g');
  private readonly cursor = svg('g', { class: 'cursor' });
  private layout: Layout | undefined;

  constructor() {
    this.element.append(this.content, this.cursor);
  }

  draw(layout: Layout, chosen: Item | undefined, minHeight: number): void {
    this.layout = layout;
    const height = Math.max(layout.height, minHeight);
    this.element.setAttribute('width', String(layout.width));
    this.element.setAttribute('height', String(height));
    this.content.replaceChildren(
      ...this.grid(layout, height),
      ...this.lanes(layout),
      ...this.bars(layout),
      ...this.packets(layout),
      ...this.outputs(layout),
      ...this.marks(layout, height),
      ...this.chosen(layout, chosen),
    );
  }
  clear(): void {
    this.layout = undefined;
    this.content.replaceChildren();
    this.cursor.replaceChildren();
  }

  /** The moment to which the user is about to go. */
  point(moment: Moment | undefined): void {
    const { layout } = this;
    const x = moment && layout?.xOf(moment);
    const isSeen = layout !== undefined && x !== undefined && x >= layout.left && x <= layout.right;
    const height = Number(this.element.getAttribute('height'));
    this.cursor.replaceChildren(...(isSeen ? [svg('path', { d: `M${x} 0V${height}` })] : []));
  }

  private grid({ left, right, ticks }: Layout, height: number): SVGElement[] {
    const lines = ticks.map(({ x }) => `M${round(x)} ${RULER}V${height}`).join('');
    return [
      svg('path', { class: 'grid', d: lines }),
      svg('path', { class: 'axis', d: `M${left} ${RULER - 0.5}H${right}` }),
      // The last one stands left of its line, where there is room.
      ...ticks.map(({ x, text }) =>
        x > right - TICK_ROOM
          ? svg('text', { class: 'tick', x: round(x) - 3, y: 13, 'text-anchor': 'end' }, [text])
          : svg('text', { class: 'tick', x: round(x) + 3, y: 13 }, [text]),
      ),
    ];
  }

  private lanes({ lanes, left, right }: Layout): SVGElement[] {
    return lanes.flatMap(({ lane, y, isFirstOfHost }) => {
      const host = laneHost(lane);
      const width = left - LABEL_X - 8;
      const name = svg('text', { class: 'lane-name', x: LABEL_X, y: host === '' ? y + 4 : y - 1 }, [
        fitted(laneName(lane), width, FONT),
      ]);
      const about = svg('text', { class: 'lane-host', x: LABEL_X, y: y + 11 }, [
        fitted(host, width, SMALL_FONT),
      ]);
      return [
        ...(isFirstOfHost ? [svg('path', { class: 'host-edge', d: `M0 ${y - 15}H${right}` })] : []),
        svg('path', { class: 'lane', d: `M${left} ${y}H${right}` }),
        name,
        ...(host === '' ? [] : [about]),
      ];
    });
  }

  private bars({ bars }: Layout): SVGElement[] {
    const pathOf = (kind: 'call' | 'sleep', isMany: boolean): string =>
      bars
        .filter(({ item: { bar } }) => bar.kind === kind && bar.count > 1 === isMany)
        .map(({ box }) => boxPath(kind === 'sleep' ? inner(box) : box))
        .join('');
    return [
      svg('path', { class: 'calls', d: pathOf('call', false) }),
      svg('path', { class: 'calls many', d: pathOf('call', true) }),
      svg('path', { class: 'sleeps', d: pathOf('sleep', false) }),
      svg('path', { class: 'sleeps many', d: pathOf('sleep', true) }),
    ];
  }

  private packets({ packets, left, right }: Layout): SVGElement[] {
    const seen = packets.filter(
      ({ line }) => Math.max(line.x1, line.x2) >= left && Math.min(line.x1, line.x2) <= right,
    );
    const pathOf = (kind: string): string =>
      seen
        .filter(({ item: { packet } }) => kindOf(packet.label, packet.fate) === kind)
        .map(({ line }) => linePath(clip(line, left, right)))
        .join('');
    const crosses = seen
      .filter(({ item: { packet } }) => packet.fate === 'lost' || packet.fate === 'dropped')
      .filter(({ line }) => line.x2 >= left && line.x2 <= right)
      .map(({ line }) => crossPath(line))
      .join('');
    const heads = seen
      .filter(({ item: { packet } }) => packet.fate === 'delivered' && packet.from !== packet.to)
      .map(({ line }) => (line.x2 <= right ? headPath(line) : ''))
      .join('');
    return [
      ...['plain', 'syn', 'fin', 'rst', 'lost'].map((kind) =>
        svg('path', { class: `packets ${kind}`, d: pathOf(kind) }),
      ),
      svg('path', { class: 'heads', d: heads }),
      svg('path', { class: 'crosses', d: crosses }),
    ];
  }

  /** Lines of output: small flags above the bars of the process. */
  private outputs({ outputs }: Layout): SVGElement[] {
    return (['stdout', 'stderr'] as const).map((stream) => {
      const seen = outputs.filter(({ item: { output } }) => output.stream === stream);
      return svg('path', { class: `outputs ${stream}`, d: seen.map(outputPath).join('') });
    });
  }

  private marks({ stops, bookmarks, stop, right }: Layout, height: number): SVGElement[] {
    const stopped = stops.map(({ x }) => `M${round(x) - 4} ${RULER - 8}h8l-4 7z`).join('');
    const flags = bookmarks.map(({ x }) => `M${round(x)} ${RULER}V20h9l-3 4l3 4h-9`).join('');
    const places = bookmarks.map(({ x }) => x);
    const names = bookmarks.map(({ x, item }, index) => {
      const next = places[index + 1];
      // At the right edge the name stands left of its flag.
      const isLast = next === undefined && right - x < LONGEST_BOOKMARK;
      const room = isLast ? x - (places[index - 1] ?? 0) : (next ?? right) - x;
      const text =
        room < 40 ? '' : fitted(item.bookmark.name, Math.min(LONGEST_BOOKMARK, room - 14), SMALL_FONT);
      const at = isLast ? { x: round(x) - 5, 'text-anchor': 'end' } : { x: round(x) + 12 };
      return svg('text', { class: 'bookmark-name', ...at, y: 29 }, [text]);
    });
    return [
      svg('path', { class: 'stops', d: stopped }),
      svg('path', {
        class: 'bookmark-lines',
        d: bookmarks.map(({ x }) => `M${round(x)} ${RULER}V${height}`).join(''),
      }),
      svg('path', { class: 'bookmarks', d: flags }),
      ...names,
      ...(stop === undefined
        ? []
        : [
            svg('path', { class: 'stop', d: `M${round(stop)} ${RULER - 9}V${height}` }),
            svg('path', { class: 'stop-head', d: `M${round(stop) - 6} ${RULER - 10}h12l-6 10z` }),
          ]),
    ];
  }

  private chosen({ bars, packets, outputs, left, right }: Layout, chosen: Item | undefined): SVGElement[] {
    if (chosen === undefined) return [];
    const bar = bars.find(({ item }) => isSame(item, chosen));
    if (bar !== undefined) {
      const { x, y, width, height } = bar.box;
      return [
        svg('rect', { class: 'chosen', x: x - 2, y: y - 2, width: width + 4, height: height + 4, rx: 2 }),
      ];
    }
    const output = outputs.find(({ item }) => isSame(item, chosen));
    if (output !== undefined) return [svg('path', { class: 'chosen', d: outputPath(output) })];
    const packet = packets.find(({ item }) => isSame(item, chosen));
    return packet === undefined
      ? []
      : [svg('path', { class: 'chosen', d: linePath(clip(packet.line, left, right)) })];
  }
}

/** The same thing, perhaps in new data. */
export function isSame(one: Item, other: Item): boolean {
  if (one.kind !== other.kind || one.at.event !== other.at.event) return false;
  if (one.kind === 'bar' && other.kind === 'bar')
    return one.bar.lane === other.bar.lane && one.bar.kind === other.bar.kind;
  if (one.kind === 'output' && other.kind === 'output')
    return one.output.lane === other.output.lane && one.output.stream === other.output.stream;
  return one.kind !== 'packet' || other.kind !== 'packet' || one.packet.number === other.packet.number;
}

function kindOf(label: string, fate: string): string {
  if (fate === 'lost' || fate === 'dropped') return 'lost';
  if (label.includes('RST')) return 'rst';
  if (label.includes('SYN')) return 'syn';
  return label.includes('FIN') ? 'fin' : 'plain';
}

const round = (value: number): number => Math.round(value * 10) / 10;
function boxPath({ x, y, width, height }: Box): string {
  return `M${round(x)} ${y}h${round(width)}v${height}h${-round(width)}z`;
}
/** A sleep is a hollow part of its call. */
function inner({ x, y, width, height }: Box): Box {
  return { x, y: y + 3, width, height: height - 6 };
}
function linePath({ x1, y1, x2, y2 }: Line): string {
  return `M${round(x1)} ${y1}L${round(x2)} ${y2}`;
}
function outputPath({ x, y }: Layout['outputs'][number]): string {
  return `M${round(x)} ${y}v-7h5v4h-5z`;
}
function crossPath({ x2, y2 }: Line): string {
  const x = round(x2);
  return `M${x - CROSS} ${y2 - CROSS}l${2 * CROSS} ${2 * CROSS}m0 ${-2 * CROSS}l${-2 * CROSS} ${2 * CROSS}`;
}
function headPath({ x1, y1, x2, y2 }: Line): string {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const point = (turn: number): string =>
    `${round(x2 - 6 * Math.cos(angle + turn))} ${round(y2 - 6 * Math.sin(angle + turn))}`;
  return `M${round(x2)} ${y2}L${point(0.4)}L${point(-0.4)}z`;
}
/** The part of a line that is between two edges. */
function clip({ x1, y1, x2, y2 }: Line, left: number, right: number): Line {
  const yAt = (x: number): number => (x2 === x1 ? y1 : y1 + ((x - x1) * (y2 - y1)) / (x2 - x1));
  const at = (x: number, y: number): [number, number] => {
    const inside = Math.min(right, Math.max(left, x));
    return inside === x ? [x, y] : [inside, Math.round(yAt(inside) * 10) / 10];
  };
  const [a, b] = [at(x1, y1), at(x2, y2)];
  return { x1: a[0], y1: a[1], x2: b[0], y2: b[1] };
}
