/** The Packets panel: creates its parts, and keeps them in sync with the extension. */
import { t } from '../language.ts';
import { el, setText } from '../dom.ts';
import { Host, RequestFailed, type Announcement } from '../host.ts';
import { openMenu, type MenuPlace } from '../menu.ts';
import type { PanelCommand, ToPanelOf } from '../messages.ts';
import { headerMenu } from './columns/headerMenu.ts';
import type { PlacedColumn } from './columns/layout.ts';
import { Details } from './details.ts';
import { EmptyState, type Emptiness } from './emptyState.ts';
import { FileState } from './fileState.ts';
import { FilterBox } from './filterBox.ts';
import { FilterProgress } from './filterProgress.ts';
import { FindBar } from './findBar.ts';
import { Listing } from './listing.ts';
import { Finder } from './menus/finder.ts';
import { PacketActions } from './menus/packetActions.ts';
import { bytesMenu, fieldMenu, rowMenu } from './menus/packetMenu.ts';
import { PacketList } from './packetList.ts';
import { RowCache } from './rowCache.ts';
import { RowTraits } from './rowTraits.ts';
import { Selection } from './selection.ts';
import { readSettings, type Settings } from './settings.ts';
import { splitter } from './splitter.ts';
import { Tail } from './tail.ts';
import { statusText, toolbar } from './toolbar.ts';

/** Milliseconds until more of a list is asked for that is not whole yet, while the machine runs. */
const PAUSE = 200;
/** Filters that are remembered. */
const HISTORY = 30;

export class PacketsPanel {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly settings: Settings = readSettings(this.host.load());
  private readonly status = el('span', { class: 'status', role: 'status' });
  private readonly body = el('main', { class: 'body' });
  private readonly listing = new Listing(this.host, this.settings, {
    onLayout: () => this.list.setLayout(this.listing),
    onRows: () => this.cache.refresh(),
    onOrder: () => this.showOther(),
    onRemember: (change) => this.remember(change),
    onSorting: (done) => setText(this.status, t('Sorting… {0} %', Math.round(done * 100))),
    isStopped: () => this.filterProgress.isStopped,
  });
  private readonly actions = new PacketActions(this.host, {
    isFile: () => this.fileState.isFile,
    filter: () => this.filterBox.value,
    onFilter: (filter) => this.filterBox.set(filter),
    onColumn: (field, title) => this.addColumn(field, title),
    onGoTo: (number) => void this.reveal(number),
    onFailed: (message) => this.say(message),
  });
  private readonly fileState = new FileState();
  private readonly filterProgress = new FilterProgress(() => this.cache.refresh());
  private readonly filterBox: FilterBox;
  private readonly findBar: FindBar;
  private readonly list: PacketList;
  private readonly cache: RowCache;
  private readonly tail: Tail;
  private readonly details: Details;
  private readonly selection: Selection;
  private readonly finder: Finder;
  private readonly empty: EmptyState;
  private traits = new RowTraits();
  private session: string | undefined;
  private running = false;
  /** A text that says that the run has ended, or how far the file is read. */
  private ended = '';
  /** From the last answer or announcement. */
  private total = 0;
  private announcedTotal = 0;
  private current: number | undefined;
  /**
   * The last stop that was followed: each stop is followed once, so that the user can then look elsewhere.
   */
  private followed: number | undefined;
  private filterFails = false;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.root = root;
    this.filterBox = new FilterBox(this.settings.filter, {
      onChange: (filter) => this.setFilter(filter),
      onDone: () => this.list.focus(),
      complete: (filter, cursor) => this.host.complete(filter, cursor),
      history: () => this.settings.history,
      onUsed: (filter) => this.use(filter),
    });
    this.cache = new RowCache({
      fetch: (from, count) => this.listing.fetch(from, count),
      onRows: (answer) => this.rowsArrived(answer),
      onFailed: (error) => this.rowsFailed(error),
    });
    this.list = new PacketList({
      row: (index) => this.cache.get(index),
      onRange: (first, last) => this.cache.want(first, last),
      onSelect: (index) => void this.selection.selectIndex(index),
      onOpen: () => this.details.focus(),
      onCopy: () => this.actions.copyRow(this.selection.row),
      onRowMenu: (place) => this.openRowMenu(place),
      onKey: (key) => this.listKey(key),
      onSort: (id) => this.listing.cycleSort(id, this.total),
      onMove: (from, to) => this.listing.move(from, to),
      onResize: (chosen, width) => this.listing.resize(chosen, width),
      onFit: (chosen) => this.listing.resize(chosen, this.list.fittingWidth(chosen)),
      onMenu: (placed, place) => this.openHeaderMenu(placed, place),
    });
    this.tail = new Tail(this.list, this.cache);
    this.details = new Details({
      onGoToCode: (number, which) => this.actions.goToCode(number, which),
      onGoToCause: (number) => this.actions.goToCause(number),
      onShowCauses: (number) => this.actions.showCauses(number),
      onCopy: (text, what) => this.actions.copy(text, what),
      onCopyPacket: (number) => void this.actions.copyPacket(number, this.cache.byNumber(number)),
      onFieldMenu: (number, node, place) =>
        openMenu(node.label, fieldMenu(number, this.cache.byNumber(number), node, this.actions), place),
      onFollow: (number) => this.actions.goTo(number),
      onBytesMenu: (number, range, place) =>
        openMenu(t('Bytes'), bytesMenu(number, range, this.actions), place),
      onLeave: () => this.list.focus(),
    });
    const { host, list, cache, listing, details } = this;
    this.selection = new Selection({ host, list, cache, listing, details }, (error) =>
      this.rowsFailed(error),
    );
    this.finder = new Finder(host, listing, this.selection);
    this.findBar = new FindBar({
      onFind: (what, text, backwards) => this.finder.find(what, text, backwards, this.list.length),
      onClose: () => this.list.focus(),
    });
    this.empty = new EmptyState({
      onStart: (command) => this.host.post({ type: 'run', command }),
      onClearFilter: () => this.filterBox.set(''),
    });
  }

  start(): void {
    const { body } = this;
    const { listShare, listShareBeside } = this.settings;
    const bar = splitter(body, { listShare, listShareBeside }, (shares) => this.remember(shares));
    body.append(
      el('div', { class: 'list-pane' }, [this.list.element, this.empty.element]),
      bar,
      this.details.element,
    );
    this.root.append(this.toolbar(), this.fileState.element, this.findBar.element, body);
    this.list.setLayout(this.listing);
    this.root.addEventListener('keydown', (event) => {
      const typing = (event.target as Element).closest('vscode-text-field, select') !== null;
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      this.filterBox.focus();
    });
    // VS Code has the keys of the panel's commands while the panel has the keyboard.
    window.addEventListener('focus', () => this.host.post({ type: 'focus', focused: true }));
    window.addEventListener('blur', () => this.host.post({ type: 'focus', focused: false }));
    if (document.hasFocus()) this.host.post({ type: 'focus', focused: true });
    this.showEmptiness(0);
    this.host.post({ type: 'ready' });
  }

  private toolbar(): HTMLElement {
    return toolbar(this.filterBox.element, [this.status, this.filterProgress.element], this.settings, {
      onFollow: (on) => {
        this.remember({ followStop: on });
        this.followed = undefined;
        if (on) void this.followStop();
      },
      onScroll: (on) => {
        this.remember({ autoScroll: on });
        if (on) this.list.scrollToEnd();
      },
      onFind: () => this.findBar.open(),
      onExport: () => this.host.post({ type: 'export' }),
      onWireshark: () => this.run('openInWireshark'),
    });
  }

  private announced(message: Announcement): void {
    switch (message.type) {
      case 'changed':
        return this.changed(message);
      case 'reveal':
        return void this.reveal(message.number);
      case 'setFilter':
        // The filter that it takes the place of is found in the history.
        if (this.filterBox.value) this.use(this.filterBox.value);
        return this.filterBox.set(message.filter);
      case 'addColumn':
        return this.addColumn(message.field, message.title);
      case 'annotated':
        this.cache.refresh();
        return void this.selection.refresh();
      case 'command':
        return this.run(message.command);
    }
  }

  private run(command: PanelCommand): void {
    const { number, row } = this.selection;
    switch (command) {
      case 'find':
        return this.findBar.open();
      case 'findNext':
        return void this.findBar.find(false);
      case 'findPrevious':
        return void this.findBar.find(true);
      case 'nextMark':
        return void this.findMark(false);
      case 'previousMark':
        return void this.findMark(true);
      case 'goToPacket':
        return this.host.post({ type: 'askNumber' });
      case 'openInWireshark':
        return this.actions.openInWireshark(number);
    }
    if (number === undefined) return this.say(t('Select a packet first'));
    if (command === 'toggleMark') this.actions.toggleMark(number, row);
    else if (command === 'toggleReference') this.actions.toggleReference(number, row);
    else if (command === 'followStream') this.actions.followStream(number);
    else if (command === 'goToCause' || command === 'showCauses') this.goToCause(number, command);
    else this.actions.comment(number, row);
  }

  private goToCause(number: number, command: 'goToCause' | 'showCauses'): void {
    if (this.actions.isFile) this.say(t('A capture file does not tell why its packets were sent'));
    else this.actions[command](number);
  }

  private listKey(key: string): boolean {
    if (key === 'm') this.run('toggleMark');
    else if (key === ']') this.run('nextMark');
    else if (key === '[') this.run('previousMark');
    else return false;
    return true;
  }

  private async findMark(backwards: boolean): Promise<void> {
    const problem = await this.finder.find('filter', 'frame.marked == 1', backwards, this.list.length);
    if (problem) this.say(t('No packet in the list is marked'));
  }

  private openRowMenu(place: MenuPlace): void {
    const { number, row } = this.selection;
    if (number !== undefined) openMenu(t('Packet {0}', number), rowMenu(number, row, this.actions), place);
  }

  private openHeaderMenu(placed: PlacedColumn, place: MenuPlace): void {
    const { listing } = this;
    const entries = headerMenu(placed, listing.columns, listing.sort, listing.time, {
      onSort: (sort) => listing.setSort(sort, this.total),
      onTime: (time) => listing.setTime(time),
      onMove: (from, to) => listing.move(from, to),
      onToggle: (id, title) => listing.toggle(id, title),
      onFit: (chosen) => listing.resize(chosen, this.list.fittingWidth(chosen)),
      onAddField: () => this.host.post({ type: 'askColumn' }),
      onReset: () => listing.reset(),
    });
    openMenu(t('Column {0}', placed.column.title), entries, place);
  }

  private addColumn(field: string, title: string): void {
    if (!this.listing.columns.some(({ id }) => id === field)) this.listing.toggle(field, title);
  }

  /** A filter that was used comes first in the history. */
  private use(filter: string): void {
    const others = this.settings.history.filter((one) => one !== filter);
    this.remember({ history: [filter, ...others].slice(0, HISTORY) });
  }

  /** Tells something where the number of packets stands. */
  private say(message: string): void {
    setText(this.status, message);
  }

  private changed(message: ToPanelOf<'changed'>): void {
    const { session, total, running, current, ended, file, hasWireshark = false } = message;
    this.fileState.show(file, running);
    document.body.classList.toggle('has-wireshark', hasWireshark);
    // Fewer packets than before: the machine was restarted or went back in time. (Answers to `getRows` may be
    // newer than the announcements and do not count.)
    const isOther = session !== this.session || total < this.announcedTotal;
    this.announcedTotal = total;
    this.session = session;
    this.running = running;
    this.ended = ended ?? this.fileState.text;
    this.total = total;
    this.listing.grow(total, running);
    if (current === undefined) this.followed = undefined;
    this.current = current;
    this.list.setCurrent(current);
    if (isOther) this.forget();
    // Without a session there is no adapter to ask.
    if (session === undefined) this.showEmptiness(0);
    else {
      if (!isOther) this.cache.refresh();
      void this.followStop();
    }
  }

  /** Another session: discard everything shown. */
  private forget(): void {
    this.followed = undefined;
    this.filterFails = false;
    this.filterBox.setError(null);
    this.selection.clear();
    this.tail.forget();
    this.traits = new RowTraits();
    this.list.setCount(0);
    if (this.session === undefined) setText(this.status, '');
    else this.cache.reset();
  }

  private setFilter(filter: string): void {
    this.remember({ filter });
    this.filterFails = false;
    this.filterBox.setError(null);
    this.followed = undefined;
    this.showOther();
  }

  /** Other packets, or another order. */
  private showOther(): void {
    this.tail.forget();
    this.filterProgress.begin();
    if (this.session === undefined) return;
    this.cache.replace();
    void this.selection.keep();
  }

  private rowsArrived(answer: ToPanelOf<'rows'>): void {
    const { total, matching, filtering } = answer;
    this.filterFails = false;
    this.goOn(filtering);
    this.filterBox.setError(null);
    this.total = total;
    this.traits.look(answer.rows);
    this.list.setTraits(this.traits);
    for (const row of answer.rows) this.details.update(row);
    // What is not found yet may still be.
    this.showEmptiness(filtering ? total : matching);
    if (matching > this.list.length && this.sticks) {
      this.tail.growTo(matching).catch((error: unknown) => this.rowsFailed(error));
      this.list.render();
    } else this.list.setCount(matching);
    const later = this.listing.later(total);
    const behind = filtering ? filtering.of - filtering.done : 0;
    const words = [statusText(total, matching, this.settings.filter !== '', later, behind), this.ended];
    setText(this.status, words.filter(Boolean).join(' · '));
  }

  /**
   * The list is not whole yet: ask again. While the machine runs it needs the processor, too: a filter goes on after a
   * pause, a list without one at the adapter's next news.
   */
  private goOn(filtering: ToPanelOf<'rows'>['filtering']): void {
    const hasFilter = this.settings.filter !== '';
    this.filterProgress.show(this.running && !hasFilter ? undefined : filtering, hasFilter);
    if (!filtering || this.filterProgress.isStopped) return;
    if (!this.running) return this.cache.refresh();
    if (!hasFilter) return;
    this.pause ??= setTimeout(() => {
      this.pause = undefined;
      this.cache.refresh();
    }, PAUSE);
  }

  /** Whether the list follows its end: the end is visible, and no specific packet must be shown. */
  private get sticks(): boolean {
    const follows = this.settings.followStop && this.current !== undefined;
    const ordered = !this.settings.sort;
    return (
      this.settings.autoScroll &&
      ordered &&
      !follows &&
      (this.running || this.list.length > 0) &&
      this.list.atEnd
    );
  }

  private rowsFailed(error: unknown): void {
    if (!(error instanceof Error)) return;
    this.filterFails = true;
    this.filterProgress.show(undefined);
    this.filterBox.setError(error.message, error instanceof RequestFailed ? error.position : undefined);
    // That an earlier filter matched nothing says nothing about this one.
    this.showEmptiness(this.list.length);
  }

  /** Why no row is there. */
  private get emptiness(): Emptiness {
    if (this.session === undefined) return 'no session';
    const isFiltered = this.total > 0 && this.settings.filter !== '';
    if (this.fileState.isFile) {
      if (isFiltered) return 'nothing matches in the file';
      return this.running ? 'reading' : 'nothing in the file';
    }
    if (isFiltered) return this.ended ? 'nothing matched' : 'nothing matches';
    return this.ended ? 'nothing sent' : 'nothing yet';
  }
  private showEmptiness(matching: number): void {
    const isEmpty = this.session === undefined || (matching === 0 && !this.filterFails);
    const emptiness = isEmpty ? this.emptiness : null;
    this.empty.show(emptiness);
    this.list.element.hidden = emptiness !== null;
    this.body.classList.toggle('is-empty', emptiness !== null && !emptiness.startsWith('nothing match'));
  }

  private async followStop(): Promise<void> {
    const { current } = this;
    if (!this.settings.followStop || current === undefined || current === this.followed) return;
    this.followed = current;
    await this.selection.select(current);
  }

  private async reveal(number: number): Promise<void> {
    if (!(await this.selection.select(number)) && this.settings.filter) {
      this.filterBox.set('');
      await this.selection.select(number);
    }
    this.list.focus();
  }

  private remember(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    this.host.save(this.settings);
  }
}
