/**
 * A machine that repeats a run up to a moment, in a thread of its own and without a word to the client: the
 * debugger looks for moments in it, and lets the user look around at the one that it has found.
 */
import type { Debugger } from 'node:inspector';
import { UserError } from '../../language/userError.ts';
import { Debuggee } from '../control/debuggee.ts';
import { at, type CodePoint, type Mark, type Moment, type Move } from '../control/moment.ts';
import type { NotedArrival, TrackedFunction } from '../inspect/moments.ts';
import { AGENT, type BootConfig } from '../worker/channel.ts';

type Paused = Debugger.PausedEventDataType;

/** A place whose arrivals are noted. */
export interface TrackedPlace {
  place: CodePoint;
  of: TrackedFunction;
}

/** What a machine is made of: as the first one of the session was. */
export interface Blueprint {
  root: string;
  maxHeap: number;
  boot: BootConfig;
  skip: readonly string[];
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

const AGENT_TEXT = `globalThis[Symbol.for('${AGENT}')]`;

export class Replica {
  readonly debuggee: Debuggee;
  /** Where V8 stands; undefined before the first line. */
  paused: Paused | undefined;
  /** The moment at which it stands. */
  moment: Moment = at({ kind: 'begin', event: 0 });
  #waiting: { resolve(paused: Paused): void; reject(error: Error): void } | undefined;
  #lost: Error | undefined;
  /** Breakpoints that stay, by place: at each arrival V8 makes calls of the agent's moments. */
  readonly #tracked = new Map<string, { calls: readonly string[]; breakpointId: string }>();
  #firstTracked = 0;
  #places = 0;

  private constructor(blueprint: Blueprint) {
    this.debuggee = new Debuggee(blueprint.root, blueprint.maxHeap);
    const { debuggee } = this;
    debuggee.client.on('Debugger.paused', (paused) => this.#hasPaused(paused));
    debuggee.onEnded = () => this.#fails(new StrayedError());
    debuggee.onExit = () => this.#fails(new StrayedError());
    debuggee.onLost = (message) => this.#fails(new UserError('{0}', message));
  }

  /**
   * A machine whose program is loaded and stands before its first line. Rejects with a message for the user.
   *
   * @param inputs of the run that is repeated, as the agent gives them
   */
  static async create(blueprint: Blueprint, inputs: string): Promise<Replica> {
    const replica = new Replica(blueprint);
    try {
      await replica.debuggee.boot({ ...blueprint.boot, replay: inputs }, blueprint.skip);
      await replica.debuggee.load();
      return replica;
    } catch (error) {
      await replica.debuggee.kill();
      throw error;
    }
  }

  #hasPaused(paused: Paused): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.paused = paused;
    waiting.resolve(paused);
  }
  #fails(error: Error): void {
    this.#lost ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** Let it go on until V8 pauses. */
  #go(how: 'resume' | 'stepInto' | 'stepOver' | 'stepOut' = 'resume'): Promise<Paused> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const pause = new Promise<Paused>((resolve, reject) => (this.#waiting = { resolve, reject }));
    if (this.paused === undefined) this.debuggee.run();
    else this.debuggee.client.send(`Debugger.${how}`).catch((error: Error) => this.#fails(error));
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
        return this.#arriveAt(mark.place, (number) => `is(${number}, ${mark.event}, ${mark.arrival})`);
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
    else await this.#go(move.how);
  }
  /** Run until V8 is at a place and a condition holds, a call of the agent's moments. */
  async #arriveAt(place: CodePoint, call: (number: number) => string): Promise<void> {
    const key = keyOf(place);
    const tracked = this.#tracked.get(key);
    // V8 takes one breakpoint a place.
    if (tracked !== undefined) await this.#remove(tracked.breakpointId);
    const wanted = call(++this.#places);
    const breakpointId = await this.#breakAt(place, [...(tracked?.calls ?? []), wanted]);
    const { hitBreakpoints = [] } = await this.#go();
    await this.#remove(breakpointId);
    if (tracked !== undefined) await this.#track(place, tracked.calls);
    if (!hitBreakpoints.includes(breakpointId)) throw new StrayedError();
  }
  /** @param calls of the agent's moments: V8 pauses if the last one returns true */
  async #breakAt({ url, line, column }: CodePoint, calls: readonly string[]): Promise<string> {
    const { breakpointId } = await this.debuggee.client.send('Debugger.setBreakpointByUrl', {
      url,
      lineNumber: line,
      columnNumber: column,
      condition: calls.map((call) => `${AGENT_TEXT}.moments.${call}`).join(', '),
    });
    return breakpointId;
  }
  async #remove(breakpointId: string): Promise<void> {
    await this.debuggee.client.send('Debugger.removeBreakpoint', { breakpointId });
  }

  /** Pause when it comes to this place at its time. @returns V8's id of the breakpoint */
  async stopAt({ place, event, arrival }: Extract<Mark, { kind: 'place' }>): Promise<string> {
    const calls = [`is(${++this.#places}, ${event}, ${arrival})`];
    const breakpointId = await this.#breakAt(place, calls);
    this.#tracked.set(keyOf(place), { calls, breakpointId });
    return breakpointId;
  }
  /** Stop at the first tracepoint with at least this event number, whenever it comes to that. */
  async stopAfter(event: number): Promise<void> {
    await this.debuggee.askIn(`stopAtEvent(${event})`);
  }

  /** Note each arrival at these places from now on, by their index. */
  async track(places: readonly TrackedPlace[]): Promise<void> {
    const first = (this.#firstTracked = this.#places + 1);
    this.#places += places.length;
    await Promise.all(
      places.map(async ({ place, of }, index) => {
        await this.debuggee.askIn(`moments.track(${first + index}, ${JSON.stringify(of)})`);
        await this.#track(place, [`note(${first + index})`]);
      }),
    );
  }
  async #track(place: CodePoint, calls: readonly string[]): Promise<void> {
    const breakpointId = await this.#breakAt(place, calls);
    this.#tracked.set(keyOf(place), { calls, breakpointId });
  }
  /** The arrivals noted, each with the index of its place; nothing more is noted. */
  async tracked(): Promise<NotedArrival[]> {
    await Promise.all([...this.#tracked.values()].map(({ breakpointId }) => this.#remove(breakpointId)));
    this.#tracked.clear();
    const noted = await this.debuggee.askIn<NotedArrival[]>('moments.noted()');
    return noted.map((arrival) => ({ ...arrival, place: arrival.place - this.#firstTracked }));
  }

  kill(): Promise<boolean> {
    return this.debuggee.kill();
  }
}

const keyOf = ({ url, line, column }: CodePoint): string => `${url}:${line}:${column}`;
