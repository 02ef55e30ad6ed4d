/** How far a filter has come that takes longer than one answer, and the button that stops it. */
import { el, setText } from '../dom.ts';
import { t } from '../language.ts';
import { button } from '../toolkit.ts';

export class FilterProgress {
  readonly element: HTMLElement;
  private readonly text = el('span', { class: 'status' });
  private readonly control;
  /** The user has stopped it: what was found stays. */
  isStopped = false;

  /** @param onGoOn the filter is to test the rest */
  constructor(onGoOn: () => void) {
    this.control = button({
      label: t('Stop'),
      tooltip: t('Stop filtering: the packets found so far stay'),
      onClick: () => {
        this.stop(!this.isStopped);
        if (!this.isStopped) onGoOn();
      },
    });
    this.element = el('span', { class: 'progress' }, [this.text, this.control.element]);
    this.show(undefined);
  }

  /** Another filter, or other packets. */
  begin(): void {
    this.stop(false);
  }

  show(filtering: { done: number; of: number } | undefined): void {
    this.element.hidden = filtering === undefined;
    if (filtering) setText(this.text, t('{0} % filtered', Math.floor((100 * filtering.done) / filtering.of)));
  }

  private stop(isStopped: boolean): void {
    this.isStopped = isStopped;
    this.control.setLabel(isStopped ? t('Go On') : t('Stop'));
  }
}
