/** A capture file that is open in the process that reads it, as the extension's editor has it. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaptureProgress, CaptureRequest, FromCapture } from '../../debug-adapter/captures/messages.ts';
import type { PacketsResponse, SockscopeRequests } from '../../debug-adapter/protocol.ts';

const SCRIPT = fileURLToPath(new URL('../../debug-adapter/captures/main.js', import.meta.url));

export class OpenedCapture {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (answer: FromCapture) => void>();
  #questions = 0;
  /** The last report. */
  readonly read: Promise<CaptureProgress>;

  constructor(file: string, locale = 'en') {
    this.#process = fork(SCRIPT, [file, locale]);
    this.read = new Promise((resolve) => {
      this.#process.on('message', (message: FromCapture) => {
        if ('id' in message) this.#answers.get(message.id)!(message);
        else if (message.progress.isOver) resolve(message.progress);
      });
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  async ask<Name extends CaptureRequest>(
    name: Name,
    body: SockscopeRequests[Name]['arguments'],
  ): Promise<SockscopeRequests[Name]['response']> {
    const id = ++this.#questions;
    const answer = await new Promise<FromCapture>((resolve) => {
      this.#answers.set(id, resolve);
      this.#process.send({ id, name, body });
    });
    if ('error' in answer) throw new Error(answer.error);
    if ('progress' in answer) throw new Error('a report has no number');
    return answer.body as SockscopeRequests[Name]['response'];
  }

  rows(filter = '', count = 1000, from = 0): Promise<PacketsResponse> {
    return this.ask('sockscope/packets', { from, count, filter });
  }

  close(): void {
    this.#process.disconnect();
  }
}
