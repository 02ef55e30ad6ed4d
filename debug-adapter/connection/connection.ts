/** The client's end of a session: requests come in, each is answered once; events go out, none after the end. */
import { Event, Response, type Message } from '@vscode/debugadapter/lib/messages.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Readable, Writable } from 'node:stream';
import { frame, MessageReader } from './framing.ts';
import type { Ledger } from './ledger.ts';

/** An answer: the body, or what went wrong. */
export type Answer =
  { success: true; body?: unknown } | { success: false; message: string; showUser: boolean };
/** The beginning of a longer message is not kept for the supervisor. */
const MOST_REST_BYTES = 64 * 1024;
/** How much may wait for a slow client before the machine's output is left where it is. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export class Connection {
  readonly #output: Writable;
  readonly #ledger: Ledger;
  readonly #reader = new MessageReader();
  readonly #open = new Map<number, string>();
  #seq = 0;
  #terminated = false;
  #closed = false;
  /** Messages that are written together: events wait for the response that may follow in the same turn. */
  #corked: string[] = [];
  onRequest: (request: DebugProtocol.Request) => void = () => {};
  /** The client is gone. */
  onGone: () => void = () => {};

  constructor(input: Readable, output: Writable, ledger: Ledger) {
    this.#output = output;
    this.#ledger = ledger;
    input.on('data', (chunk: Buffer) => this.#received(chunk));
    input.on('close', () => this.onGone());
    input.on('end', () => this.onGone());
    for (const stream of [input, output]) stream.on('error', () => this.onGone());
    this.#note();
  }

  /** The client takes less than it is sent. */
  get isCongested(): boolean {
    return this.#output.writableLength > MOST_WAITING_BYTES;
  }

  event(event: string, body?: unknown): void {
    if (this.#terminated || this.#closed) return;
    this.#terminated = event === 'terminated';
    // A tick that a microtask asks for comes when all microtasks are done.
    if (this.#corked.length === 0) queueMicrotask(() => process.nextTick(() => this.#flush()));
    this.#send(new Event(event, body));
  }

  /** @param answer to a request that has none yet; otherwise it is dropped */
  respond({ seq, command }: Pick<DebugProtocol.Request, 'seq' | 'command'>, answer: Answer): void {
    if (!this.#open.delete(seq)) return;
    const response: DebugProtocol.Response = new Response({ type: 'request', seq, command });
    response.success = answer.success;
    if (!answer.success) {
      const { message, showUser } = answer;
      response.message = message;
      response.body = { error: { id: 1, format: message, showUser } };
    } else if (answer.body !== undefined) response.body = answer.body;
    this.#send(response);
    this.#flush();
  }

  /** Refuse what is open, but one request. */
  refuseOpen(message: string, except?: number): void {
    for (const [seq, command] of this.#open)
      if (seq !== except) this.respond({ seq, command }, { success: false, message, showUser: false });
  }

  /** Nothing is owed any more. Resolves when all that was sent is on its way. */
  close(): Promise<void> {
    this.refuseOpen('the session has ended');
    this.#closed = true;
    this.#flush();
    this.#note();
    return new Promise((resolve) => this.#output.write('', () => resolve()));
  }

  #received(chunk: Buffer): void {
    const requests: DebugProtocol.Request[] = [];
    for (const body of this.#reader.read(chunk)) {
      const request = this.#parsed(body);
      if (request === undefined) continue;
      this.#open.set(request.seq, request.command);
      requests.push(request);
    }
    this.#note();
    for (const request of requests) this.onRequest(request);
  }

  #parsed(body: string): DebugProtocol.Request | undefined {
    let message: Partial<DebugProtocol.Request> | null = null;
    try {
      message = JSON.parse(body) as Partial<DebugProtocol.Request> | null;
    } catch {
      // Told below, as anything else that is no request.
    }
    if (message?.type === 'request' && typeof message.seq === 'number' && typeof message.command === 'string')
      return message as DebugProtocol.Request;
    if (message?.type !== 'response') {
      const start = body.length > 80 ? `${body.slice(0, 80)}…` : body;
      this.event('output', {
        category: 'important',
        output: `This message is no request of the protocol: ${start}\n`,
      });
    }
    return undefined;
  }

  #send(message: Message): void {
    message.seq = ++this.#seq;
    this.#corked.push(frame(message));
  }
  #flush(): void {
    if (this.#corked.length === 0) return;
    // Noted first: the client may be awake before this goes on, and must not be answered twice.
    this.#note();
    this.#output.write(this.#corked.join(''), 'utf8');
    this.#corked = [];
  }

  #note(): void {
    this.#ledger.write({
      seq: this.#seq,
      open: [...this.#open],
      terminated: this.#terminated,
      closed: this.#closed,
      rest: this.#reader.restBytes > MOST_REST_BYTES ? '' : this.#reader.rest.toString('base64'),
    });
  }
}
