/** The bytes of a packet: those of the frame, and of what was put together from several, a tab each. */
import { t } from '../language.ts';
import { el } from '../dom.ts';
import type { MenuPlace } from '../menu.ts';
import type { PacketBytes } from '../messages.ts';
import { Tabs } from '../tabs.ts';
import { BytesView, type ByteRange } from './bytesView.ts';
import { decoded } from './menus/bytesText.ts';

/** A range in one of the packet's byte sources; in the frame if `source` is omitted. */
export interface SourceRange extends ByteRange {
  source?: number | undefined;
}

export interface BytesPaneEvents {
  /** The user selected a byte. */
  onSelect: (source: number, offset: number) => void;
  /** The pointer is over a byte, or over none. */
  onHover: (source: number, offset: number | null) => void;
  onCopy: (text: string, what: string) => void;
  /** @param range the marked bytes */
  onMenu: (range: SourceRange, place: MenuPlace) => void;
  /** Escape: back to the list. */
  onLeave: () => void;
}

const VIEW = 'packet-bytes';

export class BytesPane {
  readonly element: HTMLElement;
  private readonly view: BytesView;
  private readonly strip = el('div', { class: 'strip' });
  private tabs: Tabs<string> | null = null;
  private sources: Uint8Array<ArrayBuffer>[] = [];
  /** The source that is shown. */
  private shown = 0;

  constructor({ onSelect, onHover, onMenu, ...events }: BytesPaneEvents) {
    this.view = new BytesView({
      ...events,
      onSelect: (offset) => onSelect(this.shown, offset),
      onHover: (offset) => onHover(this.shown, offset),
      onMenu: (range, place) => {
        const all = { offset: 0, length: this.sources[this.shown]?.length ?? 0 };
        onMenu({ ...(range ?? all), source: this.shown }, place);
      },
    });
    this.view.element.id = VIEW;
    this.element = el('div', { class: 'bytes-pane' }, [this.strip, this.view.element]);
  }

  show(sources: readonly PacketBytes[]): void {
    this.sources = sources.map(decoded);
    const tabs = sources.map(({ name }, at) => ({
      id: String(at),
      title: `${name} (${bytesText(this.sources[at]!.length)})`,
      tooltip:
        at === 0 ? t('The bytes of the frame') : t('Bytes that were put together from several packets'),
    }));
    this.strip.hidden = sources.length < 2;
    this.tabs = new Tabs(t('Bytes'), tabs, VIEW, (id) => {
      this.view.select(null);
      this.turnTo(Number(id));
    });
    this.strip.replaceChildren(this.tabs.element);
    this.turnTo(0);
  }

  /** Mark the bytes of the selected field, and scroll to them. */
  select(range: SourceRange | null): void {
    const source = range?.source ?? 0;
    if (range && range.length > 0 && source !== this.shown) this.turnTo(source);
    this.view.select(range);
  }

  /** Mark the bytes of the field under the pointer, if they are shown. */
  hover(range: SourceRange | null): void {
    this.view.hover(range && (range.source ?? 0) === this.shown ? range : null);
  }

  private turnTo(source: number): void {
    this.shown = source;
    this.tabs?.select(String(source));
    this.view.show(this.sources[source] ?? new Uint8Array());
  }
}

function bytesText(count: number): string {
  return count === 1 ? t('{0} byte', count) : t('{0} bytes', count);
}
