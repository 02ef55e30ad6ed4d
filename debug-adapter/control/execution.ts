/** Going on and stopping: carries out what the policy of the moment says about each pause of V8's. */
import type { Debugger } from 'node:inspector';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StopReason } from '../../stack/trace/stop.ts';
import { DetachedError, NotPausedError } from '../cdp/cdpClient.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import type { Snapshot } from '../inspect/agent.ts';
import { SWITCH_REASON } from '../inspect/stops.ts';
import { SOFTIRQ_THREAD } from '../inspect/threads.ts';
import type { Debuggee } from './debuggee.ts';
import { STOP_GROUP } from './debuggee.ts';
import type { FunctionIndex, FunctionPlace } from './functionIndex.ts';
import { pauseFrames, PausedState, scopeObjects } from './pausedState.ts';
import { beginStep, type Beginning, type StepKind } from './policies/begin.ts';
import { Continue, RunTo, RunToEntry } from './policies/continue.ts';
import { ToProgram } from './policies/toProgram.ts';
import { Interrupt } from './policies/interrupt.ts';
import { isMachineStop, Pause, visibleTop, type PauseFrame } from './policies/pause.ts';
import type { Go, GoOn, Policy, Told, Verdict } from './policies/policy.ts';
import { StepTargets } from './stepTargets.ts';

type Paused = Debugger.PausedEventDataType;
/** Ways to go on that V8 has no command for: something is set up first. */
type Prepared = Exclude<GoOn['how'], Go>;

const COMMANDS = {
  resume: 'Debugger.resume',
  stepOver: 'Debugger.stepOver',
  stepInto: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const;
/** So much time goes by until V8 is asked again for a pause that has not come. */
const INTERRUPT_AGAIN_MS = 20;
/** A pause waits so long for a program to be loaded. */
const LOADING_MS = 1000;
/** V8's reason for a pause when the heap's limit is near. */
const OUT_OF_MEMORY = 'OOM';

export class Execution {
  readonly #debuggee: Debuggee;
  readonly #functions: FunctionIndex;
  /** Steps end in functions that only look something up, too. */
  stepIntoAccessors = false;
  readonly targets: StepTargets;
  readonly #nextFrameId: () => number;
  #policy: Policy = new Continue();
  #stop: PausedState | undefined;
  /** V8 stands: at a stop, or while it is found out whether this is one. */
  #stands = false;
  #pauseAsked = 0;
  /** The request to go on has its answer: no stop is told before that. */
  #answered: Promise<void> = Promise.resolve();
  /** The agent waits for a thread. */
  #waits = false;
  /** Breakpoints of V8's that exist for this operation only. */
  #temporary: string[] = [];
  /** V8 has said once that the heap is nearly full. */
  #isFull = false;
  /** DAP ids of the user's breakpoints, by V8's. */
  breakpointIds = new Map<string, number>();
  /** Expressions were evaluated at this stop: V8 keeps their values until it is told. */
  objectsHeld = false;
  /** Which of them are function breakpoints. */
  functionBreakpoints = new Set<number>();
  /** Called before the first view is served at each stop. */
  onStop: (stop: PausedState) => void = () => {};
  onContinued: (stop: PausedState) => void = () => {};
  /** The heap is full, and the machine is to go on: V8 would grow the heap far beyond its limit. */
  onOutOfMemory: () => void = () => {};
  /** Something of the debugger's own has failed; the machine goes on, or stops, as if nothing had. */
  onFault: (message: string) => void = () => {};
  /** Hears of each step that begins, and of each pause that was judged. */
  onBegun: (beginning: Beginning, origin: Pause) => void = () => {};
  onJudged: (policy: Policy, pause: Pause, verdict: Verdict) => void = () => {};

  constructor(debuggee: Debuggee, functions: FunctionIndex, nextFrameId: () => number) {
    this.#debuggee = debuggee;
    this.#nextFrameId = nextFrameId;
    this.#functions = functions;
    this.targets = new StepTargets(debuggee, functions);
    debuggee.client.on('Debugger.paused', (paused) => {
      if (debuggee.booted) void this.#paused(paused);
    });
  }

  /** The stop that the machine stands at; undefined while it runs. */
  get stop(): PausedState | undefined {
    return this.#stop;
  }

  /** A pause was asked for and has not come. */
  get isPauseWanted(): boolean {
    return this.#policy instanceof Interrupt;
  }

  /** Run until a one-time breakpoint of V8's (already set) is hit. */
  expectEntry(breakpointId: string): void {
    if (!this.isPauseWanted) this.#become(new RunToEntry());
    this.#temporary.push(breakpointId);
  }

  /** @throws an error for the user if the machine does not stand at a stop */
  continue(): void {
    const { paused } = this.#leave();
    void this.#goOn({ how: 'resume', then: new Continue() }, paused);
  }

  /**
   * @param target which callee to step into, as `targets.of()` numbered it
   * @throws an error for the user if the machine does not stand at a stop
   */
  step(kind: StepKind, thread: number, target?: number): void {
    const stop = this.#leave();
    const { paused } = stop;
    const origin = this.#pauseOf(paused, pauseFrames(paused.callFrames, this.#debuggee.scripts));
    const beginning = {
      kind,
      thread,
      runs: stop.runs(thread),
      isMachineStop: isMachineStop(origin.top),
      isTargeted: target !== undefined,
    };
    this.onBegun(beginning, origin);
    void this.#goOn(beginStep(beginning, origin), paused, target);
  }

  /** Out of the kernel, to a thread's next line of the program. @throws as step() does */
  stepOutToProgram(thread: number): void {
    const { paused } = this.#leave();
    const policy = new ToProgram(thread === SOFTIRQ_THREAD ? undefined : thread);
    void this.#goOn({ how: 'stepOut', then: policy }, paused);
  }

  /** Run until a function begins, or something else stops the machine before. @throws as step() does */
  runTo(place: FunctionPlace): void {
    this.#leave();
    this.#become(new RunTo());
    void this.#breakOnceAt(place)
      .catch(this.#failed)
      .then(() => this.#send('resume'));
  }
  async #breakOnceAt({ url, line, column }: FunctionPlace): Promise<void> {
    const location = await this.targets.bodyAt(url, line, column);
    if (location === undefined) return;
    const { client } = this.#debuggee;
    // Where a breakpoint of the user's stands, V8 takes no other: that one stops, too.
    const set = await client.send('Debugger.setBreakpoint', { location }).catch(() => undefined);
    if (set !== undefined) this.#temporary.push(set.breakpointId);
  }

  /** Stop soon. Where the machine stands already, nothing happens. */
  async pause(): Promise<void> {
    if (this.#stop !== undefined) return;
    this.#policy = new Interrupt();
    this.#pauseAsked = performance.now();
    if (!this.#stands) await this.#interrupt();
  }
  async #interrupt(): Promise<void> {
    this.#interruptSoon();
    // V8 may fail as a whole where it is to show a module that is just being begun: a program that loads is let come to its
    // first process, if that does not take too long.
    const isLoading = !this.#debuggee.runs && performance.now() - this.#pauseAsked < LOADING_MS;
    if (!isLoading) await this.#debuggee.client.send('Debugger.pause');
  }
  /** V8 forgets a pause that comes while the agent is asked something, and it may come where there is nothing to show. */
  #interruptSoon(): void {
    const interrupt = this.#policy;
    setTimeout(() => {
      const isWanted = this.#policy === interrupt && !this.#stands && !this.#debuggee.client.gone;
      if (isWanted) this.#interrupt().catch(this.#failed);
    }, INTERRUPT_AGAIN_MS);
  }

  /** The stop is over for everybody who asks, though V8 stands still until it is told how to go on. */
  #leave(): PausedState {
    const stop = this.#stop;
    if (stop === undefined) throw new NotPausedError();
    this.#stop = undefined;
    this.#answered = nextTurn();
    if (this.#isFull) {
      this.onContinued(stop);
      this.onOutOfMemory();
    } else {
      // V8 is sent on first: the client is told while it runs.
      queueMicrotask(() => this.onContinued(stop));
    }
    return stop;
  }

  /** Carry out how to go on. Nothing that fails on the way may leave V8 standing. */
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
    client.send(COMMANDS[go]).catch(this.#failed);
    if (this.#policy instanceof Interrupt) this.#interruptSoon();
  }
  /** Another policy judges from now on: nothing of the one before may stay behind. */
  #become(policy: Policy): void {
    this.#policy = policy;
    const { client } = this.#debuggee;
    // Not waited for: V8 carries out what it is sent in order, and this comes before whatever is sent next.
    for (const breakpointId of this.#temporary)
      client.send('Debugger.removeBreakpoint', { breakpointId }).catch(this.#failed);
    this.#temporary = [];
    if (this.#waits) this.#debuggee.ask('stops.stopWaiting').catch(this.#failed);
    this.#waits = false;
  }

  readonly #failed = (error: unknown): undefined => {
    if (!isEnd(error)) this.onFault(error instanceof Error ? error.message : String(error));
  };

  async #paused(paused: Paused): Promise<void> {
    this.#stands = true;
    await this.#answered;
    await this.#judge(paused).catch(this.#failed);
  }

  async #judge(paused: Paused): Promise<void> {
    const hit = paused.hitBreakpoints ?? [];
    const users = hit.filter((id) => this.breakpointIds.has(id)).map((id) => this.breakpointIds.get(id)!);
    const isFull = String(paused.reason) === OUT_OF_MEMORY;
    this.#isFull ||= isFull;

    const frames = pauseFrames(paused.callFrames, this.#debuggee.scripts);
    const isOwn = isMachineStop(frames[0]);
    const snapshot = isOwn ? this.#snapshot(paused, frames) : undefined;
    const known = await snapshot?.catch(this.#failed);
    const reason = known?.reason ?? null;
    const isForced =
      isFull ||
      (isOwn && reason === null) ||
      users.length > 0 ||
      hit.some((id) => !this.#temporary.includes(id));
    const isSwitch = reason?.filter === SWITCH_REASON;
    const policy = this.#policy;
    const pause = this.#pauseOf(paused, frames, isSwitch);
    if (!isForced && (reason === null || isSwitch)) {
      const verdict = policy.judge(pause);
      this.onJudged(policy, pause, verdict);
      if (verdict !== 'stop') return this.#goOn(verdict, paused);
    }
    const { currentPid, scripts } = this.#debuggee;
    const survey = snapshot ?? this.#snapshot(paused, frames);
    const stop = new PausedState(paused, frames, currentPid, survey, scripts, this.#nextFrameId);
    if (known?.errorStack !== undefined) stop.showError(known.errorStack);
    stop.hitBreakpoints = users;
    Object.assign(stop, this.#told(reason, users, isFull) ?? policy.tell(pause));
    this.#become(new Continue());
    this.#stop = stop;
    this.onStop(stop);
  }

  #pauseOf(paused: Paused, frames: PauseFrame[], switched = false): Pause {
    const { scripts, currentPid } = this.#debuggee;
    const hit = paused.hitBreakpoints ?? [];
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
    const scopes = scopeObjects(callFrames[Math.max(0, visibleTop(frames))]);
    const snapshot = this.#debuggee.askAbout<Snapshot>('snapshot', [scopes.layout], scopes.objectIds);
    // Views that ask for the snapshot get its failure; the stop itself does not need it.
    snapshot.catch(() => {});
    return snapshot;
  }

  /** What a stop is told as that no policy has decided. */
  #told(
    reason: StopReason | null,
    users: readonly number[],
    isFull: boolean,
  ): (Told & { text?: string }) | undefined {
    if (isFull)
      return {
        reason: 'exception',
        description: 'Paused before running out of memory',
        text: `The objects of the machine take nearly ${this.#debuggee.maxHeap} MB ("maxHeap"). It ends when it goes on.`,
      };
    if (reason !== null)
      return {
        reason: reason.filter === UNCAUGHT_FILTER ? 'exception' : reason.filter,
        description: `Paused on ${reason.label}`,
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
/** The machine may end, or have gone on, while it is being told something. */
function isEnd(error: unknown): boolean {
  return error instanceof DetachedError || error instanceof NotPausedError;
}
