/** The Pictures view: a strip of tabs, the chosen picture or its table, and what can be done with it. */
import { t } from '../language.ts';
import type { DrawnId, Moment } from '../../debug-adapter/protocol.ts';
import { el, setAria, setText } from '../dom.ts';
import { button, checkbox } from '../toolkit.ts';
import { csv } from './csv.ts';
import { EmptyState } from './emptyState.ts';
import { Host, type Announcement } from './host.ts';
import type { ToPicturesOf } from './messages.ts';
import type { Picture, PictureHost } from './picture.ts';
import { GraphsPicture } from './graphs/graphsPicture.ts';
import { QueuesPicture } from './queues/queuesPicture.ts';
import { RingsPicture } from './rings/ringsPicture.ts';
import { SequencePicture } from './sequence/sequencePicture.ts';
import { StatesPicture } from './states/statesPicture.ts';
import { readSettings, type Settings } from './settings.ts';
import { standalone } from './svg.ts';
import { WayPicture } from './way/wayPicture.ts';
import { TableView } from './tableView.ts';
import { Tabs } from '../tabs.ts';

const PANEL = 'picture';

export class PicturesView {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly settings: Settings = readSettings(this.host.load());
  private readonly states: StatesPicture;
  private readonly way: WayPicture;
  /** In the order of their tabs. */
  private readonly pictures: Picture[];
  private readonly tabs: Tabs<DrawnId>;
  private readonly status = el('span', { class: 'status' });
  private readonly problem = el('div', { class: 'problem', role: 'alert' });
  private readonly panel: HTMLElement;
  private readonly table = new TableView();
  private readonly empty: EmptyState;
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
  private isPaused = false;
  /** The picture of which data has arrived in this session. */
  private readonly drawn = new Set<DrawnId>();
  private isAsking = false;
  /** Something changed while data was asked for. */
  private isStale = false;

  constructor(root: HTMLElement) {
    this.root = root;
    const pictureHost: PictureHost = {
      revealSocket: (socket) => this.host.post({ type: 'revealSocket', socket }),
      showPackets: (filter) => this.host.post({ type: 'showPackets', filter }),
      toggleTransition: (from, to) => this.host.post({ type: 'toggleTransition', from, to }),
      changed: () => this.arrange(),
      ask: () => void this.fetch(),
      revealPacket: (number) => this.host.post({ type: 'revealPacket', number }),
      goToCode: (number, which) => this.host.post({ type: 'goToCode', number, which }),
      openCode: (location) => this.host.post({ type: 'openCode', location }),
      goToEventCode: (event, title) => this.host.post({ type: 'goToEventCode', event, title }),
      canGoToEvents: () => this.isPaused,
      goToEvent: (event) => this.host.post({ type: 'goToEvent', event }),
      showFunctionGraph: (from, to, title) =>
        this.host.post({ type: 'showFunctionGraph', from, title, ...(to !== undefined && { to }) }),
      showPacketGraph: (packet) => this.host.post({ type: 'showPacketGraph', packet }),
      showWay: (number) => this.showWay(number),
      pointAt: (moment) => this.pointAt(moment),
      copy: (text, what) => this.host.post({ type: 'copy', text, what }),
    };
    this.states = new StatesPicture(pictureHost);
    this.way = new WayPicture(pictureHost);
    this.pictures = [
      new QueuesPicture(pictureHost),
      this.states,
      new SequencePicture(pictureHost),
      new GraphsPicture(pictureHost),
      new RingsPicture(pictureHost, this.settings.nic, (nic) => this.remember({ nic })),
      this.way,
    ];
    this.tabs = new Tabs(t('Pictures'), this.pictures, PANEL, (id) => this.select(id));
    this.empty = new EmptyState((command) => this.host.post({ type: 'run', command }));
    this.panel = el('div', { class: 'picture', id: PANEL, role: 'tabpanel' }, [
      this.problem,
      ...this.pictures.map(({ element }) => element),
      this.table.element,
      this.empty.element,
    ]);
    this.problem.hidden = true;
    new ResizeObserver(() => this.current.resize()).observe(this.panel);
  }

  start(): void {
    const asTable = checkbox(
      t('As table'),
      t('Show the same as a table, for reading aloud and copying'),
      this.settings.asTable,
      (on) => {
        this.remember({ asTable: on });
        this.arrange();
      },
    );
    const tools = el('div', { class: 'tools' }, [
      this.status,
      asTable.element,
      ...this.saves.map(({ element }) => element),
    ]);
    this.root.append(
      el('header', { class: 'bar' }, [
        el('h1', { class: 'spoken', text: t('Pictures') }),
        this.tabs.element,
        tools,
      ]),
      el('main', {}, [this.panel]),
    );
    this.select(this.settings.picture);
    this.host.post({ type: 'ready' });
  }

  private get current(): Picture {
    return this.pictures.find(({ id }) => id === this.settings.picture)!;
  }

  private select(id: DrawnId): void {
    this.remember({ picture: id });
    this.tabs.select(id);
    setAria(this.panel, 'labelledby', `tab-${id}`);
    this.fail('');
    this.arrange();
    void this.fetch();
  }

  private announced(message: Announcement): void {
    if (message.type === 'changed') return this.changed(message);
    if (message.type === 'transitions') return this.states.arm(message.armed);
    if (message.packet !== undefined) return this.showWay(message.packet);
    this.select(message.picture);
    if (message.socket !== undefined) this.current.focusOn?.(message.socket);
  }

  private changed({ session, running, moment, ended }: ToPicturesOf<'changed'>): void {
    if (session !== this.session) {
      this.session = session;
      this.drawn.clear();
      for (const picture of this.pictures) picture.clear();
      this.arrange();
    }
    this.isPaused = session !== undefined && !running && ended === undefined;
    setText(this.status, ended ?? (running ? t('running') : (moment ?? '')));
    void this.fetch();
  }

  private showWay(packet: number): void {
    this.way.focusOnPacket(packet);
    this.select('way');
  }

  private pointAt(moment: Moment | undefined): void {
    for (const picture of this.pictures) if (picture !== this.current) picture.pointAt?.(moment);
  }

  /** Asks for the data of the picture that is shown. */
  private async fetch(): Promise<void> {
    if (this.session === undefined) return;
    this.isStale = this.isAsking;
    if (this.isAsking) return;
    this.isAsking = true;
    const { session, current } = this;
    try {
      const data = await this.host.getPicture(current.asks());
      if (session === this.session && data.picture === current.id) {
        this.drawn.add(current.id);
        this.fail('');
        // Before it is drawn it must have its size.
        if (current === this.current) current.element.hidden = this.settings.asTable;
        current.show(data);
      }
    } catch (error) {
      if (session === this.session) this.fail((error as Error).message);
    } finally {
      this.isAsking = false;
    }
    this.arrange();
    if (this.isStale) void this.fetch();
  }

  /** Why the picture is not up to date. */
  private fail(message: string): void {
    setText(this.problem, message);
    this.problem.hidden = message === '';
  }

  /** Shows either the picture, or its table, or what would fill it. */
  private arrange(): void {
    const { current } = this;
    const { asTable } = this.settings;
    const isDrawn = this.drawn.has(current.id);
    const emptiness = isDrawn ? current.emptiness() : undefined;
    const isEmpty = emptiness !== undefined || this.session === undefined;
    for (const picture of this.pictures)
      picture.element.hidden = picture !== current || !isDrawn || isEmpty || asTable;
    this.table.element.hidden = !isDrawn || isEmpty || !asTable;
    if (!this.table.element.hidden) this.table.show(current.table());
    this.empty.show(this.session === undefined ? { noSessionFor: current.tooltip } : emptiness);
    for (const save of this.saves) save.setEnabled(isDrawn && !isEmpty);
    this.saves[0]!.setEnabled(isDrawn && !isEmpty && !asTable);
  }

  private save(format: 'svg' | 'csv'): void {
    const { current } = this;
    const text = format === 'svg' ? standalone(current.svg()) : csv(current.table());
    this.host.post({ type: 'save', format, name: current.title.toLowerCase(), text });
  }

  private remember(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    this.host.save(this.settings);
  }
}
