/** Counts the events of a world, and calls the listeners. */
import type { Machine } from '../machine.ts';
import {
  TRACEPOINT_NAMES,
  tracepointId,
  tracepointNamed,
  type TracepointArgs,
  type TracepointName,
} from './table.ts';

/** A tracepoint event. The arguments are the kernel's own objects: read them now, do not keep them. */
export type TraceHit<Name extends TracepointName = TracepointName> = {
  [One in Name]: {
    readonly name: One;
    readonly machine: Machine;
    /** Its event number. */
    readonly event: number;
    /** The time, in ns since boot. */
    readonly time_ns: number;
    readonly args: TracepointArgs<One>;
  };
}[Name];

type Listener = (...args: readonly unknown[]) => void;

export class Tracer {
  /** Number of the last event. Counts with and without listeners. */
  event = 0;
  /** Called after the listeners of a tracepoint that has some. */
  after: (() => void) | null = null;
  /** Number of listeners by tracepoint. */
  readonly armed = new Uint8Array(TRACEPOINT_NAMES.length);
  readonly #listeners: (readonly Listener[])[] = TRACEPOINT_NAMES.map(() => []);
  /** The machine whose tracepoint is being reported. */
  #machine: Machine | null = null;

  /**
   * Listen to one tracepoint, with the arguments that the kernel passed.
   *
   * @returns a function that stops listening.
   */
  on<Name extends TracepointName>(name: Name, listener: (...args: TracepointArgs<Name>) => void): () => void {
    return this.#listen(name, listener as Listener);
  }

  /**
   * Listen to several tracepoints, each reported with its name, machine, number and time.
   *
   * @returns a function that stops listening.
   */
  onHit<Name extends TracepointName>(
    names: readonly Name[],
    listener: (hit: TraceHit<Name>) => void,
  ): () => void {
    const ends = names.map((name) => this.#listen(name, this.#teller(name, listener)));
    return () => {
      for (const end of ends) end();
    };
  }

  #teller<Name extends TracepointName>(name: Name, listener: (hit: TraceHit<Name>) => void): Listener {
    const { length } = tracepointNamed(name).print;
    return (...passed) => {
      const args = passed.slice(0, length);
      const machine = this.#machine!;
      const hit = { name, machine, event: this.event, time_ns: machine.time_ns, args };
      listener(hit as unknown as TraceHit<Name>);
    };
  }

  #listen(name: TracepointName, listener: Listener): () => void {
    const id = tracepointId(name);
    this.#listeners[id] = [...this.#listeners[id]!, listener];
    this.armed[id]!++;
    return () => {
      if (!this.#listeners[id]!.includes(listener)) return;
      this.#listeners[id] = this.#listeners[id]!.filter((other) => other !== listener);
      this.armed[id]!--;
    };
  }

  /** Called by a tracepoint that has listeners. */
  emit(machine: Machine, id: number, ...args: readonly unknown[]): void {
    this.#machine = machine;
    for (const listener of this.#listeners[id]!) listener(...args);
    this.after?.();
  }
}
