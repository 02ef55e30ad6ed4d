/** The pictures, as the adapter answers: at a stop, and from the record of the run after its end. */
import assert from 'node:assert/strict';
import type { PictureData, PictureId, RunRecord } from '../../../debug-adapter/protocol.ts';
import { PastRun } from '../../../extension/pastRun.ts';
import { queuesData } from '../../../webviews/pictures/queues/shape.ts';
import { ringsData } from '../../../webviews/pictures/rings/shape.ts';
import { statesData } from '../../../webviews/pictures/states/shape.ts';
import { samplePath } from '../../support/samples.ts';
import { withAdapter, type Adapter } from '../support/adapter.ts';
import { tick } from '../support/lesson.ts';

async function picture<Id extends PictureId>(
  adapter: Adapter,
  id: Id,
): Promise<Extract<PictureData, { picture: Id }>> {
  const { data } = await adapter.custom('sockscope/picture', { picture: id });
  return data as Extract<PictureData, { picture: Id }>;
}

describe('debug adapter: pictures', function () {
  this.timeout(60_000);

  const overflow = async (adapter: Adapter) => {
    await adapter.launch({ program: samplePath('accept-queue-overflow'), stopOnEntry: true, record: true });
    await adapter.stopped();
    await tick(adapter, 'queueOverflow');
    await adapter.go('continue');
  };

  it('show who waits in which queue, and what has changed since the stop before', () =>
    withAdapter(async (adapter) => {
      await overflow(adapter);
      const data = await picture(adapter, 'queues');
      assert.deepEqual(queuesData(data, 'queues'), data);
      const [listener, ...others] = data.listeners;
      assert.equal(others.length, 0);
      assert.equal(listener!.name, 'server :8000');
      const names = ({ entries }: { entries: { name: string }[] }) => entries.map(({ name }) => name);
      assert.deepEqual(names(listener!.synQueue), ['client3']);
      assert.deepEqual(names(listener!.acceptQueue), ['client1', 'client2']);
      assert.deepEqual([listener!.synQueue.room, listener!.acceptQueue.room], [2, 2]);
      assert.match(
        listener!.changes.at(-1)!.text,
        /^client3's request stays in the SYN queue: the accept queue/,
      );
      assert.ok(listener!.changes.every(({ isNew }) => isNew));

      await adapter.go('continue');
      const [then] = (await picture(adapter, 'queues')).listeners;
      const news = then!.changes.filter(({ isNew }) => isNew).map(({ text }) => text);
      assert.deepEqual(news, ["client4's SYN is dropped: the accept queue is full (2 of 2)."]);
    }));

  it('show what is in the rings of a NIC while its driver works on them', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake') }, () =>
        adapter.request('setFunctionBreakpoints', {
          breakpoints: [{ name: 'vnic_clean_rx_irq' }, { name: 'vnic_clean_tx_irq' }],
        }),
      );
      const seen = new Set<string>();
      let stop = await adapter.stopped();
      for (let stops = 0; stops < 8 && stop !== 'terminated'; stops++) {
        const data = await picture(adapter, 'rings');
        assert.deepEqual(ringsData(data, 'rings'), data);
        const [nic, ...others] = data.nics;
        assert.deepEqual([nic!.name, others], ['lo', []]);
        for (const { used, entries, nextToClean, count } of [nic!.tx, nic!.rx]) {
          assert.equal(entries.length, used);
          for (const [place, { index, kind, text }] of entries.entries()) {
            assert.equal(index, (nextToClean + place) % count);
            seen.add(`${kind} ${text.replace(/:\d{5}/, ':PORT').replace(/ (Win|Seq)=.*/, '')}`);
          }
        }
        const [received] = nic!.rx.entries;
        if (received !== undefined) assert.ok(received.packet! > 0, 'a frame on the wire has a number');
        stop = await adapter.go('continue');
      }
      for (const one of ['[SYN] :PORT → :8000', '[SYN, ACK] :8000 → :PORT'])
        for (const kind of ['sent', 'received'])
          assert.ok(seen.has(`${kind} ${one}`), `no ${kind} ${one} in ${[...seen].join(' | ')}`);
    }));

  it('say which NIC is at work: the one that sends, and the one that receives', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('two-hosts') }, () =>
        adapter.request('setFunctionBreakpoints', {
          breakpoints: [{ name: 'vnic_xmit' }, { name: 'vnic_clean_rx_irq' }],
        }),
      );
      await adapter.stopped();
      const busy: (string | undefined)[] = [];
      for (let stops = 0; stops < 3; stops++) {
        const data = await picture(adapter, 'rings');
        assert.deepEqual(ringsData(data, 'rings'), data);
        busy.push(`${(await adapter.stack(undefined, 1))[0]!.name} ${data.busy}`);
        await adapter.go('continue');
      }
      assert.deepEqual(busy, [
        'vnic_xmit client eth0',
        'vnic_clean_rx_irq client eth0',
        'vnic_clean_rx_irq server eth0',
      ]);
    }));

  it('show each socket in its state under the key that it has in the Sockets tree', () =>
    withAdapter(async (adapter) => {
      await overflow(adapter);
      const data = await picture(adapter, 'states');
      assert.deepEqual(statesData(data, 'states'), data);
      const states = data.sockets.map(({ name, state }) => `${name.replace(/:\d{5}/g, ':PORT')} ${state}`);
      assert.deepEqual(states.sort(), [
        ':8000→:PORT ESTABLISHED',
        ':8000→:PORT ESTABLISHED',
        'client1 :PORT→:8000 ESTABLISHED',
        'client2 :PORT→:8000 ESTABLISHED',
        'client3 :PORT→:8000 ESTABLISHED',
        'server :8000 LISTEN',
        'server :8000 ← :PORT NEW_SYN_RECV',
      ]);
      const { socket } = data.sockets.find(({ state }) => state === 'LISTEN')!;
      const [server] = await adapter.tree('sockets');
      const [listener] = await adapter.tree('sockets', server!.id);
      assert.ok(listener!.id.endsWith(`/${socket}`), `${listener!.id} for ${socket}`);
    }));

  it('stay after the end as they were at the last stop that was looked at', () =>
    withAdapter(async (adapter) => {
      const record = new Promise<RunRecord>((resolve) =>
        adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
      );
      await overflow(adapter);
      const queues = await picture(adapter, 'queues');
      await new Promise((resolve) => setTimeout(resolve, 600));
      await adapter.request('terminate');
      const past = new PastRun(await record);
      assert.deepEqual((await past.answer('sockscope/picture', { picture: 'queues' })).data, queues);
      assert.match(past.picturesAsOf, /^ended · last stop at t = 0\.001/);
    }));

  it('are refused by name if there is no such picture', () =>
    withAdapter(async (adapter) => {
      await overflow(adapter);
      await assert.rejects(
        adapter.request('sockscope/picture', { picture: '__proto__' }),
        /there is no picture "__proto__": queues, states/,
      );
    }));
});
