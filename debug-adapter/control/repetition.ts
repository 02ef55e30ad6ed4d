/**
 * What the user changed in a run is changed again in a machine that repeats it: at the same moments, in the same
 * order, and each when the machine leaves the stop at which it was made.
 */
import type { Debugger } from 'node:inspector';
import { AGENT } from '../worker/channel.ts';
import { STOP_GROUP, type Debuggee } from './debuggee.ts';
import { StatementBreakpoints } from './debuggerStatement.ts';
import { sameMark, type Change, type CodePoint, type NumberedMark } from './moment.ts';

type Paused = Debugger.PausedEventDataType;

/** A change, and the numbers that tell when it is made. */
export interface NumberedChange {
  change: Change;
  mark: NumberedMark;
}

/** An expression of the user may have been ended; a repetition does not wait longer than the first time. */
const EVALUATE_MS = 500;

export class Repetition {
  readonly #debuggee: Debuggee;
  #changes: readonly NumberedChange[];
  /** The next one to be made. */
  #next = 0;
  readonly #atStatements = new Set<NumberedMark>();
  /** V8's breakpoints at those of the next event that are still to be made. */
  #breakpoints: { id: string; mark: NumberedMark }[] = [];
  /** The event whose changes V8 and the machine wait for. */
  #event: number | undefined;
  /** The number of the machine's last stop for a change: V8 may pause in it more than once. */
  #lastStop = 0;
  /** Where the machine stands, if the next one is made there. */
  #due: Paused | undefined;

  constructor(debuggee: Debuggee, changes: readonly NumberedChange[]) {
    this.#debuggee = debuggee;
    this.#changes = changes;
  }

  /** All changes were made. */
  get isOver(): boolean {
    return this.#next === this.#changes.length;
  }
  /** Those that were made. */
  get made(): readonly NumberedChange[] {
    return this.#changes.slice(0, this.#next);
  }
  /**
   * The run takes another way from here: the changes that were to come are not made.
   *
   * @returns how many these were
   */
  async drop(): Promise<number> {
    const { length } = this.#changes;
    this.#changes = this.made;
    this.#due = undefined;
    this.#event = undefined;
    await Promise.all([...this.#remove(() => true), this.#debuggee.ask('noChange')]);
    return length - this.#changes.length;
  }
  /** Whether V8's breakpoint is one of these. */
  owns(breakpointId: string): boolean {
    return this.#breakpoints.some(({ id }) => id === breakpointId);
  }
  /** The mark of the next change; undefined: all were made. */
  get nextMark(): NumberedMark | undefined {
    return this.#changes[this.#next]?.mark;
  }
  /** The mark of the change that is made when the machine goes on from where it stands. */
  get dueMark(): NumberedMark | undefined {
    return this.#due && this.#changes[this.#next]?.mark;
  }

  /** Learn which changes are made at a `debugger` statement. */
  async learn(isStatement: (place: CodePoint) => Promise<boolean>): Promise<void> {
    for (const { mark } of this.#changes)
      if (mark.kind === 'place' && (await isStatement(mark.place))) this.#atStatements.add(mark);
  }

  /**
   * Let V8 pause where the next change is made, and where all others of its event are: arrivals are counted from before the
   * event.
   */
  async await(): Promise<void> {
    const next = this.#changes[this.#next];
    if (next === undefined || next.mark.event === this.#event) return;
    const { event } = next.mark;
    this.#event = event;
    const those = this.#changes.flatMap(({ mark }, number) =>
      number >= this.#next && mark.event === event ? [{ mark, number }] : [],
    );
    await Promise.all(
      those.map(async ({ mark, number }) => {
        const before = this.#changes[number - 1];
        if (number > this.#next && sameMark(before!.mark, mark)) return;
        if (mark.kind !== 'place') await this.#debuggee.ask('stopForChange', mark);
        else this.#breakpoints.push({ id: await this.#breakAt(number, mark), mark });
      }),
    );
  }
  #remove(isMade: (mark: NumberedMark) => boolean): Promise<unknown>[] {
    const made = this.#breakpoints.filter(({ mark }) => isMade(mark));
    this.#breakpoints = this.#breakpoints.filter((one) => !made.includes(one));
    return made.map(({ id }) => this.#debuggee.removal.remove(id));
  }
  async #breakAt(number: number, mark: Extract<NumberedMark, { kind: 'place' }>): Promise<string> {
    const { event, arrival, place } = mark;
    const { url, line, column } = place;
    const isStatement = this.#atStatements.has(mark);
    const test = `globalThis[Symbol.for('${AGENT}')].moments.is(${-1 - number}, ${event}, ${arrival})`;
    // V8 refuses a breakpoint that was asked for in the same words: a number that matches nothing makes it another.
    const urlRegex = `^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$|^change ${number}$`;
    const { breakpointId } = await this.#debuggee.client.send('Debugger.setBreakpointByUrl', {
      urlRegex,
      lineNumber: line,
      columnNumber: column,
      condition: isStatement ? StatementBreakpoints.condition(-1 - number, test) : test,
    });
    if (isStatement) this.#debuggee.statements.add(breakpointId, -1 - number);
    return breakpointId;
  }

  /**
   * V8 has paused: the next change is made when it goes on.
   *
   * @param stop the number of the machine's stop for a change; 0: it is none
   * @returns whether it is
   */
  meets(paused: Paused, stop: number): boolean {
    const isNew = stop > this.#lastStop;
    this.#lastStop = Math.max(stop, this.#lastStop);
    const isHere = isNew || (paused.hitBreakpoints ?? []).some((id) => this.owns(id));
    if (isHere) this.#due = paused;
    return isHere;
  }

  /**
   * The machine is about to go on from where it stands. V8 obeys in order: what is asked for before it is told to go
   * on is done before.
   */
  async leave(): Promise<void> {
    const paused = this.#due;
    if (paused === undefined) return;
    this.#due = undefined;
    const { mark } = this.#changes[this.#next]!;
    const sent = this.#remove((one) => sameMark(one, mark));
    // All that was changed at one stop.
    for (
      let next = this.#changes[this.#next];
      next && sameMark(next.mark, mark);
      next = this.#changes[++this.#next]
    )
      sent.push(...makeChange(this.#debuggee, next.change, paused));
    sent.push(this.await());
    await Promise.all(sent);
  }
}

/** Change something where V8 stands. @returns what settles when that is done; V8 obeys in order */
export function makeChange(debuggee: Debuggee, change: Change, { callFrames }: Paused): Promise<unknown>[] {
  if (change.kind === 'input') return [debuggee.ask('change', change.input)];
  const { expression, below } = change;
  const common = { expression, objectGroup: STOP_GROUP, silent: true, timeout: EVALUATE_MS };
  // Without a frame V8 applies the time limit only while the machine runs: the outermost one serves as well.
  const frame = callFrames.at(-1 - (below ?? 0))!;
  return [
    debuggee.ask('beginWriting'),
    debuggee.evaluates(
      expression,
      debuggee.client.send('Debugger.evaluateOnCallFrame', { ...common, callFrameId: frame.callFrameId }),
    ),
    debuggee.ask('endWriting'),
  ];
}
