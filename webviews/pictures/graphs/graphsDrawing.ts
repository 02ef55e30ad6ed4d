/** A graph as SVG, for a file: what the canvas shows, drawn from the same numbers. */
import { widthInCharacters } from '../textWidth.ts';
import { t } from '../../language.ts';
import { svg } from '../svg.ts';
import { shortNumber, ticksOf, unitText } from './axis.ts';
import { DASHES, TICK_HEIGHT, TICK_WIDTH, tickText } from './chart.ts';
import type { Plot } from './plot.ts';

const LEFT = 76;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 44;

export function graphSvg(plot: Plot, title: string, width: number, height: number): SVGSVGElement {
  const right = width - RIGHT;
  const bottom = height - BOTTOM;
  const x = (value: number) =>
    round(LEFT + ((value - plot.x.min) / (plot.x.max - plot.x.min)) * (right - LEFT));
  const y = (value: number) =>
    round(bottom - ((value - plot.y.min) / (plot.y.max - plot.y.min)) * (bottom - TOP));
  const isIn = (value: number) => value >= plot.x.min && value <= plot.x.max;
  const isTime = plot.across === 'time';
  const across = ticksOf(plot.x, (right - LEFT) / TICK_WIDTH, isTime ? 0 : 1);
  const up = ticksOf(plot.y, (bottom - TOP) / TICK_HEIGHT);
  const clip = svg('clipPath', { id: 'plot' }, [
    svg('rect', { x: LEFT, y: TOP, width: right - LEFT, height: bottom - TOP }),
  ]);
  const bars = plot.bars
    .filter((bar) => isIn(bar.x))
    .map(({ x: at, from, to, kind }) =>
      plot.asDots
        ? svg('circle', { class: `graph-dot ${kind}`, cx: x(at), cy: y(from), r: 2.5 })
        : svg('path', {
            class: `graph-bar ${kind}`,
            d: `M${x(at)} ${y(from)}V${Math.min(y(to), y(from) - 2)}`,
          }),
    );
  const lines = plot.lines.map(({ ys }, index) =>
    svg('path', {
      class: `graph-line line-${index}`,
      'stroke-dasharray': DASHES[index % DASHES.length]!.join(' ') || undefined,
      d: steps(plot.xs, ys, x, y),
    }),
  );
  const stop =
    plot.stop === undefined
      ? []
      : [svg('path', { class: 'graph-stop', d: `M${x(plot.stop)} ${TOP}V${bottom}` })];
  return svg('svg', { class: 'graph-drawing', width, height, viewBox: `0 0 ${width} ${height}` }, [
    clip,
    ...across.map((at) => svg('path', { class: 'graph-grid', d: `M${x(at)} ${TOP}V${bottom}` })),
    ...up.map((at) => svg('path', { class: 'graph-grid', d: `M${LEFT} ${y(at)}H${right}` })),
    svg('g', { 'clip-path': 'url(#plot)' }, [...lines, ...bars, ...stop]),
    ...across.map((at) => text(x(at), bottom + 16, 'middle', tickText(at, across, isTime))),
    ...up.map((at) => text(LEFT - 8, y(at) + 4, 'end', shortNumber(at))),
    text(LEFT, 18, 'start', title),
    text((LEFT + right) / 2, height - 8, 'middle', isTime ? t('time (s)') : t('event')),
    svg('text', { transform: `translate(16 ${(TOP + bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, [
      unitText(plot.unit),
    ]),
    ...legend(plot, right),
  ]);
}

/** A value holds until the next one. */
function steps(
  xs: readonly number[],
  ys: readonly (number | null)[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let isDrawing = false;
  for (const [index, value] of ys.entries()) {
    if (isDrawing) path += `H${x(xs[index]!)}`;
    if (value !== null) path += isDrawing ? `V${y(value)}` : `M${x(xs[index]!)} ${y(value)}`;
    isDrawing = value !== null;
  }
  return path;
}

function legend({ lines }: Plot, right: number): SVGElement[] {
  let at = right;
  return lines.flatMap(({ label }, index) => {
    at -= widthInCharacters(label) * 7 + 40;
    return [
      svg('path', {
        class: `graph-line line-${index}`,
        'stroke-dasharray': DASHES[index % DASHES.length]!.join(' ') || undefined,
        d: `M${at} 14h22`,
      }),
      text(at + 28, 18, 'start', label),
    ];
  });
}

function text(x: number, y: number, anchor: string, content: string): SVGElement {
  return svg('text', { x, y, 'text-anchor': anchor }, [content]);
}
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
