// The files that the editor needs beside a scenario: the types of the module `sockscope`, and a TypeScript
// project.
import { translate } from '../language.ts';
import * as vscode from 'vscode';
import { tsconfigTemplate } from './template.ts';

export const TYPES_FILE = 'sockscope.d.ts';

/** Copies the declaration of the module `sockscope`, replacing one written by an older version. */
export async function installTypes(extensionUri: vscode.Uri, folder: vscode.Uri): Promise<void> {
  const types = vscode.Uri.joinPath(extensionUri, 'stack', 'user', TYPES_FILE);
  await vscode.workspace.fs.copy(types, vscode.Uri.joinPath(folder, TYPES_FILE), { overwrite: true });
}

/** Writes a tsconfig.json for scenarios, unless the folder is in a project. */
export async function prepareProject(folder: vscode.Uri): Promise<void> {
  if (await isInProject(folder)) return;
  const file = vscode.Uri.joinPath(folder, 'tsconfig.json');
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(tsconfigTemplate(translate)));
}

/** Whether this folder, or one above it in the workspace, contains a tsconfig.json or jsconfig.json. */
async function isInProject(folder: vscode.Uri): Promise<boolean> {
  const root = vscode.workspace.getWorkspaceFolder(folder)?.uri.path ?? folder.path;
  for (let at = folder; at.path.startsWith(root); at = vscode.Uri.joinPath(at, '..')) {
    for (const name of ['tsconfig.json', 'jsconfig.json'])
      if (await exists(vscode.Uri.joinPath(at, name))) return true;
    if (at.path === '/') break;
  }
  return false;
}

export const exists = (file: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(file)).then(
    () => true,
    () => false,
  );
