// Editor features of an open Node program: the code lens above the line in which it listens or connects, and
// the context keys that package.json's `when` clauses read.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { configurationNaming } from './launchFile.ts';
import { isProgramFile, networkLine } from './nodeProgramText.ts';
import { SCENARIO_LANGUAGES } from './scenarioEditor.ts';
import { isScenario } from './scenarioText.ts';

const SETTING = 'sockscope.codeLens.nodePrograms';

/** Whether Node may run this document's file. */
export function isProgramDocument(
  document: vscode.TextDocument | undefined,
): document is vscode.TextDocument {
  return (
    !!document &&
    SCENARIO_LANGUAGES.includes(document.languageId) &&
    document.uri.scheme === 'file' &&
    isProgramFile(document.uri.fsPath)
  );
}

/** Whether this document is a Node program that uses the network, or that a launch.json names as a program. */
export function isNodeProgramDocument(
  document: vscode.TextDocument | undefined,
): document is vscode.TextDocument {
  return isProgramDocument(document) && (networkLine(document.getText()) !== undefined || isNamed(document));
}

function isNamed({ uri }: vscode.TextDocument): boolean {
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  return configurationNaming(uri.fsPath, DEBUG_TYPE, root) !== undefined;
}

/** "Debug this Node program", where it uses the network. */
class NodeProgramLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #sources: StackSources;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(sources: StackSources) {
    this.#sources = sources;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) this.#changed.fire();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.getConfiguration(undefined, document.uri).get<boolean>(SETTING, true)) return [];
    if (!isProgramDocument(document) || this.#sources.has(document.uri.fsPath)) return [];
    const line = networkLine(document.getText());
    if (line === undefined) return [];
    return [
      new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
        title: `$(debug-alt-small) ${vscode.l10n.t('Debug this Node program')}`,
        tooltip: vscode.l10n.t(
          'Start it on a machine with a network stack of its own, and step through that stack, too',
        ),
        command: 'sockscope.debugNodeProgram',
        arguments: [document.uri],
      }),
    ];
  }
}

/**
 * Updates two context keys of the active editor: `sockscope.isNodeProgram`, and `sockscope.isNamed` for a
 * program that a launch.json names. The latter are started by F5 without a question which debugger to use.
 */
function followActiveEditor(): vscode.Disposable {
  const set = (name: string, value: boolean) =>
    void vscode.commands.executeCommand('setContext', `sockscope.${name}`, value);
  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    const isProgram = isProgramDocument(document) && !isScenario(document.getText());
    set('isNamed', isProgram && isNamed(document));
    set('isNodeProgram', isProgram && isNodeProgramDocument(document));
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidSaveTextDocument(update),
  );
}

/** Registers the code lens and the context keys. */
export function registerNodeProgramEditor(sources: StackSources): vscode.Disposable {
  const lens = new NodeProgramLens(sources);
  return vscode.Disposable.from(
    lens,
    vscode.languages.registerCodeLensProvider(
      SCENARIO_LANGUAGES.map((language) => ({ language, scheme: 'file' })),
      lens,
    ),
    followActiveEditor(),
  );
}
