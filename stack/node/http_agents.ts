/**
 * The global agents of `http` and `https`, which keep connections for later requests. All programs of a thread
 * share these objects, but a connection belongs to one process: so each process has pools of its own.
 */
import type { uv_loop } from './uv/loop.ts';

/** What an agent knows of its connections: lists by the name of the peer, and their number. */
interface Pools {
  sockets: object;
  freeSockets: object;
  requests: object;
  totalSocketCount: number;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_http_agents(current: () => uv_loop | null): void {
  for (const name of ['http', 'https'] as const)
    install_agent(process.getBuiltinModule(name).globalAgent as unknown as Pools, current);
}

function install_agent(agent: Pools, current: () => uv_loop | null): void {
  const { sockets, freeSockets, requests, totalSocketCount } = agent;
  const of_host: Pools = { sockets, freeSockets, requests, totalSocketCount };
  const of_process = new WeakMap<uv_loop, Pools>();
  const pools = (): Pools => {
    const loop = current();
    if (loop === null) return of_host;
    let own = of_process.get(loop);
    if (own === undefined) {
      const table = () => Object.create(null) as object;
      own = { sockets: table(), freeSockets: table(), requests: table(), totalSocketCount: 0 };
      of_process.set(loop, own);
    }
    return own;
  };
  for (const name of ['sockets', 'freeSockets', 'requests', 'totalSocketCount'] as const)
    Object.defineProperty(agent, name, {
      configurable: true,
      enumerable: true,
      get: () => pools()[name],
      set: (value: never) => (pools()[name] = value),
    });
}
