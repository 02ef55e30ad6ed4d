/** The strip of tabs, by the pattern of the ARIA Authoring Practices: arrow keys move, and show at once. */
import { el, setAria } from './dom.ts';

export interface Tab<Id extends string> {
  id: Id;
  title: string;
  tooltip: string;
}

export class Tabs<Id extends string> {
  readonly element: HTMLElement;
  private readonly buttons = new Map<Id, HTMLElement>();

  /** @param label what they are tabs of. @param panel the id of the element that they switch */
  constructor(label: string, tabs: readonly Tab<Id>[], panel: string, onSelect: (id: Id) => void) {
    for (const { id, title, tooltip } of tabs) {
      const button = el('button', {
        class: 'tab',
        id: `tab-${id}`,
        role: 'tab',
        title: tooltip,
        text: title,
        aria: { controls: panel },
      });
      button.addEventListener('click', () => onSelect(id));
      this.buttons.set(id, button);
    }
    this.element = el('div', { class: 'tabs', role: 'tablist', aria: { label } }, [...this.buttons.values()]);
    this.element.addEventListener('keydown', (event) => {
      const ids = [...this.buttons.keys()];
      const at = ids.findIndex((id) => this.buttons.get(id) === event.target);
      const moves: Record<string, number> = {
        ArrowLeft: (at + ids.length - 1) % ids.length,
        ArrowRight: (at + 1) % ids.length,
        Home: 0,
        End: ids.length - 1,
      };
      const to = moves[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      onSelect(ids[to]!);
      this.buttons.get(ids[to]!)!.focus();
    });
  }

  select(selected: Id): void {
    for (const [id, button] of this.buttons) {
      setAria(button, 'selected', String(id === selected));
      button.tabIndex = id === selected ? 0 : -1;
    }
  }
}
