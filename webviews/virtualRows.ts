/** A long list of rows of equal height, of which only those in view, and some around them, have elements. */
import { TallScroll } from './tallScroll.ts';

export interface VirtualRowsOptions {
  /** The scrolling element, which contains the rows and optionally a sticky header above them. */
  scroller: HTMLElement;
  /** The element that gets the list's whole height and holds the rows. */
  body: HTMLElement;
  rowHeight: number;
  /** Height of the sticky header inside the scroller. */
  headerHeight?: number;
  createRow: () => HTMLElement;
  /** Fill a new or reused row element with the row at `index`. */
  fillRow: (row: HTMLElement, index: number) => void;
  /** Another range became visible. */
  onRange?: (first: number, last: number) => void;
}

/** Rows with elements above and below the view: a scroll shows them before the page's code runs. */
const OVERSCAN = 12;

export class VirtualRows {
  private readonly options: VirtualRowsOptions;
  private readonly scroll: TallScroll;
  private readonly rows = new Map<number, HTMLElement>();
  private readonly spare: HTMLElement[] = [];
  private count = 0;
  /** Where the rows stand in the body: so far above their places in the list. */
  private offset = 0;

  constructor(options: VirtualRowsOptions) {
    this.options = options;
    const { scroller, headerHeight = 0 } = options;
    this.scroll = new TallScroll(scroller, headerHeight);
    scroller.addEventListener('scroll', () => this.show(false), { passive: true });
    new ResizeObserver(() => this.show(false)).observe(scroller);
  }

  get length(): number {
    return this.count;
  }

  /** Rows that fit into the view. */
  get pageSize(): number {
    return Math.max(1, Math.floor(this.space / this.options.rowHeight));
  }

  /** The last row is in view. */
  get atEnd(): boolean {
    this.scroll.update();
    return this.scroll.top >= this.scroll.end - this.options.rowHeight;
  }

  /** The element of a row that exists now. */
  row(index: number): HTMLElement | undefined {
    return this.rows.get(index);
  }

  /** First row that is fully in view. */
  get firstVisible(): number {
    this.scroll.update();
    return Math.min(Math.max(0, this.count - 1), Math.ceil(this.scroll.top / this.options.rowHeight));
  }

  setCount(count: number): void {
    this.count = count;
    this.render();
  }

  scrollTo(index: number, align: 'auto' | 'center' | 'end' = 'auto'): void {
    const { scroll, space } = this;
    const { rowHeight } = this.options;
    scroll.update();
    const top = index * rowHeight;
    const above = top < scroll.top;
    const below = top + rowHeight > scroll.top + space;
    if (align === 'end') scroll.moveTo(top + rowHeight - space);
    else if (align === 'center' && (above || below)) scroll.moveTo(top - (space - rowHeight) / 2);
    else if (above) scroll.moveTo(top);
    else if (below) scroll.moveTo(top + rowHeight - space);
  }

  /** Fill all rows again. */
  render(): void {
    this.show(true);
  }

  /** Height of the view without the header. */
  private get space(): number {
    return this.options.scroller.clientHeight - (this.options.headerHeight ?? 0);
  }

  /** @param isAll also those that are there already: a scroll alone does not change them, and there are 60 of it a second */
  private show(isAll: boolean): void {
    const { scroll, rows, spare } = this;
    const { body, rowHeight, fillRow, createRow, onRange } = this.options;
    scroll.setTotal(this.count * rowHeight);
    const height = `${scroll.height}px`;
    if (body.style.height !== height) body.style.height = height;
    scroll.update();
    const isMoved = scroll.offset !== this.offset;
    this.offset = scroll.offset;
    const first = Math.max(0, Math.floor(scroll.top / rowHeight) - OVERSCAN);
    const last = Math.min(this.count - 1, Math.ceil((scroll.top + this.space) / rowHeight) + OVERSCAN);
    for (const [index, row] of rows) {
      if (index >= first && index <= last) continue;
      rows.delete(index);
      spare.push(row);
    }
    for (let index = first; index <= last; index++) {
      const known = rows.get(index);
      const row = known ?? spare.pop() ?? createRow();
      if (!known) {
        rows.set(index, row);
        if (!row.parentNode) body.append(row);
        row.hidden = false;
      }
      if (!known || isMoved) row.style.transform = `translateY(${index * rowHeight - this.offset}px)`;
      if (!known || isAll) fillRow(row, index);
    }
    for (const row of spare) row.hidden = true;
    if (first <= last) onRange?.(first, last);
  }
}
