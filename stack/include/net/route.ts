/** IPv4 routes as packets and sockets hold them, and their accessors. @linux include/net/route.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { be32 } from '../linux/types.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RTAX_HOPLIMIT, RTN_UNSPEC } from '../uapi/linux/rtnetlink.ts';
import { dst_entry, dst_metric, dst_release } from './dst.ts';
import { inet_sk } from './inet_sock.ts';
import type { net } from './net_namespace.ts';
import { type sock, sock_flag, SOCK_LOCALROUTE } from './sock.ts';

export const RTCF_REDIRECTED = 0x00040000;
export const RTCF_BROADCAST = 0x10000000;
export const RTCF_MULTICAST = 0x20000000;
export const RTCF_LOCAL = 0x80000000 | 0;
/** The bits of a flow's TOS that routing uses. */
export const IPTOS_RT_MASK = 0x1c;
/** Bit of a flow's TOS: only directly connected destinations. */
export const RTO_ONLINK = 0x01;

/** An IPv4 route as a packet or a socket holds it. */
export class rtable extends dst_entry {
  rt_genid = 0;
  rt_flags = 0;
  rt_type = RTN_UNSPEC;
  rt_is_input = false;
  rt_uses_gateway = false;
  rt_iif = 0;
  /** AF_INET when rt_gw4 is set. */
  rt_gw_family = 0;
  rt_gw4: be32 = 0;
  rt_pmtu = 0;
  rt_mtu_locked = false;
}

/** The IPv4 route of a packet. @linux include/linux/skbuff.h, here because struct rtable is here */
export function skb_rtable(skb: sk_buff): rtable {
  return skb._skb_refdst as rtable;
}
/** Whether this is the route of received packets. @linux include/net/route.h */
export function rt_is_input_route(rt: rtable): boolean {
  return rt.rt_is_input;
}
/** Whether this is the route of locally generated packets. @linux include/net/route.h */
export function rt_is_output_route(rt: rtable): boolean {
  return !rt.rt_is_input;
}
/** The next hop: the gateway, or the destination itself. */
export function rt_nexthop(rt: rtable, daddr: be32): be32 {
  return rt.rt_gw_family !== 0 ? rt.rt_gw4 : daddr;
}
/** Drop a reference to a route. @linux include/net/route.h */
export function ip_rt_put(rt: rtable | null): void {
  dst_release(rt);
}
/** The index of the interface on which a packet arrived. @linux include/net/route.h */
export function inet_iif(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  return rt !== null && rt.rt_iif !== 0 ? rt.rt_iif : skb.skb_iif;
}
/** Invalidate all cached routes: each holder looks up its route again. @linux include/net/net_namespace.h */
export function rt_genid_bump_ipv4(net: net): void {
  net.ipv4.rt_genid++;
}

/** The TTL of packets on this route. @linux include/net/route.h */
export function ip4_dst_hoplimit(dst: dst_entry): number {
  return dst_metric(dst, RTAX_HOPLIMIT) || dst.dev.nd_net.ipv4.sysctl_ip_default_ttl;
}

/** The TOS bits defined by RFC 1349. */
export function RT_TOS(tos: number): number {
  return tos & 0x1e;
}
/** The TOS of a socket's packets, for routing. @linux include/net/route.h */
export function ip_sock_rt_tos(sk: sock): number {
  return RT_TOS(inet_sk(sk).tos);
}
/** The scope of a socket's routes: directly connected only, or anywhere. @linux include/net/route.h */
export function ip_sock_rt_scope(sk: sock): number {
  return sock_flag(sk, SOCK_LOCALROUTE) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}
/** A socket's TOS combined with its SO_DONTROUTE. */
export function RT_CONN_FLAGS_TOS(sk: sock, tos: number): number {
  return RT_TOS(tos) | (sock_flag(sk, SOCK_LOCALROUTE) ? RTO_ONLINK : 0);
}
export function RT_CONN_FLAGS(sk: sock): number {
  return RT_CONN_FLAGS_TOS(sk, inet_sk(sk).tos);
}
