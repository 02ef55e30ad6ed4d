/** The sample of two hosts, followed over DAP: from connect() on one host into tcp_v4_rcv on the other. */
import assert from 'node:assert/strict';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

describe('debug adapter: two hosts on one wire', function () {
  this.timeout(60_000);

  const names = async (adapter: Adapter) => (await adapter.stack()).map(({ name }) => name);
  const hosts = async (adapter: Adapter) => (await adapter.threads()).map(({ name }) => name);

  it('what the sample says comes true, stop by stop', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('two-hosts') }, async () => {
        await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: '__sys_connect' }] });
      });
      await adapter.stopped();
      assert.equal((await names(adapter))[0], '__sys_connect');
      const threads = await hosts(adapter);
      assert.match(
        threads.find((name) => name.startsWith('server'))!,
        /^server \[pid 100\] on server · sleeping in /,
      );
      assert.match(
        threads.find((name) => name.startsWith('client'))!,
        /^client \[pid 101\] on client/,
      );
      const roots = await adapter.tree('sockets');
      assert.deepEqual(
        roots.map(({ label }) => label),
        ['server', 'client'],
      );
      const [server] = await adapter.tree('sockets', roots[0]!.id);
      assert.equal(server!.label, 'server');

      await adapter.request('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'packetReceived' }],
      });
      const softirqOf = async () => (await hosts(adapter)).find((name) => name.startsWith('softirq'))!;
      await adapter.go('continue');
      assert.match(await softirqOf(), /on server/, 'the request is on the server');
      assert.equal((await names(adapter))[0], '__netif_receive_skb_core');
      await adapter.go('continue');
      assert.match(await softirqOf(), /on client/, 'the answer is on the client');
      await adapter.go('continue');
      assert.match(await softirqOf(), /on server/, 'the SYN is on the server');
      const client = (await hosts(adapter)).find((name) => name.startsWith('client'));
      assert.match(client!, /sleeping in inet_wait_for_connect/);
      assert.ok((await names(adapter)).includes('raise_irq'), (await names(adapter)).join(', '));
      assert.equal(await adapter.evaluate('machine.hostname'), '"server"');

      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
      await adapter.request('setExceptionBreakpoints', { filters: [] });
      await adapter.go('continue');
      const stack = await names(adapter);
      assert.equal(stack[0], 'tcp_v4_rcv');
      assert.ok(stack.includes('net_rx_action'), stack.join(', '));

      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      assert.equal(await adapter.go('continue'), 'terminated');
      const said = adapter.output.map(({ text }) => text).join('');
      assert.match(said, /server: 10\.0\.0\.2 says hello/);
    }));

  it('have lanes of their own in the timeline, with packets between, also where somebody has gone back', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('two-hosts') }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_rcv_established' }] }),
      );
      await adapter.stopped();
      const timeline = () => adapter.custom('sockscope/timeline', { axis: 'events', columns: 2000 });
      const { stop, ...there } = await timeline();
      const { lanes, packets, bars } = there;
      const hostsOf = (name: string) => lanes.filter((lane) => lane.name === name).map(({ host }) => host);
      assert.deepEqual([hostsOf('server'), hostsOf('client')], [['server'], ['client']]);
      const crossing = packets.filter(({ from, to }) => lanes[from]!.host !== lanes[to]!.host);
      assert.ok(
        crossing.some(({ label }) => label === 'SYN') && crossing.some(({ label }) => label === 'SYN-ACK'),
      );
      const connect = bars.find(({ name }) => name === 'connect')!;
      assert.equal(lanes[connect.lane]!.host, 'client');
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: '__sys_connect' }] });
      await adapter.go('reverseContinue');
      const { stop: past, stops: _, ...seen } = await timeline();
      const { stops: __, ...known } = there;
      assert.deepEqual(seen, known, 'what is recorded stays');
      assert.ok(past!.event < stop!.event);
      assert.equal(past!.event, Number(await adapter.evaluate('world.event')));
    }));
});
