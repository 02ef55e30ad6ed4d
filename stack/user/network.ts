/**
 * The hosts that a scenario defines, and the wire between them: `export const network = { hosts: { … }, wire:
 * { … } }`.
 */
import { boot_machine } from '../boot.ts';
import { ConfigError, type NicConfig, parseWire } from '../config.ts';
import { ethernet_kind } from '../drivers/net/vnic/kinds.ts';
import { vnic_probe } from '../drivers/net/vnic/vnic_main.ts';
import type { Machine } from '../machine.ts';
import { dev_open } from '../net/core/dev/register.ts';
import { inet_rtm_newaddr } from '../net/ipv4/devinet.ts';
import { EthernetWire } from '../wire/ethernet.ts';
import type { World } from '../world/world.ts';
import { parseAddress } from './addresses.ts';
import { ProgramError } from './program_error.ts';

interface Host {
  name: string;
  /** Host order. */
  address: number;
  prefix: number;
  /** Names of the processes that run on the host; if empty, the process with the host's name. */
  processes: readonly string[];
}
interface Network {
  hosts: readonly Host[];
  wire: NicConfig;
}

/** @throws ProgramError that tells what is expected */
export function parse_network(value: unknown, file: string): Network | null {
  if (value === undefined) return null;
  const fail = (message: string): never => {
    throw new ProgramError(`${file}: network${message}`, { file });
  };
  const object = (what: unknown, name: string): Record<string, unknown> =>
    typeof what === 'object' && what !== null && !Array.isArray(what)
      ? (what as Record<string, unknown>)
      : fail(`${name} must be an object`);
  const network = object(value, '');
  for (const key of Object.keys(network))
    if (key !== 'hosts' && key !== 'wire') fail(`.${key} is not known: use hosts and wire`);
  const hosts = Object.entries(object(network['hosts'], '.hosts')).map(([name, given]): Host => {
    const host = object(given, `.hosts.${name}`);
    for (const key of Object.keys(host))
      if (key !== 'address' && key !== 'processes')
        fail(`.hosts.${name}.${key} is not known: use address and processes`);
    const match = typeof host['address'] === 'string' ? /^(.+)\/(\d+)$/.exec(host['address']) : null;
    const address = match === null ? null : parseAddress(match[1]!);
    const prefix = Number(match?.[2]);
    if (address === null || !(prefix >= 1 && prefix <= 30))
      fail(`.hosts.${name}.address must be an address with its prefix, such as '10.0.0.1/24'`);
    const processes: unknown = host['processes'] ?? [name];
    if (!Array.isArray(processes) || !processes.every((one) => typeof one === 'string'))
      fail(`.hosts.${name}.processes must be a list of names of exported functions`);
    return { name, address: address!, prefix, processes: processes as string[] };
  });
  if (hosts.length < 2) fail('.hosts must name at least two hosts: with one there is no wire');
  try {
    return { hosts, wire: parseWire(network['wire'], 'wire') };
  } catch (error) {
    if (error instanceof ConfigError) return fail(`.${error.message}`);
    throw error;
  }
}

/** Boot the hosts and connect them to one Ethernet wire. The world's first machine becomes the first host. */
export function build_network(world: World, network: Network | null): void {
  if (network === null) return;
  const wire = new EthernetWire(world, 'ethernet', network.wire);
  const [first] = world.machines;
  network.hosts.forEach(({ name, address, prefix, processes }, index) => {
    const machine = index === 0 ? first! : boot_machine(world, { ...first!.config, hostname: name });
    machine.hostname = name;
    machine.processes = processes;
    const eth0 = vnic_probe(machine.init_net, network.wire, ethernet_kind('eth0', wire.plug()));
    dev_open(eth0);
    inet_rtm_newaddr(eth0, address, prefix);
  });
}

/** The machine of a process: the host that lists it, otherwise the first. */
export function machine_of(world: World, process: string): Machine {
  return world.machines.find(({ processes }) => processes.includes(process)) ?? world.machines[0]!;
}
