// Editor features of an open scenario: a code lens above each process, and the button in the title bar
// (through a context key that package.json's `when` clauses read).
import * as vscode from 'vscode';
import { isScenario, processesOf } from './scenarioText.ts';

/** The languages that scenarios are written in. */
export const SCENARIO_LANGUAGES = ['typescript', 'javascript'];

/** Above each process of a scenario: "Debug this scenario". */
class ScenarioLens implements vscode.CodeLensProvider {
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const text = document.getText();
    if (!isScenario(text)) return [];
    return processesOf(text).map(
      ({ name, line }) =>
        new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
          title: `$(debug-alt-small) ${vscode.l10n.t('Debug this scenario')}`,
          tooltip: vscode.l10n.t(
            "Start a machine with this file's processes, {0}() among them, and step through its network stack",
            name,
          ),
          command: 'sockscope.debugScenario',
          arguments: [document.uri],
        }),
    );
  }
}

/** Whether this document can be debugged as a scenario. */
export function isScenarioDocument(
  document: vscode.TextDocument | undefined,
): document is vscode.TextDocument {
  return !!document && SCENARIO_LANGUAGES.includes(document.languageId) && isScenario(document.getText());
}

/**
 * Updates two context keys: `sockscope.isScenario` (the active editor shows a scenario) and
 * `sockscope.scenarioSeen` (one was opened in this window: from then on the views stay visible and do not
 * depend on the active editor).
 */
function followActiveEditor(): vscode.Disposable {
  const state = { isScenario: false, seen: false };
  const update = () => {
    const now = isScenarioDocument(vscode.window.activeTextEditor?.document);
    if (now !== state.isScenario)
      void vscode.commands.executeCommand('setContext', 'sockscope.isScenario', now);
    state.isScenario = now;
    if (now && !state.seen) {
      state.seen = true;
      void vscode.commands.executeCommand('setContext', 'sockscope.scenarioSeen', true);
    }
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document === vscode.window.activeTextEditor?.document) update();
    }),
  );
}

/** Registers the code lens and the context keys. */
export function registerScenarioEditor(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(
      SCENARIO_LANGUAGES.map((language) => ({ language })),
      new ScenarioLens(),
    ),
    followActiveEditor(),
  );
}
