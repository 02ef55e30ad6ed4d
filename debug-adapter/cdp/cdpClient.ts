/** Commands to, and events from, one worker's V8. */
import { UserError } from '../../language/userError.ts';
import type { CdpCommand, CdpCommands, CdpEvent, CdpEvents } from './commands.ts';
import { WorkerHub, type WorkerPeer } from './workerHub.ts';

interface Pending {
  method: string;
  resolve(result: never): void;
  reject(error: Error): void;
}
interface Message {
  id?: number;
  result?: unknown;
  error?: { message: string };
  method?: string;
  params?: unknown;
}

/** The worker is gone and answers no more commands. */
export class DetachedError extends UserError {
  override name = 'DetachedError';
  constructor() {
    super('the machine has ended');
  }
}

/** The command needs a paused machine, but the machine is running. */
export class NotPausedError extends UserError {
  override name = 'NotPausedError';
  constructor() {
    super('the machine is running: pause it first');
  }
}

/** V8's refusals that depend on timing: the command referred to a stop that is over. */
function refusal(message: string): Error {
  if (/while paused|is not paused/i.test(message)) return new NotPausedError();
  if (/object with given id|call frame id|remote object id/i.test(message))
    return new UserError('the machine has gone on meanwhile');
  return new Error(message);
}

export class CdpClient implements WorkerPeer {
  #sessionId: string | undefined;
  #nextId = 1;
  #gone = false;
  #closed = false;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<CdpEvent, ((params: never) => void)[]>();
  #onAttached: () => void = () => {};
  /** Resolves when the worker is attached and waits for its first commands. */
  readonly ready = new Promise<void>((resolve) => (this.#onAttached = resolve));

  /** @param of the worker with this thread id, or the one that another client has had */
  constructor(of: number | CdpClient) {
    if (typeof of === 'number') WorkerHub.shared.expect(of, this);
    else {
      // V8 answers both in one session: no number is used twice.
      this.#nextId = of.#nextId;
      WorkerHub.shared.replace(of.#sessionId!, this);
    }
  }
  /** Another client for the same worker, in the place of this one: no event comes here any more. */
  successor(): CdpClient {
    this.detached();
    return new CdpClient(this);
  }

  get gone(): boolean {
    return this.#gone || this.#closed;
  }

  send<Name extends CdpCommand>(
    method: Name,
    ...params: CdpCommands[Name]['params'] extends Record<string, never> ? [] : [CdpCommands[Name]['params']]
  ): Promise<CdpCommands[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.gone || this.#sessionId === undefined) return reject(new DetachedError());
      const id = this.#nextId++;
      this.#pending.set(id, { method, resolve, reject });
      WorkerHub.shared.send(this.#sessionId, JSON.stringify({ id, method, params: params[0] ?? {} }));
    });
  }

  on<Name extends CdpEvent>(event: Name, listener: (params: CdpEvents[Name]) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  attached(sessionId: string): void {
    this.#sessionId = sessionId;
    this.#onAttached();
  }

  message(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.id === undefined) {
      for (const listener of this.#listeners.get(message.method as CdpEvent) ?? [])
        listener(message.params as never);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error) pending?.reject(refusal(message.error.message));
    else pending?.resolve(message.result as never);
  }

  /** Send one last command; all later ones are refused, as if the worker were gone. */
  sendLast(method: 'Debugger.disable'): Promise<unknown> {
    const answer = this.send(method);
    this.close();
    return answer;
  }
  /** Refuse all commands from now on, as if the worker were gone. */
  close(): void {
    this.#closed = true;
  }

  detached(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const { reject } of this.#pending.values()) reject(new DetachedError());
    this.#pending.clear();
  }
}
