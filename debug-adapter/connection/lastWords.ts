/**
 * Answers a client whose session process has died: refuses its open requests, reports the end, and answers
 * later requests.
 */
import type { Readable, Writable } from 'node:stream';
import { frame, MessageReader } from './framing.ts';
import type { LedgerPage } from './ledger.ts';

interface Request {
  seq: number;
  command: string;
  type: string;
}

export class LastWords {
  readonly #output: Writable;
  readonly #reason: string;
  #seq: number;
  /** The client has disconnected. */
  readonly done: Promise<void>;

  /** @param reason what has happened, as a sentence without a full stop */
  constructor(input: Readable, output: Writable, page: LedgerPage, exitCode: number, reason: string) {
    this.#output = output;
    this.#reason = reason;
    this.#seq = page.seq;
    const left = page.open.map(([seq, command]) => this.#answer({ seq, command })).includes(true);
    if (!page.terminated) {
      this.#event('output', { category: 'stderr', output: `${reason}.\n` });
      this.#event('exited', { exitCode });
      this.#event('terminated', {});
    }
    this.done = left ? this.#flushed() : this.#serve(input, Buffer.from(page.rest, 'base64'));
  }

  /** @returns whether the request disconnects the client */
  #answer({ seq, command }: Pick<Request, 'seq' | 'command'>): boolean {
    const head = { type: 'response', request_seq: seq, command };
    if (command === 'disconnect' || command === 'terminate') this.#send({ ...head, success: true });
    else {
      const message = `${this.#reason}: start the session anew`;
      this.#send({ ...head, success: false, message, body: { error: { id: 2, format: message } } });
    }
    return command === 'disconnect';
  }

  async #serve(input: Readable, rest: Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      const reader = new MessageReader();
      const take = (chunk: Buffer): void => {
        for (const body of reader.read(chunk)) {
          const request = parsed(body);
          if (request !== undefined && this.#answer(request)) resolve();
        }
      };
      this.#output.on('error', () => resolve());
      input
        .on('data', take)
        .on('end', resolve)
        .on('close', resolve)
        .on('error', () => resolve());
      take(rest);
      input.resume();
    });
    await this.#flushed();
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => this.#output.write('', () => resolve()));
  }
  #event(event: string, body: object): void {
    this.#send({ type: 'event', event, body });
  }
  #send(message: object): void {
    this.#output.write(frame({ seq: ++this.#seq, ...message }));
  }
}

function parsed(body: string): Request | undefined {
  try {
    const message = JSON.parse(body) as Request;
    return message.type === 'request' ? message : undefined;
  } catch {
    // The rest of a message that the dead process had partly read: its command is unknown.
    return undefined;
  }
}
