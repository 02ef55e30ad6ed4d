/** ARP on an Ethernet card: questions, answers, what waits for them, and how a neighbour grows old. */
import assert from 'node:assert/strict';
import { ETH_HLEN, IFF_BROADCAST, net_device } from '../../../../stack/include/linux/netdevice.ts';
import { PACKET_HOST, type sk_buff } from '../../../../stack/include/linux/skbuff.ts';
import {
  ip_hdr,
  IPHDR_LEN,
  read_be16,
  read_be32,
  write_be16,
  write_be32,
} from '../../../../stack/include/net/ip.ts';
import {
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../../../stack/include/net/neighbour.ts';
import { IS_ERR } from '../../../../stack/include/uapi/asm-generic/errno.ts';
import { boot, DEFAULT_NIC } from '../../../../stack/index.ts';
import { dev_open, register_netdevice } from '../../../../stack/net/core/dev/register.ts';
import { alloc_skb, skb_dst_set, skb_put, skb_reserve } from '../../../../stack/net/core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../../../stack/net/core/skbuff/data.ts';
import { eth_header_ops } from '../../../../stack/net/ethernet/eth.ts';
import { arp_rcv } from '../../../../stack/net/ipv4/arp.ts';
import { inet_rtm_newaddr } from '../../../../stack/net/ipv4/devinet.ts';
import { ip_local_out } from '../../../../stack/net/ipv4/ip_output/output.ts';
import { proc_net } from '../../../../stack/net/ipv4/proc.ts';
import { ip_route_output } from '../../../../stack/net/ipv4/route/output.ts';
import { run_world } from '../../../../stack/world/run.ts';

const OUR_IP = 0x0a000001;
const PEER_IP = 0x0a000007;
const PEER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 7);
const ARP_TYPE = { type: 0x0806, func: arp_rcv };

/** A machine with eth0 (10.0.0.1/24), and the frames that it sent. */
function machine() {
  const m = boot({ seed: 1, sysctl: {}, nic: DEFAULT_NIC });
  const { init_net: net } = m;
  const sent: { at_ms: number; bytes: Uint8Array }[] = [];
  const eth0 = new net_device(net, 'eth0', {
    ndo_open: () => 0,
    ndo_stop: () => 0,
    ndo_start_xmit: (skb: sk_buff) => {
      const bytes = new Uint8Array(skb.len);
      skb_copy_bits(skb, 0, bytes, 0, skb.len);
      sent.push({ at_ms: m.now_ns / 1e6 - 300_000, bytes });
      return 0;
    },
  });
  eth0.flags = IFF_BROADCAST;
  eth0.dev_addr = Uint8Array.of(2, 0, 0, 0, 0, 1);
  eth0.header_ops = eth_header_ops;
  register_netdevice(eth0);
  dev_open(eth0);
  inet_rtm_newaddr(eth0, OUR_IP, 24);

  function send() {
    const rt = ip_route_output(net, PEER_IP, 0, 0, 0);
    assert.ok(!IS_ERR(rt));
    const skb = alloc_skb(m, 100);
    skb_reserve(skb, 64);
    skb_put(skb, IPHDR_LEN);
    skb.network_header = skb.data;
    const iph = ip_hdr(skb);
    iph.version_ihl = 0x45;
    iph.protocol = 253;
    iph.saddr = OUR_IP;
    iph.daddr = PEER_IP;
    skb_dst_set(skb, rt);
    ip_local_out(net, null, skb);
  }
  /** An ARP message from the peer. */
  function arp(op: number, tip = OUR_IP) {
    const skb = alloc_skb(m, 28);
    skb_put(skb, 28);
    skb.network_header = skb.data;
    skb.dev = eth0;
    skb.pkt_type = PACKET_HOST;
    skb.protocol = 0x0806;
    const { head } = skb;
    head.set([0, 1, 8, 0, 6, 4], skb.data);
    write_be16(head, skb.data + 6, op);
    head.set(PEER_MAC, skb.data + 8);
    write_be32(head, skb.data + 14, PEER_IP);
    write_be32(head, skb.data + 24, tip);
    arp_rcv(skb, eth0, ARP_TYPE, eth0);
  }
  const peer = () => eth0.neighbours.get(PEER_IP)!;
  const idle = () => run_world(m.world, () => false);
  return { m, net, eth0, sent, send, arp, peer, idle };
}

describe('ARP', () => {
  it('asks by broadcast, keeps the packet, and sends it when the answer comes', () => {
    const { sent, send, arp, peer, net } = machine();
    send();
    assert.equal(peer().nud_state, NUD_INCOMPLETE);
    assert.equal(sent.length, 1);
    const question = sent[0]!.bytes;
    assert.deepEqual([...question.subarray(0, 6)], [255, 255, 255, 255, 255, 255]);
    assert.equal(read_be16(question, 12), 0x0806);
    assert.equal(read_be16(question, ETH_HLEN + 6), 1);
    assert.equal(read_be32(question, ETH_HLEN + 14), OUR_IP);
    assert.equal(read_be32(question, ETH_HLEN + 24), PEER_IP);

    arp(2);
    assert.equal(peer().nud_state, NUD_REACHABLE);
    assert.equal(sent.length, 2);
    assert.deepEqual(sent[1]!.bytes.subarray(0, 6), PEER_MAC);
    assert.equal(read_be16(sent[1]!.bytes, 12), 0x0800);
    assert.match(proc_net(net, 'arp')!, /^10\.0\.0\.7 +0x1 +0x2 +02:00:00:00:00:07 +\* +eth0$/m);
  });

  it('asks three times, then tells the sender that the host is unreachable', async () => {
    const { sent, send, peer, net, idle } = machine();
    send();
    await idle();
    assert.equal(peer().nud_state, NUD_FAILED);
    assert.deepEqual(
      sent.map(({ at_ms }) => Math.round(at_ms / 1000)),
      [0, 1, 2],
    );
    assert.equal(peer().arp_queue.qlen, 0);
    assert.equal(net.ipv4.icmpmsg_out[3], 1);
  });

  it('lets a neighbour grow stale, and asks it by unicast when it is used again', async () => {
    const { sent, send, arp, peer, idle } = machine();
    send();
    arp(2);
    await idle();
    assert.equal(peer().nud_state, NUD_STALE);
    const before = sent.length;
    send();
    // What is stale is used at once; it gets five seconds to be confirmed by others.
    assert.equal(sent.length, before + 1);
    assert.equal(peer().nud_state, NUD_DELAY);
    await idle();
    const probes = sent.slice(before + 1);
    assert.equal(probes.length, 3);
    for (const { bytes } of probes) assert.deepEqual(bytes.subarray(0, 6), PEER_MAC);
    assert.equal(peer().nud_state, NUD_FAILED);
  });

  it('answers questions for its own address, and learns who asked', () => {
    const { sent, arp, peer } = machine();
    arp(1);
    assert.equal(sent.length, 1);
    assert.deepEqual(sent[0]!.bytes.subarray(0, 6), PEER_MAC);
    assert.equal(read_be16(sent[0]!.bytes, ETH_HLEN + 6), 2);
    assert.equal(peer().nud_state, NUD_STALE);
    arp(1, 0x0a000009);
    assert.equal(sent.length, 1, 'not ours: no answer');
  });

  it('needs none on lo', () => {
    const { net } = machine();
    const rt = ip_route_output(net, 0x7f000001, 0, 0, 0);
    assert.ok(!IS_ERR(rt));
    assert.equal(rt.ops.neigh_lookup(rt, null, 0x7f000001)!.output.name, 'neigh_connected_output');
  });
});
