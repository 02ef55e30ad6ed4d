// Brings the Debug side bar to view at a session's first stop: that is where the trees are. VS Code itself does so at
// breakpoints only, not on entry or at a state transition.
import * as vscode from 'vscode';
import type { Sessions } from './session.ts';

/** Remembers that the Sockets tree was opened once; whether it stays open is the user's choice from then on. */
const SHOWN_KEY = 'sockscope.socketsShown';

/** Shows the side bar once a session, unless the user's setting `debug.openDebug` says never. */
export function registerDebugSideBar(sessions: Sessions, memory: vscode.Memento): vscode.Disposable {
  let shownFor: string | undefined;
  return sessions.onDidChange(async (change) => {
    const session = sessions.current;
    if (change !== 'stopped' || !session || shownFor === session.id) return;
    shownFor = session.id;
    if (vscode.workspace.getConfiguration('debug').get('openDebug') === 'neverOpen') return;
    await vscode.commands.executeCommand('workbench.view.debug');
    if (!memory.get(SHOWN_KEY)) {
      await vscode.commands.executeCommand('sockscope.sockets.focus');
      await memory.update(SHOWN_KEY, true);
    }
    // The keyboard stays where it was.
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  });
}
