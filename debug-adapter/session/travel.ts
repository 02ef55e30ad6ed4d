/** The requests that lead elsewhere in time: where each of them goes. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { BEGIN, type CodePoint, type Mark, type Moment } from '../control/moment.ts';
import type { PausedState } from '../control/pausedState.ts';
import { Continue } from '../control/policies/continue.ts';
import { isScenario } from '../inspect/codeKinds.ts';
import type { RecordedBookmark } from '../recordings/data.ts';
import { callOf, rawPlace, surroundings } from '../travel/here.ts';
import { noEvent, type Arrival, type History } from '../travel/history.ts';
import type { Wishes } from '../travel/replica.ts';
import type { Configuration } from './configuration.ts';
import type { Run } from './run.ts';
import type { ShownPast } from './shownPast.ts';

/** What a program has written: after an event, when V8 came to a place for the `arrival`th time since. */
export interface Write {
  event: number;
  write?: { place: CodePoint; arrival: number };
}

export class Travel {
  readonly #past: ShownPast;
  readonly #configuration: Configuration;

  constructor(past: ShownPast, configuration: Configuration) {
    this.#past = past;
    this.#configuration = configuration;
  }

  /**
   * Go back to the line before the one at which a thread stands. Resolves when the search has begun.
   *
   * @throws an error for the user if it cannot begin
   */
  async stepBack(run: Run, thread: number): Promise<void> {
    const stop = run.execution.stop!;
    const { event } = await stop.snapshot;
    const sleeping = stop.runs(thread) ? undefined : await run.frames.viewsOf(thread);
    if (isIdle(run) && ((sleeping ?? (await stop.framesOf(thread)))?.length ?? 0) === 0)
      return this.#toLastTracepoint(run, stop, event);
    const around = await surroundings(run.debuggee, stop, thread, sleeping);
    const moment = await this.#past.momentOf(run);
    const raw = rawPlace(run.debuggee, stop.paused);
    if (run.execution.stop !== stop) throw run.notStopped();
    const history = this.#past.historyOf(run);
    const caller = returnedTo(run, stop, moment, thread);
    this.#past.go(run, event, async () => {
      const ended = caller && (await history.endOfCall(moment, thread, caller));
      let { target, here } = ended ?? (await history.lineBefore(moment, raw, around));
      // A handler that the library calls: what the program did before has ended.
      if (target === undefined && !around.here.asleep && isScenario(raw.url))
        ({ target, here } = await history.lastInProgram(moment, raw, thread));
      const found = target;
      if (found === undefined)
        throw new UserError('There is no line before this one in the history of this thread.');
      return { here, told: { reason: 'step' }, arrive: (frontier) => history.arrive(found, frontier) };
    });
  }

  /** Nothing runs where everything sleeps: before that is the last tracepoint. */
  async #toLastTracepoint(run: Run, stop: PausedState, event: number): Promise<void> {
    const here = await this.#past.momentOf(run);
    if (run.execution.stop !== stop) throw run.notStopped();
    const history = this.#past.historyOf(run);
    this.#past.go(run, event, async () => {
      const target = await history.lastTracepoint(here);
      if (target === undefined)
        throw new UserError('There is no line before this one in the history of this thread.');
      return { here, told: { reason: 'step' }, arrive: (frontier) => history.arrive(target, frontier) };
    });
  }

  /**
   * Go back to where the call of a frame's function began. Resolves when the search has begun.
   *
   * @throws an error for the user if it cannot begin
   */
  async restartFrame(run: Run, frameId: number): Promise<void> {
    const stop = run.execution.stop!;
    const { event } = await stop.snapshot;
    const frame = run.frames.frame(frameId);
    const thread = stop.threadOf(frameId)!;
    const stack = stop.runs(thread) ? stop.threadId : thread;
    const numbered = stop.number(stack, await run.frames.viewsOf(stack));
    const frames = numbered.map((one) => one.frame);
    const { targets } = run.execution;
    const call = await callOf(run.debuggee, { targets, functions: run.functions }, thread, frames, frame);
    const moment = await this.#past.momentOf(run);
    const raw = rawPlace(run.debuggee, stop.paused);
    if (run.execution.stop !== stop) throw run.notStopped();
    const history = this.#past.historyOf(run);
    this.#past.go(run, event, async () => {
      const { target, here, stays } = await history.beginningOf(call, moment, raw);
      if (target === undefined)
        throw new UserError(
          'The beginning of this call is not known: it is before all that can be repeated.',
        );
      return {
        here,
        told: { reason: 'restart', hitBreakpoints: [] },
        stays,
        arrive: (frontier) => history.arrive(target, frontier),
      };
    });
  }

  /**
   * Go back to the last stop of a breakpoint or a filter before this one; without one, to the program's first line.
   * Resolves when the search has begun.
   *
   * @throws an error for the user if it cannot begin
   */
  async reverseContinue(run: Run): Promise<void> {
    const stop = run.execution.stop!;
    const { event } = await stop.snapshot;
    const moment = await this.#past.momentOf(run);
    const raw = rawPlace(run.debuggee, stop.paused);
    if (run.execution.stop !== stop) throw run.notStopped();
    const history = this.#past.historyOf(run);
    const configuration = this.#configuration;
    const wishes = this.#wishesOf(run);
    const { filters, sockets } = wishes;
    this.#past.go(run, event, async () => {
      const found = await history.stopBefore(moment, raw, wishes);
      const { target, hits, here, sentence, isStatement = false, unfound } = found;
      for (const field of unfound) this.#past.tellUnfound(configuration.dataFields.text(field));
      if (target !== undefined) {
        const isFunction = hits.some((id) => run.execution.functionBreakpoints.has(id));
        const reason = isFunction ? 'function breakpoint' : 'breakpoint';
        const told = { reason: sentence === undefined ? reason : 'data breakpoint', hitBreakpoints: hits };
        return {
          here,
          told: isStatement
            ? new Continue().tell()
            : sentence === undefined
              ? told
              : { ...told, text: sentence },
          arrive: (frontier) => history.arrive(target, frontier, { filters, sockets }),
        };
      }
      const told = { reason: 'entry', description: message('Paused at the beginning') };
      const beginning = await history.beginning();
      return { here, told, arrive: (frontier) => history.arrive(beginning, frontier) };
    });
  }

  #wishesOf(run: Run): Wishes {
    const { armed: filters, sockets, data } = this.#configuration;
    const breakpoints = [...run.breakpoints.placed(), ...run.functionBreakpoints.placed()];
    return { breakpoints, filters, sockets, data };
  }
  /** A run stands at an event: soon somebody may go back. */
  stands(run: Run, event: number): void {
    this.#past.stands(run, event, () => this.#foresee(run));
  }
  /** The statement that has changed watched bytes is found by four machines, one after the other: they look while the user does. */
  async #foresee(run: Run): Promise<void> {
    const { stop } = run.execution;
    const wishes = this.#wishesOf(run);
    const { dataFields } = this.#configuration;
    const areBytes = wishes.data.some(({ field }) => dataFields.byNumber(field)?.range !== undefined);
    if (!areBytes || stop === undefined || run.execution.trail.moment === undefined) return;
    const moment = await this.#past.momentOf(run);
    if (run.execution.stop !== stop) return;
    await this.#past.historyOf(run).foresee(moment, rawPlace(run.debuggee, stop.paused), wishes);
  }

  /**
   * Go to the first tracepoint with at least an event number, back or forward within the past.
   *
   * @throws an error for the user if the run has not come so far
   */
  goToEvent(run: Run, wanted: number): Promise<void> {
    return this.#goTo(run, wanted, (history, end, frontier) => history.arriveAtEvent(wanted, end, frontier));
  }

  /**
   * Go to where something was written; where that is not found again, to the event before.
   *
   * @throws an error for the user if the run has not come so far
   */
  goToWrite(run: Run, { event, write }: Write): Promise<void> {
    const wanted = Math.max(1, event);
    if (write === undefined) return this.goToEvent(run, wanted);
    return this.#goTo(run, wanted, async (history, end, frontier) => {
      const mark = { kind: 'place', event, ...write } as const;
      return (await history.arriveSoon(mark, frontier)) ?? history.arriveAtEvent(wanted, end, frontier);
    });
  }

  /**
   * Go to a named moment.
   *
   * @throws an error for the user if the run has not come so far
   */
  goToBookmark(run: Run, { event, moment }: RecordedBookmark): Promise<void> {
    if (moment === undefined) return this.goToEvent(run, event);
    return this.#goTo(run, event, (history, _end, frontier) => history.arrive(moment, frontier));
  }

  /** @param arrive is told to which event the run has come */
  async #goTo(
    run: Run,
    wanted: number,
    arrive: (history: History, end: number, frontier: Mark) => Promise<Arrival>,
  ): Promise<void> {
    const stop = run.execution.stop!;
    const { event } = await stop.snapshot;
    const end = this.#past.endOf(event);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > end) throw noEvent(wanted, end);
    // From anywhere an event is found by its number.
    const here = run.execution.trail.moment === undefined ? BEGIN : await this.#past.momentOf(run);
    if (run.execution.stop !== stop) throw run.notStopped();
    const history = this.#past.historyOf(run);
    this.#past.go(run, event, () =>
      Promise.resolve({
        here,
        told: { reason: 'goto' },
        arrive: (frontier) => arrive(history, end, frontier),
      }),
    );
  }
}

/** It stands where nothing can run. */
function isIdle({ execution: { trail } }: Run): boolean {
  const { mark, moves } = trail.moment ?? BEGIN;
  return mark.kind === 'own' && mark.how === 'idle' && moves.length === 0;
}

/** Where the function begins to which a step of this thread has returned; undefined: it has led out of none. */
function returnedTo(
  { debuggee }: Run,
  { hasReturned, paused }: PausedState,
  { moves }: Moment,
  thread: number,
): CodePoint | undefined {
  const move = moves.at(-1);
  const start = paused.callFrames[0]?.functionLocation;
  const isOwn = move !== undefined && 'thread' in move && move.thread === thread;
  if (!hasReturned || !isOwn || start === undefined) return undefined;
  const { scriptId, lineNumber: line, columnNumber: column = 0 } = start;
  return { url: debuggee.scripts.get(scriptId)?.url ?? '', line, column };
}
