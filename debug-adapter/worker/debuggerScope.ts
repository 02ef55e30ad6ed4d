/**
 * Names for expressions beyond the current scope: the machine, the current task, the kernel's functions and
 * constants. They are in a prototype of the global object, where only the debugger's own evaluations find
 * them: a program that forgot an import fails in the debugger as it does outside.
 */
import type { World } from '../../stack/world/world.ts';
import type { Scope } from '../inspect/agent.ts';
import type { KernelNames } from '../inspect/kernelNames.ts';

export class DebuggerScope implements Scope {
  readonly #names = new Map<string, () => unknown>();
  readonly #exits: () => void;
  /** Number of evaluations in progress. */
  #open = 0;

  /** @param exits called when the program is about to end the thread */
  constructor(world: World, kernel: KernelNames, exits: () => void) {
    this.#exits = exits;
    for (const name of kernel.names()) this.provide(name, () => kernel.get(name));
    this.provide('world', () => world);
    // The machine whose code runs; a program may have several.
    this.provide('machine', () => world.running);
    this.provide('current', () => world.running!.current);
  }

  provide(name: string, give: () => unknown): void {
    this.#names.set(name, give);
  }
  enter(): true {
    this.#open++;
    return true;
  }
  leave(): void {
    this.#open--;
  }

  /**
   * Inserts the scope behind all globals of the program. V8 treats using an import as a side effect, so this
   * code uses none.
   */
  install(): void {
    this.#keepThread();
    // The debugger reaches its own side by this name: whoever assigns to it is refused.
    Object.defineProperty(globalThis, 'globalThis', { writable: false });
    const names = this.#names;
    const behind = new Proxy(Object.getPrototypeOf(globalThis) as Record<PropertyKey, unknown>, {
      has: (target, name) => (this.#open > 0 && names.has(name as string)) || name in target,
      get: (target, name, receiver) => {
        if (this.#open > 0 && names.has(name as string)) return names.get(name as string)!();
        // V8 also treats Reflect.get() as a side effect. Only this getter needs the receiver.
        return name === '__proto__' ? (Reflect.get(target, name, receiver) as unknown) : target[name];
      },
    });
    Object.setPrototypeOf(globalThis, behind);
  }
  /** An expression that ended the thread would leave a session without anything to debug. */
  #keepThread(): void {
    const exit = process.exit.bind(process);
    process.exit = (code) => {
      if (this.#open > 0)
        throw new Error('process.exit() would end the machine under the debugger: use Stop');
      this.#exits();
      return exit(code);
    };
  }
}
