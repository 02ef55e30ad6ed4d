/**
 * The global fetch(): its connections are kept by one dispatcher for the whole thread, but a connection belongs
 * to one process. So each process has a dispatcher of its own, which is the global one while it calls fetch().
 */
import type { uv_loop } from './uv/loop.ts';

/** Where Node's fetch() finds its dispatcher. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

interface Realm {
  [GLOBAL_DISPATCHER]: { constructor: new () => object };
  fetch(...args: unknown[]): Promise<unknown>;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_fetch(current: () => uv_loop | null): void {
  const realm = globalThis as unknown as Realm;
  const { fetch } = realm;
  const of_process = new WeakMap<uv_loop, object>();
  // Loads the code that makes the shared dispatcher; the address is refused before anything is sent.
  fetch('about:none').catch(() => {});
  realm.fetch = (...args) => {
    const loop = current();
    if (loop === null) return fetch(...args);
    const shared = realm[GLOBAL_DISPATCHER];
    let own = of_process.get(loop);
    if (own === undefined) {
      own = new shared.constructor();
      of_process.set(loop, own);
    }
    // fetch() looks for its dispatcher before it returns.
    Object.assign(realm, { [GLOBAL_DISPATCHER]: own });
    try {
      return fetch(...args);
    } finally {
      Object.assign(realm, { [GLOBAL_DISPATCHER]: shared });
    }
  };
}
