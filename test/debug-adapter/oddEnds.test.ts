/** Sockets and packets without all that a connection has: a refused connect(), one in close(), ARP. */
import assert from 'node:assert/strict';
import { samplePath } from '../support/samples.ts';
import { withAdapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

describe('debug adapter: a refused socket, one in close(), an ARP packet', () => {
  it('a refused socket shows the port that it had, and no peer of which half is gone', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('refused') }, () =>
        adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] }),
      );
      await adapter.stopped();
      const [client] = await adapter.tree('sockets');
      const [socket] = await adapter.tree('sockets', client!.id);
      assert.match(socket!.label, /^fd 3 \*:\d+$/);
      assert.equal(socket!.description, 'CLOSE');
      assert.match(await adapter.evaluate('sockets[0]'), /^TCP \*:\d+ CLOSE/);
    }));

  it('a socket in the middle of close() is listed, though no descriptor leads to it any more', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake') }, () =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'transition', condition: 'ESTABLISHED -> FIN_WAIT1' }],
        }),
      );
      await adapter.stopped();
      const roots = await adapter.tree('sockets');
      const group = roots.find(({ label }) => label === 'being closed');
      assert.ok(group, roots.map(({ label }) => label).join(', '));
      const [socket] = await adapter.tree('sockets', group.id);
      assert.match(socket!.label, /^:8000→:\d+$/);
      await adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] });
    }));

  it('an sk_buff that holds ARP reads as ARP', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('two-hosts') }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'arp_rcv' }] }),
      );
      await adapter.stopped();
      assert.match(
        (await adapter.variable('Locals', 'received')).value,
        /^sk_buff ARP Who has [\d.]+\? Tell [\d.]+$/,
      );
      await adapter.go('continue');
      assert.match(
        (await adapter.variable('Locals', 'received')).value,
        /^sk_buff ARP [\d.]+ is at [0-9a-f:]{17}$/,
      );
    }));
});
