/** Data breakpoints on the bytes of a packet. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');
type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
type Set = DebugProtocol.SetDataBreakpointsResponse['body'];

/** Stops at a function's first line, while the client's SYN is on its way; nothing else stops it from there on. */
async function inFunction(adapter: Adapter, name: string, hitCondition = '1'): Promise<void> {
  await adapter.launch({ program }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name, hitCondition }] }),
  );
  await adapter.stopped();
  await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
  await adapter.request('setExceptionBreakpoints', { filters: [] });
}
async function stop(adapter: Adapter, command: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = await adapter.go(command);
  return stopped === 'terminated' ? stopped : (stopped.text ?? stopped.description ?? stopped.reason);
}
/** The function in which it stands, and the text of its statement. */
async function statement(adapter: Adapter): Promise<string> {
  const [{ name, line, source }] = (await adapter.stack()) as [DebugProtocol.StackFrame];
  const text = readFileSync(source!.path!, 'utf8').split('\n')[line - 1]!;
  return `${name}: ${text.trim()}`;
}
/** The first eight bytes of the IPv4 header that ends here. */
function hexOf(adapter: Adapter, end: number): Promise<string> {
  return adapter.evaluate(
    `[...skb.head.subarray(${end - 20}, ${end - 12})].map((b) => b.toString(16).padStart(2, '0')).join('')`,
  );
}
const CHANGED =
  /^head\[\d+(?:\.\.\d+)?\] of .* has changed since event \d+: (?:… )?[0-9a-f ]+(?: …)? → (?:… )?[0-9a-f ]+(?: …)?$/;

describe('debug adapter: watched bytes of a packet', () => {
  it('stop at the first tracepoint after a change', () =>
    withAdapter(async (adapter) => {
      // Its IPv4 header is still to be written, below the data.
      await inFunction(adapter, '__ip_queue_xmit');
      assert.match(
        await adapter.evaluate('watch skb.head[0..320]'),
        /^1: head\[0\.\.320\] of .* \(write\) – "unwatch 1" ends it\.\nIt stops at the first tracepoint after a change; from there Reverse goes to the statement/,
      );
      const first = await stop(adapter, 'continue');
      assert.match(first, CHANGED);
      const second = await stop(adapter, 'continue');
      assert.match(second, CHANGED);
      assert.notEqual(second, first);
    }));

  it('are found back at each statement that has changed them, the last one first', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      // The IPv4 header ends where TCP's begins; of it the length, the identification and the fragment's offset.
      const end = Number(await adapter.evaluate('skb.data'));
      await adapter.evaluate(`watch skb.head[${end - 20}..${end - 12}]`);
      const first = await stop(adapter, 'continue');
      assert.match(first, CHANGED);
      const visited: string[] = [];
      let header: string | undefined;
      for (;;) {
        const sentence = await stop(adapter, 'reverseContinue');
        if (!sentence.includes('is changed by this statement')) {
          assert.equal(sentence, 'Paused at the beginning');
          break;
        }
        visited.push(await statement(adapter));
        // Nothing has changed since the statement that was visited before this one.
        const before = await hexOf(adapter, end);
        await adapter.go('next');
        const after = await hexOf(adapter, end);
        assert.notEqual(after, before);
        assert.equal(after, header ?? after, visited.join('\n'));
        header = before;
        // What a step has done is undone to the statement, too.
        assert.equal(await stop(adapter, 'reverseContinue'), sentence);
      }
      assert.equal(header, `"${'00'.repeat(8)}"`);
      assert.deepEqual(visited, [
        '__ip_local_out: head[at + 3] = len;',
        'ip_select_ident_segs: iph.id = inet.inet_id & 0xffff;',
        '__ip_queue_xmit: head[at + 6] = ip_dont_fragment(sk, rt) && !skb.ignore_df ? IP_DF >> 8 : 0;',
        '__ip_queue_xmit: head[at] = 0x45;',
      ]);
      assert.equal(await stop(adapter, 'continue'), first);
    }));

  it('are found back after a breakpoint that comes between the statement and the next tracepoint', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      const end = Number(await adapter.evaluate('skb.data'));
      await adapter.evaluate(`watch skb.head[${end - 20}]`);
      assert.match(await stop(adapter, 'continue'), / has changed since event \d+: 00 → 45$/);
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'ip_output' }] });
      assert.match(await stop(adapter, 'reverseContinue'), /^function breakpoint$/);
      assert.match(await statement(adapter), /^ip_output: /);
      assert.match(await stop(adapter, 'reverseContinue'), / is changed by this statement: 00 → 45$/);
      assert.match(await statement(adapter), /^__ip_queue_xmit: /);
      assert.match(await stop(adapter, 'continue'), /^function breakpoint$/);
      assert.match(await statement(adapter), /^ip_output: /);
    }));

  it('are found back where the network card has written them', () =>
    withAdapter(async (adapter) => {
      // The first time the NIC has only sent the frame.
      await inFunction(adapter, 'vnic_clean_rx_irq', '2');
      await adapter.evaluate('watch adapter.rx_ring.desc[0].buffer_addr[12..14]');
      assert.match(await stop(adapter, 'reverseContinue'), / is changed by this statement: 00 00 → 08 00$/);
      assert.match(await statement(adapter), /^#store: copy_bytes\(/);
    }));

  it('go back to what has changed before they were asked for, of a packet to which nothing lasting refers', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, 'vnic_xmit');
      // As in C, the packet's first bytes: those of its Ethernet header.
      assert.match(await adapter.evaluate('watch skb.data[12..16]'), /^1: head\[\d+\.\.\d+\] of /);
      assert.match(
        await stop(adapter, 'reverseContinue'),
        / is changed by this statement: 00 00 45 00 → 08 00 45 00$/,
      );
      assert.match(await statement(adapter), /^eth_header: bytes\[at \+ ETH_H_PROTO\] = /);
    }));

  it('take a condition on the bytes; none of them is known to be read', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      await assert.rejects(
        adapter.evaluate('rwatch skb.head[0]'),
        /of bytes only changes are known: nothing tells when they are read/,
      );
      await assert.rejects(adapter.evaluate('watch skb.head[319..321]'), /head has the bytes 0 to 319/);
    }));

  it('are offered in Variables, byte by byte', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      const { variablesReference } = await adapter.variable('Locals', 'skb', 'head');
      // The network header is still to be pushed.
      const at = Number(await adapter.evaluate('skb.data')) - 20;
      const info = await adapter.request<Info>('dataBreakpointInfo', {
        variablesReference,
        name: String(at),
      });
      assert.match(info.description, new RegExp(`^head\\[${at}\\] of `));
      assert.deepEqual(info.accessTypes, ['write']);
      const { breakpoints } = await adapter.request<Set>('setDataBreakpoints', {
        breakpoints: [
          { dataId: info.dataId, accessType: 'write', condition: '$old === 0 && $value === 0x45' },
        ],
      });
      assert.equal(breakpoints[0]!.verified, true);
      assert.match(await stop(adapter, 'continue'), / has changed since event \d+: 00 → 45$/);
    }));

  it('do not stop at what the user writes', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      // The urgent pointer, which nobody looks at without URG.
      await adapter.evaluate('watch skb.data[18..20]');
      const { memoryReference } = await adapter.variable('Locals', 'skb');
      const headers = Number(await adapter.evaluate('skb.data - skb.transport_header'));
      await adapter.request('writeMemory', { memoryReference, offset: headers + 18, data: 'AQI=' });
      assert.equal(await adapter.evaluate('skb.head[skb.data + 18] * 256 + skb.head[skb.data + 19]'), '258');
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));

  it('do not stop at what the user assigns, nor where that is assigned again', () =>
    withAdapter(async (adapter) => {
      await inFunction(adapter, '__ip_queue_xmit');
      await adapter.evaluate('watch skb.data[18..20]');
      const at = Number(await adapter.evaluate('skb.data')) + 18;
      await adapter.evaluate(`skb.head[${at}] = 1`);
      const [{ id: frameId }] = (await adapter.stack()) as [DebugProtocol.StackFrame];
      await adapter.request('setExpression', { expression: `skb.head[${at + 1}]`, value: '2', frameId });
      await adapter.go('next');
      assert.equal(await adapter.evaluate(`skb.head[${at}] * 256 + skb.head[${at} + 1]`), '258');
      assert.equal(await stop(adapter, 'reverseContinue'), 'Paused at the beginning');
      assert.match(await stop(adapter, 'continue'), /Paused at the end of the past/);
      assert.equal(await adapter.evaluate(`skb.head[${at}] * 256 + skb.head[${at} + 1]`), '258');
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));

  it('of a receive ring do not stop at a frame that the user changes there', () =>
    withAdapter(async (adapter) => {
      // The first time the NIC has only sent the frame.
      await inFunction(adapter, 'vnic_clean_rx_irq', '2');
      // A byte of the sender's hardware address, which nobody looks at.
      await adapter.evaluate('watch adapter.rx_ring.desc[0].buffer_addr[7] if $value === 0x77');
      await adapter.evaluate('frame 1 set 7 77');
      assert.equal(await adapter.evaluate('adapter.rx_ring.desc[0].buffer_addr[7]'), '119');
      await adapter.go('next');
      assert.equal(await stop(adapter, 'reverseContinue'), 'Paused at the beginning');
      assert.match(await stop(adapter, 'continue'), /Paused at the end of the past/);
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));
});
