/** Learned properties of single destinations: a smaller path MTU, a redirect. @linux net/ipv4/route.c */
import { IN_DEV_RX_REDIRECTS, IN_DEV_SHARED_MEDIA } from '../../../include/linux/inetdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be32, jiffies_t } from '../../../include/linux/types.ts';
import { dst_check, type dst_entry, DST_OBSOLETE_KILL, dst_release } from '../../../include/net/dst.ts';
import { flowi4, flowi4_init_output } from '../../../include/net/flow.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_hdr, IP_MAX_MTU, ip_mtu_locked, ip_sk_accept_pmtu, iphdr } from '../../../include/net/ip.ts';
import {
  type fib_nh,
  fib_nh_exception,
  FIB_RES_NHC,
  fib_result,
  FNHE_MAX,
} from '../../../include/net/ip_fib.ts';
import { NUD_VALID } from '../../../include/net/neighbour.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  ip_rt_put,
  IPTOS_RT_MASK,
  rt_is_input_route,
  type rtable,
  RTCF_REDIRECTED,
} from '../../../include/net/route.ts';
import {
  type sock,
  sock_flag,
  SOCK_LOCALROUTE,
  sock_net,
  sock_owned_by_user,
} from '../../../include/net/sock.ts';
import { IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { ICMP_REDIR_HOSTTOS, icmphdr } from '../../../include/uapi/linux/icmp.ts';
import {
  IPPROTO_RAW,
  ipv4_is_lbcast,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTAX_MTU,
  RTN_UNICAST,
} from '../../../include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../include/uapi/linux/socket.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { neigh_event_send } from '../../core/neighbour/state.ts';
import { sk_dst_get, sk_dst_set } from '../../core/sock/dst.ts';
import { ip_neigh_gw4 } from '../arp.ts';
import { inet_addr_onlink } from '../devinet.ts';
import { inet_addr_type } from '../fib_frontend.ts';
import { fib_select_path } from '../fib_semantics.ts';
import { fib_lookup } from '../fib_trie.ts';
import { ip_rt_gc_timeout, ipv4_mtu } from './dst.ts';
import { ip_route_output_flow, ip_route_output_key_hash } from './output.ts';

function fill_route_from_fnhe(rt: rtable, fnhe: fib_nh_exception): void {
  rt.rt_pmtu = fnhe.fnhe_pmtu;
  rt.rt_mtu_locked = fnhe.fnhe_mtu_locked;
  rt.expires = fnhe.fnhe_expires;
  if (fnhe.fnhe_gw !== 0) {
    rt.rt_flags |= RTCF_REDIRECTED;
    rt.rt_uses_gateway = true;
    rt.rt_gw_family = AF_INET;
    rt.rt_gw4 = fnhe.fnhe_gw;
  }
}

/**
 * Record a path MTU (bytes; 0: not learned) or a gateway for one destination, until `expires` (jiffies).
 *
 * @linux net/ipv4/route.c
 */
function update_or_create_fnhe(
  nhc: fib_nh,
  daddr: be32,
  gw: be32,
  pmtu: number,
  lock: boolean,
  expires: jiffies_t,
): void {
  const { nd_net, machine } = nhc.nhc_dev!;
  const genid = nd_net.ipv4.fnhe_genid;
  const exceptions = (nhc.nhc_exceptions ??= new Map<be32, fib_nh_exception>());
  let fnhe = exceptions.get(daddr);
  if (fnhe !== undefined) {
    fnhe.fnhe_genid = genid;
    if (gw !== 0) fnhe.fnhe_gw = gw;
    if (pmtu !== 0) {
      fnhe.fnhe_pmtu = pmtu;
      fnhe.fnhe_mtu_locked = lock;
    }
    fnhe.fnhe_expires = Math.max(1, expires);
    if (fnhe.fnhe_rth_input !== null) fill_route_from_fnhe(fnhe.fnhe_rth_input, fnhe);
    if (fnhe.fnhe_rth_output !== null) fill_route_from_fnhe(fnhe.fnhe_rth_output, fnhe);
  } else {
    if (exceptions.size >= FNHE_MAX) fnhe_remove_oldest(exceptions);
    fnhe = new fib_nh_exception(genid, daddr);
    fnhe.fnhe_gw = gw;
    fnhe.fnhe_pmtu = pmtu;
    fnhe.fnhe_mtu_locked = lock;
    fnhe.fnhe_expires = Math.max(1, expires);
    exceptions.set(daddr, fnhe);
    // Holders of the next hop's cached route must look up again: they may use it for this destination.
    if (nhc.nhc_rth_input !== null) nhc.nhc_rth_input.obsolete = DST_OBSOLETE_KILL;
    if (nhc.nhc_rth_output !== null) nhc.nhc_rth_output.obsolete = DST_OBSOLETE_KILL;
  }
  fnhe.fnhe_stamp = jiffies(machine);
}

function fnhe_remove_oldest(exceptions: Map<be32, fib_nh_exception>): void {
  let oldest: fib_nh_exception | null = null;
  for (const fnhe of exceptions.values()) {
    if (oldest === null || fnhe.fnhe_stamp < oldest.fnhe_stamp) oldest = fnhe;
  }
  if (oldest === null) return;
  exceptions.delete(oldest.fnhe_daddr);
  oldest.fnhe_daddr = 0;
}

/** The exception for a destination, or null; an expired one is removed. @linux net/ipv4/route.c */
export function find_exception(nhc: fib_nh, daddr: be32): fib_nh_exception | null {
  if (nhc.nhc_exceptions === null) return null;
  const fnhe = nhc.nhc_exceptions.get(daddr);
  if (fnhe === undefined) return null;
  if (fnhe.fnhe_expires !== 0 && jiffies(nhc.nhc_dev!.machine) > fnhe.fnhe_expires) {
    nhc.nhc_exceptions.delete(daddr);
    fnhe.fnhe_daddr = 0;
    return null;
  }
  return fnhe;
}

/** Apply an exception to a new route. @returns whether the route was cached there @linux net/ipv4/route.c */
export function rt_bind_exception(
  rt: rtable,
  fnhe: fib_nh_exception,
  daddr: be32,
  do_cache: boolean,
): boolean {
  if (daddr !== fnhe.fnhe_daddr) return false;
  const { nd_net, machine } = rt.dev;
  if (fnhe.fnhe_genid !== nd_net.ipv4.fnhe_genid) {
    fnhe.fnhe_genid = nd_net.ipv4.fnhe_genid;
    fnhe.fnhe_gw = 0;
    fnhe.fnhe_pmtu = 0;
    fnhe.fnhe_expires = 0;
    fnhe.fnhe_mtu_locked = false;
    fnhe.fnhe_rth_input = null;
    fnhe.fnhe_rth_output = null;
  }
  fill_route_from_fnhe(rt, fnhe);
  if (rt.rt_gw4 === 0) {
    rt.rt_gw4 = daddr;
    rt.rt_gw_family = AF_INET;
  }
  if (do_cache) {
    rt.__refcnt++;
    if (rt_is_input_route(rt)) fnhe.fnhe_rth_input = rt;
    else fnhe.fnhe_rth_output = rt;
  }
  fnhe.fnhe_stamp = jiffies(machine);
  return do_cache;
}

/** The MTU to a destination, from a lookup's result, in bytes. @linux net/ipv4/route.c */
export function ip_mtu_from_fib_result(res: fib_result, daddr: be32): number {
  const nhc = res.nhc!;
  const dev = nhc.nhc_dev!;
  let mtu = dev.nd_net.ipv4.sysctl_ip_fwd_use_pmtu !== 0 ? (res.fi!.fib_metrics[RTAX_MTU] ?? 0) : 0;
  if (mtu !== 0) return mtu;
  const fnhe = find_exception(nhc, daddr);
  if (fnhe !== null && jiffies(dev.machine) < fnhe.fnhe_expires) mtu = fnhe.fnhe_pmtu;
  return mtu !== 0 ? mtu : Math.min(dev.mtu, IP_MAX_MTU);
}

/**
 * The lookup key of a packet that was sent with this header, by this socket if it is known.
 *
 * @linux net/ipv4/route.c
 */
function __build_flow_key(
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

/** The lookup key of a given packet, or of a connected socket. @linux net/ipv4/route.c */
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

/** A router reported that the path accepts at most `mtu` bytes. @linux net/ipv4/route.c */
export function ip_rt_update_pmtu(dst: dst_entry, sk: sock | null, skb: sk_buff | null, mtu: number): void {
  const fl4 = new flowi4();
  ip_rt_build_flow_key(fl4, sk, skb);
  __ip_rt_update_pmtu(dst as rtable, fl4, mtu);
}

/**
 * Record a path MTU for the destination of `fl4`, unless it is larger than the current one.
 *
 * @linux net/ipv4/route.c
 */
function __ip_rt_update_pmtu(rt: rtable, fl4: flowi4, new_mtu: number): void {
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

/** dst_ops.redirect: a redirect arrived. @linux net/ipv4/route.c */
export function ip_do_redirect(dst: dst_entry, sk: sock | null, skb: sk_buff): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, sk, iph, skb.dev!.ifindex, iph.tos, iph.protocol, skb.mark);
  __ip_do_redirect(dst as rtable, skb, fl4, true);
}

/**
 * A gateway named a better one: accept it if it comes from the gateway in use and the new one is directly
 * connected (RFC 1122 3.2.2.2).
 *
 * @linux net/ipv4/route.c
 */
function __ip_do_redirect(rt: rtable, skb: sk_buff, fl4: flowi4, kill_route: boolean): void {
  const icmph = new icmphdr(skb.head, skb.transport_header);
  const new_gw = icmph.gateway;
  const old_gw = ip_hdr(skb).saddr;
  if ((icmph.code & 7) > ICMP_REDIR_HOSTTOS) return;
  if (rt.rt_gw_family !== AF_INET || rt.rt_gw4 !== old_gw) return;
  const in_dev = skb.dev!.ip_ptr;
  if (in_dev === null) return;

  if (new_gw === old_gw || !IN_DEV_RX_REDIRECTS(in_dev)) return;
  if (ipv4_is_multicast(new_gw) || ipv4_is_lbcast(new_gw) || ipv4_is_zeronet(new_gw)) return;
  const net = rt.dev.nd_net;
  if (IN_DEV_SHARED_MEDIA(in_dev)) {
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

// --- What ICMP tells ----------------------------------------------------------------------------------------------

/**
 * "Fragmentation needed" arrived for a packet without a socket: its header is at skb.data.
 *
 * @linux net/ipv4/route.c
 */
export function ipv4_update_pmtu(skb: sk_buff, net: net, mtu: number, oif: number, protocol: number): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, null, iph, oif, iph.tos, protocol, skb.mark);
  const rt = ip_route_output_key_hash(net, fl4);
  if (IS_ERR(rt)) return;
  __ip_rt_update_pmtu(rt, fl4, mtu);
  ip_rt_put(rt);
}

/**
 * "Fragmentation needed" arrived for a packet of this socket: record the MTU and give the socket the new
 * route.
 *
 * @linux net/ipv4/route.c
 */
export function ipv4_sk_update_pmtu(skb: sk_buff, sk: sock, mtu: number): void {
  if (!ip_sk_accept_pmtu(sk)) return;
  const net = sock_net(sk);
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, sk, iph, 0, 0, 0, 0);
  const odst = sk_dst_get(sk);

  if (sock_owned_by_user(sk) || odst === null) {
    const rt = ip_route_output_key_hash(net, fl4);
    if (!IS_ERR(rt)) {
      __ip_rt_update_pmtu(rt, fl4, mtu);
      ip_rt_put(rt);
    }
    dst_release(odst);
    return;
  }

  let rt = odst as rtable;
  let is_new = false;
  if (dst_check(odst, 0) === null) {
    const fresh = ip_route_output_flow(net, fl4, sk);
    if (IS_ERR(fresh)) {
      dst_release(odst);
      return;
    }
    rt = fresh;
    is_new = true;
  }
  __ip_rt_update_pmtu(rt, fl4, mtu);
  if (dst_check(rt, 0) === null) {
    if (is_new) dst_release(rt);
    const fresh = ip_route_output_flow(net, fl4, sk);
    if (IS_ERR(fresh)) {
      dst_release(odst);
      return;
    }
    rt = fresh;
    is_new = true;
  }
  if (is_new) sk_dst_set(sk, rt);
  dst_release(odst);
}

/** A redirect arrived for a packet without a socket. @linux net/ipv4/route.c */
export function ipv4_redirect(skb: sk_buff, net: net, oif: number, protocol: number): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, null, iph, oif, iph.tos, protocol, 0);
  const rt = ip_route_output_key_hash(net, fl4);
  if (IS_ERR(rt)) return;
  __ip_do_redirect(rt, skb, fl4, false);
  ip_rt_put(rt);
}

/** A redirect arrived for a packet of this socket. @linux net/ipv4/route.c */
export function ipv4_sk_redirect(skb: sk_buff, sk: sock): void {
  const fl4 = new flowi4();
  __build_flow_key(fl4, sk, new iphdr(skb.head, skb.data), 0, 0, 0, 0);
  const rt = ip_route_output_key_hash(sock_net(sk), fl4);
  if (IS_ERR(rt)) return;
  __ip_do_redirect(rt, skb, fl4, false);
  ip_rt_put(rt);
}
