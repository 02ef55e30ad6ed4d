/** What happens outside the CPU at its own time: frames on the wire, DMA. Not the kernel's, so not its timers. */
import { EventHeap, type TimedEvent } from './time/event_heap.ts';

/** Something the hardware does at a moment. Cancel it through the Hardware that it came from. */
export class HardwareEvent implements TimedEvent {
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

export class Hardware {
  #events = new EventHeap<HardwareEvent>();

  /** When it does something next, in ns; Infinity: it is at rest. */
  get next(): number {
    return this.#events.next;
  }
  get pending(): readonly HardwareEvent[] {
    return this.#events.values();
  }

  /** Have `run(owner)` called at a time in ns. Events of the same time run in the order of these calls. */
  at<Owner>(time_ns: number, run: (owner: Owner) => void, owner: Owner): HardwareEvent {
    const event = new HardwareEvent(run as (owner: never) => void, owner);
    this.#events.push(event, time_ns);
    return event;
  }

  cancel(event: HardwareEvent): boolean {
    return this.#events.remove(event);
  }

  /** Run all that is due at `now`. */
  advance(now: number): void {
    while (this.#events.next <= now) {
      const event = this.#events.shift()!;
      event.run(event.owner as never);
    }
  }
}
