/** The filter box with completions and history, and below it the filter's error. */
import { t } from '../language.ts';
import { el, setText } from '../dom.ts';
import type { ToPanelOf } from '../messages.ts';
import { button, textField, type TextFieldControl } from '../toolkit.ts';
import { Completions } from './completions.ts';
import { openMenu } from '../menu.ts';

/** Milliseconds after the last key before a filter is applied. */
const PAUSE = 150;

export interface FilterBoxEvents {
  onChange: (filter: string) => void;
  /** Enter: to the list. */
  onDone: () => void;
  complete: (filter: string, cursor: number) => Promise<ToPanelOf<'completions'>>;
  /** Filters that were used, the newest first. */
  history: () => readonly string[];
  /** The filter is used: it belongs into the history. */
  onUsed: (filter: string) => void;
}

export class FilterBox {
  readonly element: HTMLElement;
  private readonly field: TextFieldControl;
  private readonly error = el('div', { class: 'filter-error', role: 'alert' });
  private readonly events: FilterBoxEvents;
  private readonly completions: Completions;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private applied = '';
  /** Place in the history; -1 is what the user has written. */
  private past = -1;
  private written = '';

  constructor(filter: string, events: FilterBoxEvents) {
    this.events = events;
    this.applied = filter.trim();
    this.field = textField(t('Filter'), t('Filter, e.g. tcp.port == 8080 and not tcp.flags.syn == 1'), () => {
      this.past = -1;
      this.applySoon();
      void this.completions.update();
    });
    this.field.value = filter;
    this.completions = new Completions(this.field, events.complete, () => this.applySoon());
    this.field.element.addEventListener('keydown', (event) => this.key(event));
    this.field.element.addEventListener('blur', () => this.completions.close());
    const history = button({
      label: t('Filters used before'),
      icon: 'history',
      iconOnly: true,
      tooltip: t('Filters used before (arrow keys in the filter)'),
      onClick: () => this.openHistory(history.element),
    });
    this.error.hidden = true;
    this.element = el('div', { class: 'filter' }, [
      el('div', { class: 'filter-field' }, [this.field.element, history.element, this.completions.element]),
      this.error,
    ]);
  }

  get value(): string {
    return this.applied;
  }

  /** Set another filter and apply it. */
  set(filter: string): void {
    this.field.value = filter;
    this.completions.close();
    this.apply();
    if (this.applied) this.events.onUsed(this.applied);
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

  private key(event: KeyboardEvent): void {
    if (this.completions.key(event)) return;
    if (event.key === ' ' && event.ctrlKey) void this.completions.update(true);
    else if (event.key === 'ArrowUp') this.remember(this.past + 1);
    else if (event.key === 'ArrowDown') this.remember(this.past - 1);
    else if (event.key === 'Enter') {
      this.completions.close();
      this.apply();
      if (this.error.hidden) {
        if (this.applied) this.events.onUsed(this.applied);
        this.events.onDone();
      }
    } else if (event.key === 'Escape') this.set('');
    else return;
    event.preventDefault();
  }

  /** Goes through the history; what was being written stays at its end. */
  private remember(to: number): void {
    const history = this.events.history();
    if (to < -1 || to >= history.length) return;
    if (this.past === -1) this.written = this.field.value;
    this.past = to;
    this.field.value = to === -1 ? this.written : history[to]!;
    this.applySoon();
  }

  private openHistory(at: HTMLElement): void {
    const { left, bottom } = at.getBoundingClientRect();
    const entries = this.events.history().map((filter) => ({ label: filter, run: () => this.set(filter) }));
    const empty = [{ label: t('No filter was used yet'), disabled: true, run: () => undefined }];
    openMenu(t('Filters used before'), entries.length ? entries : empty, { x: left, y: bottom });
  }

  private applySoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.apply(), PAUSE);
  }

  private apply(): void {
    clearTimeout(this.timer);
    const filter = this.field.value.trim();
    if (filter === this.applied) return;
    this.applied = filter;
    this.events.onChange(filter);
  }
}
