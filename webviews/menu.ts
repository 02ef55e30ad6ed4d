/** Context menus: a list of commands at a place of the page, for mouse, keyboard and screen readers. */
import { el, icon } from './dom.ts';

export interface MenuCommand {
  label: string;
  /** The key that does the same: `Ctrl+M`. */
  key?: string;
  /** A tick in front: a switch, or one of several choices. */
  checked?: boolean;
  /** One of several, of which one is chosen; otherwise a switch. */
  isChoice?: boolean;
  /** Shown, but cannot be run. */
  disabled?: boolean;
  run: () => void;
}
export interface Submenu {
  label: string;
  entries: readonly MenuEntry[];
}
export type MenuEntry = MenuCommand | Submenu | 'separator';

export interface MenuPlace {
  x: number;
  y: number;
}

/** Pixels between a menu and the edge of the page. */
const MARGIN = 2;

/** Where a menu opens: at the pointer, or for the keyboard under the element. */
export function placeOf(event: Event, element: Element): MenuPlace {
  if (event instanceof MouseEvent && (event.clientX !== 0 || event.clientY !== 0))
    return { x: event.clientX, y: event.clientY };
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left + 16, y: bottom };
}

/** Whether a key asks for the context menu. */
export function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
}

/**
 * Opens a menu. It closes when a command was chosen, with Escape, and when the user looks elsewhere; the focus then
 * returns to where it was.
 */
export function openMenu(label: string, entries: readonly MenuEntry[], place: MenuPlace): void {
  const focused = document.activeElement;
  const layer = el('div', { class: 'menu-layer' });
  const closed = new AbortController();
  const close = () => {
    closed.abort();
    layer.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  };
  // A press outside closes the menu and does nothing else.
  layer.addEventListener('pointerdown', (event) => {
    if (event.target !== layer) return;
    event.preventDefault();
    close();
  });
  layer.addEventListener('contextmenu', (event) => event.preventDefault());
  for (const type of ['blur', 'resize']) window.addEventListener(type, close, { signal: closed.signal });
  (document.querySelector('main') ?? document.body).append(layer);
  new Menu(label, entries, layer, close).openAt(place);
}

class Menu {
  private readonly element: HTMLElement;
  private readonly items: HTMLElement[] = [];
  private readonly layer: HTMLElement;
  private readonly close: () => void;
  private submenu: Menu | null = null;
  private readonly parentItem: HTMLElement | null;
  /** Signs that there are more entries than can be seen. */
  private readonly above = el('div', { class: 'menu-more above', aria: { hidden: 'true' } }, [
    icon('chevron-up'),
  ]);
  private readonly below = el('div', { class: 'menu-more below', aria: { hidden: 'true' } }, [
    icon('chevron-down'),
  ]);

  constructor(
    label: string,
    entries: readonly MenuEntry[],
    layer: HTMLElement,
    close: () => void,
    parentItem: HTMLElement | null = null,
  ) {
    this.layer = layer;
    this.close = close;
    this.parentItem = parentItem;
    this.element = el('div', { class: 'menu', role: 'menu', aria: { label } });
    this.element.append(this.above, ...entries.map((entry) => this.entry(entry)), this.below);
    this.element.addEventListener('scroll', () => this.showMore());
    this.element.addEventListener('keydown', (event) => this.key(event));
  }

  openAt({ x, y }: MenuPlace, besideOf?: DOMRect): void {
    const { element } = this;
    this.layer.append(element);
    const { width, height } = element.getBoundingClientRect();
    const right = x + width + MARGIN > window.innerWidth;
    const left = right && besideOf ? besideOf.left - width : Math.min(x, window.innerWidth - width - MARGIN);
    element.style.left = `${Math.max(MARGIN, left)}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(y, window.innerHeight - height - MARGIN))}px`;
    this.focusItem(0);
    this.showMore();
  }

  private showMore(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    this.above.classList.toggle('shown', scrollTop > 1);
    this.below.classList.toggle('shown', scrollTop + clientHeight < scrollHeight - 1);
  }

  private entry(entry: MenuEntry): HTMLElement {
    if (entry === 'separator') return el('div', { class: 'menu-separator', role: 'separator' });
    const isSubmenu = 'entries' in entry;
    const isTicked = !isSubmenu && entry.checked !== undefined;
    const role = !isTicked ? 'menuitem' : entry.isChoice ? 'menuitemradio' : 'menuitemcheckbox';
    const aria: Record<string, string> = {};
    if (isTicked) aria['checked'] = String(entry.checked);
    if (isSubmenu) Object.assign(aria, { haspopup: 'menu', expanded: 'false' });
    else if (entry.disabled) aria['disabled'] = 'true';
    const tick = isTicked && entry.checked ? icon('check') : el('span', { class: 'codicon' });
    const item = el('div', { class: 'menu-item', role, tab: -1, aria }, [
      tick,
      el('span', { class: 'menu-label', text: entry.label }),
    ]);
    if (isSubmenu) item.append(icon('chevron-right'));
    else if (entry.key !== undefined) {
      item.append(el('span', { class: 'menu-key', text: entry.key, aria: { hidden: 'true' } }));
      item.setAttribute('aria-keyshortcuts', entry.key.replace('Ctrl', 'Control'));
    }
    const run = (): void => {
      if (isSubmenu) return this.openSubmenu(entry, item);
      if (entry.disabled) return;
      this.close();
      entry.run();
    };
    item.addEventListener('click', run);
    item.addEventListener('pointerenter', () => {
      this.closeSubmenu();
      item.focus({ preventScroll: true });
      if (isSubmenu) this.openSubmenu(entry, item, false);
    });
    item.addEventListener('keydown', (event) => {
      const opens = event.key === 'Enter' || event.key === ' ' || (isSubmenu && event.key === 'ArrowRight');
      if (!opens) return;
      event.preventDefault();
      event.stopPropagation();
      run();
    });
    this.items.push(item);
    return item;
  }

  private openSubmenu({ label, entries }: Submenu, item: HTMLElement, takesFocus = true): void {
    this.closeSubmenu();
    const box = item.getBoundingClientRect();
    item.setAttribute('aria-expanded', 'true');
    this.submenu = new Menu(label, entries, this.layer, this.close, item);
    this.submenu.openAt({ x: box.right, y: box.top }, box);
    if (!takesFocus) item.focus({ preventScroll: true });
  }

  private closeSubmenu(): void {
    this.submenu?.closeSubmenu();
    this.submenu?.element.remove();
    this.submenu?.parentItem?.setAttribute('aria-expanded', 'false');
    this.submenu = null;
  }

  private focusItem(index: number): void {
    const { length } = this.items;
    this.items[(index + length) % length]?.focus();
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    const at = this.items.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, () => void> = {
      ArrowDown: () => this.focusItem(at + 1),
      ArrowUp: () => this.focusItem(at < 0 ? -1 : at - 1),
      Home: () => this.focusItem(0),
      End: () => this.focusItem(-1),
      ArrowLeft: () => this.back(),
      Escape: () => (this.parentItem ? this.back() : this.close()),
      Tab: () => this.close(),
    };
    const move = moves[event.key] ?? (event.key.length === 1 ? () => this.findLetter(event.key, at) : null);
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  }

  /** Out of a submenu, to the item that opened it. */
  private back(): void {
    if (!this.parentItem) return;
    const item = this.parentItem;
    this.closeSubmenu();
    this.element.remove();
    item.setAttribute('aria-expanded', 'false');
    item.focus();
  }

  private findLetter(letter: string, at: number): void {
    const { items } = this;
    const begins = (item: HTMLElement | undefined) =>
      item?.querySelector('.menu-label')?.textContent.toLowerCase().startsWith(letter.toLowerCase());
    for (let step = 1; step <= items.length; step++) {
      const index = (at + step + items.length) % items.length;
      if (!begins(items[index])) continue;
      this.focusItem(index);
      return;
    }
  }
}
