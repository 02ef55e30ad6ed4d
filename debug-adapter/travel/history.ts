/**
 * The past of a run. To go back, the run is repeated from its beginning in another thread, and found again what led
 * to where the user stands; a second one is brought to the moment itself.
 */
import { UserError } from '../../language/userError.ts';
import type { Debuggee } from '../control/debuggee.ts';
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
import type { CountedArrival, NotedArrival, PassedStop } from '../inspect/moments.ts';
import type { ArmedFilter } from '../inspect/stops.ts';
import type { Surroundings } from './here.ts';
import type { NumberedChange } from '../control/repetition.ts';
import type { Trail } from '../control/trail.ts';
import { lineBefore, type PlaceRole } from './lineBefore.ts';
import { GivenUpError, Replica, StrayedError, type Blueprint, type TrackedPlace } from './replica.ts';

/** How many events before a moment a search begins, one after the other. */
const WINDOWS = [300, 20_000, Infinity];
/** So many events before a moment its place is watched: watching costs time at each arrival. */
const NEAR = 200;

/** Machines that are loaded ahead of time. */
const SPARES = 2;

/** What a search for the last stop before a moment has found. */
export interface StopBefore extends Found {
  /** DAP's ids of the breakpoints there. */
  hits: number[];
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

/** A machine loaded ahead of time. */
interface Spare {
  inputs: string;
  /** The number of changes that it makes on the way. */
  changes: number;
  replica: Promise<Replica>;
}

export class History {
  readonly #blueprint: Blueprint;
  readonly #present: Debuggee;
  readonly #trail: Trail;
  /** What was changed, as far as it has numbers. */
  readonly #changes: NumberedChange[] = [];
  readonly #living = new Set<Replica>();
  /** Machines that stand before their first line, and the inputs that they repeat. */
  #spares: Spare[] = [];
  #isClosed = false;
  /** How often all searches were given up. */
  #givenUp = 0;

  /** @param trail of the machine that is the present */
  constructor(blueprint: Blueprint, present: Debuggee, trail: Trail) {
    this.#blueprint = blueprint;
    this.#present = present;
    this.#trail = trail;
  }

  /** The line before the one at which a thread stands. @param raw where V8 stands */
  async lineBefore(moment: Moment, raw: CodePoint, around: Surroundings): Promise<Found> {
    const places = [...around.places];
    const roles: PlaceRole[] = [...around.roles];
    const isAtPlace = moment.mark.kind !== 'own' || moment.moves.length > 0;
    if (isAtPlace && !places.some(({ place }) => samePoint(place, raw))) {
      places.push({ place: raw, of: { name: '', url: raw.url } });
      roles.push({ of: 'other', line: raw.line, returns: false });
    }
    let here = moment;
    for (const window of WINDOWS) {
      const from = moment.mark.event - window;
      const arrivals = await this.#arrivals(moment, from, places);
      if (arrivals === undefined) continue;
      const self = isAtPlace ? arrivals.pop() : undefined;
      if (self !== undefined) here = momentOf(self, places);
      const found = lineBefore(arrivals, roles, around.here);
      // The line may begin before the first arrival of the window.
      const isCut = from > 0 && (found === undefined || found === arrivals[0]);
      if (!isCut) return { target: found && momentOf(found, places), here };
    }
    return { target: undefined, here };
  }
  /** The last stop that breakpoints and filters of the user make before a moment. @param raw where V8 stands */
  async stopBefore(
    moment: Moment,
    raw: CodePoint,
    breakpoints: readonly PlacedBreakpoint[],
    filters: readonly ArmedFilter[],
  ): Promise<StopBefore> {
    const isOwn = moment.mark.kind === 'own' && moment.moves.length === 0;
    // Hits are counted from the beginning.
    const isCounted = breakpoints.some(({ hitCondition }) => hitCondition !== '');
    let here = moment;
    for (const window of isCounted ? [Infinity] : WINDOWS) {
      const from = moment.mark.event - window;
      const passed = await this.#passed(moment, from, breakpoints, filters);
      if (passed === undefined) continue;
      const { stops, reached } = passed;
      const at = breakpoints.find(({ id, place }) => id === reached?.id && samePoint(place, raw));
      if (!isOwn && at !== undefined && reached !== undefined)
        here = { mark: { kind: 'place', place: at.place, ...counted(reached) }, moves: [] };
      const before = stops.findLast(
        ({ by, event, arrival }) =>
          !(isOwn && typeof by === 'string' && event === moment.mark.event) &&
          !(!isOwn && by === at?.id && event === reached?.event && arrival === reached.arrival),
      );
      if (before !== undefined) return { ...stopOf(before, breakpoints), here };
    }
    return { target: undefined, hits: [], here };
  }
  async #passed(
    moment: Moment,
    from: number,
    breakpoints: readonly PlacedBreakpoint[],
    filters: readonly ArmedFilter[],
  ): Promise<{ stops: PassedStop[]; reached: CountedArrival | undefined } | undefined> {
    return this.#with(async (replica) => {
      if (from > 0 && (await replica.toEvent(from)) >= moment.mark.event) return undefined;
      await replica.watchFor(breakpoints, filters);
      await replica.follow(moment);
      return replica.passed();
    });
  }
  /** The program's first line. */
  async beginning(): Promise<Moment> {
    return this.#with(async ({ debuggee }) => {
      const place = await entryOf(debuggee);
      if (place === undefined) throw new UserError('The program has no first line to go back to.');
      return { mark: BEGIN.mark, moves: [{ how: 'arrive', place, arrival: 1 }] };
    });
  }

  /** What happens at places from an event on until a moment; undefined: the event is not before it. */
  async #arrivals(
    moment: Moment,
    from: number,
    places: readonly TrackedPlace[],
  ): Promise<NotedArrival[] | undefined> {
    return this.#with(async (replica) => {
      if (from > 0 && (await replica.toEvent(from)) >= moment.mark.event) return undefined;
      await replica.track(places);
      await replica.follow(moment);
      return replica.tracked();
    });
  }

  /**
   * A machine that stands at a moment.
   *
   * @param frontier where it stops when it goes on from there
   * @param filters that make the stop there, if the machine stops itself
   */
  async arrive(
    moment: Moment,
    frontier: Mark | undefined,
    filters: readonly ArmedFilter[],
  ): Promise<Arrival> {
    try {
      return await this.#arrive(moment, frontier, filters, moment.mark.event - NEAR);
    } catch (error) {
      // There is no tracepoint shortly before it.
      if (error instanceof StrayedError) return this.#arrive(moment, frontier, filters, 0);
      throw error;
    }
  }
  #arrive(
    moment: Moment,
    frontier: Mark | undefined,
    filters: readonly ArmedFilter[],
    near: number,
  ): Promise<Arrival> {
    return this.#lead(near, frontier, async (replica) => {
      const { mark, moves } = moment;
      if (mark.kind === 'own' && moves.length === 0 && filters.length > 0)
        await replica.toFilterStop(filters, moment);
      else await replica.follow(moment);
    });
  }
  /**
   * A machine that stands at the first tracepoint with at least this event number.
   *
   * @param end the event to which the run has come: a tracepoint beyond it is not part of the past
   * @throws UserError if there is none up to there
   */
  arriveAtEvent(event: number, end: number, frontier: Mark): Promise<Arrival> {
    return this.#lead(event - NEAR, frontier, async (replica) => {
      if ((await replica.toEvent(event)) > end) throw noEvent(event, end);
    });
  }
  /** Let a machine run to an event, from there to where it is led, and stop after that at the frontier. */
  async #lead(
    near: number,
    frontier: Mark | undefined,
    lead: (replica: Replica) => Promise<void>,
  ): Promise<Arrival> {
    const replica = await this.#create();
    try {
      if (near > 0) await replica.toEvent(near);
      const stopsAt = frontier?.kind === 'place' ? await replica.stopAt(frontier) : undefined;
      await lead(replica);
      if (frontier !== undefined)
        await replica.stopAfter(frontier.kind === 'own' ? frontier.event : frontier.event + 1);
      return stopsAt === undefined ? { replica } : { replica, stopsAt };
    } catch (error) {
      this.#drop(replica);
      throw error;
    }
  }

  async #with<T>(use: (replica: Replica) => Promise<T>): Promise<T> {
    const replica = await this.#create();
    try {
      return await use(replica);
    } finally {
      this.#drop(replica);
    }
  }
  async #create(): Promise<Replica> {
    const since = this.#givenUp;
    const { end } = this.#trail;
    if (end !== undefined) throw new UserError('The run cannot be repeated: {0}.', end);
    const inputs = await this.#present.askIn<string>('inputs()');
    if (this.#givenUp !== since) throw new GivenUpError();
    await this.#numberChanges(inputs);
    const at = this.#spares.findIndex((spare) => this.#isFor(spare, inputs));
    const [spare] = at < 0 ? [] : this.#spares.splice(at, 1);
    return spare?.replica ?? this.#load(inputs);
  }
  /** Find the numbers of the moments at which something was changed, one after the other. */
  async #numberChanges(inputs: string): Promise<void> {
    const made = this.#trail.changes;
    while (this.#changes.length < made.length) {
      const { change, moment, place } = made[this.#changes.length]!;
      const before = made[this.#changes.length - 1];
      // At one stop, one mark.
      const mark =
        before?.moment === moment ? this.#changes.at(-1)!.mark : await this.#markOf(inputs, moment, place);
      this.#changes.push({ change, mark });
    }
  }
  async #markOf(inputs: string, { mark, moves }: Moment, place: CodePoint): Promise<NumberedChange['mark']> {
    if (moves.length === 0 && mark.kind !== 'begin') return mark;
    const replica = await this.#load(inputs);
    try {
      if (mark.event > NEAR) await replica.toEvent(mark.event - NEAR);
      await replica.track([{ place, of: { name: '', url: place.url } }]);
      await replica.follow({ mark, moves });
      const arrival = (await replica.tracked()).at(-1);
      if (arrival === undefined) throw new StrayedError();
      return { kind: 'place', place, ...counted(arrival) };
    } finally {
      this.#drop(replica);
    }
  }
  async #load(inputs: string): Promise<Replica> {
    const since = this.#givenUp;
    const replica = await Replica.create(this.#blueprint, inputs, [...this.#changes]);
    this.#living.add(replica);
    if (this.#givenUp === since) return replica;
    this.#drop(replica);
    throw new GivenUpError();
  }
  /** Load machines ahead of time: a search takes one, and the moment that it finds another one. */
  #provide(inputs: string): void {
    if (this.#isClosed) return;
    const outdated = this.#spares.filter((spare) => !this.#isFor(spare, inputs));
    this.#spares = this.#spares.filter((spare) => this.#isFor(spare, inputs));
    for (const { replica } of outdated) replica.then((one) => this.#drop(one)).catch(() => {});
    while (this.#spares.length < SPARES) {
      const replica = this.#load(inputs);
      // Whoever needs it meets the error.
      replica.catch(() => {});
      this.#spares.push({ inputs, changes: this.#changes.length, replica });
    }
  }
  #isFor({ inputs, changes }: Spare, wanted: string): boolean {
    return inputs === wanted && changes === this.#changes.length;
  }
  /** Soon somebody will go back. */
  async prepare(): Promise<void> {
    this.#provide(await this.#present.askIn<string>('inputs()'));
  }
  #drop(replica: Replica): void {
    this.#living.delete(replica);
    void replica.kill();
  }
  /** Another one owns the replica now. */
  release(replica: Replica): void {
    this.#living.delete(replica);
  }

  /** End every search. */
  stop(): void {
    this.#givenUp++;
    for (const replica of this.#living) this.#drop(replica);
    this.#spares = [];
  }
  close(): void {
    this.#isClosed = true;
    this.stop();
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

function stopOf(
  { by, event, arrival }: PassedStop,
  breakpoints: readonly PlacedBreakpoint[],
): { target: Moment; hits: number[] } {
  if (typeof by === 'string') {
    const how = by === UNCAUGHT_FILTER ? 'uncaught' : 'tracepoint';
    return { target: at({ kind: 'own', event, how }), hits: [] };
  }
  const { place } = breakpoints.find(({ id }) => id === by)!;
  return { target: at({ kind: 'place', event, place, arrival }), hits: [by] };
}
function momentOf({ place, event, arrival }: NotedArrival, places: readonly TrackedPlace[]): Moment {
  return at({ kind: 'place', event, place: places[place]!.place, arrival });
}
