/** Watches one session's messages: each request is answered once, and events come in an order that makes sense. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ProtocolSchema } from './protocolSchema.ts';
import type { Message } from './rawClient.ts';

/** Requests whose success sets the machine going. */
const GOING_ON = new Set(['continue', 'next', 'stepIn', 'stepOut']);
/** What a person must never read: the words of a fault inside. */
const INNER =
  /is not a function|Cannot read propert|is not iterable|\[object|undefined is|only perform operation/i;
/** What a client reads when the process of its session is gone. */
const DEATH = /^The debugger's process has died \((.*?)\)/;
/**
 * V8's own fault (nodejs/node#57606): it fails as a whole where it is to show the scopes of a function whose context is not
 * made yet. What matters then is that the client is told, which is judged as everything else is.
 */
const FAULT_OF_V8 = /Check failed: needs_context && current_scope_ == closure_scope_/;
/** At most so much of a message is shown. */
const SHOWN = 300;

export interface Sent {
  seq: number;
  command: string;
  arguments: unknown;
  /** It names a frame or a value of a stop that the client knew to be over. */
  isStale: boolean;
}

export class ProtocolWatch {
  readonly #schema: ProtocolSchema;
  readonly #open = new Map<number, Sent>();
  readonly #answered = new Set<number>();
  readonly breaches: string[] = [];
  readonly #history: string[] = [];
  /** How long that was at the first breach. */
  #breachedAt: number | undefined;
  #seq = 0;
  #initialized = false;
  #exited = false;
  terminated = false;
  /** Its process has died of the fault of V8's that is known. */
  hasMetFaultOfV8 = false;
  /** `continued` events whose request is not answered yet. */
  #told = 0;
  /** Work that the client was told of, and that goes on. */
  readonly works = new Set<string>();
  /** The thread that stopped; undefined: the machine runs. */
  stopped: number | undefined;
  /** Counts the stops that are over. */
  stops = 0;

  constructor(schema: ProtocolSchema) {
    this.#schema = schema;
  }

  get open(): Sent[] {
    return [...this.#open.values()];
  }
  /** What was sent and told before the first breach; without one, the last of it. */
  history(lines = Number(process.env['HISTORY'] ?? 60)): string {
    return this.#history.slice(0, this.#breachedAt).slice(-lines).join('\n');
  }
  #breach(text: string): void {
    this.breaches.push(text);
    this.#history.push(`!! ${text}`);
    this.#breachedAt ??= this.#history.length;
  }

  sent(request: Sent): void {
    this.#open.set(request.seq, request);
    const text = JSON.stringify(request.arguments);
    this.#history.push(`> ${request.seq} ${request.command} ${text ?? ''}`.slice(0, SHOWN));
  }

  received(message: Message): void {
    this.#history.push(`< ${JSON.stringify(message)}`.slice(0, SHOWN));
    if (message.seq !== ++this.#seq) this.#breach(`message ${this.#seq} has the number ${message.seq}`);
    for (const problem of this.#schema.problems(message)) this.#breach(problem);
    if (message.type === 'event') this.#event(message as DebugProtocol.Event);
    else this.#response(message as DebugProtocol.Response);
  }

  /** @param text what the client is told */
  #mayTellOfDeath(text: string): void {
    const cause = DEATH.exec(text)?.[1];
    if (cause === undefined || this.hasMetFaultOfV8) return;
    if (FAULT_OF_V8.test(cause)) this.hasMetFaultOfV8 = true;
    else this.#breach(`the session's process has died: ${cause}`);
  }

  #response({ request_seq: seq, command, success, message = '' }: DebugProtocol.Response): void {
    const request = this.#open.get(seq);
    if (request === undefined) {
      this.#breach(
        this.#answered.has(seq) ? `request ${seq} is answered twice` : `there was no request ${seq}`,
      );
      return;
    }
    this.#open.delete(seq);
    this.#answered.add(seq);
    if (request.command !== command) this.#breach(`${request.command} is answered as ${command}`);
    if (!success) this.#mayTellOfDeath(message);
    if (!success && (message === '' || INNER.test(message)))
      this.#breach(`${command} is refused with "${message}"`);
    if (success && request.isStale) this.#breach(`${command} takes a number of an earlier stop`);
    if (!success || !GOING_ON.has(command)) return;
    // The event may have told of it before.
    if (this.stopped !== undefined) this.#goesOn();
    else if (this.#told > 0) this.#told--;
    else this.#breach(`${command} succeeds while the machine runs`);
  }

  #event({ event, body }: DebugProtocol.Event): void {
    if (this.terminated) this.#breach(`${event} after terminated`);
    else if (this.#exited && event !== 'terminated') this.#breach(`${event} after exited`);
    switch (event) {
      case 'initialized':
        if (this.#initialized) this.#breach('initialized a second time');
        this.#initialized = true;
        return;
      case 'stopped':
        if (this.stopped !== undefined) this.#breach('stopped while it stands');
        this.stopped = (body as DebugProtocol.StoppedEvent['body']).threadId;
        this.#told = 0;
        return;
      case 'continued':
        if (this.stopped === undefined) this.#breach('continued while it runs');
        this.#told++;
        return this.#goesOn();
      case 'progressStart':
        return this.#workBegins((body as DebugProtocol.ProgressStartEvent['body']).progressId);
      case 'progressUpdate':
      case 'progressEnd': {
        const { progressId } = body as DebugProtocol.ProgressEndEvent['body'];
        if (!this.works.has(progressId)) this.#breach(`${event} of ${progressId}, which is not under way`);
        if (event === 'progressEnd') this.works.delete(progressId);
        return;
      }
      case 'output':
        return this.#mayTellOfDeath((body as DebugProtocol.OutputEvent['body']).output);
      case 'exited':
        this.#exited = true;
        return;
      case 'terminated':
        this.terminated = true;
        return;
    }
  }
  #workBegins(progressId: string): void {
    if (this.works.has(progressId)) this.#breach(`${progressId} begins a second time`);
    this.works.add(progressId);
  }
  #goesOn(): void {
    this.stopped = undefined;
    this.stops++;
  }
}
