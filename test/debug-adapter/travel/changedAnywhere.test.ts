/** What is changed at a stop, of whatever kind, is changed again where the run is repeated: once, and there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { sockscope } from '../support/commandLine.ts';
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
const access =
  (name: string, accessType: 'write' | 'read' = 'write') =>
  async (adapter: Adapter) => {
    await inConnect(adapter);
    type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
    const { dataId } = await adapter.request<Info>('dataBreakpointInfo', { name, frameId: adapter.frame });
    await adapter.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType }] });
    return stopAfter(adapter, () => adapter.request('continue', { threadId: adapter.thread }));
  };

const STOPS: readonly {
  of: string;
  is: RegExp;
  reach: (adapter: Adapter) => Promise<Stopped>;
  /** A place of the program that comes later. */
  later: readonly [file: string, line: number];
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
  },
  {
    of: 'a data breakpoint that was set at the same event',
    is: /snd_una of .* is written/,
    reach: access('sk.snd_una'),
    later: ['handshake', 21],
  },
  {
    of: 'a data breakpoint on reads',
    is: /skc_state of .* is read/,
    reach: access('sk.skc_state', 'read'),
    later: ['handshake', 21],
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

  for (const { of, is, reach, later } of STOPS)
    it(`of ${of}`, async () => {
      const recording = path.join(folder, 'run.sockscope');
      const standing = path.join(folder, 'standing.sockscope');
      const save = (adapter: Adapter) => adapter.custom('sockscope/saveRecording', { path: recording });
      await withAdapter(async (adapter) => {
        const { text = '', description = '' } = await reach(adapter);
        assert.match(`${text} ${description}`, is);
        const there = await event(adapter);
        await evaluate(adapter, CHANGE);
        await adapter.custom('sockscope/saveRecording', { path: standing });
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
        await save(adapter);
      });
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording });
        assert.notEqual(await adapter.stopped(), 'terminated');
        assert.equal(await changes(adapter), '2');
      });
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording: standing }, () => breakAt(adapter, ...later));
        assert.notEqual(await adapter.stopped(), 'terminated');
        assert.equal(await changes(adapter), '1');
        assert.notEqual(await adapter.go('continue'), 'terminated');
        assert.equal(await changes(adapter), '1');
      });
    });

  for (const [name, accessType] of [
    ['sk.skc_state', 'read'],
    ['sk.snd_una', 'write'],
  ] as const)
    it(`of a data breakpoint in a recording that stands there, or before it: ${accessType} of ${name}`, async () => {
      const [there, before] = ['there', 'before'].map((one) => path.join(folder, `${one}.sockscope`)) as [
        string,
        string,
      ];
      let at = 0;
      let time = '';
      const stack = async (adapter: Adapter) =>
        (await adapter.stack()).map((one) => `${one.name}:${one.line}`);
      let frames: string[] = [];
      await withAdapter(async (adapter) => {
        await access(name, accessType)(adapter);
        at = await event(adapter);
        time = await evaluate(adapter, 'world.now_ns');
        frames = await stack(adapter);
        await evaluate(adapter, CHANGE);
        const { isExact } = await adapter.custom('sockscope/saveRecording', { path: there });
        assert.equal(isExact, true);
        await adapter.request('setDataBreakpoints', { breakpoints: [] });
        await stopAfter(adapter, () => adapter.custom('sockscope/goToEvent', { event: at - 3 }));
        await adapter.custom('sockscope/saveRecording', { path: before });
      });
      const { code, stderr } = await sockscope('replay', there);
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`stands at event ${at},`));
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording: there });
        await adapter.stopped();
        const seen = [await event(adapter), await evaluate(adapter, 'world.now_ns'), await stack(adapter)];
        assert.deepEqual(seen, [at, time, frames]);
        assert.equal(await changes(adapter), '1');
        // Its machines know the field, too, and one that the user watches has another number.
        type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
        for (const watched of [name, 'sk.snd_nxt']) {
          const asked = { name: watched, frameId: adapter.frame };
          const { dataId } = await adapter.request<Info>('dataBreakpointInfo', asked);
          type Set = DebugProtocol.SetDataBreakpointsResponse['body'];
          const breakpoints = [{ dataId, accessType: 'write' }];
          const set = await adapter.request<Set>('setDataBreakpoints', { breakpoints });
          assert.equal(set.breakpoints[0]!.verified, true, watched);
        }
        await adapter.request('setDataBreakpoints', { breakpoints: [] });
        await breakAt(adapter, 'handshake', 21);
        assert.notEqual(await adapter.go('continue'), 'terminated');
        await stopAfter(adapter, () => adapter.custom('sockscope/goToEvent', { event: at - 1 }));
        assert.equal(await changes(adapter), 'undefined');
        assert.notEqual(await adapter.go('continue'), 'terminated');
        assert.equal(await changes(adapter), '1');
        await adapter.custom('sockscope/saveRecording', { path: there });
      });
      for (const recording of [there, before])
        await withAdapter(async (adapter) => {
          await adapter.launch({ recording }, () => breakAt(adapter, 'handshake', 22));
          await adapter.stopped();
          assert.equal(await changes(adapter), recording === there ? '1' : 'undefined');
          assert.notEqual(await adapter.go('continue'), 'terminated');
          assert.equal(await changes(adapter), '1');
        });
    });

  it('when a step leads over it, and when the user stops there again', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, () => breakAt(adapter, 'handshake', 19));
      await adapter.stopped();
      const { thread } = adapter;
      const before = await event(adapter);
      const runToIdle = () =>
        stopAfter(adapter, () => adapter.custom('sockscope/runTo', { to: 'idle', threadId: adapter.thread }));
      await runToIdle();
      await evaluate(adapter, CHANGE);
      await breakAt(adapter, 'handshake', 22);
      await adapter.go('continue');
      await stopAfter(adapter, () => adapter.custom('sockscope/goToEvent', { event: before }));
      await runToIdle();
      assert.equal(await changes(adapter), 'undefined');
      await adapter.request('setBreakpoints', {
        source: { path: fixture('handshake') },
        breakpoints: [{ line: 19 }, { line: 22 }],
      });
      assert.equal(((await adapter.go('reverseContinue')) as Stopped).reason, 'breakpoint');
      assert.equal(await changes(adapter), 'undefined');
      // Over connect(), which sleeps where nothing can run: V8 forgets the step there.
      const step = (await adapter.go('next')) as Stopped;
      assert.deepEqual([step.reason, step.threadId], ['step', thread]);
      assert.equal((await adapter.stack())[0]!.line, 20);
      assert.equal(await changes(adapter), '1');
      await adapter.go('continue');
      assert.equal((await adapter.stack())[0]!.line, 22);
      assert.equal(await changes(adapter), '1');
    }));

  const UNDER_WAY: readonly {
    of: string;
    how: 'next' | 'stepOut';
    stand: (adapter: Adapter) => Promise<unknown>;
    where: string;
  }[] = [
    {
      of: 'a place that another thread comes to',
      how: 'next',
      stand: (adapter) => breakAt(adapter, 'handshake', 19),
      where: 'client',
    },
    {
      of: 'a function of the kernel that both threads call',
      how: 'stepOut',
      stand: (adapter) =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'release_sock' }] }),
      where: 'release_sock',
    },
    {
      of: 'a transition',
      how: 'next',
      stand: (adapter) =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'transition', condition: 'CLOSE -> SYN_SENT' }],
        }),
      where: 'connect_v4',
    },
  ];
  for (const { of, how, stand, where } of UNDER_WAY)
    it(`of ${of}, while a step is under way: ${how}`, () =>
      withAdapter(async (adapter) => {
        const breakOn = (...lines: number[]): Promise<unknown> =>
          adapter.request('setBreakpoints', {
            source: { path: fixture('handshake') },
            breakpoints: lines.map((line) => ({ line })),
          });
        await adapter.launch({ program: fixture('handshake') }, () => breakOn(10));
        await adapter.stopped();
        const { thread } = adapter;
        await stand(adapter);
        do assert.notEqual(await adapter.go('continue'), 'terminated');
        while (adapter.thread === thread);
        assert.equal((await adapter.stack())[0]!.name.replace(/\(.*/, ''), where);
        await evaluate(adapter, CHANGE);
        await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
        await adapter.request('setExceptionBreakpoints', { filters: [] });
        await breakOn(10, 12);
        await adapter.go('continue');
        assert.notEqual(await adapter.go('reverseContinue'), 'terminated');
        assert.equal(await changes(adapter), 'undefined');
        if (how === 'stepOut') await adapter.go('stepIn');
        const step = (await adapter.go(how)) as Stopped;
        assert.deepEqual([step.reason, step.threadId], ['step', thread]);
        const [{ name, line }] = (await adapter.stack()) as [DebugProtocol.StackFrame];
        assert.deepEqual([name, line, await changes(adapter)], ['server', 11, '1']);
      }));

  it('of a data breakpoint that stops there again', () =>
    withAdapter(async (adapter) => {
      await access('sk.skc_state')(adapter);
      await evaluate(adapter, CHANGE);
      const next = (await adapter.go('continue')) as Stopped;
      assert.match(next.text!, /skc_state of .* is written/);
      await evaluate(adapter, CHANGE);
      await adapter.go('continue');
      assert.equal(await changes(adapter), '2');
      assert.equal(((await adapter.go('reverseContinue')) as Stopped).text, next.text);
      assert.equal(await changes(adapter), '1');
      await adapter.go('reverseContinue');
      assert.equal(await changes(adapter), 'undefined');
      assert.equal(((await adapter.go('continue')) as Stopped).text, next.text);
      assert.equal(await changes(adapter), '1');
    }));

  it('of two places between which nothing is traced', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const [{ source, line }] = (await adapter.stack()) as [DebugProtocol.StackFrame];
      const breakpoints = [line + 1, line + 3, line + 4].map((one) => ({ line: one }));
      await adapter.request('setBreakpoints', { source, breakpoints });
      const events = new Set<number>();
      for (let stop = 0; stop < 3; stop++) {
        await adapter.go('continue');
        events.add(await event(adapter));
        await evaluate(adapter, CHANGE);
      }
      assert.equal(events.size, 1);
      await adapter.request('setBreakpoints', { source, breakpoints: [] });
      await breakAt(adapter, 'handshake', 21);
      await adapter.go('continue');
      assert.equal(await changes(adapter), '3');
      await adapter.go('next');
      await adapter.go('stepBack');
      assert.equal(await changes(adapter), '3');
    }));
});
