/** The drawing of a listener's queues: arrows between them, places in them, and a chip on each that is taken. */
import { t } from '../../language.ts';
import type {
  ListenerChange,
  ListenerChangeKind,
  ListenerData,
  QueueData,
} from '../../../debug-adapter/protocol.ts';
import { svg } from '../svg.ts';
import { fitted } from '../textWidth.ts';
import { Chips } from './chips.ts';
import { CHIP, layout, place, type Layout, type Line, type QueueLayout } from './queuesLayout.ts';
import type { PictureHost } from '../picture.ts';

type Arrow = 'syn' | 'ack' | 'accept';
/** Which arrow a change happens at, and whether it gets through. */
const AT: Partial<Record<ListenerChangeKind, readonly [Arrow, 'passes' | 'stopped']>> = {
  queued: ['syn', 'passes'],
  cookie: ['syn', 'passes'],
  synQueueFull: ['syn', 'stopped'],
  synDropped: ['syn', 'stopped'],
  reserved: ['syn', 'stopped'],
  established: ['ack', 'passes'],
  ackDropped: ['ack', 'stopped'],
  aborted: ['ack', 'stopped'],
  deferred: ['ack', 'stopped'],
  accepted: ['accept', 'passes'],
};

/** Counts below an arrow, and what each is called. */
const COUNTED: Record<Arrow, readonly [kinds: ListenerChangeKind[], name: string, isLoss: boolean][]> = {
  syn: [
    [['synDropped', 'reserved'], t('dropped'), true],
    [['cookie'], t('by cookie'), false],
    [['synAckAgain'], t('SYN-ACK again'), false],
  ],
  ack: [
    [['ackDropped'], t('dropped'), true],
    [['aborted', 'reset', 'refused'], t('reset'), true],
    [['expired', 'unreachable'], t('given up'), true],
  ],
  accept: [
    [['accepted'], t('accepted'), false],
    [['forgotten'], t('reset'), true],
  ],
};

export class QueuesDrawing {
  readonly element = svg('svg', { class: 'drawing', role: 'group' });
  private readonly ground = svg('g');
  private readonly chips: Chips;
  private width = 0;
  private height = 0;

  constructor(host: PictureHost) {
    this.chips = new Chips(host);
    this.element.append(this.ground, this.chips.element);
  }

  draw(listener: ListenerData, width: number, height: number): void {
    const at = layout(width, height);
    this.element.classList.toggle('still', this.width !== at.width || this.height !== at.height);
    this.width = at.width;
    this.height = at.height;
    this.element.setAttribute('width', String(at.width));
    this.element.setAttribute('height', String(at.height));
    this.element.setAttribute('viewBox', `0 0 ${at.width} ${at.height}`);
    this.element.setAttribute('aria-label', t('Queues of {0}', listener.name));
    const latest = listener.changes.findLast(({ isNew }) => isNew);
    this.ground.replaceChildren(
      ...this.arrow('syn', 'SYN', at.syn, listener, latest, at),
      ...this.arrow('ack', 'ACK', at.ack, listener, latest, at),
      ...this.arrow('accept', 'accept()', at.accept, listener, latest, at),
      ...queueGround(t('SYN queue'), at.synQueue, listener.synQueue, listener.cookies),
      ...queueGround(t('accept queue'), at.acceptQueue, listener.acceptQueue, false),
    );
    this.chips.draw(listener, at, latest);
  }

  clear(): void {
    this.ground.replaceChildren();
    this.chips.clear();
  }

  private arrow(
    name: Arrow,
    title: string,
    line: Line,
    { counts }: ListenerData,
    latest: ListenerChange | undefined,
    { isUpright }: Layout,
  ): SVGElement[] {
    const [where, how] = (latest && AT[latest.kind]) ?? [];
    const state = where === name ? (how === 'stopped' ? ' stopped' : ' passes') : '';
    const texts = COUNTED[name].flatMap(([kinds, what, isLoss]) => {
      const count = kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
      return count === 0 ? [] : [{ text: `${count} ${what}`, isLoss }];
    });
    const middle = (line.x1 + line.x2) / 2;
    const label = isUpright
      ? { x: line.x1 + 16, y: (line.y1 + line.y2) / 2 + 4, 'text-anchor': 'start' }
      : { x: middle, y: line.y1 - 8, 'text-anchor': 'middle' };
    return [
      svg('g', { class: `arrow${state}` }, [
        svg('path', { d: `M${line.x1} ${line.y1}L${line.x2} ${line.y2}` }),
        head(line),
        ...(state === ' stopped' ? [cross(line)] : []),
        svg('text', { class: 'arrow-name', ...label }, [title]),
        ...texts.map(({ text, isLoss }, index) =>
          svg(
            'text',
            {
              class: isLoss ? 'count loss' : 'count',
              ...(isUpright
                ? { x: line.x1 + 82 + index * 96, y: label.y, 'text-anchor': 'start' }
                : { x: middle, y: line.y1 + 18 + index * 15, 'text-anchor': 'middle' }),
            },
            [text],
          ),
        ),
      ]),
    ];
  }
}

function head({ x1, y1, x2, y2 }: Line): SVGElement {
  const isDown = x1 === x2;
  const d = isDown
    ? `M${x2 - 4} ${y2 - 7}L${x2} ${y2}L${x2 + 4} ${y2 - 7}`
    : `M${x2 - 7} ${y1 - 4}L${x2} ${y2}L${x2 - 7} ${y2 + 4}`;
  return svg('path', { class: 'head', d });
}
/** Where something does not get through. */
function cross({ x1, y1, x2, y2 }: Line): SVGElement {
  const [x, y] = [x1 === x2 ? x1 : x2 - 16, x1 === x2 ? y2 - 14 : (y1 + y2) / 2];
  return svg('path', { class: 'cross', d: `M${x - 5} ${y - 5}l10 10M${x - 5} ${y + 5}l10 -10` });
}

/** The box of a queue with its places. */
function queueGround(name: string, box: QueueLayout, queue: QueueData, cookies: boolean): SVGElement[] {
  const isFull = queue.length >= queue.room;
  const { shown, slots } = placesOf(box, queue);
  const full = isFull ? (cookies ? t(' · full: SYN cookies') : t(' · full')) : '';
  const title = `${t('{0} {1} of {2}', name, queue.length, queue.room)}${full}`;
  const places = Array.from({ length: slots - shown }, (_, free) => {
    const { x, y } = place(box, shown + free);
    return svg('rect', { class: 'place', x, y, width: box.chip, height: CHIP.height, rx: 4 });
  });
  const hidden = hiddenText(queue, shown, slots);
  const last = place(box, slots);
  return [
    svg('rect', {
      class: isFull ? 'queue full' : 'queue',
      x: box.x,
      y: box.y,
      width: box.width,
      height: box.height,
      rx: 4,
    }),
    svg('text', { class: 'queue-name', x: box.x + 8, y: box.y + 16 }, [fitted(title, box.width - 16, 12)]),
    ...places,
    ...(hidden === ''
      ? []
      : [
          svg('text', { class: 'more', x: last.x + 4, y: last.y + CHIP.height / 2 + 4 }, [
            fitted(hidden, box.chip, 11),
          ]),
        ]),
  ];
}

/** Entries that get a chip, and places that are drawn: one is left for the text about the others. */
export function placesOf(box: QueueLayout, queue: QueueData): { shown: number; slots: number } {
  const wanted = Math.max(queue.room, queue.length);
  const most = box.columns * box.rows;
  const slots = wanted <= most ? wanted : most - 1;
  return { shown: Math.min(queue.entries.length, slots), slots };
}
function hiddenText({ length, room }: QueueData, shown: number, slots: number): string {
  const free = Math.max(0, room - Math.max(slots, length));
  const parts = [length > shown && t('{0} more', length - shown), free > 0 && t('{0} more free', free)];
  const text = parts.filter((part) => part !== false).join(t(', '));
  return text === '' ? '' : `… ${text}`;
}
