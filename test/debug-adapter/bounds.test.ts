/** Programs without measure: memory, output, and an end of their own. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

/** Asked while a thread ends. */
const QUESTIONS = 100;

function events(adapter: Adapter): DebugProtocol.Event[] {
  const told: DebugProtocol.Event[] = [];
  for (const name of ['output', 'stopped', 'exited', 'terminated'])
    adapter.client.on(name, (event: DebugProtocol.Event) => told.push(event));
  return told;
}

describe('debug adapter: bounds', () => {
  it('stops before a program runs out of memory, and ends it when it is to go on', () =>
    withAdapter(async (adapter) => {
      const told = events(adapter);
      await adapter.launch({ program: fixture('hungry'), maxHeap: 64 });
      const stop = (await adapter.stopped()) as Stopped;
      assert.equal(stop.description, 'Paused before running out of memory');
      assert.match(await adapter.evaluate('eaten.length'), /^\d+$/);
      const end = adapter.stopped();
      await adapter.request('continue', { threadId: adapter.thread });
      assert.equal(await end, 'terminated');
      assert.deepEqual(
        told.slice(-3).map(({ event }) => event),
        ['output', 'exited', 'terminated'],
      );
      assert.match(
        adapter.output.at(-1)!.text,
        /take more than the 64 MB of "maxHeap"\. .*greater "maxHeap"/,
      );
      await assert.rejects(adapter.request('next', { threadId: 100 }), /the program has ended/);
      await assert.rejects(adapter.request('pause', { threadId: 100 }), /the program has ended/);
    })).timeout(60_000);

  it('ends a program without debugging that runs out of memory', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('hungry'), maxHeap: 64, noDebug: true });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(
        adapter.output.at(-1)!.text,
        /take more than the 64 MB of "maxHeap"\. .*greater "maxHeap"/,
      );
    })).timeout(60_000);

  it('ends a program whose buffers take too much', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('hoarder'), maxHeap: 64 });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(
        adapter.output.at(-1)!.text,
        /its buffers and objects take more than the 64 MB of "maxHeap" and the 512 MB for buffers beside it/,
      );
    })).timeout(60_000);

  it('says when not the program takes too much, but what was typed', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('busy'), maxHeap: 64, stopOnEntry: true });
      await adapter.stopped();
      const end = adapter.stopped();
      const expression = 'Buffer.alloc(1500 * 2 ** 20, 1).length';
      await assert.rejects(adapter.evaluate(expression));
      assert.equal(await end, 'terminated');
      assert.match(
        adapter.output.at(-1)!.text,
        /while "Buffer\.alloc\(1500.*" was evaluated, .*64 MB of "maxHeap" and the 512 MB.*not the program/,
      );
    })).timeout(60_000);

  it('says which breakpoint has a condition without end, and ends the machine that it holds', () =>
    withAdapter(async (adapter) => {
      const told = events(adapter);
      const condition = '(() => { while (true); })()';
      const path = fixture('loop');
      await adapter.launch({ program: path }, () =>
        adapter.request('setBreakpoints', { source: { path }, breakpoints: [{ line: 7, condition }] }),
      );
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(
        told.slice(-3).map(({ event }) => event),
        ['output', 'exited', 'terminated'],
      );
      const { text, line } = adapter.output.at(-1)!;
      assert.equal(
        text,
        `The machine has ended: the condition of the breakpoint at loop.ts:7 has taken longer than 2 s, and cannot be interrupted: ${condition}.\n`,
      );
      assert.equal(line, 7);
      await adapter.disconnect();
    })).timeout(30_000);
  it('says it of a function breakpoint, too', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, () =>
        adapter.request('setFunctionBreakpoints', {
          breakpoints: [{ name: 'tcp_v4_connect', condition: '(() => { for (;;); })()' }],
        }),
      );
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(
        adapter.output.at(-1)!.text,
        /the condition of the breakpoint at tcp_v4_connect has taken longer than 2 s/,
      );
    })).timeout(30_000);

  it('refuses to evaluate what would end the machine under the debugger', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('exits'), stopOnEntry: true });
      await adapter.stopped();
      await assert.rejects(
        adapter.evaluate('process.exit(3)'),
        /process\.exit\(\) would end the machine under the debugger: use Stop/,
      );
      assert.equal(await adapter.evaluate('1 + 1'), '2');
      // The program itself may.
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(adapter.output.at(-1)!.text, /has called process\.exit\(3\)/);
    }));

  it('answers what it is asked while the program ends its thread, and ends with it', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('exits'), stopOnEntry: true });
      await adapter.stopped();
      const ended = adapter.go('continue');
      const asked: Promise<string>[] = [];
      for (let i = 0; i < QUESTIONS; i++) {
        asked.push(adapter.evaluate(`${i} + 1`).catch((error: Error) => error.message));
        if (i % 10 === 0) await new Promise(setImmediate);
      }
      assert.equal(await ended, 'terminated');
      assert.equal((await Promise.all(asked)).length, QUESTIONS);
      assert.match(adapter.output.at(-1)!.text, /has called process\.exit\(3\)/);
    }));

  it('refuses a limit that is none', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      for (const maxHeap of [0, 63, 65537, 100.5, '1024', null])
        await assert.rejects(
          adapter.request('launch', { program: fixture('hungry'), maxHeap }),
          /launch\.maxHeap must be a whole number of megabytes from 64 to 65536, got/,
        );
    }));

  it('gathers what one place writes into few events, complete and in order', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('talkative') });
      assert.equal(await adapter.stopped(), 'terminated');
      const lines = adapter.output.filter(({ category }) => category === 'stdout');
      const text = lines.map((one) => one.text).join('');
      assert.deepEqual(
        text.match(/^line \d+/gm),
        Array.from({ length: 20_000 }, (_, line) => `line ${line}`),
      );
      assert.ok(lines.length < 500, `${lines.length} events`);
      assert.deepEqual(new Set(lines.map(({ line }) => line)), new Set([3]));
      assert.deepEqual(adapter.output.at(-1), { category: 'stderr', text: 'that was all\n', line: 4 });
    })).timeout(60_000);

  it('gives the code with which a program has ended itself', () =>
    withAdapter(async (adapter) => {
      const told = events(adapter);
      await adapter.launch({ program: fixture('exits') });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(told.at(-2)!.body, { exitCode: 3 });
      assert.deepEqual(
        adapter.output.map(({ text }) => text),
        ['on my way\n', 'The program has called process.exit(3).\n'],
      );
    }));
});
