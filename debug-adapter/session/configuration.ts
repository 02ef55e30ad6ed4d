/** The client's settings, kept for machines that are started later: the first one, and each restart. */
import { message, say, type Message, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DataFields, type FieldNeeds, type OfferedField } from '../control/dataFields.ts';
import { fieldsOf } from '../control/moment.ts';
import { filterProblem, UNCAUGHT_FILTER } from '../filters/all.ts';
import { keyOf, unloaded, type Numbered } from '../control/breakpoints.ts';
import type { DataWish } from '../inspect/dataBreakpoints.ts';
import type { ArmedFilter } from '../inspect/stops.ts';
import type { BreakOn, Watch } from '../protocol.ts';
import type { Run } from './run.ts';
import { dataKey, HAS_ENDED, isTaken, setDataBreakpoints, wishOf } from './dataBreakpoints.ts';
import { sourceFile, type SourceFile } from './sourceFile.ts';

type Breakpoint = DebugProtocol.Breakpoint;
type LineWish = Numbered<DebugProtocol.SourceBreakpoint>;
/** A data breakpoint that the client does not know. */
interface Watching extends Numbered<DebugProtocol.DataBreakpoint> {
  number: number;
  /** Why the machine that is shown does not take it. */
  problem?: string | undefined;
}
const NOT_YET = message('The breakpoint is set when the machine starts.');

export class Configuration {
  /** By the real path of the file. One without any stays: a machine that was left with some may be shown again. */
  readonly #lines = new Map<string, { file: SourceFile; wanted: LineWish[] }>();
  #functions: Numbered<DebugProtocol.FunctionBreakpoint>[] = [];
  #data: Numbered<DebugProtocol.DataBreakpoint>[] = [];
  /** Data breakpoints that the client does not know. */
  #watches: Watching[] = [];
  #nextWatch = 1;
  /** What data breakpoints can be set on. */
  readonly dataFields = new DataFields(() => this.#fieldNeeds);
  /** Enabled in the client's list of exception filters. */
  #filters: ArmedFilter[] = [{ id: UNCAUGHT_FILTER, condition: '' }];
  /** Chosen in addition. */
  #breakOn: ArmedFilter[] = [];
  /** Sockets whose transitions stop the machine, by the numbers of their fields. */
  #sockets: number[] = [];
  #run: Run | undefined;
  /** Another machine takes other ones of the watches than the one before. */
  onWatchesChanged: () => void = () => {};
  /** Other values stop the machine: whoever goes back needs machines that know these. */
  onDataChanged: () => void = () => {};
  readonly #t: Translate;
  readonly #nextId: () => number;
  readonly #onChanged: (breakpoint: Breakpoint) => void;

  /** @param onChanged called for each breakpoint when a machine that was started later has been given it */
  constructor(nextId: () => number, onChanged: (breakpoint: Breakpoint) => void, t: Translate) {
    this.#t = t;
    this.#nextId = nextId;
    this.#onChanged = onChanged;
  }

  /** Apply all settings to this machine, and report what became of the breakpoints. */
  async applyTo(run: Run): Promise<void> {
    this.#run = run;
    const before = this.#watchProblems;
    const sets = [
      ...[...this.#lines.values()].map(({ file, wanted }) => run.breakpoints.set(file, wanted)),
      run.functionBreakpoints.set(this.#functions),
    ];
    const armed = Promise.all([
      run.arm(this.armed),
      this.#setData(run),
      run.debuggee.ask('watchSockets', this.sockets),
    ]);
    const [set, [, data]] = await Promise.all([Promise.all(sets), armed]);
    if (this.#run !== run) return;
    for (const breakpoint of [...set.flat(), ...data]) this.#onChanged(breakpoint);
    if (this.#watchProblems !== before) this.onWatchesChanged();
  }
  get #watchProblems(): string {
    return JSON.stringify(this.#known.map(({ number, problem }) => [number, problem]));
  }
  leave(): void {
    this.#run = undefined;
  }

  async setLines({ source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments): Promise<Breakpoint[]> {
    if (typeof source.path !== 'string' || source.path === '')
      return breakpoints.map(({ line }) => ({
        verified: false,
        line,
        message: this.#t('This source is not a file.'),
      }));
    const file = sourceFile(source.path);
    // Breakpoints with an invalid place are refused; the others are set.
    const problems = breakpoints.map(placeProblem);
    const known = this.#lines.get(file.real);
    const old = [...(known?.wanted ?? [])];
    const wanted = breakpoints
      .filter((_, index) => problems[index] === undefined)
      .map((wish): LineWish => {
        const same = old.findIndex((one) => keyOf(known!.file, one) === keyOf(file, wish));
        return same < 0 ? { ...wish, id: this.#nextId() } : old.splice(same, 1)[0]!;
      });
    this.#lines.set(file.real, { file, wanted });
    const set =
      this.#run === undefined
        ? wanted.map(({ id, line }) => ({
            id,
            verified: false,
            line,
            message: say(this.#t, unloaded(file, NOT_YET)),
          }))
        : await this.#run.breakpoints.set(file, wanted);
    return problems.map((problem) =>
      problem === undefined ? set.shift()! : { verified: false, message: say(this.#t, problem) },
    );
  }

  async setFunctions({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments): Promise<Breakpoint[]> {
    if (!breakpoints.every(({ name }) => typeof name === 'string'))
      throw new UserError('setFunctionBreakpoints needs a "name" for each breakpoint, a string');
    this.#functions = breakpoints.map((wish) => ({ ...wish, id: this.#nextId() }));
    if (this.#run === undefined)
      return this.#functions.map(({ id }) => ({ id, verified: false, message: say(this.#t, NOT_YET) }));
    return this.#run.functionBreakpoints.set(this.#functions);
  }

  async setData({ breakpoints }: DebugProtocol.SetDataBreakpointsArguments): Promise<Breakpoint[]> {
    const old = [...this.#data];
    this.#data = breakpoints.map((wish) => {
      const same = old.findIndex((one) => dataKey(one) === dataKey(wish));
      return same < 0 ? { ...wish, id: this.#nextId() } : old.splice(same, 1)[0]!;
    });
    if (this.#run === undefined)
      return this.#data.map(({ id }) => ({ id, verified: false, message: say(this.#t, NOT_YET) }));
    const set = await this.#setData(this.#run);
    this.onDataChanged();
    return set;
  }
  /** Give a machine all data breakpoints. @returns what has become of the client's */
  async #setData(run: Run): Promise<Breakpoint[]> {
    const watches = this.#known;
    const set = await setDataBreakpoints(run, this.dataFields, [...this.#data, ...watches]);
    const own = set.splice(this.#data.length);
    watches.forEach((watch, index) => (watch.problem = own[index]!.message));
    return set;
  }
  get #known(): Watching[] {
    return this.#watches.filter(({ dataId }) => this.dataFields.byId(dataId) !== undefined);
  }
  /** The data breakpoints on fields that are known, without those that no machine takes. */
  get data(): DataWish[] {
    const known = [...this.#data, ...this.#watches].flatMap((wish) => wishOf(this.dataFields, wish) ?? []);
    return known.filter(isTaken);
  }

  get #fieldNeeds(): FieldNeeds {
    const { execution, bookmarks } = this.#run ?? {};
    const moments = [
      execution?.trail.moment,
      ...(execution?.trail.changes ?? []).map((change) => change.moment),
      ...(bookmarks?.all ?? []).map((bookmark) => bookmark.moment),
    ];
    return {
      stopping: this.data.map(({ field }) => field),
      known: [
        ...this.#sockets,
        ...moments.flatMap((moment) => (moment === undefined ? [] : fieldsOf(moment))),
      ],
    };
  }

  /** Set a data breakpoint that the client does not know. @throws an error for the user if the machine refuses it */
  async addWatch(wish: DebugProtocol.DataBreakpoint): Promise<Watch> {
    const same = this.#known.find((one) => dataKey(one) === dataKey(wish));
    // One that is being set may still be refused.
    const watching: Watching = same ?? { ...wish, id: this.#nextId(), number: this.#nextWatch++ };
    if (same === undefined) this.#watches.push(watching);
    try {
      if (this.#run !== undefined) await this.#setData(this.#run);
      if (watching.problem !== undefined) throw new UserError('{0}', watching.problem);
      if (!this.#known.includes(watching)) throw UserError.of(HAS_ENDED);
      this.onDataChanged();
      return this.#shown(watching);
    } catch (error) {
      await this.#removeWatches((one) => one === watching);
      throw error;
    }
  }
  async removeWatches(numbers: readonly number[]): Promise<void> {
    await this.#removeWatches(({ number }) => numbers.includes(number));
  }
  async #removeWatches(isRemoved: (watching: Watching) => boolean): Promise<void> {
    this.#watches = this.#watches.filter((one) => !isRemoved(one));
    if (this.#run !== undefined && !this.#run.isOver) await this.#setData(this.#run);
  }
  get watches(): Watch[] {
    return this.#known.map((one) => this.#shown(one));
  }
  #shown({ number, dataId, accessType, condition, hitCondition, problem }: Watching): Watch {
    return {
      number,
      text: this.dataFields.byId(dataId)!.text,
      access: accessType ?? 'write',
      condition: condition ?? '',
      hitCondition: hitCondition ?? '',
      ...(problem !== undefined && { problem }),
    };
  }

  /** Start or end stopping at each transition of the socket that has this field. */
  async setSocket(field: OfferedField, enabled: boolean): Promise<void> {
    const others = this.#sockets.filter((number) => number !== field.number);
    this.#sockets = enabled ? [...others, field.number] : others;
    await this.#run?.debuggee.ask('watchSockets', this.sockets);
    this.onDataChanged();
  }
  /** The sockets that are known. */
  get sockets(): number[] {
    return this.#sockets.filter((number) => this.dataFields.byId(String(number)) !== undefined);
  }

  /** A filter whose condition does not parse is refused; the others are armed. */
  async setFilters({
    filters,
    filterOptions = [],
  }: DebugProtocol.SetExceptionBreakpointsArguments): Promise<Breakpoint[]> {
    const wanted = [
      ...filters.map((id) => ({ id, condition: '' })),
      ...filterOptions.map(({ filterId, condition }) => ({ id: filterId, condition: condition ?? '' })),
    ];
    const results = wanted.map((filter) => ({ filter, problem: filterProblem(filter.id, filter.condition) }));
    this.#filters = results.filter(({ problem }) => problem === undefined).map(({ filter }) => filter);
    await this.#run?.arm(this.armed);
    return results.map(({ problem }) =>
      problem === undefined ? { verified: true } : { verified: false, message: say(this.#t, problem) },
    );
  }

  /**
   * Replace the choice besides the exception filters.
   *
   * @returns what is wrong, by kind; the others are armed
   */
  async setBreakOn(breakOn: BreakOn): Promise<Record<string, string>> {
    const problems: Record<string, string> = {};
    this.#breakOn = [];
    for (const [id, condition] of Object.entries(breakOn)) {
      const problem = filterProblem(id, condition);
      if (problem === undefined) this.#breakOn.push({ id, condition });
      else problems[id] = say(this.#t, problem);
    }
    await this.#run?.arm(this.armed);
    return problems;
  }

  /**
   * Both lists without duplicates, because a filter armed twice would stop twice. A kind without a condition
   * includes those with one.
   */
  get armed(): ArmedFilter[] {
    const all = [...this.#filters, ...this.#breakOn];
    return all.filter(
      ({ id, condition }, index) =>
        !all.some(
          (other, at) =>
            other.id === id &&
            (other.condition === condition ? at < index : other.condition === '' && condition !== ''),
        ),
    );
  }
}

/** What is wrong with the place of a breakpoint; undefined: nothing. */
function placeProblem({ line, column = 1 }: DebugProtocol.SourceBreakpoint): Message | undefined {
  for (const [name, value] of Object.entries({ line, column })) {
    if (!Number.isInteger(value) || value < 1)
      return message("A breakpoint's {0} is a whole number from 1 on, not {1}.", name, JSON.stringify(value));
  }
  return undefined;
}
