/**
 * The global fetch(): its connections are kept by one dispatcher for the whole thread, but a connection belongs
 * to one process. So each process has a dispatcher of its own, which is the global one while it calls fetch().
 */
import type { World } from '../world/world.ts';
import type { uv_loop } from './uv/loop.ts';

/** Where Node's fetch() finds its dispatcher. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Classes whose connections undici keeps, too, in versions of Node that have them. */
const CONNECTING = ['WebSocket', 'EventSource'] as const;

type Class = new (...args: unknown[]) => object;
interface Realm extends Partial<Record<(typeof CONNECTING)[number], Class>> {
  [GLOBAL_DISPATCHER]: { constructor: new () => object };
  fetch(...args: unknown[]): Promise<unknown>;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_fetch(world: World, current: () => uv_loop | null): void {
  const realm = globalThis as unknown as Realm;
  const { fetch } = realm;
  const of_process = new WeakMap<uv_loop, object>();
  // Loads the code that makes the shared dispatcher; the address is refused before anything is sent.
  fetch('about:none').catch(() => {});
  realm.fetch = (...args) => {
    const loop = current();
    if (loop === null) return fetch(...args);
    world.realm_is_spent = true;
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

/**
 * What the thread's own dispatcher keeps of their connections another world would find.
 *
 * @param spends is called when a program makes one
 */
export function install_connecting_classes(spends: () => void): void {
  const realm = globalThis as unknown as Realm;
  for (const name of CONNECTING) {
    const connecting = realm[name];
    if (connecting === undefined) continue;
    realm[name] = new Proxy(connecting, {
      construct(target, args, as) {
        spends();
        return Reflect.construct(target, args, as) as object;
      },
    });
  }
}
