// Saves a text that a view has made to a file of the user's choice.
import { homedir } from 'node:os';
import * as vscode from 'vscode';

const formatName = (format: SavedText['format']): string =>
  format === 'svg' ? vscode.l10n.t('SVG image') : vscode.l10n.t('Comma-separated values');

export interface SavedText {
  format: 'svg' | 'csv';
  /** The file's name without its ending. */
  name: string;
  text: string;
}

export async function saveFile({ format, name, text }: SavedText): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save as {0}', format.toUpperCase()),
    defaultUri: vscode.Uri.joinPath(folder, `${name}.${format}`),
    filters: { [formatName(format)]: [format] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Saved {0}.', vscode.workspace.asRelativePath(target)),
  );
}
