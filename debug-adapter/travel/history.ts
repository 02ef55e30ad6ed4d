/**
 * The past of a run. To go back, the run is repeated from its beginning in another thread, and found again what led
 * to where the user stands; a second one is brought to the moment itself.
 */
import { UserError } from '../../language/userError.ts';
import { entryOf } from '../control/entry.ts';
import {
  at,
  BEGIN,
  samePoint,
  type CodePoint,
  type Mark,
  type Moment,
  type PlacedBreakpoint,
} from '../control/moment.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import type { CountedAccess } from '../inspect/dataBreakpoints.ts';
import type { CountedArrival, NotedArrival, PassedStop } from '../inspect/moments.ts';
import { changeBefore } from './changingStatement.ts';
import { endOfCall } from './endOfCall.ts';
import type { Call, Surroundings } from './here.ts';
import { lastLine, programPlaces } from './lastInProgram.ts';
import { looksBefore, lookFrom, windowsBefore, type Lead, type Look, type LookOptions } from './looks.ts';
import { lineBefore, threadOf, type PlaceRole } from './lineBefore.ts';
import type { Machines } from './machines.ts';
import {
  NEAR,
  StrayedError,
  type OwnStops,
  type Replica,
  type TrackedPlace,
  type Wishes,
} from './replica.ts';

/** What a search for the last stop before a moment has found. */
export interface StopBefore extends Found {
  /** DAP's ids of the breakpoints there. */
  hits: number[];
  /** Of a data breakpoint: what has happened to the field, in the user's language. */
  sentence?: string;
  /** It is a `debugger` statement that no breakpoint stops at. */
  isStatement?: boolean;
  /** Fields with data breakpoints of which nothing is known in the past. */
  unfound: number[];
}
/** What a search for the line before has found. */
export interface Found {
  /** Undefined: there is nothing before. */
  target: Moment | undefined;
  /** The moment at which the search began, by numbers where they are known. */
  here: Moment;
}

/** A machine at the moment that was wanted. */
export interface Arrival {
  replica: Replica;
  /** V8's id of the breakpoint at the frontier. */
  stopsAt?: string;
}

/** The stops that breakpoints and filters make, and the last arrival at a breakpoint. */
interface Passed {
  stops: PassedStop[];
  reached: CountedArrival | undefined;
  /** The moment up to which they are, by numbers, if bytes are watched; undefined: it has none. */
  end?: Mark | undefined;
  /** The last of the stops is the `debugger` statement at which they end. */
  endsAtStatement: boolean;
  /** So many of the stops would come at the next tracepoint: their bytes have changed. */
  later: number;
}

/** What a search has seen: a step back from one of its moments needs no other one. */
interface Seen {
  /** Nothing before this event was looked at. */
  from: number;
  places: readonly TrackedPlace[];
  arrivals: readonly NotedArrival[];
}

export class History {
  readonly #machines: Machines;
  #seen: Seen | undefined;
  #foreseen: { question: string; answer: Promise<StopBefore> } | undefined;

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  /** The line before the one at which a thread stands. @param raw where V8 stands */
  lineBefore(moment: Moment, raw: CodePoint, { places, roles, here }: Surroundings): Promise<Found> {
    const other: PlaceRole = { of: 'other', line: raw.line, returns: false };
    return this.#arrivalBefore(moment, raw, places, (arrivals) =>
      lineBefore(arrivals, [...roles, other], here),
    );
  }
  /** The end of a call from which the last move has led. @returns undefined: it has led out of none */
  async endOfCall(stands: Moment, thread: number, caller: CodePoint): Promise<Found | undefined> {
    const target = await endOfCall(this.#machines, stands, thread, caller);
    return target && { target, here: stands };
  }
  /** The line of the program that a thread has run last before a moment. @param raw where V8 stands, in the program */
  async lastInProgram(moment: Moment, raw: CodePoint, thread: number): Promise<Found> {
    let here = moment;
    for (const window of windowsBefore(moment)) {
      const from = moment.mark.event - window;
      const places = await this.#machines.with(from, undefined, async (replica) => {
        if (from > 0 && (await replica.toEvent(from)) >= moment.mark.event) return undefined;
        return programPlaces(replica, () => replica.follow(moment));
      });
      if (places === undefined) continue;
      if (!places.some(({ place }) => samePoint(place, raw)))
        places.push({ place: raw, of: { name: '', url: raw.url }, returns: false });
      const arrivals = [...((await this.#arrivals(moment, places, from)) ?? [])];
      const self = arrivals.pop();
      if (self !== undefined) here = momentOf(self, places);
      const found = lastLine(arrivals, places, thread);
      // The line may begin before the first arrival of what was looked at.
      if (found !== undefined && (from <= 0 || found !== arrivals[0]))
        return { target: momentOf(found, places), here };
    }
    return { target: undefined, here };
  }
  /** Where the call of a function began that is still under way. @param raw where V8 stands */
  async beginningOf(
    { thread, depth, entry }: Call,
    moment: Moment,
    raw: CodePoint,
  ): Promise<Found & { stays: boolean }> {
    const isBeginning = (one: NotedArrival): boolean =>
      one.place === 0 && threadOf(one) === thread && one.depth === depth;
    let stays = false;
    const found = await this.#arrivalBefore(moment, raw, [entry], (arrivals, self) => {
      stays = self !== undefined && isBeginning(self);
      return stays ? self : arrivals.findLast(isBeginning);
    });
    return { ...found, stays };
  }
  /**
   * @param choose one of the arrivals at the places, or the one that leads to the moment itself, if it is among these; a
   * further place is where V8 stands
   */
  async #arrivalBefore(
    stands: Moment,
    raw: CodePoint,
    of: readonly TrackedPlace[],
    choose: (arrivals: readonly NotedArrival[], self: NotedArrival | undefined) => NotedArrival | undefined,
  ): Promise<Found> {
    const moment = await this.#machines.numbered(stands);
    const places = [...of];
    const isAtPlace = !isMachines(moment);
    if (isAtPlace && !places.some(({ place }) => samePoint(place, raw)))
      places.push({ place: raw, of: { name: '', url: raw.url } });
    let here = moment;
    // The line may begin before the first arrival of what was looked at.
    const chosen = (
      arrivals: readonly NotedArrival[],
      from: number,
      self: NotedArrival | undefined,
    ): Found | undefined => {
      const found = choose(arrivals, self);
      const isCut = from > 0 && (found === undefined || found === arrivals[0]);
      return isCut ? undefined : { target: found && momentOf(found, places), here };
    };
    const known = this.#seenBefore(moment, places);
    const found = known && chosen(known.before, this.#seen!.from, known.self);
    if (found !== undefined) return found;
    const look: Look<NotedArrival[]> = (...how) => this.#arrivals(moment, places, ...how);
    const looks = looksBefore(this.#machines, moment, windowsBefore(moment), look);
    for await (const { from, seen: arrivals } of looks) {
      this.#seen = { from, places, arrivals: [...arrivals] };
      const self = isAtPlace ? arrivals.pop() : undefined;
      if (self !== undefined) here = momentOf(self, places);
      const found = chosen(arrivals, from, self);
      if (found !== undefined) return found;
    }
    return { target: undefined, here };
  }
  /** What the last search saw before one of its moments; undefined: it saw other places, or not this moment. */
  #seenBefore(
    { mark, moves }: Moment,
    places: readonly TrackedPlace[],
  ): { before: NotedArrival[]; self: NotedArrival } | undefined {
    if (this.#seen === undefined || mark.kind !== 'place' || moves.length > 0) return undefined;
    const { arrivals, places: those } = this.#seen;
    const isAlike = those.length === places.length && places.every((one, at) => isSamePlace(one, those[at]!));
    const at = arrivals.findIndex(
      ({ place, event, arrival }) =>
        event === mark.event && arrival === mark.arrival && samePoint(those[place]!.place, mark.place),
    );
    return isAlike && at >= 0 ? { before: arrivals.slice(0, at), self: arrivals[at]! } : undefined;
  }
  /** The last stop that breakpoints and filters of the user make before a moment. @param raw where V8 stands */
  stopBefore(...asked: [stands: Moment, raw: CodePoint, wishes: Wishes]): Promise<StopBefore> {
    const foreseen = this.#foreseen;
    return foreseen?.question === JSON.stringify(asked) ? foreseen.answer : this.#findStop(...asked);
  }
  /** Find the answer to `stopBefore()` before anybody asks. Rejects as that does. */
  async foresee(...asked: Parameters<History['stopBefore']>): Promise<void> {
    const question = JSON.stringify(asked);
    if (this.#foreseen?.question === question) return;
    const foreseen = (this.#foreseen = { question, answer: this.#findStop(...asked) });
    try {
      await foreseen.answer;
    } catch (error) {
      // It may have been given up: whoever asks meets what is wrong.
      if (this.#foreseen === foreseen) this.#foreseen = undefined;
      throw error;
    }
  }
  async #findStop(stands: Moment, raw: CodePoint, wishes: Wishes): Promise<StopBefore> {
    const moment = await this.#machines.numbered(stands);
    const { breakpoints, sockets, data } = wishes;
    const fields = [...sockets, ...data.map(({ field }) => field)];
    const { mark } = moment;
    const isOwn = isMachines(moment);
    // Hits are counted from the beginning.
    const isCounted = [...breakpoints, ...data].some(({ hitCondition }) => hitCondition.trim() !== '');
    let here = moment;
    const look: Look<Passed> = (from, options) =>
      this.#passed(moment, raw, wishes, from, isCounted ? { ...options, isImpatient: false } : options);
    const windows = isCounted ? [Infinity] : windowsBefore(moment);
    for await (const { seen: passed, giveUp } of looksBefore(this.#machines, moment, windows, look)) {
      const { reached, end } = passed;
      const self = passed.endsAtStatement ? passed.stops.findLast(({ by }) => isPlace(by, raw)) : undefined;
      const at = breakpoints.find(({ id, place }) => id === reached?.id && samePoint(place, raw));
      if (end?.kind === 'place') here = { mark: end, moves: [] };
      else if (!isOwn && at !== undefined && reached !== undefined)
        here = { mark: { kind: 'place', place: at.place, ...counted(reached) }, moves: [] };
      if (self !== undefined) here = stopOf(self, breakpoints).target!;
      const isHere = (stop: PassedStop): boolean => {
        const { by, event, arrival, access } = stop;
        if (stop === self) return true;
        return isOwn
          ? (typeof by === 'string' && event === mark.event) ||
              (access !== undefined && isSameAccess(access, mark))
          : by === at?.id && event === reached?.event && arrival === reached.arrival;
      };
      const before = await this.#lastOf(passed, isHere, this.#known(wishes), isCounted, giveUp);
      if (before !== undefined) return { ...before, here, unfound: this.#unfound(fields) };
    }
    return { target: undefined, hits: [], here, unfound: this.#unfound(fields) };
  }
  /**
   * @param isHere whether a stop is where the search begins
   * @param alone all machines are needed
   */
  async #lastOf(
    { stops, end, later }: Passed,
    isHere: (stop: PassedStop) => boolean,
    wishes: Wishes,
    isCounted: boolean,
    alone: () => void,
  ): Promise<Omit<StopBefore, 'here' | 'unfound'> | undefined> {
    const { breakpoints } = wishes;
    /** After this event bytes have changed, but the statement is not found. */
    let notFound: number | undefined;
    for (const [index, stop] of [...stops.entries()].toReversed()) {
      const isLater = index >= stops.length - later;
      const since = stop.access?.since;
      if (since !== undefined && since !== notFound && end !== undefined) {
        const changes = stops.filter(({ access }) => access?.since === since);
        const until: Mark = isLater ? end : { kind: 'own', how: 'tracepoint', event: stop.event };
        const changed = { changes, since, until, isHere };
        alone();
        const found = await changeBefore(this.#machines, changed, wishes, isCounted);
        if (found?.statement !== undefined) return found.statement;
        if (found?.stop !== undefined) return stopOf(found.stop, breakpoints);
        notFound = since;
      }
      if (!isHere(stop) && !isLater) return stopOf(stop, breakpoints);
    }
    return undefined;
  }
  /** Those fields of which nothing is known in the past. */
  #unfound(fields: readonly number[]): number[] {
    return [...new Set(fields)].filter((field) => !this.#machines.isFound(field));
  }
  /** Without the fields of which nothing is known in the past. */
  #known(wishes: Wishes): Wishes {
    return { ...wishes, data: wishes.data.filter(({ field }) => this.#machines.isFound(field)) };
  }
  async #passed(
    moment: Moment,
    raw: CodePoint,
    wishes: Wishes,
    from: number,
    options?: LookOptions,
  ): Promise<Passed | undefined> {
    let areBytes = false;
    const isOwn = isMachines(moment);
    const lead: Lead<Passed> = {
      begin: (replica, patience) => {
        // Fields are found before a machine is made.
        const known = this.#known(wishes);
        areBytes = known.data.some(({ field }) => this.#machines.isBytes(field));
        return replica.watchFor(known, patience);
      },
      async near(replica) {
        if (areBytes && !isOwn) await replica.track([{ place: raw, of: { name: '', url: raw.url } }]);
      },
      async end(replica) {
        const endsAtStatement = replica.standsAtStatement;
        if (!areBytes) return { ...(await replica.passed()), endsAtStatement, later: 0 };
        const later = await replica.compareBytes();
        const last = isOwn ? undefined : (await replica.tracked()).at(-1);
        const end = isOwn
          ? moment.mark
          : last && momentOf(last, [{ place: raw, of: { name: '', url: '' } }]).mark;
        return { ...(await replica.passed()), end, endsAtStatement, later };
      },
    };
    return lookFrom(this.#machines, from, moment, lead, options);
  }
  /** The program's first line. */
  async beginning(): Promise<Moment> {
    return this.#machines.with(0, undefined, async ({ debuggee }) => {
      const place = await entryOf(debuggee);
      if (place === undefined) throw new UserError('The program has no first line to go back to.');
      return { mark: BEGIN.mark, moves: [{ how: 'arrive', place, arrival: 1 }] };
    });
  }

  /** What happens at places from an event on until a moment. */
  async #arrivals(
    moment: Moment,
    places: readonly TrackedPlace[],
    from: number,
    options?: LookOptions,
  ): Promise<NotedArrival[] | undefined> {
    const lead: Lead<NotedArrival[]> = {
      begin: (replica, patience) => replica.track(places, patience),
      end: (replica) => replica.tracked(),
    };
    return lookFrom(this.#machines, from, moment, lead, options);
  }

  /**
   * A machine that stands at a moment.
   *
   * @param frontier where it stops when it goes on from there
   * @param stops what makes the stop there, if the machine stops itself
   */
  arrive(moment: Moment, frontier: Mark | undefined, stops?: OwnStops): Promise<Arrival> {
    return this.#lead(moment.mark.event, frontier, async (replica) => {
      const { mark, moves } = moment;
      if (mark.kind === 'own' && moves.length === 0 && stops !== undefined)
        await replica.toOwnStop(stops, moment);
      else await replica.follow(moment);
    });
  }
  /** The last tracepoint before a moment; undefined: there is none. */
  async lastTracepoint(moment: Moment): Promise<Moment | undefined> {
    for (const from of [moment.mark.event - NEAR, 0]) {
      const event = await this.#machines.with(Math.max(0, from), undefined, async (replica) => {
        if (from > 0 && (await replica.toEvent(from)) >= moment.mark.event) return 0;
        await replica.debuggee.ask('moments.noteTracepoints');
        await replica.follow(moment);
        return replica.debuggee.askIn<number>('moments.lastTracepoint');
      });
      if (event > 0) return at({ kind: 'own', event, how: 'tracepoint' });
    }
    return undefined;
  }
  /** A machine that has arrived at a place before the next event; undefined: it does not come there. */
  async arriveSoon(
    mark: Extract<Mark, { kind: 'place' }>,
    frontier: Mark | undefined,
  ): Promise<Arrival | undefined> {
    try {
      return await this.#lead(mark.event, frontier, async (replica) => {
        // It stands before the event already: no other stop on the way takes the place of this one.
        await replica.stopAfter(mark.event + 1);
        await replica.follow(at(mark));
      });
    } catch (error) {
      if (error instanceof StrayedError) return undefined;
      throw error;
    }
  }
  /**
   * A machine that stands at the first tracepoint with at least this event number.
   *
   * @param end the event to which the run has come: a tracepoint beyond it is not part of the past
   * @throws UserError if there is none up to there
   */
  arriveAtEvent(event: number, end: number, frontier: Mark): Promise<Arrival> {
    return this.#lead(event, frontier, async (replica) => {
      if ((await replica.toEvent(event)) > end) throw noEvent(event, end);
    });
  }
  /**
   * Let a machine run to just before an event, from there to where it is led, and stop after that at the frontier.
   *
   * @param shown the event that is shown first
   */
  async #lead(
    shown: number,
    frontier: Mark | undefined,
    lead: (replica: Replica) => Promise<void>,
  ): Promise<Arrival> {
    const replica = await this.#machines.create(shown - NEAR);
    try {
      await replica.show(shown);
      await replica.toBefore(shown);
      // It may be led to the event of the frontier, and amid its accesses.
      if (frontier?.kind === 'access' && frontier.how === 'read') await replica.countReads(frontier.field);
      const stopsAt = frontier?.kind === 'place' ? await replica.stopAt(frontier) : undefined;
      await lead(replica);
      if (frontier?.kind === 'access') await replica.stopAtAccess(frontier);
      if (frontier !== undefined)
        await replica.stopAfter(frontier.kind === 'own' ? frontier.event : frontier.event + 1);
      return stopsAt === undefined ? { replica } : { replica, stopsAt };
    } catch (error) {
      this.#machines.drop(replica);
      throw error;
    }
  }
}

export function noEvent(event: number, end: number): UserError {
  return new UserError('There is no event {0} to go to: the run has come from 1 to {1}.', event, end);
}

const counted = ({
  event,
  arrival,
}: Pick<CountedArrival, 'event' | 'arrival'>): { event: number; arrival: number } => ({
  event,
  arrival,
});

function isSamePlace(one: TrackedPlace, other: TrackedPlace): boolean {
  return samePoint(one.place, other.place) && one.of.name === other.of.name && one.of.url === other.of.url;
}

/** Whether the machine has stopped itself, and V8 stands at no place of the code. */
function isMachines({ mark, moves }: Moment): boolean {
  return (mark.kind === 'own' || mark.kind === 'access') && moves.length === 0;
}
function isSameAccess({ field, how, event, arrival }: CountedAccess, mark: Mark): boolean {
  return (
    mark.kind === 'access' &&
    mark.field === field &&
    mark.how === how &&
    mark.event === event &&
    mark.arrival === arrival
  );
}

function isPlace(by: PassedStop['by'], place: CodePoint): boolean {
  return typeof by === 'object' && samePoint(by, place);
}
function stopOf(
  { by, event, arrival, access, sentence }: PassedStop,
  breakpoints: readonly PlacedBreakpoint[],
): Omit<StopBefore, 'here' | 'unfound'> {
  if (typeof by === 'string') {
    const how = by === UNCAUGHT_FILTER ? 'uncaught' : 'tracepoint';
    return { target: at({ kind: 'own', event, how }), hits: [] };
  }
  if (typeof by === 'object')
    return { target: at({ kind: 'place', event, place: by, arrival }), hits: [], isStatement: true };
  if (access !== undefined)
    return { target: at({ kind: 'access', ...access }), hits: [by], ...(sentence && { sentence }) };
  const { place } = breakpoints.find(({ id }) => id === by)!;
  return { target: at({ kind: 'place', event, place, arrival }), hits: [by] };
}
function momentOf({ place, event, arrival }: NotedArrival, places: readonly TrackedPlace[]): Moment {
  return at({ kind: 'place', event, place: places[place]!.place, arrival });
}
