/** The debugger's latencies, as a client sees them: over the adapter's own stdio. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SAMPLE = `${ROOT}samples/01-first-handshake.ts`;
const ADAPTER = `${ROOT}dist/debug-adapter/main.js`;
const CONNECT_LINE =
  readFileSync(SAMPLE, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('await connect(fd')) + 1;
/** Launches measured (the median counts), and steps in each. */
const LAUNCHES = 5;
const STEPS = 60;
/** Every so many steps one goes into a function. */
const STEP_IN_EVERY = 4;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

/** The next stop, or the end. */
function nextStop(client: DebugClient): Promise<DebugProtocol.Event> {
  return new Promise((resolve) => {
    const settle = (event: DebugProtocol.Event) => {
      client.off('stopped', settle).off('terminated', settle);
      resolve(event);
    };
    client.on('stopped', settle).on('terminated', settle);
  });
}

/** One session: launch to the first stop, then steps through connect(). */
async function session(): Promise<{ first: number; steps: number[] }> {
  const client = new DebugClient(process.execPath, ADAPTER, 'sockscope', { cwd: ROOT });
  await client.start();
  try {
    const initialized = client.waitForEvent('initialized');
    await client.initializeRequest();
    const stopped = client.waitForEvent('stopped');
    const started = performance.now();
    const launched = client.launchRequest({ program: SAMPLE, stopOnEntry: true } as never);
    await initialized;
    await client.setBreakpointsRequest({ source: { path: SAMPLE }, breakpoints: [{ line: CONNECT_LINE }] });
    await client.configurationDoneRequest();
    await launched;
    let threadId = ((await stopped).body as { threadId: number }).threadId;
    const first = performance.now() - started;

    // To `await connect(…)`, and from there line by line into the kernel.
    const next = client.waitForEvent('stopped');
    await client.continueRequest({ threadId });
    threadId = ((await next).body as { threadId: number }).threadId;
    const steps: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const begun = performance.now();
      const event = nextStop(client);
      // Into the next function now and then, over the line otherwise.
      const into = i % STEP_IN_EVERY === 0;
      if (into) await client.stepInRequest({ threadId });
      else await client.nextRequest({ threadId });
      const { event: name, body } = await event;
      if (name === 'terminated') break;
      threadId = (body as { threadId: number }).threadId;
      const { stackFrames } = (await client.stackTraceRequest({ threadId, startFrame: 0, levels: 20 })).body;
      const { scopes } = (await client.scopesRequest({ frameId: stackFrames[0]!.id })).body;
      await client.variablesRequest({ variablesReference: scopes[0]!.variablesReference });
      if (!into) steps.push(performance.now() - begun);
    }
    return { first, steps };
  } finally {
    await client.stop();
  }
}

/** Medians: ms from the launch request to the first stop; ms of a `next` with stack trace, scopes and variables. */
export async function measureDap(): Promise<{ first_stop_ms: number; step_ms_p50: number }> {
  const first: number[] = [];
  const steps: number[] = [];
  for (let i = 0; i < LAUNCHES; i++) {
    const one = await session();
    first.push(one.first);
    steps.push(...one.steps);
  }
  return { first_stop_ms: Math.round(median(first)), step_ms_p50: Math.round(median(steps) * 100) / 100 };
}
