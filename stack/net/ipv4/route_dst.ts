/**
 * IPv4 routes as objects: making one, keeping it at its next hop, and what it can do (ipv4_dst_ops). Part of route.c;
 * finding the route is in route.ts.
 *
 * @linux net/ipv4/route.c
 */
import {
  DST_OBSOLETE_FORCE_CHK,
  DST_OBSOLETE_KILL,
  dst_release,
  dst_set_expires,
  flowi4,
  IPTOS_RT_MASK,
  rt_is_expired,
  rt_is_input_route,
  rtable,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTCF_REDIRECTED,
  RTN_UNICAST,
  skb_rtable,
  type dst_entry,
  type dst_ops,
} from '../../include/net/dst.ts';
import {
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INNOROUTES,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../include/net/dropreason.ts';
import { flowi4_init_output } from '../../include/net/flow.ts';
import { __icmp_send, icmp_send } from '../../include/net/icmp.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import {
  ip_dst_mtu_maybe_forward,
  ip_hdr,
  ip_mtu_locked,
  ip_options,
  iphdr,
  IPHDR_LEN,
  IPV4_MAX_PMTU,
} from '../../include/net/ip.ts';
import {
  FIB_RES_NHC,
  fib_result,
  type fib_info,
  type fib_nh,
  type fib_nh_exception,
} from '../../include/net/ip_fib.ts';
import { NUD_VALID, type neighbour } from '../../include/net/neighbour.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import { sock_flag, SOCK_LOCALROUTE, type sock } from '../../include/net/sock.ts';
import { IN_DEV_FORWARD } from '../../include/linux/inetdevice.ts';
import type { net_device } from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { EACCES, EHOSTUNREACH, ENETUNREACH, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PKT_FILTERED,
  ICMP_REDIR_HOSTTOS,
  icmphdr,
} from '../../include/uapi/linux/icmp.ts';
import {
  IPPROTO_RAW,
  ipv4_is_lbcast,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../include/uapi/linux/in.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from '../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_INADDRERRORS, IPSTATS_MIB_INNOROUTES } from '../../include/uapi/linux/snmp.ts';
import { AF_INET } from '../../include/uapi/linux/socket.ts';
import { WARN_ON } from '../../kernel/printk.ts';
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { dst_discard } from '../core/dst.ts';
import { neigh_event_send } from '../core/neighbour.ts';
import { kfree_skb, kfree_skb_reason, pskb_may_pull } from '../core/skbuff.ts';
import { __ipv4_confirm_neigh, ip_neigh_gw4 } from './arp_cache.ts';
import { inet_addr_onlink } from './devinet.ts';
import { inet_addr_type } from './fib_addr_type.ts';
import { fib_select_path } from './fib_semantics.ts';
import { fib_lookup } from './fib_trie.ts';
import { inet_getpeer_v4 } from './inetpeer.ts';
import { ip_local_deliver } from './ip_input_deliver.ts';
import { __ip_options_compile } from './ip_options.ts';
import { ip_output } from './ip_output_finish.ts';
import { rt_bind_exception, update_or_create_fnhe } from './route_exception.ts';

/** How fast a host may make us send "unreachable": one a second, five at once. In jiffies. @linux ip_rt_error_cost, ip_rt_error_burst */
const ip_rt_error_cost = HZ;
const ip_rt_error_burst = 5 * HZ;
/** How long a redirect holds, in jiffies. */
const ip_rt_gc_timeout = 300 * HZ;

/** The route may have changed since: null, the caller is to look again. */
function ipv4_dst_check(dst: dst_entry, _cookie: number): dst_entry | null {
  return dst.obsolete !== DST_OBSOLETE_FORCE_CHK || rt_is_expired(dst as rtable) ? null : dst;
}

/** The MTU of a route, in bytes. @linux net/ipv4/route.c */
export function ipv4_mtu(dst: dst_entry): number {
  return ip_dst_mtu_maybe_forward(dst, false);
}

/** The MSS to announce when the route names none: the MTU without the two headers, in bytes. */
function ipv4_default_advmss(dst: dst_entry): number {
  const header_size = 20 + IPHDR_LEN;
  const advmss = Math.max(ipv4_mtu(dst) - header_size, dst.dev.nd_net.ipv4.ip_rt_min_advmss);
  return Math.min(advmss, IPV4_MAX_PMTU - header_size);
}

/** A socket has trouble: drop a route that was learnt, and look again. */
function ipv4_negative_advice(dst: dst_entry): dst_entry | null {
  const rt = dst as rtable;
  if (dst.obsolete > 0 || (rt.rt_flags & RTCF_REDIRECTED) !== 0 || dst.expires !== 0) {
    dst_release(dst);
    return null;
  }
  return dst;
}

/** The neighbour does not answer: the packet's sender learns that the host is unreachable. */
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

/** What is to be looked up for a packet that was sent with this header, by this socket if it is known. @linux net/ipv4/route.c */
export function __build_flow_key(
  fl4: flowi4,
  sk: sock | null,
  iph: iphdr,
  oif: number,
  tos: number,
  prot: number,
  mark: number,
): void {
  if (sk !== null) {
    const inet = inet_sk(sk);
    const scope = sock_flag(sk, SOCK_LOCALROUTE) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    const sk_prot = inet.hdrincl ? IPPROTO_RAW : sk.sk_protocol;
    flowi4_init_output(
      fl4,
      sk.sk_bound_dev_if,
      sk.sk_mark,
      inet.tos & IPTOS_RT_MASK,
      scope,
      sk_prot,
      0,
      iph.daddr,
      iph.saddr,
      0,
      0,
      sk.sk_uid,
    );
    return;
  }
  const { daddr, saddr } = iph;
  flowi4_init_output(fl4, oif, mark, tos & IPTOS_RT_MASK, RT_SCOPE_UNIVERSE, prot, 0, daddr, saddr, 0, 0, 0);
}

/** The same for a packet in hand, or for what a connected socket sends. */
function ip_rt_build_flow_key(fl4: flowi4, sk: sock | null, skb: sk_buff | null): void {
  if (skb !== null && skb.network_header >= 0) {
    const iph = ip_hdr(skb);
    __build_flow_key(fl4, sk, iph, skb.dev === null ? 0 : skb.dev.ifindex, iph.tos, iph.protocol, skb.mark);
    return;
  }
  const inet = inet_sk(sk!);
  const opt = inet.inet_opt;
  const daddr = opt !== null && opt.srr !== 0 ? opt.faddr : inet.inet_daddr;
  const scope = sock_flag(inet, SOCK_LOCALROUTE) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const prot = inet.hdrincl ? IPPROTO_RAW : inet.sk_protocol;
  const tos = inet.tos & IPTOS_RT_MASK;
  const oif = inet.sk_bound_dev_if;
  flowi4_init_output(fl4, oif, inet.sk_mark, tos, scope, prot, 0, daddr, inet.inet_saddr, 0, 0, inet.sk_uid);
}

/** A router said that the path takes at most `mtu` bytes. */
function ip_rt_update_pmtu(dst: dst_entry, sk: sock | null, skb: sk_buff | null, mtu: number): void {
  const fl4 = new flowi4();
  ip_rt_build_flow_key(fl4, sk, skb);
  __ip_rt_update_pmtu(dst as rtable, fl4, mtu);
}

/** Learn a path MTU for the destination of `fl4`, unless it is larger than what is known. @linux net/ipv4/route.c */
export function __ip_rt_update_pmtu(rt: rtable, fl4: flowi4, new_mtu: number): void {
  const net = rt.dev.nd_net;
  const now = jiffies(net.machine);
  const { ip_rt_min_pmtu, ip_rt_mtu_expires } = net.ipv4;
  let mtu = new_mtu;
  let lock = false;
  if (ip_mtu_locked(rt)) return;
  const old_mtu = ipv4_mtu(rt);
  if (old_mtu < mtu) return;
  if (mtu < ip_rt_min_pmtu) {
    lock = true;
    mtu = Math.min(old_mtu, ip_rt_min_pmtu);
  }
  if (rt.rt_pmtu === mtu && !lock && now < rt.expires - ip_rt_mtu_expires / 2) return;

  const res = new fib_result();
  if (fib_lookup(net, fl4, res, 0) !== 0) return;
  fib_select_path(net, res, fl4);
  update_or_create_fnhe(FIB_RES_NHC(res), fl4.daddr, 0, mtu, lock, now + ip_rt_mtu_expires);
}

function ip_do_redirect(dst: dst_entry, sk: sock | null, skb: sk_buff): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, sk, iph, skb.dev!.ifindex, iph.tos, iph.protocol, skb.mark);
  __ip_do_redirect(dst as rtable, skb, fl4, true);
}

/** A gateway named a better one: believe it if it is the one we use, and the new one is a neighbour (RFC 1122 3.2.2.2). @linux net/ipv4/route.c */
export function __ip_do_redirect(rt: rtable, skb: sk_buff, fl4: flowi4, kill_route: boolean): void {
  const icmph = new icmphdr(skb.head, skb.transport_header);
  const new_gw = icmph.gateway;
  const old_gw = ip_hdr(skb).saddr;
  if ((icmph.code & 7) > ICMP_REDIR_HOSTTOS) return;
  if (rt.rt_gw_family !== AF_INET || rt.rt_gw4 !== old_gw) return;
  const in_dev = skb.dev!.ip_ptr;
  if (in_dev === null) return;

  if (new_gw === old_gw || !in_dev.cnf.accept_redirects) return;
  if (ipv4_is_multicast(new_gw) || ipv4_is_lbcast(new_gw) || ipv4_is_zeronet(new_gw)) return;
  const net = rt.dev.nd_net;
  if (in_dev.cnf.shared_media) {
    if (inet_addr_type(net, new_gw) !== RTN_UNICAST) return;
  } else if (!inet_addr_onlink(in_dev, new_gw, old_gw)) {
    return;
  }

  const n = ip_neigh_gw4(rt.dev, new_gw);
  if (IS_ERR(n)) return;
  if ((n.nud_state & NUD_VALID) === 0) {
    neigh_event_send(n, null);
    return;
  }
  const res = new fib_result();
  if (fib_lookup(net, fl4, res, 0) === 0) {
    fib_select_path(net, res, fl4);
    const expires = jiffies(net.machine) + ip_rt_gc_timeout;
    update_or_create_fnhe(FIB_RES_NHC(res), fl4.daddr, new_gw, 0, false, expires);
  }
  if (kill_route) rt.obsolete = DST_OBSOLETE_KILL;
}

/** What an IPv4 route can do. @linux net/ipv4/route.c */
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

/** A new route through `dev`: packets go out by ip_output(), and come in by ip_local_deliver() if it is a local one. @linux net/ipv4/route.c */
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

/** The same route through another device. @linux net/ipv4/route.c */
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

/** May a route that was kept be used again? @linux net/ipv4/route.c */
export function rt_cache_valid(rt: rtable | null): rt is rtable {
  return rt !== null && rt.obsolete === DST_OBSOLETE_FORCE_CHK && !rt_is_expired(rt);
}

/** Keep a route at its next hop, for the next packet. @linux net/ipv4/route.c */
export function rt_cache_route(nhc: fib_nh, rt: rtable): void {
  rt.__refcnt++;
  const orig = rt_is_input_route(rt) ? nhc.nhc_rth_input : nhc.nhc_rth_output;
  if (rt_is_input_route(rt)) nhc.nhc_rth_input = rt;
  else nhc.nhc_rth_output = rt;
  dst_release(orig);
}

/** Give a new route its gateway and metrics, and keep it where it belongs. @linux net/ipv4/route.c */
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

/** Input function of a route to nowhere: count it, or tell the sender if we forward. @linux net/ipv4/route.c */
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
  kfree_skb_reason(skb, reason);
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
