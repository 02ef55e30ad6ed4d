/**
 * A long list of rows of equal height, of which only the visible ones have elements; wraps
 * @tanstack/virtual-core.
 */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';

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

const OVERSCAN = 12;

export class VirtualRows {
  private readonly options: VirtualRowsOptions;
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private readonly rows = new Map<number, HTMLElement>();
  private readonly spare: HTMLElement[] = [];
  private count = 0;

  constructor(options: VirtualRowsOptions) {
    this.options = options;
    this.virtualizer = new Virtualizer(this.virtualizerOptions());
    this.virtualizer._didMount();
    this.virtualizer._willUpdate();
  }

  get length(): number {
    return this.count;
  }

  /** Rows that fit into the view. */
  get pageSize(): number {
    const height = this.options.scroller.clientHeight - (this.options.headerHeight ?? 0);
    return Math.max(1, Math.floor(height / this.options.rowHeight));
  }

  /** The last row is in view. */
  get atEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.options.scroller;
    return scrollTop + clientHeight >= scrollHeight - this.options.rowHeight;
  }

  /** The element of a row that exists now. */
  row(index: number): HTMLElement | undefined {
    return this.rows.get(index);
  }

  /** First row that is fully in view. */
  get firstVisible(): number {
    return Math.min(
      Math.max(0, this.count - 1),
      Math.ceil(this.options.scroller.scrollTop / this.options.rowHeight),
    );
  }

  setCount(count: number): void {
    if (count !== this.count) {
      this.count = count;
      this.virtualizer.setOptions(this.virtualizerOptions());
      this.virtualizer._willUpdate();
    }
    this.render();
  }

  scrollTo(index: number, align: 'auto' | 'center' | 'end' = 'auto'): void {
    // Bypass the virtualizer, which would correct the position over several frames although all rows have the
    // same height.
    const { scroller, rowHeight, headerHeight = 0 } = this.options;
    const top = index * rowHeight;
    const space = scroller.clientHeight - headerHeight;
    const above = top < scroller.scrollTop;
    const below = top + rowHeight > scroller.scrollTop + space;
    if (align === 'end') scroller.scrollTop = top + rowHeight - space;
    else if (align === 'center' && (above || below)) scroller.scrollTop = top - (space - rowHeight) / 2;
    else if (above) scroller.scrollTop = top;
    else if (below) scroller.scrollTop = top + rowHeight - space;
  }

  /** Fill all rows again. */
  render(): void {
    this.show(true);
  }

  /** @param isAll also those that are there already: a scroll alone does not change them, and there are 60 of it a second */
  private show(isAll: boolean): void {
    const { body, rowHeight, fillRow, createRow, onRange } = this.options;
    const items = this.virtualizer.getVirtualItems();
    const height = `${this.count * rowHeight}px`;
    if (body.style.height !== height) body.style.height = height;
    const wanted = new Set(items.map((item) => item.index));
    for (const [index, row] of this.rows) {
      if (wanted.has(index)) continue;
      this.rows.delete(index);
      this.spare.push(row);
    }
    for (const { index } of items) {
      let row = this.rows.get(index);
      if (row && !isAll) continue;
      if (!row) {
        row = this.spare.pop() ?? createRow();
        this.rows.set(index, row);
        row.style.transform = `translateY(${index * rowHeight}px)`;
        if (!row.parentNode) body.append(row);
      }
      row.hidden = false;
      fillRow(row, index);
    }
    for (const row of this.spare) row.hidden = true;
    const [first, last] = [items[0], items.at(-1)];
    if (first && last) onRange?.(first.index, last.index);
  }

  private virtualizerOptions() {
    const { scroller, rowHeight, headerHeight = 0 } = this.options;
    return {
      count: this.count,
      getScrollElement: () => scroller,
      estimateSize: () => rowHeight,
      scrollPaddingStart: headerHeight,
      overscan: OVERSCAN,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.show(false),
    };
  }
}
