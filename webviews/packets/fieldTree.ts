/** The layers of a packet as a tree: a flat list of the open items, with their depth. */
import { t } from '../language.ts';
import { el, icon, setAria } from '../dom.ts';
import { isMenuKey, placeOf, type MenuPlace } from '../menu.ts';
import type { PacketField } from '../messages.ts';

/** An item of the tree: a layer or a field. */
export interface TreeNode {
  label: string;
  /** `Source Port` */
  title: string;
  /** `8080`; empty for a heading. */
  value: string;
  /** Its filter name, and which of the field's values in this packet it is. */
  field: string | undefined;
  occurrence: number;
  /** The packet that it leads to. */
  frame: number | undefined;
  /** Whose bytes it has: an index of the packet's byte sources. */
  source: number;
  offset: number;
  length: number;
  level: number;
  /** Names from the layer down, to find the same item in another packet. */
  path: string;
  parent: TreeNode | null;
  children: TreeNode[];
}

export interface FieldTreeEvents {
  /** The user selected an item. */
  onSelect: (node: TreeNode) => void;
  /** The pointer is over an item, or over none. */
  onHover: (node: TreeNode | null) => void;
  onCopy: (text: string) => void;
  onMenu: (node: TreeNode, place: MenuPlace) => void;
  /** The user follows a line that leads to another packet. */
  onFollow: (frame: number) => void;
  /** Escape: back to the list. */
  onLeave: () => void;
}

export class FieldTree {
  readonly element = el('div', {
    class: 'tree',
    role: 'tree',
    tab: 0,
    aria: { label: t('Layers of the packet') },
  });
  private readonly events: FieldTreeEvents;
  private roots: TreeNode[] = [];
  private visible: TreeNode[] = [];
  /** Expanded items by path; kept when another packet is shown. */
  private readonly open = new Set<string>();
  private selected: TreeNode | null = null;
  private hovered: TreeNode | null = null;

  constructor(events: FieldTreeEvents) {
    this.events = events;
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('click', (event) => this.click(event));
    this.element.addEventListener('mouseover', (event) => events.onHover(this.nodeOf(event)));
    this.element.addEventListener('mouseleave', () => events.onHover(null));
    this.element.addEventListener('contextmenu', (event) => {
      const node = this.nodeOf(event);
      if (!node) return;
      event.preventDefault();
      if (node !== this.selected) this.choose(node);
      events.onMenu(node, placeOf(event, this.element));
    });
  }

  show(layers: readonly PacketField[]): void {
    const selectedPath = this.selected?.path;
    this.roots = fieldNodes(layers, null);
    // The innermost protocol is the most interesting: it is expanded initially.
    if (this.open.size === 0) {
      const inner = this.roots.findLast(({ field }) => field !== 'data');
      if (inner) this.open.add(inner.path);
    }
    this.hovered = null;
    this.selected = selectedPath === undefined ? null : this.find((node) => node.path === selectedPath);
    this.render();
  }

  get selection(): TreeNode | null {
    return this.selected;
  }

  /** The innermost item that covers a byte, except the frame's own layer, which covers everything. */
  nodeAt(source: number, offset: number): TreeNode | null {
    let best: TreeNode | null = null;
    const visit = (node: TreeNode): void => {
      const isInside = offset >= node.offset && offset < node.offset + node.length;
      if (node.source === source && isInside && (!best || node.length <= best.length)) best = node;
      node.children.forEach(visit);
    };
    this.roots.filter(({ field }) => field !== 'frame').forEach(visit);
    return best;
  }

  /** Select an item, expanding its ancestors. */
  select(node: TreeNode | null): void {
    this.selected = node;
    for (let up = node?.parent; up; up = up.parent) this.open.add(up.path);
    this.render();
    this.elementOf(node)?.scrollIntoView({ block: 'nearest' });
  }

  /** Mark the item under the pointer, or its innermost visible ancestor. */
  hover(node: TreeNode | null): void {
    let shown = node;
    while (shown && !this.visible.includes(shown)) shown = shown.parent;
    this.elementOf(this.hovered)?.classList.remove('hovered');
    this.elementOf(shown)?.classList.add('hovered');
    this.hovered = shown;
  }

  focus(): void {
    if (!this.selected && this.visible[0]) this.choose(this.visible[0]);
    this.element.focus({ preventScroll: true });
  }

  private render(): void {
    this.visible = [];
    const visit = (nodes: TreeNode[]): void => {
      for (const node of nodes) {
        this.visible.push(node);
        if (this.open.has(node.path)) visit(node.children);
      }
    };
    visit(this.roots);
    this.element.replaceChildren(...this.visible.map((node, index) => this.item(node, index)));
    setAria(this.element, 'activedescendant', this.elementOf(this.selected)?.id ?? null);
  }

  private item(node: TreeNode, index: number): HTMLElement {
    const siblings = node.parent?.children ?? this.roots;
    const aria: Record<string, string> = {
      level: String(node.level),
      selected: String(node === this.selected),
      setsize: String(siblings.length),
      posinset: String(siblings.indexOf(node) + 1),
    };
    const isOpen = this.open.has(node.path);
    if (node.children.length) aria['expanded'] = String(isOpen);
    const twistie = node.children.length
      ? icon(isOpen ? 'chevron-down' : 'chevron-right')
      : el('span', { class: 'codicon' });
    const item = el(
      'div',
      { class: 'item', role: 'treeitem', id: `field-${index}`, aria, title: node.label },
      [twistie, el('span', { class: 'label', text: node.label })],
    );
    if (node.frame !== undefined) {
      item.classList.add('link');
      item.title = t('{0} (Ctrl+Enter or a double click goes to packet {1})', node.label, node.frame);
    }
    item.classList.toggle('layer', node.level === 1);
    item.classList.toggle('selected', node === this.selected);
    item.classList.add(`level-${Math.min(node.level, 6)}`);
    return item;
  }

  private choose(node: TreeNode): void {
    this.select(node);
    this.events.onSelect(node);
  }

  private toggle(node: TreeNode, open = !this.open.has(node.path)): void {
    if (open) this.open.add(node.path);
    else this.open.delete(node.path);
    this.render();
  }

  private click(event: MouseEvent): void {
    const node = this.nodeOf(event);
    if (!node) return;
    const onTwistie = (event.target as Element).classList.contains('codicon');
    if (node.frame !== undefined && event.detail === 2) return this.events.onFollow(node.frame);
    if (node.children.length && (onTwistie || event.detail === 2)) this.toggle(node);
    this.choose(node);
  }

  private key(event: KeyboardEvent): void {
    const node = this.selected;
    if ((event.ctrlKey || event.metaKey) && event.key === 'c') {
      if (node) this.events.onCopy(node.label);
      event.preventDefault();
      return;
    }
    if (node && isMenuKey(event)) {
      event.preventDefault();
      this.events.onMenu(node, placeOf(event, this.elementOf(node) ?? this.element));
      return;
    }
    if (node?.frame !== undefined && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return this.events.onFollow(node.frame);
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = node ? this.visible.indexOf(node) : -1;
    const go = (index: number) => {
      const target = this.visible[Math.min(Math.max(0, index), this.visible.length - 1)];
      if (target) this.choose(target);
    };
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(this.visible.length - 1),
      PageDown: () => go(at + 10),
      PageUp: () => go(at - 10),
      ArrowRight: () => {
        if (!node?.children.length) return;
        if (this.open.has(node.path)) go(at + 1);
        else this.toggle(node, true);
      },
      ArrowLeft: () => {
        if (node && this.open.has(node.path) && node.children.length) this.toggle(node, false);
        else if (node?.parent) this.choose(node.parent);
      },
      Enter: () => node?.children.length && this.toggle(node),
      ' ': () => node?.children.length && this.toggle(node),
      Escape: () => this.events.onLeave(),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  private nodeOf(event: Event): TreeNode | null {
    const item = (event.target as Element).closest('.item');
    const index = item ? [...this.element.children].indexOf(item) : -1;
    return this.visible[index] ?? null;
  }

  private elementOf(node: TreeNode | null): Element | undefined {
    return node ? this.element.children[this.visible.indexOf(node)] : undefined;
  }

  private find(test: (node: TreeNode) => boolean): TreeNode | null {
    const search = (nodes: TreeNode[]): TreeNode | null => {
      for (const node of nodes) {
        const found = test(node) ? node : search(node.children);
        if (found) return found;
      }
      return null;
    };
    return search(this.roots);
  }
}

function fieldNodes(fields: readonly PacketField[], parent: TreeNode | null): TreeNode[] {
  const seen = new Map<string, number>();
  return fields.map((line) => {
    const { text, title, value = '', field, occurrence = 0, frame, source = 0, offset, length } = line;
    // Headings have texts that change from packet to packet, and so do titles. Two NOPs are told apart by number.
    const name = field ?? title;
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const path = `${parent?.path ?? ''}/${name}${times ? `#${times}` : ''}`;
    const level = (parent?.level ?? 0) + 1;
    const own = { label: text, title, value, field, occurrence, frame, source, offset, length };
    const node: TreeNode = { ...own, level, path, parent, children: [] };
    node.children = fieldNodes(line.children ?? [], node);
    return node;
  });
}
