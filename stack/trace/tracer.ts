/** Counts the machine's events, and tells those who listen. */
import type { Machine } from '../machine.ts';
import { TRACEPOINTS, tracepoint_id, type TracepointName } from './table.ts';

/** One tracepoint being passed. The arguments are the kernel's own objects: read them now, don't keep them. */
export interface TraceHit {
  name: TracepointName;
  /** Its number in the machine's one sequence of events. */
  event: number;
  /** When, in ns since boot. */
  time_ns: number;
  args: readonly unknown[];
}
export type TraceListener = (hit: TraceHit) => void;

export class Tracer {
  /** Number of the last event. Counts on whether somebody listens or not. */
  event = 0;
  /** By tracepoint: how many listen. */
  armed = new Uint8Array(TRACEPOINTS.length);
  #listeners: TraceListener[][] = TRACEPOINTS.map(() => []);
  #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Listen to one tracepoint. @returns what ends it. */
  on(name: TracepointName, listener: TraceListener): () => void {
    const id = tracepoint_id(name);
    this.#listeners[id] = [...this.#listeners[id]!, listener];
    this.armed[id]!++;
    return () => {
      if (!this.#listeners[id]!.includes(listener)) return;
      this.#listeners[id] = this.#listeners[id]!.filter((other) => other !== listener);
      this.armed[id]!--;
    };
  }

  /** Called by a tracepoint that has listeners. */
  emit(id: number, ...args: unknown[]): void {
    const hit: TraceHit = { name: TRACEPOINTS[id]!, event: this.event, time_ns: this.#machine.time_ns, args };
    for (const listener of this.#listeners[id]!) listener(hit);
  }
}
