// "Sockscope: New Scenario": creates a first file, and the files that completion needs.
import { translate } from '../language.ts';
import * as vscode from 'vscode';
import { exists, installTypes, prepareProject, TYPES_FILE } from './scenarioFolder.ts';
import { scenarioTemplate } from './template.ts';

/** Registers the command. */
export function registerNewScenario(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.newScenario', async (chosen?: vscode.Uri) => {
    try {
      await newScenario(extensionUri, chosen);
    } catch (error) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The scenario could not be created: {0}', (error as Error).message),
      );
    }
  });
}

async function newScenario(extensionUri: vscode.Uri, chosen: vscode.Uri | undefined): Promise<void> {
  const folder = await folderFor(chosen);
  if (!folder) return;
  const name = await askName(folder);
  if (!name) return;
  const file = vscode.Uri.joinPath(folder, name);
  await installTypes(extensionUri, folder);
  // For scenarios that the user later writes beside this one.
  await prepareProject(folder);
  // This file references the types itself: the user's project may not include them, and the language server
  // may not have noticed a new project yet.
  await write(file, `/// <reference path="./${TYPES_FILE}" />\n${scenarioTemplate(translate)}`);
  await vscode.window.showTextDocument(file, { preview: false });
}

/**
 * The folder that was right-clicked, otherwise that of the active editor, otherwise a workspace folder,
 * otherwise one that the user chooses.
 */
async function folderFor(chosen: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (chosen) return isFolder(chosen).then((yes) => (yes ? chosen : vscode.Uri.joinPath(chosen, '..')));
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file' && vscode.workspace.getWorkspaceFolder(active))
    return vscode.Uri.joinPath(active, '..');
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return folders[0]?.uri;
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  const asked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: vscode.l10n.t('Where shall the scenario go?'),
    openLabel: vscode.l10n.t('Create Here'),
  });
  return asked?.[0];
}

function askName(folder: vscode.Uri): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('New Scenario'),
    prompt: vscode.l10n.t("The file's name, in {0}", vscode.workspace.asRelativePath(folder)),
    value: 'scenario.ts',
    valueSelection: [0, 'scenario'.length],
    validateInput: async (name) => {
      if (!/^[^/\\]+\.(ts|mts|js|mjs)$/.test(name))
        return vscode.l10n.t('A file name that ends in .ts, .mts, .js or .mjs');
      return (await exists(vscode.Uri.joinPath(folder, name)))
        ? vscode.l10n.t('{0} is there already', name)
        : undefined;
    },
  });
}

const write = (file: vscode.Uri, text: string) =>
  vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));

const isFolder = (file: vscode.Uri) =>
  Promise.resolve(vscode.workspace.fs.stat(file)).then(
    ({ type }) => (type & vscode.FileType.Directory) !== 0,
    () => false,
  );
