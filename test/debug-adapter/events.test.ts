/** epoll and eventfd in the debugger: what is watched, what is ready, and who waits. */
import assert from 'node:assert/strict';
import type { TreeItem } from '../../debug-adapter/protocol.ts';
import { type Adapter, withAdapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const EVENTS = fixture('events');
const text = ({ label, description = '' }: TreeItem): string => `${label}: ${description}`;

/** The descriptors of the server. */
async function descriptors(adapter: Adapter): Promise<TreeItem[]> {
  const server = (await adapter.tree('sockets')).find(({ label }) => label === 'server');
  return adapter.tree('sockets', server!.id);
}

describe('debug adapter: epoll and eventfd', () => {
  it('stand among the sockets of their process, with what they watch', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: EVENTS }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: '__sys_connect' }] }),
      );
      await adapter.stopped();
      const before = await descriptors(adapter);
      assert.deepEqual(before.slice(1).map(text), [
        'fd 4 eventfd: count 0, a semaphore',
        'fd 5 epoll: 2 watched, 0 ready',
      ]);
      const epoll = before[2]!;
      assert.deepEqual((await adapter.tree('sockets', epoll.id)).map(text), [
        'epoll_wait(): server [pid 100]',
        'fd 3 :8080: IN',
        'fd 4 eventfd: IN ONESHOT ET',
        'struct eventpoll: ',
      ]);
    }));

  it('show the item that becomes ready when a connection arrives, and its structs by what they mean', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: EVENTS }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'ep_send_events' }] }),
      );
      await adapter.stopped();
      const [, , epoll] = await descriptors(adapter);
      assert.equal(epoll!.description, '2 watched, 1 ready');
      const [waiters, listener] = await adapter.tree('sockets', epoll!.id);
      assert.equal(text(waiters!), 'epoll_wait(): nobody');
      assert.match(text(listener!), /^fd 3 :8080: IN · ready$/);
      assert.match(listener!.tooltip!, /^data 3$/m);

      const at = async (...path: string[]) => (await adapter.variable('Locals', ...path)).value;
      assert.equal(await at('ep'), 'epoll: 2 watched, 1 ready, nobody in epoll_wait()');
      assert.match(await at('ep', 'fd 3'), /^fd 3 .*8080 for IN, ready$/);
      assert.equal(await at('ep', 'fd 4'), 'fd 4 eventfd for IN ONESHOT ET');
      assert.match(
        await at('ep', 'fd 4', 'event', 'events'),
        /^EPOLLIN \| EPOLLERR .* \| EPOLLET \(0xc0000019\)$/,
      );
      assert.equal(await at('ep', 'rdllist'), '1 entry');
      assert.match(await at('ep', 'rdllist', '[0]'), /^fd 3 /);
      assert.equal(await at('ep', 'fd 4', 'pwqlist'), 'epoll item fd 4');
      assert.equal(await at('ep', 'fd 4', 'pwqlist', 'whead'), 'epoll item fd 4 waits');
      assert.equal(await at('ep', 'fd 4', 'ffd', 'file', 'private_data'), 'eventfd: count 0, a semaphore');
    }));

  it('a system call of theirs is a condition to stop at', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: EVENTS }, () =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'syscallEnter', condition: 'epoll_wait' }],
        }),
      );
      const stop = await adapter.stopped();
      assert.equal(stop === 'terminated' ? stop : stop.description, 'Paused on epoll_wait()');
    }));
});
