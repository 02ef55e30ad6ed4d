/** The request sockscope/packetWay: the stations of one packet, from send() to recv(). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RunRecord, WayResponse, WayStation } from '../../debug-adapter/protocol.ts';
import { PastRun } from '../../extension/pastRun.ts';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

describe('debug adapter: the way of a packet', function () {
  this.timeout(60_000);

  const ended = async (adapter: Adapter, launch: Record<string, unknown>): Promise<void> => {
    await adapter.launch(launch);
    assert.equal(await adapter.stopped(), 'terminated');
  };
  const way = (adapter: Adapter, number?: number): Promise<WayResponse> =>
    adapter.custom('sockscope/packetWay', number === undefined ? {} : { number });
  /** `20 µs sender send(3, 4 bytes): client [pid 101]` */
  const lines = ({ stations }: WayResponse): string[] =>
    stations.map(({ side, title, details, at }) => {
      const told = details.length === 0 ? '' : `: ${details.join(', ')}`;
      return `${at.timeNs / 1000} µs ${side} ${title}${told}`;
    });
  const kinds = ({ stations }: WayResponse): string[] => stations.map(({ kind }) => kind);

  it('from send() through write queue, rings and wire to recv(), with who holds it and the code at each', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: samplePath('small-writes') });
      const packet = await way(adapter, 4);
      assert.deepEqual(lines(packet), [
        '20 µs sender send(3, 4 bytes): client [pid 101]',
        '20 µs sender Write queue',
        '20 µs sender Queueing discipline: passes it without waiting',
        '20 µs sender TX descriptor 3: of lo, cleaned up at once',
        '20 µs wire Wire: 70 bytes from lo',
        '30 µs receiver RX descriptor 3: of lo',
        '30 µs receiver NAPI: the driver has made a packet buffer of it',
        '30 µs receiver IP and above',
        '30 µs receiver Receive queue',
        '30 µs receiver recv(): server [pid 100], 4 bytes',
      ]);
      const counts = ({ users, dataref }: WayStation) => [users, dataref];
      assert.deepEqual(counts(packet.stations[1]!), [1, 1], 'in the write queue it is alone');
      assert.deepEqual(
        counts(packet.stations[3]!),
        [1, 2],
        'its clone is sent: the retransmit queue keeps its data',
      );
      for (const { code, location } of packet.stations) {
        const line = readFileSync(location!.path, 'utf8').split('\n')[location!.line - 1]!;
        assert.ok(line.includes(`${code}(`), `${code} at ${location!.path}:${location!.line}: ${line}`);
      }
    }));

  it("Nagle's algorithm keeps the second small write in the write queue until the first is acknowledged", () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: samplePath('small-writes') });
      const [call, written, qdisc] = (await way(adapter, 6)).stations;
      assert.deepEqual([call!.title, written!.title], ['send(3, 4 bytes)', 'Write queue']);
      assert.equal(written!.at.timeNs, call!.at.timeNs);
      assert.ok(qdisc!.at.timeNs > written!.at.timeNs, 'it waits');
      assert.deepEqual(qdisc!.details.slice(0, 1), ['sent in a softirq'], 'the ACK lets it go');
    }));

  it('a SYN is sent by connect(), and ends in the listener; a datagram has no write queue', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: samplePath('first-handshake') });
      const syn = await way(adapter, 1);
      assert.match(syn.stations[0]!.title, /^connect\(3, 127\.0\.0\.1:8000\)$/);
      assert.equal(syn.stations[0]!.code, 'tcp_v4_connect');
      assert.equal(syn.fate, 'delivered');
      assert.equal(syn.stations.at(-1)!.kind, 'freed');
    }).then(() =>
      withAdapter(async (adapter) => {
        await ended(adapter, { program: samplePath('udp-echo') });
        const datagram = await way(adapter, 1);
        assert.deepEqual(kinds(datagram).slice(0, 3), ['send', 'qdisc', 'driver']);
        assert.deepEqual(kinds(datagram).slice(-4), ['stack', 'receive', 'recv', 'freed']);
        assert.equal(datagram.stations.at(-2)!.code, 'udp_recvmsg');
      }),
    ));

  it('a lost packet ends on the wire; what is behind the gap waits in the out-of-order queue', () =>
    withAdapter(async (adapter) => {
      const nic = { latency: '20ms', bandwidth: '10Mbit', loss: 0.02, mtu: 1500 };
      await ended(adapter, { program: fixture('bulk'), nic });
      const { packets } = await adapter.custom('sockscope/sequence', { count: 100_000 });
      const lost = packets.find(({ fate, payload }) => fate === 'lost' && payload > 0)!;
      const its = await way(adapter, lost.number);
      assert.equal(its.fate, 'lost');
      assert.deepEqual(kinds(its).slice(-2), ['wire', 'lost']);
      const next = packets.find(
        ({ number, payload, fate }) => number > lost.number && payload > 0 && fate === 'delivered',
      )!;
      const behind = await way(adapter, next.number);
      assert.ok(kinds(behind).includes('outOfOrder'), kinds(behind).join());
      const read = behind.stations.at(-1)!;
      const queued = behind.stations.find(({ kind }) => kind === 'outOfOrder')!;
      assert.equal(read.kind, 'recv', lines(behind).join('\n'));
      assert.ok(read.at.timeNs - queued.at.timeNs > 20e6, 'it waits for the retransmission');
    }));

  it('at a stop it has come as far as it has', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake') }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'vnic_intr' }] }),
      );
      await adapter.stopped();
      const syn = await way(adapter);
      assert.equal(syn.fate, 'in flight');
      assert.equal(syn.stations.at(-1)!.kind, 'wire');
      assert.ok(syn.stop!.event >= syn.stations.at(-1)!.at.event);
    }));

  it('lists the packets that can be asked for, and refuses others', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: samplePath('first-handshake') });
      const { packets, packet } = await way(adapter);
      assert.match(packets.at(-1)!.label, /^127\.0\.0\.1:\d+ → 127\.0\.0\.1:8000 SYN$/);
      assert.match(packet!.label, /bytes$/, 'the newest with a payload');
      await assert.rejects(way(adapter, 9999), /packet 9999 is not recorded/);
    }));

  it('the same after the end, from the record of the run', () =>
    withAdapter(async (adapter) => {
      const record = new Promise<RunRecord>((resolve) =>
        adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
      );
      await ended(adapter, { program: samplePath('first-handshake'), record: true });
      const live = await way(adapter, 2);
      assert.ok(live.stations.every(({ location }) => location !== undefined));
      const past = new PastRun(await record);
      assert.deepEqual(await past.answer('sockscope/packetWay', { number: 2 }), { ...live, isOver: true });
    }));
});
