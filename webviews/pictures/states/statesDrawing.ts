/** The drawing of the states: a box each, an arrow for each transition, a dot for each socket. */
import { t } from '../../language.ts';
import type { StateChange, StatesData, StateSocket } from '../../../debug-adapter/protocol.ts';
import { clickable, svg, titled } from '../svg.ts';
import {
  RESET_LABEL,
  STATES,
  TRANSITIONS,
  transitionOf,
  type StatePlace,
  type Transition,
} from './diagram.ts';
import { layout, type Box, type StatesLayout } from './statesLayout.ts';
import type { TransitionBreakpoints } from './transitionBreakpoints.ts';

const DOT = { radius: 4.5, step: 13 } as const;

export interface StatesDrawingEvents {
  onState(state: string): void;
  onTransition(transition: Transition): void;
}
/** What is to be drawn. */
export interface Drawn {
  data: StatesData;
  /** The state whose sockets are listed. */
  selected: string | undefined;
  breakpoints: TransitionBreakpoints;
}

export class StatesDrawing {
  readonly element = svg('svg', { class: 'drawing', role: 'group', 'aria-label': t('States of TCP') });
  private readonly arrows = new Map<Transition, SVGGElement>();
  private readonly boxes = new Map<string, SVGGElement>();
  private readonly resetLabel = svg('text', { class: 'reset-label' }, ['RST']);
  private readonly dots = svg('g', { class: 'dots', 'aria-hidden': 'true' });
  private readonly bySocket = new Map<string, SVGCircleElement>();
  private width = 0;
  private height = 0;

  constructor({ onState, onTransition }: StatesDrawingEvents) {
    // Made once, so that the keyboard focus stays where it is.
    for (const transition of TRANSITIONS) {
      const arrow = svg('g', { class: 'transition' });
      if (transition.reported !== undefined) clickable(arrow, 'button', () => onTransition(transition));
      else arrow.classList.add('unreported');
      arrow.classList.toggle('reset', transition.isReset === true);
      this.arrows.set(transition, arrow);
    }
    for (const { name } of STATES) {
      const box = svg('g', { class: 'state link' });
      clickable(box, 'button', () => onState(name));
      this.boxes.set(name, box);
    }
    this.element.append(...this.arrows.values(), this.resetLabel, ...this.boxes.values(), this.dots);
  }

  draw({ data, selected, breakpoints }: Drawn, width: number, height: number): void {
    const at = layout(width, height);
    this.element.classList.toggle('still', this.width !== at.width || this.height !== at.height);
    this.width = at.width;
    this.height = at.height;
    this.element.setAttribute('width', String(at.width));
    this.element.setAttribute('height', String(at.height));
    this.element.setAttribute('viewBox', `0 0 ${at.width} ${at.height}`);
    const latest = data.changes.findLast(({ isNew }) => isNew);
    const gone = latest && transitionOf(latest);
    for (const [transition, element] of this.arrows)
      drawArrow(element, transition, at, transition === gone, breakpoints);
    const { x, y } = at.at(RESET_LABEL);
    this.resetLabel.setAttribute('x', String(round(x)));
    this.resetLabel.setAttribute('y', String(round(y)));
    this.resetLabel.setAttribute('text-anchor', at.isUpright ? 'end' : 'middle');
    for (const place of STATES) {
      const sockets = data.sockets.filter(({ state }) => state === place.name);
      this.drawState(place, at.box(place), sockets, place.name === selected);
      this.drawDots(sockets, at.box(place), latest);
    }
    const shown = new Set(data.sockets.map(({ socket }) => socket));
    for (const [socket, dot] of this.bySocket) {
      if (shown.has(socket)) continue;
      this.bySocket.delete(socket);
      dot.remove();
    }
  }

  clear(): void {
    this.bySocket.clear();
    this.dots.replaceChildren();
  }

  private drawState(
    { name, tooltip }: StatePlace,
    { x, y, width, height }: Box,
    sockets: readonly StateSocket[],
    isSelected: boolean,
  ): void {
    const element = this.boxes.get(name)!;
    const most = dotsIn(width);
    const more = sockets.length > most ? `+${sockets.length - most + 2}` : '';
    element.replaceChildren(
      svg('rect', { class: 'outline', x, y, width, height, rx: 4 }),
      svg('text', { class: 'state-name', x: x + width / 2, y: y + 16, 'text-anchor': 'middle' }, [name]),
      ...(more === ''
        ? []
        : [svg('text', { class: 'more', x: x + width - 6, y: y + 34, 'text-anchor': 'end' }, [more])]),
    );
    const count = sockets.length === 1 ? t('1 socket') : t('{0} sockets', sockets.length);
    titled(element, t('{0}: {1}. {2}', name, count, tooltip));
    element.setAttribute('aria-pressed', String(isSelected));
    element.classList.toggle('selected', isSelected);
    element.classList.toggle('taken', sockets.length > 0);
  }

  private drawDots(sockets: readonly StateSocket[], box: Box, latest: StateChange | undefined): void {
    const most = dotsIn(box.width);
    for (const [index, { socket, name }] of sockets.entries()) {
      const dot = this.bySocket.get(socket) ?? svg('circle', { class: 'dot', r: DOT.radius });
      if (!this.bySocket.has(socket)) {
        this.bySocket.set(socket, dot);
        this.dots.append(dot);
      }
      // Dots for which there is no place lie below the last one.
      const place = sockets.length <= most ? index : Math.min(index, most - 3);
      dot.style.transform = `translate(${box.x + 11 + place * DOT.step}px, ${box.y + 29}px)`;
      dot.classList.toggle('changed', latest?.socket === socket);
      titled(dot, name);
    }
  }
}

function dotsIn(width: number): number {
  return Math.floor((width - 12) / DOT.step);
}

function drawArrow(
  element: SVGGElement,
  transition: Transition,
  { path }: StatesLayout,
  isLatest: boolean,
  breakpoints: TransitionBreakpoints,
): void {
  const { from, to, cause, reported } = transition;
  const points = path(transition);
  const d = `M${points.map(({ x, y }) => `${round(x)} ${round(y)}`).join('L')}`;
  const [tail, head] = [points.at(-2)!, points.at(-1)!];
  const angle = Math.atan2(head.y - tail.y, head.x - tail.x);
  const point = (turn: number) =>
    `${round(head.x - 8 * Math.cos(angle + turn))} ${round(head.y - 8 * Math.sin(angle + turn))}`;
  const first = points[0]!;
  const spot = points.length > 2 ? points[1]! : { x: (first.x + head.x) / 2, y: (first.y + head.y) / 2 };
  const breakpoint = reported && breakpoints.at(reported[0], reported[1]);
  element.replaceChildren(
    svg('path', { class: 'hit', d }),
    svg('path', { class: 'line', d }),
    svg('path', { class: 'line', d: `M${point(0.45)}L${round(head.x)} ${round(head.y)}L${point(-0.45)}` }),
    ...(breakpoint === undefined
      ? []
      : [
          svg('circle', {
            class: breakpoint.isNarrowed ? 'breakpoint narrowed' : 'breakpoint',
            cx: round(spot.x),
            cy: round(spot.y),
            r: 5,
          }),
        ]),
  );
  element.classList.toggle('latest', isLatest);
  const stops = breakpoint === undefined ? '' : ` ${breakpoint.text}`;
  const action =
    reported === undefined ? '' : breakpoint === undefined ? ` ${t('Click to stop at it.')}` : '';
  titled(element, `${t('{0} → {1}: {2}.', from, to, cause)}${stops}${action}`);
  if (reported !== undefined) element.setAttribute('aria-pressed', String(breakpoint !== undefined));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
