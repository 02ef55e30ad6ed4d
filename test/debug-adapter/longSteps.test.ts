/** Steps that spare a person many: past what only looks something up, into the driver, out to the program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { samplePath } from '../support/samples.ts';
import { fixture } from './support/paths.ts';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';

describe('debug adapter: long steps', function () {
  this.timeout(60_000);

  const top = async (adapter: Adapter) => (await adapter.stack())[0]!;
  /** Stopped at the client's connect(), in the kernel. */
  async function inConnect(adapter: Adapter, more: object = {}): Promise<void> {
    await adapter.launch({ program: fixture('handshake'), ...more }, async () => {
      await adapter.request('setExceptionBreakpoints', { filters: [] });
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_connect' }] });
    });
    await adapter.stopped();
    await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
    assert.equal((await top(adapter)).name, 'tcp_v4_connect');
  }
  /** The functions that stepping into everything comes through, in turn. */
  async function steps(adapter: Adapter, count: number): Promise<string[]> {
    const names: string[] = [];
    for (let i = 0; i < count; i++) {
      await adapter.go('stepIn');
      const { name } = await top(adapter);
      if (name !== names.at(-1)) names.push(name);
    }
    return names;
  }
  const ACCESSORS = ['inet_sk', 'tcp_sk', 'sock_net', 'IS_ERR', 'jiffies'];

  it('stepping in passes over functions that only look something up', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const names = await steps(adapter, 25);
      assert.deepEqual(
        names.filter((name) => ACCESSORS.includes(name)),
        [],
        names.join(' '),
      );
      assert.ok(new Set(names).size > 2, names.join(' '));
    }));

  it('run to the next packet, arrival, transition, system call or timer', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const next = async (to: string): Promise<string> => {
        const stopped = adapter.stopped();
        await adapter.custom('sockscope/runTo', { to: to as 'packet', threadId: adapter.thread });
        const stop = await stopped;
        assert.notEqual(stop, 'terminated');
        return `${(stop as Stopped).description} in ${(await top(adapter)).name}`;
      };
      assert.match(await next('transition'), /^Paused on CLOSE → SYN_SENT of .* in connect_v4$/);
      assert.match(await next('packet'), /^Paused on packet sent in /);
      assert.match(await next('arrival'), /^Paused on packet received in /);
      assert.match(await next('syscall'), /^Paused on \w+\(\) in /);
      assert.match(await next('timer'), /^Paused on \w+ in /);
      // One that has stopped stops no more.
      await adapter.go('continue');
    }));

  it('run to the next context switch, to idle, to what is due and to the arrival of a packet', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('two-hosts'), stopOnEntry: true });
      await adapter.stopped();
      const run = async (request: () => Promise<unknown>): Promise<string> => {
        const stopped = adapter.stopped();
        await request();
        const stop = await stopped;
        assert.notEqual(stop, 'terminated');
        return (stop as Stopped).description ?? '';
      };
      const to = (goal: 'switch' | 'idle') => () =>
        adapter.custom('sockscope/runTo', { to: goal, threadId: adapter.thread });
      const onCpu = await run(to('switch'));
      assert.match(onCpu, /^Paused on context switch to \w+ \[pid \d+\]$/);
      const [, pid] = /pid (\d+)/.exec(onCpu)!;
      assert.equal(adapter.thread, Number(pid));
      assert.equal((await adapter.custom('sockscope/due', {})).isAsleep, false);

      assert.equal(await run(to('idle')), 'Paused on idle');
      const threads = (await adapter.threads()).map(({ name }) => name);
      assert.ok(
        threads.every((name) => /sleeping|idle/.test(name)),
        threads.join(', '),
      );
      await adapter.custom('sockscope/addBookmark', { name: 'asleep' });
      const { isAsleep, due } = await adapter.custom('sockscope/due', {});
      assert.ok(isAsleep, JSON.stringify(due));
      assert.deepEqual(
        due.map(({ inNs }) => inNs),
        due.map(({ inNs }) => inNs).sort((a, b) => a - b),
      );
      // The SYN or the question for its neighbour is on the wire, and a timer waits for the answer.
      assert.ok(due[0]!.inNs > 0 && due[0]!.host === undefined, JSON.stringify(due));
      assert.ok(
        due.some(({ what, host }) => what.endsWith('timer_handler') && host !== undefined),
        JSON.stringify(due),
      );
      const number = (await adapter.custom('sockscope/packets', { from: 0, count: 1 })).total;
      assert.equal(number, 1);
      const arrives = () => adapter.custom('sockscope/runToArrival', { number });
      assert.equal(await run(arrives), 'Paused on arrival of packet 1');

      assert.equal(await run(to('idle')), 'Paused on idle');
      const [next] = (await adapter.custom('sockscope/due', {})).due;
      assert.equal(
        await run(() => adapter.custom('sockscope/advanceTime', {})),
        `Paused on ${next!.left} later`,
      );
      // It has arrived: back to that moment.
      await run(arrives);
      assert.equal((await top(adapter)).name, '__netif_receive_skb_core');
      await run(() => adapter.custom('sockscope/goToBookmark', { name: 'asleep' }));
      assert.deepEqual(await adapter.custom('sockscope/due', {}), { isAsleep, due });
    }));

  it('say whose a timer of JavaScript is', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('later'), stopOnEntry: true });
      await adapter.stopped();
      const stopped = adapter.stopped();
      await adapter.custom('sockscope/runTo', { to: 'idle', threadId: adapter.thread });
      assert.notEqual(await stopped, 'terminated');
      const { due } = await adapter.custom('sockscope/due', {});
      assert.deepEqual(
        due.map(({ what, of, left }) => [what, of, left]),
        [['timeout_expired', 'setTimeout() of sleeper [pid 100]', '5 ms']],
      );
    }));

  for (const { sample, line, goal, most } of [
    { sample: 'echo', line: 'await send(', goal: 'tcp_sendmsg_locked', most: 20 },
    { sample: 'udp-echo', line: 'await sendto(', goal: 'udp_sendmsg', most: 30 },
    { sample: 'ping', line: 'await sendto(', goal: 'raw_sendmsg', most: 30 },
    { sample: 'socket-errors', line: 'await socket(family', goal: 'inet_create', most: 30 },
  ])
    it(`stepping in, as the sample ${sample} says, leads to ${goal} in a few steps`, () =>
      withAdapter(async (adapter) => {
        const program = samplePath(sample);
        const lines = readFileSync(program, 'utf8').split('\n');
        // Behind the comment at its head.
        const code = lines.findIndex((text) => text.startsWith('import'));
        const at = lines.findIndex((text, index) => index > code && text.includes(line)) + 1;
        await adapter.launch({ program }, async () => {
          await adapter.request('setExceptionBreakpoints', { filters: [] });
          await adapter.request('setBreakpoints', {
            source: { path: program },
            breakpoints: [{ line: at }],
          });
        });
        await adapter.stopped();
        const passed: string[] = [];
        while (passed.at(-1) !== goal && passed.length < most) {
          await adapter.go('stepIn');
          passed.push((await top(adapter)).name);
        }
        assert.equal(passed.at(-1), goal, passed.join(' '));
      }));

  it('and does not where the launch says so', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter, { stepIntoAccessors: true });
      const names = await steps(adapter, 8);
      assert.ok(
        names.some((name) => ACCESSORS.includes(name)),
        names.join(' '),
      );
    }));

  it('runs to the driver, where the SYN leaves, and from there out to the program', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const client = adapter.thread;
      let stop = adapter.stopped();
      await adapter.custom('sockscope/runTo', { to: 'driver', threadId: client });
      await stop;
      assert.equal((await top(adapter)).name, 'vnic_xmit');
      const stack = (await adapter.stack()).map(({ name }) => name);
      assert.ok(stack.includes('tcp_v4_connect'), stack.join(' '));
      stop = adapter.stopped();
      await adapter.custom('sockscope/runTo', { to: 'program', threadId: client });
      await stop;
      const { name, source } = await top(adapter);
      assert.deepEqual([name, source?.name], ['client', 'handshake.ts']);
      assert.equal(adapter.thread, client);
    }));

  it('out to the program from another thread than the one that stopped', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const server = (await adapter.threads()).find(({ name }) => name.startsWith('server'))!;
      const stop = adapter.stopped();
      await adapter.custom('sockscope/runTo', { to: 'program', threadId: server.id });
      await stop;
      assert.equal((await top(adapter)).name, 'server');
      assert.equal(adapter.thread, server.id);
    }));

  it('refuses another destination', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await assert.rejects(
        adapter.request('sockscope/runTo', { to: 'moon', threadId: adapter.thread }),
        /sockscope\/runTo leads to driver or program or packet or .* or idle, not to "moon"/,
      );
    }));
});
