// A folder for files that nobody needs after the window is closed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';

export class TemporaryFolder implements vscode.Disposable {
  readonly #purpose: string;
  #folder: Promise<string> | undefined;
  #files = 0;

  /** @param purpose a word in the folder's name */
  constructor(purpose: string) {
    this.#purpose = purpose;
  }

  /** A path that nothing has yet. @param name of any characters @param suffix with its dot */
  async newFile(name: string, suffix: string): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), `sockscope-${this.#purpose}-`));
    const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+/, '');
    return path.join(await this.#folder, `${safe}-${++this.#files}${suffix}`);
  }

  dispose(): void {
    // Windows keeps a file that is open: the system clears its temporary folder later.
    void this.#folder?.then((folder) => rm(folder, { recursive: true, force: true })).catch(() => undefined);
  }
}
