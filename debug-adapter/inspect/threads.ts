/** The machine's contexts as threads: each task, and the softirq context. */
import { message, sayPart, type Part, type Translate } from '../../language/message.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { TASK_RUNNING } from '../../stack/include/linux/sched.ts';
import { SOFTIRQS } from '../../stack/include/linux/interrupt.ts';
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import type { Machine } from '../../stack/machine.ts';
import type { World } from '../../stack/world/world.ts';
import { isKernel, isLibrary, isScenario } from './codeKinds.ts';
import type { CaptureMoment, StackCaptures } from './stackCaptures.ts';
import { parseStack, type TextFrame } from './stackText.ts';

/** The softirq context's thread; tasks have their pids, which begin at 100. */
export const SOFTIRQ_THREAD = 1;
const SOFTIRQ = 'softirq (cpu0)';

export interface ThreadInfo {
  id: number;
  name: string;
}

const MOST_THREADS = 10_000;
/** Formatting a stack is the most expensive part; a sleeping task's stack does not change. */
const parsed = new WeakMap<Error, TextFrame[]>();
/** The function in which a task sleeps, by its stack. */
const sleeping = new WeakMap<Error, string | undefined>();

function framesOf(error: Error | null): TextFrame[] {
  if (error === null) return [];
  let frames = parsed.get(error);
  if (frames === undefined) {
    frames = parseStack(error.stack ?? '');
    parsed.set(error, frames);
  }
  return frames;
}

/** A frame that V8 does not have any more. */
export interface GoneFrame extends TextFrame {
  /** When it was on V8's stack; omitted: that is not known. */
  since?: CaptureMoment | undefined;
}

/** Where a task sleeps: the kernel's frames, then the user's below. */
export function sleepingFrames(task: task_struct, stacks: StackCaptures): GoneFrame[] {
  const since = stacks.momentOf(task, 'sleep');
  return [
    ...kernelFrames(task.sleep_stack).map((frame) => ({ ...frame, since })),
    ...userFrames(task, stacks),
  ];
}
/** @param entry the stack of the system call in which it sleeps */
export function framesAsleep(sleep: Error | null, entry: Error | null): TextFrame[] {
  return [...kernelFrames(sleep), ...scenarioFrames(entry)];
}
function kernelFrames(stack: Error | null): TextFrame[] {
  const frames = framesOf(stack);
  const gate = frames.findIndex(({ url }) => isLibrary(url));
  return (gate < 0 ? frames : frames.slice(0, gate)).filter(({ url }) => isKernel(url));
}
/** The scenario's frames below a task's system call. */
export function userFrames(task: task_struct, stacks: StackCaptures): GoneFrame[] {
  const since = stacks.momentOf(task, 'entry');
  return scenarioFrames(task.entry_stack).map((frame) => ({ ...frame, since }));
}
function scenarioFrames(entry: Error | null): TextFrame[] {
  return framesOf(entry).filter(({ url }) => isScenario(url));
}

/** The innermost kernel function that does more than wait. */
function sleepsIn({ sleep_stack }: task_struct): string | undefined {
  if (sleep_stack === null) return undefined;
  if (!sleeping.has(sleep_stack)) {
    const frames = kernelFrames(sleep_stack);
    sleeping.set(sleep_stack, frames.find(({ url }) => !isIn(KERNEL_CODE.waiting, url))?.name);
  }
  return sleeping.get(sleep_stack);
}

function stateOf(task: task_struct): Part | undefined {
  if (task.exited) return message('exiting');
  if (task.__state === TASK_RUNNING) return task.on_rq ? message('runnable') : undefined;
  const where = sleepsIn(task);
  if (where !== undefined) return message('sleeping in {0}', where);
  return task.syscall === '' ? message('sleeping') : message('sleeping in {0}', `${task.syscall}()`);
}

/** With several machines, each thread's name includes its machine's. */
export function threadsOf({ machines, running }: World, t: Translate): ThreadInfo[] {
  const threads: ThreadInfo[] = [];
  const nameOf = (thread: string, { hostname }: Machine, state: Part | undefined): string => {
    const name = machines.length === 1 ? thread : t('{0} on {1}', thread, hostname);
    return state === undefined ? name : `${name} · ${sayPart(t, state)}`;
  };
  for (const machine of machines)
    for (const task of machine.tasks.values()) {
      if (threads.length === MOST_THREADS) break;
      const state = task === machine.current ? undefined : stateOf(task);
      threads.push({ id: task.pid, name: nameOf(`${task.comm} [pid ${task.pid}]`, machine, state) });
    }
  threads.push({ id: SOFTIRQ_THREAD, name: nameOf(SOFTIRQ, running!, softirqState(running!)) });
  return threads;
}
function softirqState({ softirq }: Machine): Part {
  if (softirq.serving) return SOFTIRQS[softirq.current] ?? message('running');
  if (softirq.hardirq > 0) return message('interrupt');
  return softirq.pending === 0 ? message('idle') : message('pending');
}

/** The only context of a machine that does not exist yet. */
export function idleThread(t: Translate): ThreadInfo {
  return { id: SOFTIRQ_THREAD, name: `${SOFTIRQ} · ${t('idle')}` };
}
