/**
 * The locals of frames that V8 does not have: those of a function that sleeps, and of the program below a system call that
 * has slept. The run is repeated up to where V8 had them, when somebody looks; they are shown as they were there.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import { errorText, UserError } from '../../language/userError.ts';
import { memberOf } from '../control/expression.ts';
import { framesBelow, scopeObjects, type FrameView } from '../control/pausedState.ts';
import type { ScopeInfo } from '../inspect/agent.ts';
import { secondsInGroups } from '../inspect/format.ts';
import type { Part, WireItem } from '../inspect/handles.ts';
import type { CaptureMoment } from '../inspect/stackCaptures.ts';
import { bringToAwait, type Awaiting } from '../travel/awaiting.ts';
import { bringToCapture, frameAt, type Bring } from '../travel/capture.ts';
import { GivenUpError, type Replica } from '../travel/replica.ts';
import { computed, fieldOf, SideEffectError, valueOf } from './evaluate.ts';
import { glanceOf } from './numbers.ts';
import type { Run } from './run.ts';
import { toPastVariable } from './variables.ts';
import { CANCELLED } from './works.ts';

/** Moments that are kept while the user looks: the machine of each takes the memory of a run. */
const MOST_KEPT = 4;
/** The first numbers of each are those of its frames' locals. */
const MOST_FRAMES = 1000;

/** A frame that was asked for. */
interface Asked {
  frame: FrameView;
  frames: readonly FrameView[];
  /** Settles when the machine stands there. */
  locals: Promise<Locals> | undefined;
}
interface Locals {
  callFrame: Debugger.CallFrame;
  items: WireItem[];
}
/** A moment at which V8 had frames. */
interface Sight {
  moment: CaptureMoment;
  /** The only frame that is wanted: it was on V8's stack before the others of that moment. */
  awaiting: FrameView | undefined;
}

/** A moment that somebody looks at. */
class Glance {
  readonly sight: Sight;
  readonly first: number;
  readonly asked: Asked[] = [];
  /** Names of computed items, by number. */
  readonly lazy = new Map<number, string>();
  readonly #bring: Bring;
  #replica: Promise<Replica> | undefined;
  readonly #over = new AbortController();

  /** @param bring makes the machine that stands there */
  constructor(sight: Sight, first: number, bring: Bring) {
    this.sight = sight;
    this.first = first;
    this.#bring = bring;
  }

  /** There is a machine, or soon will be. */
  get hasMachine(): boolean {
    return this.#replica !== undefined;
  }
  /** The machine that stands there. */
  machine({ bringTo }: Pick<Run, 'bringTo'>): Promise<Replica> {
    if (this.#over.signal.aborted) return Promise.reject(new GivenUpError());
    if (this.#replica === undefined) {
      this.#replica = this.#make(bringTo);
      // What failed can be tried again.
      this.#replica.catch(() => (this.#replica = undefined));
    }
    return this.#replica;
  }
  async #make(bringTo: Run['bringTo']): Promise<Replica> {
    const replica = await bringTo(this.#bring, this.#over.signal);
    await replica.debuggee.ask('handles.startAt', this.first + MOST_FRAMES);
    return replica;
  }
  /** Nobody looks any more. */
  end(): void {
    this.#over.abort();
    this.#replica?.then(
      (replica) => replica.retire(),
      () => {},
    );
  }
}

export class Sleepers {
  readonly #run: Run;
  #glances: Glance[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** The machine goes on: what was seen is of an earlier stop. */
  forget(): void {
    for (const glance of this.#glances) glance.end();
    this.#glances = [];
  }

  /**
   * The scope of a frame's locals. Nothing is repeated before they are asked for.
   *
   * @param frames all of its thread
   */
  scope(moment: CaptureMoment, frame: FrameView, frames: readonly FrameView[]): DebugProtocol.Scope {
    const glance = this.#glanceAt(moment, frame, frames);
    let index = glance.asked.findIndex((one) => one.frame === frame);
    if (index < 0) index = glance.asked.push({ frame, frames, locals: undefined }) - 1;
    const { t } = this.#run;
    const time = secondsInGroups(moment.timeNs);
    const name = frame.isAwaiting
      ? t('Locals when it began to wait for what it has called')
      : moment.what === 'sleep'
        ? t('Locals when it fell asleep ({0}, event {1})', time, moment.event)
        : t('Locals when it made the call ({0}, event {1})', time, moment.event);
    return { name, variablesReference: glance.first + index, expensive: false, presentationHint: 'locals' };
  }
  #glanceAt(moment: CaptureMoment, frame: FrameView, frames: readonly FrameView[]): Glance {
    const awaiting = frame.isAwaiting ? frame : undefined;
    const isSame = ({ sight: { moment: other, awaiting: one } }: Glance): boolean =>
      other.pid === moment.pid &&
      other.what === moment.what &&
      other.event === moment.event &&
      one === awaiting;
    const known = this.#glances.find(isSame);
    if (known !== undefined) return known;
    const bring: Bring =
      awaiting === undefined
        ? (machines, signal) => bringToCapture(machines, moment, signal)
        : (machines, signal) => bringToAwait(machines, awaitingOf(moment, awaiting, frames), signal);
    const glance = new Glance({ moment, awaiting }, this.#run.numbers.nextGlance(), bring);
    this.#glances.push(glance);
    return glance;
  }

  /** @throws an error for the user if it is no value of this stop */
  check(ref: number): void {
    if (!this.#glances.some(({ first }) => first === glanceOf(ref))) throw outdated();
  }

  /** @throws an error for the user */
  async variables(
    ref: number,
    start: number,
    count: number,
    part: Part | undefined,
  ): Promise<DebugProtocol.Variable[]> {
    const glance = this.#glances.find(({ first }) => first === glanceOf(ref));
    const asked = glance?.asked[ref - glance.first];
    if (glance === undefined || (asked === undefined && ref < glance.first + MOST_FRAMES)) throw outdated();
    try {
      const items =
        asked === undefined
          ? await this.#open(glance, ref, start, count, part)
          : (await this.#locals(glance, asked)).items.slice(start, start + count);
      for (const { lazy, name, ref: number } of items) if (lazy === true) glance.lazy.set(number, name);
      const { scripts } = (await this.#machine(glance)).debuggee;
      return items.map((item) => toPastVariable(item, scripts));
    } catch (error) {
      if (error instanceof GivenUpError) throw new Error(CANCELLED, { cause: error });
      if (asked === undefined || !(error instanceof UserError)) throw error;
      return [this.#none(errorText(this.#run.t, error))];
    }
  }
  #none(value: string): DebugProtocol.Variable {
    return { name: '(none)', value, variablesReference: 0, presentationHint: { visibility: 'internal' } };
  }
  async #open(
    glance: Glance,
    ref: number,
    start: number,
    count: number,
    part: Part | undefined,
  ): Promise<WireItem[]> {
    const replica = await this.#machine(glance);
    const name = glance.lazy.get(ref);
    if (name !== undefined) return [await computed(replica, name, ref, replica.paused?.callFrames.at(-1))];
    const items = await replica.debuggee.ask<WireItem[] | null>('open', ref, start, count, part);
    if (items === null) throw outdated();
    return items;
  }

  #machine(glance: Glance): Promise<Replica> {
    const [oldest, ...others] = this.#glances.filter((one) => one !== glance && one.hasMachine);
    if (!glance.hasMachine && oldest !== undefined && others.length + 1 === MOST_KEPT) {
      this.#glances.splice(this.#glances.indexOf(oldest), 1);
      oldest.end();
    }
    return glance.machine(this.#run);
  }
  #locals(glance: Glance, asked: Asked): Promise<Locals> {
    const locals = (asked.locals ??= this.#readLocals(glance, asked));
    locals.catch(() => (asked.locals = undefined));
    return locals;
  }
  async #readLocals(glance: Glance, { frame, frames }: Asked): Promise<Locals> {
    const replica = await this.#machine(glance);
    const { debuggee, paused } = replica;
    const callFrame = frame.isAwaiting
      ? paused?.callFrames[0]
      : paused && frameAt(paused, debuggee.scripts, frame, frames);
    if (callFrame === undefined)
      throw new UserError('V8 has not had the variables of {0} at that moment', frame.name);
    const { layout, objectIds } = scopeObjects(callFrame);
    const below = framesBelow(paused!.callFrames, callFrame);
    const infos = await debuggee.askAbout<ScopeInfo[]>('scopes', [{ ...layout, below }], objectIds);
    return { callFrame, items: infos.find(({ isLocals }) => isLocals)?.items ?? [] };
  }

  /** Whether an expression in a frame is about locals that are shown as they were. */
  async concerns(frame: FrameView, expression: string): Promise<boolean> {
    return (await this.#about(frame, expression)) !== undefined;
  }
  async #about(frame: FrameView, expression: string): Promise<[Glance, Locals] | undefined> {
    const glance = this.#glances.find(({ asked }) => asked.some((one) => one.frame === frame));
    const asked = glance?.asked.find((one) => one.frame === frame);
    if (glance === undefined || asked === undefined) return undefined;
    try {
      const locals = await this.#locals(glance, asked);
      const names = new Set(expression.match(NAMES) ?? []);
      const isAbout = locals.items.some(({ name }) => names.has(name));
      return isAbout ? [glance, locals] : undefined;
    } catch (error) {
      // Whoever looks at the locals is told why there are none.
      if (error instanceof UserError || error instanceof GivenUpError) return undefined;
      throw error;
    }
  }

  /**
   * The value of an expression about the locals of a frame whose scopes were asked for; undefined: it is about something
   * else, which has its value of now.
   */
  async evaluate(
    frame: FrameView,
    expression: string,
    longestText: number | undefined,
  ): Promise<DebugProtocol.EvaluateResponse['body'] | undefined> {
    const about = await this.#about(frame, expression);
    if (about === undefined) return undefined;
    const [glance, { callFrame }] = about;
    const replica = await this.#machine(glance);
    const member = memberOf(expression);
    try {
      const item =
        (member && (await fieldOf(replica, member.owner, member.field, expression, callFrame))) ??
        (await valueOf(replica, expression, callFrame, true, longestText));
      const { value, name: _, ...rest } = toPastVariable(item, replica.debuggee.scripts);
      return { result: value, ...rest };
    } catch (error) {
      throw error instanceof SideEffectError ? unchangeable(expression) : error;
    }
  }
}

/** @param frames those of its thread, innermost first */
function awaitingOf(call: CaptureMoment, frame: FrameView, frames: readonly FrameView[]): Awaiting {
  const calls = frames.filter(({ name, url }) => name === frame.name && url === frame.url);
  return { call, frame, calls: calls.length, outer: calls.length - 1 - calls.indexOf(frame) };
}

/** Names that are not members. */
const NAMES = /(?<![\w$.])[A-Za-z_$][\w$]*/g;

function outdated(): UserError {
  return new UserError('these variables are of an earlier stop');
}
/** @param what is not to be changed */
export function unchangeable(what: string): UserError {
  return new UserError(
    '{0} cannot be changed: the variables of a function that sleeps are shown as they were when it fell asleep',
    what,
  );
}
