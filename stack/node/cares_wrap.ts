/** Names of a Node program: they are looked up in the world's hosts table, never in the host's resolver. */
import { parseAddress } from '../lib/parse_address.ts';
import { binding } from './native.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';

/** IPv4 addresses by name. */
export type HostsTable = Readonly<Record<string, string>>;

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

export function install_cares_wrap(current: () => uv_loop | null, hosts: HostsTable): void {
  const cares = binding('cares_wrap');
  const { getaddrinfo, getnameinfo } = cares as unknown as Record<string, Native>;
  const answer = (req: LookupRequest, loop: uv_loop, ...values: [number | string | null, ...unknown[]]) => {
    new uv_req(loop, () => req.oncomplete(...values)).done_later(0);
    return 0;
  };

  cares['getaddrinfo'] = (req: LookupRequest, name: string, family: number, ...more: unknown[]) => {
    const loop = current();
    if (loop === null) return getaddrinfo!(req, name, family, ...more);
    const address = address_of(name, hosts);
    if (address === undefined) return answer(req, loop, EAI_NONAME);
    return family === IPV6 ? answer(req, loop, EAI_FAMILY) : answer(req, loop, null, [address]);
  };
  cares['getnameinfo'] = (req: LookupRequest, address: string, port: number) => {
    const loop = current();
    if (loop === null) return getnameinfo!(req, address, port);
    const [name] = Object.entries(hosts).find(([, one]) => one === address) ?? [];
    return answer(req, loop, null, name ?? (address === '127.0.0.1' ? 'localhost' : address), String(port));
  };
  const channel = cares.ChannelWrap.prototype;
  for (const method of Object.getOwnPropertyNames(channel).filter((name) => name.startsWith('query'))) {
    const native = channel[method] as Native;
    channel[method] = function (this: unknown, req: LookupRequest, name: string, ...more: unknown[]) {
      const loop = current();
      if (loop === null) return native.call(this, req, name, ...more);
      const address = address_of(name, hosts);
      if (address === undefined) return answer(req, loop, ENOTFOUND);
      return method === 'queryA' ? answer(req, loop, null, [address], [0]) : answer(req, loop, ENODATA);
    };
  }
}

function address_of(name: string, hosts: HostsTable): string | undefined {
  if (parseAddress(name) !== null && name !== 'localhost') return name;
  return Object.hasOwn(hosts, name) ? hosts[name] : name === 'localhost' ? '127.0.0.1' : undefined;
}
