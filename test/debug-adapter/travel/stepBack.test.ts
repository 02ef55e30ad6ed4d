/** Going back by lines and by stops, and forward again. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UNCAUGHT_FILTER } from '../../../debug-adapter/filters/all.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { fixture, ROOT } from '../support/paths.ts';

const program = fixture('handshake');
/** Longer than it takes until two machines are loaded for somebody who has gone back. */
const READY_MS = 1500;

/** Stops at a line of the program. */
async function atLine(adapter: Adapter, line: number, more: object = {}): Promise<void> {
  await adapter.launch({ program, ...more }, () => breakAt(adapter, program, line));
  await adapter.stopped();
}
async function breakAt(adapter: Adapter, file: string, ...lines: number[]): Promise<void> {
  const breakpoints = lines.map((line) => ({ line }));
  await adapter.request('setBreakpoints', { source: { path: file }, breakpoints });
}
async function go(adapter: Adapter, ...commands: Parameters<Adapter['go']>[0][]): Promise<string[]> {
  const places: string[] = [];
  for (const command of commands) {
    assert.notEqual(await adapter.go(command), 'terminated');
    places.push(await place(adapter));
  }
  return places;
}
/** `client:19` */
async function place(adapter: Adapter): Promise<string> {
  const [top] = await adapter.stack();
  return `${top!.name}:${top!.line}`;
}
/** The frames of a thread, named by its function. */
async function stackOf(adapter: Adapter, name: string): Promise<string[]> {
  const { threads } = await adapter.request<{ threads: { id: number; name: string }[] }>('threads', {});
  const thread = threads.find((one) => one.name.startsWith(name))!;
  const { stackFrames } = await adapter.request<{ stackFrames: { name: string; line: number }[] }>(
    'stackTrace',
    {
      threadId: thread.id,
    },
  );
  return stackFrames.map((frame) => `${frame.name}:${frame.line}`);
}
const event = (adapter: Adapter): Promise<string> => adapter.evaluate('world.event');

/** Also where there is no frame. */
async function eventOf(adapter: Adapter): Promise<number> {
  const { result } = await adapter.request<{ result: string }>('evaluate', { expression: 'world.event' });
  return Number(result);
}
async function stopAfter(adapter: Adapter, command: string, args: object): Promise<Stopped> {
  const stopped = adapter.stopped();
  await adapter.request(command, args);
  return (await stopped) as Stopped;
}

describe('debug adapter: a step back', () => {
  it('undoes a step', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const before = [await place(adapter), await event(adapter), await adapter.variable('Locals', 'fd')];
      assert.deepEqual(await go(adapter, 'next', 'stepBack'), ['client:20', 'client:19']);
      const after = [await place(adapter), await event(adapter), await adapter.variable('Locals', 'fd')];
      assert.deepEqual(
        after.map((one) => (typeof one === 'string' ? one : one.value)),
        before.map((one) => (typeof one === 'string' ? one : one.value)),
      );
    }));

  it('leads from a function to the line that called it', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const [first, second] = await go(adapter, 'stepIn', 'stepIn');
      assert.match(second!, /^__sys_connect:/);
      assert.deepEqual(await go(adapter, 'stepBack', 'stepBack'), [first, 'client:19']);
    }));

  it('leads into the end of a call from which a step has led, even if that has slept', async () => {
    for (const [inner, outer] of [
      ['tcp_connect', 'connect_v4'],
      ['inet_csk_wait_for_connect', 'take_from_accept_queue'],
    ] as const)
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () =>
          adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: inner }] }),
        );
        await adapter.stopped();
        await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
        const [begins] = await adapter.stack();
        const [out, end, again, once, before] = await go(
          adapter,
          ...(['stepOut', 'stepBack', 'next', 'stepBack', 'stepBack'] as const),
        );
        assert.match(out!, new RegExp(`^${outer}:`));
        assert.match(end!, new RegExp(`^${inner}:`));
        assert.equal(again, out, 'forward from there');
        assert.equal(once, end, 'and back, as a step has led out of it');
        const line = (at: string): number => Number(at.split(':')[1]);
        assert.ok(line(end!) > begins!.line, `${end} is the end of what begins at ${begins!.line}`);
        assert.match(before!, new RegExp(`^${inner}:`));
        assert.ok(line(before!) < line(end!), `${before} comes before ${end}`);
      });
  });

  it('leads over a sleep, during which others ran', () =>
    withAdapter(async (adapter) => {
      // The server sleeps in accept() until the client has come.
      await atLine(adapter, 11);
      assert.deepEqual(await go(adapter, 'stepBack', 'stepBack'), ['server:10', 'server:9']);
      assert.equal(await adapter.evaluate('sockets.length'), '1');
    }));

  it('leads through the softirq context, line by line', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
      const [first, second] = await go(adapter, 'continue', 'next');
      assert.notEqual(first, second);
      const [back, caller] = await go(adapter, 'stepBack', 'stepBack');
      assert.equal(back, first);
      assert.match(caller!, /^ip_protocol_deliver_rcu:/);
    }));

  it('of a thread that sleeps leads to where it fell asleep', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const server = (await adapter.threads()).find(({ name }) => name.startsWith('server'))!;
      const [asleep] = await adapter.stack(server.id);
      adapter.thread = server.id;
      await go(adapter, 'stepBack');
      assert.equal(adapter.thread, server.id);
      assert.equal(await place(adapter), `${asleep!.name}:${asleep!.line}`);
    }));

  it('at the first line of a process says that there is none before', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 18);
      assert.deepEqual(await go(adapter, 'stepBack'), ['client:18']);
      assert.match(adapter.output.at(-1)!.text, /no line before this one in the history of this thread/);
    }));

  it('restarts a frame: to the beginning of its call, in a softirq, of a task that sleeps, or of the program', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_rcv_state_process' }] });
      await go(adapter, 'continue');
      const restart = async (name: string, thread = adapter.thread): Promise<string> => {
        const frame = (await adapter.stack(thread)).find((one) => one.name === name)!;
        const stopped = adapter.stopped();
        await adapter.request('restartFrame', { frameId: frame.id });
        assert.equal(((await stopped) as Stopped).reason, 'restart', adapter.output.at(-1)?.text);
        return place(adapter);
      };
      const receive = await restart('tcp_v4_rcv');
      assert.match(receive, /^tcp_v4_rcv:/);
      assert.deepEqual((await go(adapter, 'stepBack'))[0]!.split(':')[0], 'ip_protocol_deliver_rcu');
      // The client sleeps in its connect().
      const client = (await adapter.threads()).find(({ name }) => name.startsWith('client'))!;
      await assert.rejects(restart('client', client.id), /where client begins is not known while it sleeps/);
      assert.match(await restart('__sys_connect', client.id), /^__sys_connect:/);
      assert.equal(await restart('client'), 'client:18');
    }));

  it('restarts a frame at the first line of its call: it stays there', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] }),
      );
      await adapter.stopped();
      const before = [await place(adapter), await event(adapter)];
      // The second time in the past.
      for (const lead of [() => Promise.resolve(), () => go(adapter, 'next', 'stepBack')]) {
        await lead();
        const { reason, description } = await stopAfter(adapter, 'restartFrame', { frameId: adapter.frame });
        assert.deepEqual([reason, description], ['restart', undefined], adapter.output.at(-1)?.text);
        assert.deepEqual([await place(adapter), await event(adapter)], before);
      }
      await go(adapter, 'next');
      assert.notEqual(await place(adapter), before[0]);
    }));

  it('is refused where the machine was interrupted amid a computation', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('busy') });
      await adapter.request('pause', { threadId: 0 });
      await adapter.stopped();
      await assert.rejects(
        adapter.go('stepBack'),
        /no way back from here: .* Let it go on to a breakpoint first/,
      );
      // An event is found from there, too, by its number.
      const there = await eventOf(adapter);
      assert.equal((await stopAfter(adapter, 'sockscope/goToEvent', { event: 3 })).reason, 'goto');
      assert.ok((await eventOf(adapter)) < there);
    }));

  it('leads back from where the user has paused a program, which was at a tracepoint', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('napping') });
      while ((await adapter.threads()).length < 2) await sleep(20);
      const pause = async () =>
        assert.equal((await stopAfter(adapter, 'pause', { threadId: 0 })).reason, 'pause');
      await pause();
      // On a busy host it is paused before its first nap.
      while ((await eventOf(adapter)) < 50) {
        await adapter.request('continue', { threadId: adapter.thread });
        await sleep(20);
        await pause();
      }
      const paused = [await eventOf(adapter), await place(adapter)];
      await go(adapter, 'stepBack');
      assert.ok((await eventOf(adapter)) <= Number(paused[0]));
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'hrtimer_nanosleep' }] });
      assert.equal(((await adapter.go('reverseContinue')) as Stopped).reason, 'function breakpoint');
      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      const again = (await adapter.go('continue')) as Stopped;
      assert.equal(again.description, 'Paused at the end of the past');
      assert.deepEqual([await eventOf(adapter), await place(adapter)], paused);
    }));

  it('leads back from where nothing can run to the last tracepoint', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const idle = await stopAfter(adapter, 'sockscope/runTo', { to: 'idle', threadId: adapter.thread });
      assert.equal(idle.description, 'Paused on idle');
      const there = await eventOf(adapter);
      assert.equal(((await adapter.go('stepBack')) as Stopped).reason, 'step');
      const before = await eventOf(adapter);
      assert.ok(before <= there && before > there - 20, `${before} ${there}`);
      assert.notEqual(await place(adapter), ':');
    }));

  it('leads past what was changed, which is changed again on the way forward', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const name = () => adapter.evaluate('current.comm');
      await go(adapter, 'next', 'stepBack', 'next');
      // After a step, by an expression and by a field; one more at the same stop.
      await adapter.evaluate('current.comm = "other"');
      await adapter.evaluate('current.comm += "s"');
      const [line] = await go(adapter, 'next');
      await go(adapter, 'stepBack');
      assert.equal(await name(), '"client"', 'as it was before it was changed');
      await go(adapter, 'stepBack');
      assert.equal(await name(), '"client"');
      assert.deepEqual((await go(adapter, 'next', 'next')).at(-1), line);
      assert.equal(await name(), '"others"');
    }));

  it('repeats the program as it was loaded, whatever has been written into its file since', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-edited-'));
    try {
      const file = path.join(folder, 'edited.ts');
      const written = await readFile(program, 'utf8');
      await writeFile(file, written);
      await withAdapter(async (adapter) => {
        await adapter.launch({ program: file }, () => breakAt(adapter, file, 19));
        await adapter.stopped();
        await writeFile(file, `await before;\n${written.replaceAll('connect(', 'unknown(')}`);
        assert.deepEqual(await go(adapter, 'next', 'stepBack', 'stepBack'), [
          'client:20',
          'client:19',
          'client:18',
        ]);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('finds the way again that a changed local and a changed setting have opened', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'connect_v4' }] });
      await go(adapter, 'continue');
      const locals = (await adapter.scopes()).find(({ name }) => name === 'Locals')!;
      const { variablesReference } = locals;
      await adapter.request('setVariable', { variablesReference, name: 'addr_len', value: '1' });
      await adapter.custom('sockscope/setTreeValue', {
        id: 'kernel/sysctls/net.ipv4/tcp_syncookies',
        value: '2',
      });
      const setting = () => adapter.evaluate('machine.init_net.ipv4.sysctl_tcp_syncookies');
      const names = ['next', 'next', 'next', 'next', 'next', 'next', 'next'] as const;
      const forward = await go(adapter, ...names);
      assert.ok(!forward.some((line) => line.startsWith('tcp_connect')), forward.join(', '));
      await go(adapter, 'reverseContinue');
      assert.equal(await setting(), '1');
      assert.deepEqual(await go(adapter, ...names.slice(1)), forward.slice(0, -1));
      assert.equal(await setting(), '2');
    }));
});

describe('debug adapter: machines that wait for a step back', () => {
  it('know who has fallen asleep since they were loaded, and from where', () =>
    withAdapter(async (adapter) => {
      const file = fixture('longSleep');
      await adapter.launch({ program: file }, () => breakAt(adapter, file, 22));
      await adapter.stopped();
      assert.deepEqual(await go(adapter, 'stepBack', 'continue'), ['client:21', 'client:22']);
      // Now machines are loaded that will be used at the next stop.
      await sleep(READY_MS);
      await breakAt(adapter, file, 25);
      assert.deepEqual(await go(adapter, 'continue'), ['client:25']);
      const asleep = (): Promise<string[]> => stackOf(adapter, 'sleeper');
      const before = await asleep();
      assert.ok(
        before.some((frame) => frame === 'sleeper:30'),
        before.join(', '),
      );
      assert.deepEqual(await go(adapter, 'stepBack'), ['client:24']);
      assert.deepEqual(await asleep(), before);
    }));
});

describe('debug adapter: back in time', () => {
  it('reverse-continue visits the stops before, from the last to the first, then the beginning', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, async () => {
        await breakAt(adapter, program, 19, 12);
        await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
        await adapter.request('setExceptionBreakpoints', { filters: ['transition', UNCAUGHT_FILTER] });
      });
      const seen: string[] = [];
      const look = async (stop: Stopped): Promise<string> =>
        `${await event(adapter)} ${stop.reason} ${stop.description ?? ''} ${await place(adapter)}`;
      for (let i = 0; i < 6; i++)
        seen.push(await look((i === 0 ? await adapter.stopped() : await adapter.go('continue')) as Stopped));
      const again: string[] = [];
      for (let i = 0; i < 6; i++) again.push(await look((await adapter.go('reverseContinue')) as Stopped));
      assert.match(again.pop()!, /entry Paused at the beginning server:7$/);
      assert.deepEqual(again.toReversed(), seen.slice(0, -1));
    }));

  it('goes on from the past as it went, to the end of the past, and from there for the first time', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const forward = await go(adapter, 'stepIn', 'stepIn', 'stepIn', 'stepIn');
      await go(adapter, 'stepBack', 'stepBack', 'stepBack', 'stepBack');
      assert.equal(await place(adapter), 'client:19');
      assert.deepEqual(await go(adapter, 'stepIn', 'stepIn', 'stepIn'), forward.slice(0, 3));
      const stop = (await adapter.go('stepIn')) as Stopped;
      assert.equal(stop.description, 'Paused at the end of the past');
      assert.equal(await place(adapter), forward[3]);
      assert.equal(await adapter.go('continue'), 'terminated');
      const said = adapter.output.filter(({ category }) => category === 'stdout').map(({ text }) => text);
      assert.deepEqual(said, ['client is connected\n', 'server received "hello"\n']);
    }));

  it('stops at no breakpoint that was taken away in the past', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () => breakAt(adapter, program, 19, 21));
      await adapter.stopped();
      await go(adapter, 'next', 'stepBack');
      await breakAt(adapter, program);
      assert.equal(((await adapter.go('continue')) as Stopped).description, 'Paused at the end of the past');
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('leads to another host', () =>
    withAdapter(async (adapter) => {
      const file = path.join(ROOT, 'samples/two-hosts.ts');
      await adapter.launch({ program: file }, () => breakAt(adapter, file, 62));
      await adapter.stopped();
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
      await go(adapter, 'continue');
      assert.equal(await adapter.evaluate('machine.hostname'), '"server"');
      await go(adapter, 'continue');
      assert.equal(await adapter.evaluate('machine.hostname'), '"client"');
      await go(adapter, 'reverseContinue');
      assert.equal(await adapter.evaluate('machine.hostname'), '"server"');
    }));

  it('goes to an event, and forward from there', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 21);
      const end = Number(await event(adapter));
      const stop = adapter.stopped();
      await adapter.custom('sockscope/goToEvent', { event: 50 });
      assert.equal(((await stop) as Stopped).reason, 'goto');
      assert.equal(await event(adapter), '50');
      const later = adapter.stopped();
      await adapter.custom('sockscope/goToEvent', { event: 77 });
      await later;
      assert.equal(await event(adapter), '77');
      await assert.rejects(
        adapter.custom('sockscope/goToEvent', { event: end + 1 }),
        new RegExp(`There is no event ${end + 1} to go to: the run has come from 1 to ${end}`),
      );
      await go(adapter, 'continue');
      assert.equal(await event(adapter), String(end));
    }));

  it('a search is given up by a pause', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const before = [await place(adapter), await event(adapter)];
      const stop = adapter.stopped();
      // The pause comes even before the search has begun.
      const { thread: threadId } = adapter;
      await Promise.all([adapter.request('stepBack', { threadId }), adapter.request('pause', { threadId })]);
      await stop;
      assert.deepEqual([await place(adapter), await event(adapter)], before);
      assert.deepEqual(await go(adapter, 'next'), ['client:20']);
    }));

  it('keeps the capture of the whole run', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 21);
      const { rows: all } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      await go(adapter, 'reverseContinue');
      assert.equal(await place(adapter), 'server:7');
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      assert.ok(all.length > 0);
      assert.deepEqual(rows, all);
      const { stack = [] } = await adapter.custom('sockscope/packetCode', { number: 1, which: 'sent' });
      assert.ok(stack.some(({ name }) => name === 'tcp_connect'));
    }));

  it('ends with the session, and begins anew with a restart', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      await go(adapter, 'next', 'stepBack');
      const stop = adapter.stopped();
      await adapter.request('restart');
      await stop;
      assert.deepEqual(await go(adapter, 'next', 'stepBack'), ['client:20', 'client:19']);
      const end = adapter.stopped();
      await adapter.request('terminate');
      assert.equal(await end, 'terminated');
    }));
});
