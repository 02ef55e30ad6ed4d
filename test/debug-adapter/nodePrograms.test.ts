/** Node programs in the debugger: an unmodified HTTP server and its client on one machine. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fixture } from './support/paths.ts';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';

const folder = path.join(path.dirname(fixture('handshake')), 'node');
const server = path.join(folder, 'server.cjs');
const client = path.join(folder, 'client.mjs');
/** As the server, open to all interfaces. */
const open = path.join(folder, 'open.cjs');
const both = {
  programs: [
    { program: server, env: { PORT: 8080 } },
    { program: client, name: 'browser', args: ['world'] },
  ],
  hosts: { greeter: '127.0.0.1' },
};

/** A port of this computer that nobody has. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

describe('debug adapter: Node programs', function () {
  this.timeout(60_000);

  const top = async (adapter: Adapter) => {
    const [frame] = await adapter.stack();
    return `${frame!.name} ${path.basename(frame!.source?.path ?? '')}:${frame!.line}`;
  };
  const breakIn = (file: string, line: number) => (adapter: Adapter) =>
    adapter.request('setBreakpoints', { source: { path: file }, breakpoints: [{ line }] });

  it('show the code that runs them where none of their own is on the stack: at an event', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(both, () => breakIn(client, 7)(adapter));
      await adapter.stopped();
      const { thread } = adapter;
      const event = Number(await adapter.evaluate('world.event'));
      const stopped = adapter.stopped();
      await adapter.custom('sockscope/goToEvent', { event });
      assert.deepEqual([((await stopped) as { threadId: number }).threadId], [thread]);
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.includes('syscall_now'), names.join(' < '));
    }));

  it('are named where something is due, and what the run does not wait for comes last', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ ...both, stopOnEntry: true });
      await adapter.stopped();
      const idle = adapter.stopped();
      await adapter.custom('sockscope/runTo', { to: 'idle', threadId: adapter.thread });
      assert.notEqual(await idle, 'terminated');
      const { due } = await adapter.custom('sockscope/due', {});
      const loop = 'event loop of server.cjs [pid 100]';
      assert.deepEqual(
        due.map(({ what, of, left }) => `${what} ${left}: ${of.replace(/\d{5}/, '…')}`),
        [
          'tw_timer_handler 60 s: :…→:8080',
          `uv_unref_timeout 30 s: ${loop}, in the background: the run does not wait for it`,
        ],
      );
      const timers = await adapter.tree('kernel', 'kernel/timers');
      const { label, description, tooltip } = timers.at(-1)!;
      assert.equal(label, 'uv_unref_timeout');
      assert.equal(description, `in 30 s · ${loop} · in the background`);
      assert.equal(tooltip, `uv_unref_timeout in 30 s\n${loop}`);
      // What is first has its time, though the other would come before it.
      const later = adapter.stopped();
      await adapter.custom('sockscope/advanceTime', {});
      const stop = await later;
      assert.equal(stop !== 'terminated' && stop.description, 'Paused on tw_timer_handler');
    }));

  it('the first stop is at the first line of the first program', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ ...both, stopOnEntry: true });
      await adapter.stopped();
      assert.equal(await top(adapter), '(module) server.cjs:1');
    }));

  it('a step into response.end() leads through Node into the kernel, with the program below it', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(both, breakIn(server, 5));
      await adapter.stopped();
      assert.equal(await top(adapter), '(anonymous) server.cjs:5');
      const threads = (await adapter.threads()).map(({ name }) => name);
      assert.deepEqual(threads, [
        'server.cjs [pid 100]',
        'browser [pid 101] · sleeping in ep_poll',
        'softirq (cpu0) · idle',
      ]);
      assert.equal(await adapter.evaluate('request.url'), '"/world"');
      await adapter.go('stepIn');
      assert.match(await top(adapter), /^__sys_sendto syscalls\.ts:/);
      const stack = await adapter.stack();
      const own = stack.filter(({ presentationHint }) => presentationHint !== 'subtle');
      assert.deepEqual(
        own.map(({ name }) => name),
        ['__sys_sendto', '(anonymous)'],
      );
    }));

  it('each program has its own process: arguments, environment, exit code', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(both);
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(
        adapter.output.map(({ category, text }) => [category, text]),
        [['stdout', 'hello world\n']],
      );
    }));

  it('a scenario starts programs, in which breakpoints stop as well', () =>
    withAdapter(async (adapter) => {
      const starter = path.join(folder, 'starter.ts');
      const hosts = { greeter: '127.0.0.1' };
      await adapter.launch({ program: starter, hosts }, breakIn(server, 5));
      await adapter.stopped();
      assert.equal(await top(adapter), '(anonymous) server.cjs:5');
      assert.deepEqual(
        (await adapter.threads()).map(({ name }) => name),
        [
          'starter [pid 100]',
          'server.cjs [pid 101]',
          'browser [pid 102] · sleeping in ep_poll',
          'softirq (cpu0) · idle',
        ],
      );
      await adapter.request('continue', { threadId: adapter.thread });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(
        adapter.output.map(({ text }) => text),
        ['hello world\n', '101 102 0\n'],
      );
    }));

  it('a program of this computer connects by a forwarded port, and waits while the machine stands', () =>
    withAdapter(async (adapter) => {
      const port = await freePort();
      const program = { program: open, env: { PORT: 80 }, ports: { [`127.0.0.1:${port}`]: 80 } };
      const set = (lines: number[]) =>
        adapter.request('setBreakpoints', {
          source: { path: open },
          breakpoints: lines.map((line) => ({ line })),
        });
      let listens!: () => void;
      const listening = new Promise<void>((resolve) => (listens = resolve));
      adapter.client.on('output', () => listens());
      await adapter.launch(program, () => set([5]));
      await listening;
      let isAnswered = false;
      const answer = fetch(`http://127.0.0.1:${port}/curl`).then((response) => {
        isAnswered = true;
        return response.text();
      });
      await adapter.stopped();
      assert.equal(await top(adapter), '(anonymous) open.cjs:5');
      assert.equal(await adapter.evaluate('request.socket.remoteAddress'), '"10.0.2.2"');
      const time = () => adapter.evaluate('world.time_ns');
      const before = await time();
      await delay(300);
      assert.equal(await time(), before, 'time stands');
      assert.equal(isAnswered, false);
      await set([]);
      await adapter.request('continue', { threadId: adapter.thread });
      assert.equal(await answer, 'hello curl');
    }));

  it('pauses while it waits for the outside, and leads back from there', () =>
    withAdapter(async (adapter) => {
      const port = await freePort();
      const listening = adapter.client.waitForEvent('output');
      await adapter.launch({ program: open, env: { PORT: 80 }, ports: { [`127.0.0.1:${port}`]: 80 } });
      await listening;
      // Where nothing runs there is no frame.
      const event = async (): Promise<number> => {
        const { result } = await adapter.request<{ result: string }>('evaluate', {
          expression: 'world.event',
        });
        return Number(result);
      };
      for (const isAnswered of [false, true]) {
        if (isAnswered)
          assert.equal(await (await fetch(`http://127.0.0.1:${port}/curl`)).text(), 'hello curl');
        // It has nothing to do any more.
        await delay(300);
        const paused = adapter.stopped();
        await adapter.request('pause', { threadId: 1 });
        const { reason, description } = (await paused) as Stopped;
        assert.deepEqual([reason, description], ['pause', 'Paused on idle']);
        const there = await event();
        assert.equal(((await adapter.go('stepBack')) as Stopped).reason, 'step');
        assert.ok((await event()) <= there);
        const end = (await adapter.go('continue')) as Stopped;
        assert.equal(end.description, 'Paused at the end of the past');
        await adapter.request('continue', { threadId: adapter.thread });
      }
    }));

  it('a port that is taken is named', () =>
    withAdapter(async (adapter) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const refused = adapter.client.waitForEvent('sockscope/notStarted');
      await adapter.launch({ program: open, env: { PORT: 80 }, ports: { [port]: 80 } });
      assert.equal(await adapter.stopped(), 'terminated');
      taken.close();
      assert.match(
        ((await refused).body as { message: string }).message,
        new RegExp(`^port ${port} .*taken`),
      );
      assert.match(
        adapter.output.map(({ text }) => text).join(''),
        new RegExp(`port ${port} of this computer is taken by another program`),
      );
    }));
});
