/** What is changed at a stop, of whatever kind, is changed again where the run is repeated: once, and there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { fixture } from '../support/paths.ts';

/** Counts how often it was done. */
const CHANGE = 'world.changed = (world.changed ?? 0) + 1';
/** Where nothing runs there is no frame. */
async function evaluate(adapter: Adapter, expression: string): Promise<string> {
  type Evaluated = DebugProtocol.EvaluateResponse['body'];
  return (await adapter.request<Evaluated>('evaluate', { expression, context: 'repl' })).result;
}
const changes = (adapter: Adapter): Promise<string> => evaluate(adapter, 'world.changed');
const event = async (adapter: Adapter): Promise<number> => Number(await evaluate(adapter, 'world.event'));

async function breakAt(adapter: Adapter, file: string, line: number): Promise<void> {
  await adapter.request('setBreakpoints', { source: { path: fixture(file) }, breakpoints: [{ line }] });
}
async function stopAfter(adapter: Adapter, request: () => Promise<unknown>): Promise<Stopped> {
  const stopped = adapter.stopped();
  await request();
  const stop = await stopped;
  assert.notEqual(stop, 'terminated');
  return stop as Stopped;
}

/** Stands in the client's connect(), at its first line in TCP. */
async function inConnect(adapter: Adapter): Promise<void> {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_connect' }] }),
  );
  await adapter.stopped();
  await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
}
const to = (goal: 'switch' | 'idle') => async (adapter: Adapter) => {
  await inConnect(adapter);
  const run = () => adapter.custom('sockscope/runTo', { to: goal, threadId: adapter.thread });
  return stopAfter(adapter, run);
};
const access = (name: string) => async (adapter: Adapter) => {
  await inConnect(adapter);
  type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
  const { dataId } = await adapter.request<Info>('dataBreakpointInfo', { name, frameId: adapter.frame });
  await adapter.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
  return stopAfter(adapter, () => adapter.request('continue', { threadId: adapter.thread }));
};

const STOPS: readonly {
  of: string;
  is: RegExp;
  reach: (adapter: Adapter) => Promise<Stopped>;
  /** A place of the program that comes later. */
  later: readonly [file: string, line: number];
  isRecordable?: boolean;
}[] = [
  {
    of: 'a context switch',
    is: /context switch to/,
    reach: to('switch'),
    later: ['handshake', 21],
  },
  { of: 'the moment at which nothing can run', is: /idle/, reach: to('idle'), later: ['handshake', 21] },
  {
    of: 'a data breakpoint',
    is: /skc_state of .* is written/,
    reach: access('sk.skc_state'),
    later: ['handshake', 21],
    isRecordable: false,
  },
  {
    of: 'a data breakpoint that was set at the same event',
    is: /snd_una of .* is written/,
    reach: access('sk.snd_una'),
    later: ['handshake', 21],
    isRecordable: false,
  },
  {
    of: 'an uncaught error',
    is: /uncaught error in child/,
    reach: async (adapter) => {
      await adapter.launch({ program: fixture('spawned') }, () =>
        adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] }),
      );
      return (await adapter.stopped()) as Stopped;
    },
    later: ['spawned', 10],
  },
];

describe('debug adapter: what is changed at a stop comes again', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-changed-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { of, is, reach, later, isRecordable = true } of STOPS)
    it(`of ${of}`, async () => {
      const recording = path.join(folder, 'run.sockscope');
      const save = (adapter: Adapter) => adapter.custom('sockscope/saveRecording', { path: recording });
      await withAdapter(async (adapter) => {
        const { text = '', description = '' } = await reach(adapter);
        assert.match(`${text} ${description}`, is);
        const there = await event(adapter);
        await evaluate(adapter, CHANGE);
        await adapter.request('setDataBreakpoints', { breakpoints: [] });
        await breakAt(adapter, ...later);
        assert.notEqual(await adapter.go('continue'), 'terminated');
        const end = await event(adapter);
        assert.equal(await changes(adapter), '1');
        // Before it, and on from there over it.
        await stopAfter(adapter, () => adapter.custom('sockscope/goToEvent', { event: there - 3 }));
        assert.equal(await changes(adapter), 'undefined');
        do assert.notEqual(await adapter.go('continue'), 'terminated');
        while ((await event(adapter)) < end);
        assert.equal(await event(adapter), end);
        assert.equal(await changes(adapter), '1');
        // Changed at the end once more: a step back leads to before that.
        await evaluate(adapter, CHANGE);
        assert.notEqual(await adapter.go('next'), 'terminated');
        assert.notEqual(await adapter.go('stepBack'), 'terminated');
        assert.equal(await changes(adapter), '1');
        assert.notEqual(await adapter.go('next'), 'terminated');
        assert.equal(await changes(adapter), '2');
        if (isRecordable) await save(adapter);
        else await assert.rejects(save(adapter), new RegExp(`cannot be recorded beyond event ${there}: `));
      });
      if (!isRecordable) return;
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording });
        assert.notEqual(await adapter.stopped(), 'terminated');
        assert.equal(await changes(adapter), '2');
      });
    });
});
