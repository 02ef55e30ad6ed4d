/** The sequence diagram: what is chosen to be shown, its drawing, and what can be done with the chosen thing. */
import { t } from '../../language.ts';
import type { Moment, SequenceData, SequenceResponse, WantedOf } from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import { isMenuKey, placeOf } from '../../menu.ts';
import { button, checkbox, type ButtonControl } from '../../toolkit.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { option } from '../select.ts';
import { ItemActions } from './itemActions.ts';
import { layout, type Layout, type LayoutOptions } from './layout.ts';
import { mermaid } from './mermaid.ts';
import type { Item } from './rows.ts';
import { isSame, SequenceDrawing, type Range } from './sequenceDrawing.ts';
import { sequenceTable } from './sequenceTable.ts';
import { timeText } from './time.ts';
import { namesOf, plural, sentenceOf } from './words.ts';

const ALL = '';
const LEAST_ZOOM = 0.3;
const MOST_ZOOM = 64;
const ZOOM_STEP = 1.4;
/** How many packets and calls are asked for. */
const COUNT = 600;
/** How far below the chosen thing its menu opens for the keyboard, in pixels. */
const MENU_DISTANCE = 10;
const HELP = t(
  'Arrow keys move from one to the next, Enter shows its packet or its code, + and − zoom. A right click has more.',
);

export class SequencePicture implements Picture<'sequence'> {
  readonly id = 'sequence';
  readonly title = t('Sequence');
  readonly tooltip = t(
    'What programs call, the packets between them, and what these change, from top to bottom.',
  );
  readonly element: HTMLElement;
  private readonly host: PictureHost;
  private readonly drawing = new SequenceDrawing({
    onChoose: (item) => this.choose(item, false),
    onOpen: (item) => {
      this.choose(item, false);
      this.actions.open();
    },
    onMenu: (item, event) => {
      this.choose(item, false);
      this.actions.menu(placeOf(event, this.place));
    },
  });
  private readonly place = el('div', {
    class: 'sequence-place',
    tab: 0,
    role: 'group',
    aria: { label: t('Sequence diagram'), description: HELP },
  });
  private readonly connection = document.createElement('select');
  private readonly spacing = document.createElement('select');
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly actions: ItemActions;
  private readonly earlier: ButtonControl;
  private readonly later: ButtonControl;
  private readonly range = el('span', { class: 'range' });
  private data: SequenceResponse | undefined;
  private layout: Layout | undefined;
  private options: Omit<LayoutOptions, 'width'> = { spacing: 'events', zoom: 1, showNics: false };
  private chosen: Item | undefined;
  /** The end of the window that is looked at; undefined: the newest. */
  private until: number | undefined;
  private wasAtEnd = true;
  /** Looked at in another picture: to be chosen here. */
  private pointed: Moment | undefined;

  constructor(host: PictureHost) {
    this.host = host;
    const nics = checkbox('NICs', t('Show the network interfaces between the ends'), false, (on) => {
      this.set({ showNics: on });
    });
    this.connection.setAttribute('aria-label', t('Connection'));
    this.connection.addEventListener('change', () => this.ask(undefined));
    this.spacing.setAttribute('aria-label', t('Spacing'));
    this.spacing.append(option('events', t('Events evenly spaced')), option('scale', t('Time to scale')));
    this.spacing.addEventListener('change', () =>
      this.set({ spacing: this.spacing.value as LayoutOptions['spacing'], zoom: 1 }),
    );
    const tool = (label: string, icon: string, onClick: () => void) =>
      button({ label, icon, iconOnly: true, tooltip: label, onClick });
    this.earlier = tool(t('Earlier'), 'arrow-up', () => this.askEarlier());
    this.later = tool(t('To the newest'), 'arrow-down', () => this.ask(undefined));
    this.actions = new ItemActions(host);
    const tools = [
      this.earlier,
      this.later,
      tool(t('Zoom out'), 'zoom-out', () => this.zoom(1 / ZOOM_STEP)),
      tool(t('Zoom in'), 'zoom-in', () => this.zoom(ZOOM_STEP)),
      tool(t('Copy as Mermaid text'), 'copy', () => this.copy()),
    ];
    const canvas = el('div', { class: 'sequence-canvas' });
    canvas.append(this.drawing.heads, this.drawing.element);
    this.place.append(canvas);
    this.element = el('div', { class: 'sequence' }, [
      el('div', { class: 'words' }, [
        this.connection,
        this.spacing,
        nics.element,
        ...tools.map(({ element }) => element),
        this.range,
        legend(),
      ]),
      this.place,
      el('div', { class: 'words chosen-words' }, [this.sentence, this.actions.element]),
    ]);
    this.place.addEventListener('scroll', () => this.scrolled());
    this.place.addEventListener('keydown', (event) => this.key(event));
    this.place.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    new ResizeObserver(() => this.resize()).observe(this.place);
    this.tellChosen();
  }

  asks(): WantedOf<'sequence'> {
    return {
      picture: this.id,
      count: COUNT,
      ...(this.connection.value !== ALL && { connection: this.connection.value }),
      ...(this.until !== undefined && { to: this.until }),
    };
  }

  show({ picture: _picture, ...data }: SequenceData): void {
    const { chosen } = this;
    this.data = data;
    this.listConnections(data);
    this.draw();
    if (chosen !== undefined) this.chosen = this.find(chosen);
    // A run that has ended is read from its beginning, one that goes on at its newest.
    if (this.wasAtEnd && this.until === undefined && data.isOver !== true)
      this.place.scrollTop = this.place.scrollHeight;
    this.scrolled();
    this.choosePointed();
    this.tellChosen();
  }

  resize(): void {
    this.draw();
  }

  pointAt(moment: Moment | undefined): void {
    this.pointed = moment;
  }
  /** What was the last to happen up to the moment that is looked at in another picture. */
  private choosePointed(): void {
    const { pointed } = this;
    this.pointed = undefined;
    if (pointed === undefined) return;
    const last = this.layout?.places.findLast(({ item }) => item.at.event <= pointed.event);
    if (last !== undefined) this.choose(last.item, true);
  }

  clear(): void {
    this.data = undefined;
    this.layout = undefined;
    this.chosen = undefined;
    this.until = undefined;
    this.pointed = undefined;
    this.wasAtEnd = true;
    this.connection.replaceChildren(option(ALL, t('All connections')));
    this.drawing.clear();
    this.tellChosen();
  }

  emptiness(): Emptiness | undefined {
    if (this.data === undefined || this.data.lifelines.length > 0) return undefined;
    return {
      title: t('Nothing has happened yet'),
      text: t('System calls of programs and the packets between them are drawn here: continue, or step on.'),
    };
  }

  table(): Table {
    return sequenceTable(this.data);
  }

  svg(): SVGSVGElement {
    return this.drawing.whole();
  }

  private listConnections({ connections }: SequenceResponse): void {
    const { value } = this.connection;
    const texts = [
      option(
        ALL,
        connections.length === 1 ? t('The connection') : t('All connections ({0})', connections.length),
      ),
      ...connections.map(({ id, label, packets }) =>
        option(id, `${label}  (${plural(packets, t('{0} packet'), t('{0} packets'))})`),
      ),
    ];
    // A list that is open must not be filled anew.
    const shown = [...this.connection.options].map(({ text }) => text).join('\n');
    if (shown === texts.map(({ text }) => text).join('\n')) return;
    this.connection.replaceChildren(...texts);
    this.connection.value = connections.some(({ id }) => id === value) ? value : ALL;
  }

  private draw(): void {
    const { clientWidth } = this.place;
    if (this.data === undefined || clientWidth === 0) return;
    this.layout = layout(this.data, { ...this.options, width: clientWidth });
    this.drawing.draw(this.layout, this.visible(), this.chosen);
    const { begins, leftOut } = this.data;
    setText(
      this.range,
      begins === undefined
        ? ''
        : leftOut === 0
          ? t('from {0} s on', timeText(begins.timeNs))
          : t(
              'from {0} s on, {1}',
              timeText(begins.timeNs),
              plural(leftOut, t('{0} earlier one left out'), t('{0} earlier ones left out')),
            ),
    );
    this.earlier.setEnabled(leftOut > 0);
    this.later.setEnabled(this.until !== undefined);
  }
  private visible(): Range {
    return { top: this.place.scrollTop, bottom: this.place.scrollTop + this.place.clientHeight };
  }
  private scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.place;
    this.wasAtEnd = scrollTop + clientHeight >= scrollHeight - 8;
    this.drawing.scroll(this.visible());
  }

  private set(change: Partial<Omit<LayoutOptions, 'width'>>): void {
    this.options = { ...this.options, ...change };
    this.draw();
  }
  private zoom(factor: number): void {
    const { scrollTop, clientHeight, scrollHeight } = this.place;
    const middle = (scrollTop + clientHeight / 2) / scrollHeight;
    this.set({ zoom: Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.options.zoom * factor)) });
    this.place.scrollTop = middle * this.place.scrollHeight - clientHeight / 2;
  }
  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
  }

  private askEarlier(): void {
    const begins = this.data?.begins;
    if (begins !== undefined) this.ask(begins.event - 1);
  }
  /** Another window, or another connection. */
  private ask(until: number | undefined): void {
    this.until = until;
    this.wasAtEnd = true;
    this.host.ask();
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[
      event.key
    ];
    if (step !== undefined) this.move(step);
    else if (isMenuKey(event)) this.menuOfChosen();
    else if (event.key === 'Enter') this.actions.open();
    else if (event.key === '+' || event.key === '=') this.zoom(ZOOM_STEP);
    else if (event.key === '-') this.zoom(1 / ZOOM_STEP);
    else return;
    event.preventDefault();
  }
  private move(step: number): void {
    const places = this.layout?.places ?? [];
    if (places.length === 0) return;
    const { chosen } = this;
    const at = chosen === undefined ? -1 : places.findIndex(({ item }) => isExactly(item, chosen));
    const next = at < 0 && step === -1 ? places.length - 1 : at + step;
    this.choose(places[Math.min(places.length - 1, Math.max(0, next))]!.item, true);
  }

  private choose(item: Item, scroll: boolean): void {
    this.chosen = item;
    const y = this.placeOfChosen();
    if (scroll && y !== undefined) {
      const { scrollTop, clientHeight } = this.place;
      if (y < scrollTop + 70 || y > scrollTop + clientHeight - 40)
        this.place.scrollTop = y - clientHeight / 2;
    }
    this.draw();
    this.tellChosen();
    this.host.pointAt(item.at);
  }
  private placeOfChosen(): number | undefined {
    const { chosen } = this;
    return chosen && this.layout?.places.find((one) => isExactly(one.item, chosen))?.y;
  }
  /** The same thing in new data. */
  private find(item: Item): Item | undefined {
    return this.layout?.places.find((one) => isSame(one.item, item))?.item;
  }

  private tellChosen(): void {
    const { chosen, data } = this;
    if (chosen === undefined || data === undefined) {
      setText(this.sentence, HELP);
      this.actions.offer(undefined, '');
      return;
    }
    const sentence = sentenceOf(chosen, namesOf(data));
    const { timeNs, event } = chosen.at;
    setText(this.sentence, t('{0} t = {1} s, event {2}', sentence, timeText(timeNs), event));
    this.actions.offer(chosen, sentence);
  }
  /** Under the chosen thing. */
  private menuOfChosen(): void {
    const { chosen, place } = this;
    const x = this.layout?.columns.find(({ id }) => id === chosen?.lifeline)?.x ?? 0;
    const y = (this.placeOfChosen() ?? 0) + MENU_DISTANCE;
    const { left, top } = place.getBoundingClientRect();
    this.actions.menu({ x: left + x - place.scrollLeft, y: top + y - place.scrollTop });
  }
  private copy(): void {
    if (this.data !== undefined) this.host.copy(mermaid(this.data), t('the sequence as Mermaid text'));
  }
}

function isExactly(one: Item, other: Item): boolean {
  return one.kind === other.kind && isSame(one, other);
}

/** What the bars along the lifelines mean. */
function legend(): HTMLElement {
  return el('span', { class: 'legend' }, [
    el('span', { class: 'swatch busy' }),
    document.createTextNode(t(' in a system call ')),
    el('span', { class: 'swatch sleep' }),
    document.createTextNode(t(' asleep in it')),
  ]);
}
