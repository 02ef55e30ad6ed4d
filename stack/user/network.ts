/**
 * The hosts that a scenario defines, and the wire between them: `export const network = { hosts: { … }, wire:
 * { … } }`.
 */
import { boot_machine } from '../boot.ts';
import { ConfigError, parseWire, type WireConfig } from '../config.ts';
import { host_address } from '../interface_config.ts';
import { add_interface, ethernet_wire } from '../interfaces.ts';
import { formatAddress } from '../lib/format_address.ts';
import type { Machine } from '../machine.ts';
import type { World } from '../world/world.ts';
import { ProgramError } from './program_error.ts';
import { told, type Told } from '../lib/told.ts';

interface Host {
  name: string;
  /** Host order. */
  address: number;
  prefix: number;
  /** Names of the processes that run on the host. */
  processes: readonly string[];
  /** Whether the definition lists them; otherwise it is the process with the host's name. */
  lists_processes: boolean;
}
interface Network {
  hosts: readonly Host[];
  wire: WireConfig;
}

/** Reports what is wrong with the definition; the text begins with the place in it: `network.hosts.a …`. */
type Fail = (what: Told) => never;

/**
 * @param program_processes the names of the program's processes
 * @throws ProgramError that tells what is expected
 */
export function parse_network(
  value: unknown,
  file: string,
  program_processes: readonly string[],
): Network | null {
  if (value === undefined) return null;
  const fail: Fail = (what) => {
    throw new ProgramError(told('{0}: {1}', file, what), { file });
  };
  const object = (what: unknown, name: string): Record<string, unknown> =>
    typeof what === 'object' && what !== null && !Array.isArray(what)
      ? (what as Record<string, unknown>)
      : fail(told('{0} must be an object', name));
  const network = object(value, 'network');
  for (const key of Object.keys(network))
    if (key !== 'hosts' && key !== 'wire') fail(told('network.{0} is not known: use hosts and wire', key));
  const hosts = Object.entries(object(network['hosts'], 'network.hosts')).map(([name, given]): Host => {
    const host = object(given, `network.hosts.${name}`);
    for (const key of Object.keys(host))
      if (key !== 'address' && key !== 'processes')
        fail(told('network.hosts.{0}.{1} is not known: use address and processes', name, key));
    const found = host_address(host['address']);
    if ('problem' in found) return fail(told('network.hosts.{0}.address {1}', name, found.problem));
    const processes: unknown = host['processes'] ?? [name];
    if (!Array.isArray(processes) || !processes.every((one) => typeof one === 'string'))
      fail(told('network.hosts.{0}.processes must be a list of names of exported functions', name));
    return {
      name,
      ...found,
      processes: processes as string[],
      lists_processes: host['processes'] !== undefined,
    };
  });
  const wire = wire_of(network['wire'], fail);
  if (hosts.length < (wire.outside === null ? 2 : 1))
    fail(
      told(
        'network.hosts must name at least two hosts: with one there is no wire, unless it has the type "udp"',
      ),
    );
  refuse_shared_addresses(hosts, fail);
  refuse_wrong_processes(hosts, program_processes, fail);
  return { hosts, wire };
}

function wire_of(given: unknown, fail: Fail): WireConfig {
  try {
    return parseWire(given, 'wire');
  } catch (error) {
    if (error instanceof ConfigError) return fail(told('network.{0}', error.said));
    throw error;
  }
}

function refuse_shared_addresses(hosts: readonly Host[], fail: Fail): void {
  const owners = new Map<number, string>();
  for (const { name, address } of hosts) {
    const owner = owners.get(address);
    if (owner !== undefined)
      fail(
        told(
          'network.hosts.{0}.address {1} is the address of {2} too: give each host its own',
          name,
          formatAddress(address),
          owner,
        ),
      );
    owners.set(address, name);
  }
}

/** Every process must exist and run on one host only, and every host must have one. */
function refuse_wrong_processes(
  hosts: readonly Host[],
  program_processes: readonly string[],
  fail: Fail,
): void {
  const there_are =
    program_processes.length === 0
      ? told('the program exports no async function')
      : told("the program's processes are {0}", program_processes.join(', '));
  const owners = new Map<string, string>();
  for (const { name, processes, lists_processes } of hosts) {
    if (lists_processes && processes.length === 0)
      fail(
        told('network.hosts.{0}.processes is empty: name the exported async functions that run there', name),
      );
    for (const process of processes) {
      if (!program_processes.includes(process))
        fail(
          lists_processes
            ? told(
                "network.hosts.{0}.processes names '{1}', which is no process: {2}",
                name,
                process,
                there_are,
              )
            : told(
                'network.hosts.{0} has no process: export an async function of that name, or list others in network.hosts.{0}.processes ({1})',
                name,
                there_are,
              ),
        );
      const owner = owners.get(process);
      if (owner !== undefined)
        fail(
          owner === name
            ? told("network.hosts.{0}.processes names '{1}' twice: a process runs once", name, process)
            : told(
                "network.hosts.{0} has the process '{1}', which runs on {2}: list each process on one host",
                name,
                process,
                owner,
              ),
        );
      owners.set(process, name);
    }
  }
}

/** Boot the hosts and connect them to one Ethernet wire. The world's first machine becomes the first host. */
export function build_network(world: World, network: Network | null, file: string): void {
  if (network === null) return;
  const [first] = world.machines;
  if ([...first!.init_net.dev_base.values()].some(({ name }) => name === 'eth0'))
    throw new ProgramError(
      told(
        '{0}: network gives each host an eth0, and the launch configuration has one too: name that one eth1',
        file,
      ),
      { file },
    );
  const wire = ethernet_wire(world, 'ethernet', network.wire);
  network.hosts.forEach(({ name, address, prefix, processes }, index) => {
    const machine =
      index === 0 ? first! : boot_machine(world, { ...first!.config, hostname: name, interfaces: [] });
    machine.hostname = name;
    machine.processes = processes;
    add_interface(machine, wire, { name: 'eth0', address, prefix, gateway: null, wire: network.wire });
  });
}

/** The machine of a process: the host that lists it, otherwise the first. */
export function machine_of(world: World, process: string): Machine {
  return world.machines.find(({ processes }) => processes.includes(process)) ?? world.machines[0]!;
}
