// Saves a text that a view has made to a file of the user's choice.
import { homedir } from 'node:os';
import * as vscode from 'vscode';

const FORMATS = { svg: 'SVG image', csv: 'Comma-separated values' } as const;

export interface SavedText {
  format: keyof typeof FORMATS;
  /** The file's name without its ending. */
  name: string;
  text: string;
}

export async function saveFile({ format, name, text }: SavedText): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({
    title: `Save as ${format.toUpperCase()}`,
    defaultUri: vscode.Uri.joinPath(folder, `${name}.${format}`),
    filters: { [FORMATS[format]]: [format] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  void vscode.window.showInformationMessage(`Saved ${vscode.workspace.asRelativePath(target)}.`);
}
