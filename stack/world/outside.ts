/**
 * What a world waits for outside: the host's answers, external wires, and host activity that a process
 * started itself.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { ExternalWire } from '../wire/external.ts';
import { ReplayError } from './inputs.ts';
import { record } from './recording.ts';
import type { World } from './world.ts';

/** The result of a host call. */
export type Outcome = { value: unknown } | { error: unknown };

/** How often a waiting world checks whether it can continue, in ms of the host's time. */
const LOOK_MS = 20;

export class Outside {
  readonly #world: World;
  /** Continuations of host calls, by call number. */
  readonly #asked = new Map<number, (outcome: Outcome) => void>();
  #questions = 0;
  /** Host calls made before the world runs that are not answered yet. */
  #asked_before = 0;
  readonly #wires = new Map<string, ExternalWire>();
  #resume: (() => void) | null = null;
  /** Nothing can run, and time does not pass: no turn is taken until an input enters. */
  is_standing = false;
  /**
   * Called when the world has nothing left to do: whether the host may still wake one of its processes. Set
   * by code that runs programs which use the host.
   */
  may_still_come: () => boolean = () => false;

  constructor(world: World) {
    this.#world = world;
  }

  /** A host call is pending. Until it is answered nothing else happens in the world. */
  get owes_answer(): boolean {
    return this.#asked.size > 0;
  }
  /** A host call is pending, be it one from before the world runs. */
  get is_asked(): boolean {
    return this.owes_answer || this.#asked_before > 0;
  }
  /** An external wire is connected: frames may arrive, and time does not pass on its own. */
  get is_open(): boolean {
    return this.#wires.size > 0;
  }

  /**
   * Make a host call. In a replay the log provides the answer.
   *
   * @param name the host function, for messages: 'fs.readFile'
   * @param deliver called at the event at which the answer enters
   */
  ask(name: string, question: () => Promise<unknown>, deliver: (outcome: Outcome) => void): void {
    const call = ++this.#questions;
    this.#asked.set(call, deliver);
    if (this.#world.inputs.has_answer(call)) return;
    const arrive = (outcome: Outcome) =>
      this.#world.inputs.arrive({ kind: 'answer', call, name, recorded: record(outcome), outcome });
    void settled(question).then(arrive);
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

  /** Connect an external wire: from now on the world waits for its frames. */
  plug(wire: ExternalWire): void {
    if (this.#wires.has(wire.name)) throw new Error(`there is an external wire ${wire.name} already`);
    this.#wires.set(wire.name, wire);
  }
  /** Disconnect an external wire: no more frames will arrive from it. */
  unplug(name: string): void {
    this.wire(name).pulled_out();
    this.#wires.delete(name);
    this.is_standing = false;
  }
  wire(name: string): ExternalWire {
    const wire = this.#wires.get(name);
    if (wire === undefined) throw new ReplayError(`there is no external wire ${name}`);
    return wire;
  }

  /** Call `resume` when an input has arrived, or after a while to check again. */
  when_something_comes(resume: () => void): void {
    const look = setTimeout(() => this.wake(), LOOK_MS);
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
