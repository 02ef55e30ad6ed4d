/**
 * Machines that repeat a run: what they need to know of it, found out when it is needed, and some of them loaded ahead of
 * time.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ProgramFile } from '../../stack/world/program_files.ts';
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { DataFields, OfferedField } from '../control/dataFields.ts';
import type { Debuggee } from '../control/debuggee.ts';
import { isDebuggerStatement } from '../control/debuggerStatement.ts';
import { at, fieldsOf, type CodePoint, type Moment } from '../control/moment.ts';
import { makeChange, type NumberedChange } from '../control/repetition.ts';
import type { Trail } from '../control/trail.ts';
import type { CountedAccess, ExpectedField, FoundField } from '../inspect/dataBreakpoints.ts';
import { TOOLS } from '../inspect/tools.ts';
import { inputText } from '../inspect/inputText.ts';
import { USUAL, type CountedClass } from '../worker/creations.ts';
import {
  GivenUpError,
  NEAR,
  Replica,
  StrayedError,
  type Blueprint,
  type Past,
  type Repeated,
} from './replica.ts';
import { Rehearsals } from './rehearsals.ts';
import { forBytes, PLANS, Supply } from './supply.ts';

/** The program of rehearsals: a scenario, or a Node program for a run that has one. */
const REHEARSAL = { file: fileURLToPath(new URL('rehearsal.js', import.meta.url)) };
const NODE_REHEARSAL = { file: fileURLToPath(new URL('nodeRehearsal.js', import.meta.url)) };

/** A run may go on for so long as a machine is brought after it: so often it is brought on at once. */
const MOST_ROUNDS = 4;

/** The run that is repeated. */
export interface Original {
  debuggee: Debuggee;
  trail: Trail;
  fields: DataFields;
}

export class Machines {
  readonly #blueprint: Blueprint;
  readonly #original: Original;
  /** What was changed, as far as it has numbers. */
  readonly #changes: NumberedChange[] = [];
  /** Settles when nobody looks for their numbers any more. */
  #numbering: Promise<void> = Promise.resolve();
  /** The same of fields. */
  #finding: Promise<void> = Promise.resolve();
  readonly #counted: CountedClass[] = [...USUAL];
  /** By the fields' numbers; null: it cannot be found again. */
  readonly #fields = new Map<number, ExpectedField | null>();
  /** What the programs have read. */
  #files: readonly ProgramFile[] = [];
  readonly #living = new Set<Replica>();
  readonly #supply = new Supply(
    (past) => this.#load(past),
    (replica) => this.drop(replica),
    new Rehearsals(
      () => this.#rehearse(),
      (replica) => this.drop(replica),
    ),
    () => this.#blueprint.threads.free,
  );
  #hasTravelled = false;
  #isClosed = false;
  /** What machines were last to repeat. */
  #prepared: string | undefined;
  /** How often all were given up. */
  #givenUp = 0;

  constructor(blueprint: Blueprint, original: Original) {
    this.#blueprint = blueprint;
    this.#original = original;
  }
  /** For another run, which was the same one up to where it stands. @param fields the numbers of those it has */
  successor(original: Original, fields: readonly number[]): Machines {
    const machines = new Machines(this.#blueprint, original);
    machines.#counted.splice(0, Infinity, ...this.#counted);
    for (const number of fields) machines.#fields.set(number, this.#fields.get(number) ?? null);
    machines.#hasTravelled = true;
    return machines;
  }

  /** A recording has told which fields these are. */
  expect({ counted, fields }: Pick<Repeated, 'counted' | 'fields'>): void {
    for (const { isCounted: _, kind, ...field } of fields)
      this.#fields.set(field.number, { ...field, kind: this.#kindOf(counted[kind]!) });
  }
  /** The number of a class among those that are counted. */
  #kindOf({ name, url }: CountedClass): number {
    const known = this.#counted.findIndex((one) => one.name === name && one.url === url);
    return known >= 0 ? known : this.#counted.push({ name, url }) - 1;
  }
  /** Those of fields that are found again in another session. @throws as create() does */
  async foundAgain(numbers: readonly number[]): Promise<FoundField[]> {
    for (const number of new Set(numbers)) {
      const known = this.#original.fields.byNumber(number);
      if (!this.#fields.has(number) && known !== undefined)
        this.#fields.set(number, await this.#find(await this.#past(), known));
    }
    return [...new Set(numbers)].flatMap((number) => {
      const field = this.#fields.get(number) ?? null;
      if (field === null) return [];
      const { name, kind, ordinal, range } = field;
      const { name: struct, url } = this.#counted[kind]!;
      return [{ number, struct, url, ordinal, name, ...(range && { range }) }];
    });
  }

  /** Somebody has gone back. */
  get hasTravelled(): boolean {
    return this.#hasTravelled;
  }

  /** Whether a machine has been begun ahead of time. */
  get hasBegun(): boolean {
    return this.#supply.hasBegun;
  }
  /** Whether a machine waits before its first line in whose thread V8 has compiled what runs often, and a processor runs it. */
  get isQuickAtBeginning(): boolean {
    return availableParallelism() > 1 && this.#supply.isQuickAtBeginning;
  }

  /** Use a machine that stands before an event, and end it: at once, if nobody needs what it is used for. */
  async with<T>(
    before: number,
    isOver: AbortSignal | undefined,
    use: (replica: Replica) => Promise<T>,
  ): Promise<T> {
    const replica = await this.create(before, true, isOver === undefined);
    const drop = (): void => this.drop(replica);
    if (isOver?.aborted === true) drop();
    isOver?.addEventListener('abort', drop);
    try {
      return await use(replica);
    } finally {
      isOver?.removeEventListener('abort', drop);
      drop();
    }
  }
  /**
   * A machine that has not passed an event; at most 0: that stands before its first line.
   *
   * @param travels somebody goes back, and may do so again
   * @param another whether one more will be needed near the event when this one is not needed any more
   * @throws an error for the user if the run cannot be repeated
   */
  async create(before: number, travels = true, another = false): Promise<Replica> {
    const since = this.#givenUp;
    const { end } = this.#original.trail;
    if (end !== undefined) throw new UserError('The run cannot be repeated: {0}.', end);
    const past = await this.#past();
    if (this.#givenUp !== since) throw new GivenUpError();
    await this.#numberChanges(past);
    await this.#findFields(past);
    this.#hasTravelled ||= travels;
    const key = this.#keyOf(past);
    const ready = this.#supply.take(key, before);
    const replica = ready === undefined ? this.#load(past, {}, since) : this.#informed(ready, past);
    // Both are loaded at the same time. The thread of one that is ready will be free sooner than a new one has loaded the code.
    if (another && (ready === undefined || this.#blueprint.threads.free !== undefined))
      void this.#supply.add(key, past, before);
    return replica;
  }
  /** Somebody has gone back to before an event, and may do it again: another machine is made, unless one waits there. */
  async replenish(before: number): Promise<void> {
    const { end } = this.#original.trail;
    if (end !== undefined || this.#isClosed) return;
    const past = await this.#past();
    await this.#supply.add(this.#keyOf(past), past, before);
  }
  /** What the run has come to know since the machine was loaded. */
  async #informed(ready: Promise<Replica>, { lasting }: Past): Promise<Replica> {
    const replica = await ready;
    await replica.expectStacks(lasting);
    return replica;
  }
  /** What was changed in the run, with numbers. @throws an error for the user if nothing repeats it */
  async changes(): Promise<readonly NumberedChange[]> {
    const { end, changes } = this.#original.trail;
    if (end !== undefined) throw new UserError('The run cannot be repeated: {0}.', end);
    if (changes.length > this.#changes.length) await this.#numberChanges(await this.#past());
    return this.#changes;
  }
  /** A machine whose functions say when they begin and end. @throws as create() does */
  async createTraced(): Promise<Replica> {
    const { end } = this.#original.trail;
    if (end !== undefined) throw new UserError('The run cannot be repeated: {0}.', end);
    const past = await this.#past();
    await this.#numberChanges(past);
    return this.#load(past, { isTraced: true });
  }
  /**
   * A machine that repeats the run with these inputs and changes, and records it as the first one did.
   *
   * @throws as create() does
   */
  async createRecorded(inputs: string, changes: readonly NumberedChange[]): Promise<Replica> {
    const past = await this.#past();
    await this.#findFields(past);
    // Without the stacks that last: those of all are captured.
    const { lasting: _, ...rest } = past;
    return this.#load({ ...rest, inputs }, { changes, isTold: true });
  }
  async #filesOf({ files }: Past): Promise<readonly ProgramFile[]> {
    if (files > this.#files.length)
      this.#files = await this.#original.debuggee.askIn<ProgramFile[]>('programFiles()');
    return this.#files;
  }
  #past(): Promise<Past> {
    return this.#original.debuggee.askIn<Past>('past()');
  }

  /** Find the numbers of the moments at which something was changed, one after the other, whoever needs them. */
  #numberChanges(past: Past): Promise<void> {
    const numbering = this.#numbering.then(() => this.#numberNext(past));
    this.#numbering = numbering.catch(() => {});
    return numbering;
  }
  async #numberNext(past: Past): Promise<void> {
    const made = this.#original.trail.changes;
    while (this.#changes.length < made.length) {
      const { change, moment, place } = made[this.#changes.length]!;
      const before = made[this.#changes.length - 1];
      // At one stop, one mark.
      const mark =
        before?.moment === moment ? this.#changes.at(-1)!.mark : await this.#markOf(past, moment, place);
      this.#changes.push({ change, mark });
    }
  }
  async #markOf(past: Past, { mark, moves }: Moment, place: CodePoint): Promise<NumberedChange['mark']> {
    const last = moves.at(-1);
    for (const field of fieldsOf({ mark, moves })) await this.#findChanged(past, field);
    if (last === undefined && mark.kind !== 'begin') return mark;
    if (last?.how === 'access') return this.#accessOf(past, { mark, moves });
    return this.#shortlyBefore(past, mark.event, async (replica) => {
      await replica.track([{ place, of: { name: '', url: place.url } }]);
      await replica.follow({ mark, moves });
      const last = (await replica.tracked()).at(-1);
      if (last === undefined) throw new StrayedError();
      return { kind: 'place', place, event: last.event, arrival: last.arrival };
    });
  }

  /**
   * The same moment, told by numbers alone if the last move to it was to an access: at that the machine has stopped itself,
   * and V8 stands at no place that it has arrived at.
   */
  async numbered(moment: Moment): Promise<Moment> {
    if (moment.moves.at(-1)?.how !== 'access') return moment;
    const past = await this.#past();
    await this.#numberChanges(past);
    for (const field of fieldsOf(moment)) await this.#findOnce(past, field);
    return fieldsOf(moment).every((field) => this.isFound(field))
      ? at(await this.#accessOf(past, moment))
      : moment;
  }
  async #accessOf(past: Past, moment: Moment): Promise<NumberedChange['mark']> {
    const { mark, moves } = moment;
    return this.#shortlyBefore(past, mark.event, async (replica) => {
      for (const move of moves)
        if (move.how === 'access' && move.access === 'read') await replica.countReads(move.field);
      await replica.follow(moment);
      const { field, how, event, arrival } = await replica.debuggee.askIn<CountedAccess>('data.last');
      return { kind: 'access', field, how, event, arrival };
    });
  }
  /** Something was changed where a field was accessed, or after that: nothing else tells that moment. */
  async #findChanged(past: Past, number: number): Promise<void> {
    const { trail } = this.#original;
    await this.#findOnce(past, number);
    if (this.isFound(number)) return;
    trail.ends(message('a value was changed at a data breakpoint on a value that is not found again'));
    throw new UserError('The run cannot be repeated: {0}.', trail.end!);
  }

  async #findOnce(past: Past, number: number): Promise<void> {
    const known = this.#original.fields.byNumber(number);
    if (known !== undefined && !this.#fields.has(number))
      this.#fields.set(number, await this.#find(past, known));
  }

  /** Find the fields that are needed, one after the other, whoever needs them: which object of its class has each. */
  #findFields(past: Past): Promise<void> {
    const finding = this.#finding.then(() => this.#findNext(past));
    this.#finding = finding.catch(() => {});
    return finding;
  }
  async #findNext(past: Past): Promise<void> {
    for (const field of this.#original.fields.used)
      // Without a moment its path leads nowhere yet.
      if (field.moment !== undefined && !this.#fields.has(field.number))
        this.#fields.set(field.number, await this.#find(past, field));
  }
  async #find(past: Past, field: OfferedField): Promise<ExpectedField | null> {
    const { number, name, range, struct, url, path, named, moment } = field;
    if (struct === undefined || url === undefined || moment === undefined) return null;
    if (path === null && named === undefined) return null;
    const kind = this.#kindOf({ name: struct, url });
    const ordinal = await this.#shortlyBefore(past, moment.mark.event, async (replica) => {
      await replica.follow(moment);
      if (path !== null) return replica.debuggee.ask<number>('data.ordinalAt', path);
      // Nothing that lasts refers to a packet on its way through the stack.
      const { expression, below } = named!;
      const note = `${TOOLS}.noteOrdinal((${expression}\n))`;
      await Promise.all(
        makeChange(replica.debuggee, { kind: 'expression', expression: note, below }, replica.paused!),
      );
      return replica.debuggee.askIn<number>('data.ordinalNoted');
    });
    return ordinal === 0 ? null : { number, name, kind, ordinal, ...(range && { range }) };
  }
  /** Whether what happens to a field can be found in the past. */
  isFound(number: number): boolean {
    return (this.#fields.get(number) ?? null) !== null;
  }

  /** Whether it is bytes of a buffer. */
  isBytes(field: number): boolean {
    return this.#fields.get(field)?.range !== undefined;
  }

  /** Use a machine that stands shortly before an event: what waits there for a moment costs time at each arrival. */
  async #shortlyBefore<T>(past: Past, event: number, use: (replica: Replica) => Promise<T>): Promise<T> {
    try {
      return await this.#once(past, event - NEAR, use);
    } catch (error) {
      // There is no tracepoint shortly before it.
      if (error instanceof StrayedError && event > NEAR) return this.#once(past, 0, use);
      throw error;
    }
  }
  async #once<T>(past: Past, before: number, use: (replica: Replica) => Promise<T>): Promise<T> {
    const ready = this.#supply.take(this.#keyOf(past), before);
    const replica = await (ready === undefined ? this.#load(past) : this.#informed(ready, past));
    try {
      if (before > 0 && (await replica.toEvent(before)) >= before + NEAR) throw new StrayedError();
      return await use(replica);
    } finally {
      this.drop(replica);
    }
  }
  /** @param since how often all had been given up when somebody began to need it */
  async #load(past: Past, more: Partial<Repeated> = {}, since = this.#givenUp): Promise<Replica> {
    const files = await this.#filesOf(past);
    const repeated = {
      ...past,
      files,
      changes: [...this.#changes],
      counted: [...this.#counted],
      fields: this.#expected(),
      isStatement: (place: CodePoint) => isDebuggerStatement(this.#original.debuggee.scripts, place),
      ...more,
    };
    return this.#make(this.#blueprint, repeated, since);
  }
  /** All fields that were found. What watches them costs time at each access, or at each tracepoint. */
  #expected(): ExpectedField[] {
    const counted = this.#countedFields;
    return [...this.#fields.values()].flatMap((field) =>
      field === null ? [] : { ...field, isCounted: counted.has(field.number) },
    );
  }
  /** The fields whose accesses have numbers that are needed: of breakpoints, and of moments that are told by them. */
  get #countedFields(): Set<number> {
    const { trail, fields } = this.#original;
    const moments = trail.changes.map(({ moment }) => moment);
    if (trail.moment !== undefined) moments.push(trail.moment);
    return new Set([...fields.stopping, ...moments.flatMap(fieldsOf)]);
  }
  /** A machine with the program of rehearsals. */
  async #rehearse(): Promise<Replica> {
    const { bundle } = this.#blueprint.boot;
    const { hasNodePrograms } = await this.#past();
    const programs = [hasNodePrograms ? NODE_REHEARSAL : REHEARSAL];
    const boot = { programs, hosts: {}, ports: [], outside: false, bundle, config: {} };
    const counted = [...this.#counted];
    return this.#make(
      { ...this.#blueprint, boot },
      { inputs: inputText([]), lasting: [], changes: [], counted, fields: [] },
    );
  }
  async #make(blueprint: Blueprint, repeated: Repeated, since = this.#givenUp): Promise<Replica> {
    const replica = await Replica.create(blueprint, repeated);
    this.#living.add(replica);
    if (this.#givenUp === since) return replica;
    this.drop(replica);
    throw new GivenUpError();
  }

  #keyOf({ inputs }: Past): string {
    const counted = this.#expected().map(({ number, isCounted }) => (isCounted ? number : 0));
    return [this.#changes.length, this.#fields.size, counted.join(','), inputs].join(' ');
  }
  /** The user stands at an event: have machines ready before it. @param isOver nobody stands there any more */
  async prepare(event: number, isOver: () => boolean): Promise<void> {
    const { end, changes } = this.#original.trail;
    // What was changed gets its numbers when somebody goes back.
    if (end !== undefined || changes.length > this.#changes.length) return;
    const past = await this.#past();
    await this.#findFields(past);
    const key = (this.#prepared = this.#keyOf(past));
    if (this.#isClosed || isOver()) return;
    const plan = this.#hasTravelled ? PLANS.traveller : PLANS.onlooker;
    const areBytes = [...this.#original.fields.stopping].some((field) => this.isBytes(field));
    const wanted = areBytes ? forBytes(plan) : plan;
    if (await this.#supply.fill(key, past, event, wanted)) this.#blueprint.threads.endIdle();
  }
  /** The run goes on: machines follow it, unless new inputs have come lately. */
  async follow(): Promise<void> {
    const plan = this.#hasTravelled ? PLANS.returning : PLANS.passing;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { end, changes } = this.#original.trail;
      if (end !== undefined || changes.length > this.#changes.length) return;
      const past = await this.#past();
      const key = this.#keyOf(past);
      const isKnown = this.#prepared === undefined || key === this.#prepared;
      this.#prepared = key;
      // A machine that is loaded knows the inputs up to then only.
      if (!isKnown || this.#isClosed) return;
      // The first one has come near before another one is begun: a step back at once finds it there.
      const isNear = this.#supply.isOneNear(key, past.event);
      const wanted = isNear ? plan : { ...plan, near: 1, atBeginning: 0 };
      const isFull = await this.#supply.fill(key, past, past.event, wanted);
      if (isNear || !isFull) return;
    }
  }
  /** The user goes on: no processor is used for what may never be needed. */
  rest(): void {
    this.#supply.rest();
  }
  drop(replica: Replica): void {
    this.#living.delete(replica);
    replica.retire();
  }
  /** Another one owns the replica now. */
  release(replica: Replica): void {
    this.#living.delete(replica);
  }

  /** Give up whatever they are used for. */
  stop(): void {
    this.#givenUp++;
    for (const replica of this.#living) this.drop(replica);
    this.#supply.forget();
  }
  close(): void {
    this.#isClosed = true;
    this.stop();
  }
}
