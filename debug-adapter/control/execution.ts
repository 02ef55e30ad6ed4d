/** Resuming and stopping: carries out the current policy's verdict on each of V8's pauses. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { Debugger } from 'node:inspector';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { StopReason } from '../../stack/trace/stop.ts';
import { DetachedError, NotPausedError } from '../cdp/cdpClient.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import type { Snapshot } from '../inspect/agent.ts';
import { CHANGE_REASON, DATA_REASON, FOUND_REASON, PAUSE_REASON, SWITCH_REASON } from '../inspect/stops.ts';
import { SOFTIRQ_THREAD } from '../inspect/threads.ts';
import type { Debuggee } from './debuggee.ts';
import { STOP_GROUP } from './debuggee.ts';
import { isDebuggerStatement } from './debuggerStatement.ts';
import type { FunctionIndex, FunctionPlace } from './functionIndex.ts';
import { framesBelow, pauseFrames, PausedState, scopeObjects } from './pausedState.ts';
import { beginStep, type Beginning, type StepKind } from './policies/begin.ts';
import { Continue, RunTo, RunToEntry } from './policies/continue.ts';
import { ToProgram } from './policies/toProgram.ts';
import { Interrupt } from './policies/interrupt.ts';
import { LeaveModules } from './policies/leaveModules.ts';
import { isMachineStop, Pause, visibleTop, type PauseFrame } from './policies/pause.ts';
import type { Go, GoOn, Policy, Retold, Told, Verdict } from './policies/policy.ts';
import { StepTargets } from './stepTargets.ts';
import type { CodePoint, Move, StepMove } from './moment.ts';
import { Arrived } from './policies/arrived.ts';
import type { Repetition } from './repetition.ts';
import { Trail } from './trail.ts';

type Paused = Debugger.PausedEventDataType;
/** The stops of a machine are the client's; those of whoever leads it to a moment, step by step; or nobody's. */
type Sight = 'shown' | 'led' | 'unseen';
/** Ways to resume that V8 has no command for: something must be set up first. */
type Prepared = Exclude<GoOn['how'], Go>;

const COMMANDS = {
  resume: 'Debugger.resume',
  stepOver: 'Debugger.stepOver',
  stepInto: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const;
/** So long a pause waits for the next moment that numbers tell; what computes for longer is interrupted anywhere. */
const NUMBERED_MS = 100;
/** A machine that does not listen for so long is interrupted. */
const ASKED_MS = 500;
/** The interval after which V8 is asked again for a pause that has not arrived. */
const INTERRUPT_AGAIN_MS = 20;
/** How long a pause request waits for the program to be loaded. */
const LOADING_MS = 1000;
/** V8's reason for a pause near the heap limit. */
const OUT_OF_MEMORY = 'OOM';

export class Execution {
  readonly #debuggee: Debuggee;
  readonly #functions: FunctionIndex;
  /** Whether steps also end in accessor-like functions. */
  stepIntoAccessors = false;
  readonly targets: StepTargets;
  readonly trail = new Trail(() => !this.#debuggee.runs);
  readonly #nextFrameId: () => number;
  #policy: Policy = new Continue();
  #stop: PausedState | undefined;
  /** What the machine does since the last stop, if that is more than to run. */
  #move: Move | undefined;
  /** Where that began. */
  #origin: readonly PauseFrame[] = [];
  /** It began while the program was loaded. */
  #isLoading = false;
  /** Called when that has led to a stop. */
  readonly #stepEnds: (() => void)[] = [];
  /** V8 is paused: at a stop, or while the policy decides. */
  #stands = false;
  /** One that is unseen stands, or somebody else looks after V8's pauses. */
  #sight: Sight = 'shown';
  /** Called with the next stop of one that is led. */
  #onLed: (stop: PausedState) => void = () => {};
  #pauseAsked = 0;
  /** It has waited for a numbered moment: now V8 may interrupt the code anywhere. */
  #isAnyPlace = false;
  /** V8 was asked, and has not answered: the machine is at something that it does not interrupt. */
  #isPauseSent = false;
  /** Settles when the resume request was answered: no stop is reported before that. */
  #answered: Promise<void> = Promise.resolve();
  /** The agent is waiting for a thread. */
  #waits = false;
  /** V8 breakpoints that exist only for the current operation. */
  #temporary: string[] = [];
  /** V8 has already reported once that the heap is nearly full. */
  #isFull = false;
  #stops = true;
  /** DAP ids of the user's breakpoints, by V8's. */
  breakpointIds = new Map<string, number>();
  /** Expressions were evaluated at this stop: V8 keeps their values until they are released. */
  objectsHeld = false;
  /** What is changed on the way, as it was in the run that this machine repeats. */
  repetition: Repetition | undefined;
  /** V8's ids of breakpoints at the end of recorded history. */
  readonly frontier = new Set<string>();
  /** V8 breakpoints that are function breakpoints. */
  functionBreakpoints = new Set<number>();
  /** Called before the first view is served at each stop. */
  onStop: (stop: PausedState) => void = () => {};
  onContinued: (stop: PausedState) => void = () => {};
  /**
   * Called when the heap is full and the machine is about to continue: V8 would grow the heap far beyond its
   * limit.
   */
  onOutOfMemory: () => void = () => {};
  /** Called when a part of the debugger failed; the machine continues or stops as usual. */
  onFault: (error: unknown) => void = () => {};
  /** Called when a machine that repeats a run has come to where that run stands. */
  onFrontier: () => void = () => {};
  /** Called for each step that begins, and for each pause that was judged. */
  onBegun: (beginning: Beginning, origin: Pause) => void = () => {};
  onJudged: (policy: Policy, pause: Pause, verdict: Verdict) => void = () => {};

  constructor(debuggee: Debuggee, functions: FunctionIndex, nextFrameId: () => number) {
    this.#debuggee = debuggee;
    this.#nextFrameId = nextFrameId;
    this.#functions = functions;
    this.targets = new StepTargets(debuggee, functions);
    debuggee.client.on('Debugger.paused', (paused) => {
      if (debuggee.booted && this.#sight !== 'unseen') void this.#paused(paused);
    });
  }

  /** The current stop; undefined while the machine runs. */
  get stop(): PausedState | undefined {
    return this.#sight === 'shown' ? this.#stop : undefined;
  }
  /** A pause was requested and has not happened yet. */
  get isPauseWanted(): boolean {
    return this.#policy instanceof Interrupt;
  }

  /**
   * The program is run without debugging. V8's debugger stays attached, because only it can make room at the
   * heap limit, so that the thread ends and not the process.
   */
  async neverStop(): Promise<void> {
    this.#stops = false;
    await this.#debuggee.client.send('Debugger.setBreakpointsActive', { active: false });
  }
  /** @throws an error for the user if the program is run without debugging */
  checkStops(): void {
    if (!this.#stops) throw new UserError('the program was started without debugging');
  }

  /** A breakpoint of the user is set: V8 counts the arrivals at it from now on. */
  addBreakpoint(breakpointId: string, id: number): void {
    this.breakpointIds.set(breakpointId, id);
    this.trail.breakpointSet(id, this.#isAtMoment);
  }

  /** A data breakpoint of the user is set: the agent counts the accesses from now on. */
  addDataBreakpoint(id: number): void {
    this.trail.breakpointSet(id, this.#isAtMoment);
  }
  /** It goes on while something is asked: what is set now comes at a moment that nothing tells. */
  get isRunning(): boolean {
    return this.#debuggee.runs && !this.#isAtMoment;
  }
  /** It stands at the trail's moment, whether the client knows or not. */
  get #isAtMoment(): boolean {
    return this.#stop !== undefined || this.#sight === 'unseen';
  }

  /** A step that has begun in a module while that was loaded is still under way: it ends at the program's first line. */
  get isLeavingModules(): boolean {
    return this.#isLoading;
  }
  /** Run until a one-time V8 breakpoint (already set) is hit. */
  expectEntry(breakpointId: string): void {
    if (!this.isPauseWanted) this.#become(new RunToEntry(this.#isLoading));
    this.#isLoading = false;
    this.#move = undefined;
    this.#temporary.push(breakpointId);
  }

  /** @throws an error for the user if the machine is not stopped */
  continue(): void {
    const { paused } = this.#leave();
    void this.#goOn({ how: 'resume', then: new Continue() }, paused);
  }

  /**
   * @param target which callee to step into, as `targets.of()` numbered it
   * @throws an error for the user if the machine is not stopped
   */
  step(kind: StepKind, thread: number, target?: number): void {
    const stop = this.#leave();
    const { paused } = stop;
    const frames = pauseFrames(paused.callFrames, this.#debuggee.scripts);
    const origin = this.#pauseOf(paused, frames);
    const beginning = {
      kind,
      thread,
      runs: stop.runs(thread),
      isMachineStop: isMachineStop(origin.top),
      isTargeted: target !== undefined,
    };
    this.onBegun(beginning, origin);
    this.#origin = frames;
    this.#move = { how: kind, thread, target };
    this.#isLoading = !this.#debuggee.runs;
    const { how, then } = beginStep(beginning, origin);
    void this.#goOn({ how, then: this.#isLoading ? new LeaveModules(then) : then }, paused, target);
  }

  /** Run out of the kernel to a thread's next line of the program. @throws as step() does */
  stepOutToProgram(thread: number): void {
    const { paused } = this.#leave();
    this.#move = { how: 'toProgram', thread };
    this.#origin = pauseFrames(paused.callFrames, this.#debuggee.scripts);
    const policy = new ToProgram(thread === SOFTIRQ_THREAD ? undefined : thread);
    void this.#goOn({ how: 'stepOut', then: policy }, paused);
  }

  /** Wait for the end of a step, for so many ms. @returns whether none is under way any more */
  async stepEnds(ms: number): Promise<boolean> {
    if (this.#move === undefined) return true;
    const ended = new Promise<boolean>((resolve) => this.#stepEnds.push(() => resolve(true)));
    return Promise.race([ended, sleep(ms, false, { ref: false })]);
  }

  /** Run until a function begins, or something else stops the machine first. @throws as step() does */
  runTo(place: FunctionPlace): void {
    this.#leave();
    this.#become(new RunTo());
    void this.#breakOnceAt(place)
      .catch(this.#failed)
      .then(() => this.#send('resume'));
  }
  /**
   * Run until the machine has come to what it looks for, or until something else stops it first.
   *
   * @param wait tells the machine's thread what to look for
   * @throws as step() does
   */
  runUntil(wait: () => Promise<unknown>): void {
    this.#leave();
    this.#become(new Continue());
    this.#waits = true;
    wait().catch(this.#failed);
    this.#send('resume');
  }
  async #breakOnceAt({ url, line, column }: FunctionPlace): Promise<void> {
    const location = await this.targets.bodyAt(url, line, column);
    if (location === undefined) return;
    const { client } = this.#debuggee;
    // V8 accepts no second breakpoint at a place where the user has one: the user's stops, too.
    const set = await client.send('Debugger.setBreakpoint', { location }).catch(() => undefined);
    if (set !== undefined) this.#temporary.push(set.breakpointId);
  }

  /**
   * Stop soon: at the next tracepoint, so that there is a way back, or where V8 interrupts the code. Does nothing if the
   * machine is already stopped.
   */
  async pause(): Promise<void> {
    if (this.#stop !== undefined) return;
    this.#obey(new Interrupt());
    this.#pauseAsked = performance.now();
    this.#isAnyPlace = false;
    if (!this.#stands) await this.#interrupt();
  }
  async #interrupt(): Promise<void> {
    if (this.#debuggee.runs && !this.#isAnyPlace) {
      this.#isAnyPlace = true;
      this.#waits = true;
      const begun = this.#debuggee.ask('waitForPause').catch(this.#failed);
      await Promise.race([begun, sleep(ASKED_MS)]);
      return this.#interruptSoon(NUMBERED_MS);
    }
    this.#interruptSoon();
    // V8 may crash when it must show a module whose evaluation is just beginning: let a program that is
    // loading reach its first process, unless that takes too long. Before there is a machine, nobody would let V8 go on.
    const { booted, runs } = this.#debuggee;
    if (!booted) this.#pauseAsked = performance.now();
    const isLoading = !runs && performance.now() - this.#pauseAsked < LOADING_MS;
    if (isLoading || this.#isPauseSent) return;
    this.#isPauseSent = true;
    try {
      await this.#debuggee.client.send('Debugger.pause');
    } finally {
      this.#isPauseSent = false;
    }
  }
  /**
   * V8 loses a pause request that arrives during a call of the agent, and it may pause where there is nothing
   * to show.
   */
  #interruptSoon(ms = INTERRUPT_AGAIN_MS): void {
    const interrupt = this.#policy;
    setTimeout(() => {
      const isWanted = this.#policy === interrupt && !this.#stands && !this.#debuggee.client.gone;
      if (isWanted) this.#interrupt().catch(this.#failed);
    }, ms);
  }

  /** Somebody brings it to a moment, without a word to the client. */
  hide(): void {
    this.#sight = 'unseen';
  }
  /** Make a step of somebody who brings it to a moment. @returns where V8 stands then */
  async lead(from: Paused, move: StepMove): Promise<Paused> {
    this.#sight = 'led';
    await this.#led(() => this.#standAt(from, { reason: 'step' }));
    const { paused } = await this.#led(() =>
      move.how === 'toProgram'
        ? this.stepOutToProgram(move.thread)
        : this.step(move.how, move.thread, move.target),
    );
    this.#stop = undefined;
    this.#sight = 'unseen';
    return paused;
  }
  #led(go: () => void): Promise<PausedState> {
    return new Promise((resolve) => {
      this.#onLed = resolve;
      go();
    });
  }
  /**
   * The machine already stands here: it was brought to its trail's moment before anybody asked.
   *
   * @param told what the client is told of it, unless the machine has stopped itself and says why
   */
  arrived(paused: Paused, told: Told): void {
    this.#sight = 'shown';
    this.#standAt(paused, told);
  }
  #standAt(paused: Paused, told: Told): void {
    this.#stands = true;
    this.#obey(new Arrived(told));
    void this.#judge(paused, true).catch(this.#failed);
  }
  /**
   * The stop is over for the client, while V8 stays paused.
   *
   * @returns a function that lets it stop again, told otherwise if need be
   */
  setAside(): (told?: Retold) => void {
    const stop = this.#stop;
    if (stop === undefined) throw new NotPausedError();
    this.#stop = undefined;
    this.#sight = 'unseen';
    this.onContinued(stop);
    return (told) => {
      this.#sight = 'shown';
      Object.assign(stop, told);
      this.#stop = stop;
      this.onStop(stop);
    };
  }

  /** The stop is over for all later requests, although V8 stays paused until it is resumed. */
  #leave(): PausedState {
    const stop = this.#stop;
    if (stop === undefined) throw new NotPausedError();
    this.#stop = undefined;
    this.#answered = nextTurn();
    const goesOn = this.#sight === 'shown' ? () => this.onContinued(stop) : () => {};
    if (this.#isFull) {
      goesOn();
      this.onOutOfMemory();
    } else {
      // Resume V8 first; the client is told while it runs.
      queueMicrotask(goesOn);
    }
    return stop;
  }

  /** Carry out a resume. No failure on the way may leave V8 paused. */
  async #goOn({ how, then }: GoOn, paused: Paused, target?: number): Promise<void> {
    if (then !== undefined) this.#become(then);
    if (how === 'stepIntoCallees' || how === 'untilThreadRuns')
      await this.#prepare(how, paused, target).catch(this.#failed);
    this.#send(how === 'stepIntoCallees' ? (target === undefined ? 'stepInto' : 'stepOver') : commandOf(how));
  }
  async #prepare(how: Prepared, paused: Paused, target?: number): Promise<void> {
    if (how === 'stepIntoCallees') {
      this.objectsHeld = true;
      this.#temporary.push(...(await this.targets.arm(paused, target)));
    } else {
      this.#waits = true;
      const { thread } = this.#policy;
      if (thread === SOFTIRQ_THREAD) await this.#debuggee.ask('stops.waitForSoftirq');
      else await this.#debuggee.ask('stops.waitForTask', thread);
    }
  }
  #send(go: Go): void {
    const { client } = this.#debuggee;
    if (this.objectsHeld)
      client.send('Runtime.releaseObjectGroup', { objectGroup: STOP_GROUP }).catch(this.#failed);
    this.objectsHeld = false;
    this.#stands = false;
    this.repetition?.leave().catch(this.#failed);
    if (go === 'resume') this.#debuggee.removal.release();
    client.send(COMMANDS[go]).catch(this.#failed);
    if (this.#policy instanceof Interrupt) this.#interruptSoon();
  }
  /** A new policy judges from now on: remove everything that belongs to the previous one. */
  #become(policy: Policy): void {
    this.#obey(policy);
    // Not awaited: V8 processes commands in order, so this comes before whatever is sent next.
    for (const breakpointId of this.#temporary)
      this.#debuggee.removal.remove(breakpointId).catch(this.#failed);
    this.#temporary = [];
    if (this.#waits) this.#debuggee.ask('stops.stopWaiting').catch(this.#failed);
    this.#waits = false;
  }

  #obey(policy: Policy): void {
    this.#policy = policy;
    this.#debuggee.pauseWish.isWanted = policy instanceof Interrupt;
  }

  readonly #failed = (error: unknown): undefined => {
    if (!isEnd(error)) this.onFault(error);
  };

  async #paused(paused: Paused): Promise<void> {
    this.#stands = true;
    await this.#answered;
    await this.#judge(await this.#debuggee.statements.settled(paused)).catch(this.#failed);
  }

  async #judge(paused: Paused, isKnown = false): Promise<void> {
    const hit = paused.hitBreakpoints ?? [];
    if (hit.some((id) => this.frontier.has(id))) return this.onFrontier();
    const { fulfilledBy } = this.#debuggee.pauseWish;
    const users = hit
      .flatMap((breakpointId) => this.breakpointIds.get(breakpointId) ?? [])
      .filter((id) => id !== fulfilledBy);
    const isFull = String(paused.reason) === OUT_OF_MEMORY;
    this.#isFull ||= isFull;
    if (!this.#stops) {
      if (isFull) this.onOutOfMemory();
      return this.#send('resume');
    }

    const frames = pauseFrames(paused.callFrames, this.#debuggee.scripts);
    const isOwn = isMachineStop(frames[0]);
    const snapshot = isOwn ? this.#snapshot(paused, frames) : undefined;
    const known = await snapshot?.catch(this.#failed);
    const isFound = known?.reason?.filter === FOUND_REASON;
    const isChange = known?.reason?.filter === CHANGE_REASON;
    const reason = (isFound || isChange ? null : known?.reason) ?? null;
    if (!isKnown && isFound) return this.onFrontier();
    const isMet = !isKnown && this.repetition?.meets(paused, known?.changeStop ?? 0) === true;
    const isForced =
      isFull ||
      (isOwn && reason === null && !isChange) ||
      users.length > 0 ||
      hit.some((id) => !this.#temporary.includes(id) && !this.repetition?.owns(id));
    const isSwitch = reason?.filter === SWITCH_REASON;
    const isWish = fulfilledBy !== undefined && hit.some((id) => this.breakpointIds.get(id) === fulfilledBy);
    const policy = this.#policy;
    // A change is made on the way: the user stops there only if something else says so.
    if (isMet && !isForced && reason === null && policy instanceof Continue) {
      const isStatement =
        !isOwn && (await isDebuggerStatement(this.#debuggee.scripts, this.#placeOf(paused, frames))) === true;
      if (!isStatement) return this.#goOn({ how: 'resume' }, paused);
    }
    const pause = this.#pauseOf(paused, frames, isSwitch);
    if (!isForced && (reason === null || isSwitch)) {
      const verdict = policy.judge(pause);
      this.onJudged(policy, pause, verdict);
      if (verdict !== 'stop') return this.#goOn(verdict, paused);
    }
    const { currentPid, scripts } = this.#debuggee;
    const survey = snapshot ?? this.#snapshot(paused, frames);
    if (!isKnown)
      this.#follow(
        this.#placeOf(paused, frames),
        isOwn ? (known ?? 'unknown') : undefined,
        users.length > 0 || isWish,
        survey,
      );
    const hasReturned = this.#move !== undefined && isCallerOf(frames, this.#origin);
    this.#move = undefined;
    this.#isLoading = false;
    const stop = new PausedState(paused, frames, currentPid, survey, scripts, this.#nextFrameId);
    stop.hasReturned = hasReturned;
    if (known?.errorStack !== undefined) stop.showError(known.errorStack);
    stop.hitBreakpoints = [...users, ...(known?.dataHits ?? [])];
    Object.assign(stop, this.#told(reason, users, isFull) ?? policy.tell(pause));
    this.#become(new Continue());
    this.#stop = stop;
    if (this.#sight === 'led') this.#onLed(stop);
    else this.onStop(stop);
    for (const tell of this.#stepEnds.splice(0)) tell();
  }

  /** Tell the trail how the machine has come to this stop. */
  #follow(
    place: CodePoint,
    own: Snapshot | 'unknown' | undefined,
    isUsers: boolean,
    survey: Promise<Snapshot>,
  ): void {
    const { trail } = this;
    // While its modules are loaded there is nobody to lead: whoever repeats the run begins after that.
    if (!this.#debuggee.runs) return;
    if (own === 'unknown') trail.isLost();
    else if (own !== undefined) {
      const { filter, at } = own.reason ?? {};
      const changed = filter === CHANGE_REASON ? this.repetition?.dueMark : undefined;
      if (changed !== undefined) return trail.stands(changed);
      if (filter === DATA_REASON && own.access !== undefined) return trail.accesses(own.access, own.dataHits);
      const how = at ?? (filter === UNCAUGHT_FILTER ? 'uncaught' : 'tracepoint');
      trail.stands({ kind: 'own', event: own.event, how });
    } else if (isUsers)
      survey.then(
        ({ reached }) => (reached === undefined ? trail.isLost() : trail.arrives(place, reached)),
        () => trail.isLost(),
      );
    else if (this.isPauseWanted) trail.isLost();
    else if (this.#isLoading) trail.isLost();
    // One that has no breakpoint is that of a `debugger` statement.
    else trail.moves(this.#move ?? { how: 'arrive', place, arrival: 1 });
  }
  #placeOf({ callFrames: [top] }: Paused, [frame]: readonly PauseFrame[]): CodePoint {
    const { lineNumber, columnNumber = 0 } = top!.location;
    return { url: frame!.url, line: lineNumber, column: columnNumber };
  }

  #pauseOf(paused: Paused, frames: PauseFrame[], switched = false): Pause {
    const { scripts, currentPid } = this.#debuggee;
    // One at which a change is made is none that somebody waits for.
    const hit = (paused.hitBreakpoints ?? []).filter((id) => this.repetition?.owns(id) !== true);
    return new Pause({
      frames,
      pid: currentPid,
      hit: hit.length > 0,
      returns: paused.callFrames[0]?.returnValue !== undefined,
      switched,
      skipped: scripts.isSkipped(frames[0]?.url ?? ''),
      accessor:
        !this.stepIntoAccessors &&
        frames[0] !== undefined &&
        this.#functions.isAccessor(frames[0].url, frames[0].functionName),
    });
  }
  #snapshot({ callFrames }: Paused, frames: readonly PauseFrame[]): Promise<Snapshot> {
    const top = callFrames[Math.max(0, visibleTop(frames))]!;
    const scopes = scopeObjects(top);
    const layout = { ...scopes.layout, below: framesBelow(callFrames, top) };
    const snapshot = this.#debuggee.askAbout<Snapshot>('snapshot', [layout], scopes.objectIds);
    // Views that need the snapshot receive its failure; the stop itself does not need it.
    snapshot.catch(() => {});
    return snapshot;
  }

  /** The description of a stop that no policy has decided. */
  #told(reason: StopReason | null, users: readonly number[], isFull: boolean): Told | undefined {
    if (isFull)
      return {
        reason: 'exception',
        description: message('Paused before running out of memory'),
        text: message(
          'The objects of the machine take nearly {0} MB ("maxHeap"). It ends when it goes on.',
          this.#debuggee.maxHeap,
        ),
      };
    // At a tracepoint, which nobody has asked for.
    if (reason?.filter === PAUSE_REASON && reason.label === '') return { reason: 'pause' };
    if (reason !== null)
      return {
        reason: reason.filter === UNCAUGHT_FILTER ? 'exception' : reason.filter,
        description: message('Paused on {0}', reason.label),
        cause: reason.label,
        text: reason.description,
      };
    if (users.length === 0) return undefined;
    const isFunction = users.some((id) => this.functionBreakpoints.has(id));
    return { reason: isFunction ? 'function breakpoint' : 'breakpoint' };
  }
}

function commandOf(how: Exclude<GoOn['how'], 'stepIntoCallees'>): Go {
  return how === 'untilThreadRuns' ? 'resume' : how;
}
/** Whether the innermost function had called the one that was innermost before. */
function isCallerOf([now]: readonly PauseFrame[], [, ...callers]: readonly PauseFrame[]): boolean {
  return callers.some(({ functionName, url }) => functionName === now?.functionName && url === now.url);
}
/** Whether an error only means that the machine has ended or resumed in the meantime. */
function isEnd(error: unknown): boolean {
  return error instanceof DetachedError || error instanceof NotPausedError;
}
