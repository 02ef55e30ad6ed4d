// Saving the run as a recording, and opening one.
import path from 'node:path';
import * as vscode from 'vscode';
import type { LaunchConfiguration } from '../debug-adapter/protocol.ts';
import { folderOf } from './packets/panelRequests.ts';
import { programFiles } from './scenario/launchFile.ts';
import { DEBUG_TYPE, type Sessions } from './session.ts';
import { showError } from './showError.ts';

const SUFFIX = 'sockscope';
/** The adapter's number of an error that the sources in the recording would help with. */
const OTHER_PROGRAM = 2;

export function registerRecordings(sessions: Sessions): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('sockscope.saveRecording', () => save(sessions)),
    vscode.commands.registerCommand('sockscope.openRecording', (uri?: vscode.Uri) => open(uri)),
  );
}

async function save(sessions: Sessions): Promise<void> {
  const session = sessions.current;
  if (session === undefined || session.running) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('A recording is saved while the machine is stopped, or when its run has ended.'),
    );
    return;
  }
  const [program] = programFiles(session.debugSession.configuration);
  const name = program === undefined ? 'run' : path.parse(program).name;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Recording'),
    defaultUri: vscode.Uri.joinPath(folderOf(session), `${name}.${SUFFIX}`),
    filters: filters(),
  });
  if (!target) return;
  try {
    const { bytes, isExact } = await session.request('sockscope/saveRecording', { path: target.fsPath });
    const size = `${(bytes / 1024).toFixed(1)} KB`;
    const saved = vscode.l10n.t('Saved {0} ({1}).', vscode.workspace.asRelativePath(target), size);
    const near = vscode.l10n.t(
      'Nothing leads exactly to this stop: the recording stands at the event next to it.',
    );
    void vscode.window.showInformationMessage(isExact ? saved : `${saved} ${near}`);
  } catch (error) {
    showError(error);
  }
}

/** @param uri chosen in the Explorer; otherwise the user is asked */
async function open(uri?: vscode.Uri): Promise<void> {
  const file = uri ?? (await vscode.window.showOpenDialog({ title: openTitle(), filters: filters() }))?.[0];
  if (file === undefined) return;
  if ((await start(file, false)) !== 'other program') return;
  const run = vscode.l10n.t('Run the Sources in the Recording');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('The program of {0} is not here, or has changed.', path.basename(file.fsPath)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The recording has its sources. They run on this computer with your rights: open only recordings of people whom you trust.',
      ),
    },
    run,
  );
  if (answer === run) await start(file, true);
}

async function start(
  file: vscode.Uri,
  recordedSources: boolean,
): Promise<'started' | 'other program' | 'failed'> {
  const recording = file.fsPath;
  let isOther = false;
  const tracker = vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
    createDebugAdapterTracker: ({ configuration }) =>
      configuration['recording'] === recording
        ? { onDidSendMessage: (message) => (isOther ||= isOtherProgram(message)) }
        : undefined,
  });
  const configuration: vscode.DebugConfiguration & LaunchConfiguration = {
    type: DEBUG_TYPE,
    request: 'launch',
    name: vscode.l10n.t('Replay {0}', path.basename(recording)),
    recording,
    ...(recordedSources && { recordedSources }),
  };
  try {
    const isStarted = await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(file),
      configuration,
    );
    return isStarted && !isOther ? 'started' : isOther ? 'other program' : 'failed';
  } finally {
    tracker.dispose();
  }
}
function isOtherProgram(message: unknown): boolean {
  const { command, success, body } = message as {
    command?: string;
    success?: boolean;
    body?: { error?: { id?: number } };
  };
  return command === 'launch' && success === false && body?.error?.id === OTHER_PROGRAM;
}

function openTitle(): string {
  return vscode.l10n.t('Open Recording');
}
function filters(): Record<string, string[]> {
  return { [vscode.l10n.t('Recording of Sockscope')]: [SUFFIX] };
}
