/** Frames, scopes and variables of the current stop. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { stackName } from '../../stack/debugger/places.ts';
import { STOP_GROUP } from '../control/debuggee.ts';
import {
  framesBelow,
  outerScopes,
  scopeObjects,
  textFrame,
  type FrameView,
  type NumberedFrame,
  type OuterScope,
  type PausedState,
} from '../control/pausedState.ts';
import type { ScopeInfo } from '../inspect/agent.ts';
import type { Part, WireItem } from '../inspect/handles.ts';
import type { GoneFrame } from '../inspect/threads.ts';
import { computed } from './evaluate.ts';
import { isGlance } from './numbers.ts';
import type { Run } from './run.ts';
import { Sleepers } from './sleepers.ts';
import { toVariable } from './variables.ts';

/** Items per answer if the client sets no limit. */
const PAGE = 1000;

/** Why only the place of a frame is known: V8's scopes would be those of another frame. */
const LEFT = message('the error has left this function, and V8 has dropped its variables');
const ASLEEP = message('the function is asleep: V8 shows its variables when it goes on');

export class Frames {
  readonly #run: Run;
  /** Locals of frames that V8 has no more. */
  readonly sleepers: Sleepers;

  constructor(run: Run) {
    this.#run = run;
    this.sleepers = new Sleepers(run);
  }

  /** @throws an error for the user if the machine is not stopped */
  get #stop(): PausedState {
    const { stop } = this.#run.execution;
    if (stop === undefined) throw this.#run.notStopped();
    return stop;
  }

  async stackTrace(
    threadId: number,
    start = 0,
    levels = 0,
  ): Promise<DebugProtocol.StackTraceResponse['body']> {
    const frames = await this.#framesOf(threadId);
    const end = levels === 0 ? frames.length : start + levels;
    return {
      totalFrames: frames.length,
      stackFrames: frames.slice(start, end).map(({ id, frame }) => toStackFrame(id, frame)),
    };
  }

  /** The frames of a thread. @throws an error for the user if there is no such thread */
  async viewsOf(threadId: number): Promise<FrameView[]> {
    const stop = this.#stop;
    return (await stop.framesOf(threadId)) ?? (await this.#sleeping(stop, threadId));
  }
  async #framesOf(threadId: number): Promise<NumberedFrame[]> {
    const stop = this.#stop;
    const views = await this.viewsOf(threadId);
    if (this.#run.execution.stop !== stop) throw this.#run.notStopped();
    return stop.number(threadId, views);
  }
  async #sleeping(stop: PausedState, threadId: number): Promise<FrameView[]> {
    const { threads } = await stop.snapshot;
    if (!threads.some(({ id }) => id === threadId)) throw new UserError('there is no thread {0}', threadId);
    const frames = await this.#run.debuggee.ask<GoneFrame[]>('sleepingFrames', threadId);
    return frames.map((frame) => textFrame(frame, this.#run.debuggee.scripts));
  }

  /** @throws an error with a message for the user */
  frame(id: number): FrameView {
    const frame = this.#stop.frame(id);
    if (frame === undefined) throw new UserError('this frame is of an earlier stop');
    return frame;
  }

  async scopes(frameId: number): Promise<DebugProtocol.Scope[]> {
    const stop = this.#stop;
    const frame = this.frame(frameId);
    const { since } = frame;
    const before = since && this.sleepers.scope(since, frame, stop.stackOf(frameId));
    const infos = await this.#scopeInfos(stop, frame, before !== undefined);
    const scopes = infos.map((info): DebugProtocol.Scope => {
      if (info.items !== undefined) stop.keepItems(info.ref, info.items);
      if (info.isLocals) stop.setLocals(info.ref, frame);
      const { callFrame } = frame;
      const scope = info.outer === undefined ? undefined : outerScopes(callFrame)[info.outer];
      if (callFrame !== undefined && scope !== undefined) stop.setOuter(info.ref, { callFrame, scope });
      return {
        name: info.name,
        variablesReference: info.ref,
        expensive: info.expensive ?? !info.isLocals,
        ...(info.isLocals ? { presentationHint: 'locals' } : {}),
      };
    });
    return before === undefined ? scopes : [before, ...scopes];
  }
  async #scopeInfos(stop: PausedState, frame: FrameView, isBefore: boolean): Promise<ScopeInfo[]> {
    if (frame.callFrame === undefined) {
      const { layout: empty } = scopeObjects(undefined);
      const layout = isBefore ? empty : { ...empty, gone: stop.isOfError(frame) ? LEFT : ASLEEP };
      return this.#run.debuggee.askAbout<ScopeInfo[]>('scopes', [layout], []);
    }
    const { layout: scopes, objectIds } = scopeObjects(frame.callFrame);
    const layout = { ...scopes, below: framesBelow(stop.paused.callFrames, frame.callFrame) };
    const infos =
      frame === stop.top && !stop.isChanged
        ? (await stop.snapshot).scopes
        : await this.#run.debuggee.askAbout<ScopeInfo[]>('scopes', [layout], objectIds);
    if (!stop.isChanged) return infos;
    const fresh = await this.#freshLocals(frame, infos);
    if (fresh === undefined) return infos;
    return this.#run.debuggee.askAbout<ScopeInfo[]>(
      'scopes',
      [{ ...layout, locals: 1 }],
      [fresh, ...objectIds.slice(layout.locals)],
    );
  }

  /**
   * V8's scope objects keep the values that the locals had at the stop.
   *
   * @returns V8's id of an object with the current values
   */
  async #freshLocals({ callFrame }: FrameView, infos: readonly ScopeInfo[]): Promise<string | undefined> {
    const items = infos.find(({ isLocals }) => isLocals)?.items ?? [];
    const names = items
      .map(({ name }) => name)
      .filter((name) => name !== 'this' && /^[A-Za-z_$][\w$]*$/.test(name));
    if (callFrame === undefined || names.length === 0) return undefined;
    const { result, exceptionDetails } = await this.#run.debuggee.client.send(
      'Debugger.evaluateOnCallFrame',
      {
        callFrameId: callFrame.callFrameId,
        expression: `({ ${names.join(', ')} })`,
        objectGroup: STOP_GROUP,
        silent: true,
        throwOnSideEffect: true,
      },
    );
    this.#run.execution.objectsHeld = true;
    return exceptionDetails === undefined ? result.objectId : undefined;
  }

  async variables({
    variablesReference,
    filter,
    start = 0,
    count = 0,
  }: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const stop = this.#stop;
    if (isGlance(variablesReference))
      return this.sleepers.variables(variablesReference, start, count === 0 ? PAGE : count, filter);
    const { scripts } = this.#run.debuggee;
    const lazy = stop.lazyName(variablesReference);
    if (lazy !== undefined) {
      const item = await computed(this.#run, lazy, variablesReference, this.topFrame?.callFrame);
      return [toVariable(item, scripts)];
    }
    const whole = start === 0 && count === 0 && filter === undefined;
    const known = whole ? stop.keptItems(variablesReference) : undefined;
    const items = known ?? (await this.#open(variablesReference, start, count === 0 ? PAGE : count, filter));
    stop.keepLazy(items);
    return items.map((item) => toVariable(item, scripts));
  }
  async #open(ref: number, start: number, count: number, part?: Part): Promise<WireItem[]> {
    const items = await this.#run.debuggee.ask<WireItem[] | null>('open', ref, start, count, part);
    if (items === null) throw new UserError('these variables are of an earlier stop');
    return items;
  }

  /** The frame that this number's local belongs to; undefined for the field of a struct. */
  localFrame(ref: number): FrameView | undefined {
    return this.#stop.localFrame(ref);
  }
  /** The scope outside of a function that this number refers to; undefined: it is none. */
  outerScope(ref: number): OuterScope | undefined {
    return this.#stop.outerScope(ref);
  }
  /** A value was changed: items fetched before may be outdated. */
  forgetItems(): void {
    this.#run.execution.stop?.change();
  }
  /** The innermost frame's V8 frame. */
  get topFrame(): FrameView | undefined {
    return this.#run.execution.stop?.top;
  }
}

function toStackFrame(id: number, frame: FrameView): DebugProtocol.StackFrame {
  const source =
    frame.path === undefined
      ? {}
      : {
          source: {
            name: stackName(frame.url) ?? path.basename(frame.path),
            path: frame.path,
            ...(frame.isSkipped ? { presentationHint: 'deemphasize' as const } : {}),
          },
        };
  return {
    id,
    name: frame.name,
    line: frame.line,
    column: frame.column,
    ...source,
    ...(frame.isSkipped ? { presentationHint: 'subtle' as const } : {}),
  };
}
