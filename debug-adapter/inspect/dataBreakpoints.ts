/** Stops where a field of an object is written or read: in the machine's thread. */
import { message, type Message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import vm from 'node:vm';
import { object_at, path_to, type EditPath } from '../../stack/world/edit.ts';
import { is_packet } from '../../stack/world/memory.ts';
import type { World } from '../../stack/world/world.ts';
import type { Creations } from '../worker/creations.ts';
import { parseHitCondition, type BreakpointRules, type HitTest } from './breakpoints.ts';
import type { Scope } from './agent.ts';
import { Held } from './held.ts';
import { hostClock } from './hostClock.ts';
import type { Describer } from './describe.ts';
import { SETTLES_MS } from './moments.ts';
import type { Stops } from './stops.ts';
import { callSites } from './values/callSites.ts';
import { findProperty, isProxy } from './values/peek.ts';
import { unwatched, watchField } from './values/watched.ts';
import {
  bufferIn,
  bytesTexts,
  bytesValue,
  WatchedBytes,
  type ByteChange,
  type ByteRange,
} from './values/watchedBytes.ts';
import { isDebugger } from './codeKinds.ts';

export type DataAccess = 'read' | 'write' | 'readWrite';

/** A data breakpoint of the user. */
export interface DataWish {
  /** DAP's id of the breakpoint. */
  id: number;
  /** The number of the field. */
  field: number;
  access: DataAccess;
  condition: string;
  hitCondition: string;
}
/** A field that can be watched, told so that it is found in another run. */
export interface DataField {
  number: number;
  /** `sk_state of tcp_sock 127.0.0.1:8080` */
  text: string;
  name: string;
  /** The owner's class and the module that exports it; undefined: it is no struct of the kernel. */
  struct: string | undefined;
  url: string | undefined;
  /** How the owner is reached from the world at this moment; null: it is not. */
  path: EditPath | null;
  /** Only these bytes of the buffer in the field. */
  range?: ByteRange;
}
/** The same field in a run that is repeated: the owner is the `ordinal`th of its class. */
export interface ExpectedField {
  number: number;
  name: string;
  /** The class, by its number among those whose objects are counted. */
  kind: number;
  ordinal: number;
  range?: ByteRange | undefined;
  /** Its accesses are counted from the creation of its owner on. */
  isCounted?: boolean;
}
/** The same, told so that another session finds it. */
export interface FoundField {
  number: number;
  /** The owner's class, and the module that exports it: `tcp_sock` of `stack/include/linux/tcp.ts`. */
  struct: string;
  url: string;
  /** The owner is the `ordinal`th of its class that was created, from 1. */
  ordinal: number;
  name: string;
  range?: ByteRange;
}
/** An access to a field: how many of its kind there were since the event, this one included. */
export interface CountedAccess {
  field: number;
  how: 'read' | 'write';
  event: number;
  arrival: number;
  /** The field was watched before that event: none is missing. */
  isWhole: boolean;
  /** Of bytes: they have changed somewhere since this event. */
  since?: number;
}

/** Told of a stop that a breakpoint would make, with the sentence about it. */
type Passes = (id: number, access: CountedAccess, sentence: Message) => void;

interface Watched {
  /** From the creation of its owner on: so it is in a run that is repeated. */
  always: boolean;
  owner: object | undefined;
  name: string;
  /** The event at which accesses of a kind began to be counted; undefined: they are not. */
  since: Record<'read' | 'write', number | undefined>;
  /** Accesses at the last event at which there was one of their kind. */
  counts: Record<'read' | 'write', { event: number; arrival: number }>;
  unwatch: (() => void) | undefined;
  /** Only these of the buffer in it. */
  bytes: WatchedBytes | undefined;
}
interface Armed extends DataWish {
  /** The condition, compiled; undefined: there is none. */
  script: vm.Script | undefined;
  test: HitTest;
  hits: number;
}
/** An access at which a debugger stops that has looked for it. */
interface Wanted {
  field: number;
  how: CountedAccess['how'];
  isIt(event: number, arrival: number): boolean;
}
/** One at which something is changed again. */
interface Changed extends Wanted {
  change(): void;
}

/** What stands between an access and whoever made it. */
const OWN_FILES = [
  'debug-adapter/inspect/dataBreakpoints.ts',
  'debug-adapter/inspect/values/watched.ts',
  'debug-adapter/inspect/values/callSites.ts',
];

export class DataBreakpoints {
  readonly #world: World;
  readonly #describer: Describer;
  readonly #stops: Stops;
  readonly #creations: Creations;
  readonly #rules: BreakpointRules;
  readonly #scope: Scope;
  readonly #fields = new Map<number, Watched>();
  #armed: Armed[] = [];
  /** Called instead of a stop. */
  #passes: Passes | undefined;
  /** Set while the machine ran, they wait until then for the next event, as other breakpoints do. */
  #settlesUntil = 0;
  /** The access at which a debugger stops that has looked for it. */
  #wanted: Wanted | undefined;
  /** Those at which something is still to be changed. */
  #changed: Changed[] = [];
  /** The fields whose reads are counted, too: each is looked at, which takes time. */
  readonly #readCounted = new Set<number>();
  /** Watched bytes that were as they were seen last when the user began to write. */
  #unchanged: WatchedBytes[] = [];
  /** The debugger itself reads and writes. */
  isQuiet = false;
  /** The access at which the machine stands, or stood last. */
  last: CountedAccess | undefined;
  /** DAP's ids of the breakpoints that have stopped the machine. */
  hits: number[] = [];
  /** The values that a condition sees. */
  #value: unknown;
  #old: unknown;
  /** Which of the counted objects the value of the last expression was. */
  ordinalNoted = 0;

  constructor(
    world: World,
    describer: Describer,
    stops: Stops,
    creations: Creations,
    rules: BreakpointRules,
    scope: Scope,
  ) {
    this.#scope = scope;
    this.#world = world;
    this.#describer = describer;
    this.#stops = stops;
    this.#creations = creations;
    this.#rules = rules;
    scope.provide('$value', () => this.#value);
    scope.provide('$old', () => this.#old);
  }

  /**
   * A field that the user looks at.
   *
   * @param next its number, unless it has one
   * @returns null: it is none in which a value is stored
   */
  offer(owner: object, asked: string, next: number): DataField | null {
    const name = storedName(owner, asked);
    return name === undefined ? null : this.#offer(owner, name, next, undefined);
  }
  /**
   * Bytes of the buffer in a field.
   *
   * @returns null: it holds none. @throws UserError if there are not so many
   */
  offerBytes(owner: object, asked: string, { from, to }: ByteRange, next: number): DataField | null {
    // In C that is a pointer into the buffer.
    const start = is_packet(owner) && asked === 'data' ? owner.data : 0;
    const name = start > 0 || (is_packet(owner) && asked === 'data') ? 'head' : storedName(owner, asked);
    const buffer = name === undefined ? undefined : bufferIn(owner, name);
    if (buffer === undefined) return null;
    const range = { from: start + from, to: start + to };
    if (from >= to || range.to > buffer.length)
      throw new UserError('{0} has the bytes 0 to {1}', asked, buffer.length - start - 1);
    return this.#offer(owner, name!, next, range);
  }
  #offer(owner: object, name: string, next: number, range: ByteRange | undefined): DataField {
    const { kernel } = this.#describer;
    const struct = kernel.structOf(owner);
    const url = struct === undefined ? undefined : kernel.urlOf(struct);
    const field = this.#unaccessed(owner, name, range);
    const shown = field.bytes?.text ?? name;
    const text = `${shown} of ${this.#describer.text(owner)}`;
    const known = [...this.#fields].find(
      ([, one]) => one.owner === owner && (one.bytes?.text ?? one.name) === shown,
    );
    const number = known?.[0] ?? next;
    if (known === undefined) this.#fields.set(number, field);
    const path = path_to(this.#world, owner);
    return { number, text, name, struct, url, path, ...(range && { range }) };
  }

  #unaccessed(owner: object | undefined, name: string, range: ByteRange | undefined): Watched {
    const counts = { read: noAccess(), write: noAccess() };
    const since = { read: undefined, write: undefined };
    const bytes = range && new WatchedBytes(this.#world, name, range);
    return { always: false, owner, name, since, counts, unwatch: undefined, bytes };
  }

  /** The object that has a field; undefined: there is none of this number, or it is not created yet. */
  ownerOf(number: number): object | undefined {
    return this.#fields.get(number)?.owner;
  }
  /** How the owner of a field is reached from the world now; null: it is not. */
  pathOf(number: number): EditPath | null {
    const owner = this.ownerOf(number);
    return owner === undefined ? null : path_to(this.#world, owner);
  }

  /** Those of fields that this machine does not know. */
  unknownOf(numbers: readonly number[]): number[] {
    return numbers.filter((number) => !this.#fields.has(number));
  }
  /** Know a field that was offered in another machine, which stands where this one does. */
  adopt({ number, name, struct, path, range }: Omit<DataField, 'text' | 'url'>): void {
    const owner = path === null ? undefined : object_at(this.#world, path);
    if (owner === undefined || this.#fields.has(number) || !Object.hasOwn(owner, name)) return;
    if (this.#describer.kernel.structOf(owner) === struct)
      this.#fields.set(number, this.#unaccessed(owner, name, range));
  }

  /** Replace all data breakpoints. @returns what is wrong with each; null: nothing */
  set(wishes: readonly DataWish[], isRunning = false): (Message | null)[] {
    this.#settlesUntil = isRunning ? hostClock() + SETTLES_MS : 0;
    const old = new Map(this.#armed.map((one) => [one.id, one]));
    this.#armed = [];
    const problems = wishes.map((wish) => {
      const field = this.#fields.get(wish.field);
      if (field === undefined) return message('it is not known in the machine that is shown');
      if (field.bytes !== undefined && wish.access !== 'write')
        return message('of bytes only changes are known: nothing tells when they are read');
      const { condition, hitCondition } = wish;
      const test = hitCondition.trim() === '' ? () => true : parseHitCondition(hitCondition);
      const script = condition.trim() === '' ? undefined : new vm.Script(`(${condition}\n)`);
      this.#armed.push({ ...wish, script, test, hits: old.get(wish.id)?.hits ?? 0 });
      return null;
    });
    this.#watchAll();
    for (const field of this.#fields.values()) this.#restart(field);
    return problems;
  }
  /**
   * Accesses in the event in which a field began to be watched are counted from where the breakpoints were set last: with
   * each of them the debugger notes that moment, from which another run is led on.
   */
  #restart({ always, since, counts }: Watched): void {
    if (always) return;
    const { event } = this.#world;
    if (since.read === event) counts.read = noAccess();
    if (since.write === event) counts.write = noAccess();
  }
  /** Watch a field as long as somebody wants it. */
  #watch(number: number, field: Watched): void {
    const { event } = this.#world;
    const isWanted =
      field.always ||
      this.#readCounted.has(number) ||
      this.#armed.some((one) => one.field === number) ||
      this.#wanted?.field === number ||
      this.#changed.some((one) => one.field === number);
    // Each read is looked at: whether the machine's own code makes it.
    const wasRead = field.since.read !== undefined;
    field.since.read = this.#isReadWatched(number) ? (field.since.read ?? event) : undefined;
    if (!wasRead) field.counts.read = noAccess();
    if (isWanted === (field.unwatch !== undefined) || field.owner === undefined) return;
    if (!isWanted) {
      field.unwatch!();
      field.unwatch = undefined;
      return;
    }
    const { owner, name } = field;
    if (!Object.hasOwn(owner, name)) return;
    field.since.write = event;
    field.counts.write = noAccess();
    if (field.bytes !== undefined) {
      field.unwatch = field.bytes.watch(owner, (change) => this.#changedBytes(number, field, change));
      return;
    }
    field.unwatch = watchField(owner, name, {
      reads: (value) => this.#accessed(number, field, 'read', value, value),
      writes: (value, before) => this.#accessed(number, field, 'write', value, before),
    });
  }

  #changedBytes(number: number, field: Watched, { old, now, since }: ByteChange): void {
    const { text, range } = field.bytes!;
    const [before, after] = bytesTexts(old, now);
    const of = this.#describer.text(field.owner);
    const told = message('{0} of {1} has changed since event {2}: {3} → {4}', text, of, since, before, after);
    this.#accessed(number, field, 'write', bytesValue(now, range), bytesValue(old, range), { told, since });
  }
  /** Compare the watched bytes here, too, where there is no tracepoint. */
  compareBytes(): void {
    const { isQuiet } = this;
    this.isQuiet = false;
    for (const { bytes } of this.#fields.values()) bytes?.compare();
    this.isQuiet = isQuiet;
  }
  /** What watched bytes are, by the numbers of their fields, in hexadecimal digits. */
  bytesOf(numbers: readonly number[]): string[] {
    return numbers.map((number) => this.#fields.get(number)?.bytes?.hex ?? '');
  }
  /** The sentence about a statement that changes bytes, given in hexadecimal digits. */
  statementText(number: number, old: string, now: string): Message {
    const { bytes, owner } = this.#fields.get(number)!;
    const [before, after] = bytesTexts(Buffer.from(old, 'hex'), Buffer.from(now, 'hex'));
    const of = this.#describer.text(owner);
    return message('{0} of {1} is changed by this statement: {2} → {3}', bytes!.text, of, before, after);
  }
  /** The user writes bytes: that is none of the machine's changes. */
  written<Result>(write: () => Result): Result {
    this.beginWriting();
    try {
      return write();
    } finally {
      this.endWriting();
    }
  }
  /** Until endWriting() it is the user who may write bytes. */
  beginWriting(): void {
    this.#unchanged = [...this.#fields.values()].flatMap(({ bytes }) => (bytes?.isUnchanged ? bytes : []));
  }
  endWriting(): void {
    for (const bytes of this.#unchanged) bytes.accept();
    this.#unchanged = [];
  }

  #accessed(
    number: number,
    field: Watched,
    how: 'read' | 'write',
    value: unknown,
    old: unknown,
    change?: { told: Message; since: number },
  ): void {
    const since = field.since[how];
    if (this.isQuiet || since === undefined || (how === 'read' && !isReadByMachine())) return;
    const { event } = this.#world;
    const count = field.counts[how];
    count.arrival = count.event === event ? count.arrival + 1 : 1;
    count.event = event;
    const access: CountedAccess = { field: number, how, ...count, isWhole: since !== event };
    if (change !== undefined) access.since = change.since;
    this.last = access;
    this.#stopAt(field, access, value, old, change?.told);
    // The user's own stop comes first, as it did in the first run.
    const due = this.#changed.find((one) => isAccess(one, access));
    if (due === undefined) return;
    this.#changed = this.#changed.filter((one) => one !== due);
    due.change();
  }
  #stopAt(field: Watched, access: CountedAccess, value: unknown, old: unknown, told?: Message): void {
    const { field: number, how, since } = access;
    const isWanted = isAccess(this.#wanted, access);
    // The statement that has changed bytes is before the stop at their change.
    if (isWanted && since === undefined) return this.#stand();
    const isSettling = !access.isWhole && hostClock() < this.#settlesUntil;
    const armed = isSettling ? [] : this.#armed;
    const hits = armed.filter((one) => one.field === number && this.#isHit(one, how, value, old));
    if (hits.length === 0) return isWanted ? this.#stand() : undefined;
    const sentence = told ?? this.#sentence(field, how, value, old);
    if (this.#passes !== undefined) for (const { id } of hits) this.#passes(id, access, sentence);
    if (isWanted) this.#stand();
    else if (this.#passes === undefined) {
      this.hits = hits.map(({ id }) => id);
      this.#stops.data(field.name, sentence);
      this.hits = [];
    }
  }
  #stand(): void {
    this.#wanted = undefined;
    this.#stops.stand();
  }
  #isReadWatched(number: number): boolean {
    const isWanted = [this.#wanted, ...this.#changed].some(
      (one) => one?.field === number && one.how === 'read',
    );
    if (isWanted || this.#readCounted.has(number)) return true;
    return this.#armed.some(({ field, access }) => field === number && access !== 'write');
  }
  #isHit(armed: Armed, how: 'read' | 'write', value: unknown, old: unknown): boolean {
    const { access, script } = armed;
    if (access !== 'readWrite' && access !== how) return false;
    // VS Code calls it "Break on Value Change": writing the same value changes nothing.
    if (access === 'write' && Object.is(value, old)) return false;
    if (script !== undefined && !this.#holds(armed.id, script, value, old)) return false;
    return armed.test(++armed.hits);
  }
  /** A condition is not about the place of an access, which may be anywhere, but about its values. */
  #holds(id: number, script: vm.Script, value: unknown, old: unknown): boolean {
    this.#value = value;
    this.#old = old;
    this.isQuiet = true;
    this.#scope.enter();
    try {
      return Boolean(this.#rules.evaluates(id, () => script.runInThisContext() as unknown));
    } finally {
      this.#scope.leave();
      this.isQuiet = false;
      this.#value = this.#old = undefined;
    }
  }
  #sentence({ owner, name }: Watched, how: 'read' | 'write', value: unknown, old: unknown): Message {
    const show = (one: unknown): string => this.#describer.fieldText(owner!, name, one);
    const of = this.#describer.text(owner);
    return how === 'read'
      ? message('{0} of {1} is read: {2}', name, of, show(value))
      : message('{0} of {1} is written: {2} → {3}', name, of, show(old), show(value));
  }

  /** Only say which stops these would make. */
  watchFor(wishes: readonly DataWish[], passes: Passes): void {
    this.set(wishes);
    this.#passes = passes;
  }
  /** Count the reads of a field from now on, as its writes are counted. */
  countReads(field: number): void {
    this.#readCounted.add(field);
    this.#watchAll();
  }
  /** Stop at the `arrival`th access of a kind since an event. */
  standAt(field: number, how: CountedAccess['how'], event: number, arrival: number): void {
    this.#want({ field, how, isIt: (at, count) => at === event && count === arrival });
  }
  /** Stop at the `arrival`th access of a kind from now on. */
  standAfter(field: number, how: CountedAccess['how'], arrival: number): void {
    let left = arrival;
    this.#want({ field, how, isIt: () => --left === 0 });
    this.#fields.get(field)?.bytes?.accept();
  }
  #want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#watchAll();
  }
  /** Something is changed at the `arrival`th access of a kind since an event. @param change stops there */
  changeAt(
    { field, how, event, arrival }: Pick<CountedAccess, 'field' | 'how' | 'event' | 'arrival'>,
    change: () => void,
  ): void {
    this.#changed.push({ field, how, isIt: (at, count) => at === event && count === arrival, change });
    this.#watchAll();
  }
  endChanges(): void {
    this.#changed = [];
  }
  #watchAll(): void {
    for (const [number, field] of this.#fields) this.#watch(number, field);
  }

  /** Fields of objects that are still to be created, or were when the machine was: they are known from their creation on. */
  expect(expected: readonly ExpectedField[]): void {
    for (const { number, name, kind, ordinal, range, isCounted = false } of expected) {
      const field = { ...this.#unaccessed(undefined, name, range), always: isCounted };
      this.#fields.set(number, field);
      this.#creations.whenCreated(kind, ordinal, (owner) => {
        if (this.#fields.get(number) !== field) return;
        field.owner = owner;
        this.#watch(number, field);
      });
    }
    this.#creations.forgetEarly();
  }
  /**
   * The run takes another way from here: an object that is created later is not the expected one, and only what is
   * among the next breakpoints is watched on.
   *
   * @returns the numbers of the fields that are left
   */
  expectNone(): number[] {
    this.#readCounted.clear();
    for (const [number, field] of this.#fields)
      if (field.owner === undefined) this.#fields.delete(number);
      else field.always = false;
    return [...this.#fields.keys()];
  }
  /** Which of the counted objects of its class an object is that is reached by a path; 0: none. */
  ordinalAt(path: EditPath): number {
    const found = object_at(this.#world, path);
    return found === undefined ? 0 : this.#creations.ordinalOf(found);
  }
  /** Note that of an expression's value, which ordinalNoted() gives. */
  noteOrdinal(value: unknown): void {
    const found = Held.open(value);
    this.ordinalNoted = typeof found === 'object' && found !== null ? this.#creations.ordinalOf(found) : 0;
  }
}

function isAccess<W extends Wanted>(wanted: W | undefined, access: CountedAccess): wanted is W {
  const { field, how, event, arrival } = access;
  return wanted?.field === field && wanted.how === how && wanted.isIt(event, arrival);
}

/** The field in which a value is stored that is shown under this name; undefined: it can have no data breakpoint. */
export function storedName(owner: object, name: string): string | undefined {
  // The elements of a typed array can have no accessors.
  if (isProxy(owner) || ArrayBuffer.isView(owner)) return undefined;
  const property = Object.getOwnPropertyDescriptor(owner, name);
  if (property !== undefined)
    return property.configurable === true && 'value' in unwatched(property) ? name : undefined;
  // sk_state is another name of skc_state.
  const getter = findProperty(owner, name)?.property.get;
  const [, other] = /\{\s*return this\.(\w+);\s*\}$/.exec(getter === undefined ? '' : String(getter)) ?? [];
  return other === undefined || !Object.hasOwn(owner, other) ? undefined : storedName(owner, other);
}
const noAccess = (): { event: number; arrival: number } => ({ event: -1, arrival: 0 });

/** Whether it is the machine's own code that reads, and not what looks at the machine. */
function isReadByMachine(): boolean {
  for (const call of callSites()) {
    const url = call.getScriptNameOrSourceURL() ?? '';
    if (OWN_FILES.includes(url)) continue;
    if (isDebugger(url)) return false;
    // A getter of a struct only passes the value on.
    if (!(call.getFunctionName() ?? '').startsWith('get ')) return true;
  }
  return false;
}
