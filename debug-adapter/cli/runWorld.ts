/** The command line's world, in a thread of its own. */
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { workerData } from 'node:worker_threads';
import {
  boot,
  ConfigError,
  type ForwardedPort,
  frame_bytes,
  installConsole,
  loadPrograms,
  parseConfig,
  parsePorts,
  PcapngWriter,
  type Program,
  ProgramError,
  runProgram,
  TRACEPOINT_NAMES,
  type World,
} from '../../stack/index.ts';
import { BOOT_REAL_MS, formatHit } from '../../stack/trace/format.ts';
import { sourceTools } from '../sources.ts';
import { HostPort } from '../worker/hostPort.ts';
import { openOutside } from '../worker/outside.ts';
import { type CliArguments, type CliWorkerData, UsageError } from './arguments.ts';
import { failureText, topLevelFailureText } from './failure.ts';

const { options, hostPort } = workerData as CliWorkerData;
// Stacks are deep: from the driver down to the scenario.
Error.stackTraceLimit = 64;
try {
  const code = await run(options);
  // A program may have set its own.
  if (code !== 0) process.exitCode = code;
} catch (error) {
  // Errors that the user can fix are reported in one line; any other is a defect, and its stack is shown.
  const expected = error instanceof UsageError || error instanceof ProgramError;
  process.stderr.write(`sockscope: ${expected ? error.message : inspect(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(options: CliArguments): Promise<number> {
  const world = bootWorld(options);
  const write = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  world.output = (stream, text) => void write[stream](text);
  installConsole(world);
  installTrace(world, options.trace);
  const capture = options.pcap === undefined ? null : await openCapture(world, options.pcap);
  const program = await load(world, options);
  if (program === null) return 1;
  const result = await runProgram(world, program);
  if (capture !== null) await new Promise<void>((resolve) => capture.end(() => resolve()));
  for (const { name, pid, error } of result.failed) {
    process.stderr.write(`sockscope: ${name} (pid ${pid}) threw: ${failureText(error)}\n`);
  }
  for (const { name, pid, syscall } of result.asleep) {
    process.stderr.write(
      `sockscope: ${name} (pid ${pid}) still sleeps in ${syscall || 'a promise'}: nothing is left to wake it\n`,
    );
  }
  return result.exitCode;
}

/** @throws UsageError that names the option as it is typed: `--nic loss` for the attribute nic.loss */
function bootWorld({ seed, sysctl, nic, interfaces }: CliArguments): World {
  try {
    const { world } = boot(parseConfig({ seed, sysctl, nic, interfaces }));
    openOutside(world);
    return world;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`--${optionOf(error.path)} ${error.complaint}`);
  }
}
/** `interface eth0 loss` for the attribute interfaces.eth0.wire.loss */
function optionOf(path: readonly string[]): string {
  return path
    .filter((key, index) => !(path[0] === 'interfaces' && index > 1 && key === 'wire'))
    .join(' ')
    .replace(/^interfaces/, 'interface');
}

/** @throws UsageError */
function forwarded(ports: CliArguments['ports']): ForwardedPort[] {
  try {
    return parsePorts(ports, 'port');
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(`--${error.message}`) : error;
  }
}

/** @returns null if the program's top level threw, which is then reported */
async function load(world: World, { files, args, ports, outside }: CliArguments): Promise<Program | null> {
  try {
    return await loadPrograms(
      world,
      files.map((file) => ({ file, args: file === files.at(-1) ? args : [] })),
      sourceTools,
      { ports: forwarded(ports), outside, host: new HostPort(hostPort) },
    );
  } catch (error) {
    if (error instanceof ProgramError || error instanceof UsageError) throw error;
    process.stderr.write(`sockscope: ${topLevelFailureText(error, path.resolve(files[0]!))}\n`);
    return null;
  }
}

/** Print the tracepoints that match one of the patterns. */
function installTrace(world: World, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const names = TRACEPOINT_NAMES.filter((name) => expression.test(name));
    if (names.length === 0) {
      throw new UsageError(
        `--trace ${pattern}: no such tracepoint (there are ${TRACEPOINT_NAMES.join(', ')})`,
      );
    }
    world.tracer.onHit(names, (hit) => process.stdout.write(`${formatHit(hit)}\n`));
  }
}

/** Write every frame to a file as it is sent. */
async function openCapture(world: World, file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(new UsageError(`--pcap ${file}: ${error.message}`)));
  });
  const writer = new PcapngWriter();
  stream.write(writer.header('lo'));
  world.capture = {
    sent(frame, { machine, name }) {
      const bytes = frame_bytes(frame);
      const realTimeNs = BigInt(BOOT_REAL_MS) * 1_000_000n + BigInt(Math.round(world.time_ns));
      const interfaceName = world.machines.length === 1 ? name : `${machine.hostname} ${name}`;
      stream.write(writer.packet({ interfaceName, realTimeNs, bytes, length: bytes.length }));
    },
    received() {},
    lost() {},
  };
  return stream;
}
