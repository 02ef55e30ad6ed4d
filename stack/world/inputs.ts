/**
 * Inputs from outside the world: frames of an external wire, the host's answers, edits in a debugger,
 * injected faults. Each enters at an event number and is logged, so that a run can be replayed from program,
 * configuration, seed and log.
 */
import type { HostEvent } from '../gateway/host_side.ts';
import type { FaultPoint } from '../kernel/fault_inject.ts';
import type { FrameChange } from '../wire/frame_change.ts';
import { TRACEPOINT_NAMES } from '../trace/table.ts';
import { sysctl_set } from '../kernel/sysctl.ts';
import { apply_edit, type EditPath, type EditValue } from './edit.ts';
import { change_frame, inject_frame, type FramePlace } from './frames.ts';
import { apply_bytes } from './memory.ts';
import type { Outcome } from './outside.ts';
import { recall } from './recording.ts';
import type { World } from './world.ts';

export type Input =
  /** Time has passed outside, to this moment in ns: something comes from there. */
  | { kind: 'time'; ns: number }
  /** A frame arrives on an external wire. */
  | { kind: 'frame'; wire: string; bytes: Uint8Array }
  /** Something happened to a connection between the host and the gateway. */
  | { kind: 'connection'; connection: number; event: HostEvent }
  /** An external wire was disconnected. */
  | { kind: 'unplug'; wire: string }
  /** The host answered its call number `call`. */
  | { kind: 'answer'; call: number; name: string; recorded: Uint8Array | null; outcome?: Outcome }
  /** The host answered at once: the program already has the answer. */
  | { kind: 'reading'; call: number; name: string; recorded: Uint8Array }
  /** The program has read a variable of the host's environment, for the first time; null: there is none. */
  | { kind: 'environment'; name: string; value: string | null }
  /** A field of the world was changed. */
  | { kind: 'edit'; path: EditPath; value: EditValue }
  /** Bytes of a packet or a buffer were changed, from the `at`th on. */
  | { kind: 'bytes'; path: EditPath; at: number; hex: string }
  /** A setting of a machine was changed. */
  | { kind: 'sysctl'; machine: number; name: string; value: string }
  /** A frame on a wire or in a ring was changed. */
  | { kind: 'change'; place: FramePlace; change: FrameChange }
  /** A frame was put on a link, as if the link's interface had sent it. */
  | { kind: 'inject'; link: string; hex: string }
  /** The random numbers from here on are those of another seed. */
  | { kind: 'seed'; seed: number }
  /**
   * A local variable was changed, or an expression had side effects, or a field to which no lasting object leads was
   * given a plain value: only a debugger at the same line can repeat that.
   */
  | { kind: 'evaluation'; text: string; value?: EditValue }
  /** The next `times` allocations at a place fail. */
  | { kind: 'fault'; machine: number; point: FaultPoint; times: number };

/** An input and the point in the run at which it entered. */
export interface InputEntry {
  /** Number of the last event before it. */
  event: number;
  /** It entered in the middle of a turn and not between two. */
  within: boolean;
  input: Input;
  /**
   * A debugger has changed something while the world ran. What it has changed at a stop is made again by whoever repeats
   * that stop, and not from the log.
   */
  while_running?: boolean;
}

/** The replayed run did not make the calls in its log: its program, configuration or version is different. */
export class ReplayError extends Error {
  override name = 'ReplayError';
}

export class Inputs {
  /** All inputs that have entered, in order. */
  readonly log: InputEntry[] = [];
  readonly #world: World;
  #arrived: Input[] = [];
  /** Changes of a debugger that wait for the end of the turn. */
  #changes: (() => void)[] = [];
  #is_changing = false;
  /** The inputs of the replayed log that have not entered yet, in order. */
  #to_replay: InputEntry[] = [];
  /** This run repeats another one: times and inputs come from its log. */
  is_replay = false;
  #entering = false;
  /** Variables of the host's environment, as the replayed log has them, and those that the program has read. */
  readonly #environment = new Map<string, string | null>();
  readonly #read_variables = new Set<string>();
  /** The number of inputs that have entered. */
  #entered = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** An input has arrived and enters at the next turn. */
  get pending(): boolean {
    return this.#arrived.length > 0;
  }

  /** Make an input take effect now. */
  enter(input: Input, while_running = false): void {
    this.#entered++;
    this.#log_entry(input, while_running);
    this.#apply(input);
  }
  /** Log an input that has already taken effect. */
  note(input: Input): void {
    if (this.#is_changing) this.#entered++;
    this.#log_entry(input, this.#is_changing);
  }
  #log_entry(input: Input, while_running: boolean): void {
    // An answer that cannot be recorded is requested again at the same event: the world stands still while it
    // waits.
    if (input.kind === 'answer' && input.recorded === null) return;
    const { outcome: _live, ...written } = input as Input & { outcome?: Outcome };
    const { event, in_turn: within } = this.#world;
    this.log.push({ event, within, input: written as Input, ...(while_running && { while_running }) });
  }
  /** An input arrives at the host's own time: it enters between two turns. */
  arrive(input: Input): void {
    this.#arrived.push(input);
    this.#world.outside.wake();
  }
  /**
   * A debugger changes something while the world runs: between two turns, since the place in a turn at which V8 happens
   * to be interrupted is none that a replay finds again.
   *
   * @param change must not throw, and notes what it does
   */
  between_turns(change: () => void): void {
    this.#changes.push(change);
    this.#world.outside.wake();
  }

  /** Replay a log from here on, in a world built like the recorded one. */
  replay(log: readonly InputEntry[]): void {
    this.#to_replay = log.filter(({ input }) => input.kind !== 'environment');
    for (const { input } of log)
      if (input.kind === 'environment') this.#environment.set(input.name, input.value);
    this.is_replay = true;
    if (!log.some(({ within }) => within)) return;
    // An input that entered in the middle of a turn enters at its tracepoint; a tracepoint without listeners
    // only counts, so listen to all.
    for (const name of TRACEPOINT_NAMES) this.#world.tracer.on(name, () => this.enter_due());
  }
  /**
   * The run takes another way from here: what the replayed log still has does not enter, save for answers to calls that
   * were made.
   *
   * @returns how many inputs were dropped
   */
  drop_rest(): number {
    const { length } = this.#to_replay;
    this.#to_replay = this.#to_replay.filter(
      ({ input }) => input.kind === 'answer' && this.#world.outside.has_asked(input.call),
    );
    return length - this.#to_replay.length;
  }
  /** Whether the replayed log holds the answer to a host call; otherwise the host must be asked. */
  has_answer(call: number): boolean {
    return this.#to_replay.some(({ input }) => input.kind === 'answer' && input.call === call);
  }

  /** A variable of the host's environment: the same whenever it is read. @param ask called unless the log has it */
  variable(name: string, ask: () => string | undefined): string | undefined {
    if (!this.#read_variables.has(name)) {
      const value = this.#environment.get(name) ?? (this.#environment.has(name) ? null : (ask() ?? null));
      this.#environment.set(name, value);
      this.#read_variables.add(name);
      this.note({ kind: 'environment', name, value });
    }
    return this.#environment.get(name) ?? undefined;
  }

  /** Remove an immediate answer of the host from the replayed log; null: none. */
  take_answer(call: number): Outcome | null {
    const at = this.#to_replay.findIndex(({ input }) => input.kind === 'reading' && input.call === call);
    const [entry] = at < 0 ? [] : this.#to_replay.splice(at, 1);
    return entry?.input.kind === 'reading' ? recall(entry.input.recorded) : null;
  }

  /**
   * Let the inputs enter that have arrived, or that the replayed log has at this event.
   *
   * @returns whether any entered
   */
  enter_due(): boolean {
    // An input that enters hits tracepoints itself: the next input waits until it is done.
    if (this.#entering) return false;
    this.#entering = true;
    const before = this.#entered;
    if (this.#arrived.length > 0 && !this.#world.in_turn) {
      const arrived = this.#arrived;
      this.#arrived = [];
      this.#catch_up();
      for (const input of arrived) this.enter(input);
    }
    if (this.#changes.length > 0 && !this.#world.in_turn && !this.#world.in_task) this.#change();
    for (let next = this.#next_due(); next !== undefined; next = this.#next_due()) {
      this.#to_replay.shift();
      this.enter(next.input, next.while_running);
    }
    this.#entering = false;
    return this.#entered > before;
  }
  #change(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#catch_up();
    this.#is_changing = true;
    for (const change of changes) change();
    this.#is_changing = false;
  }
  /** Something has come from outside: it enters at the time that it is there. */
  #catch_up(): void {
    if (this.is_replay) return;
    const ns = this.#world.outside.input_time_ns;
    if (ns > this.#world.now_ns) this.enter({ kind: 'time', ns });
  }
  /**
   * In a replay nothing is left to do: the recorded run ended here.
   *
   * @throws ReplayError when the log has more
   */
  expect_none(): 'over' {
    const next = this.#to_replay[0];
    if (next !== undefined) this.#miss(next);
    return 'over';
  }
  /** The entry of the replayed log that enters here. */
  #next_due(): InputEntry | undefined {
    const next = this.#to_replay[0];
    if (next === undefined) return undefined;
    const { in_turn, event } = this.#world;
    if (next.event < event) this.#miss(next);
    const is_due = next.event === event && next.within === in_turn && next.input.kind !== 'reading';
    return is_due ? next : undefined;
  }
  #miss({ event, input }: InputEntry): never {
    this.#misfit(
      input,
      `it enters at event ${event}, ${this.#world.event < event ? 'and the run ends at' : 'which is over at'} event ${this.#world.event}`,
    );
  }
  #misfit(input: Input, why: string): never {
    throw new ReplayError(
      `the recording does not fit: its ${describe(input)} cannot enter: ${why}. ` +
        'Replay it with the program, configuration and version that it was made with.',
    );
  }

  #apply(input: Input): void {
    const world = this.#world;
    switch (input.kind) {
      case 'time':
        if (input.ns < world.now_ns) this.#misfit(input, `it is later than that: ${world.now_ns} ns`);
        return world.advance_to(input.ns);
      case 'frame':
        return world.outside.wire(input.wire).deliver(input.bytes);
      case 'connection':
        return world.outside.connection_event(input.connection, input.event);
      case 'unplug':
        return world.outside.unplug(input.wire);
      case 'answer':
        return world.outside.answer(input.call, input.name, input.outcome ?? recall(input.recorded!));
      case 'reading':
      case 'environment':
        return;
      case 'edit':
        return apply_edit(world, input.path, input.value);
      case 'bytes':
        return apply_bytes(world, input.path, input.at, input.hex);
      case 'change':
        return change_frame(world, input.place, input.change);
      case 'inject':
        return inject_frame(world, input.link, input.hex);
      case 'sysctl':
        if (sysctl_set(world.machines[input.machine]!.init_net, input.name, input.value) !== 0)
          this.#misfit(input, 'this machine does not take it');
        return;
      case 'seed':
        return world.random.reseed(input.seed);
      case 'evaluation':
        throw new ReplayError(`the recording holds what was done at a line in the debugger: ${input.text}`);
      case 'fault':
        world.machines[input.machine]!.faults.set(input.point, input.times);
    }
  }
}

/** A description of an input. */
function describe(input: Input): string {
  switch (input.kind) {
    case 'time':
      return `passing of time to ${input.ns} ns`;
    case 'frame':
    case 'unplug':
      return `${input.kind} of wire ${input.wire}`;
    case 'connection':
      return `event '${input.event.what}' of connection ${input.connection}`;
    case 'answer':
    case 'reading':
      return `answer to ${input.name}`;
    case 'environment':
      return `variable ${input.name} of the environment`;
    case 'edit':
      return `edit of ${path_text(input.path)}`;
    case 'bytes':
      return `edit of bytes of ${path_text(input.path)}`;
    case 'change':
      return `${input.change.how} of a frame`;
    case 'inject':
      return `frame injected into ${input.link}`;
    case 'sysctl':
      return `change of ${input.name}`;
    case 'seed':
      return `seed ${input.seed}`;
    case 'evaluation':
      return `evaluation of ${input.text}`;
    case 'fault':
      return `fault ${input.point}`;
  }
}
function path_text(path: EditPath): string {
  return path.map((step) => (typeof step === 'object' ? `[${step.key}]` : step)).join('.');
}
