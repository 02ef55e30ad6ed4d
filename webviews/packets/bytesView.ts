/**
 * The bytes of a packet, sixteen per line (eight where there is little room), in hexadecimal and ASCII, with
 * a marked range.
 */
import { t } from '../language.ts';
import { el, setAria, setText } from '../dom.ts';
import { isMenuKey, placeOf, type MenuPlace } from '../menu.ts';
import { bytesText } from './menus/bytesText.ts';
import { VirtualRows } from '../virtualRows.ts';

/** Maximum cells per line; the stylesheet's `--bytes-per-line` sets how many are used. */
const MOST_PER_LINE = 16;
const LINE_HEIGHT = 20;

export interface ByteRange {
  offset: number;
  length: number;
}

export interface BytesViewEvents {
  /** The user selected a byte. */
  onSelect: (offset: number) => void;
  /** The pointer is over a byte, or over none. */
  onHover: (offset: number | null) => void;
  onCopy: (text: string, what: string) => void;
  /** @param range the marked bytes */
  onMenu: (range: ByteRange | null, place: MenuPlace) => void;
  /** Escape: back to the list. */
  onLeave: () => void;
}

export class BytesView {
  readonly element: HTMLElement;
  private readonly events: BytesViewEvents;
  private readonly lines: VirtualRows;
  private bytes = new Uint8Array();
  private selected: ByteRange | null = null;
  private hovered: ByteRange | null = null;
  private cursor = 0;
  private perLine = MOST_PER_LINE;

  constructor(events: BytesViewEvents) {
    this.events = events;
    const body = el('div', { class: 'lines', role: 'rowgroup' });
    this.element = el(
      'div',
      { class: 'bytes', role: 'grid', tab: 0, aria: { label: t('Bytes of the packet') } },
      [body],
    );
    this.lines = new VirtualRows({
      scroller: this.element,
      body,
      rowHeight: LINE_HEIGHT,
      createRow: createLine,
      fillRow: (line, index) => this.fill(line, index),
    });
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('mousedown', (event) => {
      const offset = offsetOf(event);
      if (offset !== null && event.button === 0) this.choose(offset);
    });
    this.element.addEventListener('mouseover', (event) => events.onHover(offsetOf(event)));
    this.element.addEventListener('mouseleave', () => events.onHover(null));
    this.element.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      const offset = offsetOf(event);
      if (offset !== null && !covers(this.selected, offset)) this.choose(offset);
      events.onMenu(this.selected, placeOf(event, this.element));
    });
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  show(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.cursor = Math.min(this.cursor, Math.max(0, bytes.length - 1));
    this.hovered = null;
    this.lines.setCount(Math.ceil(bytes.length / this.perLine));
  }

  /** Mark the bytes of the selected field, and scroll to them. */
  select(range: ByteRange | null): void {
    this.selected = range && range.length > 0 ? range : null;
    if (this.selected) {
      const { offset, length } = this.selected;
      if (this.cursor < offset || this.cursor >= offset + length)
        this.cursor = Math.min(offset, this.bytes.length - 1);
      this.lines.scrollTo(Math.floor(this.selected.offset / this.perLine));
    }
    this.render();
  }

  /** Mark the bytes of the field under the pointer. */
  hover(range: ByteRange | null): void {
    this.hovered = range && range.length > 0 ? range : null;
    this.lines.render();
  }

  /** Use as many bytes per line as the stylesheet allows. */
  private fit(): void {
    const wanted = Number(getComputedStyle(this.element).getPropertyValue('--bytes-per-line'));
    if (wanted === this.perLine || !(wanted > 0)) return;
    this.perLine = wanted;
    this.lines.setCount(Math.ceil(this.bytes.length / wanted));
    this.select(this.selected);
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  private render(): void {
    this.lines.render();
    const line = this.lines.row(Math.floor(this.cursor / this.perLine));
    setAria(
      this.element,
      'activedescendant',
      line?.children[1]?.children[this.cursor % this.perLine]?.id ?? null,
    );
  }

  private fill(line: HTMLElement, index: number): void {
    const start = index * this.perLine;
    const [address, hex, ascii] = line.children as unknown as [Element, Element, Element];
    setText(address, start.toString(16).padStart(4, '0'));
    for (let at = 0; at < MOST_PER_LINE; at++) {
      const offset = start + at;
      const value = at < this.perLine ? this.bytes[offset] : undefined;
      const classes = this.classesOf(offset);
      const [digits, letter] = [hex.children[at] as HTMLElement, ascii.children[at] as HTMLElement];
      setText(digits, value === undefined ? '' : value.toString(16).padStart(2, '0'));
      setText(
        letter,
        value === undefined ? '' : value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·',
      );
      for (const cell of [digits, letter]) {
        cell.className = classes;
        if (value === undefined) delete cell.dataset['offset'];
        else cell.dataset['offset'] = String(offset);
      }
      digits.hidden = letter.hidden = at >= this.perLine;
      if (value === undefined) {
        digits.removeAttribute('id');
        digits.removeAttribute('aria-label');
        continue;
      }
      digits.id = `byte-${offset}`;
      digits.setAttribute('aria-label', `${t('byte {0}', offset)}: ${value.toString(16).padStart(2, '0')}`);
    }
  }

  private classesOf(offset: number): string {
    const classes = ['byte'];
    if (covers(this.selected, offset)) classes.push('selected');
    if (covers(this.hovered, offset)) classes.push('hovered');
    if (offset === this.cursor) classes.push('cursor');
    return classes.join(' ');
  }

  private choose(offset: number): void {
    if (this.bytes.length === 0) return;
    this.cursor = Math.min(Math.max(0, offset), this.bytes.length - 1);
    this.events.onSelect(this.cursor);
    this.lines.scrollTo(Math.floor(this.cursor / this.perLine));
    this.render();
  }

  private key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c') {
      this.copy();
      event.preventDefault();
      return;
    }
    if (isMenuKey(event)) {
      event.preventDefault();
      this.events.onMenu(this.selected, placeOf(event, this.element));
      return;
    }
    const page = this.lines.pageSize * this.perLine;
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.perLine,
      ArrowDown: this.perLine,
      PageUp: -page,
      PageDown: page,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.key === 'Escape') this.events.onLeave();
    else if (steps[event.key] !== undefined && !event.altKey) this.choose(this.cursor + steps[event.key]!);
    else return;
    event.preventDefault();
  }

  private copy(): void {
    const { offset, length } = this.selected ?? { offset: 0, length: this.bytes.length };
    const chosen = this.bytes.subarray(offset, offset + length);
    this.events.onCopy(bytesText(chosen, 'hex'), t('{0} bytes', chosen.length));
  }
}

function createLine(): HTMLElement {
  const cells = (role?: string) =>
    Array.from({ length: MOST_PER_LINE }, () => el('span', { class: 'byte', ...(role && { role }) }));
  return el('div', { class: 'line', role: 'row' }, [
    el('span', { class: 'address', aria: { hidden: 'true' } }),
    el('span', { class: 'hex', role: 'presentation' }, cells('gridcell')),
    // The same bytes again: a screen reader reads them once.
    el('span', { class: 'ascii', aria: { hidden: 'true' } }, cells()),
  ]);
}

function covers(range: ByteRange | null, offset: number): boolean {
  return range !== null && offset >= range.offset && offset < range.offset + range.length;
}

function offsetOf(event: Event): number | null {
  const cell = (event.target as Element).closest<HTMLElement>('.byte');
  const offset = cell?.dataset['offset'];
  return offset === undefined ? null : Number(offset);
}
