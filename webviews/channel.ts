/**
 * A webview's connection to its host in the extension: checked messages, requests with answers, and state that
 * survives a reload.
 */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

interface Message {
  type: string;
}
/** The answer to a request that failed. */
interface Failure {
  type: 'failed';
  id: number;
  message: string;
  /** Where in the request's text the error is. */
  position?: { start: number; end: number };
}
/** A message that answers a request. */
type Answer = Message & { id: number };
/** Messages that the extension sends unasked. */
export type AnnouncementOf<To extends Message> = Exclude<To, { id: number }>;
/** A request as its sender writes it. */
type WithoutId<M> = M extends { id: number } ? Omit<M, 'id'> : never;

/** A request that failed in the extension. */
export class RequestFailed extends Error {
  override name = 'RequestFailed';
  readonly position: { start: number; end: number } | undefined;

  constructor({ message, position }: Failure) {
    super(message);
    this.position = position;
  }
}

interface Waiting {
  resolve(answer: Message): void;
  reject(error: Error): void;
}

export class Channel<To extends Message, From extends Message> {
  private readonly api = acquireVsCodeApi();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  /** @param parse checks a received message; throws an error that names what is wrong with it */
  constructor(parse: (message: unknown) => To, onAnnouncement: (message: AnnouncementOf<To>) => void) {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      let message: To;
      try {
        message = parse(event.data);
      } catch (error) {
        this.problem(error);
        return;
      }
      if ('id' in message) this.settle(message as unknown as Answer);
      else onAnnouncement(message as AnnouncementOf<To>);
    });
  }

  post(message: From): void {
    this.api.postMessage(message);
  }

  /** An unexpected error, for the extension's log. */
  problem(error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.api.postMessage({ type: 'problem', message });
  }

  load(): unknown {
    return this.api.getState();
  }

  save(state: unknown): void {
    this.api.setState(state);
  }

  /** Sends a request. @returns its answer; rejects with a `RequestFailed` */
  protected ask<Type extends To['type']>(message: WithoutId<From>): Promise<Extract<To, { type: Type }>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: (answer) => resolve(answer as Extract<To, { type: Type }>), reject });
      this.api.postMessage({ ...message, id });
    });
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.type === 'failed') waiting?.reject(new RequestFailed(answer as unknown as Failure));
    else waiting?.resolve(answer);
  }
}
