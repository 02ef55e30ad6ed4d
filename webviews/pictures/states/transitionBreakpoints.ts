/** Which transitions the machine stops at, as the extension has told. */
import { t } from '../../language.ts';
import type { ArmedArrow } from '../messages.ts';

export interface TransitionBreakpoint {
  /** Only at some of these transitions. */
  isNarrowed: boolean;
  /** A sentence about it: where it was set, and how it is changed. */
  text: string;
}

export class TransitionBreakpoints {
  readonly armed: readonly ArmedArrow[];

  constructor(armed: readonly ArmedArrow[] = []) {
    this.armed = armed;
  }

  /** The breakpoint that stops at a transition; one that always does comes first. */
  at(from: string, to: string): TransitionBreakpoint | undefined {
    const matching = this.armed.filter((arrow) => (arrow.from ?? from) === from && (arrow.to ?? to) === to);
    const found = matching.find(({ isNarrowed }) => !isNarrowed) ?? matching[0];
    return found && { isNarrowed: found.isNarrowed, text: sentence(found, from, to) };
  }
}

function sentence({ source, condition, isNarrowed, ...arrow }: ArmedArrow, from: string, to: string): string {
  const where = source === 'breakpointsView' ? t('in the Breakpoints view') : t('with "Break On…"');
  const when = condition === '' ? t('at each transition') : t('when {0}', condition);
  const isOwn = source === 'breakOn' && !isNarrowed && arrow.from === from && arrow.to === to;
  return isOwn
    ? t('The machine stops here. Click to clear that.')
    : t('The machine stops {0}, as set {1}.', when, where);
}
