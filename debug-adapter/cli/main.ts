/**
 * `npm run -s sockscope -- run FILE`: runs programs in a worker and passes its output through. Exits with 1
 * when one throws, with 2 for invalid arguments, and as other programs do when nobody reads its output.
 */
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { hostSockets } from '../hostSockets.ts';
import {
  type CliArguments,
  type CliWorkerData,
  isHelp,
  parseArguments,
  USAGE,
  UsageError,
} from './arguments.ts';
import { EARLY_OPTIMIZATION, MACHINE_FLAGS, machineLimits } from '../worker/thread.ts';
import { topLevelFailureText } from './failure.ts';

/** The exit code that shells show for a program that SIGPIPE has ended. */
const ENDED_BY_SIGPIPE = 141;

/** Commands other than `run`: each gives its exit code. */
const COMMANDS: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  replay: async () => (await import('./replay.ts')).replay,
  explore: async () => (await import('./explore.ts')).explore,
  merge: async () => (await import('./merge.ts')).merge,
};

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(ENDED_BY_SIGPIPE);
  });

try {
  const [command, ...rest] = process.argv.slice(2);
  const other = command === undefined || rest.some(isHelp) ? undefined : COMMANDS[command];
  if (other !== undefined) process.exitCode = await (await other())(rest);
  else {
    const parsed = parseArguments(process.argv.slice(2));
    if (parsed === 'help') console.log(USAGE);
    else runInWorker(parsed);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`sockscope: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

function runInWorker(options: CliArguments): void {
  const hostPort = hostSockets();
  setFlagsFromString(EARLY_OPTIMIZATION);
  const worker = new Worker(new URL('./worker.ts'.replace(/ts$/, 'js'), import.meta.url), {
    workerData: { options, hostPort } satisfies CliWorkerData,
    transferList: [hostPort],
    execArgv: [...MACHINE_FLAGS],
    resourceLimits: machineLimits(),
  });
  // What no process threw: code of the top level that runs later, and defects of the machine.
  worker.on('error', (error) => {
    console.error(`sockscope: ${topLevelFailureText(error, path.resolve(options.files[0]!))}`);
    process.exitCode = 1;
  });
  worker.on('exit', (code) => {
    if (code !== 0) process.exitCode = code;
  });
}
