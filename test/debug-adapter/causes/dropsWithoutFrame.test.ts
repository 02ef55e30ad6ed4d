/** What a host drops before it is on a wire: no frame tells of it, but a stop does, and the trace. */
import assert from 'node:assert/strict';
import { english, sayPart } from '../../../language/message.ts';
import { packetDroppedFilter } from '../../../debug-adapter/filters/packets.ts';
import { formatHit } from '../../../stack/trace/format.ts';
import { TCP_ESTABLISHED } from '../../../stack/include/uapi/linux/tcp.ts';
import { rt_cache_flush } from '../../../stack/net/ipv4/route/output.ts';
import { network, type NetworkTale } from '../../stack/support/network.ts';
import { connected, codeOf, listener, type Sockscope } from '../../stack/support/story.ts';
import { functionsOf, stackNow } from '../support/stack.ts';

interface Told {
  stops: string[];
  stacks: string[];
  trace: string[];
}
/** @param condition of the stop */
async function dropsOf(tale: NetworkTale, condition: string): Promise<Told> {
  const told: Told = { stops: [], stacks: [], trace: [] };
  const { tracer } = tale.world;
  packetDroppedFilter.compile(condition)(tracer, ({ description }) => {
    told.stops.push(sayPart(english, description));
    told.stacks.push(stackNow());
  });
  tracer.onHit(['skb:kfree_skb', 'sockscope:queue_full'], (hit) => told.trace.push(formatHit(hit)));
  await tale.run();
  return told;
}
const HOSTS = { client: '10.0.0.1/24', server: '10.0.0.2/24' };

/** Sends to all hosts of the network, and reads what comes of it to its own socket. @returns how many datagrams */
async function broadcast(s: Sockscope): Promise<number> {
  const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
  await s.setsockopt(fd, s.SOL_SOCKET, s.SO_BROADCAST, 1);
  await s.bind(fd, { address: '0.0.0.0', port: 9 });
  await s.sendto(fd, 'hello', 0, { address: '10.0.0.255', port: 9 });
  await s.sleep(10);
  let heard = 0;
  for (; (await codeOf(s.recv(fd, 100, s.MSG_DONTWAIT))) === null; heard++);
  return heard;
}

describe('A drop of what was never on a wire is told', () => {
  it('where the backlog of the CPU is full: this host does not hear its own broadcast', async () => {
    for (const [most, heard] of [
      [0, 0],
      [1, 1],
    ] as const) {
      let count = -1;
      const tale = network(HOSTS, { sysctl: { 'net.core.netdev_max_backlog': most } }).on(
        'client',
        async (s) => void (count = await broadcast(s)),
      );
      const { stops, stacks, trace } = await dropsOf(tale, 'CPU_BACKLOG');
      assert.equal(count, heard);
      assert.equal(stops.length, 1 - heard, stops.join('\n'));
      if (heard > 0) continue;
      assert.match(
        stops[0]!,
        /^packet dropped \(CPU_BACKLOG\): .*10\.0\.0\.255.* — the backlog of the CPU is full \(net\.core\.netdev_max_backlog, CPU_BACKLOG\)\.$/,
      );
      assert.ok(functionsOf(stacks[0]!).includes('netif_rx'), stacks[0]);
      assert.match(trace.join('\n'), /queue_full: cpu 0 of 0 .*\n.*kfree_skb: .* reason=CPU_BACKLOG$/m);
    }
  });

  it('where a connection has no route any more', async () => {
    const tale = network(HOSTS)
      .on('server', async (s) => {
        const fd = await s.accept(await listener(s, 1, { address: '10.0.0.2', port: 8080 }));
        // It is sent again when there is a route again.
        assert.equal((await s.recv(fd)).length, 5);
        assert.equal((await s.recv(fd)).length, 0);
      })
      .on('client', async (s) => {
        await s.sleep(1);
        const fd = await connected(s, { address: '10.0.0.2', port: 8080 });
        const [client] = tale.world.machines;
        const sk = [...client!.sockets].find(({ sk_state }) => sk_state === TCP_ESTABLISHED)!;
        // An interface that is not there.
        sk.sk_bound_dev_if = 99;
        rt_cache_flush(client!.init_net);
        await s.send(fd, 'hello').catch(() => {});
        await s.sleep(10);
        sk.sk_bound_dev_if = 0;
        await s.sleep(1000);
      });
    const { stops, stacks } = await dropsOf(tale, 'IP_OUTNOROUTES');
    assert.ok(stops.length > 0);
    assert.match(
      stops[0]!,
      /^packet dropped \(IP_OUTNOROUTES\): .* — there is no route \(IP_OUTNOROUTES\)\.$/,
    );
    assert.ok(functionsOf(stacks[0]!).includes('__ip_queue_xmit'), stacks[0]);
  });

  it('and what has been processed is no drop, though it is freed in the same way', async () => {
    const tale = network(HOSTS)
      .on('server', async (s) => {
        const fd = await s.accept(await listener(s, 1, { address: '10.0.0.2', port: 8080 }));
        assert.equal((await s.recv(fd)).length, 5);
        assert.equal((await s.recv(fd)).length, 0);
        await s.close(fd);
      })
      .on('client', async (s) => {
        await s.sleep(1);
        const fd = await connected(s, { address: '10.0.0.2', port: 8080 });
        await s.send(fd, 'hello');
        await s.close(fd);
      });
    const { stops, trace } = await dropsOf(tale, '');
    assert.ok(
      trace.some((line) => line.endsWith('reason=NOT_SPECIFIED')),
      trace.join('\n'),
    );
    assert.deepEqual(stops, []);
  });
});
