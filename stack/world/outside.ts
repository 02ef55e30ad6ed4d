/**
 * What a world waits for outside: the host's answers, external wires, and host activity that a process
 * started itself.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { UdpConfig } from '../config.ts';
import type { Cable, ExternalWire } from '../wire/external.ts';
import type { HostEvent } from '../gateway/host_side.ts';
import { type Input, ReplayError } from './inputs.ts';
import { LOOK_MS, OutsideTime } from './outside_time.ts';
import { record } from './recording.ts';
import type { World } from './world.ts';

/**
 * Lays a cable from an external wire to where its configuration says.
 *
 * @throws an Error whose message says what the user can do
 */
export type Connector = (to: UdpConfig, wire: ExternalWire) => Promise<Cable>;

/** Something on the host that connections come from. */
export interface Opening {
  /** An event of one of its connections enters. */
  enter(connection: number, event: HostEvent): void;
  /** No more connections come. */
  close(): void;
}

/** The result of a host call. */
export type Outcome = { value: unknown } | { error: unknown };

export class Outside {
  readonly #world: World;
  /** Continuations of host calls, by call number. */
  readonly #asked = new Map<number, (outcome: Outcome) => void>();
  #questions = 0;
  /** Calls whose answers have not entered, in their order, and those of them that the host has answered. */
  readonly #unanswered: number[] = [];
  readonly #arrived = new Map<number, Input>();
  /** Host calls made before the world runs that are not answered yet. */
  #asked_before = 0;
  readonly #wires = new Map<string, ExternalWire>();
  /** Sockets of the host that lead into the world; null: none. */
  #opening: Opening | null = null;
  /** Wires that still need a cable. */
  #unconnected: { wire: ExternalWire; to: UdpConfig }[] = [];
  /**
   * Lays cables for external wires. The world's creator sets it; null, as in a replay: external wires have
   * none.
   */
  connector: Connector | null = null;
  #resume: (() => void) | null = null;
  /** Virtual time while the world is open. */
  readonly time: OutsideTime;
  /**
   * Nothing can run until this event, in ns: no turn is taken until the time has come or an input enters; NaN:
   * turns are taken.
   */
  #stands_until = NaN;
  /** It was told that nothing can run. */
  #is_told = false;
  /**
   * Called when the world has nothing left to do: whether the host may still wake one of its processes. Set
   * by code that runs programs which use the host.
   */
  may_still_come: () => boolean = () => false;
  /** A process has made a host call. */
  was_asked = false;
  /** Descriptors of the host's files that this run itself has opened: those from a log are only numbers. */
  readonly opened_files = new Set<number>();

  constructor(world: World) {
    this.#world = world;
    this.time = new OutsideTime(world);
  }

  /** A host call is pending. Until it is answered nothing else happens in the world. */
  get owes_answer(): boolean {
    return this.#asked.size > 0;
  }
  /** Whether this host call is pending. */
  has_asked(call: number): boolean {
    return this.#asked.has(call);
  }
  /** A host call is pending, be it one from before the world runs. */
  get is_asked(): boolean {
    return this.owes_answer || this.#asked_before > 0;
  }
  /** Frames or connections may arrive, and time follows the clock of the outside. */
  get is_open(): boolean {
    return this.#wires.size > 0 || this.#opening !== null;
  }

  /** Nothing can run until `next`, in ns: wait for that time or an input, whichever comes first. */
  stand_until(next: number): void {
    this.#stands_until = next;
    this.#is_told = false;
  }
  /** Nothing can run, and nobody was told yet. */
  begins_to_stand(): boolean {
    const begins = this.is_standing && !this.#is_told;
    this.#is_told = true;
    return begins;
  }
  /** Somebody wants to be told that it stands, although it does for a while. */
  tell_again(): void {
    this.#is_told = false;
    this.wake();
  }
  /** Something has changed: turns are taken again. */
  go_on(): void {
    this.#stands_until = NaN;
  }
  get is_standing(): boolean {
    return !Number.isNaN(this.#stands_until);
  }
  /**
   * Let time pass to the next event if it has come. In a replay it comes as soon as no input of the log enters
   * before it.
   */
  pass_time(): 'passed' | 'waiting' | 'over' {
    const next = this.#stands_until;
    const { inputs } = this.#world;
    if (inputs.is_replay) {
      if (next === Infinity) return inputs.expect_none();
    } else if (!this.time.has_come(next)) return 'waiting';
    this.go_on();
    this.#world.advance_to(next);
    return 'passed';
  }
  /** An input enters: the time at which it does, in ns. */
  get input_time_ns(): number {
    return this.is_standing ? this.time.of_input(this.#stands_until) : this.#world.now_ns;
  }

  /**
   * Make a host call. In a replay the log provides the answer.
   *
   * @param name the host function, for messages: 'fs.readFile'
   * @param deliver called at the event at which the answer enters
   */
  ask(name: string, question: () => Promise<unknown>, deliver: (outcome: Outcome) => void): void {
    this.was_asked = true;
    const call = ++this.#questions;
    this.#asked.set(call, deliver);
    if (this.#world.inputs.has_answer(call)) return;
    this.#unanswered.push(call);
    void settled(question).then((outcome) => {
      this.#arrived.set(call, { kind: 'answer', call, name, recorded: record(outcome), outcome });
      this.#pass_on();
    });
  }
  /** Answers enter in the order of their questions, not in that in which the threads of the host finish. */
  #pass_on(): void {
    for (let call; (call = this.#unanswered[0]) !== undefined; this.#unanswered.shift()) {
      const answer = this.#arrived.get(call);
      if (answer === undefined) return;
      this.#arrived.delete(call);
      this.#world.inputs.arrive(answer);
    }
  }
  /** As ask(), before the world runs: only the caller waits. */
  async ask_before(name: string, question: () => Promise<unknown>): Promise<unknown> {
    const call = ++this.#questions;
    this.#asked_before++;
    const outcome = this.#world.inputs.take_answer(call) ?? (await settled(question));
    this.#asked_before--;
    return this.#told(call, name, outcome);
  }
  /** Make a host call with an immediate answer: 'fs.readFileSync'. */
  read(name: string, question: () => unknown): unknown {
    const call = ++this.#questions;
    let outcome = this.#world.inputs.take_answer(call);
    if (outcome === null) {
      try {
        outcome = { value: question() };
      } catch (error) {
        outcome = { error };
      }
    }
    return this.#told(call, name, outcome);
  }
  #told(call: number, name: string, outcome: Outcome): unknown {
    const recorded = record(outcome);
    if (recorded !== null) this.#world.inputs.note({ kind: 'reading', call, name, recorded });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
  /** The answer enters. */
  answer(call: number, name: string, outcome: Outcome): void {
    const deliver = this.#asked.get(call);
    if (deliver === undefined) throw new ReplayError(`the recording answers ${name}, which was not asked`);
    this.#asked.delete(call);
    deliver(outcome);
  }

  /** Connect an external wire: from now on the world waits for its frames, and time follows the clock. */
  plug(wire: ExternalWire): void {
    if (this.#wires.has(wire.name)) throw new Error(`there is an external wire ${wire.name} already`);
    if (!this.is_open) this.time.start();
    this.#wires.set(wire.name, wire);
  }
  /** An external wire is to be connected before the world runs. */
  to_connect(wire: ExternalWire, to: UdpConfig): void {
    this.#unconnected.push({ wire, to });
  }
  /** Connect the external wires. @throws the connector's error */
  async connect(): Promise<void> {
    const { connector } = this;
    const wanted = this.#unconnected;
    this.#unconnected = [];
    if (connector !== null) for (const { wire, to } of wanted) wire.connect(await connector(to, wire));
  }
  /** Disconnect an external wire: no more frames will arrive from it. */
  unplug(name: string): void {
    this.wire(name).pulled_out();
    this.#wires.delete(name);
    this.go_on();
  }
  /** Connections of the host may come from now on. */
  open(opening: Opening): void {
    if (!this.is_open) this.time.start();
    this.#opening = opening;
  }
  /** An event of a connection of the host enters. */
  connection_event(connection: number, event: HostEvent): void {
    if (this.#opening === null) throw new ReplayError('the host has no connections into this world');
    this.#opening.enter(connection, event);
  }
  /** Disconnect everything. */
  close(): void {
    this.#opening?.close();
    this.#opening = null;
    this.go_on();
    for (const name of [...this.#wires.keys()]) this.unplug(name);
  }
  wire(name: string): ExternalWire {
    const wire = this.#wires.get(name);
    if (wire === undefined) throw new ReplayError(`there is no external wire ${name}`);
    return wire;
  }

  /** Call `resume` when an input has arrived, when the time may have come, or after a while to check again. */
  when_something_comes(resume: () => void): void {
    const wait_ms = this.is_standing && !this.owes_answer ? this.time.wait_ms(this.#stands_until) : LOOK_MS;
    if (wait_ms === 0) {
      setImmediate(resume);
      return;
    }
    const look = setTimeout(() => this.wake(), wait_ms);
    this.#resume = () => {
      clearTimeout(look);
      resume();
    };
  }
  wake(): void {
    const resume = this.#resume;
    this.#resume = null;
    if (resume !== null) setImmediate(resume);
  }
}

async function settled(question: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await question() };
  } catch (error) {
    return { error };
  }
}
