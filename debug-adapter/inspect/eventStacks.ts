/**
 * The code of recent events: where system calls were made, where tasks went to sleep, where sockets changed their
 * states and queues were full. Stacks are captured cheaply and formatted on demand.
 */
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import { TASK_DEAD, TASK_RUNNING } from '../../stack/include/linux/sched.ts';
import type { World } from '../../stack/world/world.ts';
import { isKernel, isScenario } from './codeKinds.ts';
import { openingFrame } from './protocolCode.ts';
import type { StackTable } from './stackTable.ts';
import { framesAsleep } from './threads.ts';
import { parseStack, type TextFrame } from './stackText.ts';

/** Number of events remembered. */
const KEPT = 2048;

type Kind = 'call' | 'sleep' | 'change';
interface Noted {
  readonly event: number;
  readonly kind: Kind;
  readonly stack: Error;
  /** Of a sleep: the stack of the system call that it is in. */
  readonly entry: Error | null;
}

export interface EventCode {
  /** Innermost first. */
  frames: TextFrame[];
  /** The frame to show first. */
  opening: number;
}

/** Its stack is an index into a table. */
export interface StackOfEvent {
  event: number;
  stack: number;
  opening: number;
}

export class EventStacks {
  readonly #world: World;
  readonly #noted: (Noted | undefined)[] = [];
  #total = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Note the code of all events from now on. */
  keep(): void {
    const { tracer } = this.#world;
    // Calls of a process's event loop do not remember their callers.
    tracer.on('syscalls:sys_enter', ({ entry_stack }) => this.#note('call', entry_stack ?? new Error()));
    tracer.on('sched:sched_switch', ({ __state, sleep_stack, entry_stack }) => {
      if (__state === TASK_RUNNING || __state === TASK_DEAD || sleep_stack === null) return;
      this.#note('sleep', sleep_stack, entry_stack);
    });
    tracer.on('sock:inet_sock_set_state', () => this.#note('change', new Error()));
    tracer.on('sockscope:queue_overflow', () => this.#note('change', new Error()));
  }

  #note(kind: Kind, stack: Error, entry: Error | null = null): void {
    this.#noted[this.#total++ % KEPT] = { event: this.#world.event, kind, stack, entry };
  }

  /** Null when it is not known (any more). */
  of(event: number): EventCode | null {
    const noted = this.#noted.find((one) => one?.event === event);
    return noted === undefined ? null : codeOf(noted);
  }

  /** The code of the newest events, as indices into a table. */
  newest(count: number, table: StackTable): StackOfEvent[] {
    const first = Math.max(0, this.#total - Math.min(count, KEPT));
    const told: StackOfEvent[] = [];
    for (let at = first; at < this.#total; at++) {
      const noted = this.#noted[at % KEPT]!;
      const { frames, opening } = codeOf(noted);
      const stack = table.indexOf(frames);
      if (stack >= 0) told.push({ event: noted.event, stack, opening });
    }
    return told;
  }
}

function codeOf({ kind, stack, entry }: Noted): EventCode {
  const frames = kind === 'sleep' ? framesAsleep(stack, entry) : framesOf(stack);
  return { frames, opening: Math.max(0, openingOf(kind, frames)) };
}
function framesOf({ stack = '' }: Error): TextFrame[] {
  return parseStack(stack).filter(({ url }) => isKernel(url) || isScenario(url));
}

/** The line of a program that makes a call; the kernel's function that waits for something, or decides on a change. */
function openingOf(kind: Kind, frames: readonly TextFrame[]): number {
  switch (kind) {
    case 'call':
      return frames.findIndex(({ url }) => isScenario(url));
    case 'sleep':
      return frames.findIndex(({ url }) => !isIn(KERNEL_CODE.waiting, url));
    case 'change':
      return openingFrame(frames, ['tcp']);
  }
}
