import assert from 'node:assert/strict';
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

/** Work of many calls: V8 looks for interrupts at each. */
function busyUntil(end: number): number {
  return Date.now() < end ? 1 + busyUntil.name.length : 0;
}

describe("what comes from a worker's inspector", () => {
  it('is never handled in the middle of other code', async () => {
    const worker = new Worker(TALKATIVE, { eval: true });
    const client = new CdpClient(worker.threadId);
    let busy = false;
    let whileBusy = 0;
    let events = 0;
    client.on('Debugger.scriptParsed', () => {
      events++;
      if (busy) whileBusy++;
    });
    try {
      await client.ready;
      const sent = [client.send('Debugger.enable'), client.send('Runtime.runIfWaitingForDebugger')];
      await Promise.all(sent);
      while (events < 10) await sleep(1);
      const before = events;
      busy = true;
      const end = Date.now() + BUSY_MS;
      while (busyUntil(end) !== 0);
      busy = false;
      assert.equal(whileBusy, 0);
      // The events that came meanwhile are handled afterwards.
      while (events === before) await sleep(1);
    } finally {
      await worker.terminate();
    }
  });
});
