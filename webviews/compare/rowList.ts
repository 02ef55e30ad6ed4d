/** The packets of both captures side by side: a grid with one row selected. */
import { el, setAria } from '../dom.ts';
import { t } from '../language.ts';
import { VirtualRows } from '../virtualRows.ts';
import type { ComparedRow } from './messages.ts';
import { columnTitles, createRow, fillRow } from './rowElement.ts';

/** As in VS Code's own lists. */
const ROW_HEIGHT = 22;

export interface RowListEvents {
  row: (index: number) => ComparedRow | undefined;
  onRange: (first: number, last: number) => void;
  /** The user selected a row. */
  onSelect: (index: number) => void;
}

export class RowList {
  readonly element: HTMLElement;
  private readonly events: RowListEvents;
  private readonly rows: VirtualRows;
  private readonly header = el('div', { class: 'header', role: 'row', aria: { rowindex: '1' } });
  private selected = -1;

  constructor(events: RowListEvents) {
    this.events = events;
    const body = el('div', { class: 'rows', role: 'rowgroup' });
    this.element = el(
      'div',
      { class: 'list', role: 'grid', tab: 0, aria: { label: t('Packets of both captures') } },
      [el('div', { role: 'rowgroup', class: 'head' }, [this.header]), body],
    );
    this.rows = new VirtualRows({
      scroller: this.element,
      body,
      rowHeight: ROW_HEIGHT,
      headerHeight: ROW_HEIGHT,
      createRow,
      fillRow: (element, index) => fillRow(element, index, events.row(index), index === this.selected),
      onRange: (first, last) => {
        this.pointAtSelected();
        events.onRange(first, last);
      },
    });
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('mousedown', (event) => {
      const index = (event.target as Element).closest<HTMLElement>('.row')?.dataset['index'];
      if (index !== undefined && event.button === 0) this.choose(Number(index));
    });
  }

  /** The captures' names stand over their columns. */
  setNames(left: string, right: string): void {
    const titles = columnTitles(left, right);
    setAria(this.element, 'colcount', String(titles.length));
    this.header.replaceChildren(
      ...titles.map(({ name, text, spoken }) =>
        el('span', { class: `cell ${name}`, role: 'columnheader', title: spoken }, [
          el('span', { class: text === '' ? 'spoken' : 'title', text: text || spoken }),
        ]),
      ),
    );
  }

  setCount(count: number): void {
    setAria(this.element, 'rowcount', String(count + 1));
    this.rows.setCount(count);
  }

  /** Selects a row and shows it. -1: none */
  select(index: number): void {
    this.selected = index;
    if (index >= 0) this.rows.scrollTo(index, 'center');
    this.rows.render();
    this.pointAtSelected();
  }

  render(): void {
    this.rows.render();
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  private choose(index: number): void {
    if (this.rows.length === 0) return;
    this.selected = Math.min(Math.max(0, index), this.rows.length - 1);
    this.rows.scrollTo(this.selected);
    this.rows.render();
    this.pointAtSelected();
    this.events.onSelect(this.selected);
  }

  /** Screen readers follow `aria-activedescendant`, which must name an element that exists. */
  private pointAtSelected(): void {
    setAria(this.element, 'activedescendant', this.rows.row(this.selected)?.id ?? null);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.selected < 0 ? this.rows.firstVisible - 1 : this.selected;
    const target: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + this.rows.pageSize,
      PageUp: at - this.rows.pageSize,
      Home: 0,
      End: this.rows.length - 1,
    };
    const to = target[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.choose(to);
  }
}
