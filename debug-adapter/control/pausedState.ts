/**
 * One stop of the machine: V8's frames, the agent's snapshot, the frames as displayed, and the ids that the
 * client uses for frames and values. All of it is dropped when the machine continues.
 */
import type { Message, Part } from '../../language/message.ts';
import type { Debugger } from 'node:inspector';
import { INTERRUPT_ENTRIES, isStack } from '../../stack/debugger/places.ts';
import type { Script, Scripts } from '../cdp/scripts.ts';
import type { ScopeLayout, Snapshot } from '../inspect/agent.ts';
import { isKernel, isLibrary, isScenario, isTracing } from '../inspect/codeKinds.ts';
import type { WireItem } from '../inspect/handles.ts';
import type { TextFrame } from '../inspect/stackText.ts';
import type { CaptureMoment } from '../inspect/stackCaptures.ts';
import { SOFTIRQ_THREAD, type GoneFrame } from '../inspect/threads.ts';
import { isHidden, visibleTop, type PauseFrame } from './policies/pause.ts';

/** A displayed frame. Lines and columns count from 1. */
export interface FrameView {
  name: string;
  url: string;
  path: string | undefined;
  line: number;
  column: number;
  /** Skipped when stepping: displayed with less emphasis. */
  isSkipped: boolean;
  /** V8's frame; if there is none, only the text of the stack is known and nothing can be evaluated. */
  callFrame?: Debugger.CallFrame;
  /** When V8 had it; omitted: it has it now, or nobody knows. */
  since?: CaptureMoment | undefined;
  /** Its function awaited another one then: V8 did not have it. */
  isAwaiting?: true;
}

/** A scope that encloses the function of a frame. */
export interface OuterScope {
  callFrame: Debugger.CallFrame;
  scope: Debugger.Scope;
}

/** A frame and its id for the client. */
export interface NumberedFrame {
  id: number;
  frame: FrameView;
}

export class PausedState {
  readonly paused: Debugger.PausedEventDataType;
  /**
   * The agent's snapshot; a stop is reported before it arrives. Rejected if the machine ends in the meantime.
   */
  readonly snapshot: Promise<Snapshot>;
  /** The reason in the stopped event. */
  reason = 'step';
  description: Message | undefined;
  /** What the machine was stopped by, as part of a sentence. */
  cause: string | undefined;
  /** The full sentence, if the description is short. */
  text: Part | undefined;
  hitBreakpoints: number[] = [];
  /** The step that has led here began in a function that this one has called, and that has returned. */
  hasReturned = false;
  /**
   * Frames by thread: of the running context, and of the task that it interrupted. Created on demand, because
   * the stop is reported first.
   */
  #frames: Map<number, FrameView[]> | undefined;
  /** The thread that stopped. */
  readonly threadId: number;
  /** The task on the CPU, below an interrupt's context if there is one; 0: none. */
  readonly pid: number;
  readonly #scripts: Scripts;
  #completed: Promise<void> | undefined;
  readonly #nextFrameId: () => number;
  readonly #numbered = new Map<number, NumberedFrame[]>();
  readonly #byId = new Map<number, FrameView>();
  /** Items already fetched, by the number of their parent. */
  readonly #items = new Map<number, WireItem[]>();
  /** The frames whose locals a number refers to. */
  readonly #locals = new Map<number, FrameView>();
  readonly #outer = new Map<number, OuterScope>();
  /** Names of computed items, by number. */
  readonly #lazy = new Map<number, string>();
  #isChanged = false;
  #isError = false;

  /**
   * @param frames the frames of V8's pause
   * @param nextFrameId returns ids that are never reused at later stops
   */
  constructor(
    paused: Debugger.PausedEventDataType,
    frames: readonly PauseFrame[],
    pid: number,
    snapshot: Promise<Snapshot>,
    scripts: Scripts,
    nextFrameId: () => number,
  ) {
    this.#nextFrameId = nextFrameId;
    this.paused = paused;
    this.pid = pid;
    this.snapshot = snapshot;
    this.#scripts = scripts;
    this.threadId = pid === 0 || frames.some(isInterruptEntry) ? SOFTIRQ_THREAD : pid;
  }

  get #byThread(): Map<number, FrameView[]> {
    return (this.#frames ??= this.#split());
  }
  #split(): Map<number, FrameView[]> {
    const byThread = new Map<number, FrameView[]>();
    const frames = shownFrames(this.paused.callFrames, this.#scripts);
    const boundary = frames.findLastIndex(({ name, url }) => isInterruptEntry({ functionName: name, url }));
    const ownFrames = frames.length > 0 ? frames.slice(boundary + 1) : this.#machineFrames;
    if (this.pid !== 0) byThread.set(this.pid, ownFrames);
    if (this.threadId === SOFTIRQ_THREAD) byThread.set(SOFTIRQ_THREAD, frames);
    return byThread;
  }
  /** The code of the stack that runs programs, where nothing else is on V8's stack: a process is about to go on, say. */
  get #machineFrames(): FrameView[] {
    const { callFrames } = this.paused;
    const frames = pauseFrames(callFrames, this.#scripts).map((frame, at) => ({ frame, at }));
    return frames
      .filter(({ frame }) => isStack(frame.url) && !isTracing(frame.url))
      .map(({ frame: { functionName, url, line }, at }) => {
        const column = (callFrames[at]!.location.columnNumber ?? 0) + 1;
        return textFrame({ name: functionName || '(anonymous)', url, line: line + 1, column }, this.#scripts);
      });
  }
  /**
   * A system call that has slept continues without its caller on V8's stack: the agent knows the remaining
   * frames.
   */
  get #isCut(): boolean {
    return this.pid !== 0 && !this.#byThread.get(this.pid)!.some(({ url }) => isScenario(url));
  }

  /** Whether V8 has this thread on its stack. Other threads sleep, or wait for the CPU. */
  runs(threadId: number): boolean {
    return this.#byThread.get(threadId)?.some(({ callFrame }) => callFrame !== undefined) ?? false;
  }
  /** Frames of a thread on V8's stack, down to the scenario's; undefined for a thread that is not running. */
  async framesOf(threadId: number): Promise<FrameView[] | undefined> {
    if (this.#completed !== undefined || this.#isCut) await (this.#completed ??= this.#complete());
    return this.#byThread.get(threadId);
  }
  /** Give a thread's frames ids; `views` are those of a thread that is not running. */
  number(threadId: number, views: readonly FrameView[]): NumberedFrame[] {
    let frames = this.#numbered.get(threadId);
    if (frames === undefined) {
      frames = views.map((frame) => ({ id: this.#nextFrameId(), frame }));
      for (const { id, frame } of frames) this.#byId.set(id, frame);
      this.#numbered.set(threadId, frames);
    }
    return frames;
  }
  /** @returns undefined for a frame id of another stop */
  frame(id: number): FrameView | undefined {
    return this.#byId.get(id);
  }

  /** The thread whose call a frame is: an interrupt's frames stand upon those of the task that it has interrupted. */
  threadOf(id: number): number | undefined {
    const frame = this.#byId.get(id);
    if (frame === undefined) return undefined;
    if (this.#byThread.get(this.pid)?.includes(frame)) return this.pid;
    return [...this.#numbered].find(([, frames]) => frames.some((one) => one.id === id))?.[0];
  }

  /** The frames of the stack that a frame is in, innermost first. */
  stackOf(id: number): FrameView[] {
    const stack = [...this.#numbered.values()].find((frames) => frames.some((one) => one.id === id)) ?? [];
    return stack.map(({ frame }) => frame);
  }

  /** Something has changed since the agent's snapshot: items fetched before may be outdated. */
  change(): void {
    this.#isChanged = true;
    this.#items.clear();
  }
  get isChanged(): boolean {
    return this.#isChanged;
  }
  keepItems(ref: number, items: WireItem[]): void {
    this.#items.set(ref, items);
  }
  keptItems(ref: number): WireItem[] | undefined {
    return this.#items.get(ref);
  }
  /** Record the items that are computed when they are opened. */
  keepLazy(items: readonly WireItem[]): void {
    for (const { lazy, name, ref } of items) if (lazy === true) this.#lazy.set(ref, name);
  }
  /** The name of the computed item with this number. */
  lazyName(ref: number): string | undefined {
    return this.#lazy.get(ref);
  }
  /** Record that this number refers to the locals of a frame. */
  setLocals(ref: number, frame: FrameView): void {
    this.#locals.set(ref, frame);
  }
  /** Record that this number refers to a scope outside of a frame's function. */
  setOuter(ref: number, outer: OuterScope): void {
    this.#outer.set(ref, outer);
  }
  outerScope(ref: number): OuterScope | undefined {
    return this.#outer.get(ref);
  }
  /** The frame whose locals these are; undefined for any other value. */
  localFrame(ref: number): FrameView | undefined {
    return this.#locals.get(ref);
  }

  /** The first frame displayed. */
  get top(): FrameView | undefined {
    return this.#byThread.get(this.threadId)?.[0];
  }

  /** Show where an error was thrown, not where it was detected. */
  showError(places: readonly TextFrame[]): void {
    const shown = places.filter(({ url }) => isScenario(url) || isKernel(url));
    this.#byThread.set(
      this.threadId,
      shown.map((frame) => textFrame(frame, this.#scripts)),
    );
    this.#completed = Promise.resolve();
    this.#isError = true;
  }
  /** Whether this is a frame that the uncaught error of this stop has left. */
  isOfError(frame: FrameView): boolean {
    return this.#isError && this.#byThread.get(this.threadId)!.includes(frame);
  }

  async #complete(): Promise<void> {
    const { userFrames } = await this.snapshot;
    const callers = userFrames.map((frame) => textFrame(frame, this.#scripts));
    for (const frames of this.#byThread.values()) frames.push(...callers);
  }
}

/** V8's frames in the form that the policies use. */
export function pauseFrames(callFrames: readonly Debugger.CallFrame[], scripts: Scripts): PauseFrame[] {
  return callFrames.map(({ functionName, location }) => ({
    url: scripts.get(location.scriptId)?.url ?? '',
    functionName,
    line: location.lineNumber,
  }));
}

/** How many of V8's frames are below one. */
export function framesBelow(callFrames: readonly Debugger.CallFrame[], frame: Debugger.CallFrame): number {
  return callFrames.length - 1 - callFrames.findIndex(({ callFrameId }) => callFrameId === frame.callFrameId);
}

function shownFrames(callFrames: readonly Debugger.CallFrame[], scripts: Scripts): FrameView[] {
  const frames: FrameView[] = [];
  const top = visibleTop(pauseFrames(callFrames, scripts));
  for (const callFrame of top < 0 ? [] : callFrames.slice(top)) {
    const script = scripts.get(callFrame.location.scriptId);
    if (script === undefined || isHidden(script.url)) continue;
    frames.push(v8Frame(callFrame, script, scripts));
  }
  // Below the outermost user or kernel frame there is only code that runs them.
  while (frames.length > 0 && isLibrary(frames.at(-1)!.url)) frames.pop();
  return frames;
}

/** Whether a frame runs a module of the program itself, and no function without a name. */
function isTopLevel({ functionLocation }: Debugger.CallFrame, { url }: Script): boolean {
  return isScenario(url) && functionLocation?.lineNumber === 0 && functionLocation.columnNumber === 0;
}
function v8Frame(callFrame: Debugger.CallFrame, script: Script, scripts: Scripts): FrameView {
  return {
    name: callFrame.functionName || (isTopLevel(callFrame, script) ? '(module)' : '(anonymous)'),
    url: script.url,
    path: script.path,
    line: callFrame.location.lineNumber + 1,
    column: (callFrame.location.columnNumber ?? 0) + 1,
    isSkipped: isLibrary(script.url) || scripts.isSkipped(script.url),
    callFrame,
  };
}
export function textFrame(
  { name, url, line, column, since, isAwaiting }: GoneFrame,
  scripts: Scripts,
): FrameView {
  return {
    name,
    url,
    path: scripts.pathOf(url),
    line,
    column,
    isSkipped: isLibrary(url) || scripts.isSkipped(url),
    ...(since === undefined ? {} : { since }),
    ...(isAwaiting === true && { isAwaiting }),
  };
}

/** Whether an interrupt's context begins with this function. */
function isInterruptEntry({ functionName, url }: Pick<PauseFrame, 'functionName' | 'url'>): boolean {
  return INTERRUPT_ENTRIES.some((entry) => entry.functionName === functionName && entry.url === url);
}

/**
 * V8's scopes of a frame in the form that the agent accepts: the function's own blocks first, then the
 * enclosing scopes.
 */
export function scopeObjects(callFrame: Debugger.CallFrame | undefined): {
  layout: ScopeLayout;
  objectIds: string[];
} {
  const own = new Set(['local', 'block', 'catch', 'eval', 'with']);
  const scopes = callFrame?.scopeChain ?? [];
  const end = scopes.findIndex(({ type }) => !own.has(type));
  const locals = end < 0 ? scopes : scopes.slice(0, end);
  const closures = scopes.filter(({ type }) => type === 'closure');
  const module = scopes.filter(({ type }) => type === 'module');
  const self = callFrame?.this.objectId === undefined ? [] : [callFrame.this.objectId];
  const layout = {
    locals: locals.length,
    closures: closures.map(({ name = '' }) => (name === '' ? 'Closure' : `Closure (${name})`)),
    module: module.length > 0,
    self: self.length > 0,
  };
  const objects = [...locals, ...outerScopes(callFrame)];
  return { layout, objectIds: [...objects.map(({ object }) => object.objectId!), ...self] };
}
/** Those of enclosing functions, then that of the module. */
export function outerScopes(callFrame: Debugger.CallFrame | undefined): Debugger.Scope[] {
  const scopes = callFrame?.scopeChain ?? [];
  const modules = scopes.filter(({ type }) => type === 'module');
  return [...scopes.filter(({ type }) => type === 'closure'), ...modules.slice(0, 1)];
}
