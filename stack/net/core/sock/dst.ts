/** The route that a socket remembers, and the hash by which its packets are spread. @linux net/core/sock.c */
import { NETIF_F_HW_CSUM, NETIF_F_SG, NETIF_F_TSO } from '../../../include/linux/netdevice.ts';
import { type sk_buff, SKB_GSO_TCPV4 } from '../../../include/linux/skbuff.ts';
import { type dst_entry, dst_release } from '../../../include/net/dst.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { get_random_u32 } from '../../../lib/random.ts';

/** The route that the socket remembers, without a reference; null: none. @linux include/net/sock.h */
export function __sk_dst_get(sk: sock): dst_entry | null {
  return sk.sk_dst_cache;
}
/** With a reference of the caller's own. @linux include/net/sock.h */
export function sk_dst_get(sk: sock): dst_entry | null {
  const dst = sk.sk_dst_cache;
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** Takes over the caller's reference. @linux include/net/sock.h */
export function __sk_dst_set(sk: sock, dst: dst_entry | null): void {
  const old = sk.sk_dst_cache;
  sk.sk_dst_pending_confirm = false;
  sk.sk_dst_cache = dst;
  dst_release(old);
}
/** Remember a route; in Linux atomically. @linux include/net/sock.h */
export function sk_dst_set(sk: sock, dst: dst_entry | null): void {
  __sk_dst_set(sk, dst);
}
/** Forget the route: the next packet looks it up anew. @linux include/net/sock.h */
export function __sk_dst_reset(sk: sock): void {
  __sk_dst_set(sk, null);
}
/** Forget the route; in Linux atomically. @linux include/net/sock.h */
export function sk_dst_reset(sk: sock): void {
  __sk_dst_set(sk, null);
}
/** The route, unless it has become invalid. @linux net/core/sock.c */
export function __sk_dst_check(sk: sock, cookie: number): dst_entry | null {
  const dst = sk.sk_dst_cache;
  if (dst !== null && dst.obsolete !== 0 && dst.ops.check(dst, cookie) === null) {
    __sk_dst_reset(sk);
    return null;
  }
  return dst;
}
/** The route if it is still valid, with a reference taken; null: look it up anew. @linux net/core/sock.c */
export function sk_dst_check(sk: sock, cookie: number): dst_entry | null {
  const dst = __sk_dst_check(sk, cookie);
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** The neighbour was heard of: to be noted when the next packet goes there. @linux include/net/sock.h */
export function sk_dst_confirm(sk: sock): void {
  sk.sk_dst_pending_confirm = true;
}
/** Note that this packet proves the neighbour to be there. @linux include/linux/skbuff.h, here because it does what sk_dst_confirm() asked for */
export function skb_set_dst_pending_confirm(skb: sk_buff, value: boolean): void {
  skb.dst_pending_confirm = value;
}

/** The route has proved bad: drop it if a redirect or an ICMP error has made it. @linux include/net/sock.h */
export function __dst_negative_advice(sk: sock): void {
  const dst = __sk_dst_get(sk);
  if (dst === null || dst.ops.negative_advice(dst) === dst) return;
  // Its reference is given back already.
  sk.sk_dst_cache = null;
  sk.sk_dst_pending_confirm = false;
}
/** The same, and let the next packets take another path where there are several. @linux include/net/sock.h */
export function dst_negative_advice(sk: sock): void {
  sk_rethink_txhash(sk);
  __dst_negative_advice(sk);
}

/** May segments be larger than the MSS, to be cut by the device? @linux include/net/sock.h */
export function sk_can_gso(sk: sock): boolean {
  return sk.sk_gso_type !== 0 && (sk.sk_route_caps & NETIF_F_TSO) !== 0;
}

/** Remember a route and what its device can do for us. @linux net/core/sock.c */
export function sk_setup_caps(sk: sock, dst: dst_entry): void {
  __sk_dst_set(sk, dst);
  const { dev } = dst;
  sk.sk_route_caps = dev.features;
  let max_segs = 1;
  // Software segmentation stands in where the device can't: TCP builds large packets either way.
  if (sk.sk_gso_type === SKB_GSO_TCPV4) sk.sk_route_caps |= NETIF_F_TSO;
  if (sk_can_gso(sk)) {
    sk.sk_route_caps |= NETIF_F_SG | NETIF_F_HW_CSUM;
    // Room for the headers in a packet of at most 64 KiB.
    sk.sk_gso_max_size = Math.min(dev.gso_max_size, 65536) - (320 + 1);
    max_segs = Math.max(dev.gso_max_segs, 1);
  }
  sk.sk_gso_max_segs = max_segs;
}

/** A random hash for a flow; never 0. @linux include/net/sock.h */
export function net_tx_rndhash(sk: sock): number {
  return get_random_u32(sock_net(sk).machine) || 1;
}
/** Give the flow a new hash: in Linux it picks the transmit queue, and the path in IPv6. @linux include/net/sock.h */
export function sk_set_txhash(sk: sock): void {
  sk.sk_txhash = net_tx_rndhash(sk);
}
/** Try another path through the network. @returns whether it changed @linux include/net/sock.h */
export function sk_rethink_txhash(sk: sock): boolean {
  if (sk.sk_txhash === 0 || sock_net(sk).core.sysctl_txrehash === 0) return false;
  sk.sk_txhash = net_tx_rndhash(sk);
  return true;
}
