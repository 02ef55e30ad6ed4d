/**
 * The machine's thread: boots, loads the scenario, runs it, and reports the result. The debugger observes it
 * from outside.
 */
import { errorText } from '../../language/userError.ts';
import type { Tell } from '../inspect/breakpoints.ts';
import { english, translator, type Translate } from '../../language/message.ts';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setImmediate as hostTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { MessagePort } from 'node:worker_threads';
import {
  boot_machine,
  installConsole,
  loadPrograms,
  ProgramError,
  parseConfig,
  runProgram,
  World,
  type Program,
  type SourcePlace,
} from '../../stack/index.ts';
import type { CaptureSink } from '../../stack/capture/capture.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { RingWriter } from '../../stack/trace/ring.ts';
import { Agent } from '../inspect/agent.ts';
import { isScenario } from '../inspect/codeKinds.ts';
import { readInputs } from '../inspect/inputText.ts';
import { KernelNames, type KernelModule } from '../inspect/kernelNames.ts';
import { parseStack } from '../inspect/stackText.ts';
import { Farewell } from '../inspect/farewell.ts';
import { UsedScopes } from '../inspect/usedScopes.ts';
import { NameWriter } from '../recording/nameTable.ts';
import { Recorder } from '../recording/recorder.ts';
import { whereAddressed } from '../recording/passing.ts';
import { RecordWriter } from '../recording/recordWriter.ts';
import { Sampler } from '../recording/sampler.ts';
import { StepRecorder } from '../recording/stepRecorder.ts';
import type { ValueTracker } from '../recording/valueTracker.ts';
import { NodeThread } from '../../stack/node/thread.ts';
import type { SourceTools } from '../../stack/user/program.ts';
import {
  AGENT,
  type BootConfig,
  type FromWorker,
  type RecordingMemory,
  type RunEnd,
  type Shared,
  type ToWorker,
} from './channel.ts';
import type { Creations } from './creations.ts';
import type { Instrumentation } from './instrumentation.ts';
import { DebuggerScope } from './debuggerScope.ts';
import { HostPort } from './hostPort.ts';
import { openOutside } from './outside.ts';
import { Realm } from './realm.ts';
import { Records } from './records.ts';

/** Stacks are deep: from the driver down to the scenario. */
const STACK_FRAMES = 64;

type Send = (message: FromWorker) => void;

interface Running {
  t: Translate;
  world: World;
  agent: Agent;
  records: Records;
  boot: BootConfig;
  hostPort: MessagePort;
  program?: Program;
}

/** What serves one machine of the thread after the other. */
interface Lasting {
  /** What the modules' loading has added to them. */
  creations: Creations;
  instrumentation: Instrumentation;
  scopes: UsedScopes;
}
function start(
  boot: BootConfig,
  shared: Shared,
  kernel: KernelNames,
  lasting: Lasting,
  t: Translate,
  send: Send,
): Running {
  const settings = parseConfig(boot.config, 'launch');
  const world = new World(settings.seed, shared.currentPid);
  world.faults = settings.faults ?? [];
  if (boot.replay === undefined) openOutside(world);
  else world.inputs.replay(readInputs(boot.replay));
  world.program_files.give(boot.files ?? []);
  boot_machine(world, settings);
  Error.stackTraceLimit = STACK_FRAMES;
  const scope = new DebuggerScope(world, kernel, () => {
    send({ type: 'exits' });
    new Farewell(shared.farewell).hear();
  });
  scope.install();
  const tell: Tell = (text, isError) => records.output(isError ? 'important' : 'console', `${text}\n`);
  const agent = new Agent(world, kernel, scope, shared, lasting, tell, t);
  const records: Records = new Records(new RingWriter(shared.ring), world, agent.packets);
  if (isTold(boot)) {
    agent.keepStacks();
    agent.why.values = record(world, records, shared.recording);
  }
  const running: Running = { t, world, agent, records, boot, hostPort: shared.hostPort };
  world.on_uncaught = (task, error) => uncaught(running, task, error);
  // Not enumerable, so that no other code in this thread notices it.
  Object.defineProperty(globalThis, Symbol.for(AGENT), { value: agent, configurable: true });
  return running;
}

/** What a run repeats was recorded and told when it happened first, unless that was in another session. */
function isTold({ replay, isTold: wanted }: BootConfig): boolean {
  return replay === undefined || wanted === true;
}

/**
 * Write down what happens, and what the program says.
 *
 * @returns what notes why the values of connections change
 */
function record(
  world: World,
  records: Records,
  { sequence, samples, steps, names }: RecordingMemory,
): ValueTracker {
  const nameWriter = new NameWriter(names);
  const values = records.tellCauses(nameWriter);
  const writer = (ring: SharedArrayBuffer) => new RecordWriter(world, new RingWriter(ring), nameWriter);
  const recorder = new Recorder(world, writer(sequence));
  world.capture = whereAddressed(world, allOf([records, recorder, new StepRecorder(world, writer(steps))]));
  records.onSaid = (stream, text, place) => recorder.said(stream, text, place);
  new Sampler(world, writer(samples));
  world.output = (stream, text) => {
    const place = parseStack(new Error().stack ?? '').find(({ url }) => isScenario(url));
    records.output(stream, text, place);
  };
  return values;
}

/** A world has one capture; here several listen. */
function allOf(sinks: readonly CaptureSink[]): CaptureSink {
  return {
    sent: (frame, port) => {
      for (const sink of sinks) sink.sent(frame, port);
    },
    received: (frame, port) => {
      for (const sink of sinks) sink.received(frame, port);
    },
    lost: (frame, reason, ring) => {
      for (const sink of sinks) sink.lost(frame, reason, ring);
    },
  };
}

/** An error's text with the places in the scenario where it originates. */
function failureText(agent: Agent, error: unknown): string {
  const head = error instanceof Error ? `${error.name}: ${error.message}` : `${inspect(error)} was thrown`;
  const places = agent.stops
    .placesOf(error)
    .map(({ name, url, line, column }) => `\n    at ${name} (${pathOf(url)}:${line}:${column})`);
  return head + places.join('');
}
function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

/** A process has thrown: report it at once; the debugger may stop there. */
function uncaught({ t, agent, records, boot }: Running, task: task_struct, error: unknown): void {
  if (isTold(boot)) {
    const [place] = agent.stops.placesOf(error);
    const text = `${t('{0} failed: {1}', `${task.comm} [pid ${task.pid}]`, failureText(agent, error))}\n`;
    records.output('stderr', text, place);
  }
  agent.stops.uncaught(task, error);
}

/** Where the first process begins: a function for V8 to find, or a file. */
function entryOf({ processes: [first] }: Program): unknown {
  const { entry } = first!;
  return 'main' in entry ? entry.main : pathToFileURL(entry.file).href;
}

/** What all machines of a thread have, one after the other. */
interface OfThread {
  /** Its modules of Node. */
  node: NodeThread;
  realm: Realm;
}

async function load(
  running: Running,
  tools: Promise<SourceTools>,
  { node, realm }: OfThread,
  send: Send,
): Promise<void> {
  installConsole(running.world);
  running.program = await loadPrograms(running.world, running.boot.programs, await tools, {
    ...running.boot,
    host: running.boot.replay === undefined ? new HostPort(running.hostPort) : null,
    node,
  });
  // The thread of a first run ends with it.
  if (node.is_adapted && running.boot.replay !== undefined) realm.rememberModules(node.exports());
  Object.assign(running.agent, { entry: entryOf(running.program) });
  send({ type: 'loaded', processes: running.program.processes.map(({ name }) => name) });
}

async function run(running: Running, send: Send): Promise<void> {
  const { failed, asleep, exitCode } = await runProgram(
    running.world,
    running.program!,
    () => running.agent.isLeft,
  );
  if (running.agent.isLeft) return;
  running.agent.tracing.finish();
  const end: RunEnd = { failed: failed.length, asleep, exitCode: Number(process.exitCode ?? exitCode) };
  send({ type: 'ended', end });
}

/** Take the machine out of the thread, once its code does not run any more. @returns whether nothing of it is left */
async function leave({ world, agent, hostPort }: Running, realm: Realm): Promise<boolean> {
  agent.end();
  hostPort.close();
  for (const end of world.at_end) end();
  // The host's event loop closes what stood for sockets, at the end of a turn.
  await hostTurn();
  await hostTurn();
  return !world.realm_is_spent && realm.restore();
}

/** The place of an error in the program, if known. */
function placeOf(error: unknown): SourcePlace | undefined {
  if (error instanceof ProgramError) return error.place;
  const [top] =
    error instanceof Error ? parseStack(error.stack ?? '').filter(({ url }) => isScenario(url)) : [];
  return top === undefined ? undefined : { file: pathOf(top.url), line: top.line, column: top.column };
}

/** Process the adapter's messages one after the other. */
export function serve(
  port: MessagePort,
  tools: Promise<SourceTools>,
  modules: readonly KernelModule[],
  creations: Creations,
  instrumentation: Instrumentation,
): void {
  const kernel = new KernelNames(modules);
  const ofThread = { node: new NodeThread(), realm: new Realm() };
  const lasting = { creations, instrumentation, scopes: new UsedScopes() };
  const send: Send = (message) => port.postMessage(message);
  let running: Running;
  /** Settles when the program does not run any more. */
  let over: Promise<void> = Promise.resolve();
  let t = english;
  const obey = async (message: ToWorker): Promise<void> => {
    switch (message.type) {
      case 'boot':
        t = translator(message.boot.bundle);
        creations.begin();
        running = start(message.boot, message.shared, kernel, lasting, t, send);
        return send({ type: 'booted' });
      case 'load':
        return load(running, tools, ofThread, send);
      case 'run':
        return (over = run(running, send));
      case 'leave':
        await over;
        return send({
          type: 'left',
          event: running.world.event,
          isAsBefore: await leave(running, ofThread.realm),
        });
      case 'end':
        return;
    }
  };
  port.on('message', (message: ToWorker) => {
    obey(message).catch((error: unknown) =>
      send({ type: 'failed', message: errorText(t, error), place: placeOf(error) }),
    );
  });
  send({ type: 'ready' });
}
