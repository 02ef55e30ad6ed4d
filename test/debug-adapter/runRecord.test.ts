/** What the adapter tells at the end of a run, and what can be read from it when the machine is gone. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { RunRecord, TreeItem } from '../../debug-adapter/protocol.ts';
import { PastRun } from '../../extension/pastRun.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const TRANSITION = 'SYN_RECV -> ESTABLISHED';

describe('debug adapter: what is left of a run', function () {
  this.timeout(60_000);

  it('the capture, the code of its packets, and the trees of the last stop that was looked at', () =>
    withAdapter(async (adapter) => {
      const record = recordOf(adapter);
      await launch(adapter);
      await adapter.stopped();
      const listener = (await itemsUnder(adapter, 'sockets')).join('\n');
      const first = await adapter.custom('sockscope/packetCode', { number: 1, which: 'sent' });
      // Somebody looks at this stop.
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.equal(await adapter.go('continue'), 'terminated');
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      const { layers } = await adapter.custom('sockscope/packet', { number: 2 });

      const past = new PastRun(await record);
      const kept = await past.answer('sockscope/packets', { from: 0, count: 100 });
      assert.deepEqual(kept.rows, rows);
      assert.deepEqual((await past.answer('sockscope/packet', { number: 2 })).layers, layers);
      assert.deepEqual(await past.answer('sockscope/packetCode', { number: 1, which: 'sent' }), first);
      assert.match(listener, /LISTEN/);
      assert.equal((await pastItems(past, 'sockets')).join('\n'), listener);
      assert.match(
        past.treesAsOf,
        /^The run has ended at t = \d+\.\d+ s: as of its last stop \(.*SYN_RECV → ESTABLISHED.*\), at t = 0\.000/,
      );
      assert.match(past.packetsAsOf, /^ended at t = \d+\.\d+ s$/);
    }));

  it('the trees of a stop at which the machine had much to answer before', () =>
    withAdapter(async (adapter) => {
      const record = recordOf(adapter);
      await launch(adapter);
      await adapter.stopped();
      // Each is ended after half a second, and what is asked after them is answered after them.
      const endless = Array.from({ length: 6 }, () => adapter.evaluate('(() => { for (;;); })()'));
      for (const { status } of await Promise.allSettled(endless)) assert.equal(status, 'rejected');
      // The trees come after all of them.
      await adapter.evaluate('1');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(new PastRun(await record).treesAsOf, /as of its last stop/);
    }));

  it('all of it, too, when it is terminated at a stop', () =>
    withAdapter(async (adapter) => {
      const record = recordOf(adapter);
      await launch(adapter);
      await adapter.stopped();
      const events: string[] = [];
      for (const name of ['exited', 'terminated'])
        adapter.client.on(name, ({ event, body }: DebugProtocol.Event) =>
          events.push(`${event} ${JSON.stringify(body ?? '')}`),
        );
      const ended = adapter.stopped();
      await adapter.request('terminate');
      assert.equal(await ended, 'terminated');
      await adapter.request('terminate');
      assert.deepEqual(events, ['exited {"exitCode":143}', 'terminated ""']);
      const past = new PastRun(await record);
      assert.ok(past.packets >= 3);
      assert.match((await pastItems(past, 'sockets')).join('\n'), /LISTEN/);
      assert.match(past.treesAsOf, /as of its last stop/);
    }));

  it('the capture, when it is terminated while the program computes without end', () =>
    withAdapter(async (adapter) => {
      const record = recordOf(adapter);
      await adapter.launch({ program: fixture('busy'), record: true });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const ended = adapter.stopped();
      await adapter.request('terminate');
      assert.equal(await ended, 'terminated');
      assert.match(new PastRun(await record).packetsAsOf, /^ended/);
    }));

  it('can be filtered and exported, and refuses with a message what needs the machine', () =>
    withAdapter(async (adapter) => {
      const record = recordOf(adapter);
      await launch(adapter);
      await adapter.stopped();
      await adapter.go('continue');
      const past = new PastRun(await record);
      const syns = await past.answer('sockscope/packets', {
        from: 0,
        count: 9,
        filter: 'tcp.flags.syn == 1',
      });
      assert.equal(syns.matching, 2);
      const wrong = await past.answer('sockscope/packets', { from: 0, count: 9, filter: 'tcp.prot == 1' });
      assert.match(wrong.invalidFilter?.message ?? '', /did you mean tcp\.port/);
      const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-record-'));
      try {
        const [theirs, ours] = [path.join(folder, 'adapter.pcapng'), path.join(folder, 'past.pcapng')];
        await adapter.custom('sockscope/exportPackets', { path: theirs });
        await past.answer('sockscope/exportPackets', { path: ours });
        assert.deepEqual(await readFile(ours), await readFile(theirs));
      } finally {
        await rm(folder, { recursive: true });
      }
      await assert.rejects(
        past.answer('sockscope/setTreeValue', { id: 'x', value: '1' }),
        /the run has ended/,
      );
    }));

  it('is not told to a client that did not ask for it', () =>
    withAdapter(async (adapter) => {
      let told = false;
      adapter.client.on('sockscope/record', () => (told = true));
      await adapter.launch({ program: fixture('handshake') });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.equal(told, false);
    }));

  const launch = (adapter: Adapter) =>
    adapter.launch({ program: fixture('handshake'), record: true }, () =>
      adapter.request('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'transition', condition: TRANSITION }],
      }),
    );

  const recordOf = (adapter: Adapter) =>
    new Promise<RunRecord>((resolve) =>
      adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
    );

  const text = ({ label, description }: TreeItem) => `${label} ${description ?? ''}`;

  /** The tree's first two levels. */
  async function itemsUnder(adapter: Adapter, view: 'sockets', parent?: string): Promise<string[]> {
    const items = await adapter.tree(view, parent);
    const below = parent ? [] : await Promise.all(items.map(({ id }) => itemsUnder(adapter, view, id)));
    return [...items.map(text), ...below.flat()];
  }
  async function pastItems(past: PastRun, view: 'sockets', parent?: string): Promise<string[]> {
    const { items } = await past.answer('sockscope/tree', {
      view,
      ...(parent !== undefined && { parent }),
    });
    const below = parent ? [] : await Promise.all(items.map(({ id }) => pastItems(past, view, id)));
    return [...items.map(text), ...below.flat()];
  }
});
