/** What a person can name in expressions beyond what is in scope: the machine, the current task, the kernel's constants. */
import type { Machine } from '../../stack/machine.ts';
import type { Agent } from '../inspect/agent.ts';
import { kernelConstants } from '../inspect/kernelConstants.ts';
import { AGENT } from './channel.ts';

/** None of them is enumerable, so that nothing else in this thread notices them. */
export function defineGlobals(machine: Machine, agent: Agent): void {
  const define = (name: PropertyKey, descriptor: PropertyDescriptor) => {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
  };
  define(Symbol.for(AGENT), { value: agent });
  define('machine', { value: machine });
  define('current', { get: () => machine.current });
  for (const [name, value] of kernelConstants()) define(name, { value });
}
