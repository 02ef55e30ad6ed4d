// The process that explores for the editor: its threads take no time of the extension host.
import { fork } from 'node:child_process';
import * as vscode from 'vscode';
import {
  STOP,
  type ExploreOrder,
  type ExploreProgress,
  type FromExplorer,
} from '../../debug-adapter/explore/messages.ts';

/** What came of it. */
export type Explored = Extract<FromExplorer, { type: 'over' }>;

/** How long a process may take to end when it is asked to. */
const STOP_MS = 3000;

/** @returns what was found by the end or by when it was cancelled; undefined: that is not known. Rejects with a message for the user. */
export function explore(
  extensionUri: vscode.Uri,
  order: ExploreOrder,
  onProgress: (progress: ExploreProgress) => void,
  cancelled: vscode.CancellationToken,
): Promise<Explored | undefined> {
  const file = vscode.Uri.joinPath(extensionUri, 'dist', 'debug-adapter', 'explore', 'main.js').fsPath;
  const child = fork(file, [vscode.env.language], {
    execArgv: [],
    // The extension host may be Electron's program, which is Node only if it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  return new Promise((resolve, reject) => {
    let late: NodeJS.Timeout | undefined;
    const stop = cancelled.onCancellationRequested(() => {
      child.send(STOP);
      late = setTimeout(() => {
        resolve(undefined);
        child.kill();
      }, STOP_MS);
    });
    child.on('message', (message: FromExplorer) => {
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'refused') reject(new Error(message.message));
      else resolve(message);
    });
    child.on('error', reject);
    child.on('exit', () => {
      stop.dispose();
      clearTimeout(late);
      reject(new Error(vscode.l10n.t('the process that explores has ended')));
    });
    child.send(order);
  });
}
