// A moment of the run by its event number, as the status bar, the pictures and traces show it, or by a line of output.
import * as vscode from 'vscode';
import type { GoToOutputArguments, OutputLine } from '../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from './session.ts';
import { showError } from './showError.ts';

export function registerGoToEvent(sessions: Sessions): vscode.Disposable {
  return vscode.Disposable.from(registerByNumber(sessions), registerByOutput(sessions));
}

/** What programs have written, newest first: each line leads to where it was written. */
function registerByOutput(sessions: Sessions): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.goToOutput', async () => {
    const session = sessions.current;
    if (session === undefined || session.running) return;
    try {
      const { lines, isCut } = await session.request('sockscope/output', {});
      if (lines.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('No program has written anything yet.'));
        return;
      }
      const chosen = await vscode.window.showQuickPick(lines.toReversed().map(outputItem), {
        title: vscode.l10n.t('Go to Line of Output'),
        placeHolder: isCut
          ? vscode.l10n.t('Newest first; not every line is listed')
          : vscode.l10n.t('Newest first'),
        matchOnDescription: true,
      });
      if (chosen !== undefined)
        await session.request('sockscope/goToOutput', { event: chosen.event, index: chosen.index });
    } catch (error) {
      showError(error);
    }
  });
}
function outputItem({
  text,
  process,
  pid,
  stream,
  timeNs,
  event,
  index,
}: OutputLine): vscode.QuickPickItem & GoToOutputArguments {
  const moment = vscode.l10n.t('t = {0} s, event {1}', (timeNs / 1e9).toFixed(6), event);
  return {
    label: stream === 'stderr' ? `$(error) ${text}` : text,
    description: `${process} [${pid}] · ${moment}`,
    event,
    index,
  };
}

function registerByNumber(sessions: Sessions): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.goToEvent', async () => {
    const session = sessions.current;
    if (session === undefined || session.running) return;
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('Go to Event'),
      prompt: vscode.l10n.t('The number of a moment of this run, as the status bar shows it'),
      validateInput: (text) =>
        /^\s*\d+\s*$/.test(text) ? undefined : vscode.l10n.t('Write a whole number, such as 300.'),
    });
    if (typed === undefined) return;
    try {
      await goToEvent(session, Number(typed));
    } catch (error) {
      showError(error);
    }
  });
}

/** Rejects with the adapter's message. */
export async function goToEvent(session: MachineSession, event: number): Promise<void> {
  await session.request('sockscope/goToEvent', { event });
}
