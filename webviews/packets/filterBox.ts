/** The filter box, and below it the filter's error. */
import { el, setText } from '../dom.ts';
import { textField, type TextFieldControl } from '../toolkit.ts';

/** Milliseconds after the last key before a filter is applied. */
const PAUSE = 250;

export class FilterBox {
  readonly element: HTMLElement;
  private readonly field: TextFieldControl;
  private readonly error = el('div', { class: 'filter-error', role: 'alert' });
  private readonly onChange: (filter: string) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private applied = '';

  constructor(filter: string, onChange: (filter: string) => void, onDone: () => void) {
    this.onChange = onChange;
    this.applied = filter.trim();
    this.field = textField('Filter', 'Filter, e.g. tcp.port == 8080 and not tcp.flags.syn == 1', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.apply(), PAUSE);
    });
    this.field.value = filter;
    this.field.element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        this.apply();
        if (this.error.hidden) onDone();
      } else if (event.key === 'Escape') this.set('');
      else return;
      event.preventDefault();
    });
    this.error.hidden = true;
    this.element = el('div', { class: 'filter' }, [this.field.element, this.error]);
  }

  /** Set another filter and apply it. */
  set(filter: string): void {
    this.field.value = filter;
    this.apply();
  }

  /** Show an error with its position underlined, or clear it. */
  setError(message: string | null, position?: { start: number; end: number }): void {
    this.field.setInvalid(message !== null);
    this.error.hidden = message === null;
    this.error.replaceChildren();
    if (message === null) return;
    const text = this.applied;
    if (position && position.start < text.length) {
      const end = Math.max(position.end, position.start + 1);
      const wrong = el('mark', { text: text.slice(position.start, end) });
      this.error.append(
        el('code', {}, [new Text(text.slice(0, position.start)), wrong, new Text(text.slice(end))]),
        ' ',
      );
    }
    const words = el('span');
    setText(words, message);
    this.error.append(words);
  }

  focus(): void {
    this.field.focus();
  }

  private apply(): void {
    clearTimeout(this.timer);
    const filter = this.field.value.trim();
    if (filter === this.applied) return;
    this.applied = filter;
    this.onChange(filter);
  }
}
