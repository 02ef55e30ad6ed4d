// The state diagram's breakpoints: what "Break On…" and the Breakpoints view say about TCP state transitions.
import * as vscode from 'vscode';
import { arrowsOf, withArrowToggled } from '../../debug-adapter/filters/transitionText.ts';
import type { ArmedArrow } from '../../webviews/pictures/messages.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import type { Sessions } from '../session.ts';

export class TransitionBreakpoints {
  readonly #sessions: Sessions;
  readonly #chooser: BreakOnChooser;

  constructor(sessions: Sessions, chooser: BreakOnChooser) {
    this.#sessions = sessions;
    this.#chooser = chooser;
  }

  get armed(): ArmedArrow[] {
    const own = this.#own;
    const listed = this.#sessions.transitionFilter;
    return [
      ...(own === undefined ? [] : armedBy('breakOn', own)),
      ...(listed === undefined ? [] : armedBy('breakpointsView', listed)),
    ];
  }

  /** Stops at a transition from now on, or does so no more. */
  async toggle(from: string, to: string): Promise<void> {
    const own = this.#own;
    const blocking = this.armed.find(
      (arrow) => !arrow.isNarrowed && (arrow.from ?? from) === from && (arrow.to ?? to) === to,
    );
    const isOwn = blocking?.source === 'breakOn' && blocking.from === from && blocking.to === to;
    if (blocking !== undefined && !isOwn) return offerChange(blocking, from, to);
    await this.#chooser.set('transition', withArrowToggled(own, from, to));
  }

  /** The condition of "Break On…" for transitions; undefined: it does not stop at any. */
  get #own(): string | undefined {
    const session = this.#sessions.current;
    return (session && !session.past ? session.breakOn : this.#chooser.chosen)['transition'];
  }
}

function armedBy(source: ArmedArrow['source'], condition: string): ArmedArrow[] {
  return arrowsOf(condition).map((arrow) => ({ ...arrow, source, condition }));
}

/** The transition is stopped at for a reason that is not this arrow's own. */
async function offerChange({ source, condition }: ArmedArrow, from: string, to: string): Promise<void> {
  const isListed = source === 'breakpointsView';
  const place = isListed ? vscode.l10n.t('Breakpoints View') : vscode.l10n.t('Break On…');
  const when = condition === '' ? vscode.l10n.t('each transition') : condition;
  const answer = await vscode.window.showInformationMessage(
    isListed
      ? vscode.l10n.t(
          'The machine stops at {0} → {1} already: "TCP state transition" is ticked in the Breakpoints view, for {2}. Change it there.',
          from,
          to,
          when,
        )
      : vscode.l10n.t(
          'The machine stops at {0} → {1} already: "TCP state transition" is ticked with "Break On…", for {2}. Change it there.',
          from,
          to,
          when,
        ),
    place,
  );
  if (answer === place)
    await vscode.commands.executeCommand(
      isListed ? 'workbench.debug.action.focusBreakpointsView' : 'sockscope.breakOn',
    );
}
