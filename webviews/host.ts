/**
 * A webview's connection to the extension: checked messages, requests with answers, and state that survives a
 * reload.
 */
import { parseToPanel, type FromPanel, type FromPanelOf, type ToPanel, type ToPanelOf } from './messages.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type Answer = 'rows' | 'packet' | 'failed';
/** Messages that the extension sends unasked. */
export type Announcement = Exclude<ToPanel, { type: Answer }>;

/** A request that failed in the extension. */
export class RequestFailed extends Error {
  override name = 'RequestFailed';
  readonly position: { start: number; end: number } | undefined;

  constructor({ message, position }: ToPanelOf<'failed'>) {
    super(message);
    this.position = position;
  }
}

interface Waiting {
  resolve(answer: ToPanel): void;
  reject(error: Error): void;
}

export class Host {
  private readonly api = acquireVsCodeApi();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor(onAnnouncement: (message: Announcement) => void) {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      let message: ToPanel;
      try {
        message = parseToPanel(event.data);
      } catch (error) {
        this.problem(error);
        return;
      }
      if ('id' in message) this.settle(message);
      else onAnnouncement(message);
    });
  }

  post(message: FromPanel): void {
    this.api.postMessage(message);
  }

  getRows(from: number, count: number, filter: string): Promise<ToPanelOf<'rows'>> {
    const request: Omit<FromPanelOf<'getRows'>, 'id'> = { type: 'getRows', from, count };
    return this.ask(filter ? { ...request, filter } : request) as Promise<ToPanelOf<'rows'>>;
  }

  getPacket(number: number): Promise<ToPanelOf<'packet'>> {
    return this.ask({ type: 'getPacket', number }) as Promise<ToPanelOf<'packet'>>;
  }

  /** An unexpected error, for the extension's log. */
  problem(error: unknown): void {
    this.post({
      type: 'problem',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }

  load(): unknown {
    return this.api.getState();
  }

  save(state: unknown): void {
    this.api.setState(state);
  }

  private ask(
    message: Omit<FromPanelOf<'getRows'>, 'id'> | Omit<FromPanelOf<'getPacket'>, 'id'>,
  ): Promise<ToPanel> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.post({ ...message, id });
    });
  }

  private settle(answer: ToPanelOf<Answer>): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.type === 'failed') waiting?.reject(new RequestFailed(answer));
    else waiting?.resolve(answer);
  }
}
