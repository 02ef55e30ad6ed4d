/**
 * A thread for machines, one after the other: it has loaded the stack's code, and its inspector is attached. A machine that
 * comes after another one runs in code that V8 has compiled already.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type MessagePort } from 'node:worker_threads';
import { CdpClient } from '../cdp/cdpClient.ts';
import { Scripts } from '../cdp/scripts.ts';
import { SKIPPED_PATTERNS } from '../inspect/codeKinds.ts';
import type { FromWorker, ToWorker, WorkerData } from '../worker/channel.ts';
import { MACHINE_FLAGS, machineLimits, SEMI_SPACE_MB } from '../worker/thread.ts';

/** Default heap limit of a machine's thread, in MB. */
export const DEFAULT_MAX_HEAP = 1024;
/** How long to wait for the inspector to detach before the thread is ended anyway. */
const DETACH_MS = 300;
/**
 * How long the thread may take to end by itself before it is terminated: while it loads code; and while a machine runs, which
 * halts before its next turn, unless its program has an endless one. A Node program loads modules in its turns, too.
 */
const LOADING_END_MS = 2000;
const RUNNING_END_MS = 500;
/** In events: a run of so many shows V8 the shapes that objects come to have, and one of so many lets it optimize. */
export const SHORT_RUN = 2000;
const LONG_RUN = 50_000;
/**
 * What V8 has learnt in a thread; the next machine is the quicker, the more it is. What V8 optimizes in a first machine it throws
 * away in the second one: objects that are made once a machine got their shapes only while that was running. A short machine
 * before a long one prevents that.
 */
export const PRACTICE = { none: 0, short: 1, long: 2, enough: 3 } as const;
/** @param event to which another machine has come */
export function practiceAfter(practice: number, event: number): number {
  if (event >= LONG_RUN) return practice < PRACTICE.long ? PRACTICE.long : PRACTICE.enough;
  return event >= SHORT_RUN ? Math.max(practice, PRACTICE.short) : practice;
}
/** How long termination may take: a thread in V8's own code notices it only afterwards. */
const TERMINATE_MS = 500;

/** What a thread is made for. */
export interface ThreadKind extends WorkerData {
  /** The folder above `stack/`. */
  root: string;
  /** In MB; the thread is ended if it needs more. */
  maxHeap: number;
  /** A half of its young generation, in MB. */
  semiSpace: number;
}
/** A thread for a machine that nothing is known of. */
export function plainThread(root: string, maxHeap = DEFAULT_MAX_HEAP): MachineThread {
  return new MachineThread({ root, maxHeap, semiSpace: SEMI_SPACE_MB, counted: [], isTraced: false });
}

/** The machine that the thread has. */
export interface Tenant {
  received(message: FromWorker): void;
  /** An error that nothing in the thread has caught; then it ends. */
  failed(error: NodeJS.ErrnoException): void;
  exited(exitCode: number): void;
  /** Output that bypassed the machine. */
  wrote(text: string): void;
}

export class MachineThread {
  readonly kind: ThreadKind;
  readonly #worker: Worker;
  #practice: number = PRACTICE.none;
  #tenant: Tenant | undefined;
  #client: CdpClient;
  #scripts: Scripts;
  #onExit: () => void = () => {};
  /** Resolves when the thread has ended. */
  readonly ended = new Promise<void>((resolve) => (this.#onExit = resolve));
  #onReady: () => void = () => {};
  /** Resolves when the code is loaded and the inspector is attached; never if the thread ends before. */
  readonly ready: Promise<unknown>;

  /** Starts the thread, which loads the stack's code. */
  constructor(kind: ThreadKind) {
    this.kind = kind;
    const { counted, isTraced, maxHeap, semiSpace } = kind;
    const workerData: WorkerData = { counted, isTraced };
    this.#worker = new Worker(new URL('../worker/main.js', import.meta.url), {
      execArgv: [...MACHINE_FLAGS],
      name: 'machine',
      workerData,
      resourceLimits: machineLimits(maxHeap, semiSpace),
      stdout: true,
      stderr: true,
    });
    const loaded = new Promise<void>((resolve) => (this.#onReady = resolve));
    this.#client = new CdpClient(this.#worker.threadId);
    this.#scripts = new Scripts(this.#client, kind.root);
    this.#listen();
    // V8 may pause at the thread's first line, before any program.
    let isLoading = true;
    this.#client.on('Debugger.paused', () => {
      if (isLoading) void this.#client.send('Debugger.resume').catch(() => {});
    });
    this.ready = this.#attach(loaded).then(() => (isLoading = false));
    this.ready.catch(() => {});
  }
  #listen(): void {
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.on('data', (text: Buffer) => this.#tenant?.wrote(text.toString()));
    this.#worker.on('message', (message: FromWorker) =>
      message.type === 'ready' ? this.#onReady() : this.#tenant?.received(message),
    );
    this.#worker.on('error', (error) => this.#tenant?.failed(error));
    this.#worker.on('exit', (exitCode) => {
      this.#client.detached();
      this.#onExit();
      this.#tenant?.exited(exitCode);
    });
  }
  /** Attach the debugger before the thread's first line, then let the thread run. */
  async #attach(loaded: Promise<void>): Promise<void> {
    await this.#client.ready;
    // All sent at once: they are answered in order.
    await Promise.all([this.#enable(), this.#client.send('Runtime.runIfWaitingForDebugger'), loaded]);
  }
  #enable(): Promise<unknown> {
    return Promise.all([
      this.#client.send('Runtime.enable'),
      this.#client.send('Debugger.enable'),
      this.#client.send('Debugger.setBlackboxPatterns', { patterns: [...SKIPPED_PATTERNS] }),
    ]);
  }

  /** V8's debugger, for the machine that the thread has. */
  get client(): CdpClient {
    return this.#client;
  }
  get scripts(): Scripts {
    return this.#scripts;
  }
  /** The thread has a machine, or has none any more. */
  set tenant(tenant: Tenant | undefined) {
    this.#tenant = tenant;
  }

  send(message: ToWorker, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** V8 goes on if it is paused, and pauses no more; all later commands of the machine's debugger are refused. */
  async detach(): Promise<void> {
    const letGo = this.#client.sendLast('Debugger.disable').catch(() => {});
    await Promise.race([letGo, sleep(DETACH_MS)]);
  }
  /** One of PRACTICE. */
  get practice(): number {
    return this.#practice;
  }
  /** V8 throws away what it has optimized, as it does to count what runs. */
  forgets(): void {
    this.#practice = Math.min(this.#practice, PRACTICE.short);
  }
  /** The machine is gone: attach a debugger that knows nothing of it. @param event to which it has come */
  renew(event: number): void {
    this.#tenant = undefined;
    this.#practice = practiceAfter(this.#practice, event);
    this.#client = this.#client.successor();
    this.#scripts = new Scripts(this.#client, this.kind.root);
    // V8 obeys in order: whatever is sent next finds the debugger attached.
    this.#enable().catch(() => {});
  }
  /** End the thread, even if it loops. @param runs whether a machine runs @returns whether it ended in time */
  async end(runs: boolean): Promise<boolean> {
    // Node crashes when a thread is terminated while it loads modules or closes files. A thread that returns
    // to its event loop ends there cleanly; only a machine that runs and does not halt keeps it from there.
    this.send({ type: 'end' });
    if (await this.#endsIn(runs ? RUNNING_END_MS : LOADING_END_MS)) return true;
    void this.#worker.terminate();
    return this.#endsIn(TERMINATE_MS);
  }
  #endsIn(ms: number): Promise<boolean> {
    return Promise.race([this.ended.then(() => true), sleep(ms).then(() => false)]);
  }
}
