// Reads the samples that the extension brings, with comments in VS Code's language.
import * as vscode from 'vscode';
import { withComments } from './sampleComments.ts';

/** @param name the file's path in samples/, with slashes */
export async function readSampleFile(extensionUri: vscode.Uri, name: string): Promise<string> {
  const text = await read(vscode.Uri.joinPath(extensionUri, 'samples', name));
  const translated = vscode.Uri.joinPath(
    extensionUri,
    'l10n/samples',
    vscode.env.language.toLowerCase(),
    `${name}.txt`,
  );
  const comments = await read(translated).catch((error: unknown) => {
    // English, and languages without a translation.
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  });
  return comments === undefined ? text : withComments(text, comments);
}

async function read(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
