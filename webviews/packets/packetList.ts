/** The list of packets: a grid that scrolls through any number of them, with one selected. */
import { el, setAria } from '../dom.ts';
import type { PacketRow } from '../messages.ts';
import { VirtualRows } from '../virtualRows.ts';
import { COLUMNS } from './columns.ts';
import { createPacketRow, fillPacketRow } from './packetRowElement.ts';
import type { RowTraits } from './rowTraits.ts';

/** As in VS Code's own lists. */
const ROW_HEIGHT = 22;

export interface PacketListEvents {
  row: (index: number) => PacketRow | undefined;
  onRange: (first: number, last: number) => void;
  /** The user selected a row. */
  onSelect: (index: number) => void;
  /** Enter or a double click: the user wants to see the packet's details. */
  onOpen: () => void;
  onCopy: () => void;
}

export class PacketList {
  readonly element: HTMLElement;
  private readonly events: PacketListEvents;
  private readonly rows: VirtualRows;
  private readonly scroller: HTMLElement;
  private selectedIndex = -1;
  private selectedNumber = -1;
  private current: number | undefined;

  constructor(events: PacketListEvents) {
    this.events = events;
    const header = el(
      'div',
      { class: 'header', role: 'row', aria: { rowindex: '1' } },
      COLUMNS.map(({ title, name }, at) =>
        el('span', {
          class: `cell ${name}`,
          role: 'columnheader',
          text: title,
          aria: { colindex: String(at + 1) },
        }),
      ),
    );
    const body = el('div', { class: 'rows', role: 'rowgroup' });
    this.scroller = el(
      'div',
      { class: 'list', role: 'grid', tab: 0, aria: { label: 'Packets', colcount: String(COLUMNS.length) } },
      [header, body],
    );
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
  setTraits({ hasDirections, hasHosts }: RowTraits): void {
    this.scroller.classList.toggle('has-directions', hasDirections);
    this.scroller.classList.toggle('has-hosts', hasHosts);
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
    fillPacketRow(element, packet, {
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
    if (!move) return;
    event.preventDefault();
    move();
  }
}

function rowIndex(event: Event): number | undefined {
  const row = (event.target as Element).closest<HTMLElement>('.row');
  const index = row?.dataset['index'];
  return index === undefined ? undefined : Number(index);
}
