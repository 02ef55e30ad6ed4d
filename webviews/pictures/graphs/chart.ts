/** A graph on a canvas: the only file that uses uPlot. */
import { t } from '../../language.ts';
import uPlot from 'uplot';
import { secondsText, shortNumber, ticksOf, unitText, type Range } from './axis.ts';
import type { Plot, PlotBar } from './plot.ts';

/** Colours and fonts of the theme. */
export interface ChartStyle {
  foreground: string;
  grid: string;
  /** By line. */
  lines: readonly string[];
  bars: Readonly<Record<PlotBar['kind'], string>>;
  stop: string;
  cursor: string;
  font: string;
}
export interface ChartEvents {
  /** A click at this place. */
  onClick(x: number, y: number): void;
  /** A part was marked with the mouse. */
  onZoom(range: Range): void;
}
/** Besides their colours, lines differ by their dashes. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const DOT = 2.5;
const X_AXIS_HEIGHT = 30;
/** Pixels between two ticks, at least. */
export const TICK_WIDTH = 90;
export const TICK_HEIGHT = 34;

export class Chart {
  readonly element: HTMLElement;
  private readonly events: ChartEvents;
  private drawn: uPlot | undefined;
  /** What cannot be changed in a chart that is there. */
  private made = '';
  private plot: Plot | undefined;
  private style: ChartStyle | undefined;
  private cursor: number | undefined;

  constructor(element: HTMLElement, events: ChartEvents) {
    this.element = element;
    this.events = events;
  }

  draw(plot: Plot, style: ChartStyle, cursor: number | undefined): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    this.plot = plot;
    this.style = style;
    this.cursor = cursor;
    const data = [plot.xs, ...plot.lines.map(({ ys }) => ys)] as uPlot.AlignedData;
    const wanted = JSON.stringify([style, plot.lines.map(({ label }) => label), plot.unit, plot.across]);
    if (wanted !== this.made || this.drawn === undefined) {
      this.drawn?.destroy();
      this.made = wanted;
      this.drawn = new uPlot(this.options(plot, style, width, height), data, this.element);
      this.drawn.over.addEventListener('click', (event) => this.clicked(event));
      return;
    }
    const { drawn } = this;
    if (drawn.width !== width || drawn.height !== height) drawn.setSize({ width, height });
    drawn.setData(data);
  }

  clear(): void {
    this.drawn?.destroy();
    this.drawn = undefined;
    this.plot = undefined;
  }

  private clicked(event: MouseEvent): void {
    const { drawn } = this;
    if (drawn === undefined) return;
    const { left, top } = drawn.over.getBoundingClientRect();
    this.events.onClick(drawn.posToVal(event.clientX - left, 'x'), drawn.posToVal(event.clientY - top, 'y'));
  }

  private options(plot: Plot, style: ChartStyle, width: number, height: number): uPlot.Options {
    const axis = {
      stroke: style.foreground,
      font: style.font,
      labelFont: style.font,
      labelSize: 16,
      labelGap: 0,
    };
    const lines = { grid: { stroke: style.grid, width: 1 }, ticks: { stroke: style.grid, width: 1 } };
    const isTime = plot.across === 'time';
    return {
      width,
      height,
      legend: { show: false },
      padding: [10, 16, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: false } },
      // The canvas's own range: uPlot asks for it again with each change of the data.
      scales: {
        x: { time: false, range: () => tuple(this.plot!.x) },
        y: { range: () => tuple(this.plot!.y) },
      },
      axes: [
        {
          ...axis,
          ...lines,
          size: X_AXIS_HEIGHT,
          label: isTime ? t('time (s)') : t('event'),
          splits: ({ bbox }) => ticksOf(this.plot!.x, bbox.width / pixelRatio() / TICK_WIDTH, isTime ? 0 : 1),
          values: (_chart, splits) => splits.map((value) => tickText(value, splits, isTime)),
        },
        {
          ...axis,
          ...lines,
          size: 58,
          label: unitText(plot.unit),
          splits: ({ bbox }) => ticksOf(this.plot!.y, bbox.height / pixelRatio() / TICK_HEIGHT),
          values: (_chart, splits) => splits.map(shortNumber),
        },
      ],
      series: [
        {},
        ...plot.lines.map(({ label }, index) => ({
          label,
          stroke: style.lines[index]!,
          width: 1.6,
          dash: [...DASHES[index % DASHES.length]!],
          paths: uPlot.paths.stepped!({ align: 1 }),
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [(chart) => this.drawMore(chart)],
        setSelect: [(chart) => this.selected(chart)],
      },
    };
  }

  private selected(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < 4) return;
    const range = { min: chart.posToVal(left, 'x'), max: chart.posToVal(left + width, 'x') };
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.events.onZoom(range);
  }

  /** Segments, the stop and the cursor. */
  private drawMore(chart: uPlot): void {
    const { plot, style, cursor } = this;
    if (plot === undefined || style === undefined) return;
    const { ctx, bbox } = chart;
    const scale = pixelRatio();
    const x = (value: number) => chart.valToPos(value, 'x', true);
    const y = (value: number) => chart.valToPos(value, 'y', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const bar of plot.bars) {
      ctx.strokeStyle = ctx.fillStyle = style.bars[bar.kind];
      ctx.lineWidth = 2 * scale;
      ctx.beginPath();
      if (plot.asDots) {
        ctx.arc(x(bar.x), y(bar.from), DOT * scale, 0, 2 * Math.PI);
        ctx.fill();
      } else {
        ctx.moveTo(x(bar.x), y(bar.from));
        // A SYN is one number high: it must be seen all the same.
        ctx.lineTo(x(bar.x), Math.min(y(bar.to), y(bar.from) - 2 * scale));
        ctx.stroke();
      }
    }
    const upright = (at: number | undefined, stroke: string, dash: number[]) => {
      if (at === undefined) return;
      ctx.strokeStyle = stroke;
      ctx.lineWidth = 1.5 * scale;
      ctx.setLineDash(dash.map((one) => one * scale));
      ctx.beginPath();
      ctx.moveTo(x(at), bbox.top);
      ctx.lineTo(x(at), bbox.top + bbox.height);
      ctx.stroke();
    };
    upright(plot.stop, style.stop, []);
    upright(cursor, style.cursor, [4, 3]);
    ctx.restore();
  }
}

function tuple({ min, max }: Range): [number, number] {
  return [min, max];
}
/** The text of a tick across. */
export function tickText(value: number, ticks: readonly number[], isTime: boolean): string {
  if (!isTime) return value.toLocaleString('en');
  const step = ticks.length < 2 ? 1 : ticks[1]! - ticks[0]!;
  return secondsText(value, step);
}
/** Pixels of the canvas for one of the page: uPlot rounds it up. */
function pixelRatio(): number {
  return uPlot.pxRatio;
}
