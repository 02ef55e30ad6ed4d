/** Stops at the transitions of one socket, forward and back. */
import assert from 'node:assert/strict';
import type { TreeItem } from '../../debug-adapter/protocol.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { inConnect } from './support/inConnect.ts';
import { fixture } from './support/paths.ts';

/** The node of the client's socket, as soon as there is one that is in a state. */
async function socketNode(adapter: Adapter, state = ''): Promise<TreeItem> {
  for (;;) {
    const client = (await adapter.tree('sockets')).find(({ label }) => label === 'client');
    const [sock] = client === undefined ? [] : await adapter.tree('sockets', client.id);
    if (sock?.description?.includes(state) === true) return sock;
  }
}
async function watch(adapter: Adapter, enabled: boolean): Promise<void> {
  const { id } = await socketNode(adapter);
  assert.deepEqual(await adapter.custom('sockscope/breakOnSocket', { id, enabled }), { enabled });
}
/** What the next stop is about. */
async function stop(adapter: Adapter, command: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = await adapter.go(command);
  if (stopped === 'terminated') return stopped;
  const { reason, text, description } = stopped;
  return `${reason}: ${transition(text ?? description)}`;
}
const transition = (text = ''): string => /transition (\S+ → \S+)/.exec(text)?.[1] ?? text;

describe("debug adapter: stops at one socket's transitions", () => {
  it('go back to the one before, also from before it was asked for, and stop again on the way forward', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await watch(adapter, true);
      const seen = ['SYN_SENT → ESTABLISHED', 'ESTABLISHED → FIN_WAIT1', 'FIN_WAIT1 → FIN_WAIT2'];
      for (const one of seen) assert.match(await stop(adapter, 'continue'), new RegExp(`: ${one}$`));
      assert.match(await stop(adapter, 'reverseContinue'), /: ESTABLISHED → FIN_WAIT1$/);
      assert.match(await stop(adapter, 'reverseContinue'), /: SYN_SENT → ESTABLISHED$/);
      assert.ok((await socketNode(adapter)).context.includes('watched'), 'the tree of the past says so, too');
      assert.match(await stop(adapter, 'reverseContinue'), /: CLOSE → SYN_SENT$/);
      for (const one of seen) assert.match(await stop(adapter, 'continue'), new RegExp(`: ${one}$`));
    }));

  it('stop once where those of all sockets do, too', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await watch(adapter, true);
      await adapter.request('setExceptionBreakpoints', { filters: ['transition'] });
      const events: number[] = [];
      const next = async (command: 'continue' | 'reverseContinue'): Promise<number> => {
        await stop(adapter, command);
        return Number(await adapter.evaluate('world.event'));
      };
      for (let i = 0; i < 6; i++) events.push(await next('continue'));
      assert.deepEqual([...new Set(events)], events);
      assert.equal(await next('reverseContinue'), events.at(-2));
      assert.equal(await next('reverseContinue'), events.at(-3));
    }));

  it('are taken back in the past', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await watch(adapter, true);
      for (let i = 0; i < 2; i++) await adapter.go('continue');
      assert.match(await stop(adapter, 'reverseContinue'), /: SYN_SENT → ESTABLISHED$/);
      await watch(adapter, false);
      assert.ok(!(await socketNode(adapter)).context.includes('watched'));
      assert.equal(await stop(adapter, 'reverseContinue'), 'entry: Paused at the beginning');
      assert.match(await stop(adapter, 'continue'), /: ESTABLISHED → FIN_WAIT1$/, 'where the run stands');
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));

  it('go on in the present when they were asked for in the past', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.go('next');
      await adapter.go('stepBack');
      await watch(adapter, true);
      assert.match(await stop(adapter, 'continue'), /Paused at the end of the past/);
      assert.ok((await socketNode(adapter)).context.includes('watched'));
      assert.match(await stop(adapter, 'continue'), /: SYN_SENT → ESTABLISHED$/);
    }));

  it('are found in the past when they were asked for while the machine ran', () =>
    withAdapter(async (adapter) => {
      const exchange = fixture('exchange');
      await adapter.launch({ program: exchange });
      await socketNode(adapter, 'ESTABLISHED');
      await watch(adapter, true);
      const stopped = adapter.stopped();
      await adapter.request('setBreakpoints', { source: { path: exchange }, breakpoints: [{ line: 22 }] });
      assert.notEqual(await stopped, 'terminated');
      await adapter.request('setBreakpoints', { source: { path: exchange }, breakpoints: [] });
      assert.match(await stop(adapter, 'reverseContinue'), /: SYN_SENT → ESTABLISHED$/);
      assert.match(await stop(adapter, 'reverseContinue'), /: CLOSE → SYN_SENT$/);
    }));
});
