/** Events of a world outside its CPUs, each at its own time: frames on a wire, DMA, clock ticks. */
import { EventHeap, type TimedEvent } from '../kernel/time/event_heap.ts';

/** A scheduled event. Cancel it through the queue that created it. */
export class WorldEvent implements TimedEvent {
  expires = 0;
  sequence = 0;
  entry = -1;
  run: (owner: never) => void;
  owner: unknown;
  constructor(run: (owner: never) => void, owner: unknown) {
    this.run = run;
    this.owner = owner;
  }
}

export class EventQueue {
  #events = new EventHeap<WorldEvent>();

  /** When the first event is due, in ns; Infinity: none. */
  get next(): number {
    return this.#events.next;
  }
  get pending(): readonly WorldEvent[] {
    return this.#events.values();
  }

  /** Call `run(owner)` at a time in ns. Events of the same time run in the order of these calls. */
  at<Owner>(time_ns: number, run: (owner: Owner) => void, owner: Owner): WorldEvent {
    const event = new WorldEvent(run as (owner: never) => void, owner);
    this.#events.push(event, time_ns);
    return event;
  }

  cancel(event: WorldEvent): boolean {
    return this.#events.remove(event);
  }

  /** Run all events due at `now`. */
  advance(now: number): void {
    while (this.#events.next <= now) {
      const event = this.#events.shift()!;
      event.run(event.owner as never);
    }
  }
}
