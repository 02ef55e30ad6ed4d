/** The worker in which the command line runs its machine. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { inspect } from 'node:util';
import { workerData } from 'node:worker_threads';
import {
  boot,
  ConfigError,
  frame_bytes,
  installGlobals,
  loadProgram,
  parseConfig,
  pcapngHeader,
  pcapngPacket,
  ProgramError,
  runProgram,
  TRACEPOINT_NAMES,
  type Machine,
} from '../../stack/index.ts';
import { BOOT_REAL_MS, formatHit } from '../../stack/trace/format.ts';
import { blankTypes } from '../blankTypes.ts';
import type { CliArguments } from './arguments.ts';

const options = workerData as CliArguments;
try {
  process.exitCode = await run(options);
} catch (error) {
  // What the user can mend is said in a line; anything else is our fault and shows where.
  const expected = error instanceof ConfigError || error instanceof ProgramError;
  process.stderr.write(`sockscope: ${expected ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}

async function run({ file, pcap, trace, seed, sysctl, nic }: CliArguments): Promise<number> {
  const machine = boot(parseConfig({ seed, sysctl, nic }, 'sockscope'));
  machine.output = (stream, text) => void process[stream].write(text);
  installTrace(machine, trace);
  const capture = pcap === undefined ? null : await openCapture(machine, pcap);
  installGlobals(machine);
  const program = await loadProgram(machine, file, blankTypes);
  const result = await runProgram(machine, program);
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
function installTrace(machine: Machine, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const names = TRACEPOINT_NAMES.filter((name) => expression.test(name));
    if (names.length === 0) {
      throw new ConfigError(
        `--trace ${pattern}: no such tracepoint (there are ${TRACEPOINT_NAMES.join(', ')})`,
      );
    }
    machine.tracer.onHit(names, (hit) => process.stdout.write(`${formatHit(hit)}\n`));
  }
}

/** Write every frame to a file as it is sent. */
async function openCapture(machine: Machine, path: string): Promise<WriteStream> {
  const stream = createWriteStream(path);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(new ConfigError(`--pcap ${path}: ${error.message}`)));
  });
  stream.write(pcapngHeader('lo'));
  machine.capture = {
    sent(frame) {
      const bytes = frame_bytes(frame);
      stream.write(
        pcapngPacket(
          BigInt(BOOT_REAL_MS) * 1_000_000n + BigInt(Math.round(machine.time_ns)),
          bytes,
          bytes.length,
        ),
      );
    },
    received() {},
    lost() {},
  };
  return stream;
}
