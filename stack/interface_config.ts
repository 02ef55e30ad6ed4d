/** Configuration of a machine's Ethernet interfaces: the `interfaces` of a launch configuration. */
import {
  asObject,
  ConfigError,
  parseWire,
  refuseUnknown,
  show,
  type InterfaceConfig,
  type Path,
} from './config.ts';
import { ipv4_is_loopback, ipv4_is_multicast, ipv4_is_zeronet } from './include/uapi/linux/in.ts';
import { parseAddress } from './lib/parse_address.ts';
import { show_value } from './lib/show_value.ts';
import { told, type Told } from './lib/told.ts';

/** IFNAMSIZ, without the NUL. @linux include/uapi/linux/if.h */
const LONGEST_NAME = 15;

/** @param input interfaces by name @throws ConfigError */
export function parseInterfaces(input: unknown, path: Path): InterfaceConfig[] {
  return Object.entries(asObject(input, path)).map(([name, given]) =>
    parseInterface(name, given, [...path, name]),
  );
}

function parseInterface(name: string, given: unknown, path: Path): InterfaceConfig {
  if (!/^[a-z][\w.-]*$/i.test(name) || name.length > LONGEST_NAME || name === 'lo')
    throw new ConfigError(path, told('is no name for an interface: take eth0, eth1, …'));
  const object = asObject(given, path);
  refuseUnknown(object, ['address', 'gateway', 'wire'], path);
  const found = host_address(object['address']);
  if ('problem' in found) throw new ConfigError([...path, 'address'], found.problem);
  const wire = parseWire(object['wire'], ...path, 'wire');
  if (wire.outside === null)
    throw new ConfigError(
      [...path, 'wire'],
      told(
        'leads nowhere: give it {0}',
        '{ "type": "udp", "local": "127.0.0.1:7001", "remote": "127.0.0.1:7002" }',
      ),
    );
  return {
    name,
    ...found,
    gateway: parseGateway(object['gateway'], found, [...path, 'gateway']),
    wire,
  };
}

/** The next hop must be another host of the interface's network. */
function parseGateway(
  value: unknown,
  { address, prefix }: { address: number; prefix: number },
  path: Path,
): number | null {
  if (value === undefined) return null;
  const gateway = typeof value === 'string' ? parseAddress(value) : null;
  const isThere = gateway !== null && gateway !== address && (gateway ^ address) >>> (32 - prefix) === 0;
  if (!isThere)
    throw new ConfigError(
      path,
      told(
        'must be the address of another host in the interface\'s network, such as "10.9.0.2", got {0}',
        show(value),
      ),
    );
  return gateway;
}

/**
 * Parse 'ADDRESS/PREFIX' of a host: a unicast address that is neither its network's own nor its broadcast
 * address.
 *
 * @returns what is wrong with it, to be read after its name
 */
export function host_address(given: unknown): { address: number; prefix: number } | { problem: Told } {
  const match = typeof given === 'string' ? /^(.+)\/(\d+)$/.exec(given) : null;
  const address = match === null ? null : parseAddress(match[1]!);
  if (address === null)
    return {
      problem: told("must be an address with its prefix, such as '10.0.0.1/24', got {0}", show_value(given)),
    };
  const prefix = Number(match![2]);
  if (!(prefix >= 1 && prefix <= 30))
    return { problem: told("must have a prefix from 1 to 30, such as '10.0.0.1/24', got /{0}", prefix) };
  const why = why_no_host(address, 0xffffffff >>> prefix);
  if (why === null) return { address, prefix };
  return {
    problem: told(
      "must be an address that a host can have, such as '10.0.0.1/24': '{0}' {1}",
      given as string,
      why,
    ),
  };
}

/** @param host_bits the part of the address that names the host, all ones */
function why_no_host(address: number, host_bits: number): Told | null {
  if (ipv4_is_zeronet(address)) return told('is in 0.0.0.0/8, which means this network');
  if (ipv4_is_loopback(address)) return told('is in 127.0.0.0/8, which never leaves its machine');
  if (ipv4_is_multicast(address)) return told('is a multicast address');
  if (address >>> 28 === 15) return told('is in 240.0.0.0/4, which is reserved');
  if ((address & host_bits) === 0) return told('is the address of the network itself');
  if ((address & host_bits) >>> 0 === host_bits) return told('is the broadcast address of its network');
  return null;
}
