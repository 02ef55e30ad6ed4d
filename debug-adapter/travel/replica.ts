/**
 * A machine that repeats a run up to a moment, in a thread of its own and without a word to the client: the
 * debugger looks for moments in it, and lets the user look around at the one that it has found.
 */
import type { Debugger } from 'node:inspector';
import { UserError } from '../../language/userError.ts';
import type { ProgramFile } from '../../stack/world/program_files.ts';
import { Debuggee } from '../control/debuggee.ts';
import { ruleCondition } from '../control/conditions.ts';
import {
  at,
  type CodePoint,
  type Mark,
  type Moment,
  sameMark,
  samePoint,
  type Move,
  type PausePlace,
  type StepMove,
  type NumberedMark,
  type PlacedBreakpoint,
} from '../control/moment.ts';
import type {
  CountedArrival,
  NotedArrival,
  PassedStop,
  Patience,
  TrackedFunction,
} from '../inspect/moments.ts';
import { PRACTICE, type MachineThread } from '../control/machineThread.ts';
import { Repetition, type NumberedChange } from '../control/repetition.ts';
import {
  isDebuggerStatement,
  pausesAtStatement,
  StatementBreakpoints,
} from '../control/debuggerStatement.ts';
import type { Execution } from '../control/execution.ts';
import type { StatementChange } from '../inspect/changingStatements.ts';
import type { CountedAccess, DataWish, ExpectedField } from '../inspect/dataBreakpoints.ts';
import { CAPTURED_BEFORE, type CaptureMoment } from '../inspect/stackCaptures.ts';
import type { ArmedFilter } from '../inspect/stops.ts';
import type { CountedClass } from '../worker/creations.ts';
import { AGENT, type BootConfig } from '../worker/channel.ts';
import { waitingSemiSpace } from '../worker/thread.ts';
import { rawPlace } from './here.ts';
import { codeOf, type RunCode } from './runCode.ts';
import type { Threads } from './threads.ts';

type Paused = Debugger.PausedEventDataType;

/** What the user wants to stop at. */
export interface Wishes {
  breakpoints: readonly PlacedBreakpoint[];
  filters: readonly ArmedFilter[];
  /** Sockets whose transitions stop the machine, by the numbers of their fields. */
  sockets: readonly number[];
  data: readonly DataWish[];
}
/** What makes the machine stop itself at a tracepoint. */
export type OwnStops = Pick<Wishes, 'filters' | 'sockets'>;

/** A place whose arrivals are noted. */
export interface TrackedPlace {
  place: CodePoint;
  of: TrackedFunction;
}

/** So many events before a moment its place is watched: watching costs time at each arrival. */
export const NEAR = 200;

/** What a machine is made of: as the first one of the session was. */
export interface Blueprint {
  root: string;
  /** Where machines begin, and what becomes of their threads. */
  threads: Threads;
  maxHeap: number;
  boot: BootConfig;
  skip: readonly string[];
  /** What makes a machine's steps. */
  execution(debuggee: Debuggee): Execution;
}

/** Of the run that is repeated, as its agent gives it. */
export interface Past {
  /** How far it has come. */
  event: number;
  inputs: string;
  /** The events of stacks that are needed for long; undefined: all stacks are captured. */
  lasting?: readonly number[];
  /** How many files its programs have read. */
  files: number;
  /** Some of these are Node programs. */
  hasNodePrograms: boolean;
  /** Bytes of its heap. */
  heapUsed: number;
}
/** What a run repeats. */
export interface Repeated extends Pick<Past, 'inputs' | 'lasting'>, Partial<Pick<Past, 'heapUsed'>> {
  /** What its programs have read; undefined: they read what is on disk. */
  files?: readonly ProgramFile[];
  changes: readonly NumberedChange[];
  /** Whose objects are counted. */
  counted: readonly CountedClass[];
  /** Fields of counted objects that are watched. */
  fields: readonly ExpectedField[];
  /** The kernel's functions say when they begin and end. */
  isTraced?: boolean;
  /** Whether a `debugger` statement is at a place; undefined: the script is not known. */
  isStatement?(place: CodePoint): Promise<boolean | undefined>;
  /** It is recorded as if it were the first to do it. */
  isTold?: boolean;
}

/** A run that is repeated has taken another way. */
export class StrayedError extends UserError {
  override name = 'StrayedError';
  constructor() {
    super(
      "the run could not be repeated: it took another way. The program may depend on something outside the machine, such as the host's clock or its own state in the host.",
    );
  }
}

/** The search was given up. */
export class GivenUpError extends Error {
  override name = 'GivenUpError';
  constructor() {
    super('the search was given up');
  }
}

const AGENT_TEXT = `globalThis[Symbol.for('${AGENT}')]`;
const MOMENTS = `${AGENT_TEXT}.moments`;

export class Replica {
  readonly debuggee: Debuggee;
  /** Makes its steps, until somebody else has it. */
  readonly execution: Execution;
  /** Where V8 stands; undefined before the first line. */
  paused: Paused | undefined;
  /** The moment at which it stands. */
  moment: Moment = at({ kind: 'begin', event: 0 });
  /** Whoever waits for it: for V8's next pause, or for what somebody else makes of its pauses. */
  #waiting: { pauses?(paused: Paused): void; reject(error: Error): void } | undefined;
  #lost: Error | undefined;
  readonly #repetition: Repetition;
  readonly #threads: Threads;
  /** Its modules are evaluated: nobody waits for V8's pauses. */
  #isLoading = true;
  #firstTracked = 0;
  #places = 0;
  #breakpoints = 0;
  /** What would stop the user on the way; undefined: nobody asks for that. */
  #wishes: Wishes | undefined;
  /** It was led to a `debugger` statement, which is the last stop that it has passed. */
  standsAtStatement = false;
  /** The numbers of the places of `debugger` statements, by their names. */
  readonly #visited = new Map<string, number>();

  readonly #isKnownStatement: Repeated['isStatement'];

  private constructor(
    blueprint: Blueprint,
    thread: MachineThread,
    { changes, isStatement, isTold = false }: Repeated,
  ) {
    this.#isKnownStatement = isStatement;
    this.debuggee = new Debuggee(thread, isTold);
    this.#threads = blueprint.threads;
    const { debuggee } = this;
    this.execution = blueprint.execution(debuggee);
    this.execution.hide();
    this.#repetition = this.execution.repetition = new Repetition(debuggee, changes);
    debuggee.client.on('Debugger.paused', (paused) => this.#hasPaused(paused));
    debuggee.onEnded = () => this.fails(new StrayedError());
    debuggee.onExit = () => this.fails(new StrayedError());
    debuggee.onLost = (message) => this.fails(new UserError('{0}', message));
  }

  /**
   * A machine whose program is loaded and stands before its first line. Rejects with a message for the user.
   *
   * @param repeated what its run repeats
   */
  static async create(blueprint: Blueprint, repeated: Repeated): Promise<Replica> {
    const { root, maxHeap, threads } = blueprint;
    const { counted, isTraced = false, heapUsed = 0 } = repeated;
    const replica = new Replica(
      blueprint,
      await threads.take({ root, maxHeap, semiSpace: waitingSemiSpace(heapUsed), counted, isTraced }),
      repeated,
    );
    const { inputs, files, fields, lasting, isTold = false } = repeated;
    try {
      await replica.debuggee.boot(
        { ...blueprint.boot, replay: inputs, isTold, ...(files && { files }) },
        blueprint.skip,
      );
      await replica.debuggee.load();
      replica.#isLoading = false;
      await replica.expectStacks(lasting);
      if (counted.length > 0) await replica.debuggee.ask('data.expect', fields);
      await replica.#repetition.learn((place) => replica.#isStatement(place));
      await replica.#repetition.await();
      return replica;
    } catch (error) {
      await replica.debuggee.kill();
      throw error;
    }
  }

  #hasPaused(paused: Paused): void {
    const pauses = this.#waiting?.pauses;
    if (this.#isLoading && pausesAtStatement(this.debuggee, paused))
      this.debuggee.client.send('Debugger.resume').catch((error: Error) => this.fails(error));
    if (pauses === undefined) return;
    this.#waiting = undefined;
    this.paused = paused;
    pauses(paused);
  }
  /** It cannot go on: whoever waits for it is told. */
  fails(error: Error): void {
    this.#lost ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** What V8 had learnt in its thread before: one of PRACTICE. */
  get practice(): number {
    return this.debuggee.thread.practice;
  }
  /** V8 has compiled what runs often in its thread. */
  get isRehearsed(): boolean {
    return this.practice === PRACTICE.enough;
  }

  /** Make the changes of the stop at which it stands. */
  async makeChanges(): Promise<void> {
    const { nextMark, dueMark } = this.#repetition;
    if (dueMark === undefined && nextMark !== undefined && (await this.#standsAt(nextMark))) {
      // The machine stops itself once more for what is changed here.
      const paused = await this.#goOn();
      if (!this.#repetition.meets(paused, await this.debuggee.askIn<number>('stops.changeStop')))
        throw new StrayedError();
    }
    await this.#repetition.leave();
  }
  /** Whether it has stopped itself at a mark. */
  async #standsAt(mark: NumberedMark): Promise<boolean> {
    if (mark.kind !== 'access') {
      const { mark: own, moves } = this.moment;
      return own.kind === 'own' && moves.length === 0 && sameMark(own, mark);
    }
    const last = await this.debuggee.askIn<CountedAccess | undefined>('data.last');
    return last !== undefined && sameMark({ kind: 'access', ...last }, mark);
  }

  /** Let it go on until V8 pauses for more than a change, or than a `debugger` statement of the program. */
  async #go(): Promise<Paused> {
    for (;;) {
      await this.#repetition.leave();
      const paused = (this.paused = await this.debuggee.statements.settled(await this.#goOn()));
      this.standsAtStatement = await this.#visitsStatement(paused);
      if (pausesAtStatement(this.debuggee, paused)) continue;
      if (this.#repetition.isOver) return paused;
      const isMachineStop = (paused.hitBreakpoints ?? []).length === 0;
      const stop = isMachineStop ? await this.debuggee.askIn<number>('stops.changeStop') : 0;
      const isMet = this.#repetition.meets(paused, stop);
      if (!isMet || (!isMachineStop && paused.hitBreakpoints!.length > 1)) return paused;
    }
  }
  /** At a `debugger` statement V8 pauses always: to count its pauses is to count its arrivals. @returns whether it is one */
  async #visitsStatement(paused: Paused): Promise<boolean> {
    if (this.#wishes === undefined) return false;
    const place = rawPlace(this.debuggee, paused);
    if (!pausesAtStatement(this.debuggee, paused) && !(await this.#isStatement(place))) return false;
    // A breakpoint there decides whether it stops.
    if (this.#wishes.breakpoints.some((one) => samePoint(one.place, place))) return false;
    const { url, line, column } = place;
    const name = `${url}:${line}:${column}`;
    let number = this.#visited.get(name);
    if (number === undefined) this.#visited.set(name, (number = ++this.#places));
    await this.debuggee.ask('moments.passesStatement', number, place);
    return true;
  }
  async #isStatement(place: CodePoint): Promise<boolean> {
    const known = await this.#isKnownStatement?.(place);
    return known ?? (await isDebuggerStatement(this.debuggee.scripts, place)) ?? false;
  }
  #goOn(): Promise<Paused> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const pause = new Promise<Paused>((pauses, reject) => (this.#waiting = { pauses, reject }));
    this.debuggee.removal.release();
    if (this.paused === undefined) this.debuggee.run();
    else this.debuggee.client.send('Debugger.resume').catch((error: Error) => this.fails(error));
    return pause;
  }

  /** Run to the first tracepoint with at least this event number. @returns its number */
  async toEvent(event: number): Promise<number> {
    await this.debuggee.askIn(`stopAtEvent(${event})`);
    await this.#go();
    const reached = await this.debuggee.askIn<number>('event');
    this.moment = at({ kind: 'own', event: reached, how: 'tracepoint' });
    return reached;
  }

  /**
   * Run to where the event before this one has begun, unless it stands there: what waits for arrivals since an event is armed
   * there, as V8 evaluates a condition at each arrival.
   *
   * @returns the event to which it has come: an earlier one if it has lost its patience
   */
  async toBefore(event: number): Promise<number> {
    if (await this.debuggee.askIn<boolean>(`stopBefore(${event})`)) await this.#go();
    return this.debuggee.askIn<number>('event');
  }

  /** Run to where a task makes a system call, or falls asleep; this machine must stand before it. */
  async toCapture({ pid, what, event }: CaptureMoment): Promise<void> {
    await this.debuggee.ask('stacks.standAt', pid, what, event);
    await this.#go();
    if ((await this.debuggee.askIn<number>('event')) !== event) throw new StrayedError();
  }

  /** Which stacks are needed for long, as the first run knows it by now. */
  async expectStacks(lasting: Past['lasting']): Promise<void> {
    if (lasting !== undefined) await this.debuggee.ask('stacks.repeat', lasting, null);
  }
  /** What follows this event is to be shown: the stacks of its tasks are captured. */
  async show(event: number): Promise<void> {
    await this.debuggee.ask('stacks.showFrom', event - CAPTURED_BEFORE);
  }

  /** Follow the way to a moment; this machine must stand before it. */
  async follow({ mark, moves }: Moment): Promise<void> {
    await this.#toMark(mark);
    for (const move of moves) await this.#move(move);
    this.moment = { mark, moves };
  }

  async #toMark(mark: Mark): Promise<void> {
    switch (mark.kind) {
      case 'begin':
        return;
      case 'place':
        await this.toBefore(mark.event);
        return this.#arriveAt(mark.place, (number) => `is(${number}, ${mark.event}, ${mark.arrival})`);
      case 'access': {
        const { field, how, event, arrival } = mark;
        await this.debuggee.ask('data.standAt', field, how, event, arrival);
        await this.#go();
        return;
      }
      case 'own': {
        if (mark.how === 'tracepoint') {
          if ((await this.toEvent(mark.event)) !== mark.event) throw new StrayedError();
          return;
        }
        await this.debuggee.askIn(`stopAtOwn(${JSON.stringify(mark.how)}, ${mark.event})`);
        await this.#go();
      }
    }
  }
  async #move(move: Move): Promise<void> {
    if (move.how === 'arrive')
      await this.#arriveAt(move.place, (number) => `countsTo(${number}, ${move.arrival})`);
    else if (move.how === 'access') {
      await this.debuggee.ask('data.standAfter', move.field, move.access, move.arrival);
      await this.#go();
    } else await this.#step(move);
  }
  /** Steps are made as they were made for the user. */
  async #step(move: StepMove): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    const lost = new Promise<never>((_, reject) => (this.#waiting = { reject }));
    this.standsAtStatement = false;
    this.paused = await Promise.race([lost, this.execution.lead(this.paused!, move)]);
    this.#waiting = undefined;
  }
  /** Run until V8 is at a place and a condition holds, a call of the agent's moments. */
  async #arriveAt(place: CodePoint, call: (number: number) => string): Promise<void> {
    const number = ++this.#places;
    const breakpointId = await this.#waitAt(place, number, `${MOMENTS}.${call(number)}`);
    const { hitBreakpoints = [] } = await this.#go();
    await this.#remove(breakpointId);
    if (!hitBreakpoints.includes(breakpointId)) throw new StrayedError();
  }
  /** Pause at the visit of a place that passes a test; any other visit of a `debugger` statement stays one. */
  async #waitAt(place: CodePoint, number: number, test: string): Promise<string> {
    if (!(await this.#isStatement(place))) return this.#breakAt(place, test);
    const breakpointId = await this.#breakAt(place, StatementBreakpoints.condition(number, test));
    this.debuggee.statements.add(breakpointId, number);
    return breakpointId;
  }
  /** @param condition evaluated at each arrival: V8 pauses if it is true */
  async #breakAt({ url, line, column }: CodePoint, condition: string): Promise<string> {
    // V8 refuses a breakpoint that was asked for in the same words: a number that matches nothing makes it another.
    const urlRegex = `^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$|^${++this.#breakpoints}$`;
    const { breakpointId } = await this.debuggee.client.send('Debugger.setBreakpointByUrl', {
      urlRegex,
      lineNumber: line,
      columnNumber: column,
      condition,
    });
    return breakpointId;
  }
  async #remove(breakpointId: string): Promise<void> {
    await this.debuggee.removal.remove(breakpointId);
  }

  /** Pause when it comes to this place at its time. @returns V8's id of the breakpoint */
  stopAt({ place, event, arrival }: Extract<Mark, { kind: 'place' }>): Promise<string> {
    const number = ++this.#places;
    return this.#waitAt(place, number, `${MOMENTS}.is(${number}, ${event}, ${arrival})`);
  }
  /** Stop at the first tracepoint with at least this event number, whenever it comes to that. */
  async stopAfter(event: number): Promise<void> {
    await this.debuggee.askIn(`stopAtEvent(${event})`);
  }

  /** Count reads from now on, before the event in which their number is needed. */
  async countReads(field: number): Promise<void> {
    await this.debuggee.ask('data.countReads', field);
  }
  /** Pause at this access when it comes to it. */
  async stopAtAccess({ field, how, event, arrival }: Extract<Mark, { kind: 'access' }>): Promise<void> {
    await this.debuggee.ask('data.standAt', field, how, event, arrival);
  }

  /** Note which stops these would make. */
  async watchFor(wishes: Wishes, patience?: Patience): Promise<void> {
    this.#wishes = wishes;
    await this.#limit(patience);
    const { breakpoints, filters, sockets, data } = wishes;
    await this.debuggee.ask('watchFor', filters, sockets, data);
    await Promise.all(
      breakpoints.map(async ({ id, place, condition, hitCondition }, index) => {
        const rule = { isPassed: true, ...(hitCondition !== '' && { hitCondition }) };
        await this.debuggee.ask('rules.define', id, rule);
        await this.#breakAt(place, ruleCondition(id, condition, undefined, index));
      }),
    );
  }
  /** Run on with these armed until they stop at a moment. */
  async toOwnStop({ filters, sockets }: OwnStops, moment: Moment): Promise<void> {
    const { event } = moment.mark;
    await this.debuggee.ask('stops.arm', filters);
    await this.debuggee.ask('watchSockets', sockets);
    do {
      await this.#go();
    } while ((await this.debuggee.askIn<number>('event')) < event);
    if ((await this.debuggee.askIn<number>('event')) !== event) throw new StrayedError();
    this.moment = moment;
  }
  /** Compare watched bytes here, too. @returns how many stops are passed by: those that come at the next tracepoint */
  compareBytes(): Promise<number> {
    return this.debuggee.ask('compareBytes');
  }
  /** The code that runs while it is led somewhere. */
  codeOf(lead: () => Promise<void>): Promise<RunCode[]> {
    this.debuggee.thread.forgets();
    return codeOf(this.debuggee, this.paused?.callFrames ?? [], lead);
  }
  /** Compare watched bytes at each arrival at these places. */
  async watchStatements(fields: readonly number[], places: readonly PausePlace[]): Promise<void> {
    const { client, scripts } = this.debuggee;
    const first = (this.#firstTracked = this.#places + 1);
    this.#places += places.length;
    await this.debuggee.ask('statements.begin', fields, places, first);
    await Promise.all(
      places.map(({ url, line, column }, index) =>
        client.send('Debugger.setBreakpoint', {
          location: { scriptId: scripts.byUrl(url)!.id, lineNumber: line, columnNumber: column },
          condition: `${AGENT_TEXT}.statements.note(${first + index})`,
        }),
      ),
    );
  }
  /** The last change of those bytes: its place by its index; undefined: at none of the places. */
  async lastStatement(): Promise<StatementChange | undefined> {
    const change = await this.debuggee.ask<StatementChange | null>('statements.take');
    return change === null ? undefined : { ...change, place: change.place - this.#firstTracked };
  }
  /** The last of those stops, in their order, and the last arrival at a breakpoint. */
  passed(): Promise<{ stops: PassedStop[]; reached: CountedArrival | undefined }> {
    return this.debuggee.askIn('passed()');
  }

  /** Note each arrival at these places from now on, by their index. */
  async track(places: readonly TrackedPlace[], patience?: Patience): Promise<void> {
    const first = (this.#firstTracked = this.#places + 1);
    this.#places += places.length;
    await this.#limit(patience);
    await Promise.all(
      places.map(async ({ place, of }, index) => {
        await this.debuggee.askIn(`moments.track(${first + index}, ${JSON.stringify(of)})`);
        const note = `${MOMENTS}.note(${first + index})`;
        // Who asks for stops is told of `debugger` statements, which no breakpoint may hide.
        if (this.#wishes === undefined) await this.#breakAt(place, note);
        else await this.#waitAt(place, first + index, note);
      }),
    );
  }
  async #limit(patience: Patience | undefined): Promise<void> {
    if (patience !== undefined) await this.debuggee.ask('moments.beImpatient', patience);
  }
  /** The arrivals noted, each with the index of its place. */
  async tracked(): Promise<NotedArrival[]> {
    const noted = await this.debuggee.askIn<NotedArrival[]>('moments.noted()');
    return noted.map((arrival) => ({ ...arrival, place: arrival.place - this.#firstTracked }));
  }

  /** End it: what it is asked for is given up. */
  kill(): Promise<boolean> {
    this.fails(new GivenUpError());
    return this.debuggee.kill();
  }
  /** It is not needed any more: what it is asked for is given up, and another machine may begin in its thread. */
  retire(): void {
    this.fails(new GivenUpError());
    this.#threads.retire(this.debuggee, this.moment.mark.event, this.#repetition.made.length > 0);
  }
}
