/**
 * Runs a scenario on a machine with a wire to a real kernel, and tells at the end what is left of it; run in a
 * process of its own: machine.js FILE CONFIG [replay]. With `replay` the run is repeated from its log, without
 * the real kernel and its clock, and compared.
 */
import {
  boot,
  loadProgram,
  parseConfig,
  runProgram,
  TRACEPOINT_NAMES,
  World,
  type InputEntry,
} from '../../../stack/index.ts';
import { proc_net } from '../../../stack/net/ipv4/proc.ts';
import { formatHit } from '../../../stack/trace/format.ts';
import { openOutside } from '../../../debug-adapter/worker/outside.ts';
import { sourceTools } from '../../../debug-adapter/sources.ts';

/** What is told at the end, as JSON in the last line. */
export interface Report {
  /** Errors of processes. */
  failed: string[];
  /** The tables of /proc/net/tcp and /proc/net/udp, without their headings. */
  sockets: string[];
  /** /proc/net/sockstat */
  sockstat: string;
  /** The events of the run, and the first that was different in the replay, if any. */
  events: number;
  difference?: string | undefined;
}

const [file, config, replay] = process.argv.slice(2);

async function run(
  log: readonly InputEntry[] | null,
): Promise<{ world: World; failed: string[]; trace: string[] }> {
  const { world } = boot(parseConfig(JSON.parse(config!), 'config'));
  const trace: string[] = [];
  if (replay !== undefined)
    world.tracer.onHit(TRACEPOINT_NAMES, (hit) => trace.push(`${hit.event} ${formatHit(hit)}`));
  if (log === null) openOutside(world);
  else world.inputs.replay(log);
  const program = await loadProgram(world, file!, sourceTools);
  const { failed } = await runProgram(world, program);
  return { world, trace, failed: failed.map(({ error }) => (error as Error).stack ?? String(error)) };
}

const { world, failed, trace } = await run(null);
const { init_net } = world.machines[0]!;
const report: Report = {
  failed,
  sockets: ['tcp', 'udp'].flatMap((name) => proc_net(init_net, name)!.trimEnd().split('\n').slice(1)),
  sockstat: proc_net(init_net, 'sockstat')!,
  events: world.event,
};
if (replay !== undefined) {
  const again = await run(structuredClone(world.inputs.log));
  const at = trace.findIndex((line, i) => line !== again.trace[i]);
  if (at >= 0) report.difference = `${trace[at]} | ${again.trace[at]}`;
  else if (again.world.event !== world.event) report.difference = `${again.world.event} events`;
}
console.log(`\n${JSON.stringify(report)}`);
