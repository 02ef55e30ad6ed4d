/** What a world waits for: answers that the host owes it, external wires, and what a process has begun on the host by itself. */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { ExternalWire } from '../wire/external.ts';
import { ReplayError } from './inputs.ts';
import { record } from './recording.ts';
import type { World } from './world.ts';

/** How a question to the host ended. */
export type Outcome = { value: unknown } | { error: unknown };

/** How often a waiting world looks whether it may go on, in ms of the host's time. */
const LOOK_MS = 20;

export class Outside {
  readonly #world: World;
  /** What goes on when the host has answered, by the question's number. */
  readonly #asked = new Map<number, (outcome: Outcome) => void>();
  #questions = 0;
  readonly #wires = new Map<string, ExternalWire>();
  #resume: (() => void) | null = null;
  /** Nothing can run, and time does not pass: until something enters, no turn is taken. */
  is_standing = false;
  /**
   * Asked when nothing is left to do in the world: may the host still wake one of its processes? Set by who runs programs
   * that use the host.
   */
  may_still_come: () => boolean = () => false;

  constructor(world: World) {
    this.#world = world;
  }

  /** A question to the host is open. Until it is answered nothing else happens in the world. */
  get owes_answer(): boolean {
    return this.#asked.size > 0;
  }
  /** An external wire is plugged in: frames may come, and time does not pass of itself. */
  get is_open(): boolean {
    return this.#wires.size > 0;
  }

  /**
   * Put a question to the host. In a replay the log answers.
   *
   * @param name what is asked, for messages: 'fs.readFile'
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
  /** Likewise, before the world runs: nothing waits but the caller. */
  async ask_before(name: string, question: () => Promise<unknown>): Promise<unknown> {
    const call = ++this.#questions;
    const outcome = this.#world.inputs.take_answer(call) ?? (await settled(question));
    return this.#told(call, name, outcome);
  }
  /** Ask what the host answers at once: 'fs.readFileSync'. */
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

  /** Plug an external wire in: from now on the world waits for its frames. */
  plug(wire: ExternalWire): void {
    if (this.#wires.has(wire.name)) throw new Error(`there is an external wire ${wire.name} already`);
    this.#wires.set(wire.name, wire);
  }
  /** No frame will come from it any more. */
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

  /** Have `resume` called when something has come, or after a while, to look again. */
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
