import assert from 'node:assert/strict';
import { NET_RX_DROP, NET_RX_SUCCESS } from '../../../../stack/include/linux/netdevice.ts';
import { local_bh_disable, local_bh_enable } from '../../../../stack/kernel/softirq.ts';
import { netif_rx } from '../../../../stack/net/core/dev/receive.ts';
import { skb_pull } from '../../../../stack/net/core/skbuff/alloc.ts';
import { Link } from '../../support/link.ts';

function feed(link: Link, count: number): number[] {
  const results: number[] = [];
  local_bh_disable(link.machine);
  for (let i = 0; i < count; i++) {
    const skb = link.packet(Uint8Array.of(0, 0, i >> 8, i & 0xff));
    skb.mac_header = skb.data;
    skb_pull(skb, 14);
    results.push(netif_rx(skb));
  }
  assert.equal(link.received.length, 0, 'softirqs are held off');
  local_bh_enable(link.machine);
  return results;
}

describe('the backlog of a CPU', () => {
  it('keeps packets for the softirq, in order', () => {
    const link = new Link();
    assert.ok(feed(link, 200).every((result) => result === NET_RX_SUCCESS));
    assert.deepEqual(link.receivedNumbers, [...Array(200).keys()]);
  });

  it('drops what comes beyond netdev_max_backlog', () => {
    const link = new Link();
    link.machine.init_net.core.sysctl_netdev_max_backlog = 10;
    const results = feed(link, 15);
    assert.equal(results.filter((result) => result === NET_RX_DROP).length, 5);
    assert.equal(link.received.length, 10);
    assert.equal(link.machine.softnet.dropped, 5);
  });
});
