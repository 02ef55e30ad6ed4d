// The stack's own source files, which the extension brings along: they are what one stands in while stepping.
import path from 'node:path';
import * as vscode from 'vscode';

/** Tells the stack's files from the user's. */
export class StackSources {
  readonly #folder: string;

  constructor(extensionUri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(extensionUri, 'stack').fsPath + path.sep;
  }

  /** @param file an absolute path */
  has(file: string): boolean {
    return file.startsWith(this.#folder);
  }

  /** How a file is named to the user: `net/ipv4/tcp.ts`, or by its place in the workspace. */
  nameOf(file: string): string {
    return this.has(file)
      ? file.slice(this.#folder.length).split(path.sep).join('/')
      : vscode.workspace.asRelativePath(file);
  }

  /** Does the active editor show one of them? */
  get isActive(): boolean {
    return this.has(vscode.window.activeTextEditor?.document.uri.fsPath ?? '');
  }
}
