/** Configuration of what leads out of the world: the `type`, `local` and `remote` of a wire. */
import { ConfigError, show, type HostEndpoint, type Path, type UdpConfig } from './config.ts';
import { parseAddress } from './lib/parse_address.ts';
import { ipv4_is_loopback } from './include/uapi/linux/in.ts';
import { told } from './lib/told.ts';

export const OUTSIDE_KEYS = ['type', 'local', 'remote'] as const;

/** @returns null if the wire stays in the world @throws ConfigError */
export function parseOutside(wire: Record<string, unknown>, path: Path): UdpConfig | null {
  const { type } = wire;
  if (type === undefined) {
    const without = OUTSIDE_KEYS.find((key) => wire[key] !== undefined);
    if (without !== undefined)
      throw new ConfigError(
        [...path, without],
        told('needs a "type" beside it: "udp" is for a wire that leads out'),
      );
    return null;
  }
  if (type !== 'udp')
    throw new ConfigError(
      [...path, 'type'],
      told('must be "udp" (an Ethernet frame in each datagram), got {0}', show(type)),
    );
  const local = parseEndpoint(wire['local'], [...path, 'local']);
  const remote = parseEndpoint(wire['remote'], [...path, 'remote']);
  if (local.address === remote.address && local.port === remote.port)
    throw new ConfigError(
      [...path, 'remote'],
      told('must not be the local address, or each frame comes back: {0}', show(wire['remote'])),
    );
  return { type, local, remote };
}

/** 'ADDRESS:PORT' on the host's loopback: nothing outside of the host may put frames on the wire. */
function parseEndpoint(value: unknown, path: Path): HostEndpoint {
  const match = typeof value === 'string' ? /^(.+):(\d{1,5})$/.exec(value) : null;
  const address = match === null ? null : parseAddress(match[1]!);
  const port = Number(match?.[2]);
  if (address === null || !(port >= 1 && port <= 65535))
    throw new ConfigError(
      path,
      told('must be an address of this computer and a port, such as "127.0.0.1:7001", got {0}', show(value)),
    );
  if (!ipv4_is_loopback(address))
    throw new ConfigError(
      path,
      told(
        'must be on the loopback, such as "{0}": all who reach it can put frames on the wire, got {1}',
        `127.0.0.1:${port}`,
        show(value),
      ),
    );
  return { address: match![1] === 'localhost' ? '127.0.0.1' : match![1]!, port };
}
