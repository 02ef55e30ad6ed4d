// Opens a place in a source file.
import * as vscode from 'vscode';
import type { CodeLocation } from '../debug-adapter/protocol.ts';

/** Shows a file at a line, with the cursor there. */
export async function openLocation(
  { path, line, column = 1 }: CodeLocation,
  options: { preserveFocus?: boolean } = {},
): Promise<void> {
  const position = new vscode.Position(line - 1, column - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(path), {
    selection: new vscode.Range(position, position),
    ...options,
  });
}
