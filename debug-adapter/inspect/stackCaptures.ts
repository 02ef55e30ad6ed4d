/**
 * Which stacks of system calls and of sleeps are captured, in the machine's thread. A first run captures all, since each
 * may be asked for. A run that is repeated would spend nine tenths of its time on that: it captures those that are still
 * needed where it is going, which the first run knows.
 */
import type { CapturedStack, task_struct } from '../../stack/include/linux/sched.ts';
import type { World } from '../../stack/world/world.ts';

/** A run that is repeated captures every stack from so many events before the moment that is shown. */
export const CAPTURED_BEFORE = 5000;

export class StackCaptures {
  readonly #world: World;
  /** The events of each task's last captures. */
  readonly #last = new WeakMap<task_struct, Record<CapturedStack, number>>();
  /** Events of captures that were needed for longer than that. */
  readonly #lasting: number[] = [];
  /** In a run that is repeated: what the first run says of its captures. */
  #wanted: ReadonlySet<number> | undefined;
  #from = 0;

  constructor(world: World) {
    this.#world = world;
    world.captures_stack = (task, what) => this.#captures(task, what);
  }

  #captures(task: task_struct, what: CapturedStack): boolean {
    const { event } = this.#world;
    if (this.#wanted !== undefined) return event >= this.#from || this.#wanted.has(event);
    const last = this.#last.get(task);
    if (last === undefined) this.#last.set(task, { entry: event, sleep: event });
    else {
      if (event - last[what] > CAPTURED_BEFORE) this.#lasting.push(last[what]);
      last[what] = event;
    }
    return true;
  }

  /** The events of captures that are needed for long, or may be: those of all tasks that there are. */
  lasting(): number[] {
    const events = new Set(this.#lasting);
    for (const { tasks } of this.#world.machines)
      for (const task of tasks.values()) {
        const last = this.#last.get(task);
        if (last !== undefined) events.add(last.entry).add(last.sleep);
      }
    return [...events];
  }

  /** Only these are captured from now on, until all are. @param from the event; null: never */
  repeat(lasting: readonly number[], from: number | null): void {
    this.#wanted = new Set(lasting);
    this.#from = from ?? Infinity;
  }
  /** All are captured from an event on: what follows is shown. */
  showFrom(event: number): void {
    this.#from = event;
  }
}
