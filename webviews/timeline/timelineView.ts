/** The Timeline view: the run from left to right, what is looked at in it, and going there. */
import type { Moment, TimelineAxis, TimelineResponse } from '../../debug-adapter/protocol.ts';
import type { AnnouncementOf } from '../channel.ts';
import { el, setAria, setText } from '../dom.ts';
import { t } from '../language.ts';
import { csv } from '../pictures/csv.ts';
import { EmptyState } from '../pictures/emptyState.ts';
import { option, select } from '../pictures/select.ts';
import { standalone } from '../pictures/svg.ts';
import { TableView } from '../pictures/tableView.ts';
import { button, checkbox } from '../toolkit.ts';
import { Actions } from './actions.ts';
import { isSame, TimelineDrawing } from './drawing.ts';
import { Host } from './host.ts';
import { itemAt, itemsOf, layout, momentsOf, type Item, type Layout } from './layout.ts';
import type { ToTimeline, ToTimelineOf } from './messages.ts';
import { Pointing } from './pointing.ts';
import { timelineTable } from './timelineTable.ts';
import { panned, showing, wholeOf, zoomed, type Range } from './window.ts';
import { momentText, sentenceOf } from './words.ts';

const ZOOM_STEP = 1.6;
const PAN_STEP = 0.25;
/** A bar needs so many pixels to be told from the next one. */
const PIXELS_PER_COLUMN = 3;
const HELP = t(
  'Arrow keys move from moment to moment, and the machine goes there; + and − zoom, Page Up and Page Down move the window. Dragging goes to a moment, a click chooses.',
);
const PURPOSE = t(
  'The run by host and process, from left to right: system calls, sleeps, packets, lines of output.',
);

export class TimelineView {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly drawing = new TimelineDrawing();
  private readonly place = el('div', {
    class: 'timeline-place',
    tab: 0,
    role: 'slider',
    aria: { label: t('Timeline'), description: HELP, valuemin: '0', valuemax: '0', valuenow: '0' },
  });
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly status = el('span', { class: 'status' });
  private readonly note = el('span', { class: 'note' });
  private readonly problem = el('div', { class: 'problem', role: 'alert' });
  private readonly table = new TableView();
  private readonly empty: EmptyState;
  private readonly picture: HTMLElement;
  private readonly axis: HTMLSelectElement;
  private readonly actions: Actions;
  private readonly pointing: Pointing;
  private readonly saves = [
    button({
      label: t('Save as SVG'),
      icon: 'file-media',
      iconOnly: true,
      tooltip: t('Save this picture as SVG'),
      onClick: () => this.save('svg'),
    }),
    button({
      label: t('Save as CSV'),
      icon: 'table',
      iconOnly: true,
      tooltip: t("Save this picture's table as CSV"),
      onClick: () => this.save('csv'),
    }),
  ];
  private session: string | undefined;
  private canTravel = false;
  private asTable = false;
  private data: TimelineResponse | undefined;
  private layout: Layout | undefined;
  private chosen: Item | undefined;
  /** Undefined: all of the run. */
  private window: Range | undefined;
  private isAsking = false;
  private isStale = false;

  constructor(root: HTMLElement) {
    this.root = root;
    this.axis = select(t('Axis'), () => this.setAxis());
    this.axis.append(option('time', t('Time')), option('events', t('Events')));
    this.axis.title = t('By time, or evenly by event: much happens at one moment of virtual time');
    this.empty = new EmptyState((command) => this.host.post({ type: 'run', command }));
    this.actions = new Actions(this.host);
    this.pointing = new Pointing(this.place, {
      momentAt: (x) => this.momentAt(x),
      onPoint: (moment) => this.point(moment),
      onTravel: (moment) => this.travel(moment),
      onClick: (x, y) => this.click(x, y),
      onZoom: (factor, x) => this.zoom(factor, x),
      onPan: (part) => this.pan(part),
    });
    this.place.append(this.drawing.element);
    this.place.addEventListener('keydown', (event) => this.key(event));
    this.picture = el('div', { class: 'timeline' }, [
      this.place,
      el('div', { class: 'words' }, [this.sentence, this.actions.element]),
    ]);
    this.problem.hidden = true;
    new ResizeObserver(() => this.resized()).observe(this.place);
  }

  start(): void {
    const tool = (label: string, icon: string, onClick: () => void) =>
      button({ label, icon, iconOnly: true, tooltip: label, onClick }).element;
    const table = checkbox(
      t('As table'),
      t('Show the same as a table, for reading aloud and copying'),
      false,
      (on) => {
        this.asTable = on;
        this.arrange();
      },
    );
    this.root.append(
      el('header', { class: 'bar' }, [
        el('h1', { class: 'spoken', text: t('Timeline') }),
        this.axis,
        el('div', { class: 'tools' }, [
          tool(t('Zoom out'), 'zoom-out', () => this.zoom(1 / ZOOM_STEP)),
          tool(t('Zoom in'), 'zoom-in', () => this.zoom(ZOOM_STEP)),
          tool(t('Whole run'), 'screen-full', () => this.show(undefined)),
          tool(t('Bookmark this moment'), 'bookmark', () => this.host.post({ type: 'bookmark' })),
        ]),
        el('div', { class: 'tools' }, [
          this.status,
          table.element,
          ...this.saves.map(({ element }) => element),
          legend(),
          this.note,
        ]),
      ]),
      el('main', {}, [
        el('div', { class: 'picture' }, [this.problem, this.picture, this.table.element, this.empty.element]),
      ]),
    );
    this.arrange();
    this.tell();
    this.host.post({ type: 'ready' });
  }

  private announced(message: AnnouncementOf<ToTimeline>): void {
    this.changed(message);
  }
  private changed({ session, running, moment, ended }: ToTimelineOf<'changed'>): void {
    if (session !== this.session) {
      this.session = session;
      this.data = undefined;
      this.layout = undefined;
      this.window = undefined;
      this.chosen = undefined;
      this.drawing.clear();
    }
    this.canTravel = session !== undefined && !running && ended === undefined;
    setText(this.status, ended ?? (running ? t('running') : (moment ?? '')));
    this.tell();
    void this.fetch();
  }

  private async fetch(): Promise<void> {
    if (this.session === undefined) return this.arrange();
    this.isStale = this.isAsking;
    if (this.isAsking) return;
    this.isAsking = true;
    const { session } = this;
    try {
      const columns = Math.max(50, Math.floor(this.place.clientWidth / PIXELS_PER_COLUMN));
      const axis = this.axis.value as TimelineAxis;
      const range = this.window && {
        from: Math.floor(this.window.from),
        to: Math.ceil(this.window.to),
      };
      const data = await this.host.getTimeline({ axis, columns, ...range });
      if (session === this.session && axis === this.axis.value) this.take(data);
      this.fail('');
    } catch (error) {
      if (session === this.session) this.fail((error as Error).message);
    } finally {
      this.isAsking = false;
    }
    this.arrange();
    if (this.isStale) void this.fetch();
  }
  private take(data: TimelineResponse): void {
    const before = this.data?.stop?.event;
    this.data = data;
    const { stop } = data;
    // The moment that was gone to is in view.
    if (stop !== undefined && stop.event !== before && this.window !== undefined) {
      const moved = showing(this.window, this.positionOf(stop), wholeOf(data));
      if (moved !== this.window) this.show(moved);
    }
  }
  private fail(message: string): void {
    setText(this.problem, message);
    this.problem.hidden = message === '';
  }

  private arrange(): void {
    const { data } = this;
    const isEmpty = data === undefined || data.lanes.length === 0;
    this.picture.hidden = isEmpty || this.asTable;
    this.empty.show(
      this.session === undefined
        ? { noSessionFor: PURPOSE }
        : isEmpty && data !== undefined
          ? {
              title: t('Nothing has happened yet'),
              text: t(
                'System calls of programs and the packets between them are drawn here: continue, or step on.',
              ),
            }
          : undefined,
    );
    this.draw();
    this.table.element.hidden = isEmpty || !this.asTable;
    if (!this.table.element.hidden) this.table.show(timelineTable(data, this.layout));
    this.saves[0]!.setEnabled(!isEmpty && !this.asTable);
    this.saves[1]!.setEnabled(!isEmpty);
  }
  private resized(): void {
    this.draw();
    void this.fetch();
  }
  private draw(): void {
    const { data } = this;
    const width = this.place.clientWidth || this.root.clientWidth;
    if (data === undefined || width === 0) return;
    this.layout = layout(data, width);
    const { chosen } = this;
    this.chosen = chosen && itemsOf(this.layout).find((one) => isSame(one, chosen));
    this.drawing.draw(this.layout, this.chosen, this.place.clientHeight);
    this.drawing.point(this.pointing.moment);
    setText(this.note, noteOf(data));
    this.tell();
  }

  /** What is chosen or pointed at, as a sentence; and for screen readers as the slider's value. */
  private tell(): void {
    const { chosen, data } = this;
    const { moment } = this.pointing;
    const at = moment ?? chosen?.at ?? data?.stop;
    const what = chosen !== undefined && moment === undefined ? sentenceOf(chosen, data?.lanes ?? []) : '';
    const words = [what, at === undefined ? '' : momentText(at)].filter((text) => text !== '').join(' · ');
    setText(this.sentence, moment === undefined && chosen === undefined ? HELP : words);
    setAria(this.place, 'valuetext', words === '' ? t('nothing is recorded') : words);
    if (data?.whole !== undefined) {
      setAria(this.place, 'valuemin', String(data.whole.from.event));
      setAria(this.place, 'valuemax', String(data.whole.to.event));
      setAria(this.place, 'valuenow', String(at?.event ?? data.whole.from.event));
    }
    this.actions.offer(chosen, this.canTravel, data?.isOver === true);
  }

  private positionOf({ timeNs, event }: Moment): number {
    return this.axis.value === 'time' ? timeNs : event;
  }
  /** The last moment up to a place in the drawing; the first one if there is none before. */
  private momentAt(x: number): Moment | undefined {
    const { layout: placed, data } = this;
    if (placed === undefined || data === undefined) return undefined;
    const inside = Math.min(placed.right, Math.max(placed.left, x));
    const moments = this.moments();
    const before = moments.findLast((moment) => placed.xOf(moment) <= inside + 0.5);
    if (placed.axis === 'time') return before ?? moments[0];
    // Any event is a place to go to.
    const part = (inside - placed.left) / (placed.right - placed.left);
    const event = Math.max(1, Math.round(data.from + part * (data.to - data.from)));
    return { event, timeNs: before?.timeNs ?? moments[0]?.timeNs ?? 0 };
  }
  /** In the window. */
  private moments(): Moment[] {
    const { layout: placed, data } = this;
    if (placed === undefined || data === undefined) return [];
    return momentsOf(placed).filter((moment) => {
      const at = this.positionOf(moment);
      return at >= data.from && at <= data.to;
    });
  }

  private click(x: number, y: number): void {
    if (this.layout === undefined) return;
    this.choose(itemAt(this.layout, x, y));
  }
  private choose(item: Item | undefined): void {
    this.chosen = item;
    this.draw();
    this.tell();
  }
  private point(moment: Moment | undefined): void {
    this.drawing.point(moment);
    this.tell();
  }
  private travel({ event }: Moment): void {
    if (this.canTravel && event !== this.data?.stop?.event) this.host.post({ type: 'goToEvent', event });
    this.tell();
  }

  private setAxis(): void {
    this.window = undefined;
    void this.fetch();
  }
  private show(range: Range | undefined): void {
    this.window = range;
    void this.fetch();
  }
  /** @param x what stays where it is; by default the stop, or the middle */
  private zoom(factor: number, x?: number): void {
    const { data, layout: placed } = this;
    if (data === undefined || placed === undefined) return;
    const { left, right, stop } = placed;
    const at = ((x ?? stop ?? (left + right) / 2) - left) / (right - left);
    this.show(
      zoomed(
        { from: data.from, to: data.to },
        factor,
        Math.min(1, Math.max(0, at)),
        wholeOf(data),
        data.axis,
      ),
    );
  }
  private pan(part: number): void {
    const { data } = this;
    if (data === undefined || this.window === undefined) return;
    this.show(panned({ from: data.from, to: data.to }, part, wholeOf(data)));
  }

  private key(event: KeyboardEvent): void {
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        this.step(event.key === 'ArrowRight' ? 1 : -1);
        break;
      case 'PageUp':
      case 'PageDown':
        this.pan(event.key === 'PageDown' ? 1 - PAN_STEP : PAN_STEP - 1);
        break;
      case 'Home':
      case 'End': {
        const moment = this.moments().at(event.key === 'Home' ? 0 : -1);
        if (moment !== undefined) this.pointing.goSoon(moment);
        break;
      }
      case '+':
      case '=':
        this.zoom(ZOOM_STEP);
        break;
      case '-':
        this.zoom(1 / ZOOM_STEP);
        break;
      case 'Enter':
        if (this.chosen !== undefined) this.travel(this.chosen.at);
        break;
      case 'Escape':
        this.pointing.clear();
        this.choose(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
  }
  private step(by: 1 | -1): void {
    const from = (this.pointing.moment ?? this.chosen?.at ?? this.data?.stop)?.event ?? 0;
    const moments = this.moments();
    const next =
      by === 1 ? moments.find(({ event }) => event > from) : moments.findLast(({ event }) => event < from);
    if (next === undefined) return this.pan(by * PAN_STEP);
    this.chosen = this.layout && itemsOf(this.layout).find(({ at }) => at.event === next.event);
    this.pointing.goSoon(next);
  }

  private save(format: 'svg' | 'csv'): void {
    const text =
      format === 'svg' ? standalone(this.drawing.element) : csv(timelineTable(this.data, this.layout));
    this.host.post({ type: 'save', format, name: 'timeline', text });
  }
}

/** What the bars mean. */
function legend(): HTMLElement {
  return el('span', { class: 'legend' }, [
    el('span', { class: 'swatch busy' }),
    document.createTextNode(t(' in a system call ')),
    el('span', { class: 'swatch' }),
    document.createTextNode(t(' asleep in it ')),
    el('span', { class: 'swatch output' }),
    document.createTextNode(t(' a line of output')),
  ]);
}

function noteOf({ missing, whole, lanesLeftOut }: TimelineResponse): string {
  const notes = [
    missing > 0 && whole !== undefined
      ? t('from event {0} on: what was before is not kept', whole.from.event)
      : '',
    lanesLeftOut > 0 ? t('{0} more processes are not shown', lanesLeftOut) : '',
  ];
  return notes.filter((note) => note !== '').join('; ');
}
