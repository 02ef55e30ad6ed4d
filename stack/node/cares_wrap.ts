/** Names of a Node program: they are looked up in the world's hosts table; programs that can connect out ask the host, too. */
import { AsyncResource } from 'node:async_hooks';
import { parseAddress } from '../lib/parse_address.ts';
import { ask_host } from '../user/host_calls.ts';
import { binding } from './native.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';

/** IPv4 addresses by name. */
export type HostsTable = Readonly<Record<string, string>>;
export interface Names {
  table: HostsTable;
  /** Asks the host for the IPv4 address of a name that is not in the table; null: nobody is asked. */
  lookup: ((name: string) => Promise<string | null>) | null;
}

const EAI_NONAME = -3008;
const EAI_FAMILY = -3001;
/** c-ares' error for a name without such records, as Node tells it. */
const ENOTFOUND = 'ENOTFOUND';
const ENODATA = 'ENODATA';
const IPV6 = 6;

interface LookupRequest {
  oncomplete(error: number | string | null, ...answer: unknown[]): void;
}
type Native = (...args: unknown[]) => number;

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_cares_wrap(current: () => uv_loop | null, names: () => Names): void {
  const cares = binding('cares_wrap');
  const { getaddrinfo, getnameinfo } = cares as unknown as Record<string, Native>;
  const answer = (req: LookupRequest, loop: uv_loop, ...values: [number | string | null, ...unknown[]]) => {
    const resource = new AsyncResource('GETADDRINFOREQWRAP');
    new uv_req(loop, () => resource.runInAsyncScope(() => req.oncomplete(...values))).done_later(0);
    return 0;
  };
  /** The address of a name comes in a later round of the loop; undefined: there is none. */
  const find = (loop: uv_loop, name: string, found: (address: string | undefined) => void): 0 => {
    const { table, lookup } = names();
    const known = address_of(name, table);
    const told = AsyncResource.bind(found);
    if (known !== undefined || lookup === null) new uv_req(loop, () => told(known)).done_later(0);
    else
      void ask_host(loop.machine.world, 'dns.lookup', () => lookup(name)).then(
        (address) => found(address ?? undefined),
        () => found(undefined),
      );
    return 0;
  };

  cares['getaddrinfo'] = (req: LookupRequest, name: string, family: number, ...more: unknown[]) => {
    const loop = current();
    if (loop === null) return getaddrinfo!(req, name, family, ...more);
    return find(loop, name, (address) => {
      if (address === undefined) req.oncomplete(EAI_NONAME);
      else if (family === IPV6) req.oncomplete(EAI_FAMILY);
      else req.oncomplete(null, [address]);
    });
  };
  cares['getnameinfo'] = (req: LookupRequest, address: string, port: number) => {
    const loop = current();
    if (loop === null) return getnameinfo!(req, address, port);
    const [name] = Object.entries(names().table).find(([, one]) => one === address) ?? [];
    return answer(req, loop, null, name ?? (address === '127.0.0.1' ? 'localhost' : address), String(port));
  };
  const channel = cares.ChannelWrap.prototype;
  for (const method of Object.getOwnPropertyNames(channel).filter((name) => name.startsWith('query'))) {
    const native = channel[method] as Native;
    channel[method] = function (this: unknown, req: LookupRequest, name: string, ...more: unknown[]) {
      const loop = current();
      if (loop === null) return native.call(this, req, name, ...more);
      return find(loop, name, (address) => {
        if (address === undefined) req.oncomplete(ENOTFOUND);
        else if (method === 'queryA') req.oncomplete(null, [address], [0]);
        else req.oncomplete(ENODATA);
      });
    };
  }
}

function address_of(name: string, hosts: HostsTable): string | undefined {
  if (parseAddress(name) !== null && name !== 'localhost') return name;
  return Object.hasOwn(hosts, name) ? hosts[name] : name === 'localhost' ? '127.0.0.1' : undefined;
}
