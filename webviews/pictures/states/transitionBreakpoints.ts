/** Which transitions the machine stops at, as the extension has told. */
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
  const where = source === 'breakpointsView' ? 'in the Breakpoints view' : 'with "Break On…"';
  const when = condition === '' ? 'at each transition' : `when ${condition}`;
  const isOwn = source === 'breakOn' && !isNarrowed && arrow.from === from && arrow.to === to;
  return isOwn
    ? 'The machine stops here. Click to clear that.'
    : `The machine stops ${when}, as set ${where}.`;
}
