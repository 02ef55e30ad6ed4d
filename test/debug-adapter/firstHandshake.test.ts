/** The main job: from a breakpoint in a scenario down to the NIC, and through a handshake by its states. */
import assert from 'node:assert/strict';
import { withAdapter } from './support/adapter.ts';
import { expectGolden } from './support/golden.ts';
import { fixture } from './support/paths.ts';
import { Transcript } from './support/transcript.ts';

const PROGRAM = fixture('handshake');
const SOCKETS =
  /^(server|client|fd |accept queue|SYN queue|queues|timers|in flight|←|time-wait|orphans|being made)/;

describe('debug adapter: a first handshake', () => {
  it('stops at the connect(), in the kernel, and at each step of the handshake', () =>
    withAdapter(async (adapter) => {
      const seen = new Transcript(adapter);
      await adapter.launch({ program: PROGRAM }, async () => {
        await adapter.request('setBreakpoints', { source: { path: PROGRAM }, breakpoints: [{ line: 19 }] });
        await adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'transition', condition: 'SYN_RECV -> ESTABLISHED' }],
        });
        await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_send_synack' }] });
      });
      await seen.stop(await adapter.stopped());
      await seen.threads();
      await seen.locals();
      await seen.go('stepIn');
      await seen.stack();
      await seen.locals();
      await seen.tree('sockets', SOCKETS);
      await seen.go('continue');
      await seen.tree('sockets', SOCKETS);
      await seen.packets();
      await seen.go('stepOut');
      await seen.go('continue');
      await seen.stack();
      await seen.tree('sockets', SOCKETS);
      await seen.packets();
      await seen.go('next');
      await seen.go('continue');
      for (const { category, text } of adapter.output) seen.note(`output (${category}): ${text.trimEnd()}`);
      expectGolden('firstHandshake', seen.text);
    }));

  it('steps from connect() down to vnic_xmit, and back out to the next line of the scenario', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: PROGRAM }, () =>
        adapter.request('setBreakpoints', { source: { path: PROGRAM }, breakpoints: [{ line: 19 }] }),
      );
      await adapter.stopped();
      const way = [
        '__sys_connect',
        '__sys_connect_file',
        'inet_stream_connect',
        '__inet_stream_connect',
        'tcp_v4_connect',
        'tcp_connect',
        'tcp_transmit_skb',
        'ip_queue_xmit',
        'dev_queue_xmit',
        'vnic_xmit',
      ];
      for (const name of way) await stepTo(adapter, name);
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.deepEqual(
        names.filter((name) => way.includes(name)),
        [...way].reverse(),
      );
      assert.equal(names.at(-1), 'client');

      // Out again, across the sleep in which connect() waits for the SYN-ACK.
      for (let steps = 0; steps < 60; steps++) {
        await adapter.go('stepOut');
        const [top] = await adapter.stack(undefined, 1);
        assert.notEqual(adapter.thread, 1, `left into the softirq at ${top!.name}`);
        if (top!.name === 'client') {
          assert.ok(top!.line === 19 || top!.line === 20, `in line ${top!.line}`);
          return;
        }
      }
      assert.fail('never came back to the scenario');
    })).timeout(60_000);
});

/** Step over line by line, into what leads there. */
async function stepTo(adapter: import('./support/adapter.ts').Adapter, name: string): Promise<void> {
  for (let steps = 0; steps < 200; steps++) {
    const [top] = await adapter.stack(undefined, 1);
    if (top!.name === name) return;
    const { targets } = await adapter.request<{ targets: { id: number; label: string }[] }>('stepInTargets', {
      frameId: top!.id,
    });
    const target = targets.find(({ label }) => leadsTo(label, name));
    await adapter.go(
      target === undefined ? 'next' : 'stepIn',
      target === undefined ? {} : { targetId: target.id },
    );
  }
  throw new Error(`never came to ${name}`);
}
/** Calls through tables of functions are known by the name of the field. */
const BETWEEN: Record<string, RegExp> = {
  __sys_connect: /^connect$/,
  inet_stream_connect: /\.connect$/,
  tcp_v4_connect: /\.connect$/,
  tcp_connect: /^(?:connect_v4|tcp_connect)$/,
  tcp_transmit_skb: /^tcp_transmit_skb$|^tcp_send_syn/,
  ip_queue_xmit: /queue_xmit$|^__tcp_transmit_skb$/,
  dev_queue_xmit:
    /^(?:__ip_queue_xmit|ip_local_out|dst_output|.*\.output|ip_finish_output|ip_finish_output2|neigh_output|neigh_hh_output|dev_queue_xmit)$/,
  vnic_xmit:
    /^(?:__dev_queue_xmit|__dev_xmit_skb|sch_direct_xmit|dev_hard_start_xmit|xmit_one|.*ndo_start_xmit|__qdisc_run|qdisc_run|qdisc_restart)$/,
};
function leadsTo(label: string, name: string): boolean {
  return label === name || (BETWEEN[name]?.test(label) ?? false);
}
