// Steps longer than a line: into the driver, and out of the kernel to the program.
import * as vscode from 'vscode';
import type { RunToArguments } from '../debug-adapter/protocol.ts';
import type { Sessions } from './session.ts';

export function registerRunTo(sessions: Sessions): vscode.Disposable {
  const command = (name: string, to: RunToArguments['to']) =>
    vscode.commands.registerCommand(name, async () => {
      const session = sessions.current;
      const threadId = vscode.debug.activeStackItem?.threadId;
      if (session === undefined || session.running || threadId === undefined) return;
      try {
        await session.request('sockscope/runTo', { to, threadId });
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    });
  return vscode.Disposable.from(
    command('sockscope.runToDriver', 'driver'),
    command('sockscope.stepOutToProgram', 'program'),
  );
}
