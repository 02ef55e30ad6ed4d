/** The drawing of a packet's way: a box for each station, a link to its code, and how long it took to get there. */
import type { WayResponse, WayStation } from '../../../debug-adapter/protocol.ts';
import { t } from '../../language.ts';
import { clickable, svg, titled } from '../svg.ts';
import { fitted, widthInCharacters } from '../textWidth.ts';
import { timeText } from '../sequence/time.ts';
import { STATION_HEIGHT, wayLayout, type Leg, type PlacedStation } from './wayLayout.ts';
import { afterText, countsText, stationText } from './words.ts';

const PADDING = 8;
const TITLE_SIZE = 12;
const SMALL_SIZE = 11;
const HEAD = 4;

export interface WayEvents {
  onStation(station: WayStation): void;
}

export class WayDrawing {
  readonly element = svg('svg', {
    class: 'drawing way-drawing',
    role: 'group',
    'aria-label': t("A packet's way"),
  });
  private readonly events: WayEvents;
  private drawn = '';

  constructor(events: WayEvents) {
    this.events = events;
  }

  draw({ stations, stop, fate }: WayResponse, width: number, room: number): void {
    const state = JSON.stringify([stations, stop, width, room]);
    // What has the keyboard stays.
    if (state === this.drawn) return;
    this.drawn = state;
    const layout = wayLayout(stations, width, room);
    const { height } = layout;
    this.element.setAttribute('width', String(width));
    this.element.setAttribute('height', String(height));
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const isHere = (index: number) =>
      index === stations.length - 1 && (fate === 'in flight' || stop?.event === stations[index]!.at.event);
    this.element.replaceChildren(
      ...layout.legs.map(legOf),
      ...layout.stations.map((placed, index) =>
        this.station(placed, isHere(index), layout.legs[index - 1]?.isLongest === true),
      ),
    );
  }

  clear(): void {
    this.drawn = '';
    this.element.replaceChildren();
  }

  private station(
    { station, x, y, width, afterNs }: PlacedStation,
    isHere: boolean,
    isLongest: boolean,
  ): SVGElement {
    const { title, details, at, location, kind } = station;
    const names = [
      'station',
      station.side,
      kind,
      ...(isHere ? ['here'] : []),
      ...(isLongest ? ['longest'] : []),
      ...(location === undefined ? [] : ['link']),
    ];
    const after = afterNs === undefined ? '' : `+${afterText(afterNs)}`;
    const room = width - 2 * PADDING;
    const detail = fitted(
      details.join(', '),
      room - widthInCharacters(title) * 7 - after.length * 7 - 16,
      SMALL_SIZE,
    );
    const counts = countsText(station);
    const when = t('t = {0} s · event {1}', timeText(at.timeNs), at.event);
    const isNarrow = room < (widthInCharacters(when) + counts.length) * 6.2;
    const line = isNarrow ? counts || timeText(at.timeNs) : when;
    const box = svg('g', { class: names.join(' ') }, [
      svg('rect', { x, y, width, height: STATION_HEIGHT, rx: 3 }),
      svg('text', { class: 'title', x: x + PADDING, y: y + 14 }, [
        fitted(title, room, TITLE_SIZE),
        ...(details.length === 0 || room < 260 ? [] : [svg('tspan', { class: 'detail', dx: 8 }, [detail])]),
      ]),
      svg('text', { class: 'small', x: x + PADDING, y: y + 27 }, [fitted(line, room, SMALL_SIZE)]),
      svg('text', { class: 'after', x: x + width - PADDING, y: y + 14, 'text-anchor': 'end' }, [after]),
      ...(isNarrow
        ? []
        : [
            svg('text', { class: 'small', x: x + width - PADDING, y: y + 27, 'text-anchor': 'end' }, [
              counts,
            ]),
          ]),
    ]);
    titled(box, stationText(station));
    if (location !== undefined) clickable(box, 'link', () => this.events.onStation(station));
    return box;
  }
}

function legOf({ from, to, isLongest }: Leg): SVGElement {
  const [dx, dy] = [Math.sign(to.x - from.x), Math.sign(to.y - from.y)];
  const isAcross = from.y === to.y;
  const [backX, backY] = isAcross ? [dx * 7, 0] : [0, dy * 7];
  const [sideX, sideY] = isAcross ? [0, HEAD] : [HEAD, 0];
  const head = `M${to.x} ${to.y}L${to.x - backX - sideX} ${to.y - backY - sideY}L${to.x - backX + sideX} ${to.y - backY + sideY}Z`;
  return svg('g', { class: isLongest ? 'leg longest' : 'leg' }, [
    svg('path', { class: 'line', d: `M${from.x} ${from.y}L${to.x - backX} ${to.y - backY}` }),
    svg('path', { class: 'head', d: head }),
  ]);
}
