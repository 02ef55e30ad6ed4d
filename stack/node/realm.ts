/**
 * Prepares a thread for Node programs: Node's network modules reach the machine instead of the host, and its
 * timers follow virtual time. Node's modules take what they need from each other when they are first loaded,
 * so this happens before.
 */
import type { World } from '../world/world.ts';
import { install_cares_wrap, type Names } from './cares_wrap.ts';
import { install_host_promises } from './host_promises.ts';
import { install_fetch } from './fetch.ts';
import { install_http } from './http.ts';
import { http2_prototypes, install_http2_date } from './http2.ts';
import { install_http_agents } from './http_agents.ts';
import type { NodeProcess } from './node_process.ts';
import { install_pipe_wrap } from './pipe_wrap.ts';
import { install_socket_timeouts } from './socket_timeouts.ts';
import { install_stream_sockets } from './stream_sockets.ts';
import { install_tcp_wrap } from './tcp_wrap.ts';
import { install_tls_wrap } from './tls_wrap.ts';
import { install_udp_wrap } from './udp_wrap.ts';
import { uv_loop } from './uv/loop.ts';
import { install_zlib } from './zlib.ts';

/** The global WebAssembly, as far as it compiles; Node's types leave it out. */
interface Compilers {
  Module: new (source: ArrayBuffer) => object;
  Instance: new (module: object, imports: unknown) => object;
  compile(source: ArrayBuffer): Promise<object>;
  instantiate(source: object, imports: unknown): Promise<object>;
}

/** The Node processes of a world, by pid, and the thread that is prepared for them. */
export class NodeRealm {
  readonly processes = new Map<number, NodeProcess>();
  readonly names: Names;
  readonly #world: World;

  constructor(world: World, names: Names) {
    this.#world = world;
    this.names = names;
  }

  /** The loop of the process that runs; null: none does, or it has none. */
  readonly loop = (): uv_loop | null => {
    const runtime = this.#world.current?.signal.runtime;
    return runtime instanceof uv_loop ? runtime : null;
  };

  /** Install the adaptations. The thread must run only one world. */
  install(): void {
    this.#install_timers();
    this.#install_process();
    this.#install_ticks();
    this.#install_compilers();
    install_tcp_wrap(this.loop, install_tls_wrap(this.loop));
    install_udp_wrap(this.loop);
    install_pipe_wrap(this.loop);
    install_cares_wrap(this.#world, this.loop, this.names);
    const http2 = http2_prototypes();
    install_socket_timeouts(this.loop, http2);
    install_http2_date(this.loop, http2);
    install_stream_sockets();
    install_http(this.#world, this.loop);
    install_http_agents(this.loop);
    install_fetch(this.loop);
    install_zlib(this.loop);
    install_host_promises(this.#world);
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

  /** The globals dispatch to the process that runs; Node's own modules use them from now on, too. */
  #install_timers(): void {
    const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = globalThis;
    Object.assign(process.getBuiltinModule('timers'), {
      ...{ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate },
    });
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
    const { nextTick } = process;
    process.nextTick = (callback: unknown, ...args: unknown[]): void => {
      if (typeof callback !== 'function' || this.loop() === null) nextTick(callback as () => void, ...args);
      else nextTick(guarded, callback as () => void, args);
    };
    const { queueMicrotask } = globalThis;
    globalThis.queueMicrotask = (callback) =>
      queueMicrotask(
        typeof callback !== 'function' || this.loop() === null ? callback : () => guarded(callback, []),
      );
  }
  #current(): NodeProcess | undefined {
    const task = this.#world.current;
    return task === null ? undefined : this.processes.get(task.tgid);
  }
}
