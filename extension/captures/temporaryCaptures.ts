// Packets of sessions in temporary files, for what reads files only.
import type * as vscode from 'vscode';
import type { PacketSource } from '../packets/packetSource.ts';
import { TemporaryFolder } from '../temporaryFolder.ts';

export class TemporaryCaptures implements vscode.Disposable {
  readonly #folder = new TemporaryFolder('packets');

  /** Writes all packets as pcapng. Rejects with a message for the user. @returns the file */
  async write(source: PacketSource, name: string): Promise<string> {
    const file = await this.#folder.newFile(name, '.pcapng');
    await source.request('sockscope/exportPackets', { path: file });
    return file;
  }

  dispose(): void {
    this.#folder.dispose();
  }
}
