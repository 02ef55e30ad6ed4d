// The process that reads a capture file: its packets take no memory of the extension host.
import { fork, type ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import type { SockscopeRequests } from '../../debug-adapter/protocol.ts';
import type {
  CaptureProgress,
  CaptureQuestion,
  CaptureRequest,
  FromCapture,
} from '../../debug-adapter/captures/messages.ts';
import type { PacketSource } from '../packets/packetSource.ts';

/** Megabytes that what is known about the packets may take. */
const HEAP = 4096;

interface Waiting {
  resolve(body: never): void;
  reject(error: Error): void;
}

export class CaptureProcess implements PacketSource, vscode.Disposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #progressed = new vscode.EventEmitter<CaptureProgress>();
  #questions = 0;
  #progress: CaptureProgress = { packets: 0, read: 0, size: 0, isOver: false };

  readonly onProgress = this.#progressed.event;

  constructor(extensionUri: vscode.Uri, file: string) {
    const script = vscode.Uri.joinPath(extensionUri, 'dist', 'debug-adapter', 'captures', 'main.js').fsPath;
    this.#process = fork(script, [file, vscode.env.language], {
      execArgv: [`--max-old-space-size=${HEAP}`],
      // The extension host may be Electron's program, which is Node only if it is told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    this.#process.on('message', (message: FromCapture) => this.#receive(message));
    this.#process.on('exit', () => this.#over(vscode.l10n.t('the process that reads the file has ended')));
    this.#process.on('error', (error) => this.#over(error.message));
  }

  get progress(): CaptureProgress {
    return this.#progress;
  }

  get packets(): number {
    return this.#progress.packets;
  }

  request<Name extends CaptureRequest>(
    name: Name,
    body: SockscopeRequests[Name]['arguments'],
  ): Promise<SockscopeRequests[Name]['response']> {
    const id = ++this.#questions;
    const question: CaptureQuestion<Name> = { id, name, body };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send(question, (error) => {
        if (error && this.#waiting.delete(id)) reject(error);
      });
    });
  }

  dispose(): void {
    this.#process.kill();
    this.#progressed.dispose();
  }

  #receive(message: FromCapture): void {
    if ('progress' in message) {
      this.#progress = message.progress;
      this.#progressed.fire(message.progress);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.body as never);
  }

  /** The process is gone: nobody waits for it any more. */
  #over(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    this.#progress = { ...this.#progress, isOver: true, problem: this.#progress.problem ?? reason };
    this.#progressed.fire(this.#progress);
  }
}
