/** One of V8's pauses as plain facts for the policies, which can be recorded and judged again. */
import { isIn, KERNEL_CODE, MACHINE_STOP, SYSCALL_GATE } from '../../../stack/debugger/places.ts';
import {
  isForeign,
  isKernel,
  isLibrary,
  isScenario,
  isScheduler,
  isTracing,
} from '../../inspect/codeKinds.ts';
import { SOFTIRQ_THREAD } from '../../inspect/threads.ts';

/** A frame on V8's stack: the script's URL, the function, the line from 0. */
export interface PauseFrame {
  url: string;
  functionName: string;
  line: number;
}
export interface PauseFacts {
  /** Innermost first. */
  frames: readonly PauseFrame[];
  /** The task on the CPU; 0: none. */
  pid: number;
  /** A breakpoint of the step itself was hit, so V8 did not just arrive by stepping. */
  hit: boolean;
  /** V8 is at the return of the innermost function. */
  returns: boolean;
  /** The thread that the policy waits for is about to run. */
  switched: boolean;
  /** The innermost frame is in a file that the user wants steps to skip. */
  skipped: boolean;
  /** The innermost function only looks something up, like tcp_sk(), and is skipped. */
  accessor?: boolean;
}
/**
 * A line in a function, and how often the function is on the stack: after a sleep the frames below it differ.
 */
export interface Place extends PauseFrame {
  depth: number;
}

const ACCESSOR = /^(?:get |set |<instance_members_initializer>$|<static_initializer>$)/;

export class Pause {
  readonly facts: PauseFacts;
  readonly #onStack = new Map<string, number>();

  constructor(facts: PauseFacts) {
    this.facts = facts;
    for (const frame of facts.frames)
      this.#onStack.set(functionKey(frame), (this.#onStack.get(functionKey(frame)) ?? 0) + 1);
  }

  get top(): PauseFrame | undefined {
    return this.facts.frames[0];
  }
  /** The position as displayed: the innermost visible frame. */
  get place(): Place {
    const { frames } = this.facts;
    const shown = frames[visibleTop(frames)] ?? frames[0]!;
    return { ...shown, depth: this.depthOf(shown) };
  }
  /** Whether the position is in the kernel or in the user's program. */
  get isInCode(): boolean {
    const url = this.top?.url ?? '';
    return isKernel(url) || isScenario(url);
  }
  /**
   * Whether there is anything to show. Below the outermost user or kernel frame there is only code that runs
   * them.
   */
  get isVisible(): boolean {
    return this.facts.frames.some(({ url }) => isKernel(url) || isScenario(url));
  }
  isIn(frame: PauseFrame): boolean {
    return this.top !== undefined && functionKey(this.top) === functionKey(frame);
  }
  /** In code of the program. */
  get isInProgram(): boolean {
    return isScenario(this.top?.url ?? '');
  }
  /** In a getter, a setter, or a function that only looks something up: steps and pauses do not end there. */
  get isInAccessor(): boolean {
    return this.facts.accessor === true || ACCESSOR.test(this.top?.functionName ?? '');
  }
  /** In one that was not on the stack at `origin`. */
  isInAccessorSince(origin: Pause): boolean {
    return this.top !== undefined && this.isInAccessor && origin.depthOf(this.top) === 0;
  }
  /** How often a function is on the stack. */
  depthOf(frame: PauseFrame): number {
    return this.#onStack.get(functionKey(frame)) ?? 0;
  }
  isAt({ url, functionName, line, depth }: Place): boolean {
    const here = this.place;
    return (
      here.url === url && here.functionName === functionName && here.line === line && here.depth === depth
    );
  }

  /** A step of one thread must not end in another. A step of the softirq context may end anywhere. */
  isOf(thread: number | undefined): boolean {
    return thread === undefined || thread === SOFTIRQ_THREAD || this.facts.pid === thread;
  }

  /** Whether this is an internal call of the library or of tracing that was not on the stack at `origin`. */
  isErrandSince(origin: Pause): boolean {
    const { frames } = this.facts;
    const caller = frames.findIndex((frame) => !isKernel(frame.url) || origin.depthOf(frame) > 0);
    if (caller <= 0) return false;
    const { url, functionName } = frames[caller]!;
    const isGate = url === SYSCALL_GATE.url && SYSCALL_GATE.functionNames.includes(functionName);
    // The gate itself calls inlines of headers; what else it calls is a system call.
    if (isGate && !isIn(KERNEL_CODE.headers, frames[caller - 1]!.url)) return false;
    return isLibrary(url) || isTracing(url) || isForeign(url);
  }
}

/** Whether this is the function with which the machine stops itself. */
export function isMachineStop(frame: PauseFrame | undefined): boolean {
  return frame?.functionName === MACHINE_STOP.functionName && frame.url === MACHINE_STOP.url;
}
/** Functions that only carry out and report a state change. */
const STATE_SETTERS = new Set(['inet_sk_state_store', 'inet_sk_set_state', 'tcp_set_state']);

/**
 * The index of the innermost visible frame; -1: none. If the machine stopped itself at a transition, this is
 * the code that decided it.
 */
export function visibleTop(frames: readonly PauseFrame[]): number {
  const isOwn = isMachineStop(frames[0]);
  return frames.findIndex(
    ({ url, functionName }) => !isHidden(url) && !(isOwn && isKernel(url) && STATE_SETTERS.has(functionName)),
  );
}

/** Code that is never shown. */
export function isHidden(url: string): boolean {
  return isForeign(url) || isScheduler(url) || isTracing(url);
}
function functionKey({ url, functionName }: PauseFrame): string {
  return `${url}:${functionName}`;
}
