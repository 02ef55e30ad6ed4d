// The process that explores for the editor: its threads take no time of the extension host.
import { fork } from 'node:child_process';
import * as vscode from 'vscode';
import type { ExploreOrder, ExploreProgress, FromExplorer } from '../../debug-adapter/explore/messages.ts';

/** What came of it; undefined: it was cancelled. */
export type Explored = Extract<FromExplorer, { type: 'over' }> | undefined;

/** Rejects with a message for the user. */
export function explore(
  extensionUri: vscode.Uri,
  order: ExploreOrder,
  onProgress: (progress: ExploreProgress) => void,
  cancelled: vscode.CancellationToken,
): Promise<Explored> {
  const file = vscode.Uri.joinPath(extensionUri, 'dist', 'debug-adapter', 'explore', 'main.js').fsPath;
  const child = fork(file, [vscode.env.language], {
    execArgv: [],
    // The extension host may be Electron's program, which is Node only if it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  return new Promise((resolve, reject) => {
    const stop = cancelled.onCancellationRequested(() => {
      resolve(undefined);
      child.kill();
    });
    child.on('message', (message: FromExplorer) => {
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'refused') reject(new Error(message.message));
      else resolve(message);
    });
    child.on('error', reject);
    child.on('exit', () => {
      stop.dispose();
      reject(new Error(vscode.l10n.t('the process that explores has ended')));
    });
    child.send(order);
  });
}
