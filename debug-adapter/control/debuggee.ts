/** A machine being debugged: its thread, the thread's inspector, and its streams. */
import { message, type Message, type Part } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import { CdpClient } from '../cdp/cdpClient.ts';
import { Scripts } from '../cdp/scripts.ts';
import { hostSockets } from '../hostSockets.ts';
import { isScenario, SKIPPED_PATTERNS } from '../inspect/codeKinds.ts';
import { parseStack } from '../inspect/stackText.ts';
import {
  AGENT,
  type BootConfig,
  type FromWorker,
  type RunEnd,
  type ToWorker,
  type WorkerData,
} from '../worker/channel.ts';
import type { CountedClass } from '../worker/creations.ts';
import { MACHINE_FLAGS, machineLimits } from '../worker/thread.ts';
import { ConditionWatch } from './conditionWatch.ts';
import { createMachineMemory } from './machineMemory.ts';

/** Default heap limit of a machine's thread, in MB. */
export const DEFAULT_MAX_HEAP = 1024;
/** Memory that the process may use besides the machine's heap: buffers, packets, the debugger. In MB. */
const BESIDE_HEAP_MB = 512;
const MEMORY_POLL_MS = 100;
/** The length at which an expression is cut off in a message. */
const SHOWN_EXPRESSION = 100;
const MB = 2 ** 20;
/** How long to wait for the inspector to detach from a machine before it is ended anyway. */
const DETACH_MS = 300;
/**
 * How long the thread may take to end by itself, while it loads code and while the machine runs, before it is
 * terminated.
 */
const LOADING_END_MS = 2000;
const RUNNING_END_MS = 50;
/** How long termination may take: a thread in V8's own code notices it only afterwards. */
const TERMINATE_MS = 500;
/** The group of remote objects that are released when the machine continues. */
export const STOP_GROUP = 'stop';

/** A message from the thread, or its exit. */
type FromThread =
  | Exclude<FromWorker, { type: 'failed' }>
  | { type: 'failed'; message: Part; place?: SourcePlace | undefined }
  | { type: 'exited'; exitCode: number };

/** The program called `process.exit()`. */
export class ProgramExit extends UserError {
  override name = 'ProgramExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('The program has called process.exit({0}).', exitCode);
    this.exitCode = exitCode;
  }
}

/** The machine could not be booted or the program not loaded; the place refers to the program. */
export class StartError extends UserError {
  override name = 'StartError';
  readonly place: SourcePlace | undefined;

  constructor(message: Part, place: SourcePlace | undefined) {
    super('{0}', message);
    this.place = place;
  }
}

export class Debuggee {
  readonly client: CdpClient;
  readonly scripts: Scripts;
  readonly memory = createMachineMemory();
  readonly maxHeap: number;
  readonly #currentPid = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;
  #agentId = '';
  /** Expressions of the user that are being evaluated: V8 computes the first. */
  readonly #typed: string[] = [];
  /** A machine exists, and its agent can be asked. */
  get booted(): boolean {
    return this.#agentId !== '';
  }
  /** The task on the CPU, from shared memory; 0: none. Constant while the machine is stopped. */
  get currentPid(): number {
    return Atomics.load(this.#currentPid, 0);
  }
  #waiting: ((message: FromThread) => void) | undefined;
  #killed: Promise<boolean> | undefined;
  #runs = false;
  /** The machine was told to run its program. */
  get runs(): boolean {
    return this.#runs;
  }
  #onExit: () => void = () => {};
  readonly #exit = new Promise<void>((resolve) => (this.#onExit = resolve));
  /** Called when the run has ended by itself. */
  onEnded: (end: RunEnd) => void = () => {};
  /** Called with the exit code when the thread has ended. */
  onExit: (exitCode: number) => void = () => {};
  /** Called when the thread cannot continue. */
  onLost: (message: Part, place?: SourcePlace) => void = () => {};
  /** Called with output that the thread wrote to its own stdout and stderr, bypassing the machine. */
  onStrayOutput: (text: string) => void = () => {};

  readonly #ready: Promise<unknown>;
  readonly #memoryWatch: NodeJS.Timeout;
  readonly conditions = new ConditionWatch((message, place) => this.#lost(message, place));

  /**
   * Starts the thread, which loads the stack's code; the machine is booted later.
   *
   * @param root the folder above `stack/`
   * @param maxHeap in MB; the thread is ended if it needs more
   * @param counted whose objects are counted as they are created
   * @param isTraced whether the kernel's functions say when they begin and end
   */
  constructor(
    root: string,
    maxHeap = DEFAULT_MAX_HEAP,
    counted: readonly CountedClass[] = [],
    isTraced = false,
  ) {
    this.maxHeap = maxHeap;
    const hostPort = hostSockets();
    const workerData: WorkerData = {
      ...this.memory,
      hostPort,
      currentPid: this.#currentPid,
      evaluated: this.conditions.shared,
      counted,
      isTraced,
    };
    this.#worker = new Worker(new URL('../worker/main.js', import.meta.url), {
      execArgv: [...MACHINE_FLAGS],
      name: 'machine',
      workerData,
      transferList: [hostPort],
      resourceLimits: machineLimits(maxHeap),
      stdout: true,
      stderr: true,
    });
    this.#worker.stdout.on('data', (text: Buffer) => this.onStrayOutput(text.toString()));
    this.#worker.stderr.on('data', (text: Buffer) => this.onStrayOutput(text.toString()));
    this.client = new CdpClient(this.#worker.threadId);
    this.scripts = new Scripts(this.client, root);
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? this.#lost(this.outOfMemory)
        : this.#lost(
            message("uncaught error in the machine's thread: {0}", String(error)),
            this.#placeOf(error),
          ),
    );
    this.#memoryWatch = this.#watchMemory();
    this.#worker.on('exit', (exitCode) => {
      clearInterval(this.#memoryWatch);
      this.conditions.stop();
      this.client.detached();
      this.#onExit();
      this.#exited(exitCode);
    });
    // V8 may pause at the thread's first line, before the program.
    this.client.on('Debugger.paused', () => {
      if (!this.booted) void this.client.send('Debugger.resume').catch(() => {});
    });
    this.#ready = this.#attach();
    this.#ready.catch(() => {});
  }

  /**
   * V8 limits only the heap: the bytes of buffers are outside of it, and use memory once they are written.
   */
  #watchMemory(): NodeJS.Timeout {
    const before = process.memoryUsage.rss();
    return setInterval(() => {
      if (process.memoryUsage.rss() - before > (this.maxHeap + BESIDE_HEAP_MB) * MB)
        this.#lost(this.#takesMore(true));
    }, MEMORY_POLL_MS).unref();
  }

  /** Attach the debugger before the thread's first line, then let the thread run. */
  async #attach(): Promise<void> {
    await this.client.ready;
    const ready = this.#next();
    const { client } = this;
    // All sent at once: they are answered in order.
    const sent = [
      client.send('Runtime.enable'),
      client.send('Debugger.enable'),
      client.send('Debugger.setBlackboxPatterns', { patterns: [...SKIPPED_PATTERNS] }),
      client.send('Runtime.runIfWaitingForDebugger'),
    ];
    await Promise.all([...sent, ready]);
  }

  /**
   * Boot the machine. Rejects with a message for the user.
   *
   * @param skip URL patterns of files in which steps must not end
   */
  async boot(boot: BootConfig, skip: readonly string[]): Promise<void> {
    await this.#ready;
    const booted = this.#next();
    this.#send({ type: 'boot', boot });
    await booted;
    this.scripts.skip(skip);
    const { result } = await this.client.send('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${AGENT}')]`,
      objectGroup: 'agent',
    });
    this.#agentId = result.objectId!;
  }

  /** Load the program. @returns the names of its processes. Rejects with a message for the user. */
  async load(): Promise<string[]> {
    const loaded = this.#next();
    this.#send({ type: 'load' });
    const message = await loaded;
    return message.type === 'loaded' ? message.processes : [];
  }

  run(): void {
    this.#runs = true;
    this.#send({ type: 'run' });
  }

  /** Call the agent; arguments and result are plain data. Works while the machine runs. */
  ask<Answer>(method: string, ...args: unknown[]): Promise<Answer> {
    const list = args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(',');
    return this.askIn(`${method}(${list})`);
  }
  /** As ask(), with the call as text: for arguments that JSON cannot represent. */
  async askIn<Answer>(call: string): Promise<Answer> {
    if (!this.booted) throw new UserError('the machine is being started: wait until it has');
    // Passed as text: V8 needs longer to convert an object to a protocol value than both sides need to
    // convert it to JSON.
    const expression = `JSON.stringify(globalThis[Symbol.for('${AGENT}')].inLanguage((agent) => agent.${call}))`;
    const { result, exceptionDetails } = await this.client.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      silent: true,
      disableBreaks: true,
    });
    if (exceptionDetails) throw agentError(exceptionDetails);
    return answerOf<Answer>(result);
  }

  /** Call the agent with remote objects; only while the machine is stopped. */
  async askAbout<Answer>(
    method: string,
    plain: readonly unknown[],
    objectIds: readonly string[],
  ): Promise<Answer> {
    const { result, exceptionDetails } = await this.client.send('Runtime.callFunctionOn', {
      functionDeclaration: `function(...args) { return JSON.stringify(this.inLanguage((agent) => agent.${method}(...args))); }`,
      objectId: this.#agentId,
      arguments: [...plain.map((value) => ({ value })), ...objectIds.map((objectId) => ({ objectId }))],
      returnByValue: true,
      silent: true,
    });
    if (exceptionDetails) throw agentError(exceptionDetails);
    return answerOf<Answer>(result);
  }

  /** End the thread, even if it is paused or loops. @returns whether it ended in time */
  kill(): Promise<boolean> {
    return (this.#killed ??= this.#kill());
  }
  async #kill(): Promise<boolean> {
    this.onLost = () => {};
    this.onExit = () => {};
    this.onEnded = () => {};
    // A thread paused in the debugger does not end: resume it first, and prevent further pauses.
    const letGo = this.client.sendLast('Debugger.disable').catch(() => {});
    await Promise.race([letGo, sleep(DETACH_MS)]);
    // Node crashes when a thread is terminated while it loads modules or closes files. A thread that returns
    // to its event loop ends there cleanly; only a running machine does not return.
    this.#send({ type: 'end' });
    if (await this.#endsIn(this.#runs ? RUNNING_END_MS : LOADING_END_MS)) return true;
    void this.#worker.terminate();
    return this.#endsIn(TERMINATE_MS);
  }
  #endsIn(ms: number): Promise<boolean> {
    return Promise.race([this.#exit.then(() => true), sleep(ms).then(() => false)]);
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** The thread's next message during the launch. */
  #next(): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      this.#waiting = (message) => {
        this.#waiting = undefined;
        if (message.type === 'failed') reject(new StartError(message.message, message.place));
        else if (message.type === 'exited') reject(new ProgramExit(message.exitCode));
        else resolve(message);
      };
    });
  }
  #receive(message: FromWorker): void {
    if (message.type === 'ended') this.onEnded(message.end);
    else if (this.#waiting) this.#waiting(message);
    else if (message.type === 'failed') this.onLost(message.message);
  }
  #lost(message: Part, place?: SourcePlace): void {
    if (this.#waiting) this.#waiting({ type: 'failed', message, place });
    else this.onLost(message, place);
  }
  /** The place in the program where an error was created. */
  #placeOf({ stack = '' }: Error): SourcePlace | undefined {
    const frame = parseStack(stack).find(({ url }) => isScenario(url));
    const file = frame && this.scripts.pathOf(frame.url);
    return file === undefined ? undefined : { file, line: frame!.line, column: frame!.column };
  }
  /** The program called `process.exit()`, unless the cause was already reported. */
  #exited(exitCode: number): void {
    if (this.#killed) this.#lost(message('the machine was ended'));
    else if (this.#waiting) this.#waiting({ type: 'exited', exitCode });
    else this.onExit(exitCode);
  }

  /** The message for a machine that exceeded its memory limit. */
  get outOfMemory(): Message {
    return this.#takesMore(false);
  }
  #takesMore(withBuffers: boolean): Message {
    const { maxHeap } = this;
    const limit = withBuffers
      ? message('the {0} MB of "maxHeap" and the {1} MB for buffers beside it', maxHeap, BESIDE_HEAP_MB)
      : message('the {0} MB of "maxHeap"', maxHeap);
    const what = withBuffers ? message('buffers and objects') : message('objects');
    const typed = this.#typed[0] ?? this.conditions.expression;
    if (typed === undefined)
      return message(
        'its {0} take more than {1}. A program that really needs so much is launched with a greater "maxHeap"',
        what,
        limit,
      );
    const shown = typed.length > SHOWN_EXPRESSION ? `${typed.slice(0, SHOWN_EXPRESSION)}…` : typed;
    return message(
      'while "{0}" was evaluated, its {1} took more than {2}. The expression did this, not the program',
      shown,
      what,
      limit,
    );
  }

  /** Note that an expression of the user is evaluated, until its evaluation settles. */
  async evaluates<T>(expression: string, evaluation: Promise<T>): Promise<T> {
    this.#typed.push(expression);
    try {
      return await evaluation;
    } finally {
      this.#typed.splice(this.#typed.indexOf(expression), 1);
    }
  }
}

function answerOf<Answer>({ value }: { value?: unknown }): Answer {
  return (typeof value === 'string' ? JSON.parse(value) : undefined) as Answer;
}

/** The agent's error, whose message is for the user. An error of another class is a defect, and keeps its name. */
function agentError(details: Parameters<typeof messageOf>[0]): Error {
  return new Error(messageOf(details).replace(/^Error: /, ''));
}
/** The message of a failed evaluation's error, without its stack. */
export function messageOf(details: {
  text: string;
  exception?: { description?: string | undefined; value?: unknown } | undefined;
}): string {
  const { exception } = details;
  if (exception?.description) return exception.description.split('\n')[0]!;
  if (exception && 'value' in exception) return String(exception.value);
  return details.text;
}
