/** Route cache entries and IPv4 routes. @linux include/net/dst.h, include/net/route.h */
import { jiffies } from '../../kernel/time/jiffies.ts';
import type { net_device } from '../linux/netdevice.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import type { be32, jiffies_t } from '../linux/types.ts';
import type { neighbour } from './neighbour.ts';
import type { net } from './net_namespace.ts';
import type { sock } from './sock.ts';

/** A bit for each metric that may not be changed. */
export const RTAX_LOCK = 1;
export const RTAX_MTU = 2;
export const RTAX_WINDOW = 3;
export const RTAX_RTT = 4;
export const RTAX_SSTHRESH = 6;
export const RTAX_CWND = 7;
export const RTAX_ADVMSS = 8;
export const RTAX_REORDERING = 9;
export const RTAX_HOPLIMIT = 10;
export const RTAX_INITCWND = 11;
/** Bit of RTAX_FEATURES: this route does ECN whatever the sysctl says. */
export const RTAX_FEATURE_ECN = 1 << 0;
export const RTAX_FEATURES = 12;
export const RTAX_RTO_MIN = 13;
export const RTAX_INITRWND = 14;
export const RTAX_QUICKACK = 15;

export const DST_OBSOLETE_NONE = 0;
export const DST_OBSOLETE_DEAD = 2;
export const DST_OBSOLETE_FORCE_CHK = -1;
export const DST_OBSOLETE_KILL = -2;

export const RTN_UNSPEC = 0;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTCF_REDIRECTED = 0x00040000;
export const RTCF_BROADCAST = 0x10000000;
export const RTCF_MULTICAST = 0x20000000;
export const RTCF_LOCAL = 0x80000000 | 0;

export interface dst_ops {
  family: number;
  check(dst: dst_entry, cookie: number): dst_entry | null;
  default_advmss(dst: dst_entry): number;
  mtu(dst: dst_entry): number;
  negative_advice(dst: dst_entry): dst_entry | null;
  link_failure(skb: sk_buff): void;
  update_pmtu(dst: dst_entry, sk: sock | null, skb: sk_buff | null, mtu: number): void;
  /** An ICMP redirect came for a packet that took this route. */
  redirect(dst: dst_entry, sk: sock | null, skb: sk_buff): void;
  neigh_lookup(dst: dst_entry, skb: sk_buff | null, daddr: be32): neighbour | null;
  confirm_neigh(dst: dst_entry, daddr: be32): void;
}

/** Where a packet goes next, and the functions that take it there. */
export class dst_entry {
  dev: net_device;
  ops: dst_ops;
  /** Metrics by RTAX_… number; 0: not set. */
  _metrics: number[] = [];
  expires: jiffies_t = 0;
  input: (skb: sk_buff) => number;
  output: (net: net, sk: sock | null, skb: sk_buff) => number;
  flags = 0;
  obsolete = DST_OBSOLETE_NONE;
  header_len = 0;
  __refcnt = 1;
  lastuse: jiffies_t = 0;
  error = 0;

  constructor(dev: net_device, ops: dst_ops, input: dst_entry['input'], output: dst_entry['output']) {
    this.dev = dev;
    this.ops = ops;
    this.input = input;
    this.output = output;
  }
}

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

/** What is asked of the routing table. @linux struct flowi4 (include/net/flow.h) */
export class flowi4 {
  flowi4_oif = 0;
  flowi4_iif = 0;
  flowi4_mark = 0;
  flowi4_tos = 0;
  flowi4_scope = 0;
  flowi4_proto = 0;
  flowi4_flags = 0;
  flowi4_uid = 0;
  saddr: be32 = 0;
  daddr: be32 = 0;
  fl4_sport = 0;
  fl4_dport = 0;
  fl4_icmp_type = 0;
  fl4_icmp_code = 0;
}
/** The bits of a flow's TOS that routing looks at. */
export const IPTOS_RT_MASK = 0x1c;
/** Bit of a flow's TOS: only direct neighbours. */
export const RTO_ONLINK = 0x01;
export const FLOWI_FLAG_ANYSRC = 0x01;
export const FLOWI_FLAG_KNOWN_NH = 0x02;

/** One metric of a route (RTAX_…); 0: not set. @linux include/net/dst.h */
export function dst_metric(dst: dst_entry, metric: number): number {
  return dst._metrics[metric] ?? 0;
}
/** Path MTU in bytes. @linux include/net/dst.h */
export function dst_mtu(dst: dst_entry): number {
  return dst.ops.mtu(dst);
}
/** The MSS to announce on this route, in bytes. @linux include/net/dst.h */
export function dst_metric_advmss(dst: dst_entry): number {
  return dst_metric(dst, RTAX_ADVMSS) || dst.ops.default_advmss(dst);
}
/** Take a reference of a route. @linux include/net/dst.h */
export function dst_hold(dst: dst_entry): void {
  dst.__refcnt++;
}
/** Take a reference of a route, if there is one. @linux include/net/dst.h */
export function dst_clone<T extends dst_entry | null>(dst: T): T {
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** Give a reference of a route back. @linux net/core/dst.c, here because structs that hold a route release it */
export function dst_release(dst: dst_entry | null): void {
  if (dst !== null) dst.__refcnt--;
}

/** May path MTU discovery not change this metric? @linux include/net/dst.h */
export function dst_metric_locked(dst: dst_entry, metric: number): boolean {
  return (dst_metric(dst, RTAX_LOCK) & (1 << metric)) !== 0;
}
/** The route if it still holds, else null: the caller looks a new one up. @linux include/net/dst.h */
export function dst_check(dst: dst_entry, cookie: number): dst_entry | null {
  return dst.obsolete !== 0 ? dst.ops.check(dst, cookie) : dst;
}
/** Let the route end in `timeout` jiffies, or sooner if that was set already. @linux include/net/dst.h */
export function dst_set_expires(dst: dst_entry, timeout: number): void {
  const expires = jiffies(dst.dev.machine) + timeout || 1;
  if (dst.expires === 0 || expires < dst.expires) dst.expires = expires;
}
/** Send a packet the way of its route. @linux include/net/dst.h */
export function dst_output(net: net, sk: sock | null, skb: sk_buff): number {
  return skb._skb_refdst!.output(net, sk, skb);
}
/** Take in a packet the way of its route: deliver, forward or refuse it. @linux include/net/dst.h */
export function dst_input(skb: sk_buff): number {
  return skb._skb_refdst!.input(skb);
}
/** The neighbour cannot be reached: tell who sent the packet. @linux include/net/dst.h */
export function dst_link_failure(skb: sk_buff): void {
  const dst = skb._skb_refdst;
  if (dst !== null) dst.ops.link_failure(skb);
}
/** The neighbour is known to be alive: the peer answered. @linux include/net/dst.h */
export function dst_confirm_neigh(dst: dst_entry, daddr: be32): void {
  dst.ops.confirm_neigh(dst, daddr);
}
/** Whom on the link packets to `daddr` go to. @linux include/net/dst.h */
export function dst_neigh_lookup(dst: dst_entry, daddr: be32): neighbour | null {
  return dst.ops.neigh_lookup(dst, null, daddr);
}

/** The IPv4 route of a packet. @linux include/linux/skbuff.h */
export function skb_rtable(skb: sk_buff): rtable {
  return skb._skb_refdst as rtable;
}
/** Was this route found for a packet that came in? @linux include/net/route.h */
export function rt_is_input_route(rt: rtable): boolean {
  return rt.rt_is_input;
}
/** Is it a route for packets of our own? @linux include/net/route.h */
export function rt_is_output_route(rt: rtable): boolean {
  return !rt.rt_is_input;
}
/** Whom to give the packet to: the gateway, or the destination itself. */
export function rt_nexthop(rt: rtable, daddr: be32): be32 {
  return rt.rt_gw_family !== 0 ? rt.rt_gw4 : daddr;
}
/** Give a reference of a route back. @linux include/net/route.h */
export function ip_rt_put(rt: rtable | null): void {
  dst_release(rt);
}
/** The interface by which a packet came in, by index. @linux include/net/route.h */
export function inet_iif(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  return rt !== null && rt.rt_iif !== 0 ? rt.rt_iif : skb.skb_iif;
}
/** Make all routes handed out so far stale: whoever holds one looks it up again. @linux include/net/net_namespace.h */
export function rt_genid_bump_ipv4(net: net): void {
  net.ipv4.rt_genid++;
}
