/**
 * One stop of the machine: V8's frames, what the agent says, the frames as the debugger shows them, and the numbers under
 * which the client knows frames and values. It is dropped when the machine goes on, and all of that with it.
 */
import type { Debugger } from 'node:inspector';
import { INTERRUPT_ENTRIES } from '../../stack/debugger/places.ts';
import type { Script, Scripts } from '../cdp/scripts.ts';
import type { ScopeLayout, Snapshot } from '../inspect/agent.ts';
import { isKernel, isLibrary, isScenario } from '../inspect/codeKinds.ts';
import type { WireItem } from '../inspect/handles.ts';
import type { TextFrame } from '../inspect/stackText.ts';
import { SOFTIRQ_THREAD } from '../inspect/threads.ts';
import { isHidden, visibleTop, type PauseFrame } from './policies/pause.ts';

/** A frame as it is shown. Lines and columns count from 1. */
export interface FrameView {
  name: string;
  url: string;
  path: string | undefined;
  line: number;
  column: number;
  /** Passed over when stepping: shown, but not in the foreground. */
  isSkipped: boolean;
  /** V8's frame; without one there is only the text of a stack: nothing can be evaluated there. */
  callFrame?: Debugger.CallFrame;
}

/** A frame, and the number under which the client knows it. */
export interface NumberedFrame {
  id: number;
  frame: FrameView;
}

export class PausedState {
  readonly paused: Debugger.PausedEventDataType;
  /** What the agent says; a stop is told before that is known. Rejected if the machine ended meanwhile. */
  readonly snapshot: Promise<Snapshot>;
  /** What the stopped event says. */
  reason = 'step';
  description: string | undefined;
  /** The whole sentence, where the description is short. */
  text: string | undefined;
  hitBreakpoints: number[] = [];
  /** By thread: those of the context that runs, and of the task under it. Made when they are asked for: the stop is told first. */
  #frames: Map<number, FrameView[]> | undefined;
  /** The thread that stopped. */
  readonly threadId: number;
  /** The task on the CPU, under an interrupt's context if there is one; 0: none. */
  readonly pid: number;
  readonly #scripts: Scripts;
  #completed: Promise<void> | undefined;
  readonly #nextFrameId: () => number;
  readonly #numbered = new Map<number, NumberedFrame[]>();
  readonly #byId = new Map<number, FrameView>();
  /** Items that have been fetched already, by the number of what they are in. */
  readonly #items = new Map<number, WireItem[]>();
  /** The frame whose locals a number stands for. */
  readonly #locals = new Map<number, FrameView>();
  /** Names of items that are computed, by their numbers. */
  readonly #lazy = new Map<number, string>();
  #isChanged = false;

  /**
   * @param frames those of V8's pause
   * @param nextFrameId gives numbers that are not used again at later stops
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
    if (this.pid !== 0) byThread.set(this.pid, frames.slice(boundary + 1));
    if (this.threadId === SOFTIRQ_THREAD) byThread.set(SOFTIRQ_THREAD, frames);
    return byThread;
  }
  /** A system call that has slept goes on without its caller on V8's stack: the agent knows the rest of the frames. */
  get #isCut(): boolean {
    return this.pid !== 0 && !this.#byThread.get(this.pid)!.some(({ url }) => isScenario(url));
  }

  /** Has V8 this thread on its stack? Others sleep, or wait for the CPU. */
  runs(threadId: number): boolean {
    return this.#byThread.get(threadId)?.some(({ callFrame }) => callFrame !== undefined) ?? false;
  }
  /** Frames of a thread that V8 has on its stack, down to the scenario's; undefined for one that does not run. */
  async framesOf(threadId: number): Promise<FrameView[] | undefined> {
    if (this.#completed !== undefined || this.#isCut) await (this.#completed ??= this.#complete());
    return this.#byThread.get(threadId);
  }
  /** A thread's frames under numbers of their own; `views` are those of a thread that does not run. */
  number(threadId: number, views: readonly FrameView[]): NumberedFrame[] {
    let frames = this.#numbered.get(threadId);
    if (frames === undefined) {
      frames = views.map((frame) => ({ id: this.#nextFrameId(), frame }));
      for (const { id, frame } of frames) this.#byId.set(id, frame);
      this.#numbered.set(threadId, frames);
    }
    return frames;
  }
  /** @returns undefined for the number of a frame of another stop */
  frame(id: number): FrameView | undefined {
    return this.#byId.get(id);
  }

  /** Something was changed since the agent was asked about the stop: what was fetched before may be wrong now. */
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
  /** Some of these are computed when they are opened. */
  keepLazy(items: readonly WireItem[]): void {
    for (const { lazy, name, ref } of items) if (lazy === true) this.#lazy.set(ref, name);
  }
  /** The name of the item that is computed when this number is opened. */
  lazyName(ref: number): string | undefined {
    return this.#lazy.get(ref);
  }
  /** This number stands for the locals of a frame. */
  setLocals(ref: number, frame: FrameView): void {
    this.#locals.set(ref, frame);
  }
  /** The frame whose locals these are; undefined for other values. */
  localFrame(ref: number): FrameView | undefined {
    return this.#locals.get(ref);
  }

  /** The frame that is shown first. */
  get top(): FrameView | undefined {
    return this.#byThread.get(this.threadId)?.[0];
  }

  /** Show where an error was thrown instead of where it was noticed. */
  showError(places: readonly TextFrame[]): void {
    const shown = places.filter(({ url }) => isScenario(url) || isKernel(url));
    this.#byThread.set(
      this.threadId,
      shown.map((frame) => textFrame(frame, this.#scripts)),
    );
    this.#completed = Promise.resolve();
  }

  async #complete(): Promise<void> {
    const { userFrames } = await this.snapshot;
    const callers = userFrames.map((frame) => textFrame(frame, this.#scripts));
    for (const frames of this.#byThread.values()) frames.push(...callers);
  }
}

/** V8's frames as the policies see them. */
export function pauseFrames(callFrames: readonly Debugger.CallFrame[], scripts: Scripts): PauseFrame[] {
  return callFrames.map(({ functionName, location }) => ({
    url: scripts.get(location.scriptId)?.url ?? '',
    functionName,
    line: location.lineNumber,
  }));
}

function shownFrames(callFrames: readonly Debugger.CallFrame[], scripts: Scripts): FrameView[] {
  const frames: FrameView[] = [];
  const top = visibleTop(pauseFrames(callFrames, scripts));
  for (const callFrame of top < 0 ? [] : callFrames.slice(top)) {
    const script = scripts.get(callFrame.location.scriptId);
    if (script === undefined || isHidden(script.url)) continue;
    frames.push(v8Frame(callFrame, script, scripts));
  }
  // Below the outermost frame of the user or the kernel there is only what runs them.
  while (frames.length > 0 && isLibrary(frames.at(-1)!.url)) frames.pop();
  return frames;
}

function v8Frame(callFrame: Debugger.CallFrame, script: Script, scripts: Scripts): FrameView {
  return {
    name: callFrame.functionName || (isScenario(script.url) ? '(module)' : '(anonymous)'),
    url: script.url,
    path: script.path,
    line: callFrame.location.lineNumber + 1,
    column: (callFrame.location.columnNumber ?? 0) + 1,
    isSkipped: isLibrary(script.url) || scripts.isSkipped(script.url),
    callFrame,
  };
}
export function textFrame({ name, url, line, column }: TextFrame, scripts: Scripts): FrameView {
  return {
    name,
    url,
    path: scripts.pathOf(url),
    line,
    column,
    isSkipped: isLibrary(url) || scripts.isSkipped(url),
  };
}

/** Does an interrupt's context begin with this function? */
function isInterruptEntry({ functionName, url }: Pick<PauseFrame, 'functionName' | 'url'>): boolean {
  return INTERRUPT_ENTRIES.some((entry) => entry.functionName === functionName && entry.url === url);
}

/** V8's scopes of a frame as the agent takes them: the function's own blocks first, then what encloses it. */
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
  const objects = [...locals, ...closures, ...module.slice(0, 1)];
  return { layout, objectIds: [...objects.map(({ object }) => object.objectId!), ...self] };
}
