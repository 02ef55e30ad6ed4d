/** The drawing of a NIC's rings: a circle of descriptors each, the hardware's positions inside, the driver's outside. */
import { t } from '../../language.ts';
import type { NicRings, Ring, RingEntry } from '../../../debug-adapter/protocol.ts';
import { clickable, svg, titled } from '../svg.ts';
import { angleOf, perSector, pointAt, pointersOf, sectorPath, type Circle } from './geometry.ts';

const LABEL_WIDTH = 150;
const LINE = 14;
/** Around a circle, for the labels above and below it. */
const MARGIN = 40;
/** A smaller ring has the hardware's positions below its name, since they would not fit beside their marks. */
const LEAST_INNER = 110;
/** Marks that are nearer than so many pixels share a label. */
const APART = 18;
const MOST_RADIUS = 260;

export interface RingsEvents {
  onPacket(number: number): void;
}
type Side = 'tx' | 'rx';

export class RingsDrawing {
  readonly element = svg('svg', { class: 'drawing rings-drawing', role: 'group', 'aria-label': t('Rings') });
  private readonly events: RingsEvents;
  private drawn = '';

  constructor(events: RingsEvents) {
    this.events = events;
  }

  draw(nic: NicRings, width: number, height: number): void {
    const state = JSON.stringify([nic, width, height]);
    // What has the keyboard stays.
    if (state === this.drawn) return;
    this.drawn = state;
    const isUpright = width < 560;
    const cell = isUpright ? { width, height: height / 2 } : { width: width / 2, height };
    const outer = Math.max(
      30,
      Math.min(cell.height / 2 - MARGIN, cell.width / 2 - LABEL_WIDTH * (isUpright ? 0.7 : 0.8), MOST_RADIUS),
    );
    const circle = (place: number): Circle => ({
      x: isUpright ? width / 2 : cell.width * (place + 0.5),
      y: isUpright ? cell.height * (place + 0.5) : height / 2,
      outer,
      inner: outer * 0.72,
    });
    this.element.setAttribute('width', String(width));
    this.element.setAttribute('height', String(height));
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.element.replaceChildren(...this.ring('tx', nic, circle(0)), ...this.ring('rx', nic, circle(1)));
  }

  clear(): void {
    this.drawn = '';
    this.element.replaceChildren();
  }

  private ring(side: Side, nic: NicRings, circle: Circle): SVGElement[] {
    const ring = nic[side];
    const shared = perSector(ring, circle);
    const filled = new Map<number, RingEntry[]>();
    for (const entry of ring.entries) {
      const sector = Math.floor(entry.index / shared);
      filled.set(sector, [...(filled.get(sector) ?? []), entry]);
    }
    const sectors = Array.from({ length: ring.count / shared }, (_, sector) =>
      this.sector(side, ring, circle, sector, shared, filled.get(sector)),
    );
    return [...sectors, ...pointers(ring, circle), ...middle(side, nic, circle)];
  }

  private sector(
    side: Side,
    ring: Ring,
    circle: Circle,
    sector: number,
    shared: number,
    entries: readonly RingEntry[] | undefined,
  ): SVGElement {
    const first = sector * shared;
    const d = sectorPath(circle, angleOf(first, ring.count), angleOf(first + shared, ring.count));
    if (entries === undefined) return svg('path', { class: `slot ${emptyKind(side, ring, first)}`, d });
    const path = svg('path', { class: `slot ${entries[0]!.kind}`, d });
    titled(path, entries.map(entryTitle).join('\n'));
    const packet = entries.find((entry) => entry.packet !== undefined)?.packet;
    if (packet === undefined) return path;
    path.classList.add('link');
    clickable(path, 'link', () => this.events.onPacket(packet));
    return path;
  }
}

/** A free TX descriptor; an RX descriptor with a buffer for the hardware, or without one. */
function emptyKind(side: Side, { head, tail, count }: Ring, index: number): string {
  if (side === 'tx') return 'free';
  const available = (tail - head) & (count - 1);
  return ((index - head) & (count - 1)) < available ? 'buffer' : 'free';
}

export function entryTitle({ index, kind, bytes, about, packet }: RingEntry): string {
  const what = {
    toSend: t('to be sent'),
    sent: t('sent, not cleaned up'),
    received: t('received, not taken'),
  }[kind];
  return `[${index}] ${what}: ${packet === undefined ? '' : `${t('packet {0}', packet)}, `}${t('{0} bytes', bytes)}, ${about}`;
}

/** The driver's positions stand outside, the hardware's inside. */
function pointers(ring: Ring, circle: Circle): SVGElement[] {
  const { count, head, tail, nextToUse, nextToClean } = ring;
  const near = Math.ceil((APART * count) / (2 * Math.PI * circle.outer));
  const outside = pointersOf(
    [
      ['next_to_use', nextToUse],
      ['next_to_clean', nextToClean],
    ],
    count,
    near,
  );
  const inside = pointersOf(
    [
      ['head', head],
      ['tail', tail],
    ],
    count,
    near,
  );
  const all = (positions: readonly number[], isOutside: boolean) =>
    positions.map((index) => mark(circle, angleOf(index + 0.5, count), isOutside));
  return [
    ...all([nextToUse, nextToClean], true),
    ...all([head, tail], false),
    ...outside.map(({ index, labels }) => label(circle, angleOf(index + 0.5, count), labels, true)),
    ...(circle.inner < LEAST_INNER ? [] : inside).map(({ index, labels }) =>
      label(circle, angleOf(index + 0.5, count), labels, false),
    ),
  ];
}

function mark(circle: Circle, angle: number, isOutside: boolean): SVGElement {
  const tip = pointAt(circle, isOutside ? circle.outer + 1 : circle.inner - 1, angle);
  const base = isOutside ? circle.outer + 9 : circle.inner - 9;
  const left = pointAt(circle, base, angle - 4 / base);
  const right = pointAt(circle, base, angle + 4 / base);
  return svg('path', {
    class: isOutside ? 'pointer driver' : 'pointer hardware',
    d: `M${tip.x} ${tip.y}L${left.x} ${left.y}L${right.x} ${right.y}Z`,
  });
}

function label(circle: Circle, angle: number, lines: readonly string[], isOutside: boolean): SVGElement {
  const { x, y } = pointAt(circle, isOutside ? circle.outer + 13 : circle.inner - 13, angle);
  const across = Math.sin(angle);
  const up = Math.cos(angle);
  // The text grows away from the ring, and at its top and bottom to the side as well.
  const anchor =
    Math.abs(across) < 0.2 ? (isOutside ? 'start' : 'middle') : across > 0 === isOutside ? 'start' : 'end';
  const rise = isOutside
    ? up > 0
      ? -(lines.length - 1) * LINE * up
      : 0
    : up > 0.5
      ? LINE * 0.6
      : up < -0.5
        ? -(lines.length - 1) * LINE
        : 0;
  return svg(
    'text',
    { class: isOutside ? 'driver-text' : 'hardware-text', 'text-anchor': anchor },
    lines.map((line, index) => svg('tspan', { x: round(x), y: round(y + 4 + rise + index * LINE) }, [line])),
  );
}

function middle(side: Side, nic: NicRings, { x, y, inner }: Circle): SVGElement[] {
  const { used, count } = nic[side];
  const { head, tail } = nic[side];
  const positions = inner < LEAST_INNER ? [`head ${head}`, `tail ${tail}`] : [];
  const lines = inner < 40 ? [] : [...positions, ...stateLines(side, nic)];
  const top = y - (lines.length * LINE) / 2;
  return [
    svg('text', { class: 'ring-name', x, y: round(top), 'text-anchor': 'middle' }, [
      t('{0} {1} of {2}', side.toUpperCase(), used, count),
    ]),
    ...lines.map((line, index) =>
      svg(
        'text',
        { class: 'ring-about', x, y: round(top + (index + 1) * LINE + 2), 'text-anchor': 'middle' },
        [line],
      ),
    ),
  ];
}
function stateLines(side: Side, { isStopped, isMasked, isPolling }: NicRings): string[] {
  if (side === 'tx') return isStopped ? [t('queue stopped')] : [];
  return [isMasked ? t('IRQ masked') : t('IRQ unmasked'), isPolling ? t('NAPI scheduled') : ''].filter(
    (line) => line !== '',
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
