// Runs as text, for VS Code's diff editor: what happened, line by line, with its virtual time.
import * as vscode from 'vscode';
import type { TraceResponse } from '../../debug-adapter/protocol.ts';
import { goToEvent } from '../goToEvent.ts';
import type { MachineSession } from '../session.ts';

const SCHEME = 'sockscope-trace';
/** The name ends in its program's: VS Code would take the trace for a program, too. */
const SUFFIX = '.trace';

interface Shown {
  session: MachineSession;
  trace: TraceResponse;
}

export class Traces implements vscode.TextDocumentContentProvider, vscode.Disposable {
  /** By URI: what an open document shows. */
  readonly #shown = new Map<string, Shown>();
  readonly #subscriptions: vscode.Disposable;
  #count = 0;

  constructor() {
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
      vscode.commands.registerTextEditorCommand('sockscope.goToTraceEvent', (editor) => this.#goTo(editor)),
    );
  }

  /** @returns a document of its own: the run may have gone on when it is shown again */
  add(session: MachineSession, trace: TraceResponse): vscode.Uri {
    const name = session.debugSession.name.replaceAll('/', '-');
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.#count}/${name}${SUFFIX}` });
    this.#shown.set(uri.toString(), { session, trace });
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const shown = this.#shown.get(uri.toString());
    // VS Code has kept the editor for longer than the window's run.
    if (shown === undefined) return vscode.l10n.t('This run is not kept any more.');
    return shown.trace.lines.map(({ timeNs, text }) => `${secondsOf(timeNs)}  ${text}\n`).join('');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #goTo({ document, selection }: vscode.TextEditor): Promise<void> {
    const shown = this.#shown.get(document.uri.toString());
    const line = shown?.trace.lines[selection.active.line];
    if (shown === undefined || line === undefined) return;
    try {
      await goToEvent(shown.session, line.event);
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
    }
  }
}

/** `0.000123456` */
export function secondsOf(timeNs: number): string {
  return (timeNs / 1e9).toFixed(9);
}
