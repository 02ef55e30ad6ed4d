/** Why a router drops what it forwards, and what becomes of a frame that is for nobody. */
import assert from 'node:assert/strict';
import { NLM_F_CREATE, NLM_F_EXCL, fib_config } from '../../../stack/include/net/ip_fib.ts';
import { RT_TABLE_MAIN, RTN_UNICAST } from '../../../stack/include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../stack/include/uapi/linux/socket.ts';
import type { Machine } from '../../../stack/index.ts';
import { __dev_get_by_name } from '../../../stack/net/core/dev/register.ts';
import { inet_rtm_newroute } from '../../../stack/net/ipv4/fib_frontend.ts';
import { pfifo_qdisc_ops } from '../../../stack/net/sched/sch_fifo.ts';
import { qdisc_create_dflt } from '../../../stack/net/sched/sch_generic/activate.ts';
import { inject_frame } from '../../../stack/world/frames.ts';
import { udp } from '../../support/packetBuilder.ts';
import { network } from '../../stack/support/network.ts';
import { block } from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';

/** A client sends ten datagrams over a router to an address of its other network. */
async function forwarded(to: string, prepare: (router: Machine) => void): Promise<Captured> {
  const tale = network(
    { client: '10.0.0.1/24', router: '10.0.0.254/16', server: '10.0.1.2/16' },
    { sysctl: { 'net.ipv4.ip_forward': 1 } },
  );
  const [client, router] = tale.world.machines;
  tale.on('client', async (s) => {
    const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
    await s.setsockopt(fd, s.SOL_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO);
    // The first one finds the router's address.
    await s.sendto(fd, 'x', 0, { address: to, port: 9 });
    await s.sleep(10);
    prepare(router!);
    for (let i = 0; i < 10; i++) await s.sendto(fd, block(1000), 0, { address: to, port: 9 });
    await s.sleep(5000);
  });
  // ip route add 10.0.1.0/24 via 10.0.0.254
  const route = new fib_config();
  route.fc_table = RT_TABLE_MAIN;
  route.fc_type = RTN_UNICAST;
  route.fc_dst = 0x0a000100;
  route.fc_dst_len = 24;
  route.fc_gw_family = AF_INET;
  route.fc_gw4 = 0x0a0000fe;
  route.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
  assert.equal(inet_rtm_newroute(client!.init_net, route), 0);
  const capture = new Captured(tale.world);
  await tale.run();
  return capture.read();
}
const ethernet = ({ init_net }: Machine) => __dev_get_by_name(init_net, 'eth0')!;

function drop(capture: Captured, filter: string, by: RegExp): string {
  const [number] = capture.find(filter);
  assert.ok(number !== undefined, `${filter}\n${capture.told()}`);
  assert.match(capture.droppedBy.get(number) ?? 'not dropped', by, capture.told());
  return capture.story(number).drop ?? '';
}

describe('The reason for which a router drops what it forwards', () => {
  it('is a next hop that does not answer ARP', async () => {
    const capture = await forwarded('10.0.1.9', () => {});
    assert.match(
      drop(capture, 'sockscope.drop.reason == "NEIGH_FAILED"', /\barp_error_report\b/),
      /^Dropped by router: the next hop does not answer ARP \(NEIGH_FAILED\)\.$/,
    );
    // The server is on the same wire, and sees what is not for it.
    assert.deepEqual(capture.find('sockscope.drop.reason == "OTHERHOST"'), [], capture.told());
  });
  it('is that too many packets wait for its answer', async () => {
    const capture = await forwarded('10.0.1.9', ({ init_net }) => {
      init_net.ipv4.arp_tbl.parms.queue_len_bytes = 5000;
    });
    assert.match(
      drop(capture, 'sockscope.drop.queue == "neighbour"', /\bqueue_until_resolved\b/),
      /^Dropped: too many wait for the address of their neighbour, \d+ of 5000 bytes of memory\.$/,
    );
  });
  it('is the queue of its NIC', async () => {
    const capture = await forwarded('10.0.1.2', (router) => {
      const dev = ethernet(router);
      dev.tx_queue_len = 0;
      dev._tx.qdisc = qdisc_create_dflt(dev._tx, pfifo_qdisc_ops);
    });
    assert.match(
      drop(capture, 'sockscope.drop.queue == "qdisc"', /\b__dev_xmit_skb\b/),
      /^Dropped: queue of the NIC \(qdisc\) full, 0 of 0\.$/,
    );
  });
  it('is the length of the packet', async () => {
    const capture = await forwarded('10.0.1.2', (router) => (ethernet(router).mtu = 600));
    assert.match(
      drop(capture, 'sockscope.drop.reason == "PKT_TOO_BIG"', /\bip_forward\b/),
      /^Dropped by router: it is longer than the next link takes \(PKT_TOO_BIG\)\.$/,
    );
  });
});

describe('The drop of a frame that is for nobody on its wire', () => {
  /** Injected on the wire of two hosts, to an address. */
  async function sentTo(address: (server: Machine) => Uint8Array): Promise<Captured> {
    const tale = network({ client: '10.0.0.1/24', server: '10.0.0.2/24' });
    const [, server] = tale.world.machines;
    const bytes = Uint8Array.from(udp({ from: '10.0.0.1:1000', to: '10.0.0.2:9', payload: 'x' }));
    tale.on('client', async (s) => {
      bytes.set(address(server!), 0);
      inject_frame(tale.world, 'client eth0', Buffer.from(bytes).toString('hex'));
      await s.sleep(10);
    });
    const capture = new Captured(tale.world);
    await tale.run();
    return capture.read();
  }
  it('is told, also where another link has such an address', async () => {
    for (const nobody of [new Uint8Array(6), new Uint8Array(6).fill(2)]) {
      const capture = await sentTo(() => nobody);
      const [number] = capture.find('sockscope.drop.reason == "OTHERHOST"');
      assert.ok(number !== undefined, capture.told());
      assert.equal(capture.story(number).drop, 'Dropped by server: OTHERHOST.');
    }
    const heard = await sentTo((server) => ethernet(server).dev_addr);
    assert.deepEqual(heard.find('sockscope.drop.reason == "OTHERHOST"'), []);
  });
});
