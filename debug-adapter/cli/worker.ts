/** The worker in which the command line runs its world. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { inspect } from 'node:util';
import { workerData } from 'node:worker_threads';
import {
  boot,
  ConfigError,
  frame_bytes,
  installConsole,
  installGlobals,
  loadProgram,
  parseConfig,
  PcapngWriter,
  ProgramError,
  runProgram,
  TRACEPOINT_NAMES,
  type World,
} from '../../stack/index.ts';
import { BOOT_REAL_MS, formatHit } from '../../stack/trace/format.ts';
import { sourceTools } from '../sources.ts';
import type { CliArguments } from './arguments.ts';

const options = workerData as CliArguments;
// Stacks are deep: from the driver down to the scenario.
Error.stackTraceLimit = 64;
try {
  const code = await run(options);
  // A program may have set its own.
  if (code !== 0) process.exitCode = code;
} catch (error) {
  // Errors that the user can fix are reported in one line; any other is a defect, and its stack is shown.
  const expected = error instanceof ConfigError || error instanceof ProgramError;
  process.stderr.write(`sockscope: ${expected ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}

async function run({ file, pcap, trace, seed, sysctl, nic }: CliArguments): Promise<number> {
  const { world } = boot(parseConfig({ seed, sysctl, nic }, 'sockscope'));
  const write = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  world.output = (stream, text) => void write[stream](text);
  installConsole(world);
  installTrace(world, trace);
  const capture = pcap === undefined ? null : await openCapture(world, pcap);
  const program = await loadProgram(world, file, sourceTools);
  installGlobals(world);
  const result = await runProgram(world, program);
  if (capture !== null) await new Promise<void>((resolve) => capture.end(() => resolve()));
  for (const { name, pid, error } of result.failed) {
    process.stderr.write(`sockscope: ${name} (pid ${pid}) threw: ${inspect(error)}\n`);
  }
  for (const { name, pid, syscall } of result.asleep) {
    process.stderr.write(
      `sockscope: ${name} (pid ${pid}) still sleeps in ${syscall || 'a promise'}: nothing is left to wake it\n`,
    );
  }
  return result.failed.length > 0 ? 1 : 0;
}

/** Print the tracepoints that match one of the patterns. */
function installTrace(world: World, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const names = TRACEPOINT_NAMES.filter((name) => expression.test(name));
    if (names.length === 0) {
      throw new ConfigError(
        `--trace ${pattern}: no such tracepoint (there are ${TRACEPOINT_NAMES.join(', ')})`,
      );
    }
    world.tracer.onHit(names, (hit) => process.stdout.write(`${formatHit(hit)}\n`));
  }
}

/** Write every frame to a file as it is sent. */
async function openCapture(world: World, path: string): Promise<WriteStream> {
  const stream = createWriteStream(path);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(new ConfigError(`--pcap ${path}: ${error.message}`)));
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
