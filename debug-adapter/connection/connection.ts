/** The client's end of a session: each request is answered once, and no event is sent after the end. */
import { Event, Response, type Message } from '@vscode/debugadapter/lib/messages.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Readable, Writable } from 'node:stream';
import { frame, MessageReader } from './framing.ts';
import type { Ledger } from './ledger.ts';

/** A response: its body, or an error. */
export type Answer =
  | { success: true; body?: unknown }
  /** `id`: tells clients apart what they can do about it; 1: nothing special. */
  | { success: false; message: string; showUser: boolean; id?: number };
/** A longer partial message is not saved for the supervisor. */
const MOST_REST_BYTES = 64 * 1024;
/** How many bytes may be queued for a slow client before the machine's output is left in the ring. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export class Connection {
  readonly #output: Writable;
  readonly #ledger: Ledger;
  readonly #reader = new MessageReader();
  readonly #open = new Map<number, string>();
  #seq = 0;
  #terminated = false;
  #closed = false;
  /** Messages to write together: events wait for a response that may follow in the same turn. */
  #corked: string[] = [];
  onRequest: (request: DebugProtocol.Request) => void = () => {};
  /** Called when the client has disconnected. */
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

  /** Whether the client reads more slowly than the adapter sends. */
  get isCongested(): boolean {
    return this.#output.writableLength > MOST_WAITING_BYTES;
  }

  event(event: string, body?: unknown): void {
    if (this.#terminated || this.#closed) return;
    this.#terminated = event === 'terminated';
    // process.nextTick() in a microtask runs after all microtasks.
    if (this.#corked.length === 0) queueMicrotask(() => process.nextTick(() => this.#flush()));
    this.#send(new Event(event, body));
  }

  /** @param answer dropped unless the request is still unanswered */
  respond({ seq, command }: Pick<DebugProtocol.Request, 'seq' | 'command'>, answer: Answer): void {
    if (!this.#open.delete(seq)) return;
    const response: DebugProtocol.Response = new Response({ type: 'request', seq, command });
    response.success = answer.success;
    if (!answer.success) {
      const { message, showUser, id = 1 } = answer;
      response.message = message;
      response.body = { error: { id, format: message, showUser } };
    } else if (answer.body !== undefined) response.body = answer.body;
    this.#send(response);
    this.#flush();
  }

  /** Refuse all open requests except one. */
  refuseOpen(message: string, except?: number): void {
    for (const [seq, command] of this.#open)
      if (seq !== except) this.respond({ seq, command }, { success: false, message, showUser: false });
  }

  /** Nothing more will be sent. Resolves when everything sent so far has been flushed. */
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
      // Reported below, like any other invalid request.
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
    // Record it first: the client may react before this function continues, and must not be answered twice.
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
