/** One debug session: answers the client's requests, each by its handler. */
import { errorText, UserError } from '../../language/userError.ts';
import { either, english, translator, type Bundle, type Translate } from '../../language/message.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DRIVER_TRANSMIT } from '../../stack/debugger/places.ts';
import type { Answer, Connection } from '../connection/connection.ts';
import { Debuggee } from '../control/debuggee.ts';
import { plainThread } from '../control/machineThread.ts';
import { FunctionIndex } from '../control/functionIndex.ts';
import { OtherProgramError } from '../recordings/programFiles.ts';
import { loadRecorded } from '../recordings/replay.ts';
import type { StepKind } from '../control/policies/begin.ts';
import { readBundle } from '../language.ts';
import {
  RUN_TO,
  RUN_TO_NEXT,
  type BookmarkArguments,
  type BreakOnArguments,
  type CheckWatchArguments,
  type FunctionGraphArguments,
  type FunctionGraphResponse,
  type GoToEventArguments,
  type GoToOutputArguments,
  type GoToSendingArguments,
  type RunToArguments,
  type SaveRecordingArguments,
  type AdvanceTimeArguments,
  type RunToArrivalArguments,
  type UnwatchArguments,
  type WatchFieldArguments,
} from '../protocol.ts';
import { capabilities } from './capabilities.ts';
import { completions } from './completions.ts';
import { Configuration } from './configuration.ts';
import { evaluate } from './evaluate.ts';
import { exceptionInfo } from './exceptionInfo.ts';
import type { LaunchArguments } from './launchArguments.ts';
import { isFrameCommand, obeyFrameCommand } from './frameConsole.ts';
import { functionGraph } from './functionGraph.ts';
import { Numbers } from './numbers.ts';
import { Positions } from './positions.ts';
import { close, parseAnyLaunch, type Opened } from './recordedLaunch.ts';
import { saveRecording } from './recordingFile.ts';
import { parseArguments } from './requestArguments.ts';
import { advanceTime, runToArrival, sendingOf, writeOf } from './runTo.ts';
import { blueprintOf } from './blueprint.ts';
import { Run, type ClientAbilities, type Repeats } from './run.ts';
import { MemoryWrites, readMemory, writeMemory } from './memory.ts';
import { setExpression } from './setExpression.ts';
import { setVariable } from './setVariable.ts';
import { threads } from './threadRequests.ts';
import { checkConditions, dataBreakpointInfo } from './dataBreakpoints.ts';
import { CANCELLABLE, inTime, TRAVELLING } from './requestKinds.ts';
import { ShownPast } from './shownPast.ts';
import { Travel } from './travel.ts';
import { viewRequests, type Handler } from './viewRequests.ts';
import { Traces } from './traces.ts';
import { whyExpression, whyText } from './why.ts';
import { isWatchCommand, obeyWatchCommand } from './watchConsole.ts';
import { watchField, Watches } from './watches.ts';
import { Opening } from './opening.ts';
import { Works } from './works.ts';
import { isTraceCommand } from '../tracing/syntax.ts';

/** Numbers of errors: one like any other; the sources in a recording would help. */
const FAILED = 1;
const OTHER_PROGRAM = 2;

interface OpenRequest {
  request: DebugProtocol.Request;
  /** Never rejects. */
  settled: Promise<void>;
}

export class Session {
  readonly #root: string;
  readonly #functions: FunctionIndex;
  readonly #configuration: Configuration;
  readonly #connection: Connection;
  /** A thread that has loaded its code and waits for a machine to run. */
  #spare: Debuggee | undefined;
  #run: Run | undefined;
  #launch: LaunchArguments | undefined;
  /** What a machine is being started for. */
  #starting: 'launch' | 'restart' | undefined;
  /** The client was asked to send its configuration. */
  #asked = false;
  #configured = false;
  /** Set when the session is ending: nothing is launched any more. */
  #ended: Promise<void> | undefined;
  readonly #past: ShownPast;
  readonly #travel: Travel;
  /** Settles when a search has begun that was asked for; undefined: none is about to begin. */
  #goingBack: Promise<void> | undefined;
  readonly #memoryWrites = new MemoryWrites();
  readonly #traces = new Traces();
  readonly #watches: Watches;
  readonly #works = new Works((...event) => this.#emit(...event));
  /** A recording is being opened, or was. */
  #opening: Opening | undefined;
  /** Requests that have no answer yet, by their number. */
  readonly #open = new Map<number, OpenRequest>();
  /** The number of the last request that led elsewhere in time: its search goes on after its answer. */
  #lastTravel: number | undefined;
  readonly #numbers = new Numbers();
  readonly #positions = new Positions();
  #bundle: Bundle = {};
  #client: ClientAbilities = {};
  /** Into the client's language, which the initialize request names. */
  #translator: Translate = english;
  readonly #t: Translate = (text, ...parts) => this.#translator(text, ...parts);
  #onOver: () => void = () => {};
  /** Resolves when the client has disconnected. */
  readonly over = new Promise<void>((resolve) => (this.#onOver = resolve));

  /**
   * @param root the folder above `stack/`
   * @param spare the machine's thread, for the first launch
   */
  constructor(root: string, connection: Connection, spare: Debuggee) {
    this.#root = root;
    this.#connection = connection;
    this.#spare = spare;
    this.#functions = new FunctionIndex(root);
    this.#configuration = new Configuration(
      this.#numbers.nextBreakpoint,
      (breakpoint) => this.#emit('breakpoint', { reason: 'changed', breakpoint }),
      this.#t,
    );
    this.#configuration.onDataChanged = () => this.#run?.standsStill();
    this.#watches = new Watches(this.#configuration, (watches) =>
      this.#emit('sockscope/watches', { watches }),
    );
    this.#past = new ShownPast({
      root,
      configuration: this.#configuration,
      emit: this.#emit,
      t: this.#t,
      works: this.#works,
      repeat: ({ debuggee, execution }, original) =>
        this.#newRun(debuggee, original.launch, { original, execution }),
      replace: ({ debuggee, execution }, { launch }) =>
        this.#newRun(debuggee, launch, { execution, isHidden: true }),
      repeatTraces: (run, event) => this.#traces.repeatIn(run, event),
      setUp: async (run, event) => {
        await this.#configuration.applyTo(run);
        await this.#traces.goOn(run, event);
      },
      keepFields: (fields) => this.#watches.keep(fields, this.#tell, this.#t),
      show: (run) => (this.#run = run),
    });
    this.#travel = new Travel(this.#past, this.#configuration);
    connection.onRequest = (request) => void this.#answer(request);
  }

  readonly #handlers: Record<string, Handler> = {
    initialize: (args: Partial<DebugProtocol.InitializeRequestArguments>) => {
      this.#positions.agree(args);
      this.#client = args;
      this.#works.isShown = args.supportsProgressReporting === true;
      this.#bundle = readBundle(args.locale);
      this.#translator = translator(this.#bundle);
      return capabilities(this.#t);
    },
    launch: (args: unknown) => this.#launchFirst(parseAnyLaunch(args)),
    attach: () => {
      throw new UserError(
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
    dataBreakpointInfo: (args: DebugProtocol.DataBreakpointInfoArguments) =>
      dataBreakpointInfo(this.#running(), this.#configuration.dataFields, args),
    setDataBreakpoints: async (args: DebugProtocol.SetDataBreakpointsArguments) => ({
      breakpoints: await this.#configuration.setData(args),
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
    exceptionInfo: () => {
      const run = this.#stopped();
      return exceptionInfo(run, run.execution.stop!);
    },
    cancel: (args: DebugProtocol.CancelArguments) => this.#cancel(args),

    continue: () => {
      this.#stopped().execution.continue();
      return { allThreadsContinued: true };
    },
    next: (args: DebugProtocol.NextArguments) => this.#step('next', args.threadId),
    stepIn: (args: DebugProtocol.StepInArguments) => this.#step('stepIn', args.threadId, args.targetId),
    stepOut: (args: DebugProtocol.StepOutArguments) => this.#step('stepOut', args.threadId),
    stepInTargets: (args: DebugProtocol.StepInTargetsArguments) => this.#stepInTargets(args.frameId),
    stepBack: (args: DebugProtocol.StepBackArguments) => this.#goBack(this.#stepBack(args.threadId)),
    restartFrame: ({ frameId }: DebugProtocol.RestartFrameArguments) =>
      this.#goBack(this.#travel.restartFrame(this.#stopped(), frameId)),
    reverseContinue: () => this.#goBack(this.#travel.reverseContinue(this.#stopped())),
    pause: () => this.#pause(),

    threads: () => threads(this.#run, this.#t),
    stackTrace: ({ threadId, startFrame, levels }: DebugProtocol.StackTraceArguments) =>
      this.#running().frames.stackTrace(threadId, startFrame, levels),
    scopes: async ({ frameId }: DebugProtocol.ScopesArguments) => ({
      scopes: await this.#running().frames.scopes(frameId),
    }),
    variables: async (args: DebugProtocol.VariablesArguments) => ({
      variables: await this.#running().frames.variables(args),
    }),
    setVariable: (args: DebugProtocol.SetVariableArguments) => setVariable(this.#running(), args),
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => readMemory(this.#running(), args),
    writeMemory: (args: DebugProtocol.WriteMemoryArguments) =>
      this.#memoryWrites.add(this.#running().shownMemory, args.memoryReference, async () => {
        await this.#past.arrival;
        return writeMemory(this.#running(), args);
      }),
    setExpression: (args: DebugProtocol.SetExpressionArguments) => setExpression(this.#running(), args),
    evaluate: (args: DebugProtocol.EvaluateArguments) => this.#evaluate(args),
    completions: (args: DebugProtocol.CompletionsArguments) =>
      completions(this.#running(), this.#watches.list(), args),
    loadedSources: () => ({ sources: this.#loadedSources() }),

    ...viewRequests(
      () => this.#running(),
      () => this.#configuration,
      this.#works,
    ),
    'sockscope/runTo': (args: RunToArguments) => this.#runTo(args),
    'sockscope/runToArrival': ({ number }: RunToArrivalArguments) =>
      runToArrival(this.#stopped(), this.#travel, number),
    'sockscope/due': () => this.#stopped().debuggee.ask('whatIsDue'),
    'sockscope/advanceTime': ({ index = 0 }: AdvanceTimeArguments) => advanceTime(this.#stopped(), index),
    'sockscope/goToEvent': ({ event }: GoToEventArguments) => this.#goToEvent(event),
    'sockscope/goToSending': ({ number }: GoToSendingArguments) =>
      this.#goToEvent(sendingOf(this.#stopped(), number)),
    'sockscope/goToOutput': async (line: GoToOutputArguments) => {
      const run = this.#stopped();
      await this.#goBack(this.#travel.goToWrite(run, await writeOf(run, line)));
      return {};
    },
    'sockscope/saveRecording': (args: SaveRecordingArguments) =>
      saveRecording(this.#stopped(), this.#past, this.#works, args),
    'sockscope/goToBookmark': async ({ name }: BookmarkArguments) => {
      const run = this.#stopped();
      await this.#goBack(this.#travel.goToBookmark(run, run.bookmarks.get(name)));
      return {};
    },
    'sockscope/breakOn': async ({ breakOn }: BreakOnArguments) => ({
      problems: await this.#configuration.setBreakOn(breakOn),
    }),
    'sockscope/watchField': (args: WatchFieldArguments) => watchField(this.#running(), this.#watches, args),
    'sockscope/checkWatch': ({ condition = '', hitCondition = '' }: CheckWatchArguments) => {
      checkConditions({ condition, hitCondition });
      return {};
    },
    'sockscope/watches': () => ({ watches: this.#watches.list() }),
    'sockscope/unwatch': async ({ number }: UnwatchArguments) => {
      await this.#watches.end(number);
      return { watches: this.#watches.list() };
    },
    'sockscope/functionGraph': (args: FunctionGraphArguments) => this.#functionGraph(args),
  };

  /**
   * Give up a request, or work that the client was told of: the session stays where it was. An expression that is
   * being evaluated has its own time limit, by which it ends.
   */
  async #cancel({ requestId, progressId }: DebugProtocol.CancelArguments): Promise<void> {
    if (progressId !== undefined) this.#works.cancel(progressId);
    const open = requestId === undefined ? undefined : this.#open.get(requestId);
    if (open !== undefined && CANCELLABLE.has(open.request.command))
      this.#connection.respond(open.request, { success: false, message: 'cancelled', showUser: false });
    if (requestId === undefined || requestId !== this.#lastTravel) return;
    // Not before there is something to give up.
    await open?.settled;
    this.#past.stopSearch();
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const { command, seq } = request;
    if (TRAVELLING.has(command)) this.#lastTravel = seq;
    const settled = this.#answerNow(request);
    this.#open.set(seq, { request, settled });
    await settled;
    this.#open.delete(seq);
  }
  async #answerNow(request: DebugProtocol.Request): Promise<void> {
    const { command } = request;
    let answer: Answer;
    try {
      const body = this.#handle(command, request.arguments);
      answer = {
        success: true,
        body: await inTime(body, command, this.#run?.execution.stop !== undefined),
      };
    } catch (error) {
      const showUser = command === 'launch' || command === 'restart';
      const id = error instanceof OtherProgramError ? OTHER_PROGRAM : FAILED;
      answer = { success: false, message: errorText(this.#t, error), showUser, id };
    }
    const isLast = command === 'disconnect';
    if (isLast) this.#connection.refuseOpen(this.#t('the session has ended'), request.seq);
    this.#connection.respond(request, answer);
    if (isLast) this.#onOver();
  }
  async #handle(command: string, args: unknown): Promise<unknown> {
    const handler = Object.hasOwn(this.#handlers, command) ? this.#handlers[command] : undefined;
    if (handler === undefined) throw new UserError('the request "{0}" is not supported', command);
    const parsed = this.#positions.fromClient(parseArguments(command, args));
    return this.#positions.toClient(await handler(parsed as never));
  }

  readonly #emit = (event: string, body?: unknown): void =>
    this.#connection.event(event, this.#positions.toClient(body));

  readonly #tell = (text: string): void =>
    this.#emit('output', { category: 'important', output: `${text}\n` });

  async #launchFirst(launch: LaunchArguments): Promise<void> {
    if (this.#run !== undefined || this.#starting !== undefined)
      throw new UserError('the machine has been launched already: use restart');
    // Another launch may come at the same time.
    this.#starting = 'launch';
    try {
      await this.#configuration.setBreakOn(launch.breakOn);
    } finally {
      this.#starting = undefined;
    }
    await this.#start(launch);
  }

  async #start(launch: LaunchArguments): Promise<void> {
    if (this.#ended !== undefined) throw new UserError('the session has ended: start a new one');
    if (this.#launch !== launch) this.#close();
    this.#launch = launch;
    this.#starting ??= 'launch';
    let run: Run;
    try {
      run = await (launch.opened === undefined ? this.#boot(launch) : this.#load(launch, launch.opened));
    } finally {
      this.#starting = undefined;
    }
    // Not before the machine exists, so that the client's settings can be verified at once.
    if (this.#configured) void run.start();
    else if (!this.#asked) this.#emit('initialized');
    this.#asked = true;
  }

  async #boot(launch: LaunchArguments): Promise<Run> {
    const run = this.#newRun(this.#thread(launch.maxHeap), launch);
    this.#run = run;
    try {
      await run.boot();
      await this.#setUp(run);
    } catch (error) {
      if (this.#run === run) {
        this.#run = undefined;
        this.#configuration.leave();
      }
      await run.kill();
      // A failed launch can be retried.
      throw error;
    }
    return run;
  }
  /** A machine for the run of a recording. Breakpoints wait until it has come to where that stands. */
  async #load(launch: LaunchArguments, { recording, file }: Opened): Promise<Run> {
    const blueprint = blueprintOf(launch, this.#functions, this.#numbers, this.#bundle);
    void this.#spare?.kill();
    this.#spare = undefined;
    const title = this.#t('Opening a recording: repeating the run up to where it stands');
    const opening = (this.#opening = new Opening(this.#works, title, file));
    const make = { root: this.#root, threads: this.#past.threads, ...blueprint };
    const replica = await opening.with(loadRecorded(recording, make));
    const { debuggee, execution } = replica;
    this.#configuration.dataFields.skip(recording.fields.length);
    const run = this.#newRun(debuggee, launch, { execution, replica });
    run.onReplayed = () => this.#configuration.applyTo(run);
    run.onReplayOver = () => opening.end();
    this.#run = run;
    return run;
  }

  async #setUp(run: Run): Promise<void> {
    await this.#configuration.applyTo(run);
    await this.#traces.applyTo(run);
  }
  #newRun(debuggee: Debuggee, launch: LaunchArguments, repeats: Repeats = {}): Run {
    const run = new Run(
      debuggee,
      launch,
      this.#functions,
      this.#numbers,
      this.#emit,
      () => this.#connection.isCongested,
      { t: this.#t, bundle: this.#bundle },
      this.#client,
      repeats,
    );
    run.onStands = (event) => this.#travel.stands(run, event);
    run.onGoes = () => this.#past.goes(run);
    run.bringTo = (bring, signal) => this.#past.bringTo(run, bring, signal);
    return run;
  }

  /** A thread for a machine: the spare one, if its heap limit is right. */
  #thread(maxHeap: number): Debuggee {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare?.maxHeap === maxHeap) return spare;
    void spare?.kill();
    return new Debuggee(plainThread(this.#root, maxHeap));
  }

  #configurationDone(): void {
    if (this.#configured) return;
    this.#configured = true;
    if (this.#run !== undefined && this.#starting === undefined && !this.#run.started) void this.#run.start();
  }

  async #restart(changed: unknown): Promise<void> {
    if (this.#starting === 'restart')
      throw new UserError('another restart is under way: wait for its answer');
    if (this.#starting === 'launch') throw new UserError('the machine is being started: wait for the answer');
    const launch = changed === undefined ? this.#launch : parseAnyLaunch(changed);
    if (launch === undefined || this.#run === undefined)
      throw new UserError('there is nothing to restart: launch a scenario first');
    const old = this.#run;
    if (old.isOver) throw new UserError('the program has ended: start a new session');
    this.#starting = 'restart';
    // A client that believes the old machine to be stopped may send a continue request at the new machine's
    // first stop. nvim-dap before 0.9 believes so until the thread starts again.
    if (old.toldStop !== undefined) {
      const { threadId } = old.toldStop;
      this.#emit('continued', { threadId, allThreadsContinued: true });
      this.#emit('thread', { reason: 'started', threadId });
    }
    this.#run = undefined;
    this.#configuration.leave();
    const hasEnded = await this.#past.leave(old).kill();
    if (!hasEnded)
      this.#tell(
        this.#t(
          'The old machine does not end: it computes something that cannot be interrupted, and goes on beside the new one until that is done.',
        ),
      );
    this.#watches.machineHasEnded(this.#tell, this.#t);
    await this.#start(launch);
  }

  async #terminate(): Promise<void> {
    await (this.#ended ??= this.#endThreads());
  }
  async #endThreads(): Promise<void> {
    const run = this.#run && this.#past.leave(this.#run);
    this.#run = undefined;
    this.#configuration.leave();
    this.#past.threads.close();
    const spare = this.#spare;
    this.#spare = undefined;
    await Promise.all([run?.terminate(), spare?.kill()]);
    this.#close();
    if (run === undefined) this.#emit('terminated');
  }

  /** The client has disconnected. */
  leave(): void {
    this.#end();
    this.#onOver();
  }
  /** Threads end with the process. */
  #end(): void {
    this.#ended ??= Promise.resolve();
    this.#close();
    if (this.#run !== undefined) this.#past.leave(this.#run).abandon();
    this.#run = undefined;
    this.#configuration.leave();
  }

  /** The sources of a recording are not needed any more. */
  #close(): void {
    this.#opening?.end();
    if (this.#launch?.opened !== undefined) close(this.#launch.opened);
  }

  #running(): Run {
    if (this.#run !== undefined) return this.#run;
    if (this.#ended !== undefined) throw new UserError('the session has ended: start a new one');
    throw new UserError(
      this.#starting !== undefined
        ? 'the machine is being started: wait until it has'
        : 'no machine is running: launch a scenario first',
    );
  }
  async #pause(): Promise<void> {
    // It is meant for the search.
    if (this.#goingBack !== undefined) await this.#goingBack;
    const run = this.#running();
    if (run.isOver) throw run.notStopped();
    run.checkPausable();
    run.execution.checkStops();
    if (!this.#past.stopSearch()) await run.execution.pause();
  }
  /** @param begun settles when a search has begun, or cannot begin */
  async #goBack(begun: Promise<void>): Promise<void> {
    const goingBack = (this.#goingBack = begun.catch(() => {}));
    await goingBack;
    if (this.#goingBack === goingBack) this.#goingBack = undefined;
    await begun;
  }
  #stopped(): Run {
    const run = this.#running();
    if (run.isOver || run.execution.stop === undefined) throw run.notStopped();
    if (run.pastChange !== undefined)
      throw new UserError('the past is being changed: the machine stops there again when that is done');
    return run;
  }

  async #step(kind: StepKind, thread: number, target?: number): Promise<void> {
    const run = this.#stopped();
    await this.#checkThread(run, thread);
    // The response does not wait for the step: the stop may be far away.
    run.execution.step(kind, thread, target);
  }
  async #checkThread(run: Run, thread: number): Promise<void> {
    const stop = run.execution.stop!;
    const { threads } = await stop.snapshot;
    if (!threads.some(({ id }) => id === thread))
      throw new UserError('there is no thread {0} to step', thread);
    // A restart or another step may have come first.
    if (this.#run !== run || run.execution.stop !== stop) throw run.notStopped();
  }
  async #stepBack(thread: number): Promise<void> {
    const run = this.#stopped();
    await this.#checkThread(run, thread);
    // Another step may have begun since.
    await this.#travel.stepBack(this.#stopped(), thread);
  }
  async #evaluate(args: DebugProtocol.EvaluateArguments): Promise<DebugProtocol.EvaluateResponse['body']> {
    const run = this.#running();
    if (args.context === 'repl' && isFrameCommand(args.expression))
      return { result: await obeyFrameCommand(run, args.expression), variablesReference: 0 };
    const asked = args.context === 'repl' ? whyExpression(args.expression) : undefined;
    if (asked !== undefined) return { result: await whyText(run, asked), variablesReference: 0 };
    if (args.context === 'repl' && isWatchCommand(args.expression)) {
      const result = await obeyWatchCommand(run, this.#watches, args.expression, args.frameId);
      return { result, variablesReference: 0 };
    }
    if (args.context !== 'repl' || !isTraceCommand(args.expression)) return evaluate(run, args);
    // What is traced is the run itself, whichever moment of it is shown.
    const result = await this.#traces.obey(this.#past.presentOf(run), args.expression);
    return { result, variablesReference: 0 };
  }
  async #functionGraph(args: FunctionGraphArguments): Promise<FunctionGraphResponse> {
    const run = this.#stopped();
    const { event } = await run.execution.stop!.snapshot;
    const end = this.#past.endOf(event);
    return functionGraph(run, this.#past.machinesFor(run), this.#works, end, args);
  }
  async #goToEvent(event: number): Promise<Record<string, never>> {
    await this.#goBack(this.#travel.goToEvent(this.#stopped(), event));
    return {};
  }
  async #runTo({ to, threadId }: RunToArguments): Promise<Record<string, never>> {
    const run = this.#stopped();
    const next = RUN_TO_NEXT.find((one) => one === to);
    if (next !== undefined) run.execution.runUntil(() => run.debuggee.ask('waitForNext', next));
    else if (to === 'program') run.execution.stepOutToProgram(threadId);
    else if (to === 'driver') {
      const [place] = await run.functions.find(DRIVER_TRANSMIT.functionName);
      run.execution.runTo(place!);
    } else throw new UserError('sockscope/runTo leads to {0}, not to "{1}"', either(RUN_TO), String(to));
    return {};
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

  #loadedSources(): DebugProtocol.Source[] {
    const scripts = this.#run?.debuggee.scripts.all() ?? [];
    return scripts
      .filter(({ url, path }) => path !== undefined && !url.startsWith('debug-adapter/'))
      .map(({ path }) => ({ path: path! }));
  }
}
