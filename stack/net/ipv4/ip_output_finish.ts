/**
 * The end of IP's way out: a packet with its header and route goes, in pieces if it must, to the neighbour. Part of
 * ip_output.c; what comes before is in ip_output.ts.
 *
 * @linux net/ipv4/ip_output.c
 */
import { SKB_DROP_REASON_NEIGH_CREATEFAIL } from '../../include/net/dropreason.ts';
import { dst_output, RTN_BROADCAST, RTN_MULTICAST, skb_rtable } from '../../include/net/dst.ts';
import { ip_skb_dst_mtu, type iphdr } from '../../include/net/ip.ts';
import type { neighbour } from '../../include/net/neighbour.ts';
import { IP_ADD_STATS, IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import type { sock } from '../../include/net/sock.ts';
import { ETH_P_IP, NETIF_F_TSO } from '../../include/linux/netdevice.ts';
import { skb_headroom, skb_is_gso, type sk_buff } from '../../include/linux/skbuff.ts';
import { ENOMEM, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import {
  IPSTATS_MIB_OUTBCASTOCTETS,
  IPSTATS_MIB_OUTBCASTPKTS,
  IPSTATS_MIB_OUTMCASTOCTETS,
  IPSTATS_MIB_OUTMCASTPKTS,
  IPSTATS_MIB_OUTOCTETS,
  IPSTATS_MIB_OUTPKTS,
} from '../../include/uapi/linux/snmp.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import { ip_fast_csum } from '../../lib/checksum.ts';
import { skb_gso_segment } from '../core/dev/gso.ts';
import { consume_skb, kfree_skb, kfree_skb_reason, pskb_expand_head } from '../core/skbuff.ts';
import { ip_neigh_gw4 } from './arp_cache.ts';
import { ip_fragment } from './ip_output_fragment.ts';

/** Bytes that a device wants free in front of an IP header, rounded up to 16. @linux LL_RESERVED_SPACE */
export function LL_RESERVED_SPACE(dev: { hard_header_len: number; needed_headroom: number }): number {
  return ((dev.hard_header_len + dev.needed_headroom) & ~15) + 16;
}

/** Fill in the header checksum. @linux net/ipv4/ip_output.c */
export function ip_send_check(iph: iphdr): void {
  iph.check = 0;
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
}

/** The last touches to a header: length and checksum. 1: it may go. @linux net/ipv4/ip_output.c */
export function __ip_local_out(_net: net, _sk: sock | null, skb: sk_buff): number {
  const { head } = skb;
  const at = skb.network_header;
  const { len } = skb;
  head[at + 2] = len >> 8;
  head[at + 3] = len;
  head[at + 10] = 0;
  head[at + 11] = 0;
  const check = ip_fast_csum(head, at, head[at]! & 0xf);
  head[at + 10] = check >> 8;
  head[at + 11] = check;
  skb.protocol = ETH_P_IP;
  return 1;
}

/** A packet made here goes out by its route. @linux net/ipv4/ip_output.c */
export function ip_local_out(net: net, sk: sock | null, skb: sk_buff): number {
  const err = __ip_local_out(net, sk, skb);
  return err === 1 ? dst_output(net, sk, skb) : err;
}

/** Output function of routes. @linux net/ipv4/ip_output.c */
export function ip_output(net: net, sk: sock | null, skb: sk_buff): number {
  IP_INC_STATS(net, IPSTATS_MIB_OUTPKTS);
  IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb.len);
  skb.dev = skb._skb_refdst!.dev;
  skb.protocol = ETH_P_IP;
  return ip_finish_output(net, sk, skb);
}

/** Cut what is longer than the MTU; a GSO packet's segments count, not the packet. @linux net/ipv4/ip_output.c */
export function ip_finish_output(net: net, sk: sock | null, skb: sk_buff): number {
  const mtu = ip_skb_dst_mtu(sk, skb);
  if (skb_is_gso(skb)) return ip_finish_output_gso(net, sk, skb, mtu);
  if (skb.len > mtu || (skb.ipcb !== null && skb.ipcb.frag_max_size !== 0)) {
    return ip_fragment(net, sk, skb, mtu, ip_finish_output2);
  }
  return ip_finish_output2(net, sk, skb);
}

/** Is each segment of a GSO packet, with its headers, within the MTU? @linux net/core/skbuff.c, skb_gso_validate_network_len */
function skb_gso_validate_network_len(skb: sk_buff, mtu: number): boolean {
  const tcp_header = (skb.head[skb.transport_header + 12]! >> 4) * 4;
  return skb.transport_header - skb.network_header + tcp_header + skb.shinfo.gso_size <= mtu;
}

function ip_finish_output_gso(net: net, sk: sock | null, skb: sk_buff, mtu: number): number {
  if (skb_gso_validate_network_len(skb, mtu)) return ip_finish_output2(net, sk, skb);

  // The MTU fell since TCP cut its segments: make them here, and fragment those.
  const segs = skb_gso_segment(skb, skb.dev!.features & ~NETIF_F_TSO);
  if (IS_ERR(segs) || segs === null) {
    kfree_skb(skb);
    return -ENOMEM;
  }
  consume_skb(skb);
  let ret = 0;
  for (let seg: sk_buff | null = segs; seg !== null;) {
    const next: sk_buff | null = seg.next;
    seg.next = null;
    const err = ip_fragment(net, sk, seg, mtu, ip_finish_output2);
    if (err !== 0 && ret === 0) ret = err;
    seg = next;
  }
  return ret;
}

/** Find the next hop's neighbour entry, and send through it. @linux net/ipv4/ip_output.c */
export function ip_finish_output2(net: net, _sk: sock | null, skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const { dev } = rt;
  if (rt.rt_type === RTN_MULTICAST) {
    IP_INC_STATS(net, IPSTATS_MIB_OUTMCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_OUTMCASTOCTETS, skb.len);
  } else if (rt.rt_type === RTN_BROADCAST) {
    IP_INC_STATS(net, IPSTATS_MIB_OUTBCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_OUTBCASTOCTETS, skb.len);
  }
  const hh_len = LL_RESERVED_SPACE(dev);
  if (skb_headroom(skb) < hh_len && dev.header_ops !== null) {
    if (pskb_expand_head(skb, hh_len - skb_headroom(skb), 0) !== 0) {
      kfree_skb(skb);
      return -ENOMEM;
    }
  }

  const { head } = skb;
  const at = skb.network_header + 16;
  const nexthop =
    rt.rt_gw_family !== 0
      ? rt.rt_gw4
      : (head[at]! << 24) | (head[at + 1]! << 16) | (head[at + 2]! << 8) | head[at + 3]!;
  const neigh = ip_neigh_gw4(dev, nexthop);
  if (!IS_ERR(neigh)) {
    if (skb.dst_pending_confirm) sock_confirm_neigh(skb, neigh);
    return neigh.output(neigh, skb);
  }
  kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL);
  return neigh;
}

/** The socket heard from its peer: the neighbour on the way is alive. @linux include/net/sock.h */
function sock_confirm_neigh(skb: sk_buff, n: neighbour): void {
  n.confirmed = jiffies(n.dev.machine);
  if (skb.sk !== null) skb.sk.sk_dst_pending_confirm = false;
  skb.dst_pending_confirm = false;
}
