/** The rows of the comparison, fetched page by page when they come into view. */
import type { ComparedRow } from './messages.ts';

const PAGE = 200;
/** Far more than a view shows. */
const MOST_PAGES = 20;

export interface RowPagesEvents {
  fetch: (from: number, count: number) => Promise<readonly ComparedRow[]>;
  onRows: () => void;
  onFailed: (error: unknown) => void;
}

export class RowPages {
  private readonly events: RowPagesEvents;
  /** Null while a page is under way. */
  private readonly pages = new Map<number, readonly ComparedRow[] | null>();
  /** Answers about an earlier comparison are discarded. */
  private generation = 0;

  constructor(events: RowPagesEvents) {
    this.events = events;
  }

  get(index: number): ComparedRow | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** These rows are in view. */
  want(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++)
      if (!this.pages.has(page)) void this.fetch(page);
  }

  /** They are others now. */
  forget(): void {
    this.generation++;
    this.pages.clear();
  }

  private async fetch(page: number): Promise<void> {
    const { generation } = this;
    this.pages.set(page, null);
    try {
      const rows = await this.events.fetch(page * PAGE, PAGE);
      if (generation !== this.generation) return;
      this.pages.delete(page);
      this.pages.set(page, rows);
      const [oldest] = this.pages.keys();
      if (this.pages.size > MOST_PAGES && oldest !== undefined) this.pages.delete(oldest);
      this.events.onRows();
    } catch (error) {
      if (generation === this.generation) this.events.onFailed(error);
    }
  }
}
