/** Going on and stopping: runs the machine until it stops where a person wants to be. */
import type { Debugger } from 'node:inspector';
import type { StopReason } from '../../stack/trace/stop.ts';
import { DetachedError } from '../cdp/cdpClient.ts';
import type { Snapshot } from '../inspect/agent.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import { isForeign, isKernel, isLibrary, isScenario, isTracing } from '../inspect/codeKinds.ts';
import { SWITCH_REASON } from '../inspect/stops.ts';
import { SOFTIRQ_THREAD } from '../inspect/threads.ts';
import type { Debuggee } from './debuggee.ts';
import { STOP_GROUP } from './debuggee.ts';
import { StepTargets } from './stepTargets.ts';
import { isMachineStop, scopeObjects, Stop, visibleTop } from './stop.ts';
import type { FunctionIndex } from './functionIndex.ts';

export type StepKind = 'next' | 'stepIn' | 'stepOut';
type Paused = Debugger.PausedEventDataType;
const COMMANDS = {
  next: 'Debugger.stepOver',
  stepIn: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const;
type Go = 'Debugger.resume' | (typeof COMMANDS)[StepKind];

/** What is being carried out. */
interface Operation {
  kind: StepKind | 'continue' | 'wait';
  /** The thread that is to stop; undefined: any. */
  thread?: number | undefined;
  /** Where the step began. */
  from?: Place | undefined;
  /** Breakpoints of V8's that exist for this step only. */
  temporary: string[];
  /** How often V8 stopped where a person does not want to be. */
  again: number;
  /** The functions that were on the stack when it began, by place, with their number. */
  stack?: Map<string, number> | undefined;
  /** Reported when a temporary breakpoint is hit. */
  reason?: string;
  /** A getter or the like has just been left again. */
  leftTrivial?: boolean;
}
interface Place {
  script: string;
  functionName: string;
  line: number;
  /** How often the function is on the stack: after a sleep the frames under it are others. */
  depth: number;
}
/** V8 may stop so often between two lines before that is taken for a stop. */
const MOST_REPEATS = 60;

export class Execution {
  readonly #debuggee: Debuggee;
  readonly #targets: StepTargets;
  #operation: Operation = { kind: 'continue', temporary: [], again: 0 };
  #stop: Stop | undefined;
  /** V8 stands, and what that means is not known yet. */
  #judging = false;
  #pauseRequested = false;
  #pauseSettled = false;
  /** DAP ids of the user's breakpoints, by V8's. */
  breakpointIds = new Map<string, number>();
  /** Expressions were evaluated at this stop: V8 keeps their values until it is told. */
  objectsHeld = false;
  /** Which of them are function breakpoints. */
  functionBreakpoints = new Set<number>();
  /** Called before the first view is served at each stop. */
  onStop: (stop: Stop) => void = () => {};
  onContinued: () => void = () => {};

  constructor(debuggee: Debuggee, functions: FunctionIndex) {
    this.#debuggee = debuggee;
    this.#targets = new StepTargets(debuggee, functions);
    debuggee.client.on('Debugger.paused', (paused) => {
      if (debuggee.booted) void this.#paused(paused);
    });
  }

  /** The stop that the machine stands at; undefined while it runs. */
  get stop(): Stop | undefined {
    return this.#stop;
  }
  get targets(): StepTargets {
    return this.#targets;
  }

  continue(): void {
    this.#begin({ kind: 'continue', temporary: [], again: 0 }, 'Debugger.resume');
  }

  /** Run until a one-time breakpoint of V8's (already set) is hit. */
  expectEntry(breakpointId: string): void {
    this.#operation = { kind: 'continue', temporary: [breakpointId], again: 0, reason: 'entry' };
  }

  async pause(): Promise<void> {
    if (this.#stop !== undefined || this.#judging) return;
    this.#pauseRequested = true;
    await this.#debuggee.client.send('Debugger.pause');
  }

  /** @param target which callee to step into, as `targets.of()` numbered it */
  async step(kind: StepKind, thread: number, target?: number): Promise<void> {
    const stop = this.#stop;
    if (stop === undefined) throw new Error('the machine is running: pause it first');
    if (!stop.runs(thread)) return this.#waitForThread(thread);
    const operation: Operation = {
      kind,
      thread,
      from: this.#placeOf(stop.paused),
      stack: functionsOn(stop.paused),
      temporary: [],
      again: 0,
    };
    if (isMachineStop(stop.paused.callFrames, this.#debuggee.scripts)) {
      // Leave the code that stopped the machine; the line that it was called from is where the step begins.
      return this.#leaveMachineStop(operation);
    }
    await this.#stepFrom(operation, stop.paused, target);
  }

  async #stepFrom(operation: Operation, paused: Paused, target?: number): Promise<void> {
    let command: Go =
      operation.kind === 'continue' || operation.kind === 'wait'
        ? 'Debugger.resume'
        : COMMANDS[operation.kind];
    if (operation.kind === 'stepIn') {
      this.objectsHeld = true;
      operation.temporary = await this.#targets.arm(paused, target);
      // One callee was chosen: everything else is stepped over.
      if (target !== undefined) {
        operation.kind = 'next';
        command = 'Debugger.stepOver';
      }
    }
    this.#begin(operation, command);
  }

  #leaving: ((paused: Paused) => void) | undefined;
  async #leaveMachineStop(operation: Operation): Promise<void> {
    const left = new Promise<Paused>((resolve) => (this.#leaving = resolve));
    this.#begin(operation, 'Debugger.stepOut');
    const paused = await left;
    if (operation.kind === 'stepOut') this.#resume('Debugger.stepOut');
    else if (operation.kind === 'stepIn') await this.#stepFrom(operation, paused);
    else this.#resume('Debugger.stepOver');
  }

  async #waitForThread(thread: number): Promise<void> {
    if (thread === SOFTIRQ_THREAD) await this.#debuggee.ask('stops.waitForSoftirq');
    else await this.#debuggee.ask('stops.waitForTask', thread);
    this.#begin({ kind: 'wait', thread, temporary: [], again: 0 }, 'Debugger.resume');
  }

  #begin(operation: Operation, command: Go): void {
    this.#operation = operation;
    this.#stop = undefined;
    this.onContinued();
    this.#resume(command);
  }
  #resume(command: Go): void {
    const { client } = this.#debuggee;
    if (this.objectsHeld)
      client.send('Runtime.releaseObjectGroup', { objectGroup: STOP_GROUP }).catch(() => {});
    this.objectsHeld = false;
    client.send(command).catch(ignoreEnd);
  }

  /** V8 has stopped: go on, or tell. */
  async #paused(paused: Paused): Promise<void> {
    this.#judging = true;
    try {
      await this.#judge(paused);
    } catch (error) {
      // The machine was ended meanwhile: there is nothing to stop at any more.
      if (!this.#debuggee.client.gone) throw error;
    } finally {
      this.#judging = false;
    }
  }

  async #judge(paused: Paused): Promise<void> {
    const operation = this.#operation;
    const { scripts } = this.#debuggee;
    const hit = paused.hitBreakpoints ?? [];
    const users = hit.filter((id) => this.breakpointIds.has(id)).map((id) => this.breakpointIds.get(id)!);
    const machineStop = isMachineStop(paused.callFrames, scripts);
    const planned = !machineStop && users.length === 0 && hit.length === 0;

    const leaving = this.#leaving;
    if (leaving !== undefined) {
      this.#leaving = undefined;
      if (planned) return leaving(paused);
    }
    if (planned && this.#pauseRequested && !this.#pauseSettled) {
      // V8 interrupts optimised code anywhere. One step on, it stands at a statement, and variables can be changed.
      this.#pauseSettled = true;
      this.#resume('Debugger.stepInto');
      return;
    }
    if (planned && this.#goesOn(operation, paused)) return;
    if (planned && !this.#isRightThread(operation)) return this.#waitAgain(operation);
    const own = planned || (!machineStop && hit.every((id) => operation.temporary.includes(id)));
    if (own && this.#isPassedOver(operation, paused)) return this.#passOver(operation, paused);

    const scopes = scopeObjects(paused.callFrames[Math.max(0, visibleTop(paused.callFrames, scripts))]);
    const snapshot = this.#debuggee.askAbout<Snapshot>('snapshot', [scopes.locals], scopes.objectIds);
    // Whoever wants to know it hears of a failure; the stop itself stands without it.
    snapshot.catch(() => {});
    const stop = new Stop(paused, this.#debuggee.currentPid, snapshot, scripts);
    stop.hitBreakpoints = users;
    if (machineStop) {
      const { reason, errorStack } = await snapshot;
      if (reason?.filter === SWITCH_REASON) {
        // The thread that was waited for is about to run: on to its next line.
        this.#operation = { ...operation, kind: 'stepIn', from: undefined, again: 0 };
        this.#resume('Debugger.stepInto');
        return;
      }
      if (errorStack !== undefined) stop.showError(errorStack);
      this.#explain(stop, operation, reason, hit);
    } else this.#explain(stop, operation, null, hit);
    this.#finish(operation);
    this.#stop = stop;
    this.onStop(stop);
  }

  /** Stopped between the lines, or in code that nobody wants to see: go on. @returns whether it does */
  #goesOn(operation: Operation, paused: Paused): boolean {
    if (this.#pauseRequested || operation.again >= MOST_REPEATS) return false;
    const top = paused.callFrames[0]!;
    const url = this.#debuggee.scripts.get(top.location.scriptId)?.url ?? '';
    if (!isKernel(url) && !isScenario(url)) {
      if (operation.kind === 'continue') return false;
      operation.again++;
      this.#resume(operation.kind === 'stepOut' ? 'Debugger.stepOut' : 'Debugger.stepInto');
      return true;
    }
    const detour = this.#detour(operation, paused);
    if (detour !== undefined) {
      operation.again++;
      this.#resume(detour);
      return true;
    }
    if (operation.kind !== 'next' && operation.kind !== 'stepIn') return false;
    const { from } = operation;
    const here = this.#placeOf(paused);
    const samePlace =
      from !== undefined &&
      from.script === here.script &&
      from.functionName === here.functionName &&
      from.line === here.line &&
      from.depth === here.depth;
    // Stepping in stops again before each call of a line; only the way out of the function is no line of its own.
    const back = operation.leftTrivial === true;
    operation.leftTrivial = false;
    if (!samePlace || (operation.kind === 'stepIn' && top.returnValue === undefined && !back)) return false;
    operation.again++;
    this.#resume(COMMANDS[operation.kind]);
    return true;
  }

  /** V8 has come to a place where no step is to end: how to get out of it. */
  #detour(operation: Operation, paused: Paused): Go | undefined {
    const { stack } = operation;
    if (stack === undefined) return undefined;
    const top = paused.callFrames[0]!;
    const key = functionKey(top);
    if (operation.kind === 'stepIn' && !stack.has(key) && isTrivial(top.functionName)) {
      operation.leftTrivial = true;
      return 'Debugger.stepOut';
    }
    // Woken from a sleep, V8 stops in the innermost function. The one that the step began in is still on the stack.
    const from = operation.from!;
    const depth = functionsOn(paused).get(`${from.script}:${from.functionName}`) ?? 0;
    const isIn = key === `${from.script}:${from.functionName}`;
    if (operation.kind === 'stepOut' && depth >= from.depth) return 'Debugger.stepOut';
    if (operation.kind === 'next' && (depth > from.depth || (depth === from.depth && !isIn)))
      return 'Debugger.stepOut';
    return this.#isErrand(paused.callFrames, stack) ? 'Debugger.stepOut' : undefined;
  }

  /** Is this what the library, or tracing, calls on its own account? No step was about that. */
  #isErrand(callFrames: readonly Debugger.CallFrame[], stack: Map<string, number>): boolean {
    const urlOf = ({ location }: Debugger.CallFrame) =>
      this.#debuggee.scripts.get(location.scriptId)?.url ?? '';
    const caller = callFrames.findIndex((frame) => !isKernel(urlOf(frame)) || stack.has(functionKey(frame)));
    if (caller <= 0) return false;
    const url = urlOf(callFrames[caller]!);
    return isLibrary(url) || isTracing(url) || isForeign(url);
  }

  #placeOf(paused: Paused): Place {
    const { scripts } = this.#debuggee;
    const { callFrames } = paused;
    const index = Math.max(0, visibleTop(callFrames, scripts));
    const { functionName, location } = callFrames[index]!;
    return {
      script: location.scriptId,
      functionName,
      line: location.lineNumber,
      depth: functionsOn(paused).get(functionKey(callFrames[index]!)) ?? 0,
    };
  }

  /** A step of one thread must not end in another. The softirq context ends where it likes. */
  #isRightThread({ thread }: Operation): boolean {
    if (this.#pauseRequested || thread === undefined || thread === SOFTIRQ_THREAD) return true;
    return this.#debuggee.currentPid === thread;
  }

  /** Would a step end in a file that the user wants it to pass over? */
  #isPassedOver({ kind }: Operation, { callFrames }: Paused): boolean {
    if (kind === 'continue' || kind === 'wait' || this.#pauseRequested) return false;
    const { scripts } = this.#debuggee;
    return scripts.isSkipped(scripts.get(callFrames[0]!.location.scriptId)?.url ?? '');
  }
  /**
   * Into what the function calls, if the step was one into something, else out of it. V8 could be told of such files, but
   * it then passes over all that they call as well, where that is a generator.
   */
  async #passOver(operation: Operation, paused: Paused): Promise<void> {
    this.#finish(operation);
    const here = { from: this.#placeOf(paused), stack: functionsOn(paused), temporary: [], again: 0 };
    const kind = operation.kind === 'stepIn' ? 'stepIn' : 'stepOut';
    await this.#stepFrom({ ...operation, ...here, kind }, paused);
  }
  async #waitAgain(operation: Operation): Promise<void> {
    await this.#debuggee.ask('stops.waitForTask', operation.thread);
    this.#finish(operation, false);
    this.#operation = { kind: 'wait', thread: operation.thread, temporary: [], again: 0 };
    this.#resume('Debugger.resume');
  }

  /** @param reason why the machine stopped itself; null: it did not */
  #explain(stop: Stop, operation: Operation, reason: StopReason | null, hit: readonly string[]): void {
    if (reason !== null) {
      stop.reason = reason.filter === UNCAUGHT_FILTER ? 'exception' : reason.filter;
      stop.description = `Paused on ${reason.label}`;
      stop.text = reason.description;
    } else if (stop.hitBreakpoints.length > 0) {
      const isFunction = stop.hitBreakpoints.some((id) => this.functionBreakpoints.has(id));
      stop.reason = isFunction ? 'function breakpoint' : 'breakpoint';
    } else if (hit.some((id) => operation.temporary.includes(id))) {
      stop.reason = operation.reason ?? 'step';
      if (operation.reason === 'entry') stop.description = 'Paused on entry';
    } else if (this.#pauseRequested) {
      stop.reason = 'pause';
    } else if (operation.kind === 'continue') {
      stop.reason = 'breakpoint';
      stop.description = 'Paused on debugger statement';
    }
  }

  /** The operation is over: nothing of it may stay behind. */
  #finish(operation: Operation, forgetWait = true): void {
    this.#pauseRequested = false;
    this.#pauseSettled = false;
    const { client } = this.#debuggee;
    // Not waited for: V8 carries out what it is sent in order, and this comes before whatever is sent next.
    for (const breakpointId of operation.temporary)
      client.send('Debugger.removeBreakpoint', { breakpointId }).catch(ignoreEnd);
    if (forgetWait && operation.kind === 'wait') this.#debuggee.ask('stops.stopWaiting').catch(ignoreEnd);
    operation.temporary = [];
  }
}

/** The machine may end while it is being told something; everything else that goes wrong is a defect. */
function ignoreEnd(error: unknown): void {
  if (!(error instanceof DetachedError)) throw error;
}
function functionKey({ functionName, location }: Debugger.CallFrame): string {
  return `${location.scriptId}:${functionName}`;
}
function functionsOn(paused: Paused): Map<string, number> {
  const functions = new Map<string, number>();
  for (const frame of paused.callFrames)
    functions.set(functionKey(frame), (functions.get(functionKey(frame)) ?? 0) + 1);
  return functions;
}
/** Getters and the setting of fields: nobody who steps into a call wants to see them first. */
function isTrivial(functionName: string): boolean {
  return /^(?:get |set |<instance_members_initializer>$|<static_initializer>$)/.test(functionName);
}
