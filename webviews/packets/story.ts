/** What the machine knows of the selected packet: why it was sent, and what truly happened to it. */
import { t } from '../language.ts';
import { el, setAria, setText } from '../dom.ts';
import type { PacketStory } from '../messages.ts';
import { button } from '../toolkit.ts';

export interface StoryEvents {
  onGoToCause: () => void;
  onShowCauses: () => void;
}

export class Story {
  readonly element: HTMLElement;
  private readonly cause = el('span', { class: 'cause' });
  private readonly rest = el('ul', { class: 'rest' });
  private readonly buttons: HTMLElement;
  private readonly goTo: HTMLElement;

  constructor(events: StoryEvents) {
    this.goTo = button({
      label: t('Go to Its Cause'),
      icon: 'arrow-up',
      iconOnly: true,
      onClick: events.onGoToCause,
    }).element;
    const chain = button({
      label: t('Show What Led to It…'),
      icon: 'list-ordered',
      iconOnly: true,
      onClick: events.onShowCauses,
    }).element;
    this.buttons = el('span', { class: 'of-machine' }, [this.goTo, chain]);
    this.element = el('div', { class: 'story', role: 'note', aria: { label: t('What the machine knows') } }, [
      el('div', { class: 'line' }, [this.cause, this.buttons]),
      this.rest,
    ]);
    this.show(undefined);
  }

  show(story: PacketStory | undefined): void {
    this.element.hidden = story === undefined;
    const { cause = '', causedBy, drop, truth = [], wrong = [] } = story ?? {};
    setText(this.cause, cause);
    this.buttons.hidden = cause === '';
    const tooltip =
      causedBy === undefined
        ? t('Go to its cause: the code that decided to send it')
        : t('Go to its cause: packet {0}', causedBy);
    this.goTo.title = tooltip;
    setAria(this.goTo, 'label', tooltip);
    const lines = [
      ...(drop === undefined ? [] : [{ kind: 'drop', text: drop }]),
      ...truth.map((text) => ({ kind: 'truth', text })),
      ...wrong.map((text) => ({ kind: 'wrong', text })),
    ];
    this.rest.hidden = lines.length === 0;
    this.rest.replaceChildren(...lines.map(({ kind, text }) => el('li', { class: kind, text })));
  }
}
