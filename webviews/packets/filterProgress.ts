/**
 * How far a filter has come that takes longer than one answer, and the button that stops it. Without a filter the same
 * is told of packets that are still to be decoded.
 */
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

  /** @param hasFilter else packets are decoded, which the list needs */
  show(filtering: { done: number; of: number } | undefined, hasFilter = true): void {
    this.element.hidden = filtering === undefined;
    this.control.element.hidden = !hasFilter;
    if (!filtering) return;
    const percent = Math.floor((100 * filtering.done) / filtering.of);
    setText(this.text, hasFilter ? t('{0} % filtered', percent) : t('{0} % decoded', percent));
  }

  private stop(isStopped: boolean): void {
    this.isStopped = isStopped;
    this.control.setLabel(isStopped ? t('Go On') : t('Stop'));
  }
}
