/** Loads programs of any kind: one way for the debugger, the command line and tests. */
import path from 'node:path';
import { parseWire } from './config.ts';
import { Gateway, GATEWAY_ADDRESS } from './gateway/gateway.ts';
import type { ForwardedPort, HostSide } from './gateway/host_side.ts';
import { node_program, NodePrograms } from './node/program.ts';
import type { HostsTable, Names } from './node/cares_wrap.ts';
import { NodeThread } from './node/thread.ts';
import { formatAddress } from './lib/format_address.ts';
import { schedule_faults } from './user/faults.ts';
import { installGlobals } from './user/globals.ts';
import type { Program, ProgramKind, ProgramSpec, SourceTools } from './user/program.ts';
import { ProgramError } from './user/program_error.ts';
import { scenario } from './user/scenario.ts';
import type { ProgramFiles } from './world/program_files.ts';
import type { World } from './world/world.ts';
import { one_of, told } from './lib/told.ts';

/** The host computer's name for programs that can connect out. */
const HOST_NAME = 'host.internal';

/** What of the outside programs reach. */
export interface Surroundings {
  /** Addresses by name, for Node programs. */
  hosts?: HostsTable;
  /** Ports of the host that lead to the first machine. */
  ports?: readonly ForwardedPort[];
  /** Whether programs can connect out. */
  outside?: boolean;
  /** The host's sockets; null, as in a replay: the log has what they did. */
  host?: HostSide | null;
  /** Node's modules in this thread, where other worlds have run in it. */
  node?: NodeThread;
}

/**
 * Load programs with all their imports; they run together. When they are loaded, their machines exist,
 * external wires are connected, and this JavaScript realm (a worker, a process) has the world's globals: it must run only one world at a time.
 *
 * @throws ProgramError, ConfigError for a fault of a link that does not exist, or the error of what connects the world to the host
 */
export async function loadPrograms(
  world: World,
  specs: readonly ProgramSpec[],
  tools: SourceTools,
  { hosts = {}, ports = [], outside = false, host = null, node = new NodeThread() }: Surroundings = {},
): Promise<Program> {
  const given = specs.map((spec) => ({ ...spec, file: path.resolve(spec.file) }));
  const scenarios = given.filter(
    ({ file }) => kind_of(file, [scenario, node_program], world.program_files) === scenario,
  );
  const names: Names = outside
    ? {
        table: { [HOST_NAME]: formatAddress(GATEWAY_ADDRESS), ...hosts },
        // In a replay the log has the answers.
        lookup: async (name) => (host === null ? null : host.lookup(name)),
      }
    : { table: hosts, lookup: null };
  const node_programs = new NodePrograms(world, names, tools, node);
  const loaded = new Map<ProgramSpec, Program>();
  for (const spec of scenarios) loaded.set(spec, await scenario.load(world, spec, tools, node_programs));
  // The host's own sockets, before programs get the machine's under these names.
  await world.outside.connect();
  if (ports.length > 0 || outside) {
    const gateway = new Gateway(world, { ports, outside }, parseWire({}, 'outside'));
    if (host !== null) await gateway.open(host);
  }
  installGlobals(world);
  for (const spec of given) if (!loaded.has(spec)) loaded.set(spec, await node_programs.load(spec));
  schedule_faults(world, ['launch', 'faults']);
  return { processes: given.flatMap((spec) => loaded.get(spec)!.processes) };
}

function kind_of(file: string, kinds: readonly ProgramKind[], files: ProgramFiles): ProgramKind {
  const ending = path.extname(file);
  const possible = kinds.filter(({ endings }) => endings.includes(ending));
  if (possible.length === 0) {
    const known = kinds.map(({ name, endings }) => `${name} (${endings.join(', ')})`);
    throw new ProgramError(told('{0} is no program: use a {1}', file, one_of(known)), { file });
  }
  return possible.find((kind) => kind.recognizes(file, files)) ?? possible.at(-1)!;
}
