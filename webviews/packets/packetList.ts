/** The list of packets: a grid that scrolls through any number of them, with one selected. */
import { t } from '../language.ts';
import { el, setAria } from '../dom.ts';
import type { PacketRow, TimeFormat } from '../messages.ts';
import { VirtualRows } from '../virtualRows.ts';
import { isMenuKey, placeOf, type MenuPlace } from '../menu.ts';
import type { SortOrder } from '../messages.ts';
import { Header, type HeaderEvents } from './columns/header.ts';
import { layOut, type ChosenColumn, type PlacedColumn } from './columns/layout.ts';
import { TIME_TITLES } from './columns/headerMenu.ts';
import { createPacketRow, fillPacketRow } from './packetRowElement.ts';
import { RowTraits } from './rowTraits.ts';

/** As in VS Code's own lists. */
const ROW_HEIGHT = 22;

export interface PacketListEvents extends Omit<HeaderEvents, 'onLeave'> {
  row: (index: number) => PacketRow | undefined;
  onRange: (first: number, last: number) => void;
  /** The user selected a row. */
  onSelect: (index: number) => void;
  /** Enter or a double click: the user wants to see the packet's details. */
  onOpen: () => void;
  onCopy: () => void;
  /** The user wants the context menu of the selected row. */
  onRowMenu: (place: MenuPlace) => void;
  /** A plain key that the list itself has no use for. */
  onKey: (key: string) => boolean;
}

/** How the list is laid out. */
export interface ListLayout {
  columns: readonly ChosenColumn[];
  sort: SortOrder | undefined;
  time: TimeFormat;
}

export class PacketList {
  readonly element: HTMLElement;
  private readonly events: PacketListEvents;
  private readonly rows: VirtualRows;
  private readonly scroller: HTMLElement;
  private selectedIndex = -1;
  private selectedNumber = -1;
  private current: number | undefined;
  private readonly header: Header;
  /** As wide as 100 characters of the list's font. */
  private readonly probe = el('span', { class: 'probe', aria: { hidden: 'true' } });
  private layout: ListLayout = { columns: [], sort: undefined, time: 'virtual' };
  private traits = new RowTraits();
  private placed: readonly PlacedColumn[] = [];
  /** What the header was made for. */
  private shown = '';

  constructor(events: PacketListEvents) {
    this.events = events;
    this.header = new Header({ ...events, onLeave: () => this.focus() });
    const body = el('div', { class: 'rows', role: 'rowgroup' });
    this.scroller = el('div', { class: 'list', role: 'grid', tab: 0, aria: { label: t('Packets') } }, [
      this.header.element,
      body,
      this.probe,
    ]);
    this.element = this.scroller;
    this.rows = new VirtualRows({
      scroller: this.scroller,
      body,
      rowHeight: ROW_HEIGHT,
      headerHeight: ROW_HEIGHT,
      createRow: createPacketRow,
      fillRow: (row, index) => this.fill(row, index),
      onRange: (first, last) => {
        this.pointAtSelected();
        events.onRange(first, last);
      },
    });
    this.scroller.addEventListener('keydown', (event) => this.key(event));
    this.scroller.addEventListener('mousedown', (event) => this.press(event));
    this.scroller.addEventListener('dblclick', (event) => {
      if (rowIndex(event) !== undefined) events.onOpen();
    });
    this.scroller.addEventListener('contextmenu', (event) => {
      const index = rowIndex(event);
      if (index === undefined) return;
      event.preventDefault();
      if (index !== this.selectedIndex) this.choose(index);
      events.onRowMenu(placeOf(event, this.scroller));
    });
    new ResizeObserver(() => this.arrange()).observe(this.scroller);
  }

  /** The columns that are shown, in their order. */
  get columns(): readonly PlacedColumn[] {
    return this.placed;
  }

  /** The width that a column needs for what is in view. */
  fittingWidth(chosen: number): number {
    const at = this.placed.findIndex((one) => one.chosen === chosen);
    const cells = [...this.scroller.querySelectorAll('.row:not([hidden]), .header')].map(
      (row) => row.children[at],
    );
    // Padding, and the sign of the order.
    return Math.max(28, ...cells.map((cell) => contentWidth(cell) + 24));
  }

  setLayout(layout: ListLayout): void {
    this.layout = layout;
    this.arrange();
  }

  private arrange(): void {
    const width = this.scroller.clientWidth;
    const character = this.probe.getBoundingClientRect().width / 100;
    if (width === 0 || character === 0) return;
    const { columns, sort, time } = this.layout;
    const {
      columns: placed,
      template,
      minWidth,
      isTight,
    } = layOut(columns, { width, character }, this.traits);
    this.scroller.style.setProperty('--columns', template);
    this.scroller.style.setProperty('--columns-width', minWidth);
    this.scroller.classList.toggle('tight', isTight);
    const titled = placed.map((one) =>
      one.column.id === 'time' ? { ...one, column: { ...one.column, title: TIME_TITLES[time] } } : one,
    );
    const shown = JSON.stringify([titled, sort]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.placed = titled;
    setAria(this.scroller, 'colcount', String(titled.length));
    this.header.show(titled, sort);
    this.rows.render();
  }

  get length(): number {
    return this.rows.length;
  }

  /** Whether the end of the list is visible. */
  get atEnd(): boolean {
    return this.rows.atEnd;
  }

  /** Rows that fit into the view. */
  get pageSize(): number {
    return this.rows.pageSize;
  }

  setCount(count: number): void {
    setAria(this.scroller, 'rowcount', String(count + 1));
    this.rows.setCount(count);
  }

  /** Show the columns that are useful for these rows. */
  setTraits(traits: RowTraits): void {
    this.traits = traits;
    this.arrange();
  }

  setCurrent(number: number | undefined): void {
    this.current = number;
    this.rows.render();
  }

  /**
   * Mark a row as selected, without calling onSelect. An index of -1: the packet is selected but not in this
   * list.
   */
  setSelected(index: number, number: number): void {
    this.selectedIndex = index;
    this.selectedNumber = number;
    this.rows.render();
    this.pointAtSelected();
  }

  render(): void {
    this.rows.render();
  }

  scrollTo(index: number, align: 'auto' | 'center' | 'end' = 'auto'): void {
    this.rows.scrollTo(index, align);
  }

  scrollToEnd(): void {
    if (this.rows.length) this.rows.scrollTo(this.rows.length - 1, 'end');
  }

  focus(): void {
    this.scroller.focus({ preventScroll: true });
  }

  private fill(element: HTMLElement, index: number): void {
    const packet = this.events.row(index);
    // Use the number if it is known: rows may have moved since the index was set.
    const selected = packet ? packet.number === this.selectedNumber : index === this.selectedIndex;
    if (selected) this.selectedIndex = index;
    fillPacketRow(element, packet, this.placed, {
      index,
      selected,
      current: packet !== undefined && packet.number === this.current,
    });
  }

  /** Screen readers follow `aria-activedescendant`, which must name an element that exists. */
  private pointAtSelected(): void {
    setAria(this.scroller, 'activedescendant', this.rows.row(this.selectedIndex)?.id ?? null);
  }

  private choose(index: number): void {
    if (this.rows.length === 0) return;
    const within = Math.min(Math.max(0, index), this.rows.length - 1);
    this.selectedIndex = within;
    this.selectedNumber = this.events.row(within)?.number ?? -1;
    this.rows.scrollTo(within);
    this.rows.render();
    this.pointAtSelected();
    this.events.onSelect(within);
  }

  private press(event: MouseEvent): void {
    const index = rowIndex(event);
    if (index !== undefined && event.button === 0) this.choose(index);
  }

  private key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c') {
      this.events.onCopy();
      event.preventDefault();
      return;
    }
    if (isMenuKey(event) && this.selectedIndex >= 0) {
      event.preventDefault();
      const row = this.rows.row(this.selectedIndex);
      this.events.onRowMenu(placeOf(event, row ?? this.scroller));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.selectedIndex;
    const from = at < 0 ? this.rows.firstVisible - 1 : at;
    const moves: Record<string, () => void> = {
      ArrowDown: () => this.choose(from + 1),
      ArrowUp: () => this.choose(at < 0 ? this.rows.firstVisible : at - 1),
      PageDown: () => this.choose(from + this.rows.pageSize),
      PageUp: () => this.choose(at - this.rows.pageSize),
      Home: () => this.choose(0),
      End: () => this.choose(this.rows.length - 1),
      Enter: () => this.events.onOpen(),
    };
    const move = moves[event.key];
    if (!move && !this.events.onKey(event.key)) return;
    event.preventDefault();
    move?.();
  }
}

function contentWidth(cell: Element | undefined): number {
  if (!cell) return 0;
  const range = document.createRange();
  range.selectNodeContents(cell);
  const [first, ...rest] = [...range.getClientRects()];
  if (!first) return 0;
  const right = Math.max(first.right, ...rest.map((box) => box.right));
  return Math.ceil(right - first.left);
}

function rowIndex(event: Event): number | undefined {
  const row = (event.target as Element).closest<HTMLElement>('.row');
  const index = row?.dataset['index'];
  return index === undefined ? undefined : Number(index);
}
