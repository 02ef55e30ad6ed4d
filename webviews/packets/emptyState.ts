/** Shown in place of an empty list: why it is empty, and how to fill it. */
import { t } from '../language.ts';
import { el, setText } from '../dom.ts';
import type { StartCommand } from '../messages.ts';
import { button } from '../toolkit.ts';

export type Emptiness =
  | 'no session'
  | 'nothing yet'
  | 'nothing sent'
  | 'nothing matches'
  | 'nothing matched'
  | 'reading'
  | 'nothing in the file'
  | 'nothing matches in the file';

export interface EmptyStateEvents {
  onStart: (command: StartCommand) => void;
  onClearFilter: () => void;
}

const WORDS: Record<Emptiness, [title: string, text: string]> = {
  'no session': [
    t('No packets yet'),
    t(
      'Debug a scenario or a Node program, and every frame that its network stack sends appears here, taken apart layer by layer.',
    ),
  ],
  'nothing yet': [
    t('No packets yet'),
    t('They appear here as soon as the program sends something: continue, or step on.'),
  ],
  'nothing sent': [t('No packets'), t('The run has ended, and it has sent nothing.')],
  'nothing matches': [
    t('No packet matches this filter'),
    t('Packets that match will appear here when they are sent.'),
  ],
  'nothing matched': [t('No packet matches this filter'), t('The run has ended.')],
  reading: [t('Reading the file…'), t('Its packets appear here.')],
  'nothing in the file': [t('No packets'), t('The file has none that can be read.')],
  'nothing matches in the file': [t('No packet matches this filter'), t('The file has no such packet.')],
};

export class EmptyState {
  readonly element: HTMLElement;
  private readonly title = el('h2');
  private readonly text = el('p');
  private readonly buttons: Record<Emptiness, HTMLElement[]>;
  private shown: Emptiness | null = null;

  constructor({ onStart, onClearFilter }: EmptyStateEvents) {
    const start = (label: string, command: StartCommand, primary = false) =>
      button({ label, primary, onClick: () => onStart(command) }).element;
    this.buttons = {
      'no session': [
        start(t('Debug the Open Scenario'), 'startDebugging', true),
        start(t('Debug Node Program…'), 'debugNode'),
        start(t('Open Sample…'), 'openSample'),
        start(t('New Scenario'), 'newScenario'),
      ],
      'nothing yet': [],
      'nothing sent': [start(t('Run Again'), 'startDebugging', true)],
      'nothing matches': [button({ label: t('Clear the Filter'), onClick: onClearFilter }).element],
      'nothing matched': [button({ label: t('Clear the Filter'), onClick: onClearFilter }).element],
      reading: [],
      'nothing in the file': [],
      'nothing matches in the file': [
        button({ label: t('Clear the Filter'), onClick: onClearFilter }).element,
      ],
    };
    const buttons = el('div', { class: 'buttons' }, Object.values(this.buttons).flat());
    this.element = el('div', { class: 'empty', role: 'status' }, [this.title, this.text, buttons]);
    this.show(null);
  }

  show(emptiness: Emptiness | null): void {
    this.element.hidden = emptiness === null;
    if (emptiness === null || emptiness === this.shown) return;
    this.shown = emptiness;
    const [title, text] = WORDS[emptiness];
    setText(this.title, title);
    setText(this.text, text);
    for (const [one, buttons] of Object.entries(this.buttons))
      for (const element of buttons) element.hidden = one !== emptiness;
  }
}
