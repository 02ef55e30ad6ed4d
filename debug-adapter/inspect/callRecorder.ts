/** Records which kernel functions run, nested, between two events: in a machine whose functions tell of it. */
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { is_packet } from '../../stack/world/memory.ts';
import type { World } from '../../stack/world/world.ts';
import type { CallSink, Instrumentation, TracedFunction } from '../worker/instrumentation.ts';
import { hostClock } from './hostClock.ts';

/** A call, in the order of their beginnings. */
export interface RecordedCall {
  /** The number of its function. */
  traced: number;
  /** The number of the call that made it; -1: none that is recorded. */
  parent: number;
  /** The task on the CPU. */
  task: string;
  host: string;
  /** Virtual ns, and microseconds of the host's clock; ends are null while it has not returned. */
  timeNs: number;
  endNs: number | null;
  hostUs: number;
  endUs: number | null;
  /** A packet is among its arguments. */
  hasPacket: boolean;
}
export interface RecordedCalls {
  functions: TracedFunction[];
  calls: RecordedCall[];
  leftOut: number;
}
interface OpenCall {
  index: number;
  stack: number[];
}

/** More calls would not be read by anybody; what comes after them is counted only. */
const MOST_CALLS = 100_000;

const hostUs = (): number => hostClock() * 1000;

export class CallRecorder implements CallSink<OpenCall> {
  readonly #world: World;
  readonly #instrumentation: Instrumentation<OpenCall>;
  readonly #calls: RecordedCall[] = [];
  /** The open calls of each task: a task that sleeps keeps its own. */
  readonly #stacks = new Map<task_struct, number[]>();
  #end = 0;
  #leftOut = 0;

  constructor(world: World, instrumentation: Instrumentation) {
    this.#world = world;
    this.#instrumentation = instrumentation as Instrumentation<OpenCall>;
  }

  /** Record from now on, up to an event. */
  begin(end: number): void {
    this.#end = end;
    this.#instrumentation.sink = this;
  }
  /** What was recorded. */
  take(): RecordedCalls {
    this.#instrumentation.sink = null;
    const used = new Map<number, number>();
    const calls = this.#calls.map((call) => {
      if (!used.has(call.traced)) used.set(call.traced, used.size);
      return { ...call, traced: used.get(call.traced)! };
    });
    const functions = [...used.keys()].map((traced) => this.#instrumentation.functions[traced]!);
    return { functions, calls, leftOut: this.#leftOut };
  }

  enter(traced: number, args: ArrayLike<unknown>): OpenCall | null {
    const machine = this.#world.running;
    if (machine === null || this.#world.event > this.#end) return null;
    if (this.#calls.length === MOST_CALLS) {
      this.#leftOut++;
      return null;
    }
    const { current } = machine;
    let stack = this.#stacks.get(current);
    if (stack === undefined) this.#stacks.set(current, (stack = []));
    const index = this.#calls.length;
    this.#calls.push({
      traced,
      parent: stack.at(-1) ?? -1,
      task: current === machine.idle ? 'softirq' : `${current.comm} [pid ${current.pid}]`,
      host: machine.hostname,
      timeNs: machine.time_ns,
      endNs: null,
      hostUs: hostUs(),
      endUs: null,
      hasPacket: Array.from(args).some(is_packet),
    });
    stack.push(index);
    return { index, stack };
  }
  exit({ index, stack }: OpenCall): void {
    const call = this.#calls[index]!;
    call.endUs = hostUs();
    call.endNs = this.#world.running?.time_ns ?? call.timeNs;
    // A task that was ended leaves calls behind that never return.
    const at = stack.lastIndexOf(index);
    if (at >= 0) stack.length = at;
  }
}
