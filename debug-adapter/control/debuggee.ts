/** A machine being debugged: booted in a thread, asked through the thread's inspector, and ended. */
import { message, type Message, type Part } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import { DetachedError, type CdpClient } from '../cdp/cdpClient.ts';
import type { Scripts } from '../cdp/scripts.ts';
import { hostSockets } from '../hostSockets.ts';
import { isScenario } from '../inspect/codeKinds.ts';
import { Farewell } from '../inspect/farewell.ts';
import { PauseWish } from '../inspect/pauseWish.ts';
import { parseStack } from '../inspect/stackText.ts';
import { AGENT, type BootConfig, type FromWorker, type RunEnd, type Shared } from '../worker/channel.ts';
import { ConditionWatch } from './conditionWatch.ts';
import { StatementBreakpoints } from './debuggerStatement.ts';
import { createMachineMemory, type MachineMemory } from './machineMemory.ts';
import type { MachineThread, Tenant } from './machineThread.ts';
import { Removal } from './removal.ts';

/** Memory that the process may use besides the machine's heap: buffers, packets, the debugger. In MB. */
const BESIDE_HEAP_MB = 512;
const MEMORY_POLL_MS = 100;
/** The length at which an expression is cut off in a message. */
const SHOWN_EXPRESSION = 100;
const MB = 2 ** 20;
/** How long a machine may take to halt before its thread is ended with it. */
const HALT_MS = 1000;
/** The group of remote objects that are released when the machine continues. */
export const STOP_GROUP = 'stop';
/** The group of the agent, for as long as there is a machine. */
const AGENT_GROUP = 'agent';
/** V8's own group, of the objects in the frames at which it stands: it forgets them when it goes on, but not when it is let go. */
const FRAMES_GROUP = 'backtrace';

/** Begins the id of an object that was evaluated while the machine ran, by the thread itself. */
export const OWN = 'own:';

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
  readonly thread: MachineThread;
  readonly client: CdpClient;
  readonly removal: Removal;
  readonly statements = new StatementBreakpoints(this);
  readonly scripts: Scripts;
  readonly memory: MachineMemory;
  readonly maxHeap: number;
  /** Whether the user waits for a pause. */
  readonly pauseWish = new PauseWish();
  readonly #currentPid = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #farewell = new Farewell();
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
  #isLoaded = false;
  #runs = false;
  /** The machine was told to run its program. */
  get runs(): boolean {
    return this.#runs;
  }
  /** Called when the run has ended by itself. */
  onEnded: (end: RunEnd) => void = () => {};
  /** Called with the exit code when the thread has ended. */
  onExit: (exitCode: number) => void = () => {};
  /** Called when the thread cannot continue. */
  onLost: (message: Part, place?: SourcePlace) => void = () => {};
  /** Called with output that the thread wrote to its own stdout and stderr, bypassing the machine. */
  onStrayOutput: (text: string) => void = () => {};

  readonly #memoryWatch: NodeJS.Timeout;
  readonly conditions = new ConditionWatch((message, place) => this.#lost(message, place));

  /**
   * @param thread which has no other machine
   * @param isTold whether the machine records and tells what happens
   */
  constructor(thread: MachineThread, isTold = true) {
    this.thread = thread;
    this.memory = createMachineMemory(isTold);
    this.client = thread.client;
    this.scripts = thread.scripts;
    this.removal = new Removal(this.client, this.scripts);
    this.maxHeap = thread.kind.maxHeap;
    thread.tenant = this.#tenant();
    this.#memoryWatch = this.#watchMemory();
  }
  #tenant(): Tenant {
    return {
      received: (message) => this.#receive(message),
      failed: (error) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? this.#lost(this.outOfMemory)
          : this.#lost(
              message("uncaught error in the machine's thread: {0}", String(error)),
              this.#placeOf(error),
            ),
      exited: (exitCode) => {
        this.#stopWatching();
        this.#exited(exitCode);
      },
      wrote: (text) => this.onStrayOutput(text),
    };
  }
  #stopWatching(): void {
    clearInterval(this.#memoryWatch);
    this.conditions.stop();
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

  /**
   * Boot the machine. Rejects with a message for the user.
   *
   * @param skip URL patterns of files in which steps must not end
   */
  async boot(boot: BootConfig, skip: readonly string[]): Promise<void> {
    if (this.client.gone) throw new DetachedError();
    const booted = this.#next();
    this.thread.ready.then(
      () => this.#boot(boot),
      // It has ended, as whoever waits is told.
      () => {},
    );
    await booted;
    this.scripts.skip(skip);
    const { result } = await this.client.send('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${AGENT}')]`,
      objectGroup: AGENT_GROUP,
    });
    this.#agentId = result.objectId!;
  }
  #boot(boot: BootConfig): void {
    const hostPort = hostSockets();
    const shared: Shared = {
      ...this.memory,
      currentPid: this.#currentPid,
      evaluated: this.conditions.shared,
      pauseWish: this.pauseWish.shared,
      farewell: this.#farewell.shared,
      hostPort,
    };
    this.thread.send({ type: 'boot', boot, shared }, [hostPort]);
  }

  /** Load the program. @returns the names of its processes. Rejects with a message for the user. */
  async load(): Promise<string[]> {
    const loaded = this.#next();
    this.thread.send({ type: 'load' });
    const message = await loaded;
    this.#isLoaded = true;
    return message.type === 'loaded' ? message.processes : [];
  }

  run(): void {
    this.#runs = true;
    this.thread.send({ type: 'run' });
  }

  /** Call the agent; arguments and result are plain data. Works while the machine runs. */
  ask<Answer>(method: string, ...args: unknown[]): Promise<Answer> {
    return this.askIn(callText(method, args));
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

  /**
   * Call the agent with remote objects: of V8 while the machine is stopped, or the thread's own ones. V8 must not be asked to
   * call anything while the machine runs: it would pause in there, where nobody can let it go on.
   */
  async askAbout<Answer>(
    method: string,
    plain: readonly unknown[],
    objectIds: readonly string[],
  ): Promise<Answer> {
    if (objectIds.every((id) => id.startsWith(OWN))) return this.askIn(callText(method, plain, objectIds));
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

  /** End the machine with its thread, even if it is paused or loops. @returns whether the thread ended in time */
  kill(): Promise<boolean> {
    return (this.#killed ??= this.#kill());
  }
  async #kill(): Promise<boolean> {
    this.#silence();
    // A machine that halts lets its thread end by itself. One that has not come so far, or is gone, is not asked.
    if (this.booted) this.ask('leave').catch(() => {});
    // A thread paused in the debugger does not end: resume it first, and prevent further pauses.
    await this.thread.detach();
    return this.thread.end(this.#runs);
  }
  /**
   * End the machine, but not its thread.
   *
   * @returns the thread, for another machine; undefined: it has ended, too, because the machine did not halt, or something of
   * its programs would be left
   */
  async vacate(): Promise<MachineThread | undefined> {
    if (this.#killed !== undefined || !this.#isLoaded) return void this.kill();
    const left = this.#left();
    this.#killed = left.then((event) => event !== undefined || this.#kill());
    const event = await left;
    if (event === undefined) return undefined;
    this.thread.renew(event);
    return this.thread;
  }
  /** @returns the event to which the machine has come that is gone from its thread now; undefined: it is not gone */
  async #left(): Promise<number | undefined> {
    this.#silence();
    // One that has ended meanwhile is gone, and its thread with it.
    const left = this.#leave().catch(() => undefined);
    const event = await Promise.race([left, sleep(HALT_MS, undefined)]);
    if (event !== undefined) this.#stopWatching();
    return event;
  }
  async #leave(): Promise<number | undefined> {
    const left = this.#next();
    left.catch(() => {});
    await this.ask('leave');
    for (const objectGroup of [STOP_GROUP, AGENT_GROUP, FRAMES_GROUP])
      this.client.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {});
    await this.thread.detach();
    this.thread.send({ type: 'leave' });
    const message = await left;
    return message.type === 'left' && message.isAsBefore ? message.event : undefined;
  }
  #silence(): void {
    this.onLost = () => {};
    this.onExit = () => {};
    this.onEnded = () => {};
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
    if (message.type === 'exits') this.#takesLeave();
    else if (message.type === 'ended') this.onEnded(message.end);
    else if (this.#waiting) this.#waiting(message);
    else if (message.type === 'failed') this.onLost(message.message);
  }
  /** The thread is about to end. */
  #takesLeave(): void {
    this.client.close();
    this.#farewell.say();
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

/** A call of the agent as text. @param ownIds of the thread's own objects, behind the plain arguments */
export function callText(method: string, plain: readonly unknown[], ownIds: readonly string[] = []): string {
  return `${method}(${[...plain.map(literal), ...ownIds.map(taken)].join()})`;
}
/** As what the agent's thread takes it. */
export function literal(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}
function taken(objectId: string): string {
  return `agent.evaluation.take(${JSON.stringify(objectId.slice(OWN.length))})`;
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
