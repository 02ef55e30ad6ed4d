/** What the lines and marks of a graph mean; their colours are the canvas's, too. */
import { t } from '../../language.ts';
import type { GraphSegment, GraphsResponse } from '../../../debug-adapter/protocol.ts';
import { el } from '../../dom.ts';
import { svg } from '../svg.ts';
import { DASHES, type ChartStyle } from './chart.ts';

const KINDS: readonly (readonly [GraphSegment['kind'], string])[] = [
  ['data', t('sent')],
  ['again', t('sent again')],
  ['sack', 'SACK'],
];

export class Legend {
  readonly element = el('span', { class: 'graph-legend' });
  private shown = '';

  show({ lines, segments, graph }: GraphsResponse): void {
    const entries = [
      ...lines.map(({ label, about }, index) =>
        entry(`line-${index}`, label, about, DASHES[index % DASHES.length]!),
      ),
      ...KINDS.filter(([kind]) => segments.some((segment) => segment.kind === kind)).map(([kind, label]) =>
        entry(`bar ${kind}`, label, label, []),
      ),
    ];
    const text = `${graph} ${entries.map(({ textContent }) => textContent).join('|')}`;
    if (text === this.shown) return;
    this.shown = text;
    this.element.replaceChildren(...entries);
  }

  /** The theme's colours, as the stylesheet has them. */
  style(): ChartStyle {
    const probe = (name: string) => colourOf(this.element, name);
    const { fontFamily } = getComputedStyle(this.element);
    return {
      foreground: getComputedStyle(this.element).color,
      grid: probe('graph-grid'),
      lines: Array.from({ length: 12 }, (_, index) => probe(`graph-line line-${index}`)),
      bars: { data: probe('graph-bar data'), again: probe('graph-bar again'), sack: probe('graph-bar sack') },
      stop: probe('graph-stop'),
      cursor: probe('graph-cursor'),
      font: `11px ${fontFamily}`,
    };
  }
}

function entry(name: string, label: string, about: string, dash: readonly number[]): HTMLElement {
  const isBar = name.startsWith('bar');
  const swatch = svg('svg', { width: isBar ? 8 : 22, height: 10, 'aria-hidden': 'true' }, [
    isBar
      ? svg('path', { class: `graph-${name}`, d: 'M4 0V10' })
      : svg('path', {
          class: `graph-line ${name}`,
          d: 'M0 5H22',
          'stroke-dasharray': dash.join(' ') || undefined,
        }),
  ]);
  const element = el('span', { class: 'entry', title: about });
  element.append(swatch, document.createTextNode(` ${label}`));
  return element;
}

/** The colour of a drawing's class in this theme. */
function colourOf(place: HTMLElement, name: string): string {
  const path = svg('path', { class: name });
  const probe = svg('svg', { width: 0, height: 0, 'aria-hidden': 'true' }, [path]);
  place.append(probe);
  const { stroke, strokeOpacity } = getComputedStyle(path);
  // A style is read before its element is removed.
  const colour = stroke.replace(/^rgb\((.*)\)$/, `rgba($1, ${strokeOpacity})`);
  probe.remove();
  return colour;
}
