/** Why a router drops what it forwards, and what becomes of a frame that is for nobody. */
import assert from 'node:assert/strict';
import { NLM_F_CREATE, NLM_F_EXCL, fib_config } from '../../../stack/include/net/ip_fib.ts';
import { RT_TABLE_MAIN, RTN_UNICAST, RTN_UNREACHABLE } from '../../../stack/include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../stack/include/uapi/linux/socket.ts';
import type { Machine, World } from '../../../stack/index.ts';
import { __dev_get_by_name } from '../../../stack/net/core/dev/register.ts';
import {
  __neigh_create,
  neigh_remove_one,
  neigh_resolve_output,
} from '../../../stack/net/core/neighbour/table.ts';
import { inet_rtm_newroute } from '../../../stack/net/ipv4/fib_frontend.ts';
import { pfifo_qdisc_ops } from '../../../stack/net/sched/sch_fifo.ts';
import { qdisc_create_dflt } from '../../../stack/net/sched/sch_generic/activate.ts';
import { inject_frame } from '../../../stack/world/frames.ts';
import { udp, type UdpFields } from '../../support/packetBuilder.ts';
import { network } from '../../stack/support/network.ts';
import { block } from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';

type Prepare = (router: Machine, wire: World) => void;
/** `ip route add NET/PREFIX via GATEWAY`, or a route of another type. */
function addRoute(
  { init_net }: Machine,
  dst: number,
  length: number,
  gateway: number,
  type = RTN_UNICAST,
): void {
  const route = new fib_config();
  route.fc_table = RT_TABLE_MAIN;
  route.fc_type = type;
  route.fc_dst = dst;
  route.fc_dst_len = length;
  if (gateway !== 0) {
    route.fc_gw_family = AF_INET;
    route.fc_gw4 = gateway;
  }
  route.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
  assert.equal(inet_rtm_newroute(init_net, route), 0);
}
const ROUTER = 0x0a0000fe;
const NETWORK = 0x0a000100;
const ELSEWHERE = 0x63000000;

/** A client sends ten datagrams over a router to an address of its other network, or of one that is far away. */
async function forwarded(to: string, prepare: Prepare): Promise<Captured> {
  const tale = network(
    { client: '10.0.0.1/24', router: '10.0.0.254/16', server: '10.0.1.2/16' },
    { sysctl: { 'net.ipv4.ip_forward': 1 } },
  );
  const [client, router] = tale.world.machines;
  tale.on('client', async (s) => {
    const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
    await s.setsockopt(fd, s.SOL_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO);
    // The first one finds the router's address.
    await s.sendto(fd, 'x', 0, { address: '10.0.1.2', port: 9 });
    await s.sleep(10);
    prepare(router!, tale.world);
    for (let i = 0; i < 10; i++) await s.sendto(fd, block(1000), 0, { address: to, port: 9 });
    await s.sleep(5000);
  });
  addRoute(client!, NETWORK, 24, ROUTER);
  addRoute(client!, ELSEWHERE, 8, ROUTER);
  const capture = new Captured(tale.world);
  await tale.run();
  return capture.read();
}
/** A datagram that the client sends to the router's Ethernet address, or to that of all. */
function injected(router: Machine, world: World, fields: UdpFields, isBroadcast = false): void {
  const bytes = Uint8Array.from(udp({ from: '10.0.0.1:1000', to: '10.0.1.2:9', ...fields }));
  bytes.set(isBroadcast ? new Uint8Array(6).fill(0xff) : ethernet(router).dev_addr, 0);
  inject_frame(world, 'client eth0', Buffer.from(bytes).toString('hex'));
}
const ethernet = ({ init_net }: Machine) => __dev_get_by_name(init_net, 'eth0')!;

describe('The reason for which a router drops what it forwards', () => {
  it('is a next hop that does not answer ARP', async () => {
    const capture = await forwarded('10.0.1.9', () => {});
    assert.match(
      capture.dropped('sockscope.drop.reason == "NEIGH_FAILED"', 'arp_error_report'),
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
      capture.dropped(
        'sockscope.drop.reason == "NEIGH_QUEUEFULL" && sockscope.drop.queue == "neighbour"',
        'queue_until_resolved',
      ),
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
      capture.dropped(
        'sockscope.drop.reason == "QDISC_DROP" && sockscope.drop.queue == "qdisc"',
        '__dev_xmit_skb',
      ),
      /^Dropped: queue of the NIC \(qdisc\) full, 0 of 0\.$/,
    );
  });
  it('is the length of the packet', async () => {
    const capture = await forwarded('10.0.1.2', (router) => (ethernet(router).mtu = 600));
    assert.match(
      capture.dropped('sockscope.drop.reason == "PKT_TOO_BIG"', 'ip_forward'),
      /^Dropped by router: it is longer than the next link takes \(PKT_TOO_BIG\)\.$/,
    );
  });
  it('is its time to live', async () => {
    const capture = await forwarded('10.0.1.2', (router, world) => injected(router, world, { ttl: 1 }));
    assert.equal(
      capture.dropped('sockscope.drop.reason == "IP_INHDR" && sockscope.drop.detail == "ttl"', 'ip_forward'),
      'Dropped by router: its time to live (TTL) is over (IP_INHDR).',
    );
  });
  it('is that there is no route', async () => {
    const capture = await forwarded('99.0.0.1', () => {});
    assert.equal(
      capture.dropped('sockscope.drop.reason == "IP_INNOROUTES"', 'ip_error'),
      'Dropped by router: there is no route (IP_INNOROUTES).',
    );
  });
  it('is a route that refuses it', async () => {
    const capture = await forwarded('99.0.0.1', (router) =>
      addRoute(router, ELSEWHERE, 8, 0, RTN_UNREACHABLE),
    );
    assert.equal(
      capture.dropped('sockscope.drop.detail == "refused_route"', 'ip_error'),
      'Dropped by router: the route to its destination refuses it.',
    );
  });
  it('is that it came to all hosts of the link', async () => {
    const capture = await forwarded('10.0.1.2', (router, world) =>
      injected(router, world, { to: '10.0.1.9:9' }, true),
    );
    assert.equal(
      capture.dropped('sockscope.drop.detail == "link_broadcast"', 'ip_forward'),
      'Dropped by router: it came by a broadcast of the link, and is not to be answered or forwarded.',
    );
  });
  it('is a strict source route over a gateway', async () => {
    const capture = await forwarded('10.0.1.2', (router, world) => {
      router.init_net.ipv4.devconf_all.accept_source_route = 1;
      ethernet(router).ip_ptr!.cnf.accept_source_route = 1;
      addRoute(router, ELSEWHERE, 8, 0x0a000102);
      injected(router, world, { to: '10.0.0.254:9', options: [137, 7, 4, 99, 0, 0, 1, 0] });
    });
    assert.equal(
      capture.dropped('sockscope.drop.detail == "source_route"', 'ip_forward'),
      'Dropped by router: its source route is not allowed, or cannot be followed.',
    );
  });
  it('is that the ARP table has no room for its next hop', async () => {
    const capture = await forwarded('10.0.1.9', (router) => {
      const { arp_tbl } = router.init_net.ipv4;
      // As many as gc_thresh3 allows.
      for (let i = 0; i < 1024; i++) __neigh_create(arp_tbl, 0x0a000200 + i, ethernet(router));
    });
    assert.equal(
      capture.dropped('sockscope.drop.reason == "NEIGH_CREATEFAIL"', 'ip_finish_output2'),
      'Dropped by router: no entry can be made for its next hop in the ARP table (NEIGH_CREATEFAIL).',
    );
  });
  it('is that another CPU removes the entry of its next hop at this moment', async () => {
    const capture = await forwarded('10.0.1.2', (router) => {
      const neigh = ethernet(router).neighbours.get(0x0a000102)!;
      // A machine of one CPU removes no entry between these two calls.
      neigh.output = (one, skb) => {
        neigh_remove_one(one);
        return neigh_resolve_output(one, skb);
      };
    });
    assert.equal(
      capture.dropped('sockscope.drop.reason == "NEIGH_DEAD"', '__neigh_event_send'),
      'Dropped by router: the entry of its next hop has been removed from the ARP table meanwhile (NEIGH_DEAD).',
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
      assert.equal(
        capture.dropped('sockscope.drop.reason == "OTHERHOST"', 'ip_rcv_core'),
        'Dropped by server: its Ethernet address is not that of this host (OTHERHOST).',
      );
    }
    const heard = await sentTo((server) => ethernet(server).dev_addr);
    assert.deepEqual(heard.find('sockscope.drop.reason == "OTHERHOST"'), []);
  });
});
