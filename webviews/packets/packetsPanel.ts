/** The Packets panel: creates its parts, and keeps them in sync with the extension. */
import { el, setText } from '../dom.ts';
import { Host, RequestFailed, type Announcement } from '../host.ts';
import type { ToPanelOf } from '../messages.ts';
import { button, checkbox } from '../toolkit.ts';
import { rowText } from './columns.ts';
import { Details } from './details.ts';
import { EmptyState, type Emptiness } from './emptyState.ts';
import { FilterBox } from './filterBox.ts';
import { locate } from './locate.ts';
import { PacketList } from './packetList.ts';
import { RowCache } from './rowCache.ts';
import { RowTraits } from './rowTraits.ts';
import { readSettings, type Settings } from './settings.ts';
import { splitter } from './splitter.ts';
import { Tail } from './tail.ts';

export class PacketsPanel {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly settings: Settings = readSettings(this.host.load());
  private readonly status = el('span', { class: 'status', role: 'status' });
  private readonly body = el('main', { class: 'body' });
  private readonly filterBox: FilterBox;
  private readonly list: PacketList;
  private readonly cache: RowCache;
  private readonly tail: Tail;
  private readonly details: Details;
  private readonly empty: EmptyState;
  private traits = new RowTraits();
  private session: string | undefined;
  private running = false;
  /** A text that says that the run has ended. */
  private ended = '';
  /** From the last answer or announcement. */
  private total = 0;
  private announcedTotal = 0;
  private current: number | undefined;
  /**
   * The last stop that was followed: each stop is followed once, so that the user can then look elsewhere.
   */
  private followed: number | undefined;
  private selected: number | undefined;
  private filterFails = false;

  constructor(root: HTMLElement) {
    this.root = root;
    this.filterBox = new FilterBox(
      this.settings.filter,
      (filter) => this.setFilter(filter),
      () => this.list.focus(),
    );
    this.cache = new RowCache({
      fetch: (from, count) => this.host.getRows(from, count, this.settings.filter),
      onRows: (answer) => this.rowsArrived(answer),
      onFailed: (error) => this.rowsFailed(error),
    });
    this.list = new PacketList({
      row: (index) => this.cache.get(index),
      onRange: (first, last) => this.cache.want(first, last),
      onSelect: (index) => void this.selectIndex(index),
      onOpen: () => this.details.focus(),
      onCopy: () => this.copyRow(),
    });
    this.tail = new Tail(this.list, this.cache);
    this.details = new Details({
      onGoToCode: (number, which) => this.host.post({ type: 'goToCode', number, which }),
      onCopy: (text, what) => this.host.post({ type: 'copy', text, what }),
      onLeave: () => this.list.focus(),
    });
    this.empty = new EmptyState({
      onStart: () => this.host.post({ type: 'run', command: 'startDebugging' }),
      onNewScenario: () => this.host.post({ type: 'run', command: 'newScenario' }),
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
    this.root.append(this.toolbar(), body);
    this.root.addEventListener('keydown', (event) => {
      const typing = (event.target as Element).closest('vscode-text-field') !== null;
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      this.filterBox.focus();
    });
    this.showEmptiness(0);
    this.host.post({ type: 'ready' });
  }

  private toolbar(): HTMLElement {
    const { followStop, autoScroll } = this.settings;
    const follow = checkbox(
      'Follow the stop',
      'At each stop, select the packet that is being handled',
      followStop,
      (on) => {
        this.remember({ followStop: on });
        this.followed = undefined;
        if (on) void this.followStop();
      },
    );
    const scroll = checkbox(
      'Auto-scroll',
      'Keep the newest packets in view while the end of the list is',
      autoScroll,
      (on) => {
        this.remember({ autoScroll: on });
        if (on) this.list.scrollToEnd();
      },
    );
    const save = button({
      label: 'Export to pcapng',
      icon: 'save',
      iconOnly: true,
      tooltip: 'Export all packets to a pcapng file, for Wireshark and tshark',
      onClick: () => this.host.post({ type: 'export' }),
    });
    return el('header', { class: 'toolbar' }, [
      el('h1', { class: 'spoken', text: 'Packets' }),
      this.filterBox.element,
      el('div', { class: 'tools' }, [follow.element, scroll.element, save.element, this.status]),
    ]);
  }

  private announced(message: Announcement): void {
    switch (message.type) {
      case 'changed':
        return this.changed(message);
      case 'reveal':
        return void this.reveal(message.number);
      case 'setFilter':
        return this.filterBox.set(message.filter);
    }
  }

  private changed({ session, total, running, current, ended }: ToPanelOf<'changed'>): void {
    // Fewer packets than before: the machine was restarted or went back in time. (Answers to `getRows` may be
    // newer than the announcements and do not count.)
    const isOther = session !== this.session || total < this.announcedTotal;
    this.announcedTotal = total;
    this.session = session;
    this.running = running;
    this.ended = ended ?? '';
    this.total = total;
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
    this.selected = undefined;
    this.followed = undefined;
    this.filterFails = false;
    this.filterBox.setError(null);
    this.details.clear();
    this.tail.forget();
    this.traits = new RowTraits();
    this.list.setSelected(-1, -1);
    this.list.setCount(0);
    if (this.session === undefined) setText(this.status, '');
    else this.cache.reset();
  }

  private setFilter(filter: string): void {
    this.remember({ filter });
    this.filterFails = false;
    this.filterBox.setError(null);
    this.followed = undefined;
    this.tail.forget();
    if (this.session === undefined) return;
    this.cache.replace();
    void this.keepInView();
  }

  /** After the filter changed: the selected packet stays selected, and visible if it is still in the list. */
  private async keepInView(): Promise<void> {
    const { selected } = this;
    if (selected === undefined) return;
    const index = await this.find(selected);
    if (selected !== this.selected) return;
    this.list.setSelected(index, selected);
    if (index >= 0) this.list.scrollTo(index, 'center');
  }

  private rowsArrived(answer: ToPanelOf<'rows'>): void {
    const { total, matching } = answer;
    this.filterFails = false;
    this.filterBox.setError(null);
    this.total = total;
    this.traits.look(answer.rows);
    this.list.setTraits(this.traits);
    for (const row of answer.rows) this.details.update(row);
    this.showEmptiness(matching);
    if (matching > this.list.length && this.sticks) {
      this.tail.growTo(matching).catch((error: unknown) => this.rowsFailed(error));
      this.list.render();
    } else this.list.setCount(matching);
    const words = [statusText(total, matching, this.settings.filter !== ''), this.ended];
    setText(this.status, words.filter(Boolean).join(' · '));
  }

  /** Whether the list follows its end: the end is visible, and no specific packet must be shown. */
  private get sticks(): boolean {
    const follows = this.settings.followStop && this.current !== undefined;
    return this.settings.autoScroll && !follows && (this.running || this.list.length > 0) && this.list.atEnd;
  }

  private rowsFailed(error: unknown): void {
    if (!(error instanceof Error)) return;
    this.filterFails = true;
    this.filterBox.setError(error.message, error instanceof RequestFailed ? error.position : undefined);
    // That an earlier filter matched nothing says nothing about this one.
    this.showEmptiness(this.list.length);
  }

  /** Why no row is there. */
  private get emptiness(): Emptiness {
    if (this.session === undefined) return 'no session';
    if (this.total && this.settings.filter) return this.ended ? 'nothing matched' : 'nothing matches';
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
    await this.select(current);
  }

  private async reveal(number: number): Promise<void> {
    if ((await this.find(number)) < 0 && this.settings.filter) this.filterBox.set('');
    await this.select(number);
    this.list.focus();
  }

  /** Select a packet by its number and scroll to it. */
  private async select(number: number): Promise<void> {
    this.selected = number;
    const index = await this.find(number);
    if (this.selected !== number) return;
    if (index >= this.list.length) this.list.setCount(index + 1);
    this.list.setSelected(index, number);
    if (index >= 0) this.list.scrollTo(index, 'center');
    await this.showDetails(number);
  }

  private async selectIndex(index: number): Promise<void> {
    try {
      const row = await this.cache.fetchRow(index);
      if (!row) return;
      this.selected = row.number;
      this.list.setSelected(index, row.number);
      await this.showDetails(row.number);
    } catch (error) {
      this.rowsFailed(error);
    }
  }

  /** Where a packet is in the list, or -1. */
  private async find(number: number): Promise<number> {
    try {
      return await locate(number, (index) => this.cache.fetchRow(index));
    } catch (error) {
      this.rowsFailed(error);
      return -1;
    }
  }

  private async showDetails(number: number): Promise<void> {
    try {
      const packet = await this.host.getPacket(number);
      // The user may have selected another packet in the meantime.
      if (this.selected === number) this.details.show(packet, this.cache.byNumber(number));
    } catch (error) {
      if (this.selected === number) this.details.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private copyRow(): void {
    const row = this.selected === undefined ? undefined : this.cache.byNumber(this.selected);
    if (row) this.host.post({ type: 'copy', text: rowText(row), what: `packet ${row.number}` });
  }

  private remember(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    this.host.save(this.settings);
  }
}

function statusText(total: number, matching: number, filtered: boolean): string {
  const number = (count: number) => count.toLocaleString('en');
  const packets = `${number(total)} ${total === 1 ? 'packet' : 'packets'}`;
  if (filtered) return `${number(matching)} of ${packets}`;
  return matching < total ? `${packets}, the oldest ${number(total - matching)} let go` : packets;
}
