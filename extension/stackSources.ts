// The stack's own source files, which are included in the extension and shown while stepping.
import path from 'node:path';
import * as vscode from 'vscode';

/** Distinguishes the stack's files from the user's. */
export class StackSources {
  readonly #folder: string;

  constructor(extensionUri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(extensionUri, 'stack').fsPath + path.sep;
  }

  /** @param file an absolute path */
  has(file: string): boolean {
    return file.startsWith(this.#folder);
  }

  /** A file's displayed name: `net/ipv4/tcp.ts`, or its path in the workspace. */
  nameOf(file: string): string {
    return this.has(file)
      ? file.slice(this.#folder.length).split(path.sep).join('/')
      : vscode.workspace.asRelativePath(file);
  }

  /** Whether the active editor shows one of them. */
  get isActive(): boolean {
    return this.has(vscode.window.activeTextEditor?.document.uri.fsPath ?? '');
  }
}
