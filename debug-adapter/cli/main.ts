/**
 * `npm run -s sockscope -- run FILE`: runs a scenario in a worker and passes its output through. Exits with 1
 * when the scenario throws, and with 2 for invalid arguments.
 */
import { Worker } from 'node:worker_threads';
import { parseArguments, USAGE, UsageError } from './arguments.ts';

try {
  const workerData = parseArguments(process.argv.slice(2));
  const worker = new Worker(new URL('./worker.ts'.replace(/ts$/, 'js'), import.meta.url), {
    workerData,
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
  });
  worker.on('error', (error) => {
    console.error(`sockscope: ${error.stack ?? error.message}`);
    process.exitCode = 1;
  });
  worker.on('exit', (code) => {
    if (code !== 0) process.exitCode = code;
  });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`sockscope: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
