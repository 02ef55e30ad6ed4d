/** Which kernel functions ran, nested: of a system call, and of a packet's way. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture, ROOT } from './support/paths.ts';

const program = fixture('handshake');

async function atLine(adapter: Adapter, line: number): Promise<void> {
  await adapter.launch({ program }, () =>
    adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] }),
  );
  await adapter.stopped();
}

describe('debug adapter: a function graph', () => {
  it("of connect() holds its functions down to the driver, the server's softirq and the way back up, with their times", () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 20);
      const { calls } = await adapter.custom('sockscope/sequence', {});
      const connect = calls.find(({ name }) => name === 'connect')!;
      const graph = await adapter.custom('sockscope/functionGraph', {
        from: connect.from.event,
        to: connect.to!.event,
      });
      const outline = (names: readonly string[]) =>
        graph.calls.filter(({ name }) => names.includes(name)).map(({ name, depth }) => `${depth} ${name}`);
      const shown = graph.text;
      assert.equal(graph.leftOut, 0);
      const [first] = graph.calls;
      assert.deepEqual([first!.name, first!.depth], ['__sys_connect', 0], shown);
      assert.match(first!.context, /^client \[pid \d+\]$/);
      assert.match(first!.location!.path, /stack\/net\/socket\/\w+\.ts$/);
      // Each function under its caller.
      const down = ['__sys_connect', 'tcp_v4_connect', 'tcp_connect', 'ip_queue_xmit', 'vnic_xmit'];
      const depths = outline(down).map((line) => Number(line.split(' ')[0]));
      assert.deepEqual(
        outline(down)
          .map((line) => line.split(' ')[1])
          .slice(0, 5),
        down,
        shown,
      );
      assert.deepEqual(
        depths.slice(0, 5),
        depths.slice(0, 5).toSorted((a, b) => a - b),
        shown,
      );
      // From the IRQ up: the SYN at the listener, the SYN-ACK at the client.
      assert.ok(outline(['tcp_v4_rcv']).length >= 2, shown);
      assert.ok(outline(['tcp_conn_request']).length === 1, shown);
      // It sleeps until the handshake is done: virtual time has passed in it, and in nothing that it computes.
      assert.ok(first!.durationNs! > 0, shown);
      const lookup = graph.calls.find(({ name }) => name === 'ip_queue_xmit')!;
      assert.equal(lookup.durationNs, 0);
      assert.ok(lookup.hostUs! > 0);
      assert.match(shown, /\n +\d+\.\d{9} \| +\|  __sys_connect\(\) \{\n/);
      assert.match(shown, /\n +\d+\.\d{9} \| [ +!#*@$]+ *\d+\.\d{3} us  \|  \} \/\* __sys_connect \*\/\n/);
      assert.equal(shown.split('{\n').length, shown.split('} /*').length, shown.slice(0, 4000));
    }));

  it("of a packet's way nests from the interrupt up: driver, softirq, IP, TCP", () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 21);
      const { stations, packet } = await adapter.custom('sockscope/packetWay', { number: 1 });
      assert.match(packet!.label, / SYN$/);
      const events = stations.map(({ at }) => at.event);
      const range = { from: Math.min(...events), to: Math.max(...events), packetsOnly: true };
      const way = await adapter.custom('sockscope/functionGraph', range);
      /** The functions that a call is nested in, from the outside, and itself. */
      const around = ({ calls, text }: typeof way, name: string): string[] => {
        let at = calls.findIndex((call) => call.name === name);
        assert.ok(at >= 0, text);
        const names: string[] = [];
        for (let depth = calls[at]!.depth; at >= 0; at--)
          if (calls[at]!.depth === depth) {
            names.unshift(calls[at]!.name);
            depth--;
          }
        return names;
      };
      const path = around(way, 'tcp_v4_rcv');
      assert.deepEqual(path.slice(0, 4), ['raise_irq', 'irq_exit', 'do_softirq', 'net_rx_action'], way.text);
      const main = ['net_rx_action', 'vnic_poll', 'ip_rcv', 'ip_local_deliver', 'tcp_v4_rcv'];
      assert.deepEqual(
        path.filter((name) => main.includes(name)),
        main,
      );
      assert.deepEqual(
        around(way, 'tcp_conn_request').slice(0, path.length),
        path,
        'the listener answers within it',
      );
      // The handler of the interrupt has no packet yet: it asks for the softirq, which runs when the interrupt ends.
      const all = await adapter.custom('sockscope/functionGraph', { ...range, packetsOnly: false });
      assert.ok(!way.calls.some(({ name }) => name === 'vnic_intr'));
      // The first one is that of the sending.
      const arrival = all.calls.slice(all.calls.findLastIndex(({ name }) => name === 'raise_irq'));
      const interrupt = { ...all, calls: arrival };
      assert.deepEqual(
        around(interrupt, '__napi_schedule'),
        ['raise_irq', 'vnic_intr', '__napi_schedule'],
        all.text,
      );
      assert.deepEqual(around(interrupt, 'tcp_v4_rcv'), path);
      const at = (name: string) => arrival.findIndex((call) => call.name === name);
      assert.ok(at('vnic_intr') < at('net_rx_action'), all.text);
    }));

  it('of packets only leaves out what has none; events beyond the run are refused', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 21);
      const range = { from: 1 };
      const all = await adapter.custom('sockscope/functionGraph', range);
      const some = await adapter.custom('sockscope/functionGraph', { ...range, packetsOnly: true });
      const has = ({ calls }: typeof all, name: string) => calls.some((call) => call.name === name);
      assert.ok(has(all, 'inet_bind') && has(all, 'ip_rcv') && has(some, 'ip_rcv'), some.text);
      assert.ok(!has(some, 'inet_bind'), some.text);
      await assert.rejects(
        adapter.custom('sockscope/functionGraph', { from: 1_000_000 }),
        /the run has not come to event 1000000 yet/,
      );
      assert.equal(await adapter.evaluate('1 + 1'), '2');
    }));

  it("of a Node program's call is the same where the program has been gone back in", () =>
    withAdapter(async (adapter) => {
      const talk = path.join(ROOT, 'test/debug-adapter/fixtures/node/talk.mjs');
      const breakpoints = [{ line: 8, column: 21, condition: 'turn === 3' }];
      await adapter.launch({ program: talk }, () =>
        adapter.request('setBreakpoints', { source: { path: talk }, breakpoints }),
      );
      await adapter.stopped();
      const { calls } = await adapter.custom('sockscope/sequence', {});
      const write = calls.findLast(({ name }) => name === 'sendto')!;
      const range = { from: write.from.event, to: write.to!.event };
      const outline = async () => {
        const graph = await adapter.custom('sockscope/functionGraph', range);
        return graph.calls.map(({ name, depth, context, durationNs }) => [depth, name, context, durationNs]);
      };
      const there = await outline();
      const names = there.map(([, name]) => name);
      for (const name of ['tcp_sendmsg', 'tcp_write_xmit', 'vnic_xmit', 'net_rx_action'])
        assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
      await adapter.go('stepBack');
      assert.deepEqual(await outline(), there);
    }));
});
