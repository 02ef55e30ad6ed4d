// The file of a lesson: the one in the workspace, or a copy that the extension keeps, so that nothing is asked
// and nothing is written to the user's folders.
import { readSampleFile } from '../scenario/sampleFile.ts';
import * as vscode from 'vscode';
import { withTypes } from '../scenario/sampleText.ts';
import { exists, installTypes, prepareProject, TYPES_FILE } from '../scenario/scenarioFolder.ts';

/** @returns where the sample is now */
export async function lessonFile(context: vscode.ExtensionContext, sample: string): Promise<vscode.Uri> {
  for (const { uri } of vscode.workspace.workspaceFolders ?? [])
    if (await exists(vscode.Uri.joinPath(uri, sample))) return vscode.Uri.joinPath(uri, sample);
  const { version } = context.extension.packageJSON as { version: string };
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'walkthroughs', version, vscode.env.language);
  const file = vscode.Uri.joinPath(folder, sample);
  if (await exists(file)) return file;
  await vscode.workspace.fs.createDirectory(folder);
  await installTypes(context.extensionUri, folder);
  await prepareProject(folder);
  const text = await readSampleFile(context.extensionUri, sample);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(withTypes(text, TYPES_FILE)));
  return file;
}
