/** The start of a step: the policy that judges the following pauses, and how V8 is first resumed. */
import { LeaveMachineStop } from './leaveMachineStop.ts';
import type { Pause } from './pause.ts';
import type { GoOn } from './policy.ts';
import { Next, StepIn, StepOut } from './steps.ts';
import { WaitForThread } from './waitForThread.ts';

export type StepKind = 'next' | 'stepIn' | 'stepOut';

export interface Beginning {
  kind: StepKind;
  thread: number;
  /** The thread is on V8's stack; others sleep, or wait for the CPU. */
  runs: boolean;
  /** The machine has stopped itself. */
  isMachineStop: boolean;
  /** One of the calls was chosen as the target: all others are stepped over. */
  isTargeted: boolean;
}

export function beginStep(
  { kind, thread, runs, isMachineStop, isTargeted }: Beginning,
  origin: Pause,
): Required<GoOn> {
  if (!runs)
    return { how: 'untilThreadRuns', then: new WaitForThread(thread, new StepIn(thread, undefined)) };
  // The calls were numbered at the machine's current position, which is not where the step begins.
  if (isMachineStop)
    return { how: 'stepOut', then: new LeaveMachineStop(begin(kind, thread, false, origin), origin) };
  return begin(kind, thread, isTargeted, origin);
}

function begin(kind: StepKind, thread: number, isTargeted: boolean, origin: Pause): Required<GoOn> {
  if (isTargeted) return { how: 'stepIntoCallees', then: new Next(thread, origin) };
  switch (kind) {
    case 'next':
      return { how: 'stepOver', then: new Next(thread, origin) };
    case 'stepIn':
      return { how: 'stepIntoCallees', then: new StepIn(thread, origin) };
    case 'stepOut':
      return { how: 'stepOut', then: new StepOut(thread, origin) };
  }
}
