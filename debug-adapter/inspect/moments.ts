/**
 * In the machine's thread: stops at an event, and counts V8's arrivals at places, so that a moment of one run is
 * found again in another one.
 */
import { INTERRUPT_ENTRIES, RESUMES } from '../../stack/debugger/places.ts';
import { TRACEPOINT_NAMES } from '../../stack/trace/table.ts';
import type { World } from '../../stack/world/world.ts';
import type { CodePoint } from '../control/moment.ts';
import { isForeign } from './codeKinds.ts';
import type { CountedAccess } from './dataBreakpoints.ts';
import { hostClock } from './hostClock.ts';
import type { UsedScopes } from './usedScopes.ts';
import { callSites } from './values/callSites.ts';

/** An arrival at a breakpoint with a condition, counted at each evaluation of the condition. */
export interface CountedArrival {
  /** DAP's id of the breakpoint. */
  id: number;
  event: number;
  /** Arrivals since that event, or since the breakpoint was set. */
  arrival: number;
  /** The breakpoint was set before that event: no arrival is missing. */
  isWhole: boolean;
}
/** A stop that the user wants, passed by in a search. */
export interface PassedStop {
  /** DAP's id of the breakpoint, or the filter; of a `debugger` statement, its place. */
  by: number | string | CodePoint;
  event: number;
  /** Of a breakpoint: arrivals since the event, this one included. */
  arrival: number;
  /** Of a data breakpoint. */
  access?: CountedAccess;
  /** What is told of it, in the user's language. */
  sentence?: string;
}
/** A function whose arrivals are noted: how often it is on the stack tells its activations apart. */
export interface TrackedFunction {
  name: string;
  url: string;
}
/** An arrival at a tracked place. */
export interface NotedArrival {
  /** The number of the place. */
  place: number;
  event: number;
  /** Arrivals at the place since the event, this one included. */
  arrival: number;
  /** The task on the CPU; 0: none. */
  pid: number;
  /** The process of that task. */
  tgid: number;
  /** In an interrupt's context. */
  interrupt: boolean;
  /** How often the place's function is on the stack. */
  depth: number;
  /** It goes on after an `await`: nobody has called it. */
  isResumed: boolean;
}
/** Each evaluation of a condition takes time: the machine pauses at one if there are so many before this event. */
export interface Patience {
  most: number;
  before: number;
}
/** The number of newest arrivals that are kept. */
const KEPT = 50_000;
/** So long, in ms of the host, a breakpoint that is set while the machine runs waits for the next event. */
export const SETTLES_MS = 100;
/** The number of last stops that are known: of those that may be at one event only one is wanted. */
const MOST_PASSED = 50;

/** The arrivals since the last event at which there was one, by the number of the place. */
type Counts = Map<number, { event: number; arrival: number }>;

export class Moments {
  readonly #world: World;
  readonly #scopes: UsedScopes;
  #unlisten: (() => void)[] = [];
  #unlistenAfter: (() => void)[] = [];
  readonly #counts: Counts = new Map();
  /** By DAP's id of a breakpoint: arrivals at its places. */
  readonly #reached = new Map<number, Counts>();
  readonly #totals = new Map<number, number>();
  readonly #met = new Map<number, boolean>();
  readonly #tracked = new Map<number, TrackedFunction>();
  #noted: NotedArrival[] = [];
  /** What is left of it; undefined: nothing makes the machine pause. */
  #patience: Patience | undefined;
  /** The event at which each conditional breakpoint was set. */
  readonly #setAt = new Map<number, number>();
  /** Those set while the machine ran, and until when they wait for the next event; Infinity: V8 may not have set it yet. */
  readonly #settling = new Map<number, number>();
  #passed: PassedStop[] = [];
  /** How many stops were passed by. */
  passedBy = 0;
  /** The event of the last tracepoint that was noted; 0: there was none. */
  lastTracepoint = 0;
  /** The last arrival at a conditional breakpoint. */
  lastReached: CountedArrival | undefined;

  constructor(world: World, scopes: UsedScopes) {
    this.#scopes = scopes;
    this.#world = world;
  }

  /** The number of the last event. */
  get event(): number {
    return this.#world.event;
  }

  /** Call `stop` at the first tracepoint whose event number is at least this one. */
  atEvent(event: number, stop: () => void): void {
    this.anyEvent();
    const { tracer } = this.#world;
    const look = (): void => {
      if (tracer.event < event) return;
      this.anyEvent();
      stop();
    };
    this.#unlisten = TRACEPOINT_NAMES.map((name) => tracer.on(name, look));
  }
  /** No event stops the machine. */
  anyEvent(): void {
    for (const unlisten of this.#unlisten) unlisten();
    this.#unlisten = [];
  }

  /**
   * Call `stop` when the event before this one has begun, be it a tracepoint or a turn: all arrivals since this event are still
   * to come.
   *
   * @returns false if that is over
   */
  beforeEvent(event: number, stop: () => void): boolean {
    if (this.#world.event >= event - 1) return false;
    this.atEvent(event - 1, stop);
    const look = this.#unlisten;
    this.#world.at_event(event - 2, () => {
      if (this.#unlisten !== look) return;
      this.anyEvent();
      stop();
    });
    return true;
  }

  /** Call `stop` at the tracepoint with this event number, after all that listens to it. */
  afterEvent(event: number, stop: () => void): void {
    const { tracer } = this.#world;
    // One that nobody listens to only counts.
    this.#unlistenAfter = TRACEPOINT_NAMES.map((name) => tracer.on(name, () => {}));
    tracer.after = () => {
      if (tracer.event < event) return;
      this.endAfterEvent();
      stop();
    };
  }
  /** Nothing stops the machine after an event. */
  endAfterEvent(): void {
    this.#world.tracer.after = null;
    for (const unlisten of this.#unlistenAfter) unlisten();
    this.#unlistenAfter = [];
  }

  /** Note the last tracepoint from now on. */
  noteTracepoints(): void {
    const { tracer } = this.#world;
    for (const name of TRACEPOINT_NAMES) tracer.on(name, () => (this.lastTracepoint = tracer.event));
  }

  /** A breakpoint is about to be set in V8, where the machine stands. */
  breakpointSet(id: number): void {
    this.#setAt.set(id, this.#world.event);
    this.#reached.delete(id);
    this.#settling.delete(id);
  }
  /** The same while the machine runs, which comes to its places before breakpointSettles() says that it is set. */
  breakpointComes(id: number): void {
    this.breakpointSet(id);
    this.#settling.set(id, Infinity);
  }
  /** A breakpoint has been set while the machine ran. */
  breakpointSettles(id: number): void {
    this.breakpointSet(id);
    this.#settling.set(id, hostClock() + SETTLES_MS);
  }
  /**
   * The condition of a breakpoint is evaluated at one of its places.
   *
   * @returns whether it may stop there. Where it was set while the machine ran nobody knows how many arrivals there had been
   *   since the last event, so nothing would lead back: it stops after the next event, or where none comes.
   */
  breakpointReached(id: number, place: number): boolean {
    const { event } = this.#world;
    const until = this.#settling.get(id);
    const isWhole = until !== Infinity && this.#setAt.get(id) !== event;
    let places = this.#reached.get(id);
    if (places === undefined) this.#reached.set(id, (places = new Map()));
    const arrival = this.#countIn(places, place);
    this.lastReached = { id, event, arrival, isWhole };
    return until === undefined || isWhole || hostClock() >= until;
  }

  /** A breakpoint would stop the machine here. */
  passes(id: number): false {
    const { event, arrival } = this.lastReached!;
    this.#passes({ by: id, event, arrival });
    return false;
  }
  /** A filter would. */
  passesFilter(filter: string): void {
    this.#passes({ by: filter, event: this.#world.event, arrival: 0 });
  }
  passesAccess(id: number, access: CountedAccess, sentence: string): void {
    this.#passes({ by: id, event: access.event, arrival: access.arrival, access, sentence });
  }
  /** A `debugger` statement of the program would. */
  passesStatement(number: number, place: CodePoint): void {
    this.#passes({ by: place, event: this.#world.event, arrival: this.count(number) });
  }
  #passes(stop: PassedStop): void {
    if (this.#passed.length === 2 * MOST_PASSED) this.#passed = this.#passed.slice(MOST_PASSED);
    this.#passed.push(stop);
    this.passedBy++;
  }
  /** The last stops passed by, in their order. */
  passed(): PassedStop[] {
    return this.#passed.slice(-MOST_PASSED);
  }

  /** Count an arrival at a place. @returns how many there are since the last event */
  count(place: number): number {
    return this.#countIn(this.#counts, place);
  }
  #countIn(counts: Counts, place: number): number {
    this.#scopes.add();
    const { event } = this.#world;
    const known = counts.get(place);
    const arrival = known?.event === event ? known.arrival + 1 : 1;
    counts.set(place, { event, arrival });
    return arrival;
  }
  /** The condition of a breakpoint that pauses at one arrival. */
  is(place: number, event: number, arrival: number): boolean {
    return this.count(place) === arrival && this.#world.event === event;
  }

  /** The condition of a breakpoint that pauses always; whether it is the arrival it waits for is asked then. */
  meets(place: number, isMet: boolean): true {
    this.#met.set(place, isMet);
    return true;
  }
  isMet(place: number): boolean {
    return this.#met.get(place) === true;
  }

  /** The condition of a breakpoint that pauses at the `arrival`th arrival from now on. */
  countsTo(place: number, arrival: number): boolean {
    this.#scopes.add();
    const count = (this.#totals.get(place) ?? 0) + 1;
    this.#totals.set(place, count);
    return count === arrival;
  }

  /** From now on arrivals at this place are noted. */
  track(place: number, tracked: TrackedFunction): void {
    this.#tracked.set(place, tracked);
  }
  /** Pause once where there are too many evaluations. */
  beImpatient(patience: Patience): void {
    this.#patience = { ...patience };
  }
  /** A condition is evaluated for somebody who looks at the past. @returns whether the machine pauses */
  tires(): boolean {
    const patience = this.#patience;
    if (patience === undefined || this.#world.event >= patience.before || --patience.most > 0) return false;
    this.#patience = undefined;
    return true;
  }
  /** The condition of a tracked place's breakpoint. @returns whether it pauses, as tires() does */
  note(place: number): boolean {
    const world = this.#world;
    const arrival = this.count(place);
    const onStack = this.#onStack(this.#tracked.get(place)!);
    if (this.#noted.length === 2 * KEPT) this.#noted = this.#noted.slice(KEPT);
    const { pid = 0, tgid = 0 } = world.current ?? {};
    this.#noted.push({ place, event: world.event, arrival, pid, tgid, ...onStack });
    return this.tires();
  }
  /** The newest arrivals, in their order. */
  noted(): readonly NotedArrival[] {
    return this.#noted.slice(-KEPT);
  }

  #onStack({ name, url }: TrackedFunction): Pick<NotedArrival, 'depth' | 'interrupt' | 'isResumed'> {
    const calls = callSites();
    const top = calls.findIndex((call) => call.getScriptNameOrSourceURL() === url);
    const caller = calls.slice(top + 1).find((call) => !isForeign(call.getScriptNameOrSourceURL() ?? ''));
    let depth = 0;
    let interrupt = false;
    for (const call of calls) {
      const called = call.getFunctionName() ?? '';
      const file = call.getScriptNameOrSourceURL() ?? '';
      if (called === name && file === url) depth++;
      interrupt ||= INTERRUPT_ENTRIES.some((entry) => entry.functionName === called && entry.url === file);
    }
    const isResumed = caller === undefined || caller.getScriptNameOrSourceURL() === RESUMES.url;
    return { depth, interrupt, isResumed };
  }
}
