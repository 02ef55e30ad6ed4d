/** The past of a run that is shown in its place: going there, changing it, and coming back to where the run stands. */
import { message, type Translate } from '../../language/message.ts';
import { errorText, UserError } from '../../language/userError.ts';
import { BEGIN, type Change, type Mark, type Moment } from '../control/moment.ts';
import type { Told } from '../control/policies/policy.ts';
import type { NumberedChange } from '../control/repetition.ts';
import { expectedFields } from '../recordings/replay.ts';
import type { Bring } from '../travel/capture.ts';
import { History, type Arrival } from '../travel/history.ts';
import { Machines } from '../travel/machines.ts';
import { Preparation } from '../travel/preparation.ts';
import type { Replica } from '../travel/replica.ts';
import { Threads } from '../travel/threads.ts';
import type { Configuration } from './configuration.ts';
import { carryFields, placeFields } from './dataBreakpoints.ts';
import { droppedText, inherit, otherRun, PastChange, stopInPast, type PastStop } from './pastChange.ts';
import { bookmarksBefore } from './earlier.ts';
import type { Run } from './run.ts';
import { Searches, type Search } from './search.ts';
import type { Emit } from './teller.ts';
import type { Works } from './works.ts';

/** What showing the past needs of its session. */
export interface PastNeeds {
  root: string;
  configuration: Configuration;
  emit: Emit;
  t: Translate;
  works: Works;
  /** A run around a machine that repeats another run. */
  repeat(replica: Replica, original: Run): Run;
  /** The same around one that is to take the other one's place, and is not seen before. */
  replace(replica: Replica, original: Run): Run;
  /** A run that has taken the place of another one has only these fields. */
  keepFields(fields: readonly number[]): void;
  /** Begin the traces in a run that repeats another one up to an event, before its first line. */
  repeatTraces(run: Run, event: number): Promise<void>;
  /** Set up a run that has taken the place of another one at an event. */
  setUp(run: Run, event: number): Promise<void>;
  /** From now on requests are about this run. */
  show(run: Run): void;
}

/** The run itself, while the user looks at its past. */
interface Present {
  run: Run;
  /** The event at which it stands. */
  event: number;
  /** Its end, where the past meets it. */
  frontier: Mark;
  /** Let it stop again where it stands. */
  stopAgain: ReturnType<Run['execution']['setAside']>;
}

/** Where a search leads. */
export interface Destination {
  /** Where it began. */
  here: Moment;
  told: Told;
  /** It leads to where it began. */
  stays?: boolean;
  arrive(frontier: Mark): Promise<Arrival>;
}

export class ShownPast {
  readonly #needs: PastNeeds;
  #machines: Machines | undefined;
  #history: History | undefined;
  #present: Present | undefined;
  readonly #preparation = new Preparation();
  readonly threads = new Threads();
  readonly #searches: Searches;

  constructor(needs: PastNeeds) {
    this.#needs = needs;
    const { works, t } = needs;
    this.#searches = new Searches(works, (error) => this.#tell(errorText(t, error)));
  }

  /** The run whose past is shown; the given one, if that is not of the past. */
  presentOf(run: Run): Run {
    return this.#present?.run ?? run;
  }

  /**
   * A machine that stands where V8 had the frames of a function that sleeps, to be looked at.
   *
   * @param signal nobody waits for it any more
   * @throws an error for the user if the run cannot be repeated, or this was given up
   */
  async bringTo(run: Run, bring: Bring, signal: AbortSignal): Promise<Replica> {
    const { works, t } = this.#needs;
    const cancelled = new AbortController();
    const title = t('Repeating the run up to where the function fell asleep');
    const work = works.begin(title, () => cancelled.abort());
    const { stop } = run.execution;
    const isOver = AbortSignal.any([signal, cancelled.signal]);
    try {
      return await bring(this.machinesFor(run), isOver);
    } finally {
      work.end();
      // It may have taken one that was to wait for somebody who goes back.
      const event = await stop?.snapshot.then(
        (snapshot) => snapshot.event,
        () => undefined,
      );
      if (event !== undefined && !run.isOver && run.execution.stop === stop) this.stands(run, event);
    }
  }

  /** What was changed in a run, with the numbers of the moments. @throws an error for the user if nothing repeats it */
  changesOf(run: Run): Promise<readonly NumberedChange[]> {
    return this.machinesFor(run).changes();
  }

  /** Machines that repeat a run. */
  machinesFor(run: Run): Machines {
    return (this.#machines ??= this.#machinesOf(this.presentOf(run)));
  }
  /** The event at which the run itself stands. @param event at which the shown one does */
  endOf(event: number): number {
    return this.#present?.event ?? event;
  }
  /** The moment at which a run stands. @throws an error for the user if nothing leads there again */
  async momentOf(run: Run): Promise<Moment> {
    const moment = momentOf(run);
    await placeFields(run, this.#needs.configuration.dataFields, moment);
    return moment;
  }
  /** What has happened in a run. */
  historyOf(run: Run): History {
    return (this.#history ??= new History(this.machinesFor(run)));
  }
  #machinesOf({ blueprint, debuggee, execution: { trail }, launch: { opened } }: Run): Machines {
    const { root, configuration } = this.#needs;
    const { threads } = this;
    const machines = new Machines(
      { root, threads, ...blueprint },
      { debuggee, trail, fields: configuration.dataFields },
    );
    if (opened !== undefined) machines.expect(expectedFields(opened.recording.fields));
    return machines;
  }

  /** @param field of which nothing is known in the past */
  tellUnfound(field: string): void {
    this.#tell(
      this.#needs.t('What happened to {0} in the past is not known: it cannot be found there.', field),
    );
  }
  #tell(text: string): void {
    this.#needs.emit('output', { category: 'important', output: `${text}\n` });
  }

  /** Search for a moment, and go there; if that fails, stop again where the search has begun. */
  go(run: Run, event: number, find: () => Promise<Destination>): void {
    const stopAgain = run.execution.setAside();
    // For the client the run goes on, but it stands: what was made ready is needed now.
    this.#preparation.rest();
    this.#search(
      this.#needs.t('Repeating the run up to an earlier moment'),
      (search) => this.#travel(run, event, stopAgain, search, find),
      // The machine that was to be shown may have had the client's settings.
      () => this.#showAgain(run, stopAgain),
    );
  }
  /** Resolves when the moment is shown that is being looked for; at once if none is. */
  get arrival(): Promise<void> {
    return this.#searches.arrival;
  }
  /** @param goBack leads to a stop if the work fails or is given up */
  #search(
    title: string,
    work: (search: Search) => Promise<void>,
    goBack: (search: Search) => Promise<void>,
  ): void {
    this.#searches.begin(title, () => this.#machines?.stop(), work, goBack);
  }
  async #travel(
    run: Run,
    event: number,
    stopAgain: Present['stopAgain'],
    search: Search,
    find: () => Promise<Destination>,
  ): Promise<void> {
    const { here, told, stays = false, arrive } = await find();
    if (stays) {
      search.checkWanted();
      return this.#showAgain(run, () => stopAgain({ description: undefined, text: undefined, ...told }));
    }
    const present = this.#present ?? { run, event, frontier: frontierOf(here, event), stopAgain };
    await this.#show(await arrive(present.frontier), present, told, search);
    this.#present = present;
    if (run !== present.run) run.retire(this.threads);
    // Whoever goes back meets the error.
    this.#machines?.replenish(here === BEGIN ? event : here.mark.event).catch(() => {});
  }
  async #show({ replica, stopsAt }: Arrival, present: Present, told: Told, search: Search): Promise<void> {
    const { configuration, show, repeat } = this.#needs;
    search.checkShown();
    const past = repeat(replica, present.run);
    past.changing = (make) => this.#change(past, make);
    this.#machines!.release(replica);
    try {
      await past.takeOver();
      search.checkShown();
      past.execution.trail.is(replica.moment);
      past.onStrayed = (why) =>
        void this.#toPresent(past, this.#needs.t('The past could not be repeated any more: {0}.', why));
      past.execution.onFrontier = () => void this.#toPresent(past);
      if (stopsAt !== undefined) past.execution.frontier.add(stopsAt);
      configuration.leave();
      await configuration.applyTo(past);
      search.checkShown();
    } catch (error) {
      void past.kill();
      throw error;
    }
    show(past);
    past.execution.arrived(replica.paused!, told);
  }

  /**
   * Make a change in the past: its run takes the place of the one that was recorded. Resolves when it is made, and the
   * run is about to be repeated with it.
   *
   * @throws an error for the user if it cannot be made; then the past is as it was
   */
  async #change<T>(past: Run, make: () => Promise<T>): Promise<T> {
    if (past.pastChange !== undefined)
      throw new UserError('another change of the past is under way: wait for its answer');
    const { stop } = past.execution;
    if (stop === undefined) throw past.notStopped();
    const change = (past.pastChange = new PastChange());
    const isHere = (): boolean => this.#present !== undefined && past.execution.stop === stop;
    try {
      await stop.snapshot;
      const here = await stopInPast(past, momentOf(past));
      if (!isHere()) throw past.notStopped();
      const answer = await make().catch((error: unknown) => {
        if (change.isMade && isHere()) this.#showUnchanged(past, here.moment);
        throw error;
      });
      if (!change.isMade || !isHere()) return answer;
      if (change.end !== undefined) {
        this.#showUnchanged(past, here.moment);
        throw new UserError('This cannot be changed in the past: {0}.', change.end);
      }
      this.#becomeOther(past, here, change.changes);
      return answer;
    } finally {
      past.pastChange = undefined;
    }
  }
  /** A machine of the past may not be as it was: show another one at the same moment. */
  #showUnchanged(past: Run, moment: Moment): void {
    past.execution.setAside();
    const title = this.#needs.t('Repeating the run up to an earlier moment');
    const work = (search: Search): Promise<void> => this.#arriveAgain(past, moment, search);
    this.#search(title, work, () => this.#toPresent(past));
  }
  async #arriveAgain(past: Run, moment: Moment, search: Search): Promise<void> {
    const present = this.#present!;
    const arrival = await this.historyOf(past).arrive(moment, present.frontier);
    await this.#show(arrival, present, { reason: 'goto' }, search);
    void past.kill();
  }
  /** The run is repeated up to a stop of its past, with changes there; if that fails, the past is shown as it was. */
  #becomeOther(past: Run, stop: PastStop, changes: readonly Change[]): void {
    past.execution.setAside();
    const title = this.#needs.t('Recording the run up to the change');
    const goBack = (search: Search): Promise<void> => {
      this.#tell(this.#needs.t('Nothing was changed.'));
      return this.#arriveAgain(past, stop.moment, search).catch((error: unknown) =>
        this.#toPresent(past, errorText(this.#needs.t, error)),
      );
    };
    this.#search(title, (search) => this.#replace(past, stop, changes, search), goBack);
  }
  async #replace(past: Run, stop: PastStop, changes: readonly Change[], search: Search): Promise<void> {
    const { configuration, keepFields, repeatTraces, replace, setUp, show, t } = this.#needs;
    const present = this.#present!;
    const original = present.run;
    const machines = this.machinesFor(past);
    const made = await machines.changes();
    const other = await otherRun(machines, stop, changes, {
      begin: (replica) => replace(replica, original),
      trace: (run) => repeatTraces(run, stop.event),
    });
    const { run, replica, fields, place } = other;
    let bookmarks;
    try {
      search.checkShown();
      configuration.leave();
      await setUp(run, stop.event);
      bookmarks = await bookmarksBefore(machines, original.bookmarks.all, stop, place);
      search.checkWanted();
    } catch (error) {
      void run.kill();
      throw error;
    }
    const { debuggee, execution } = run;
    machines.release(replica);
    machines.close();
    keepFields(fields);
    this.#machines = machines.successor(
      { debuggee, trail: execution.trail, fields: configuration.dataFields },
      fields,
    );
    this.#history = undefined;
    this.#present = undefined;
    inherit(run, original, stop, bookmarks);
    const dropped = { end: present.event, changes: made.length - stop.changes.length };
    const text = droppedText(t, original, run, stop, dropped);
    void past.kill();
    void original.kill();
    run.appear();
    show(run);
    this.#tell(text);
    execution.arrived(replica.paused!, {
      reason: 'goto',
      description: message('Paused where the past was changed'),
    });
  }

  /** The past has come to where the run stands. */
  async #toPresent(past: Run, why?: string): Promise<void> {
    const present = this.#present;
    if (present === undefined) return;
    // Whoever leaves the run meanwhile ends the present, too.
    if (why === undefined) await this.#carryFields(past, present.run);
    if (this.#present !== present) return;
    this.#present = undefined;
    if (why !== undefined) {
      this.#tell(why);
      void past.kill();
    } else past.retire(this.threads);
    await this.#showAgain(present.run, () =>
      present.stopAgain({ description: message('Paused at the end of the past') }),
    );
  }
  /** What was offered in the past is known in the present, as far as both live. */
  async #carryFields(past: Run, present: Run): Promise<void> {
    try {
      await carryFields(past, present, this.#needs.configuration.dataFields);
    } catch (error) {
      if (!past.isOver && !present.isOver) this.#tell(errorText(this.#needs.t, error));
    }
  }
  /** Requests are about a run again, which stops where it stands. */
  async #showAgain(run: Run, stopAgain: () => void): Promise<void> {
    const { configuration, show, t } = this.#needs;
    show(run);
    configuration.leave();
    await configuration.applyTo(run).catch((error: unknown) => {
      if (!run.isOver) this.#tell(errorText(t, error));
    });
    // The client may have ended it in the meantime.
    if (!run.isOver) stopAgain();
  }

  /** A run stands at an event: soon somebody may go back. @param foresee looks ahead of time for where that leads */
  stands(run: Run, event: number, foresee?: () => Promise<void>): void {
    this.#preparation.stands(this.machinesFor(run), event, foresee);
  }
  /** A run goes on. */
  goes(run: Run): void {
    this.#preparation.rest();
    if (this.#present === undefined) this.#preparation.follow(this.machinesFor(run), () => run.isOver);
  }

  /** A search is under way: give it up. @returns whether there was one */
  stopSearch(): boolean {
    const isUnderWay = this.#searches.giveUp();
    if (isUnderWay) this.#machines?.stop();
    return isUnderWay;
  }
  /** Nothing of the past is shown any more. @returns the run itself */
  leave(run: Run): Run {
    this.#searches.leave();
    this.#preparation.rest();
    this.#machines?.close();
    this.#machines = undefined;
    this.#history = undefined;
    const present = this.#present?.run ?? run;
    this.#present = undefined;
    if (run !== present) void run.kill();
    return present;
  }
}

/** @throws an error for the user if nothing leads there again */
function momentOf({ execution }: Run): Moment {
  const { moment, noWayBack } = execution.trail;
  if (moment === undefined) throw UserError.of(noWayBack);
  return moment;
}
/** Where the past meets the present, which stands at an event. */
function frontierOf({ mark, moves }: Moment, event: number): Mark {
  const isKnown = mark.kind !== 'begin' && moves.length === 0;
  return isKnown ? mark : { kind: 'own', event: event + 1, how: 'tracepoint' };
}
