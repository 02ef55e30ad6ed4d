// The file of a lesson: the one in the workspace, or a copy that the extension keeps, so that nothing is asked
// and nothing is written to the user's folders.
import * as vscode from 'vscode';
import { withTypes } from '../scenario/sampleText.ts';
import { exists, installTypes, prepareProject, TYPES_FILE } from '../scenario/scenarioFolder.ts';

/** @returns where the sample is now */
export async function lessonFile(context: vscode.ExtensionContext, sample: string): Promise<vscode.Uri> {
  for (const { uri } of vscode.workspace.workspaceFolders ?? [])
    if (await exists(vscode.Uri.joinPath(uri, sample))) return vscode.Uri.joinPath(uri, sample);
  const { version } = context.extension.packageJSON as { version: string };
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'walkthroughs', version);
  const file = vscode.Uri.joinPath(folder, sample);
  if (await exists(file)) return file;
  await vscode.workspace.fs.createDirectory(folder);
  await installTypes(context.extensionUri, folder);
  await prepareProject(folder);
  const text = await vscode.workspace.fs.readFile(
    vscode.Uri.joinPath(context.extensionUri, 'samples', sample),
  );
  await vscode.workspace.fs.writeFile(
    file,
    new TextEncoder().encode(withTypes(new TextDecoder().decode(text), TYPES_FILE)),
  );
  return file;
}
