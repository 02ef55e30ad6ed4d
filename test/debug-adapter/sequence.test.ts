/** The request sockscope/sequence: what was recorded of a run, told from its beginning. */
import assert from 'node:assert/strict';
import type { RunRecord, SequenceResponse } from '../../debug-adapter/protocol.ts';
import { PastRun } from '../../extension/pastRun.ts';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { expectGolden } from './support/golden.ts';
import { fixture } from './support/paths.ts';
import { sequenceText } from './support/sequenceText.ts';

describe('debug adapter: the sequence of a run', function () {
  this.timeout(60_000);

  /** Run a sample to its end. */
  const ended = async (adapter: Adapter, sample: string): Promise<void> => {
    await adapter.launch({ program: samplePath(sample) });
    assert.equal(await adapter.stopped(), 'terminated');
  };

  for (const sample of [
    'first-handshake',
    'lost-syn',
    'refused-and-reset',
    'accept-queue-overflow',
    'two-hosts',
    'udp-echo',
    'ping',
  ])
    it(`${sample}: calls, sleeps, packets, states and queues`, () =>
      withAdapter(async (adapter) => {
        await ended(adapter, sample);
        expectGolden(`sequence/${sample}`, sequenceText(await adapter.custom('sockscope/sequence', {})));
      }));

  it('a third host on the wire takes no part in what two others say', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('threeHosts') });
      assert.equal(await adapter.stopped(), 'terminated');
      const sequence = await adapter.custom('sockscope/sequence', {});
      const names = new Map(sequence.lifelines.map(({ id, name, host }) => [id, `${name} ${host}`]));
      const segments = sequence.packets.filter(({ label }) => /SYN|ACK|FIN/.test(label));
      assert.ok(segments.length >= 7, sequenceText(sequence));
      for (const { to, fate, isDuplicate, number } of segments) {
        assert.deepEqual([fate, isDuplicate ?? false], ['delivered', false], sequenceText(sequence));
        assert.doesNotMatch(names.get(to)!, /bystander/);
        const { stations } = await adapter.custom('sockscope/packetWay', { number });
        assert.deepEqual(
          stations.filter(({ kind }) => kind === 'dropped'),
          [],
        );
        assert.equal(stations.filter(({ kind }) => kind === 'napi').length, 1, JSON.stringify(stations));
      }
    }));

  it('one connection of several, and what its two ends did', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, 'accept-queue-overflow');
      const all = await adapter.custom('sockscope/sequence', {});
      assert.equal(all.lifelines.length, 5);
      const { id, packets } = all.connections[2]!;
      const one = await adapter.custom('sockscope/sequence', { connection: id });
      assert.deepEqual(
        one.lifelines.map(({ name }) => name),
        ['client3', 'server'],
      );
      assert.equal(one.packets.length, packets);
      assert.ok(one.queues.some(({ overflow }) => overflow === 'accept'));
      assert.ok(one.calls.some(({ name }) => name === 'connect'));
      const closes = one.calls.filter(({ name, lifeline }) => name === 'close' && lifeline === 'process 100');
      assert.equal(closes.length, 2, 'of its own socket and of the listener');
      await assert.rejects(
        adapter.custom('sockscope/sequence', { connection: 'TCP 1.2.3.4:5 6.7.8.9:10' }),
        /no packet of the connection "TCP 1\.2\.3\.4:5 6\.7\.8\.9:10" is recorded/,
      );
    }));

  it('a SYN that finds the SYN queue full is dropped only where it is answered with no cookie', async () => {
    const droppedWith = (sysctl: object) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program: fixture('crowded'), nic: { latency: '10ms' }, sysctl });
        await adapter.stopped();
        const { packets, queues } = await adapter.custom('sockscope/sequence', {});
        assert.ok(queues.some(({ overflow }) => overflow === 'syn'));
        return packets.flatMap(({ number, fate, reason }) => (fate === 'dropped' ? [[number, reason]] : []));
      });
    // With cookies it is the ACK and what follows it that find no room.
    assert.deepEqual(await droppedWith({}), [
      [9, 'ListenOverflows'],
      [14, 'ListenOverflows'],
    ]);
    assert.deepEqual(await droppedWith({ 'net.ipv4.tcp_syncookies': 0 }), [[3, 'TCPReqQFullDrop']]);
  });

  it('at a stop it is told up to there: a call that has not returned, a packet on its way', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake') }, () =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'transition', condition: 'SYN_SENT -> ESTABLISHED' }],
        }),
      );
      await adapter.stopped();
      const { stop, calls, packets, states, queues } = await adapter.custom('sockscope/sequence', {});
      const connect = calls.find(({ name }) => name === 'connect')!;
      assert.equal(connect.to, undefined);
      assert.deepEqual(
        packets.map(({ label, fate }) => [label, fate]),
        [
          ['SYN', 'delivered'],
          ['SYN-ACK', 'delivered'],
        ],
      );
      assert.deepEqual(states.at(-1), { ...states.at(-1)!, to: 'ESTABLISHED', at: stop! });
      assert.equal(queues.at(-1)!.syn, 1);
    }));

  it('the code of a call, of a sleep and of a state change, at a stop and after the end', () =>
    withAdapter(async (adapter) => {
      const record = new Promise<RunRecord>((resolve) =>
        adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
      );
      await adapter.launch({ program: samplePath('first-handshake'), record: true }, () =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'transition', condition: 'SYN_SENT -> ESTABLISHED' }],
        }),
      );
      await adapter.stopped();
      const { calls, states, packets } = await adapter.custom('sockscope/sequence', {});
      const connect = calls.find(({ name }) => name === 'connect')!;
      const opened = async (event: number) => {
        const { stack = [], opening = 0 } = await adapter.custom('sockscope/eventCode', { event });
        return { names: stack.map(({ name }) => name), opening: stack[opening] };
      };
      const call = await opened(connect.from.event);
      assert.match(call.opening!.location!.path, /first-handshake\.ts$/);
      assert.equal(call.opening!.name, 'client');
      const sleep = await opened(connect.sleeps[0]!.from.event);
      assert.equal(sleep.opening!.name, 'inet_wait_for_connect');
      assert.ok(sleep.names.includes('client'), `${sleep.names.join(', ')}: down to the program`);
      const change = await opened(states.at(-1)!.at.event);
      assert.equal(change.opening!.name, 'tcp_finish_connect');
      const none = await adapter.custom('sockscope/eventCode', { event: packets[0]!.sent.event });
      assert.deepEqual(none, {}, 'the code of packets is found by their numbers');
      const wanted = { event: states.at(-1)!.at.event };
      const live = await adapter.custom('sockscope/eventCode', wanted);
      await adapter.request('setExceptionBreakpoints', { filters: [] });
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.deepEqual(await new PastRun(await record).answer('sockscope/eventCode', wanted), live);
    }));

  it('a window of the run, and no more than was asked for', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, 'first-handshake');
      const all = await adapter.custom('sockscope/sequence', {});
      assert.equal(all.leftOut, 0);
      assert.equal(all.begins, undefined);
      const newest = await adapter.custom('sockscope/sequence', { count: 5 });
      assert.equal(newest.packets.length + newest.calls.length + newest.leftOut, total(all));
      assert.deepEqual(newest.packets.at(-1), all.packets.at(-1));
      assert.ok(newest.begins!.event > 0);
      const to = all.packets[1]!.sent.event;
      const first = await adapter.custom('sockscope/sequence', { to });
      assert.deepEqual(first.packets, all.packets.slice(0, 2));
    }));

  it('the same after the end, from the record of the run', () =>
    withAdapter(async (adapter) => {
      const record = new Promise<RunRecord>((resolve) =>
        adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
      );
      await adapter.launch({ program: samplePath('first-handshake'), record: true });
      await adapter.stopped();
      const live = await adapter.custom('sockscope/sequence', {});
      const past = new PastRun(await record);
      assert.deepEqual(await past.answer('sockscope/sequence', {}), { ...live, isOver: true });
    }));
});

const total = ({ packets, calls }: SequenceResponse) => packets.length + calls.length;
