// A process that reads capture files for an editor: their packets take no memory of the extension host.
import { fork, type ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';

/** Megabytes that what is known about the packets may take. */
const HEAP = 4096;

/** What can be asked, by name. */
type Requests<Name extends string> = Record<Name, { arguments: unknown; response: unknown }>;

interface ReaderProgress {
  isOver: boolean;
  problem?: string;
}

type FromProcess<Progress> =
  ({ id: number } & ({ body: unknown } | { error: string })) | { progress: Progress };

interface Waiting {
  resolve(body: never): void;
  reject(error: Error): void;
}

export class ReaderProcess<Name extends string, Asked extends Requests<Name>, Progress extends ReaderProgress>
  implements vscode.Disposable
{
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #progressed = new vscode.EventEmitter<Progress>();
  #questions = 0;
  #progress: Progress;

  readonly onProgress = this.#progressed.event;

  /**
   * @param script its name in dist/debug-adapter/captures
   * @param files what it reads
   * @param progress before it has said anything
   */
  constructor(extensionUri: vscode.Uri, script: string, files: readonly string[], progress: Progress) {
    this.#progress = progress;
    const file = vscode.Uri.joinPath(extensionUri, 'dist', 'debug-adapter', 'captures', script).fsPath;
    this.#process = fork(file, [...files, vscode.env.language], {
      execArgv: [`--max-old-space-size=${HEAP}`],
      // The extension host may be Electron's program, which is Node only if it is told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    this.#process.on('message', (message: FromProcess<Progress>) => this.#receive(message));
    this.#process.on('exit', () => this.#over(vscode.l10n.t('the process that reads the file has ended')));
    this.#process.on('error', (error) => this.#over(error.message));
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Rejects with a message for the user. */
  request<Wanted extends Name>(
    name: Wanted,
    body: Asked[Wanted]['arguments'],
  ): Promise<Asked[Wanted]['response']> {
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, body }, (error) => {
        if (error && this.#waiting.delete(id)) reject(error);
      });
    });
  }

  dispose(): void {
    this.#process.kill();
    this.#progressed.dispose();
  }

  #receive(message: FromProcess<Progress>): void {
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
