/** The Node programs of a world: its processes, and what they find among the globals. */
import type { World } from '../world/world.ts';
import type { Names } from './cares_wrap.ts';
import { install_host_promises } from './host_promises.ts';
import { install_fetch } from './fetch.ts';
import type { NodeProcess } from './node_process.ts';
import type { NodeThread } from './thread.ts';

/** The global WebAssembly, as far as it compiles; Node's types leave it out. */
interface Compilers {
  Module: new (source: ArrayBuffer) => object;
  Instance: new (module: object, imports: unknown) => object;
  compile(source: ArrayBuffer): Promise<object>;
  instantiate(source: object, imports: unknown): Promise<object>;
}

export class NodeRealm {
  /** By pid. */
  readonly processes = new Map<number, NodeProcess>();
  readonly #world: World;
  readonly #names: Names;
  readonly #thread: NodeThread;

  constructor(world: World, names: Names, thread: NodeThread) {
    this.#world = world;
    this.#names = names;
    this.#thread = thread;
  }

  /** Before the world's first Node program. The thread must run only one world at a time. */
  install(): void {
    this.#install_process();
    this.#install_ticks();
    this.#install_compilers();
    this.#thread.enter(this.#world, this.#names);
    install_fetch(this.#world, this.#thread.loop);
    install_host_promises(this.#world);
  }
  /** The world is over. */
  leave(): void {
    for (const { loop } of this.processes.values()) {
      loop.close_natives();
      // Node 20 keeps modules as long as the thread, and their promises name the task: it leads to nothing of the world any more.
      for (const name of Object.keys(loop.task)) Reflect.deleteProperty(loop.task, name);
    }
    if (!this.#thread.leave()) this.#world.realm_is_spent = true;
  }

  /** V8 compiles WebAssembly in threads of the host, about which the world knows nothing: here it is done at once. */
  #install_compilers(): void {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: Compilers };
    const { Module, Instance } = WebAssembly;
    WebAssembly.compile = (source) => Promise.resolve(new Module(source));
    WebAssembly.instantiate = (source, imports) => {
      if (source instanceof Module) return Promise.resolve(new Instance(source, imports));
      const module = new Module(source as ArrayBuffer);
      return Promise.resolve({ module, instance: new Instance(module, imports) });
    };
  }

  #install_process(): void {
    const host = process;
    Object.defineProperty(globalThis, 'process', {
      configurable: true,
      get: () => this.#current()?.object ?? host,
      set: (value: unknown) =>
        Object.defineProperty(globalThis, 'process', { value, writable: true, configurable: true }),
    });
  }
  /**
   * An error in a tick or a microtask ends the process that runs. It must not leave Node's own loop over the
   * ticks, which would lose count of the async contexts that it has entered.
   */
  #install_ticks(): void {
    const guarded = (callback: (...args: unknown[]) => void, args: unknown[]): void => {
      try {
        callback(...args);
      } catch (error) {
        const task = this.#world.current;
        if (task === null) throw error;
        task.signal.uncaught(error);
      }
    };
    const { nextTick, emitWarning } = process;
    // Node gives some warnings only once in a thread.
    process.emitWarning = (...warning: unknown[]): void => {
      this.#world.realm_is_spent = true;
      Reflect.apply(emitWarning, process, warning);
    };
    process.nextTick = (callback: unknown, ...args: unknown[]): void => {
      if (typeof callback !== 'function' || this.#thread.loop() === null)
        nextTick(callback as () => void, ...args);
      else nextTick(guarded, callback as () => void, args);
    };
    const { queueMicrotask } = globalThis;
    globalThis.queueMicrotask = (callback) =>
      queueMicrotask(
        typeof callback !== 'function' || this.#thread.loop() === null
          ? callback
          : () => guarded(callback, []),
      );
  }
  #current(): NodeProcess | undefined {
    const task = this.#world.current;
    return task === null ? undefined : this.processes.get(task.tgid);
  }
}
