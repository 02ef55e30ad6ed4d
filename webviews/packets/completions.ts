/** What can stand at the cursor of the filter, as a list under it. */
import { t } from '../language.ts';
import { el, icon, setAria } from '../dom.ts';
import type { FilterCompletion, ToPanelOf } from '../messages.ts';
import type { TextFieldControl } from '../toolkit.ts';

const ICONS: Readonly<Record<FilterCompletion['kind'], string>> = {
  field: 'symbol-field',
  protocol: 'symbol-namespace',
  operator: 'symbol-operator',
  value: 'symbol-constant',
  function: 'symbol-method',
};
const ID = 'filter-completions';

export class Completions {
  readonly element = el('div', {
    class: 'completions',
    id: ID,
    role: 'listbox',
    aria: { label: t('Completions') },
  });
  private readonly field: TextFieldControl;
  private readonly complete: (filter: string, cursor: number) => Promise<ToPanelOf<'completions'>>;
  private readonly onChosen: () => void;
  private answer: ToPanelOf<'completions'> | null = null;
  private active = -1;
  /** Answers to earlier questions are late. */
  private questions = 0;

  constructor(
    field: TextFieldControl,
    complete: (filter: string, cursor: number) => Promise<ToPanelOf<'completions'>>,
    onChosen: () => void,
  ) {
    this.field = field;
    this.complete = complete;
    this.onChosen = onChosen;
    this.element.hidden = true;
    // The field keeps the focus.
    this.element.addEventListener('mousedown', (event) => event.preventDefault());
    this.element.addEventListener('click', (event) => {
      const item = (event.target as Element).closest('[role=option]');
      const index = item ? [...this.element.children].indexOf(item) : -1;
      if (index >= 0) this.choose(index);
    });
  }

  /** Proposes what fits. @param asked without a word being written, too */
  async update(asked = false): Promise<void> {
    const question = ++this.questions;
    const { value, cursor } = this.field;
    if (!asked && !/[\w.]$/.test(value.slice(0, cursor))) return this.close();
    let answer: ToPanelOf<'completions'>;
    try {
      answer = await this.complete(value, cursor);
    } catch {
      // The filter's own error is told under it.
      return this.close();
    }
    if (question !== this.questions) return;
    const written = value.slice(answer.start, cursor);
    const isWritten = answer.items.length === 1 && answer.items[0]!.text === written;
    if (answer.items.length === 0 || isWritten) return this.close();
    this.answer = answer;
    // Enter applies the filter until the user has gone into the list.
    this.active = -1;
    this.show();
  }

  close(): void {
    this.questions++;
    this.answer = null;
    this.element.hidden = true;
    this.point();
  }

  /** @returns whether the key was for the list */
  key(event: KeyboardEvent): boolean {
    if (!this.answer) return false;
    const { length } = this.answer.items;
    if (event.key === 'ArrowDown') this.go((this.active + 1) % length);
    else if (event.key === 'ArrowUp') this.go((this.active <= 0 ? length : this.active) - 1);
    else if (event.key === 'Escape') this.close();
    else if (event.key === 'Tab' && !event.shiftKey) this.choose(Math.max(0, this.active));
    else if (event.key === 'Enter' && this.active >= 0) this.choose(this.active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private go(index: number): void {
    this.active = index;
    this.show();
    this.element.children[index]?.scrollIntoView({ block: 'nearest' });
  }

  private choose(index: number): void {
    const item = this.answer?.items[index];
    if (!this.answer || !item) return;
    const { start, end } = this.answer;
    const { value } = this.field;
    this.field.value = value.slice(0, start) + item.text + value.slice(end);
    this.field.cursor = start + item.text.length;
    this.close();
    this.onChosen();
  }

  private show(): void {
    this.element.hidden = false;
    this.element.replaceChildren(
      ...(this.answer?.items ?? []).map(({ text, kind, title }, index) => {
        const option = el(
          'div',
          {
            class: 'completion',
            role: 'option',
            id: `${ID}-${index}`,
            aria: { selected: String(index === this.active) },
          },
          [
            icon(ICONS[kind]),
            el('span', { class: 'completion-text', text }),
            el('span', { class: 'completion-title', text: title }),
          ],
        );
        option.classList.toggle('active', index === this.active);
        return option;
      }),
    );
    this.point();
  }

  /** Tells a screen reader about the list: its input keeps the focus. */
  private point(): void {
    const { input } = this.field;
    if (!input) return;
    const isOpen = !this.element.hidden;
    setAria(input, 'expanded', null);
    setAria(input, 'autocomplete', 'list');
    setAria(input, 'description', isOpen && this.active >= 0 ? this.spoken(this.active) : null);
  }

  private spoken(index: number): string {
    const item = this.answer?.items[index];
    return item ? `${item.text}, ${item.title}, ${index + 1} of ${this.answer?.items.length}` : '';
  }
}
