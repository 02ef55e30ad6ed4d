// A moment of the run by its event number, as the status bar, the pictures and traces show it.
import * as vscode from 'vscode';
import type { MachineSession, Sessions } from './session.ts';

export function registerGoToEvent(sessions: Sessions): vscode.Disposable {
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
      void vscode.window.showErrorMessage((error as Error).message);
    }
  });
}

/** Rejects with the adapter's message. */
export async function goToEvent(session: MachineSession, event: number): Promise<void> {
  await session.request('sockscope/goToEvent', { event });
}
