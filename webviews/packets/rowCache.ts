/** The rows of the list, fetched from the extension page by page when they become visible. */
import type { PacketRow, ToPanelOf } from '../messages.ts';

export const PAGE = 100;
/** Maximum number of pages kept: far more than a view, far less than a list. */
const MAX_PAGES = 60;
/**
 * Maximum concurrent requests: enough to hide the latency, few enough that fast scrolling does not queue up.
 */
const MAX_UNDER_WAY = 2;

interface Page {
  rows: PacketRow[];
  /** Changed since it was fetched: shown, and fetched again when it is visible. */
  stale: boolean;
}

export interface RowCacheEvents {
  fetch: (from: number, count: number) => Promise<ToPanelOf<'rows'>>;
  /** Rows arrived. */
  onRows: (answer: ToPanelOf<'rows'>) => void;
  onFailed: (error: unknown) => void;
}

export class RowCache {
  private readonly events: RowCacheEvents;
  private pages = new Map<number, Page>();
  private underWay = new Set<number>();
  /** Answers about an earlier list are discarded. */
  private generation = 0;
  /** Answers from before the last change are shown, and requested again. */
  private changes = 0;
  private wanted: [number, number] = [0, 0];
  private failed = false;
  /** The pages belong to another list, and are shown only until the first one of the new list arrives. */
  private outdated = false;

  constructor(events: RowCacheEvents) {
    this.events = events;
  }

  get(index: number): PacketRow | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  /** These rows are in view. */
  want(first: number, last: number): void {
    this.wanted = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    this.pump();
  }

  /** Anything may have changed: visible rows are fetched again now, the others when they become visible. */
  refresh(): void {
    for (const page of this.pages.values()) page.stale = true;
    this.failed = false;
    this.changes++;
    this.pump();
  }

  /** Another filter: its rows replace these when they arrive; if the filter is invalid, these stay. */
  replace(): void {
    this.outdated = true;
    this.begin();
  }

  /** Another session: discard everything. */
  reset(): void {
    this.pages = new Map();
    this.wanted = [0, 0];
    this.begin();
  }

  private begin(): void {
    this.generation++;
    this.underWay = new Set();
    this.refresh();
  }

  /** A packet's row, if it is loaded. */
  byNumber(number: number): PacketRow | undefined {
    for (const { rows } of this.pages.values()) {
      const row = rows.find((one) => one.number === number);
      if (row) return row;
    }
    return undefined;
  }

  /** One row, fetched if necessary; undefined beyond the end. */
  async fetchRow(index: number): Promise<PacketRow | undefined> {
    const known = this.outdated ? undefined : this.get(index);
    return known ?? (await this.fetchNow(Math.floor(index / PAGE)))[index % PAGE];
  }

  /** Rows from one index to another, as far as there are any: afterwards the list can show them. */
  async fetchRows(first: number, last: number): Promise<void> {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++)
      await this.fetchRow(Math.min(last, page * PAGE + PAGE - 1));
  }

  /** @returns the rows of a page as they are now */
  private async fetchNow(page: number): Promise<PacketRow[]> {
    const { generation, changes } = this;
    const answer = await this.events.fetch(page * PAGE, PAGE);
    if (generation === this.generation) this.keep(page, answer, changes);
    return answer.rows;
  }

  private pump(): void {
    const [first, last] = this.wanted;
    for (let page = first; page <= last && this.underWay.size < MAX_UNDER_WAY; page++) {
      const known = this.pages.get(page);
      if (!this.failed && (!known || known.stale) && !this.underWay.has(page)) void this.fetchPage(page);
    }
  }

  private async fetchPage(page: number): Promise<void> {
    const { generation, changes, underWay } = this;
    underWay.add(page);
    try {
      const answer = await this.events.fetch(page * PAGE, PAGE);
      if (generation !== this.generation) return;
      this.keep(page, answer, changes);
      this.events.onRows(answer);
    } catch (error) {
      if (generation !== this.generation) return;
      // An immediate retry would fail again: wait for the next change.
      this.failed = true;
      this.events.onFailed(error);
    } finally {
      underWay.delete(page);
      if (generation === this.generation) this.pump();
    }
  }

  /** @param changes the number of changes of the list when this was requested */
  private keep(page: number, answer: ToPanelOf<'rows'>, changes: number): void {
    if (this.outdated) this.pages.clear();
    this.outdated = false;
    this.pages.delete(page);
    this.pages.set(page, { rows: answer.rows, stale: changes !== this.changes });
    if (this.pages.size <= MAX_PAGES) return;
    const oldest = this.pages.keys().next();
    if (!oldest.done) this.pages.delete(oldest.value);
  }
}
