// Packets of sessions in temporary files, for what reads files only.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import type { PacketSource } from '../packets/packetSource.ts';

export class TemporaryCaptures implements vscode.Disposable {
  #folder: Promise<string> | undefined;
  #files = 0;

  /** Writes all packets as pcapng. Rejects with a message for the user. @returns the file */
  async write(source: PacketSource, name: string): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), 'sockscope-packets-'));
    const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+/, '');
    const file = path.join(await this.#folder, `${safe}-${++this.#files}.pcapng`);
    await source.request('sockscope/exportPackets', { path: file });
    return file;
  }

  dispose(): void {
    // Windows keeps a file that is open: the system clears its temporary folder later.
    void this.#folder?.then((folder) => rm(folder, { recursive: true, force: true })).catch(() => undefined);
  }
}
