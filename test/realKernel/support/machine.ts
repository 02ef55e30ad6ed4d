/**
 * Runs a scenario on a machine with a wire to a real kernel, and tells at the end what is left of it; run in a
 * process of its own: machine.js FILE CONFIG [replay]. With `replay` the run is repeated from its log, without
 * the real kernel and its clock, and compared.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  boot,
  installConsole,
  loadPrograms,
  parseConfig,
  runProgram,
  TRACEPOINT_NAMES,
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

/** One run, in a thread of its own. */
interface Task {
  file: string;
  config: string;
  /** Keep every event as text. */
  isTraced: boolean;
  /** The run to be repeated; null: a real one. */
  log: readonly InputEntry[] | null;
}
interface Result {
  report: Report;
  trace: string[];
  log: readonly InputEntry[];
}

async function run({ file, config, isTraced, log }: Task): Promise<Result> {
  const machine = boot(parseConfig(JSON.parse(config), 'config'));
  const { world, init_net } = machine;
  const trace: string[] = [];
  if (isTraced) world.tracer.onHit(TRACEPOINT_NAMES, (hit) => trace.push(`${hit.event} ${formatHit(hit)}`));
  installConsole(world);
  if (log === null) {
    openOutside(world);
    world.output = (_, text) => void writeSync(1, text);
  } else {
    world.inputs.replay(log);
  }
  const { failed } = await runProgram(world, await loadPrograms(world, [{ file }], sourceTools));
  const report: Report = {
    failed: failed.map(({ error }) => (error as Error).stack ?? String(error)),
    sockets: ['tcp', 'udp'].flatMap((name) => proc_net(init_net, name)!.trimEnd().split('\n').slice(1)),
    sockstat: proc_net(init_net, 'sockstat')!,
    events: world.event,
  };
  return { report, trace, log: world.inputs.log };
}

async function inThread(task: Task): Promise<Result> {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  const [result] = (await once(worker, 'message')) as [Result];
  return result;
}

if (isMainThread) {
  const [file, config, replay] = process.argv.slice(2);
  const task: Task = { file: file!, config: config!, isTraced: replay !== undefined, log: null };
  const { report, trace, log } = await inThread(task);
  if (replay !== undefined) {
    const again = await inThread({ ...task, log });
    const at = trace.findIndex((line, i) => line !== again.trace[i]);
    if (at >= 0) report.difference = `${trace[at]} | ${again.trace[at]}`;
    else if (again.report.events !== report.events) report.difference = `${again.report.events} events`;
  }
  console.log(`\n${JSON.stringify(report)}`);
} else {
  parentPort!.postMessage(await run(workerData as Task));
}
