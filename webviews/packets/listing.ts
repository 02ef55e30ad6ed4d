/**
 * Which packets the list shows, in which order and with which columns: the user's choice, and how it is asked for.
 */
import type { Host } from '../host.ts';
import type { ListMessage, SortOrder, TimeFormat, ToPanelOf } from '../messages.ts';
import { isBuiltIn } from './columns/columns.ts';
import { DEFAULT_COLUMNS, type ChosenColumn } from './columns/layout.ts';
import type { Settings } from './settings.ts';

export interface ListingEvents {
  /** Columns, their widths or their order have changed; the rows stay. */
  onLayout: () => void;
  /** The rows say something else, in the same order. */
  onRows: () => void;
  /** The list is in another order. */
  onOrder: () => void;
  onRemember: (change: Partial<Settings>) => void;
  /** Sorting is under way: how much of it is done, 0 to 1. */
  onSorting: (done: number) => void;
  /** Whether the user has stopped the filter before it has seen all packets. */
  isStopped: () => boolean;
}

export class Listing {
  private readonly host: Host;
  private readonly settings: Settings;
  private readonly events: ListingEvents;
  /** Packets after this one are not in the sorted list. */
  private upTo = 0;

  constructor(host: Host, settings: Settings, events: ListingEvents) {
    this.host = host;
    this.settings = settings;
    this.events = events;
  }

  get columns(): readonly ChosenColumn[] {
    return this.settings.columns;
  }
  get sort(): SortOrder | undefined {
    return this.settings.sort;
  }
  get time(): TimeFormat {
    return this.settings.time;
  }

  /** What the list shows, for requests about it. */
  get message(): ListMessage {
    const { filter, sort } = this.settings;
    return { ...(filter && { filter }), ...(sort && { sort, upTo: this.upTo }) };
  }

  /**
   * There are so many packets now. A sorted list takes new ones in only when the machine has stopped: while it runs,
   * rows would move away from under the reader's eyes.
   */
  grow(total: number, running: boolean): void {
    if (!running || this.upTo === 0 || total < this.upTo) this.upTo = total;
  }

  /** Packets that came after the list was sorted. */
  later(total: number): number {
    return this.sort ? Math.max(0, total - this.upTo) : 0;
  }

  /** A window of the list. While the adapter still sorts, it is asked again. */
  async fetch(from: number, count: number, locate?: number): Promise<ToPanelOf<'rows'>> {
    const fields = this.columns.map(({ id }) => id).filter((id) => !isBuiltIn(id));
    for (;;) {
      const { message } = this;
      const answer = await this.host.getRows({
        from,
        count,
        ...message,
        ...(fields.length > 0 && { fields }),
        ...(this.time !== 'virtual' && { time: this.time }),
        ...(locate !== undefined && { locate }),
      });
      if (!answer.sorting) return answer;
      const { done, of } = answer.sorting;
      this.events.onSorting(done / of);
    }
  }

  /** Where a packet is in the list, or -1. A filter that is at work may still find it, unless it is replaced. */
  async locate(number: number): Promise<number> {
    const { filter } = this.settings;
    for (;;) {
      const { located = -1, filtering } = await this.fetch(0, 0, number);
      if (located >= 0 || !filtering || this.events.isStopped() || filter !== this.settings.filter)
        return located;
    }
  }

  setSort(sort: SortOrder | undefined, total: number): void {
    this.upTo = total;
    if (sort) this.remember({ sort });
    else {
      delete this.settings.sort;
      this.remember({});
    }
    this.events.onLayout();
    this.events.onOrder();
  }

  /** A click on a title: ascending, descending, in the order of capture again. */
  cycleSort(by: string, total: number): void {
    const { sort } = this;
    if (sort?.by !== by) this.setSort({ by, descending: false }, total);
    else this.setSort(sort.descending ? undefined : { by, descending: true }, total);
  }

  setTime(time: TimeFormat): void {
    this.remember({ time });
    this.events.onLayout();
    this.events.onRows();
  }

  move(from: number, to: number): void {
    const columns = [...this.columns];
    const [moved] = columns.splice(from, 1);
    if (moved) columns.splice(to, 0, moved);
    this.setColumns(columns);
  }

  resize(chosen: number, width: number): void {
    this.setColumns(this.columns.map((one, at) => (at === chosen ? { ...one, width } : one)));
  }

  /** Show a column that is not shown, or hide one that is. */
  toggle(id: string, title?: string): void {
    const rest = this.columns.filter((one) => one.id !== id);
    if (rest.length < this.columns.length) {
      if (rest.length > 0) this.setColumns(rest);
      return;
    }
    const added: ChosenColumn = { id, isAsked: true, ...(title !== undefined && { title }) };
    // Before the info, which takes the rest of the width.
    const info = rest.findIndex((one) => one.id === 'info');
    rest.splice(info < 0 ? rest.length : info, 0, added);
    this.setColumns(rest);
    if (!isBuiltIn(id)) this.events.onRows();
  }

  reset(): void {
    this.setColumns([...DEFAULT_COLUMNS]);
  }

  private setColumns(columns: ChosenColumn[]): void {
    this.remember({ columns });
    this.events.onLayout();
  }

  private remember(change: Partial<Settings>): void {
    this.events.onRemember(change);
  }
}
