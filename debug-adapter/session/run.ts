/** One machine from launch to end: everything that a restart creates again. */
import { message, say, sayPart, type Bundle, type Part, type Translate } from '../../language/message.ts';
import { errorPart, errorText, UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import { Breakpoints } from '../control/breakpoints.ts';
import { NotPausedError } from '../cdp/cdpClient.ts';
import { entryOf } from '../control/entry.ts';
import { StartError, ProgramExit, type Debuggee } from '../control/debuggee.ts';
import type { Execution } from '../control/execution.ts';
import { FunctionBreakpoints } from '../control/functionBreakpoints.ts';
import type { FunctionIndex } from '../control/functionIndex.ts';
import type { PausedState } from '../control/pausedState.ts';
import { Streams } from '../control/streams.ts';
import type { Snapshot } from '../inspect/agent.ts';
import type { ChangeInput } from '../inspect/changeInput.ts';
import type { ArmedFilter } from '../inspect/stops.ts';
import { PacketStore } from '../packets/packetStore.ts';
import { PcapFile } from '../packets/pcapFile.ts';
import { Recording } from '../recording/recording.ts';
import { Samples } from '../recording/samples.ts';
import { Steps } from '../recording/steps.ts';
import { Timeline } from '../timeline/timeline.ts';
import { bringToStop } from '../recordings/replay.ts';
import type { Moment } from '../protocol.ts';
import type { Bring } from '../travel/capture.ts';
import { rawPlace } from '../travel/here.ts';
import { GivenUpError, type Replica } from '../travel/replica.ts';
import type { Threads } from '../travel/threads.ts';
import type { RunEnd } from '../worker/channel.ts';
import { blueprintOf, newExecution, type LaunchBlueprint } from './blueprint.ts';
import { Bookmarks } from './bookmarks.ts';
import { Frames } from './frames.ts';
import { ShownMemory } from './memory.ts';
import type { LaunchArguments } from './launchArguments.ts';
import type { Numbers } from './numbers.ts';
import { Progress } from './progress.ts';
import type { PastChange } from './pastChange.ts';
import type { Opened } from './recordedLaunch.ts';
import { RunRecorder } from './runRecord.ts';
import { Teller, type Emit } from './teller.ts';
import { takeOtherWay } from './whatIf.ts';

/** The exit code of a program that the client has ended: as a shell shows one that SIGTERM has ended. */
const TERMINATED = 128 + 15;
/** How often what a machine writes is read while it repeats a run. */
const KEEP_UP_MS = 20;
/** How many stops a run remembers. */
const MOST_STOPS = 1000;

/** The client's language, for texts here and for those of the machine's thread. */
export interface Language {
  t: Translate;
  bundle: Bundle;
}

/** Which events the client understands. */
export type ClientAbilities = Pick<
  DebugProtocol.InitializeRequestArguments,
  'supportsInvalidatedEvent' | 'supportsMemoryEvent' | 'supportsProgressReporting'
>;

/** What a run repeats. */
export interface Repeats {
  /** Of the session: its past is shown. */
  original?: Run;
  /** Of the machine that repeats it. */
  execution?: Execution;
  /** The machine, if it has yet to come to where a recording stands. */
  replica?: Replica;
  /** The client does not see it before it has appeared. */
  isHidden?: boolean;
}

export class Run {
  readonly #t: Translate;
  readonly #bundle: Bundle;
  readonly #client: ClientAbilities;
  readonly launch: LaunchArguments;
  readonly debuggee: Debuggee;
  readonly functions: FunctionIndex;
  readonly numbers: Numbers;
  readonly execution: Execution;
  readonly breakpoints: Breakpoints;
  readonly functionBreakpoints: FunctionBreakpoints;
  readonly packets: PacketStore;
  readonly streams: Streams;
  readonly recording: Recording;
  readonly samples: Samples;
  readonly steps: Steps;
  readonly frames: Frames;
  readonly shownMemory: ShownMemory;
  readonly #teller: Teller;
  readonly #progress: Progress;
  readonly #pcap: PcapFile | undefined;
  readonly #firstValue: number;
  readonly #recorder: RunRecorder | undefined;
  #over = false;
  #isRecorded = false;
  /** Translates into the client's language. */
  get t(): Translate {
    return this.#t;
  }
  #toldStop: PausedState | undefined;
  /** The stop that the client knows of: the machine goes on before the client is told so. */
  get toldStop(): PausedState | undefined {
    return this.#toldStop;
  }
  /** The program has ended, or was ended. */
  get isOver(): boolean {
    return this.#over;
  }
  /** Whether the machine runs, or has run, its program. */
  started = false;
  /** The run that this one repeats, which has recorded what both do; undefined: it is the first to do so. */
  readonly #original: Run | undefined;
  /** Its machine, if that repeats the run of a recording. */
  readonly #replica: Replica | undefined;
  /** Whose thread knows the code of each packet. */
  get recorded(): Debuggee {
    return this.#original?.debuggee ?? this.debuggee;
  }
  /** Makes a change where the machine stands: in the past, the run becomes another one with it. */
  changing: <T>(make: () => Promise<T>) => Promise<T> = (make) => make();
  /** What is being changed in the past. */
  pastChange: PastChange | undefined;
  /** @throws an error for the user while it comes to where a recording stands */
  checkPausable(): void {
    if (this.#isReplaying)
      throw new UserError('the recording is being replayed: the machine stops where the recording stands');
  }
  /** Called with the event at each stop, when that is known, and when it is over. */
  onStands: (event: number) => void = () => {};
  onGoes: () => void = () => {};
  /** Brings a machine to where V8 had frames on its stack; whoever gets it ends it. */
  bringTo: (bring: Bring, signal: AbortSignal) => Promise<Replica> = () =>
    Promise.reject(new Error('nothing repeats this run'));
  /** Called when a machine that repeats a run takes another way, or ends. */
  onStrayed: (why: Part) => void = () => {};
  /** Moments to which the user has given names. */
  readonly bookmarks: Bookmarks;
  /** The moments at which it has stopped, the newest. */
  readonly stops: Moment[];
  readonly timeline: Timeline;
  /** It repeats the run of a recording, whose end is not its own. */
  #isReplaying = false;
  /** Called when it has come to where its recording stands, before it stops there. */
  onReplayed: () => Promise<void> = () => Promise.resolve();
  /** The recording stands, or it cannot. */
  onReplayOver: () => void = () => {};

  constructor(
    debuggee: Debuggee,
    launch: LaunchArguments,
    functions: FunctionIndex,
    numbers: Numbers,
    emit: Emit,
    isCongested: () => boolean,
    language: Language,
    client: ClientAbilities,
    { original, execution, replica, isHidden = false }: Repeats = {},
  ) {
    this.#original = original;
    this.#replica = replica;
    this.bookmarks = original?.bookmarks ?? new Bookmarks();
    this.stops = original?.stops ?? [];
    this.timeline = original?.timeline ?? new Timeline();
    this.#t = language.t;
    this.#bundle = language.bundle;
    this.#client = client;
    this.launch = launch;
    this.functions = functions;
    this.numbers = numbers;
    this.#teller = new Teller(emit, isHidden);
    this.debuggee = debuggee;
    this.execution = execution ?? newExecution(debuggee, launch, functions, numbers);
    this.frames = new Frames(this);
    this.shownMemory = original?.shownMemory ?? new ShownMemory();
    this.breakpoints = new Breakpoints(this.debuggee, this.execution, this.#t);
    this.functionBreakpoints = new FunctionBreakpoints(this.debuggee, this.execution, functions, this.#t);
    this.packets = original?.packets ?? new PacketStore();
    const { sequence, samples, steps, names: recordedNames } = this.debuggee.memory.recording;
    this.streams = new Streams(this.debuggee.memory.ring, recordedNames, this.packets);
    this.streams.isCongested = isCongested;
    this.recording = original?.recording ?? new Recording(sequence, recordedNames);
    this.samples = original?.samples ?? new Samples(samples, recordedNames);
    this.steps = original?.steps ?? new Steps(steps, recordedNames);
    this.#progress = new Progress(this, this.#teller.event);
    this.#firstValue = numbers.nextValueRange();
    const isFirst = original === undefined;
    this.#recorder = launch.record && isFirst ? new RunRecorder(this) : undefined;
    this.#pcap = launch.pcap !== undefined && isFirst ? new PcapFile(launch.pcap, isHidden) : undefined;
    this.#connect();
  }

  #connect(): void {
    this.breakpoints.onChanged = (breakpoint) =>
      this.#teller.event('breakpoint', { reason: 'changed', breakpoint });
    this.execution.onStop = (stop) => this.#stopped(stop);
    this.execution.onContinued = (stop) => this.#continued(stop);
    this.execution.onOutOfMemory = () => this.#lost(this.debuggee.outOfMemory);
    this.execution.onFault = (error) => this.tell(errorText(this.#t, error));
    this.streams.onOutput = ({ stream, text, url, line, column }) => {
      const path = url === '' ? undefined : this.debuggee.scripts.pathOf(url);
      this.#teller.event('output', {
        category: stream,
        output: text,
        ...(path === undefined ? {} : { source: { path }, line, column }),
      } satisfies DebugProtocol.OutputEvent['body']);
    };
    this.streams.onLost = (count) =>
      this.tell(
        this.#t(
          '{0} records of the capture or the output are missing: the machine was quicker than the debugger, or its client.',
          count,
        ),
      );
    this.streams.onFrames = () => this.#progress.changed();
    this.streams.onFrame = (...frame) => this.#pcap?.write(...frame);
    this.debuggee.onStrayOutput = (text) =>
      this.#teller.event('output', { category: 'stderr', output: text });
    this.debuggee.onEnded = (end) => this.#ended(end);
    this.debuggee.onLost = (message, place) => this.#lost(message, place);
    this.debuggee.onExit = (exitCode) => this.#exited(new ProgramExit(exitCode));
  }

  /** Write a line into the console that stands out. */
  tell(text: string): void {
    this.#teller.important(text);
  }

  /** Its end is not that of the session. */
  get #isRepeated(): boolean {
    return this.#original !== undefined || this.#isReplaying;
  }
  #lost(why: Part, place?: SourcePlace): void {
    if (this.#isRepeated) return this.#strayed(why);
    this.#tell('stderr', this.#t('The machine has ended: {0}.', why), place);
    void this.#finish(1);
    void this.debuggee.kill();
  }
  /** A machine that repeats a run never comes to its end. */
  #strayed(why: Part): void {
    if (!this.#over) this.onStrayed(why);
  }
  #exited(exit: ProgramExit): void {
    if (this.#isRepeated) return this.#strayed(errorPart(exit));
    const { exitCode } = exit;
    this.#tell('console', errorText(this.#t, exit));
    void this.#finish(exitCode);
  }
  /** Sent after all output of the program. */
  #tell(category: 'console' | 'stderr', text: string, place?: SourcePlace): void {
    if (this.#over) return;
    this.streams.drain();
    this.#teller.line(category, text, place);
  }

  /** What the machine is made of. */
  get blueprint(): LaunchBlueprint {
    return blueprintOf(this.launch, this.functions, this.numbers, this.#bundle);
  }
  async boot(): Promise<void> {
    const { boot, skip } = this.blueprint;
    await this.debuggee.boot(boot, skip);
    await this.debuggee.ask('handles.startAt', this.#firstValue);
    if (this.launch.noDebug) await this.execution.neverStop();
    this.streams.start();
  }
  /** The machine was brought to a moment already. */
  async takeOver(): Promise<void> {
    this.started = true;
    await this.debuggee.ask('handles.startAt', this.#firstValue);
  }

  /** Load the program and run it. If it cannot be loaded, the session ends. */
  async start(): Promise<void> {
    this.started = true;
    const { opened } = this.launch;
    if (opened !== undefined && this.#replica !== undefined) return this.#replay(this.#replica, opened);
    try {
      await this.debuggee.load();
      const { isPauseWanted, isLeavingModules } = this.execution;
      const stops = this.launch.stopOnEntry || isPauseWanted || isLeavingModules;
      if (stops && !this.launch.noDebug) await this.#breakOnEntry();
    } catch (error) {
      if (error instanceof ProgramExit) return this.#exited(error);
      const message = errorText(this.#t, error);
      this.#tell('stderr', message, error instanceof StartError ? error.place : undefined);
      this.#teller.event('sockscope/notStarted', { message });
      return this.#finish(1);
    }
    this.packets.isRunning = true;
    this.debuggee.run();
    if (!this.launch.noDebug) this.onGoes();
  }

  /** Repeat another run, and record what happens. @param lead brings the machine to where that ends */
  async repeat(replica: Replica, lead: () => Promise<void>): Promise<void> {
    this.#isReplaying = true;
    this.onStrayed = (why) =>
      replica.fails(new UserError('the run has ended before it came there: {0}', why));
    this.packets.isRunning = true;
    this.streams.start();
    const reading = setInterval(() => this.#keepUp(), KEEP_UP_MS);
    try {
      await lead();
    } finally {
      clearInterval(reading);
      this.#isReplaying = false;
    }
  }
  /** Nobody looks yet, and the machine writes as quickly as it can: read all of it before it is overwritten. */
  #keepUp(): void {
    if (this.#teller.isHidden) this.streams.drain();
    for (const one of [this.recording, this.samples, this.steps]) one.read();
  }
  /** What it has repeated was told before: from now on the client sees it. */
  appear(): void {
    this.#pcap?.appear();
    this.#teller.appear();
    this.streams.drain();
  }

  /** Come to where a recording stands. If the run takes another way, the session ends. */
  async #replay(replica: Replica, { recording, file, difference }: Opened): Promise<void> {
    this.bookmarks.restore(recording.bookmarks);
    let differing: ChangeInput[] = [];
    try {
      await this.repeat(replica, async () => {
        await bringToStop(replica, recording);
        await this.takeOver();
        this.execution.trail.is(replica.moment);
        await this.onReplayed();
        if (difference !== undefined) await takeOtherWay(this, difference);
        differing = await this.debuggee.ask<ChangeInput[]>('takeChanges');
      });
    } catch (error) {
      if (this.#teller.isSilent) return;
      const isCancelled = error instanceof GivenUpError;
      const said = isCancelled
        ? this.#t('The opening of {0} was cancelled.', file)
        : this.#t('{0} cannot be replayed: {1}', file, errorPart(error));
      this.#tell(isCancelled ? 'console' : 'stderr', said);
      if (!isCancelled) this.#teller.event('sockscope/notStarted', { message: said });
      void this.#finish(1);
      return void this.debuggee.kill();
    } finally {
      this.onReplayOver();
    }
    this.execution.arrived(replica.paused!, {
      reason: 'goto',
      description: message('Paused where the recording stands'),
    });
    for (const input of differing)
      this.execution.trail.changed({ kind: 'input', input }, rawPlace(this.debuggee, replica.paused!));
  }

  /** Set a one-time breakpoint at the first line of the first process. */
  async #breakOnEntry(): Promise<void> {
    const entry = await entryOf(this.debuggee);
    if (entry === undefined) return;
    const { breakpointId } = await this.debuggee.client.send('Debugger.setBreakpointByUrl', {
      url: entry.url,
      lineNumber: entry.line,
      columnNumber: entry.column,
    });
    this.execution.expectEntry(breakpointId);
  }

  arm(filters: readonly ArmedFilter[]): Promise<void> {
    return this.debuggee.ask('stops.arm', filters);
  }

  #stopped(stop: PausedState): void {
    this.#toldStop = stop;
    this.packets.isRunning = false;
    this.streams.stop();
    this.streams.drain();
    this.#progress.stop();
    this.#teller.event('stopped', {
      reason: stop.reason,
      ...(stop.description === undefined ? {} : { description: say(this.#t, stop.description) }),
      ...(stop.text === undefined ? {} : { text: sayPart(this.#t, stop.text) }),
      threadId: stop.threadId,
      allThreadsStopped: true,
      ...(stop.hitBreakpoints.length === 0 ? {} : { hitBreakpointIds: stop.hitBreakpoints }),
    } satisfies DebugProtocol.StoppedEvent['body']);
    this.#memoryChanged();
    stop.snapshot.then(
      (snapshot) => this.#surveyed(stop, snapshot),
      (error: unknown) => {
        // The machine may have ended in the meantime; any other error is a defect that no request can report.
        if (!this.debuggee.client.gone) this.tell(errorText(this.#t, error));
      },
    );
  }
  /** The user has changed values other than by asking for one. */
  valuesChanged(): void {
    this.#memoryChanged();
    if (this.#client.supportsInvalidatedEvent === true)
      this.#teller.event('invalidated', { areas: ['variables'] });
  }
  /** The user has changed frames, or made one. */
  framesChanged(): void {
    this.streams.drain();
    this.frames.forgetItems();
    this.valuesChanged();
    this.#progress.edited();
  }
  #memoryChanged(): void {
    if (this.#client.supportsMemoryEvent !== true) return;
    for (const body of this.shownMemory.events()) this.#teller.event('memory', body);
  }
  /** The snapshot of the stop has arrived: update the views. */
  #surveyed(stop: PausedState, snapshot: Snapshot): void {
    if (this.#over || this.execution.stop !== stop) return;
    const { frame, time, event } = snapshot;
    if (this.#original === undefined) this.#noteStop({ event, timeNs: Math.round(Number(time) * 1e9) });
    this.packets.current = frame === 0 ? undefined : frame;
    this.#progress.stopped(time, event);
    this.onStands(event);
    this.#recorder?.stopped(stop, snapshot);
  }
  /** Where it stands, something else is needed to go back. */
  standsStill(): void {
    const { stop } = this.execution;
    stop?.snapshot.then(
      ({ event }) => {
        if (!this.#over && this.execution.stop === stop) this.onStands(event);
      },
      // Whoever looks at the stop meets the error.
      () => {},
    );
  }
  #noteStop(stop: Moment): void {
    if (this.stops.at(-1)?.event !== stop.event) this.stops.push(stop);
    if (this.stops.length > MOST_STOPS) this.stops.shift();
  }
  #continued(stop: PausedState): void {
    // A request that came at the same time may have ended the machine.
    if (this.#over) return;
    const { threadId } = stop;
    // All threads continue. A client that believes only one does would keep its state of the others until
    // they stop again.
    this.#toldStop = undefined;
    this.onGoes();
    this.frames.sleepers.forget();
    this.#teller.event('continued', { threadId, allThreadsContinued: true });
    this.#recorder?.continued();
    this.packets.current = undefined;
    this.packets.isRunning = true;
    this.streams.start();
  }

  #ended({ failed, asleep, exitCode }: RunEnd): void {
    if (this.#isRepeated) return this.#strayed(message('its program has ended'));
    this.streams.drain();
    for (const { name, pid, syscall } of asleep) {
      const who = `${name} [pid ${pid}]`;
      const what =
        syscall === ''
          ? this.#t('{0} waits for something that nothing is left to end.', who)
          : this.#t('{0} sleeps in {1}() that nothing is left to end.', who, syscall);
      this.#teller.line('console', what);
    }
    void this.#finish(failed === 0 ? exitCode : 1);
  }

  async #finish(exitCode: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#close();
    await this.tellRecord();
    if (!this.#teller.isSilent) this.#teller.end(exitCode);
  }
  /** The client ends the program, whatever it does. */
  async terminate(): Promise<void> {
    await this.tellRecord();
    await this.kill();
    this.#teller.end(TERMINATED);
  }

  /** Rows of packets were asked for. @param isWhole else more of the list is still to come */
  answered(milliseconds: number, isWhole: boolean): void {
    if (!this.#over) this.#progress.answered(milliseconds, isWhole);
  }

  /** The error for requests that need a stop. */
  notStopped(): Error {
    return this.#over ? new UserError('the program has ended: start it again') : new NotPausedError();
  }

  /** Send the client the record that it displays after the machine has ended, if requested. */
  async tellRecord(): Promise<void> {
    if (this.#recorder === undefined || this.#isRecorded) return;
    this.#isRecorded = true;
    this.streams.drain();
    const record = await this.#recorder.make();
    this.#teller.event('sockscope/record', record);
  }

  /** End the machine, whatever it does. No event of it follows. @returns whether its thread has ended */
  kill(): Promise<boolean> {
    this.abandon();
    return this.debuggee.kill();
  }
  /** As kill(), but another machine may begin in its thread. */
  retire(threads: Threads): void {
    this.abandon();
    const isChanged = this.pastChange !== undefined || (this.execution.repetition?.made.length ?? 0) > 0;
    // How far it has come is known when it has halted.
    threads.retire(this.debuggee, 0, isChanged);
  }
  /** Ignore the machine from now on: no event of it follows, and it ends with the process. */
  abandon(): void {
    this.#teller.fallSilent();
    this.#over = true;
    this.#close();
  }
  #close(): void {
    this.frames.sleepers.forget();
    this.packets.isRunning = false;
    this.streams.drain();
    this.streams.stop();
    this.#progress.stop();
    this.#pcap?.close();
  }
}
