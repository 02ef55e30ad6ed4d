/**
 * The debugger's agent in the machine's thread. The adapter calls it through V8's inspector, both while the
 * machine is stopped and while it runs; it works on the machine's own objects.
 */
import { errorText, UserError } from '../../language/userError.ts';
import { message, say, type Message, type Translate } from '../../language/message.ts';
import { configure_sysctl } from '../../stack/sysctl_config.ts';
import type { Machine } from '../../stack/machine.ts';
import { link_name } from '../../stack/world/links.ts';
import { FrameChangeError } from '../../stack/wire/frame_change.ts';
import type { ProgramFile } from '../../stack/world/program_files.ts';
import type { World } from '../../stack/world/world.ts';
import type { StopReason } from '../../stack/trace/stop.ts';
import type { Shared } from '../worker/channel.ts';
import type { Creations } from '../worker/creations.ts';
import type { Instrumentation } from '../worker/instrumentation.ts';
import { Pictures } from '../pictures/pictures.ts';
import { Tracing } from '../tracing/tracing.ts';
import { isChange, isOfStop, type ChangeInput } from './changeInput.ts';
import type { NumberedMark, OwnStop } from '../control/moment.ts';
import type { DueResponse, RunToNext, TreesRecord } from '../protocol.ts';
import { CallRecorder } from './callRecorder.ts';
import { ChangingStatements } from './changingStatements.ts';
import { BreakpointRules, type Tell } from './breakpoints.ts';
import { codeTable, type CodeTable } from './codeTable.ts';
import { Completer, type Completion } from './completion.ts';
import { DataBreakpoints, type CountedAccess, type DataField, type DataWish } from './dataBreakpoints.ts';
import { Describer } from './describe.ts';
import { Due } from './due.ts';
import { EventStacks } from './eventStacks.ts';
import { FramesInTransit } from './framesInTransit.ts';
import { Evaluation } from './evaluation.ts';
import { exceptionDetails, type ExceptionDetails } from './exceptionDetails.ts';
import { localItems, localsOf, subjectsOf, type ScopeObject } from './frameScopes.ts';
import { seconds } from './format.ts';
import { Handles, type Part, type WireItem } from './handles.ts';
import { Held } from './held.ts';
import { inputText } from './inputText.ts';
import { nodeOf, type Node } from './item.ts';
import type { KernelNames } from './kernelNames.ts';
import { nameDoc } from './nameDocs.ts';
import { atArrival, atNext } from './nextStop.ts';
import { machineItems } from './machineScope.ts';
import { Memory, writeHex } from './memory.ts';
import { Moments, type CountedArrival, type PassedStop } from './moments.ts';
import { PacketStacks } from './packetStacks.ts';
import { PauseWish } from './pauseWish.ts';
import { worldLine } from './presenters/machine.ts';
import { RunningChanges } from './runningChanges.ts';
import { StackCaptures } from './stackCaptures.ts';
import { PAUSE_REASON, Stops, type ArmedFilter } from './stops.ts';
import { TOOLS } from './tools.ts';
import { Why } from './why.ts';
import type { TextFrame } from './stackText.ts';
import type { UsedScopes } from './usedScopes.ts';
import { isProxy } from './values/peek.ts';
import type { ByteRange } from './values/watchedBytes.ts';
import { primitiveText } from './values/primitives.ts';
import { sleepingFrames, threadsOf, userFrames, type GoneFrame, type ThreadInfo } from './threads.ts';
import { recordTrees } from './trees/record.ts';
import { Trees } from './trees/trees.ts';

/** One scope of a frame. */
export interface ScopeInfo {
  name: string;
  isLocals?: boolean;
  /** Of an enclosing function or the module: its number among these. */
  outer?: number;
  ref: number;
  /** Its items, if already known. */
  items?: WireItem[] | undefined;
  expensive?: boolean | undefined;
}
/** What V8's scope objects of a frame are, in order. */
export interface ScopeLayout {
  /** The number of the function's own blocks, inner ones first. */
  locals: number;
  /** The displayed name of each enclosing function. */
  closures: readonly string[];
  module: boolean;
  /** `this` comes last, if it is an object. */
  self: boolean;
  /** How many of V8's frames are below it. */
  below?: number | undefined;
  /** Why the frame has no scopes: V8 does not have it any more. */
  gone?: Message | undefined;
}
/** The information about the machine that every stop needs. */
export interface Snapshot {
  threads: ThreadInfo[];
  reason: StopReason | null;
  time: string;
  /** The event number of the stop. */
  event: number;
  line: string;
  /** Number of the frame being processed; 0: none. */
  frame: number;
  /** The last arrival at a conditional breakpoint. */
  reached: CountedArrival | undefined;
  /** The last access to a watched field. */
  access: CountedAccess | undefined;
  /** DAP's ids of the data breakpoints that have stopped the machine. */
  dataHits: number[];
  /** The number of the stop at which something is changed again; 0: it is none. */
  changeStop: number;
  /** Where the uncaught error was thrown. */
  errorStack?: TextFrame[] | undefined;
  /** The scenario's frames below a system call that has slept. */
  userFrames: GoneFrame[];
  /** The scopes of the innermost frame. */
  scopes: ScopeInfo[];
}

/** The field that an item shows, for a data breakpoint. */
export interface OfferedItem {
  /** Null: a value is stored in none. */
  field: DataField | null;
  /** An expression for what has it, in the frame that has so many of V8's below it. */
  named?: { expression: string; below: number | undefined };
}

/** Names that only the debugger's evaluations see. */
export interface Scope {
  provide(name: string, give: () => unknown): void;
  /** The names are visible between the two calls. */
  enter(): true;
  leave(): void;
}
/** Names available in expressions besides the kernel's. */
const OWN_NAMES = ['world', 'machine', 'current', 'sockets'];

/** What is to be another one from here on. */
export interface Difference {
  /** Of the random numbers; null: they go on. */
  seed: number | null;
  /** Settings of each machine. */
  sysctl: Readonly<Record<string, string>>;
}

export class Agent {
  readonly #world: World;
  readonly #t: Translate;
  readonly scope: Scope;
  readonly describer: Describer;
  readonly completer: Completer;
  readonly memory: Memory;
  readonly handles: Handles;
  readonly stops: Stops;
  readonly packets: PacketStacks;
  readonly events: EventStacks;
  readonly moments: Moments;
  readonly stacks: StackCaptures;
  readonly rules: BreakpointRules;
  readonly data: DataBreakpoints;
  readonly calls: CallRecorder;
  readonly statements: ChangingStatements;
  readonly tracing: Tracing;
  readonly trees: Trees;
  readonly pictures: Pictures;
  readonly due: Due;
  readonly frames: FramesInTransit;
  readonly why: Why;
  readonly evaluation = new Evaluation();
  readonly running: RunningChanges;
  /** Nobody looks at the machine any more: it halts. */
  isLeft = false;
  /** The number of inputs of which takeChanges() has told. */
  #taken = 0;

  constructor(
    world: World,
    kernel: KernelNames,
    scope: Scope,
    { evaluated, pauseWish }: Pick<Shared, 'evaluated' | 'pauseWish'>,
    {
      creations,
      instrumentation,
      scopes,
    }: { creations: Creations; instrumentation: Instrumentation; scopes: UsedScopes },
    tell: Tell,
    t: Translate,
  ) {
    this.#t = t;
    this.#world = world;
    const writes = (write: () => void): void => this.data.written(write);
    this.memory = new Memory(world, writes);
    this.handles = new Handles(this.memory);
    this.scope = scope;
    this.describer = new Describer(world, kernel);
    // The kernel's own sockets belong to no program.
    const sockets = () =>
      world.machines.flatMap((machine) => [...machine.sockets].filter(({ sk_kern_sock }) => !sk_kern_sock));
    scope.provide('sockets', sockets);
    this.completer = new Completer(kernel, this.describer, OWN_NAMES, sockets);
    this.stops = new Stops(world, t);
    this.packets = new PacketStacks(world);
    this.events = new EventStacks(world);
    this.moments = new Moments(world, scopes);
    this.stacks = new StackCaptures(world, () => this.stops.stand());
    const wish = new PauseWish(pauseWish);
    const show = (value: unknown) => this.describer.text(value);
    this.rules = new BreakpointRules(tell, show, evaluated, wish, this.moments, scope);
    this.data = new DataBreakpoints(world, this.describer, this.stops, creations, this.rules, scope);
    this.calls = new CallRecorder(world, instrumentation);
    this.statements = new ChangingStatements(this.data, this.moments, t);
    this.tracing = new Tracing(world, this.describer, (text, isError) => tell(text, isError), t);
    const { handles, memory } = this;
    const tools = {
      hold: Held.hold,
      compute: (ref: number) => handles.compute(ref),
      write: (value: unknown, at: number, hex: string) => this.data.written(() => writeHex(value, at, hex)),
      noteOrdinal: (value: unknown) => this.data.noteOrdinal(value),
      adopt: (bytes: unknown, reference: string) => memory.adopt(bytes, reference),
    };
    scope.provide(TOOLS, () => tools);
    this.trees = new Trees(world, this.describer, this.stops, this.memory, t);
    this.pictures = new Pictures(world, this.trees, this.describer.sequences, t);
    this.due = new Due(world, this.describer, t);
    this.frames = new FramesInTransit(world, this.memory, writes);
    this.why = new Why(this.handles, this.trees);
    this.running = new RunningChanges(world, (make) => this.inLanguage(make));
  }

  /** Keep the code of packets and events: where a run happens first, since one that repeats it can ask that one. */
  keepStacks(): void {
    this.packets.keep();
    this.events.keep();
  }

  /** Let the machine halt before its next turn. */
  leave(): void {
    this.isLeft = true;
  }
  end(): void {
    this.evaluation.end();
    this.describer.end();
  }

  /** Errors for the user are thrown in the user's language. */
  inLanguage<Answer>(call: (agent: Agent) => Answer): Answer {
    const { data } = this;
    const { isQuiet } = data;
    data.isQuiet = true;
    try {
      return call(this);
    } catch (error) {
      if (error instanceof UserError || error instanceof FrameChangeError)
        throw new Error(errorText(this.#t, error), { cause: error });
      throw error;
    } finally {
      // It may have interrupted another one.
      data.isQuiet = isQuiet;
    }
  }

  /** The machine whose code runs, or ran last. */
  get machine(): Machine {
    return this.#world.running!;
  }

  /** The machine has stopped: everything that the first views need, in one answer. */
  snapshot(layout: ScopeLayout, ...scopes: ScopeObject[]): Snapshot {
    this.handles.clear();
    this.trees.stopped();
    this.pictures.stopped();
    const { machine } = this;
    const { reason, packet, error } = this.stops;
    const fromPacket = packet !== null && packet.frame_number > 0 ? packet.frame_number : 0;
    return {
      threads: threadsOf(this.#world, this.#t),
      reason,
      time: seconds(machine.time_ns),
      event: this.#world.event,
      line: worldLine(this.#world),
      frame: fromPacket || this.packets.current,
      reached: this.moments.lastReached,
      access: this.data.last,
      dataHits: this.data.hits,
      changeStop: this.stops.changeStop,
      errorStack: error === null ? undefined : this.stops.placesOf(error.error),
      userFrames: machine.current === machine.idle ? [] : userFrames(machine.current, this.stacks),
      scopes: this.scopes(layout, ...scopes),
    };
  }

  /** The scopes of a frame, from V8's objects for them. */
  scopes(layout: ScopeLayout, ...objects: ScopeObject[]): ScopeInfo[] {
    const infos: ScopeInfo[] = [];
    const { error } = this.stops;
    if (error !== null) {
      const node = nodeOf(() => [this.describer.describe('exception', error.error)]);
      infos.push({ ...this.#scope(this.#t('Exception'), node, true), expensive: false });
    }
    const scopes = [...objects];
    const locals = localsOf(scopes.splice(0, layout.locals));
    const closures = layout.closures.map((name) => ({ name, variables: scopes.shift()! }));
    const module = layout.module ? scopes.shift() : undefined;
    if (layout.self) locals.set('this', scopes.shift());
    const itemsOf = (scope: ScopeObject) => nodeOf(() => localItems(localsOf([scope]), this.describer));
    if (layout.locals > 0) {
      const items = nodeOf(() => localItems(locals, this.describer));
      infos.push({ ...this.#scope(this.#t('Locals'), items, true, layout.below), isLocals: true });
    }
    const { gone } = layout;
    if (gone !== undefined) {
      const none = nodeOf(() => [{ name: '(none)', text: say(this.#t, gone), isInternal: true }]);
      infos.push({ ...this.#scope(this.#t('Locals'), none, true), isLocals: true });
    }
    for (const [outer, { name, variables }] of closures.entries())
      infos.push({ ...this.#scope(name, itemsOf(variables), false, layout.below), outer, expensive: true });
    const subjects = subjectsOf(locals);
    const { current, idle } = this.machine;
    if (current !== idle)
      subjects.push({ name: message('Current task'), value: current, expression: 'current' });
    for (const { name, value, expression } of subjects) {
      const node = this.describer.node(value);
      const itself = { ...this.describer.describe(expression, value), evaluateName: expression };
      if (node !== undefined) {
        const whole: Node = {
          items: (start, count) => [itself, ...node.items(0, Infinity)].slice(start, start + count),
        };
        infos.push({ name: say(this.#t, name), ref: this.handles.add(whole, expression, layout.below) });
      }
    }
    if (module !== undefined)
      infos.push({
        ...this.#scope(this.#t('Module'), itemsOf(module), false, layout.below),
        outer: closures.length,
        expensive: true,
      });
    infos.push(
      this.#scope(
        this.#t('Machine'),
        nodeOf(() => machineItems(this.machine, this.describer)),
        false,
      ),
    );
    return infos;
  }
  #scope(name: string, node: ReturnType<typeof nodeOf>, open: boolean, below?: number): ScopeInfo {
    const ref = this.handles.add(node, undefined, below);
    return { name, ref, items: open ? this.handles.open(ref, 0, 1000) : undefined };
  }

  /** The items of a handle; null: the handle is no longer valid. */
  open(ref: number, start: number, count: number, part?: Part): WireItem[] | null {
    return this.handles.open(ref, start, count, part) ?? null;
  }
  takesValue(ref: number, name: string): boolean {
    return this.handles.takesValue(ref, name);
  }
  set(ref: number, name: string, text: string): WireItem {
    return this.data.written(() => this.handles.set(ref, name, text));
  }
  setValue(ref: number, name: string, value: unknown): WireItem {
    return this.data.written(() => this.handles.setValue(ref, name, Held.open(value)));
  }

  /**
   * Change a field of an expression's value to a typed text.
   *
   * @returns null if it is no field of a struct
   */
  setField(field: string, text: string, expression: string, value: unknown): WireItem | null {
    const owner = Held.open(value);
    if (typeof owner !== 'object' || owner === null || isProxy(owner)) return null;
    if (!this.describer.kernel.isStruct(owner)) return null;
    const { set } = this.describer.field(owner, field);
    if (set === undefined)
      throw new UserError('{0} cannot be changed: it is computed, or no plain value', expression);
    this.data.written(() => set(text));
    return this.presentField(field, expression, owner);
  }

  /** An expression that may write anything is evaluated between the two calls. */
  beginWriting(): void {
    this.scope.enter();
    this.data.beginWriting();
  }
  endWriting(): void {
    this.data.endWriting();
    this.scope.leave();
  }
  /** A local variable was set, or an expression was evaluated that may have had side effects. */
  noteEvaluation(text: string): void {
    this.#world.inputs.note({ kind: 'evaluation', text });
  }

  /** What was changed at a stop since the last call. */
  takeChanges(): ChangeInput[] {
    const { log } = this.#world.inputs;
    const changes = log.slice(this.#taken).filter(isOfStop);
    this.#taken = log.length;
    return changes.map(({ input }) => input).filter(isChange);
  }
  /** Change what was changed in the run that is repeated. */
  change(input: ChangeInput): void {
    this.data.written(() => this.#world.inputs.enter(input));
  }
  /**
   * Let a run that repeats another one leave its way here.
   *
   * @throws ConfigError for a setting that its machines do not take
   */
  differ({ seed, sysctl }: Difference): void {
    const { machines, inputs } = this.#world;
    for (const [name, value] of Object.entries(sysctl))
      for (const [index, machine] of machines.entries()) {
        configure_sysctl(machine, name, value);
        inputs.note({ kind: 'sysctl', machine: index, name, value });
      }
    if (seed !== null) inputs.enter({ kind: 'seed', seed });
  }
  /** What a fault calls the link on which an interface sends. */
  linkOf(host: string, dev: string): string {
    return link_name(this.#world, host, dev);
  }
  /**
   * All inputs that enter by themselves where the run is repeated, as text for readInputs(): from outside, and what was
   * changed while the machine ran.
   */
  inputs(): string {
    return inputText(this.#world.inputs.log.filter((entry) => !isOfStop(entry)));
  }
  /** What a run that repeats this one needs: those inputs, the events of stacks that are needed for long, how many files. */
  past(): {
    event: number;
    inputs: string;
    lasting: number[];
    files: number;
    hasNodePrograms: boolean;
    heapUsed: number;
  } {
    const { heapUsed } = process.memoryUsage();
    const { event, program_files, has_node_programs: hasNodePrograms } = this.#world;
    const { count: files } = program_files;
    return { event, inputs: this.inputs(), lasting: this.stacks.lasting(), files, hasNodePrograms, heapUsed };
  }
  /** Whether something outside is connected. */
  get isOpen(): boolean {
    return this.#world.outside.is_open;
  }
  /** What is replayed ends here. @returns how many inputs do not come */
  dropInputs(): number {
    return this.#world.inputs.drop_rest();
  }
  /** The files of the programs, as they were read. */
  programFiles(): ProgramFile[] {
    return this.#world.program_files.all;
  }
  /** Where it stands. */
  now(): { event: number; timeNs: number } {
    return { event: this.#world.event, timeNs: this.#world.time_ns };
  }
  get event(): number {
    return this.#world.event;
  }
  /** Note which stops these filters, sockets and data breakpoints would make. */
  watchFor(filters: readonly ArmedFilter[], sockets: readonly number[], wishes: readonly DataWish[]): void {
    this.stops.watchFor(filters, (filter) => this.moments.passesFilter(filter));
    this.watchSockets(sockets);
    this.data.watchFor(wishes, (id, access, sentence) =>
      this.moments.passesAccess(id, access, say(this.#t, sentence)),
    );
  }
  /** The field that an item shows, for a data breakpoint; null: a value is stored in none. */
  offerItem(ref: number, name: string, next: number): OfferedItem {
    if (!this.handles.isKnown(ref)) throw new UserError('these variables are of an earlier stop');
    const stored = this.handles.stored(ref, name);
    const named = this.handles.named(ref);
    const field = stored === undefined ? null : this.data.offer(stored.owner, stored.name, next);
    return { field, ...(named && { named }) };
  }
  /** A field of an expression's value, for a data breakpoint. */
  offerField(name: string, next: number, value: unknown): DataField | null {
    const owner = Held.open(value);
    return typeof owner === 'object' && owner !== null ? this.data.offer(owner, name, next) : null;
  }
  /** Bytes of a field of an expression's value. */
  offerBytes(name: string, range: ByteRange, next: number, value: unknown): DataField | null {
    const owner = Held.open(value);
    if (typeof owner !== 'object' || owner === null || isProxy(owner)) return null;
    return this.data.offerBytes(owner, name, range, next);
  }
  /** The field that a node of a tree shows, for a data breakpoint; null: a value is stored in none. */
  offerNode(id: string, next: number): DataField | null {
    const stored = this.trees.stored(id);
    return stored === undefined ? null : this.data.offer(stored.owner, stored.name, next);
  }
  /** The field with the state of a socket's node, by which the socket is found in another run. */
  offerSocket(id: string, next: number): DataField {
    return this.data.offer(this.trees.sock(id), 'skc_state', next)!;
  }
  /** Stop at each transition of the sockets that own these fields, and of no other one. */
  watchSockets(fields: readonly number[]): void {
    this.stops.watchSockets(
      fields.length === 0 ? undefined : (sk) => fields.some((field) => this.data.ownerOf(field) === sk),
    );
  }
  /** Replace the data breakpoints. @returns what is wrong with each; null: nothing */
  setData(wishes: readonly DataWish[], isRunning: boolean): (string | null)[] {
    return this.data.set(wishes, isRunning).map((problem) => problem && say(this.#t, problem));
  }
  /** Compare watched bytes here, too. @returns how many stops are passed by */
  compareBytes(): number {
    const before = this.moments.passedBy;
    this.data.compareBytes();
    return this.moments.passedBy - before;
  }
  /** The last of those stops, and the last arrival at a breakpoint. */
  passed(): { stops: PassedStop[]; reached: CountedArrival | undefined } {
    return { stops: this.moments.passed(), reached: this.moments.lastReached };
  }
  /** Stop at the first tracepoint with at least this event number. */
  stopAtEvent(event: number): void {
    this.moments.atEvent(event, () => this.stops.stand());
  }
  /** Stop when the event before this one has begun. @returns false if that is over */
  stopBefore(event: number): boolean {
    return this.moments.beforeEvent(event, () => this.stops.stand());
  }
  /** Something is changed at this moment: stop there, after the user's own stops. */
  stopForChange(mark: Exclude<NumberedMark, { kind: 'place' }>): void {
    const change = (): void => this.stops.change();
    if (mark.kind === 'access') this.data.changeAt(mark, change);
    else if (mark.how === 'tracepoint') this.moments.afterEvent(mark.event, change);
    else this.stops.changeAt(mark.how, mark.event);
  }
  /** Nothing is changed any more. */
  noChange(): void {
    this.moments.endAfterEvent();
    this.stops.endChanges();
    this.data.endChanges();
  }
  /** Stop when a task is put on the CPU, nothing can run, or a process has thrown, at this event. */
  stopAtOwn(how: Exclude<OwnStop, 'tracepoint'>, event: number): void {
    if (how === 'switch') this.stops.waitForSwitch(event);
    else if (how === 'idle') this.stops.waitForIdle(event);
    else this.stops.waitForUncaught(event);
  }

  /** What is due later, the first one first. */
  whatIsDue(): DueResponse {
    return this.due.list();
  }
  /** Stop when one of these has its time. @throws UserError if there is none of this number */
  waitForDue(index: number): void {
    this.stops.waitFor((stop) => this.due.whenDue(index, stop));
  }
  waitForNext(next: RunToNext): void {
    this.stops.waitFor((stop) => atNext(this.#world, next, stop, this.stops));
  }
  /** Stop at the next tracepoint, or where nothing can run: the user has asked for a pause. */
  waitForPause(): void {
    this.stops.waitFor((stop) => atNext(this.#world, 'anything', stop, this.stops), PAUSE_REASON);
  }
  /** Stop when the stack takes this frame from a network card. */
  waitForArrival(frame: number): void {
    this.stops.waitFor((stop) => atArrival(this.#world, frame, stop));
  }

  namesInScopes(prefix: string, ...scopes: ScopeObject[]): Completion[] {
    return this.completer.names(prefix, ...scopes);
  }
  membersOf(path: string, prefix: string, value: unknown): Completion[] {
    return this.completer.members(path === '' ? [] : path.split('.'), prefix, value);
  }
  /** Whether this is a name of the kernel. */
  knows(name: string): boolean {
    return this.describer.kernel.has(name);
  }
  /** The documentation of a kernel name; null: none, or the name has another value here. */
  docOf(name: string, value: unknown): string | null {
    const { kernel } = this.describer;
    const url = kernel.urlOf(name);
    return (url !== undefined && kernel.get(name) === Held.open(value) && nameDoc(url, name)) || null;
  }

  unpack(value: unknown): unknown {
    return Held.open(value);
  }
  /** The value of an expression, as an item. */
  present(value: unknown, expression: string, longestText?: number): WireItem {
    const opened = Held.open(value);
    const item = { ...this.describer.describe(expression, opened), evaluateName: expression };
    if (typeof opened === 'string') item.text = primitiveText(opened, longestText);
    return { ...this.handles.toWire(item, 0), doc: this.docOf(expression, opened) ?? undefined };
  }
  presentAs(expression: string, longestText: number, value: unknown): WireItem {
    return this.present(value, expression, longestText);
  }
  /**
   * A field of an expression's value, displayed like any field.
   *
   * @returns null if it is not a stored field or one that the kernel computes
   */
  presentField(field: string, expression: string, value: unknown): WireItem | null {
    const owner = Held.open(value);
    if (typeof owner !== 'object' || owner === null || !this.describer.isPlain(owner, field)) return null;
    const item = { ...this.describer.field(owner, field), name: expression, evaluateName: expression };
    return { ...this.handles.toWire(item, 0), doc: item.doc };
  }

  /** The uncaught error of this stop; null: it is none. */
  exceptionDetails(): ExceptionDetails | null {
    const { error } = this.stops;
    return error === null ? null : exceptionDetails(error.error, this.stops);
  }

  /** Frames of a task that is not on the CPU. */
  sleepingFrames(pid: number): GoneFrame[] {
    const task = this.#world.task(pid);
    return task === undefined ? [] : sleepingFrames(task, this.stacks);
  }
  threads(): ThreadInfo[] {
    return threadsOf(this.#world, this.#t);
  }
  /** The code of the packets from `from` up to `to`, and of the newest events. */
  code(from: number, to: number, newestEvents: number): CodeTable {
    return codeTable(this.packets, this.events, from, to, newestEvents);
  }
  /** The trees with their whole contents, and the pictures. */
  recordViews(): Pick<TreesRecord, 'views' | 'pictures'> {
    return { views: recordTrees(this.trees), pictures: this.pictures.all() };
  }
  time(): string {
    return seconds(this.machine.time_ns);
  }
}
