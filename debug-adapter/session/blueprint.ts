/** What the machines of a launch are made of: the first one, and those that repeat its run. */
import type { Bundle } from '../../language/message.ts';
import type { Debuggee } from '../control/debuggee.ts';
import { Execution } from '../control/execution.ts';
import type { FunctionIndex } from '../control/functionIndex.ts';
import type { Blueprint } from '../travel/replica.ts';
import type { LaunchArguments } from './launchArguments.ts';
import type { Numbers } from './numbers.ts';

/** All but what the session has. */
export type LaunchBlueprint = Omit<Blueprint, 'root' | 'threads'>;

export function blueprintOf(
  launch: LaunchArguments,
  functions: FunctionIndex,
  numbers: Numbers,
  bundle: Bundle,
): LaunchBlueprint {
  const { programs, hosts, ports, outside, config, skip, maxHeap } = launch;
  return {
    boot: { programs, hosts, ports, outside, config, bundle },
    skip,
    maxHeap,
    execution: (debuggee) => newExecution(debuggee, launch, functions, numbers),
  };
}
/** What makes a machine's steps. */
export function newExecution(
  debuggee: Debuggee,
  { stepIntoAccessors }: LaunchArguments,
  functions: FunctionIndex,
  { nextFrame }: Numbers,
): Execution {
  const execution = new Execution(debuggee, functions, nextFrame);
  execution.stepIntoAccessors = stepIntoAccessors;
  return execution;
}
