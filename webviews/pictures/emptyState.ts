/** Shown in place of an empty picture: why it is empty, and how to fill it. */
import { t } from '../language.ts';
import { el, setText } from '../dom.ts';
import { button } from '../toolkit.ts';
import type { PictureCommand } from './messages.ts';
import type { Emptiness } from './picture.ts';

export class EmptyState {
  readonly element: HTMLElement;
  private readonly title = el('h2');
  private readonly text = el('p');
  private readonly buttons: HTMLElement;

  constructor(onRun: (command: PictureCommand) => void) {
    this.buttons = el('div', { class: 'buttons' }, [
      button({ label: t('Debug the Open Scenario'), primary: true, onClick: () => onRun('startDebugging') })
        .element,
      button({ label: t('Open Sample…'), onClick: () => onRun('openSample') }).element,
      button({ label: t('New Scenario'), onClick: () => onRun('newScenario') }).element,
    ]);
    this.element = el('div', { class: 'empty', role: 'status' }, [this.title, this.text, this.buttons]);
    this.show(undefined);
  }

  /** @param why undefined: nothing is empty; `noSessionFor`: no machine is debugged, and the picture would show this */
  show(why: Emptiness | { noSessionFor: string } | undefined): void {
    this.element.hidden = why === undefined;
    if (why === undefined) return;
    const isIdle = 'noSessionFor' in why;
    setText(this.title, isIdle ? t('Nothing to draw yet') : why.title);
    setText(this.text, isIdle ? t('{0} It moves while a program is debugged.', why.noSessionFor) : why.text);
    this.buttons.hidden = !isIdle;
  }
}
