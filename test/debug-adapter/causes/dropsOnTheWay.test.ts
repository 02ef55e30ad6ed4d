/** Why a router drops what it forwards, and that the told reasons are all that the stack has. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NLM_F_CREATE, NLM_F_EXCL, fib_config } from '../../../stack/include/net/ip_fib.ts';
import { RT_TABLE_MAIN, RTN_UNICAST } from '../../../stack/include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../stack/include/uapi/linux/socket.ts';
import type { Machine } from '../../../stack/index.ts';
import { __dev_get_by_name } from '../../../stack/net/core/dev/register.ts';
import { inet_rtm_newroute } from '../../../stack/net/ipv4/fib_frontend.ts';
import { pfifo_qdisc_ops } from '../../../stack/net/sched/sch_fifo.ts';
import { qdisc_create_dflt } from '../../../stack/net/sched/sch_generic/activate.ts';
import { network } from '../../stack/support/network.ts';
import { block } from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';
import { ROOT } from '../support/paths.ts';

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

/** What the tests of this folder hold against the code that dropped. */
const HELD = [
  ...['NO_SOCKET', 'UDP_CSUM', 'IP_CSUM', 'SOCKET_RCVBUFF', 'SOCKET_BACKLOG'],
  ...['TCP_RFC7323_PAWS', 'TCP_OLD_DATA', 'TCP_OFOMERGE', 'TCP_OVERWINDOW', 'TCP_ZEROWINDOW'],
  ...['TCP_INVALID_SEQUENCE', 'TCP_INVALID_SYN', 'TCP_FLAGS', 'TCP_ACK_UNSENT_DATA', 'TCP_TOO_OLD_ACK'],
  ...[
    'PROTO_MEM',
    'TCP_OFO_QUEUE_PRUNE',
    'NEIGH_FAILED',
    'NEIGH_QUEUEFULL',
    'QDISC_DROP',
    'PKT_TOO_BIG',
    'OTHERHOST',
  ],
  'TCP_CSUM',
];
/** They are the freeing of what has been processed. */
const NO_DROP = ['NOT_SPECIFIED', 'TCP_RESET'];
/** Dropped before it is a frame: what loops back to its sender. */
const NO_FRAME = ['CPU_BACKLOG'];
/** No test of this folder comes to the one place that drops for it. */
const NOT_HELD = [
  ...[
    'ICMP_CSUM',
    'INVALID_PROTO',
    'IP_INADDRERRORS',
    'IP_INHDR',
    'IP_INNOROUTES',
    'IP_NOPROTO',
    'IP_OUTNOROUTES',
  ],
  ...['IP_RPFILTER', 'NEIGH_CREATEFAIL', 'NEIGH_DEAD', 'PKT_TOO_SMALL', 'TCP_CLOSE', 'TCP_OFO_DROP'],
  ...['UNHANDLED_PROTO', 'UNICAST_IN_L2_MULTICAST'],
];

describe('The reasons for which the stack drops', () => {
  it('are known to these tests', () => {
    const used = new Set<string>();
    const folder = path.join(ROOT, 'stack');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('dropreason.ts')) continue;
      const text = readFileSync(path.join(folder, file), 'utf8').replace(/^import [^;]*;/gm, '');
      for (const [, reason] of text.matchAll(/\bSKB_DROP_REASON_(\w+)/g)) used.add(reason!);
    }
    assert.deepEqual([...used].sort(), [...HELD, ...NO_DROP, ...NO_FRAME, ...NOT_HELD].sort());
  });
});
