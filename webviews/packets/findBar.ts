/** Finds packets in the list: by display filter, by text in a row, by text or bytes in the packet. */
import { t } from '../language.ts';
import { el, icon, setText } from '../dom.ts';
import { FIND_WHAT, type FindWhat } from '../messages.ts';
import { button, textField, type TextFieldControl } from '../toolkit.ts';

export interface FindBarEvents {
  /** Resolves with what to tell the user; empty if a packet was found. */
  onFind: (what: FindWhat, text: string, backwards: boolean) => Promise<string>;
  onClose: () => void;
}

const TITLES: Readonly<Record<FindWhat, string>> = {
  row: t('Text in the list'),
  filter: t('Display filter'),
  text: t('Text in the bytes'),
  hex: t('Bytes in hexadecimal'),
};
const EXAMPLES: Readonly<Record<FindWhat, string>> = {
  row: t('Find text, e.g. SYN'),
  filter: t('Find, e.g. tcp.len > 1000'),
  text: t('Find text in packets, e.g. GET /'),
  hex: t('Find bytes, e.g. 0d 0a 0d 0a'),
};

export class FindBar {
  readonly element: HTMLElement;
  private readonly events: FindBarEvents;
  private readonly field: TextFieldControl;
  private readonly choice = document.createElement('select');
  private readonly message = el('span', { class: 'find-message', role: 'status' });
  /** Answers to earlier searches say nothing any more. */
  private searches = 0;

  constructor(events: FindBarEvents) {
    this.events = events;
    this.field = textField(t('Find'), EXAMPLES.row, () => setText(this.message, ''));
    this.choice.setAttribute('aria-label', t('Where to look'));
    this.choice.append(...(Object.keys(TITLES) as FindWhat[]).map((what) => new Option(TITLES[what], what)));
    this.choice.addEventListener('change', () => this.field.setPlaceholder(EXAMPLES[this.what]));
    const step = (label: string, glyph: string, backwards: boolean, key: string) =>
      button({
        label,
        icon: glyph,
        iconOnly: true,
        tooltip: `${label} (${key})`,
        onClick: () => void this.find(backwards),
      }).element;
    this.element = el('search', { class: 'find-bar', aria: { label: t('Find a packet') } }, [
      icon('search'),
      this.field.element,
      this.choice,
      step(t('Previous packet'), 'arrow-up', true, 'Shift+Enter'),
      step(t('Next packet'), 'arrow-down', false, 'Enter'),
      this.message,
      button({ label: t('Close'), icon: 'close', iconOnly: true, onClick: () => this.close() }).element,
    ]);
    this.element.hidden = true;
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
      else if (event.key === 'Enter' && (event.target as Element).closest('vscode-text-field'))
        void this.find(event.shiftKey);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    this.element.hidden = false;
    this.field.focus();
    this.field.selectAll();
  }

  /** @param backwards towards the beginning of the list */
  async find(backwards: boolean): Promise<void> {
    if (this.field.value === '') return this.open();
    const search = ++this.searches;
    setText(this.message, t('Searching…'));
    const message = await this.events.onFind(this.what, this.field.value, backwards);
    if (search !== this.searches) return;
    setText(this.message, message);
    this.field.setInvalid(message !== '');
  }

  private get what(): FindWhat {
    return FIND_WHAT.find((one) => one === this.choice.value) ?? 'row';
  }

  private close(): void {
    this.searches++;
    this.element.hidden = true;
    this.events.onClose();
  }
}
