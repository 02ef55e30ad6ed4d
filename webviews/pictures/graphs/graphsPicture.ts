/** The graphs: which one of which connection is shown, and what can be done with the chosen moment. */
import { t } from '../../language.ts';
import type {
  GraphId,
  GraphsData,
  GraphSide,
  GraphsResponse,
  Moment,
  WantedOf,
} from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import { button } from '../../toolkit.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { option, fillSelect, select } from '../select.ts';
import type { Range } from './axis.ts';
import { Chart } from './chart.ts';
import { graphSvg } from './graphsDrawing.ts';
import { Legend } from './legend.ts';
import { placesOf, sentenceOf, tableOf, type Place } from './places.ts';
import { plotOf, positionOf, type Across } from './plot.ts';

const TITLES: Readonly<Record<GraphId, string>> = {
  stevens: t('Time-sequence (Stevens)'),
  tcptrace: t('Time-sequence (tcptrace)'),
  congestion: t('Congestion window'),
  rtt: t('Round-trip time and RTO'),
  windows: t('Windows'),
  throughput: t('Throughput'),
  queues: t('Queues of the socket'),
  rings: t('NIC rings and qdisc'),
};
const HELP = t(
  'Left and right go from moment to moment, Enter shows the packet, + and − zoom, Escape shows all. Drag to zoom.',
);
const ZOOM_STEP = 2;

interface Wish {
  graph: GraphId;
  connection?: string;
  side?: GraphSide;
}

export class GraphsPicture implements Picture<'graphs'> {
  readonly id = 'graphs';
  readonly title = t('Graphs');
  readonly tooltip = t(
    'How a TCP connection fares over time: sequence numbers, windows, round-trip times, queues.',
  );
  readonly element: HTMLElement;
  private readonly host: PictureHost;
  private readonly graph = select(t('Graph'), () => this.want({ graph: this.graph.value as GraphId }));
  private readonly connection = select(t('Connection'), () => this.wantConnection(this.connection.value));
  private readonly side = select(t('End'), () => this.want({ side: this.side.value as GraphSide }));
  private readonly across = select(t('Across'), () => this.zoomTo(undefined));
  private readonly legend = new Legend();
  private readonly place = el('div', {
    class: 'graph-place',
    tab: 0,
    role: 'group',
    aria: { label: t('Graph'), description: HELP },
  });
  private readonly canvas = el('div', { class: 'graph-canvas', aria: { hidden: 'true' } });
  /** Where the drawing for a file is put together: it must have the theme's colours. */
  private readonly drawing = el('div', { class: 'graph-file', aria: { hidden: 'true' } });
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly packet = button({ label: t('Show Packet'), onClick: () => this.showPacket() });
  private readonly chart: Chart;
  /** What is to be shown; what is omitted, the adapter chooses. */
  private wanted: Wish = { graph: 'stevens' };
  private data: GraphsResponse | undefined;
  private places: Place[] = [];
  private zoom: Range | undefined;
  /** What is looked at, here or in another picture. */
  private looked: Moment | undefined;
  private chosen: Place | undefined;

  constructor(host: PictureHost) {
    this.host = host;
    fillSelect(
      this.graph,
      Object.entries(TITLES).map(([id, title]) => option(id, title)),
    );
    fillSelect(this.across, [option('time', t('Over time')), option('events', t('Over events'))]);
    this.chart = new Chart(this.canvas, {
      onClick: (x, y) => this.click(x, y),
      onZoom: (range) => this.zoomTo(range),
    });
    const tool = (label: string, icon: string, onClick: () => void) =>
      button({ label, icon, iconOnly: true, tooltip: label, onClick }).element;
    this.place.append(this.canvas, this.drawing);
    this.element = el('div', { class: 'graphs' }, [
      el('div', { class: 'words' }, [
        this.graph,
        this.connection,
        this.side,
        this.across,
        tool(t('Zoom out'), 'zoom-out', () => this.zoomBy(1 / ZOOM_STEP)),
        tool(t('Zoom in'), 'zoom-in', () => this.zoomBy(ZOOM_STEP)),
        tool(t('Show all'), 'screen-full', () => this.zoomTo(undefined)),
        this.legend.element,
      ]),
      this.place,
      el('div', { class: 'words chosen-words' }, [this.sentence, this.packet.element]),
    ]);
    this.place.addEventListener('keydown', (event) => this.key(event));
    // Another theme: the canvas has its colours as numbers.
    new MutationObserver(() => this.draw()).observe(document.body, { attributeFilter: ['class'] });
    new ResizeObserver(() => this.draw()).observe(this.place);
    this.clear();
  }

  asks(): WantedOf<'graphs'> {
    return {
      picture: this.id,
      ...this.wanted,
      ...(this.zoom !== undefined && this.across.value === 'time' && windowOf(this.zoom)),
    };
  }

  show({ picture: _picture, ...data }: GraphsData): void {
    const { graph, connection, side } = data;
    const isAnswer = Object.entries(this.wanted).every(([name, value]) => data[name as keyof Wish] === value);
    // Something else was chosen in the meantime, and is asked for.
    if (!isAnswer && this.data !== undefined) return;
    this.wanted = {
      graph,
      ...(connection !== undefined && { connection }),
      ...(side !== undefined && { side }),
    };
    this.graph.value = graph;
    this.data = data;
    this.places = placesOf(data);
    fillSelect(
      this.connection,
      data.connections.map(({ id, label }) => option(id, label.replace(/^TCP /, ''))),
      connection,
    );
    const ends = data.connections.find(({ id }) => id === connection)?.ends ?? [];
    fillSelect(
      this.side,
      ends.map(({ side, label }) => option(side, label)),
      side,
    );
    this.legend.show(data);
    if (this.chosen !== undefined)
      this.chosen = this.places.find(({ at }) => at.event === this.chosen!.at.event);
    this.draw();
    this.tellChosen();
  }

  resize(): void {
    this.draw();
  }

  clear(): void {
    this.data = undefined;
    this.places = [];
    this.wanted = { graph: this.wanted.graph };
    this.zoom = undefined;
    this.looked = undefined;
    this.chosen = undefined;
    this.connection.replaceChildren();
    this.side.replaceChildren();
    this.chart.clear();
    this.tellChosen();
  }

  pointAt(moment: Moment | undefined): void {
    this.looked = moment;
    this.chosen = moment && this.places.findLast(({ at }) => at.event <= moment.event);
    this.draw();
    this.tellChosen();
  }

  emptiness(): Emptiness | undefined {
    if (this.data === undefined || this.data.connections.length > 0) return undefined;
    return {
      title: t('No TCP connection yet'),
      text: t('Each TCP connection has its graphs here, from its first segment on: continue, or step on.'),
    };
  }

  table(): Table {
    return tableOf(this.data, TITLES[this.wanted.graph]);
  }

  svg(): SVGSVGElement {
    const { width, height } = this.place.getBoundingClientRect();
    const title = `${TITLES[this.wanted.graph]} · ${this.side.selectedOptions[0]?.text ?? ''}`;
    const drawing = graphSvg(this.plot()!, title, Math.round(width), Math.round(height));
    this.drawing.replaceChildren(drawing);
    return drawing;
  }

  private plot() {
    return this.data && plotOf(this.data, this.across.value as Across, this.zoom);
  }
  private draw(): void {
    const plot = this.plot();
    if (plot === undefined) return;
    const at = this.looked && positionOf(this.looked, plot.across);
    this.chart.draw(plot, this.legend.style(), at);
  }

  private want(change: Partial<Wish>): void {
    this.wanted = { ...this.wanted, ...change };
    this.host.ask();
  }
  /** Another connection is shown from its beginning. */
  private wantConnection(connection: string): void {
    this.zoom = undefined;
    this.wanted = { graph: this.wanted.graph, connection };
    this.host.ask();
  }

  private zoomTo(range: Range | undefined): void {
    this.zoom = range;
    this.draw();
    this.host.ask();
  }
  /** Around what is looked at, or else the middle. */
  private zoomBy(factor: number): void {
    const plot = this.plot();
    if (plot === undefined) return;
    const { min, max } = plot.x;
    const at = this.looked && positionOf(this.looked, plot.across);
    const middle = at !== undefined && at > min && at < max ? at : (min + max) / 2;
    const half = (max - min) / factor / 2;
    this.zoomTo({ min: middle - half, max: middle + half });
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[
      event.key
    ];
    if (step !== undefined) this.move(step);
    else if (event.key === 'Enter') this.showPacket();
    else if (event.key === '+' || event.key === '=') this.zoomBy(ZOOM_STEP);
    else if (event.key === '-') this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === 'Escape') this.zoomTo(undefined);
    else return;
    event.preventDefault();
  }
  private move(step: number): void {
    const { places, chosen } = this;
    if (places.length === 0) return;
    const at = chosen === undefined ? -1 : places.indexOf(chosen);
    const next = at < 0 && step === -1 ? places.length - 1 : at + step;
    this.choose(places[Math.min(places.length - 1, Math.max(0, next))]!);
  }
  private choose(place: Place): void {
    this.chosen = place;
    this.looked = place.at;
    this.draw();
    this.tellChosen();
    this.host.pointAt(place.at);
  }
  /** The nearest place to the side; of several there, the nearest upwards. */
  private click(x: number, y: number): void {
    const across = this.across.value as Across;
    const away = ({ at }: Place) => Math.abs(positionOf(at, across) - x);
    const height = ({ segment }: Place) => (segment === undefined ? Infinity : Math.abs(segment.from - y));
    const nearest = this.places.reduce<Place | undefined>((best, one) => {
      if (best === undefined) return one;
      const difference = away(one) - away(best);
      return difference < 0 || (difference === 0 && height(one) < height(best)) ? one : best;
    }, undefined);
    if (nearest !== undefined) this.choose(nearest);
  }

  private tellChosen(): void {
    const { chosen, data } = this;
    setText(this.sentence, chosen === undefined || data === undefined ? HELP : sentenceOf(chosen, data));
    this.packet.setEnabled(chosen?.segment !== undefined);
  }
  private showPacket(): void {
    const segment = this.chosen?.segment;
    if (segment !== undefined) this.host.revealPacket(segment.number);
  }
}

/** The time that is shown, in ns. */
function windowOf({ min, max }: Range): { fromNs: number; toNs: number } {
  return { fromNs: Math.max(0, Math.floor(min * 1e9)), toNs: Math.max(0, Math.ceil(max * 1e9)) };
}
