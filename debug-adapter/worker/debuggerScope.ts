/**
 * The names that a person can use in expressions beyond what is in scope: the machine, the current task, the kernel's
 * functions and constants. They stand behind the global object, where only the debugger's own evaluations find them: a
 * program that forgot an import fails in the debugger as it does outside.
 */
import type { World } from '../../stack/world/world.ts';
import type { Scope } from '../inspect/agent.ts';
import type { KernelNames } from '../inspect/kernelNames.ts';

export class DebuggerScope implements Scope {
  readonly #names = new Map<string, () => unknown>();
  /** Evaluations that have begun and not ended. */
  #open = 0;

  constructor(world: World, kernel: KernelNames) {
    for (const name of kernel.names()) this.provide(name, () => kernel.get(name));
    this.provide('world', () => world);
    // The one that runs; a program may have several.
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
   * Puts it behind everything that the program sees of its globals. V8 takes the use of an import for a side effect: there is
   * none here.
   */
  install(): void {
    const names = this.#names;
    const behind = new Proxy(Object.getPrototypeOf(globalThis) as Record<PropertyKey, unknown>, {
      has: (target, name) => (this.#open > 0 && names.has(name as string)) || name in target,
      get: (target, name, receiver) => {
        if (this.#open > 0 && names.has(name as string)) return names.get(name as string)!();
        // V8 takes Reflect.get() for a side effect, too. Only this getter asks whose it is.
        return name === '__proto__' ? (Reflect.get(target, name, receiver) as unknown) : target[name];
      },
    });
    Object.setPrototypeOf(globalThis, behind);
  }
}
