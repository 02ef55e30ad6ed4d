/** A socket's cached route, and the hash that spreads its packets. @linux net/core/sock.c */
import { NETIF_F_HW_CSUM, NETIF_F_SG, NETIF_F_TSO } from '../../../include/linux/netdevice.ts';
import { type sk_buff, SKB_GSO_TCPV4 } from '../../../include/linux/skbuff.ts';
import { type dst_entry, dst_release } from '../../../include/net/dst.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { get_random_u32 } from '../../../lib/random.ts';

/** The socket's cached route, without a reference; null: none. @linux include/net/sock.h */
export function __sk_dst_get(sk: sock): dst_entry | null {
  return sk.sk_dst_cache;
}
/** The socket's cached route, with a reference for the caller. @linux include/net/sock.h */
export function sk_dst_get(sk: sock): dst_entry | null {
  const dst = sk.sk_dst_cache;
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** Cache a route; takes over the caller's reference. @linux include/net/sock.h */
export function __sk_dst_set(sk: sock, dst: dst_entry | null): void {
  const old = sk.sk_dst_cache;
  sk.sk_dst_pending_confirm = false;
  sk.sk_dst_cache = dst;
  dst_release(old);
}
/** Cache a route; atomic in Linux. @linux include/net/sock.h */
export function sk_dst_set(sk: sock, dst: dst_entry | null): void {
  __sk_dst_set(sk, dst);
}
/** Drop the cached route: the next packet looks it up again. @linux include/net/sock.h */
export function __sk_dst_reset(sk: sock): void {
  __sk_dst_set(sk, null);
}
/** Drop the cached route; atomic in Linux. @linux include/net/sock.h */
export function sk_dst_reset(sk: sock): void {
  __sk_dst_set(sk, null);
}
/** The cached route, unless it has become invalid. @linux net/core/sock.c */
export function __sk_dst_check(sk: sock, cookie: number): dst_entry | null {
  const dst = sk.sk_dst_cache;
  if (dst !== null && dst.obsolete !== 0 && dst.ops.check(dst, cookie) === null) {
    __sk_dst_reset(sk);
    return null;
  }
  return dst;
}
/** The cached route if it is still valid, with a reference; null: look it up again. @linux net/core/sock.c */
export function sk_dst_check(sk: sock, cookie: number): dst_entry | null {
  const dst = __sk_dst_check(sk, cookie);
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** The neighbour is alive: confirm it when the next packet is sent to it. @linux include/net/sock.h */
export function sk_dst_confirm(sk: sock): void {
  sk.sk_dst_pending_confirm = true;
}
/**
 * Mark a packet so that sending it confirms the neighbour.
 *
 * @linux include/linux/skbuff.h, here because it completes sk_dst_confirm()
 */
export function skb_set_dst_pending_confirm(skb: sk_buff, value: boolean): void {
  skb.dst_pending_confirm = value;
}

/**
 * The route appears to be broken: drop it if a redirect or an ICMP error created it.
 *
 * @linux include/net/sock.h
 */
export function __dst_negative_advice(sk: sock): void {
  const dst = __sk_dst_get(sk);
  if (dst === null || dst.ops.negative_advice(dst) === dst) return;
  // The reference has already been dropped.
  sk.sk_dst_cache = null;
  sk.sk_dst_pending_confirm = false;
}
/**
 * As __dst_negative_advice(), and let the next packets use another path if there are several.
 *
 * @linux include/net/sock.h
 */
export function dst_negative_advice(sk: sock): void {
  sk_rethink_txhash(sk);
  __dst_negative_advice(sk);
}

/** Whether packets may be larger than the MSS and segmented later. @linux include/net/sock.h */
export function sk_can_gso(sk: sock): boolean {
  return sk.sk_gso_type !== 0 && (sk.sk_route_caps & NETIF_F_TSO) !== 0;
}

/** Cache a route and its device's features. @linux net/core/sock.c */
export function sk_setup_caps(sk: sock, dst: dst_entry): void {
  __sk_dst_set(sk, dst);
  const { dev } = dst;
  sk.sk_route_caps = dev.features;
  let max_segs = 1;
  // TCP always builds large packets: software segmentation is the fallback for the device.
  if (sk.sk_gso_type === SKB_GSO_TCPV4) sk.sk_route_caps |= NETIF_F_TSO;
  if (sk_can_gso(sk)) {
    sk.sk_route_caps |= NETIF_F_SG | NETIF_F_HW_CSUM;
    // Leave room for the headers in a packet of at most 64 KiB.
    sk.sk_gso_max_size = Math.min(dev.gso_max_size, 65536) - (320 + 1);
    max_segs = Math.max(dev.gso_max_segs, 1);
  }
  sk.sk_gso_max_segs = max_segs;
}

/** A random hash for a flow; never 0. @linux include/net/sock.h */
export function net_tx_rndhash(sk: sock): number {
  return get_random_u32(sock_net(sk).machine) || 1;
}
/**
 * Set a new random flow hash: in Linux it selects the transmit queue, and the path in IPv6.
 *
 * @linux include/net/sock.h
 */
export function sk_set_txhash(sk: sock): void {
  sk.sk_txhash = net_tx_rndhash(sk);
}
/** Try another path through the network. @returns whether it changed @linux include/net/sock.h */
export function sk_rethink_txhash(sk: sock): boolean {
  if (sk.sk_txhash === 0 || sock_net(sk).core.sysctl_txrehash === 0) return false;
  sk.sk_txhash = net_tx_rndhash(sk);
  return true;
}
