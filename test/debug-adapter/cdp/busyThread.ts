/**
 * Listens to a worker's inspector while this thread is busy, and prints what has come when. A program of its own: once a
 * process listens, each worker that it starts waits at its beginning for a debugger.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { CdpClient } from '../../../debug-adapter/cdp/cdpClient.ts';

/** Each evaluation is a script, and each script an event. */
const TALKATIVE = `
  const end = Date.now() + 400;
  for (let i = 0; Date.now() < end; i++) (0, eval)('//# sourceURL=talk-' + i);
`;
/** The thread that listens is busy for so long. */
const BUSY_MS = 150;

/** What is printed, as JSON. */
export interface Heard {
  /** Events that were handled in the middle of other code. */
  whileBusy: number;
  /** Those that came meanwhile, and were handled afterwards. */
  afterwards: number;
}

/** Work of many calls: V8 looks for interrupts at each. */
function busyUntil(end: number): number {
  return Date.now() < end ? 1 + busyUntil.name.length : 0;
}

const worker = new Worker(TALKATIVE, { eval: true });
const client = new CdpClient(worker.threadId);
let busy = false;
let whileBusy = 0;
let events = 0;
client.on('Debugger.scriptParsed', () => {
  events++;
  if (busy) whileBusy++;
});
await client.ready;
await Promise.all([client.send('Debugger.enable'), client.send('Runtime.runIfWaitingForDebugger')]);
while (events < 10) await sleep(1);
const before = events;
busy = true;
const end = Date.now() + BUSY_MS;
while (busyUntil(end) !== 0);
busy = false;
while (events === before) await sleep(1);
const heard: Heard = { whileBusy, afterwards: events - before };
console.log(JSON.stringify(heard));
await worker.terminate();
