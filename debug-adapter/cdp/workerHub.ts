/**
 * The connection from this thread to its workers' inspectors: one inspector session for all, with messages
 * dispatched by worker. No port is opened.
 */
import { Session } from 'node:inspector';

/** Receives the messages of one worker's inspector. */
export interface WorkerPeer {
  attached(sessionId: string): void;
  message(text: string): void;
  detached(): void;
}

interface AttachedToWorker {
  sessionId: string;
  workerInfo: { workerId: string; title: string };
}

export class WorkerHub {
  static #shared: WorkerHub | undefined;
  readonly #session = new Session();
  /** Peers that wait for their worker to attach, by thread id. */
  readonly #expected = new Map<string, WorkerPeer>();
  /** Attached peers, by session id. */
  readonly #attached = new Map<string, WorkerPeer>();
  /** Workers that attached before a peer expected them, by thread id. */
  readonly #early = new Map<string, string>();

  /** The only hub of this process: every connected session receives events of every worker. */
  static get shared(): WorkerHub {
    return (this.#shared ??= new WorkerHub());
  }

  /** No worker is looked after any more: the next ones do not wait at their start for somebody who tells them to run. */
  static close(): void {
    const shared = this.#shared;
    this.#shared = undefined;
    if (shared !== undefined) shared.#session.disconnect();
  }

  private constructor() {
    this.#session.connect();
    // node:inspector's types do not describe the form in which these events arrive.
    const listen = this.#session.on.bind(this.#session) as (
      event: string,
      listener: (message: { params: unknown }) => void,
    ) => void;
    // Events interrupt this thread in the middle of any function: defer their handling until that function
    // has returned.
    const on: typeof listen = (event, listener) =>
      listen(event, (message) => queueMicrotask(() => listener(message)));
    on('NodeWorker.attachedToWorker', ({ params }) => this.#onAttached(params as AttachedToWorker));
    on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { sessionId, message } = params as { sessionId: string; message: string };
      this.#attached.get(sessionId)?.message(message);
    });
    on('NodeWorker.detachedFromWorker', ({ params }) => {
      const { sessionId } = params as { sessionId: string };
      const peer = this.#attached.get(sessionId);
      this.#attached.delete(sessionId);
      peer?.detached();
    });
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: true });
  }

  /** The worker with this thread id belongs to `peer`. It waits at its start until it is told to run. */
  expect(threadId: number, peer: WorkerPeer): void {
    const id = String(threadId);
    const sessionId = this.#early.get(id);
    if (sessionId === undefined) {
      this.#expected.set(id, peer);
      return;
    }
    this.#early.delete(id);
    this.#attached.set(sessionId, peer);
    peer.attached(sessionId);
  }

  /** Another peer has taken the place of the one of an attached worker. */
  replace(sessionId: string, peer: WorkerPeer): void {
    this.#attached.set(sessionId, peer);
    peer.attached(sessionId);
  }

  send(sessionId: string, message: string): void {
    const escaped = escapeNonAscii(message);
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message: escaped }, (error) => {
      if (error) this.#attached.get(sessionId)?.detached();
    });
  }

  /** Free what nobody uses any more in this thread, soon: 10 ms for 20 MB that are used. */
  collectGarbage(): void {
    this.#session.post('HeapProfiler.collectGarbage');
  }

  #onAttached({ sessionId, workerInfo }: AttachedToWorker): void {
    // workerId counts the workers as they attach; the title contains the thread id: `[worker 2] name`.
    const threadId = /^\[worker (\d+)\]/.exec(workerInfo.title)?.[1] ?? workerInfo.workerId;
    const peer = this.#expected.get(threadId);
    if (peer === undefined) {
      this.#early.set(threadId, sessionId);
      return;
    }
    this.#expected.delete(threadId);
    this.#attached.set(sessionId, peer);
    peer.attached(sessionId);
  }
}

/**
 * In transit a message is measured in bytes but counted in characters, so non-ASCII text would be truncated.
 * JSON has escapes for it.
 */
function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
