/** One debug session: answers the client's requests, each by its handler. */
import { DebugSession, Event, Response } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Debuggee } from '../control/debuggee.ts';
import { FunctionIndex } from '../control/functionIndex.ts';
import type { StepKind } from '../control/execution.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import { CAPABILITIES } from './capabilities.ts';
import { Configuration } from './configuration.ts';
import { evaluate, setVariable } from './evaluate.ts';
import { parseLaunch, type LaunchArguments } from './launchArguments.ts';
import { onePacket, packetCode, packetRows, writePackets } from './packetRequests.ts';
import { refuseMalformed } from './requestArguments.ts';
import { Run } from './run.ts';
import { breakOnSocket, setTreeValue, tree } from './treeRequests.ts';
import { threads } from './threadRequests.ts';

/** A request's answer: the response's body. A throw becomes an error response. */
type Handler = (args: never) => unknown;
/** An answer must come within a second, whatever the machine is doing. */
const ANSWER_MS = 950;

export class SockscopeSession extends DebugSession {
  readonly #root: string;
  readonly #functions: FunctionIndex;
  readonly #configuration = new Configuration();
  readonly #onClose: () => void;
  /** A thread that has its code loaded and waits to be told what to run. */
  #spare: Debuggee | undefined;
  #run: Run | undefined;
  #launch: LaunchArguments | undefined;
  #configured = false;
  #nextBreakpointId = 1;

  /**
   * @param root the folder above `stack/`
   * @param onClose called when the client is gone and the machine has ended
   */
  constructor(root: string, onClose: () => void) {
    super();
    this.#root = root;
    this.#onClose = onClose;
    this.#spare = new Debuggee(root);
    this.#functions = new FunctionIndex(root);
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  readonly #handlers: Record<string, Handler> = {
    initialize: () => CAPABILITIES,
    launch: (args: unknown) => this.#start(parseLaunch(args)),
    attach: () => {
      throw new Error(
        'Sockscope cannot attach: the machine lives inside of the debugger. Use "request": "launch".',
      );
    },
    configurationDone: () => this.#configurationDone(),
    restart: ({ arguments: changed }: { arguments?: unknown }) => this.#restart(changed),
    terminate: () => this.#terminate(),
    disconnect: () => this.#end(),

    setBreakpoints: async (args: DebugProtocol.SetBreakpointsArguments) => ({
      breakpoints: await this.#configuration.setLines(args),
    }),
    setFunctionBreakpoints: async (args: DebugProtocol.SetFunctionBreakpointsArguments) => ({
      breakpoints: await this.#configuration.setFunctions(args),
    }),
    setExceptionBreakpoints: async (args: DebugProtocol.SetExceptionBreakpointsArguments) => ({
      breakpoints: await this.#configuration.setFilters(args),
    }),
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => ({
      breakpoints: [{ line: args.line }],
    }),
    exceptionInfo: () => this.#exceptionInfo(),

    continue: () => {
      this.#stopped().execution.continue();
      return { allThreadsContinued: true };
    },
    next: (args: DebugProtocol.NextArguments) => this.#step('next', args.threadId),
    stepIn: (args: DebugProtocol.StepInArguments) => this.#step('stepIn', args.threadId, args.targetId),
    stepOut: (args: DebugProtocol.StepOutArguments) => this.#step('stepOut', args.threadId),
    stepInTargets: (args: DebugProtocol.StepInTargetsArguments) => this.#stepInTargets(args.frameId),
    pause: () => this.#running().execution.pause(),

    threads: () => threads(this.#run),
    stackTrace: ({ threadId, startFrame, levels }: DebugProtocol.StackTraceArguments) =>
      this.#running().frames.stackTrace(threadId, startFrame, levels),
    scopes: async ({ frameId }: DebugProtocol.ScopesArguments) => ({
      scopes: await this.#running().frames.scopes(frameId),
    }),
    variables: async (args: DebugProtocol.VariablesArguments) => ({
      variables: await this.#running().frames.variables(args),
    }),
    setVariable: (args: DebugProtocol.SetVariableArguments) => setVariable(this.#running(), args),
    evaluate: (args: DebugProtocol.EvaluateArguments) => evaluate(this.#running(), args),
    loadedSources: () => ({ sources: this.#loadedSources() }),

    'sockscope/tree': (args: never) => tree(this.#running(), args),
    'sockscope/setTreeValue': (args: never) => setTreeValue(this.#running(), args),
    'sockscope/breakOnSocket': (args: never) => breakOnSocket(this.#running(), args),
    'sockscope/packets': (args: never) => packetRows(this.#running(), args),
    'sockscope/packet': (args: never) => onePacket(this.#running(), args),
    'sockscope/packetCode': (args: never) => packetCode(this.#running(), args),
    'sockscope/exportPackets': (args: never) => writePackets(this.#running(), args),
  };

  /** Requests that may take as long as they take. */
  static readonly #patient = new Set([
    'launch',
    'restart',
    'configurationDone',
    'sockscope/exportPackets',
    'disconnect',
    'terminate',
  ]);

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.#answer(request);
  }
  async #answer(request: DebugProtocol.Request): Promise<void> {
    const response: DebugProtocol.Response = new Response(request);
    const { command } = request;
    const handler = Object.hasOwn(this.#handlers, command) ? this.#handlers[command] : undefined;
    try {
      if (handler === undefined) throw new Error(`the request "${command}" is not supported`);
      refuseMalformed(command, request.arguments);
      const answer = Promise.resolve(handler((request.arguments ?? {}) as never));
      response.body = await (SockscopeSession.#patient.has(command) ? answer : inTime(answer, command));
    } catch (error) {
      response.success = false;
      const format = (error as Error).message;
      response.message = format;
      response.body = { error: { id: 1, format, showUser: command === 'launch' || command === 'restart' } };
    }
    this.sendResponse(response);
    if (command === 'disconnect') this.#onClose();
  }

  readonly #emit = (event: string, body?: unknown): void => this.sendEvent(new Event(event, body));

  async #start(launch: LaunchArguments): Promise<void> {
    if (this.#run !== undefined) throw new Error('the machine has been launched already: use restart');
    this.#launch = launch;
    const debuggee = this.#spare ?? new Debuggee(this.#root);
    this.#spare = undefined;
    const run = new Run(debuggee, launch, this.#functions, () => this.#nextBreakpointId++, this.#emit);
    this.#run = run;
    try {
      await run.boot();
      await this.#configuration.applyTo(run);
    } catch (error) {
      this.#run = undefined;
      this.#configuration.leave();
      await run.kill();
      // Whoever corrects the arguments may launch again.
      throw error;
    }
    // Not before there is a machine: what the client sets now can be verified at once.
    if (this.#configured) void run.start();
    else this.#emit('initialized');
  }

  #configurationDone(): void {
    if (this.#configured) return;
    this.#configured = true;
    if (this.#run !== undefined && !this.#run.started) void this.#run.start();
  }

  async #restart(changed: unknown): Promise<void> {
    const launch = changed === undefined ? this.#launch : parseLaunch(changed);
    if (launch === undefined || this.#run === undefined)
      throw new Error('there is nothing to restart: launch a scenario first');
    const old = this.#run;
    this.#run = undefined;
    this.#configuration.leave();
    await old.kill();
    await this.#start(launch);
  }

  async #terminate(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    await this.#end();
    this.#emit('terminated');
  }
  async #end(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#configuration.leave();
    const spare = this.#spare;
    this.#spare = undefined;
    await Promise.all([run?.kill(), spare?.kill()]);
  }

  /** The client's end of the connection is closed. */
  override shutdown(): void {
    void this.#end().finally(this.#onClose);
  }

  #running(): Run {
    if (this.#run === undefined) throw new Error('no machine is running: launch a scenario first');
    return this.#run;
  }
  #stopped(): Run {
    const run = this.#running();
    if (run.execution.stop === undefined) throw new Error('the machine is running: pause it first');
    return run;
  }

  async #step(kind: StepKind, thread: number, target?: number): Promise<void> {
    const run = this.#stopped();
    const { threads } = await run.execution.stop!.snapshot;
    if (!threads.some(({ id }) => id === thread)) throw new Error(`there is no thread ${thread} to step`);
    // The answer does not wait for the step: the stop may be far away.
    run.execution.step(kind, thread, target).catch((error: unknown) => {
      if (!run.debuggee.client.gone)
        this.#emit('output', { category: 'important', output: `${(error as Error).message}\n` });
    });
  }
  async #stepInTargets(frameId: number): Promise<{ targets: DebugProtocol.StepInTarget[] }> {
    const run = this.#stopped();
    const { callFrame } = run.frames.frame(frameId);
    if (callFrame === undefined) return { targets: [] };
    const callees = await run.execution.targets.of(callFrame);
    return {
      targets: callees.map(({ expression, line, column }, id) => ({
        id,
        label: expression,
        line: line + 1,
        column: column + 1,
      })),
    };
  }

  async #exceptionInfo(): Promise<DebugProtocol.ExceptionInfoResponse['body']> {
    const { snapshot, description } = this.#stopped().execution.stop!;
    const { reason } = await snapshot;
    return {
      exceptionId: reason?.label ?? description ?? 'stop',
      description: reason?.description ?? description ?? '',
      breakMode: reason?.filter === UNCAUGHT_FILTER ? 'unhandled' : 'always',
    };
  }

  #loadedSources(): DebugProtocol.Source[] {
    const scripts = this.#run?.debuggee.scripts.all() ?? [];
    return scripts
      .filter(({ url, path }) => path !== undefined && !url.startsWith('debug-adapter/'))
      .map(({ path }) => ({ path: path! }));
  }
}

/** Rejects when there is no answer within the time that a client waits. */
async function inTime<T>(answer: Promise<T>, command: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the machine is busy: ${command} got no answer in ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
