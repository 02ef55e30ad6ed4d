/**
 * The titles of the columns: a click sorts, dragging moves, the edge resizes. By keyboard: arrows go from title to
 * title, Enter sorts, with Alt they move and with Shift they resize the column; the menu key offers everything.
 */
import { el, icon, setAria } from '../../dom.ts';
import { isMenuKey, placeOf, type MenuPlace } from '../../menu.ts';
import type { SortOrder } from '../../messages.ts';
import type { PlacedColumn } from './layout.ts';

export interface HeaderEvents {
  onSort: (id: string) => void;
  /** Both are indexes among the chosen columns; the column takes the place of the other. */
  onMove: (from: number, to: number) => void;
  onResize: (chosen: number, width: number) => void;
  /** As wide as its content. */
  onFit: (chosen: number) => void;
  onMenu: (placed: PlacedColumn, place: MenuPlace) => void;
  /** Arrow down: to the rows. */
  onLeave: () => void;
}

const KEYS = 'Enter Alt+ArrowLeft Alt+ArrowRight Shift+ArrowLeft Shift+ArrowRight';
/** Pixels that a press must move to be a drag. */
const DRAG = 5;
const SMALLEST = 28;
const STEP = 8;

export class Header {
  readonly element = el('div', { class: 'header', role: 'row', aria: { rowindex: '1' } });
  private readonly events: HeaderEvents;
  private columns: readonly PlacedColumn[] = [];
  private cells: HTMLElement[] = [];
  /** The title that Tab reaches. */
  private current = 0;

  constructor(events: HeaderEvents) {
    this.events = events;
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('focusin', (event) => {
      const at = this.indexOf(event.target);
      if (at < 0) return;
      this.current = at;
      this.makeReachable();
    });
    this.element.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      this.openMenu(this.indexOf(event.target), event);
    });
  }

  show(columns: readonly PlacedColumn[], sort: SortOrder | undefined): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.columns = columns;
    this.cells = columns.map((placed, at) => this.cell(placed, at, sort));
    this.element.replaceChildren(...this.cells);
    this.current = Math.min(this.current, Math.max(0, columns.length - 1));
    this.makeReachable();
    if (hadFocus) this.cells[this.current]?.focus();
  }

  private cell(placed: PlacedColumn, at: number, sort: SortOrder | undefined): HTMLElement {
    const { column } = placed;
    const isSorted = sort?.by === column.id;
    const cell = el(
      'span',
      {
        class: `cell ${column.name}`,
        role: 'columnheader',
        aria: { colindex: String(at + 1), keyshortcuts: KEYS },
      },
      [el('span', { class: 'title', text: column.title })],
    );
    cell.title = column.name === 'field' ? `${column.title} (${column.id})` : column.title;
    setAria(cell, 'sort', isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none');
    if (isSorted) cell.append(icon(sort.descending ? 'chevron-down' : 'chevron-up'));
    const edge = el('span', { class: 'edge', aria: { hidden: 'true' } });
    edge.addEventListener('pointerdown', (event) => this.resize(event, placed, cell));
    edge.addEventListener('dblclick', () => this.events.onFit(placed.chosen));
    cell.append(edge);
    cell.addEventListener('pointerdown', (event) => this.press(event, at));
    return cell;
  }

  /** A press sorts, unless it becomes a drag. */
  private press(event: PointerEvent, from: number): void {
    if (event.button !== 0) return;
    const start = event.clientX;
    const cell = this.cells[from]!;
    const over = new AbortController();
    let target: number | null = null;
    this.current = from;
    this.makeReachable();
    const mark = (at: number | null) =>
      this.cells.forEach((one, index) => one.classList.toggle('drop', index === at && at !== from));
    window.addEventListener(
      'pointermove',
      ({ clientX }) => {
        if (target === null && Math.abs(clientX - start) < DRAG) return;
        cell.classList.add('dragged');
        const at = this.cells.findIndex((one) => clientX < one.getBoundingClientRect().right);
        target = at < 0 ? this.cells.length - 1 : at;
        mark(target);
      },
      { signal: over.signal },
    );
    const end = (isDone: boolean) => {
      over.abort();
      cell.classList.remove('dragged');
      mark(null);
      if (!isDone) return;
      if (target === null) this.events.onSort(this.columns[from]!.column.id);
      else this.move(from, target);
    };
    window.addEventListener('pointerup', () => end(true), { signal: over.signal });
    window.addEventListener('pointercancel', () => end(false), { signal: over.signal });
  }

  private resize(event: PointerEvent, { chosen }: PlacedColumn, cell: HTMLElement): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    const from = event.clientX - cell.getBoundingClientRect().width;
    const over = new AbortController();
    window.addEventListener(
      'pointermove',
      ({ clientX }) => this.events.onResize(chosen, Math.max(SMALLEST, Math.round(clientX - from))),
      { signal: over.signal },
    );
    for (const type of ['pointerup', 'pointercancel'])
      window.addEventListener(type, () => over.abort(), { signal: over.signal });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const at = this.current;
    const placed = this.columns[at];
    if (!placed) return;
    if (isMenuKey(event)) {
      event.preventDefault();
      event.stopPropagation();
      this.openMenu(at, event);
      return;
    }
    const side = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (side !== 0 && event.altKey) this.move(at, at + side);
    else if (side !== 0 && event.shiftKey) {
      const width = Math.round(this.cells[at]!.getBoundingClientRect().width) + side * STEP;
      this.events.onResize(placed.chosen, Math.max(SMALLEST, width));
    } else if (side !== 0) this.go(at + side);
    else if (event.key === 'Home') this.go(0);
    else if (event.key === 'End') this.go(this.cells.length - 1);
    else if (event.key === 'Enter' || event.key === ' ') this.events.onSort(placed.column.id);
    else if (event.key === 'ArrowDown') this.events.onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(from: number, to: number): void {
    const [moved, target] = [this.columns[from], this.columns[to]];
    if (!moved || !target || moved === target) return;
    this.current = to;
    this.events.onMove(moved.chosen, target.chosen);
  }

  private go(to: number): void {
    this.current = Math.min(Math.max(0, to), this.cells.length - 1);
    this.makeReachable();
    this.cells[this.current]?.focus();
  }

  private makeReachable(): void {
    this.cells.forEach((cell, at) => {
      cell.tabIndex = at === this.current ? 0 : -1;
    });
  }

  private openMenu(at: number, event: Event): void {
    const placed = this.columns[at];
    if (!placed) return;
    this.current = at;
    this.makeReachable();
    this.cells[at]!.focus();
    this.events.onMenu(placed, placeOf(event, this.cells[at]!));
  }

  private indexOf(target: EventTarget | null): number {
    return this.cells.findIndex((cell) => cell.contains(target as Node));
  }
}
