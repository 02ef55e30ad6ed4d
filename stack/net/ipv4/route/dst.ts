/**
 * IPv4 route objects: creating them, caching them at their next hop, and their operations (ipv4_dst_ops).
 *
 * @linux net/ipv4/route.c
 */
import { IN_DEV_FORWARD } from '../../../include/linux/inetdevice.ts';
import type { net_device } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INNOROUTES,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../../include/net/dropreason.ts';
import {
  type dst_entry,
  DST_OBSOLETE_FORCE_CHK,
  type dst_ops,
  dst_release,
  dst_set_expires,
} from '../../../include/net/dst.ts';
import {
  ip_dst_mtu_maybe_forward,
  ip_hdr,
  ip_options,
  IPHDR_LEN,
  IPV4_MAX_PMTU,
} from '../../../include/net/ip.ts';
import {
  type fib_info,
  type fib_nh,
  type fib_nh_exception,
  FIB_RES_NHC,
  type fib_result,
} from '../../../include/net/ip_fib.ts';
import type { neighbour } from '../../../include/net/neighbour.ts';
import { IP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import {
  rt_is_input_route,
  rtable,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTCF_REDIRECTED,
  skb_rtable,
} from '../../../include/net/route.ts';
import type { sock } from '../../../include/net/sock.ts';
import { EACCES, EHOSTUNREACH, ENETUNREACH, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PKT_FILTERED,
} from '../../../include/uapi/linux/icmp.ts';
import { RT_SCOPE_LINK } from '../../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_INADDRERRORS, IPSTATS_MIB_INNOROUTES } from '../../../include/uapi/linux/snmp.ts';
import { AF_INET } from '../../../include/uapi/linux/socket.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { dst_discard } from '../../core/dst.ts';
import { kfree_skb, kfree_skb_reason } from '../../core/skbuff/alloc.ts';
import { pskb_may_pull } from '../../core/skbuff/data.ts';
import { __ipv4_confirm_neigh, ip_neigh_gw4 } from '../arp.ts';
import { __icmp_send, icmp_send } from '../icmp/send.ts';
import { inet_getpeer_v4 } from '../inetpeer.ts';
import { ip_local_deliver } from '../ip_input.ts';
import { __ip_options_compile } from '../ip_options.ts';
import { ip_output } from '../ip_output/output.ts';
import { ip_do_redirect, ip_rt_update_pmtu, rt_bind_exception } from './exception.ts';

/**
 * Rate limit of "unreachable" errors per host: one per second, bursts of five. In jiffies.
 *
 * @linux ip_rt_error_cost, ip_rt_error_burst
 */
const ip_rt_error_cost = HZ;
const ip_rt_error_burst = 5 * HZ;
/** How long a redirect is valid, in jiffies. */
export const ip_rt_gc_timeout = 300 * HZ;

/** null when the route may have changed: the caller looks it up again. @linux net/ipv4/route.c */
function ipv4_dst_check(dst: dst_entry, _cookie: number): dst_entry | null {
  return dst.obsolete !== DST_OBSOLETE_FORCE_CHK || rt_is_expired(dst as rtable) ? null : dst;
}

/** The MTU of a route, in bytes. @linux net/ipv4/route.c */
export function ipv4_mtu(dst: dst_entry): number {
  return ip_dst_mtu_maybe_forward(dst, false);
}

/**
 * The MSS to announce when the route specifies none: the MTU without the two headers, in bytes.
 *
 * @linux net/ipv4/route.c
 */
function ipv4_default_advmss(dst: dst_entry): number {
  const header_size = 20 + IPHDR_LEN;
  const advmss = Math.max(ipv4_mtu(dst) - header_size, dst.dev.nd_net.ipv4.ip_rt_min_advmss);
  return Math.min(advmss, IPV4_MAX_PMTU - header_size);
}

/**
 * A socket has trouble: drop a learned route, so that the next packet looks up again.
 *
 * @linux net/ipv4/route.c
 */
function ipv4_negative_advice(dst: dst_entry): dst_entry | null {
  const rt = dst as rtable;
  if (dst.obsolete > 0 || (rt.rt_flags & RTCF_REDIRECTED) !== 0 || dst.expires !== 0) {
    dst_release(dst);
    return null;
  }
  return dst;
}

/**
 * The neighbour does not answer: notify the packet's sender that the host is unreachable.
 *
 * @linux net/ipv4/route.c
 */
function ipv4_link_failure(skb: sk_buff): void {
  ipv4_send_dest_unreach(skb);
  const rt = skb_rtable(skb);
  if (rt !== null) dst_set_expires(rt, 0);
}

function ipv4_send_dest_unreach(skb: sk_buff): void {
  if (skb.network_header < 0 || !pskb_may_pull(skb, skb.network_header - skb.data + IPHDR_LEN)) return;
  const iph = ip_hdr(skb);
  if (iph.version !== 4 || iph.ihl < 5) return;
  const opt = new ip_options();
  if (iph.ihl > 5) {
    if (!pskb_may_pull(skb, skb.network_header - skb.data + iph.ihl * 4)) return;
    opt.optlen = iph.ihl * 4 - IPHDR_LEN;
    if (__ip_options_compile((skb.dev ?? skb_rtable(skb).dev).nd_net, opt, skb) !== 0) return;
  }
  __icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, opt);
}

function ipv4_neigh_lookup(dst: dst_entry, skb: sk_buff | null, daddr: be32): neighbour | null {
  const rt = dst as rtable;
  let key = daddr;
  if (rt.rt_gw_family === AF_INET) key = rt.rt_gw4;
  else if (skb !== null) key = ip_hdr(skb).daddr;
  const neigh = ip_neigh_gw4(dst.dev, key);
  return IS_ERR(neigh) ? null : neigh;
}

function ipv4_confirm_neigh(dst: dst_entry, daddr: be32): void {
  const rt = dst as rtable;
  if (rt.rt_gw_family === AF_INET) __ipv4_confirm_neigh(dst.dev, rt.rt_gw4);
  else if (daddr !== 0 && (rt.rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST | RTCF_LOCAL)) === 0) {
    __ipv4_confirm_neigh(dst.dev, daddr);
  }
}

/** The operations of an IPv4 route. @linux net/ipv4/route.c */
export const ipv4_dst_ops: dst_ops = {
  family: AF_INET,
  check: ipv4_dst_check,
  default_advmss: ipv4_default_advmss,
  mtu: ipv4_mtu,
  negative_advice: ipv4_negative_advice,
  link_failure: ipv4_link_failure,
  update_pmtu: ip_rt_update_pmtu,
  redirect: ip_do_redirect,
  neigh_lookup: ipv4_neigh_lookup,
  confirm_neigh: ipv4_confirm_neigh,
};

/**
 * Allocate a route through `dev`: its output function is ip_output(), and the input function of a local route
 * is ip_local_deliver().
 *
 * @linux net/ipv4/route.c
 */
export function rt_dst_alloc(dev: net_device, flags: number, type: number): rtable {
  const input = (flags & RTCF_LOCAL) !== 0 ? ip_local_deliver : dst_discard;
  const rt = new rtable(dev, ipv4_dst_ops, input, ip_output);
  rt.obsolete = DST_OBSOLETE_FORCE_CHK;
  rt.lastuse = jiffies(dev.machine);
  rt.rt_genid = dev.nd_net.ipv4.rt_genid;
  rt.rt_flags = flags;
  rt.rt_type = type;
  return rt;
}

/** A copy of the route through another device. @linux net/ipv4/route.c */
export function rt_dst_clone(dev: net_device, rt: rtable): rtable {
  const new_rt = new rtable(dev, ipv4_dst_ops, rt.input, rt.output);
  new_rt.obsolete = DST_OBSOLETE_FORCE_CHK;
  new_rt.error = rt.error;
  new_rt.lastuse = jiffies(dev.machine);
  new_rt.rt_genid = dev.nd_net.ipv4.rt_genid;
  new_rt.rt_flags = rt.rt_flags;
  new_rt.rt_type = rt.rt_type;
  new_rt.rt_is_input = rt.rt_is_input;
  new_rt.rt_iif = rt.rt_iif;
  new_rt.rt_pmtu = rt.rt_pmtu;
  new_rt.rt_mtu_locked = rt.rt_mtu_locked;
  new_rt.rt_gw_family = rt.rt_gw_family;
  new_rt.rt_gw4 = rt.rt_gw4;
  return new_rt;
}

/** Whether a cached route can be used again. @linux net/ipv4/route.c */
export function rt_cache_valid(rt: rtable | null): rt is rtable {
  return rt !== null && rt.obsolete === DST_OBSOLETE_FORCE_CHK && !rt_is_expired(rt);
}

/** Cache a route at its next hop. @linux net/ipv4/route.c */
export function rt_cache_route(nhc: fib_nh, rt: rtable): void {
  rt.__refcnt++;
  const orig = rt_is_input_route(rt) ? nhc.nhc_rth_input : nhc.nhc_rth_output;
  if (rt_is_input_route(rt)) nhc.nhc_rth_input = rt;
  else nhc.nhc_rth_output = rt;
  dst_release(orig);
}

/** Set a new route's gateway and metrics, and cache it where it belongs. @linux net/ipv4/route.c */
export function rt_set_nexthop(
  rt: rtable,
  daddr: be32,
  res: fib_result,
  fnhe: fib_nh_exception | null,
  fi: fib_info | null,
  do_cache: boolean,
): void {
  if (fi === null) return;
  const nhc = FIB_RES_NHC(res);
  if (nhc.nhc_gw_family !== 0 && nhc.nhc_scope === RT_SCOPE_LINK) {
    rt.rt_uses_gateway = true;
    rt.rt_gw_family = nhc.nhc_gw_family;
    rt.rt_gw4 = nhc.nhc_gw;
  }
  rt._metrics = fi.fib_metrics;
  let cached = false;
  if (fnhe !== null) cached = rt_bind_exception(rt, fnhe, daddr, do_cache);
  else if (do_cache) {
    rt_cache_route(nhc, rt);
    cached = true;
  }
  if (!cached && rt.rt_gw4 === 0) {
    rt.rt_gw_family = AF_INET;
    rt.rt_gw4 = daddr;
  }
}

/**
 * Input function of a route that rejects packets: count the packet, or notify the sender if this host
 * forwards.
 *
 * @linux net/ipv4/route.c
 */
export function ip_error(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const in_dev = skb.dev!.ip_ptr;
  let reason = SKB_DROP_REASON_NOT_SPECIFIED;
  if (in_dev !== null) {
    if (rt.error === ENETUNREACH) reason = SKB_DROP_REASON_IP_INNOROUTES;
    if (!IN_DEV_FORWARD(in_dev)) {
      if (rt.error === EHOSTUNREACH) {
        reason = SKB_DROP_REASON_IP_INADDRERRORS;
        IP_INC_STATS(rt.dev.nd_net, IPSTATS_MIB_INADDRERRORS);
      } else if (rt.error === ENETUNREACH) {
        IP_INC_STATS(rt.dev.nd_net, IPSTATS_MIB_INNOROUTES);
      }
    } else {
      send_unreachable(rt.dev.nd_net, skb, rt.error);
    }
  }
  kfree_skb_reason(skb, reason, reason === SKB_DROP_REASON_NOT_SPECIFIED ? 'refused_route' : null);
  return 0;
}

function send_unreachable(net: net, skb: sk_buff, error: number): void {
  let code: number;
  switch (error) {
    case EHOSTUNREACH:
      code = ICMP_HOST_UNREACH;
      break;
    case ENETUNREACH:
      code = ICMP_NET_UNREACH;
      IP_INC_STATS(net, IPSTATS_MIB_INNOROUTES);
      break;
    case EACCES:
      code = ICMP_PKT_FILTERED;
      break;
    default:
      return;
  }
  const peer = inet_getpeer_v4(net.machine, net.ipv4.peers, ip_hdr(skb).saddr);
  const now = jiffies(net.machine);
  peer.rate_tokens = Math.min(peer.rate_tokens + now - peer.rate_last, ip_rt_error_burst);
  peer.rate_last = now;
  if (peer.rate_tokens < ip_rt_error_cost) return;
  peer.rate_tokens -= ip_rt_error_cost;
  icmp_send(skb, ICMP_DEST_UNREACH, code, 0);
}

/** Output function of an input route: never called. @linux net/ipv4/route.c */
export function ip_rt_bug(net: net, _sk: sock | null, skb: sk_buff): number {
  kfree_skb(skb);
  WARN_ON(net.machine, true, 'a packet was sent by a route for input');
  return 0;
}

/** Whether the tables have changed since this route was created. @linux net/ipv4/route.c */
function rt_is_expired(rt: rtable): boolean {
  return rt.rt_genid !== rt.dev.nd_net.ipv4.rt_genid;
}
