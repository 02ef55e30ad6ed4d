/** The request sockscope/graphs: how a TCP connection fared, from samples of its sockets and NICs. */
import assert from 'node:assert/strict';
import type { GraphsArguments, GraphsResponse, RunRecord } from '../../debug-adapter/protocol.ts';
import { PastRun } from '../../extension/pastRun.ts';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

/** 1 MB over 10 Mbit/s and 20 ms each way, of which packets are lost. */
const LOSSY = { latency: '20ms', bandwidth: '10Mbit', loss: 0.02, mtu: 1500 };
const LENGTH = 1_000_000;

describe('debug adapter: graphs of a run', function () {
  this.timeout(60_000);

  const ended = async (adapter: Adapter, launch: Record<string, unknown>): Promise<void> => {
    await adapter.launch(launch);
    assert.equal(await adapter.stopped(), 'terminated');
  };
  const graphs = (adapter: Adapter, wanted: GraphsArguments): Promise<GraphsResponse> =>
    adapter.custom('sockscope/graphs', wanted);
  const valuesOf = ({ lines }: GraphsResponse, id: string): number[] => {
    const line = lines.find((one) => one.id === id);
    assert.ok(line, `no line ${id} in ${lines.map((one) => one.id).join(', ')}`);
    return line.values.filter((value) => value !== null);
  };

  it('a megabyte over a lossy wire: what was sent, what was lost and sent again, how the windows moved', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: fixture('bulk'), nic: LOSSY });
      const trace = await graphs(adapter, { graph: 'tcptrace' });
      assert.equal(trace.side, 'asks', 'the client has sent more');
      assert.deepEqual(
        trace.connections[0]!.ends.map(({ label }) => label.replace(/:\d{5}$/, '')),
        ['client 127.0.0.1', 'server 127.0.0.1:8080'],
      );
      assert.equal(valuesOf(trace, 'snd_una').at(-1), LENGTH + 2, 'the SYN, a megabyte and the FIN');
      const kinds = new Set(trace.segments.map(({ kind }) => kind));
      assert.deepEqual([...kinds].sort(), ['again', 'data', 'sack']);
      for (const { kind, to } of trace.segments)
        if (kind !== 'sack')
          assert.ok(to <= Math.max(65161, ...valuesOf(trace, 'window')), `sent up to ${to}`);

      const congestion = await graphs(adapter, { graph: 'congestion' });
      const cwnd = valuesOf(congestion, 'snd_cwnd');
      assert.equal(cwnd[0], 10, 'it begins with TCP_INIT_CWND');
      assert.ok(Math.min(...cwnd) < Math.max(...cwnd) / 2, 'a loss has made the window smaller');
      assert.equal(congestion.lines[1]!.values[0], null, 'ssthresh is infinite before the first loss');
      assert.ok(valuesOf(congestion, 'snd_ssthresh').length > 0);
      assert.ok(Math.max(...valuesOf(congestion, 'inFlight')) <= Math.max(...cwnd));

      const rtt = await graphs(adapter, { graph: 'rtt' });
      assert.ok(Math.min(...valuesOf(rtt, 'srtt')) >= 40, 'no round trip is shorter than the wire');
      assert.equal(valuesOf(rtt, 'rto')[0], 1000, 'the first time-out is a second');
      const rings = await graphs(adapter, { graph: 'rings' });
      assert.ok(Math.max(...valuesOf(rings, 'lo tx')) > 1, 'frames have waited for the wire');
      assert.ok(Math.max(...valuesOf(rings, 'lo rx')) > 0, 'frames have waited for the driver');
    }));

  it('throughput adds up to what was sent, and the queues empty in the end', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: fixture('bulk'), nic: LOSSY });
      const { moments, lines } = await graphs(adapter, { graph: 'throughput' });
      const sum = (id: string) =>
        lines
          .find((line) => line.id === id)!
          .values.slice(0, -1)
          .reduce<number>(
            (all, value, index) =>
              all + (value! * (moments[index + 1]!.timeNs - moments[index]!.timeNs)) / 1e9,
            0,
          );
      for (const id of ['sent', 'acknowledged'])
        assert.ok(Math.abs(sum(id) - LENGTH) < 100, `${id}: ${sum(id)}`);
      const queues = await graphs(adapter, { graph: 'queues' });
      assert.ok(Math.max(...valuesOf(queues, 'unsent')) > 100_000, 'send() was quicker than the wire');
      for (const id of ['unsent', 'unacknowledged']) assert.equal(valuesOf(queues, id).at(-1), 0);
      const server = await graphs(adapter, { graph: 'queues', side: 'answers' });
      assert.ok(Math.max(...valuesOf(server, 'unread')) > 0, 'bytes have waited for recv()');
    }));

  it('of more moments than are asked for it leaves out some, but no extreme; a window of time has all of its own', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: fixture('bulk'), nic: LOSSY });
      const all = await graphs(adapter, { graph: 'congestion', count: 100_000 });
      const few = await graphs(adapter, { graph: 'congestion', count: 100 });
      assert.ok(few.moments.length <= 100, String(few.moments.length));
      assert.equal(few.leftOut, all.moments.length - few.moments.length);
      for (const id of ['snd_cwnd', 'snd_ssthresh', 'inFlight'])
        for (const extreme of [Math.min, Math.max])
          assert.equal(extreme(...valuesOf(few, id)), extreme(...valuesOf(all, id)), id);
      const [fromNs, toNs] = [200e6, 300e6];
      const part = await graphs(adapter, { graph: 'congestion', fromNs, toNs });
      const inside = all.moments.filter(({ timeNs }) => timeNs >= fromNs && timeNs <= toNs);
      assert.deepEqual(part.moments.slice(1), inside);
      assert.ok(part.moments[0]!.timeNs < fromNs, 'the value that holds at the beginning');
    }));

  it('refuses a graph, an end or a connection that does not exist, and says which there are', () =>
    withAdapter(async (adapter) => {
      await ended(adapter, { program: samplePath('first-handshake') });
      await assert.rejects(
        graphs(adapter, { graph: 'cwnd' as never }),
        /there is no graph "cwnd": stevens, /,
      );
      await assert.rejects(graphs(adapter, { side: 'left' as never }), /no side "left": asks, answers/);
      await assert.rejects(
        graphs(adapter, { connection: 'TCP 1 2' }),
        /no packet of the connection "TCP 1 2"/,
      );
    }));

  it('is there before a connection is, and at a stop says where it is', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake'), stopOnEntry: true });
      await adapter.stopped();
      const { connections, moments, stop } = await graphs(adapter, {});
      assert.deepEqual([connections, moments], [[], []]);
      assert.ok(stop!.event >= 0);
    }));

  it('the same after the end, from the record of the run', () =>
    withAdapter(async (adapter) => {
      const record = new Promise<RunRecord>((resolve) =>
        adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
      );
      await adapter.launch({ program: samplePath('first-handshake'), record: true });
      await adapter.stopped();
      const live = await graphs(adapter, { graph: 'windows' });
      assert.ok(live.moments.length > 0);
      const past = new PastRun(await record);
      assert.deepEqual(await past.answer('sockscope/graphs', { graph: 'windows' }), {
        ...live,
        isOver: true,
      });
    }));
});
