/**
 * The hosts that a scenario defines, and the wire between them: `export const network = { hosts: { … }, wire:
 * { … } }`.
 */
import { boot_machine } from '../boot.ts';
import { ConfigError, type NicConfig, parseWire } from '../config.ts';
import { ethernet_kind } from '../drivers/net/vnic/kinds.ts';
import { vnic_probe } from '../drivers/net/vnic/vnic_main.ts';
import { ipv4_is_loopback, ipv4_is_multicast, ipv4_is_zeronet } from '../include/uapi/linux/in.ts';
import { formatAddress } from '../lib/format_address.ts';
import { show_value as show } from '../lib/show_value.ts';
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
  /** Names of the processes that run on the host. */
  processes: readonly string[];
  /** Whether the definition lists them; otherwise it is the process with the host's name. */
  lists_processes: boolean;
}
interface Network {
  hosts: readonly Host[];
  wire: NicConfig;
}

/** Reports what is wrong with the definition; the message begins with the place in it: `.hosts.a …`. */
type Fail = (message: string) => never;

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
  const fail: Fail = (message) => {
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
    const { address, prefix } = host_address(host['address'], `.hosts.${name}.address`, fail);
    const processes: unknown = host['processes'] ?? [name];
    if (!Array.isArray(processes) || !processes.every((one) => typeof one === 'string'))
      fail(`.hosts.${name}.processes must be a list of names of exported functions`);
    return {
      name,
      address,
      prefix,
      processes: processes as string[],
      lists_processes: host['processes'] !== undefined,
    };
  });
  if (hosts.length < 2) fail('.hosts must name at least two hosts: with one there is no wire');
  refuse_shared_addresses(hosts, fail);
  refuse_wrong_processes(hosts, program_processes, fail);
  try {
    return { hosts, wire: parseWire(network['wire'], 'wire') };
  } catch (error) {
    if (error instanceof ConfigError) return fail(`.${error.message}`);
    throw error;
  }
}

/** 'ADDRESS/PREFIX' of a host: a unicast address that is neither its network's own nor its broadcast address. */
function host_address(given: unknown, place: string, fail: Fail): { address: number; prefix: number } {
  const match = typeof given === 'string' ? /^(.+)\/(\d+)$/.exec(given) : null;
  const address = match === null ? null : parseAddress(match[1]!);
  if (address === null)
    return fail(`${place} must be an address with its prefix, such as '10.0.0.1/24', got ${show(given)}`);
  const prefix = Number(match![2]);
  if (!(prefix >= 1 && prefix <= 30))
    fail(`${place} must have a prefix from 1 to 30, such as '10.0.0.1/24', got /${prefix}`);
  const refuse = (why: string) =>
    fail(
      `${place} must be an address that a host can have, such as '10.0.0.1/24': '${given as string}' ${why}`,
    );
  if (ipv4_is_zeronet(address)) refuse('is in 0.0.0.0/8, which means this network');
  if (ipv4_is_loopback(address)) refuse('is in 127.0.0.0/8, which never leaves its machine');
  if (ipv4_is_multicast(address)) refuse('is a multicast address');
  if (ipv4_is_reserved(address)) refuse('is in 240.0.0.0/4, which is reserved');
  const hosts_part = 0xffffffff >>> prefix;
  if ((address & hosts_part) === 0) refuse('is the address of the network itself');
  if ((address & hosts_part) >>> 0 === hosts_part) refuse('is the broadcast address of its network');
  return { address, prefix };
}

/** 240.0.0.0/4 */
function ipv4_is_reserved(address: number): boolean {
  return address >>> 28 === 15;
}

function refuse_shared_addresses(hosts: readonly Host[], fail: Fail): void {
  const owners = new Map<number, string>();
  for (const { name, address } of hosts) {
    const owner = owners.get(address);
    if (owner !== undefined)
      fail(
        `.hosts.${name}.address ${formatAddress(address)} is the address of ${owner} too: give each host its own`,
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
      ? 'the program exports no async function'
      : `the program's processes are ${program_processes.join(', ')}`;
  const owners = new Map<string, string>();
  for (const { name, processes, lists_processes } of hosts) {
    if (lists_processes && processes.length === 0)
      fail(`.hosts.${name}.processes is empty: name the exported async functions that run there`);
    for (const process of processes) {
      if (!program_processes.includes(process))
        fail(
          lists_processes
            ? `.hosts.${name}.processes names '${process}', which is no process: ${there_are}`
            : `.hosts.${name} has no process: export an async function of that name, or list others in .hosts.${name}.processes (${there_are})`,
        );
      const owner = owners.get(process);
      if (owner !== undefined)
        fail(
          owner === name
            ? `.hosts.${name}.processes names '${process}' twice: a process runs once`
            : `.hosts.${name} has the process '${process}', which runs on ${owner}: list each process on one host`,
        );
      owners.set(process, name);
    }
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
