/**
 * Which stacks of system calls and of sleeps are captured, in the machine's thread. A first run captures all, since each
 * may be asked for. A run that is repeated would spend nine tenths of its time on that: it captures those that are still
 * needed where it is going, which the first run knows.
 */
import type { CapturedStack, task_struct } from '../../stack/include/linux/sched.ts';
import type { World } from '../../stack/world/world.ts';

/** When a task made the system call in which it is, or fell asleep in it: its frames were on V8's stack then. */
export interface CaptureMoment {
  pid: number;
  /** The task's process. */
  tgid: number;
  what: CapturedStack;
  event: number;
  timeNs: number;
}
type Instant = Pick<CaptureMoment, 'event' | 'timeNs'>;

/** A run that is repeated captures every stack from so many events before the moment that is shown. */
export const CAPTURED_BEFORE = 5000;

export class StackCaptures {
  readonly #world: World;
  readonly #stand: () => void;
  /** Each task's last captures. */
  readonly #last = new WeakMap<task_struct, Record<CapturedStack, Instant>>();
  /** Events of captures that were needed for longer than that. */
  readonly #lasting: number[] = [];
  /** In a run that is repeated: what the first run says of its captures. */
  #wanted: ReadonlySet<number> | undefined;
  #from = 0;
  /** Where the machine stops, as a debugger looks for it. */
  #standsAt: Pick<CaptureMoment, 'pid' | 'what' | 'event'> | undefined;

  /** @param stand stops the machine */
  constructor(world: World, stand: () => void) {
    this.#world = world;
    this.#stand = stand;
    world.captures_stack = (task, what) => this.#captures(task, what);
  }

  #captures(task: task_struct, what: CapturedStack): boolean {
    const { event, time_ns: timeNs } = this.#world;
    const last = this.#last.get(task);
    const isFirstRun = this.#wanted === undefined;
    if (last === undefined) this.#last.set(task, { entry: { event, timeNs }, sleep: { event, timeNs } });
    else {
      const before = last[what].event;
      if (isFirstRun && event - before > CAPTURED_BEFORE) this.#lasting.push(before);
      last[what] = { event, timeNs };
    }
    const at = this.#standsAt;
    if (at !== undefined && at.event === event && at.pid === task.pid && at.what === what) this.#stand();
    return isFirstRun || event >= this.#from || this.#wanted!.has(event);
  }

  /** When a task's last stack of its kind was captured; undefined: none was. */
  momentOf(task: task_struct, what: CapturedStack): CaptureMoment | undefined {
    const last = this.#last.get(task)?.[what];
    return last && { pid: task.pid, tgid: task.tgid, what, ...last };
  }
  /** Stop where a task's stack is, or would be, captured. */
  standAt(pid: number, what: CapturedStack, event: number): void {
    this.#standsAt = { pid, what, event };
  }

  /** The events of captures that are needed for long, or may be: those of all tasks that there are. */
  lasting(): number[] {
    const events = new Set(this.#lasting);
    for (const { tasks } of this.#world.machines)
      for (const task of tasks.values()) {
        const last = this.#last.get(task);
        if (last !== undefined) events.add(last.entry.event).add(last.sleep.event);
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
