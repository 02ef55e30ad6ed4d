/** The drawing of a sequence: what is visible of the layout, as SVG. */
import { t } from '../../language.ts';
import type { SequencePacket } from '../../../debug-adapter/protocol.ts';
import { svg } from '../svg.ts';
import { fitted, widthInCharacters } from '../textWidth.ts';
import {
  BAR_WIDTH,
  HEAD_HEIGHT,
  type Arrow,
  type Bar,
  type Column,
  type Label,
  type Layout,
  type Note,
  type Stop,
} from './layout.ts';
import { sleepItem, type Item } from './rows.ts';
import { timeText } from './time.ts';
import { lifelineAbout, lifelineName, meaningOf, noteText, numbersText, STOP_TEXT } from './words.ts';

/** Drawn beyond what is visible, above and below, in pixels. */
const MARGIN = 400;
const TEXT_SIZE = 12;
const CHIP_PADDING = 5;
/** How far from its lifeline a text begins. */
const NOTE_DISTANCE = 14;

export interface Range {
  top: number;
  bottom: number;
}
/** What the user does with a part of the drawing. */
export interface SequenceDrawingEvents {
  onChoose(item: Item): void;
  /** A double click. */
  onOpen(item: Item): void;
  onMenu(item: Item, event: MouseEvent): void;
}

export class SequenceDrawing {
  readonly element = svg('svg', { class: 'sequence-drawing', 'aria-hidden': 'true' });
  /** The heads of the lifelines, which stay while the drawing scrolls. */
  readonly heads = svg('svg', { class: 'sequence-heads', 'aria-hidden': 'true' });
  private readonly events: SequenceDrawingEvents;
  private layout: Layout | undefined;
  private drawn: Range = { top: 0, bottom: -1 };
  private chosen: Item | undefined;

  constructor(events: SequenceDrawingEvents) {
    this.events = events;
  }

  /** @param visible the part that can be seen */
  draw(layout: Layout, visible: Range, chosen: Item | undefined): void {
    this.layout = layout;
    this.chosen = chosen;
    for (const [element, height] of [
      [this.element, layout.height],
      [this.heads, HEAD_HEIGHT],
    ] as const) {
      element.setAttribute('width', String(layout.width));
      element.setAttribute('height', String(height));
      element.setAttribute('viewBox', `0 0 ${layout.width} ${height}`);
    }
    this.heads.replaceChildren(rulerHead(), ...layout.columns.map(headOf));
    this.drawn = { top: 0, bottom: -1 };
    this.scroll(visible);
  }

  /** Draws what has become visible. */
  scroll({ top, bottom }: Range): void {
    const { layout } = this;
    if (layout === undefined) return;
    if (top >= this.drawn.top && Math.min(bottom, layout.height) <= this.drawn.bottom) return;
    this.drawn = { top: top - MARGIN, bottom: Math.max(bottom + MARGIN, 0) };
    this.element.replaceChildren(...this.parts(layout, this.drawn));
  }

  clear(): void {
    this.layout = undefined;
    this.element.replaceChildren();
    this.heads.replaceChildren();
  }

  /** The whole drawing, heads included, for a file. */
  whole(): SVGSVGElement {
    const { layout } = this;
    if (layout === undefined) return this.element;
    this.element.replaceChildren(
      ...this.parts(layout, { top: 0, bottom: layout.height }),
      rulerHead(),
      ...layout.columns.map(headOf),
    );
    this.drawn = { top: 0, bottom: -1 };
    return this.element;
  }

  private parts(layout: Layout, range: Range): SVGElement[] {
    const isIn = (y1: number, y2 = y1) => y2 >= range.top && y1 <= range.bottom;
    const { columns, ticks, breaks, bars, arrows, notes, stop, width, height } = layout;
    const top = Math.max(HEAD_HEIGHT, range.top);
    return [
      ...ticks.filter(({ y }) => isIn(y)).map(({ y, timeNs }) => tickOf(y, timeNs, width)),
      ...columns.map(({ x, nic }) =>
        svg('path', {
          class: nic === undefined ? 'lifeline' : 'lifeline nic',
          d: `M${x} ${top}V${Math.min(height, range.bottom)}`,
        }),
      ),
      ...bars.filter(({ y1, y2 }) => isIn(y1, y2)).map((bar) => this.bar(bar)),
      ...breaks
        .filter(({ y }) => isIn(y - 20, y + 20))
        .map(({ y, text }) => breakOf(y, text, columns, width)),
      ...arrows
        .filter(({ points }) => isIn(points[0]!.y, points.at(-1)!.y))
        .map((arrow) => this.arrow(arrow)),
      ...notes.filter(({ y }) => isIn(y - 8, y + 8)).flatMap((note) => this.note(note)),
      ...(stop === undefined || !isIn(stop.y) ? [] : [stopOf(stop, width)]),
    ];
  }

  private bar({ call, x, y1, y2, isOpen, sleeps }: Bar): SVGElement {
    const item: Item = { kind: 'call', at: call.from, lifeline: call.lifeline, call };
    return this.choosable(
      item,
      svg('g', { class: isOpen ? 'bar open' : 'bar' }, [
        svg('rect', { class: 'busy', x, y: y1, width: BAR_WIDTH, height: y2 - y1, rx: 1 }),
        ...sleeps.map((slept) =>
          this.choosable(
            sleepItem(call, slept.sleep),
            svg('rect', {
              class: 'sleep',
              x: x + 1,
              y: slept.y1,
              width: BAR_WIDTH - 2,
              height: Math.max(2, slept.y2 - slept.y1),
            }),
          ),
        ),
      ]),
    );
  }

  private arrow({ packet, points, label }: Arrow): SVGElement {
    const { fate } = packet;
    const item: Item = { kind: 'sent', at: packet.sent, lifeline: packet.from, packet };
    const [last, before] = [points.at(-1)!, points.at(-2)!];
    const isEnded = fate === 'lost' || fate === 'dropped';
    const d = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    const kind = [
      'arrow',
      ...packet.label.toLowerCase().split('-'),
      fate === 'in flight' ? 'flying' : fate,
      ...(packet.isRepeated === true ? ['again'] : []),
    ];
    const angle = (Math.atan2(last.y - before.y, last.x - before.x) * 180) / Math.PI;
    return this.choosable(
      item,
      svg('g', { class: kind.join(' ') }, [
        svg('path', { class: 'reach', d }),
        svg('path', { class: 'line', d }),
        isEnded
          ? svg('path', {
              class: 'cross',
              d: `M${last.x - 6} ${last.y - 6}l12 12M${last.x - 6} ${last.y + 6}l12 -12`,
            })
          : svg('path', {
              class: 'head',
              d: 'M-9 -4.5L0 0L-9 4.5Z',
              transform: `translate(${last.x} ${last.y}) rotate(${angle})`,
            }),
        ...(label.isShown ? [labelOf(packet, label)] : []),
      ]),
    );
  }

  /** Calls as text, states as chips; what is nearest to the lifeline comes first. */
  private note({ items, x, y, side, room, isShown }: Note): SVGElement[] {
    if (!isShown) return [];
    const direction = side === 'left' ? -1 : 1;
    const anchor = side === 'left' ? 'end' : 'start';
    let distance = NOTE_DISTANCE;
    return items.flatMap((item): SVGElement[] => {
      const left = room - distance;
      if (left < 24) return [];
      const text = fitted(noteText(item, room), left - 2 * CHIP_PADDING, TEXT_SIZE);
      const length = widthInCharacters(text) * TEXT_SIZE * 0.56;
      const at = x + direction * distance;
      if (item.kind !== 'state') {
        distance += length + 10;
        const isFull = item.kind === 'queues' && item.queues.overflow !== undefined;
        const name = item.kind === 'queues' ? (isFull ? 'queues full' : 'queues') : item.kind;
        const label = svg('text', { class: `note ${name}`, x: at, y: y + 4, 'text-anchor': anchor }, [text]);
        return [this.choosable(item, svg('g', {}, [label]))];
      }
      const width = length + 2 * CHIP_PADDING;
      distance += width + 6;
      const start = side === 'left' ? at - width : at;
      return [
        this.choosable(
          item,
          svg('g', { class: 'chip' }, [
            svg('rect', { x: start, y: y - 9, width, height: 18, rx: 9 }),
            svg('text', { x: start + width / 2, y: y + 4, 'text-anchor': 'middle' }, [text]),
          ]),
        ),
      ];
    });
  }

  private choosable(item: Item, element: SVGElement): SVGElement {
    if (this.chosen !== undefined && isSame(this.chosen, item)) element.classList.add('chosen');
    element.classList.add('choosable');
    // A sleep is drawn in its call's bar, which is not meant then.
    element.addEventListener('click', (event) => {
      event.stopPropagation();
      // The first click draws anew: the browser tells no double click of an element that is gone.
      if (event.detail > 1) this.events.onOpen(item);
      else this.events.onChoose(item);
    });
    element.addEventListener('contextmenu', (event) => {
      event.stopPropagation();
      event.preventDefault();
      this.events.onMenu(item, event);
    });
    return element;
  }
}

/** An arrow stands for its packet's arrival, too. */
export function isSame(one: Item, other: Item): boolean {
  const isPacket = (item: Item) => item.kind === 'sent' || item.kind === 'stored' || item.kind === 'arrived';
  if (isPacket(one) && isPacket(other)) return packetOf(one) === packetOf(other);
  return one.kind === other.kind && one.at.event === other.at.event && one.lifeline === other.lifeline;
}
function packetOf(item: Item): string {
  if (!('packet' in item)) return '';
  return `${item.packet.number} ${item.packet.isDuplicate === true}`;
}

/** The text along an arrow, with what the first of its kind is for. */
function labelOf(packet: SequencePacket, { x, y, angle, room, isFirst }: Label): SVGElement {
  const numbers = numbersText(packet);
  const meaning = isFirst ? meaningOf(packet) : '';
  return svg(
    'text',
    {
      class: 'label',
      x: 0,
      y: -5,
      'text-anchor': 'middle',
      transform: `translate(${x} ${y}) rotate(${angle})`,
    },
    [
      svg('tspan', { class: 'flags' }, [packet.label]),
      ...(numbers === ''
        ? []
        : [svg('tspan', { dx: 5 }, [fitted(numbers, Math.max(24, room - 60), TEXT_SIZE)])]),
      ...(meaning !== '' ? [svg('tspan', { class: 'meaning', dx: 8 }, [meaning])] : []),
    ],
  );
}

function rulerHead(): SVGElement {
  return svg('g', { class: 'head-of' }, [svg('text', { class: 'about', x: 4, y: 33 }, [t('time (s)')])]);
}
function headOf({ x, nic, lifeline, side, headWidth: width }: Column): SVGElement {
  if (lifeline === undefined)
    return svg('g', { class: 'head-of nic' }, [
      svg('text', { class: 'about', x, y: 34, 'text-anchor': 'middle' }, [fitted(nicName(nic!), width, 11)]),
    ]);
  return svg('g', { class: `head-of ${lifeline.kind} ${side}` }, [
    svg('rect', { x: x - width / 2, y: 3, width, height: HEAD_HEIGHT - 8, rx: 3 }),
    svg('text', { class: 'name', x, y: 18, 'text-anchor': 'middle' }, [
      fitted(lifelineName(lifeline), width - 8, 13),
    ]),
    svg('text', { class: 'about', x, y: 33, 'text-anchor': 'middle' }, [
      fitted(lifelineAbout(lifeline), width - 8, 11),
    ]),
  ]);
}
/** `localhost lo` is `lo`. */
function nicName(nic: string): string {
  return nic.replace(/^localhost /, '');
}

function tickOf(y: number, timeNs: number, width: number): SVGElement {
  return svg('g', { class: 'tick' }, [
    svg('path', { d: `M0 ${y}H${width}` }),
    svg('text', { x: 4, y: y + 4 }, [timeText(timeNs)]),
  ]);
}

/** Time passes: the lifelines are interrupted, and the ruler says for how long. */
function breakOf(y: number, text: string, columns: readonly Column[], width: number): SVGElement {
  return svg('g', { class: 'break' }, [
    svg('rect', { x: 0, y: y - 11, width, height: 22 }),
    ...columns.map(({ x }) => svg('path', { d: `M${x - 7} ${y - 1}l14 -6M${x - 7} ${y + 7}l14 -6` })),
    svg('text', { x: 4, y: y + 4 }, [`⋮ ${text}`]),
  ]);
}

function stopOf({ y, label }: Stop, width: number): SVGElement {
  return svg('g', { class: 'stop' }, [
    svg('path', { d: `M0 ${y}H${width}` }),
    svg('text', { x: label.x, y: label.y, 'text-anchor': 'end' }, [STOP_TEXT]),
  ]);
}
