/**
 * Finding the route of a packet: on its way out by ip_route_output_key_hash(), on its way in by ip_route_input_noref().
 *
 * route.c is in four files: this one, route_dst.ts (the route as an object), route_exception.ts (what was learnt of
 * single destinations), and ip_ident.ts.
 *
 * @linux net/ipv4/route.c
 */
import {
  dst_check,
  dst_release,
  flowi4,
  FLOWI_FLAG_ANYSRC,
  FLOWI_FLAG_KNOWN_NH,
  ip_rt_put,
  IPTOS_RT_MASK,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RTO_ONLINK,
  type rtable,
} from '../../include/net/dst.ts';
import { IPCB, ip_sk_accept_pmtu, iphdr, IPSKB_DOREDIRECT } from '../../include/net/ip.ts';
import { FIB_RES_DEV, FIB_RES_NHC, FIB_RES_OIF, fib_result } from '../../include/net/ip_fib.ts';
import { inet_peer_base } from '../../include/net/inetpeer.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { sock_net, sock_owned_by_user, type sock } from '../../include/net/sock.ts';
import { IN_DEV_FORWARD } from '../../include/linux/inetdevice.ts';
import {
  ETH_P_IP,
  IFF_LOOPBACK,
  IFF_UP,
  LOOPBACK_IFINDEX,
  type in_device,
  type net_device,
} from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import {
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  IS_ERR,
  type Errno,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  INADDR_LOOPBACK,
  ipv4_is_lbcast,
  ipv4_is_loopback,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../include/uapi/linux/in.ts';
import { RT_SCOPE_HOST, RT_SCOPE_LINK } from '../../include/uapi/linux/rtnetlink.ts';
import { sk_dst_get, sk_dst_set } from '../core/sock/dst.ts';
import { skb_dst_drop, skb_dst_set, skb_dst_set_noref } from '../core/skbuff.ts';
import { __ip_dev_find, inet_addr_onlink, inet_select_addr } from './devinet.ts';
import { fib_validate_source } from './fib_frontend.ts';
import { fib_select_path } from './fib_semantics.ts';
import { fib_lookup } from './fib_trie.ts';
import { ip_forward } from './ip_forward.ts';
import { ip_idents_init } from './ip_ident.ts';
import { ip_mc_output } from './ip_output_mc.ts';
import {
  __build_flow_key,
  __ip_do_redirect,
  __ip_rt_update_pmtu,
  ip_error,
  ip_rt_bug,
  rt_cache_route,
  rt_cache_valid,
  rt_dst_alloc,
  rt_set_nexthop,
} from './route_dst.ts';
import { find_exception } from './route_exception.ts';

export { ipv4_dst_ops, ipv4_mtu, rt_dst_alloc, rt_dst_clone } from './route_dst.ts';
export { ip_mtu_from_fib_result } from './route_exception.ts';
export { __ip_select_ident } from './ip_ident.ts';
export { ip_rt_get_source } from './fib_frontend.ts';

/** 224.0.0.0/24: never leaves the link. @linux include/linux/in.h */
function ipv4_is_local_multicast(addr: be32): boolean {
  return addr >>> 8 === 0xe00000;
}

// --- In ---------------------------------------------------------------------------------------------------------

/**
 * Route a packet that came in: its skb gets a route that delivers it here, forwards it, or refuses it.
 *
 * @returns 0, -EINVAL (an address that cannot be), -EXDEV (came by the wrong interface), -ENOBUFS
 * @linux net/ipv4/route.c
 */
export function ip_route_input_noref(
  skb: sk_buff,
  daddr: be32,
  saddr: be32,
  tos: number,
  dev: net_device,
): Errno {
  // Multicast: a host takes only the groups that it joined, and there is no way to join one here.
  if (ipv4_is_multicast(daddr)) return -EINVAL;
  return ip_route_input_slow(skb, daddr, saddr, tos & IPTOS_RT_MASK, dev, new fib_result());
}

/** The same, for callers that keep the route. @linux include/net/route.h */
export function ip_route_input(skb: sk_buff, daddr: be32, saddr: be32, tos: number, dev: net_device): Errno {
  return ip_route_input_noref(skb, daddr, saddr, tos, dev);
}

/** Where to with a packet by the tables? Refuses addresses that no packet can have ("martians", RFC 1812 5.3.7). */
function ip_route_input_slow(
  skb: sk_buff,
  daddr: be32,
  saddr: be32,
  tos: number,
  dev: net_device,
  res: fib_result,
): Errno {
  const in_dev = dev.ip_ptr;
  if (in_dev === null) return -EINVAL;
  skb_dst_drop(skb);

  if (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr)) return -EINVAL;
  if (ipv4_is_lbcast(daddr) || (saddr === 0 && daddr === 0))
    return brd_input(skb, saddr, tos, dev, in_dev, res);
  // Zero addresses only to the limited broadcast: a host that has none yet.
  if (ipv4_is_zeronet(saddr) || ipv4_is_zeronet(daddr)) return -EINVAL;
  // 127/8 belongs to lo. There Linux would not ask at all: a packet keeps its route from sending. Here it has been on a
  // wire, as bytes.
  const localnet = in_dev.cnf.route_localnet || (dev.flags & IFF_LOOPBACK) !== 0;
  if (!localnet && (ipv4_is_loopback(daddr) || ipv4_is_loopback(saddr))) return -EINVAL;

  const fl4 = new flowi4();
  fl4.flowi4_iif = dev.ifindex;
  fl4.flowi4_mark = skb.mark;
  fl4.flowi4_tos = tos;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
  let err = fib_lookup(dev.nd_net, fl4, res, 0);
  if (err !== 0) return no_route(skb, dev, IN_DEV_FORWARD(in_dev) ? err : -EHOSTUNREACH, res);

  if (res.type === RTN_BROADCAST) {
    if (in_dev.cnf.bc_forwarding) return __mkroute_input(skb, res, in_dev, daddr, saddr, tos);
    return brd_input(skb, saddr, tos, dev, in_dev, res);
  }
  if (res.type === RTN_LOCAL) {
    err = fib_validate_source(saddr, daddr, tos, 0, dev, in_dev);
    if (err < 0) return err;
    return local_input(skb, dev, 0, res);
  }
  if (!IN_DEV_FORWARD(in_dev)) return no_route(skb, dev, -EHOSTUNREACH, res);
  if (res.type !== RTN_UNICAST) return -EINVAL;
  return __mkroute_input(skb, res, in_dev, daddr, saddr, tos);
}

/** A broadcast: for us, whoever else it is for. */
function brd_input(
  skb: sk_buff,
  saddr: be32,
  tos: number,
  dev: net_device,
  in_dev: in_device,
  res: fib_result,
): Errno {
  if (skb.protocol !== ETH_P_IP) return -EINVAL;
  if (!ipv4_is_zeronet(saddr)) {
    const err = fib_validate_source(saddr, 0, tos, 0, dev, in_dev);
    if (err < 0) return err;
  }
  res.type = RTN_BROADCAST;
  return local_input(skb, dev, RTCF_BROADCAST, res);
}

/** Deliver here. The route is the same for all packets to the address, and is kept. */
function local_input(skb: sk_buff, dev: net_device, flags: number, res: fib_result): Errno {
  if (res.fi !== null) {
    const kept = FIB_RES_NHC(res).nhc_rth_input;
    if (rt_cache_valid(kept)) {
      skb_dst_set_noref(skb, kept);
      return 0;
    }
  }
  const rth = new_input_route(dev, flags | RTCF_LOCAL, res.type);
  if (res.fi !== null) rt_cache_route(FIB_RES_NHC(res), rth);
  skb_dst_set(skb, rth);
  return 0;
}

/** To nowhere: the route says so when the packet takes it, by ip_error(). */
function no_route(skb: sk_buff, dev: net_device, err: Errno, res: fib_result): Errno {
  res.type = RTN_UNREACHABLE;
  res.fi = null;
  res.table = null;
  const rth = new_input_route(dev, 0, RTN_UNREACHABLE);
  rth.input = ip_error;
  rth.error = -err;
  skb_dst_set(skb, rth);
  return 0;
}

function new_input_route(dev: net_device, flags: number, type: number): rtable {
  const rth = rt_dst_alloc(dev.nd_net.loopback_dev ?? dev, flags, type);
  rth.output = ip_rt_bug;
  rth.rt_is_input = true;
  return rth;
}

/** A route that forwards. */
function __mkroute_input(
  skb: sk_buff,
  res: fib_result,
  in_dev: in_device,
  daddr: be32,
  saddr: be32,
  tos: number,
): Errno {
  const nhc = FIB_RES_NHC(res);
  const out_dev = nhc.nhc_dev!.ip_ptr;
  if (out_dev === null) return -EINVAL;
  const err = fib_validate_source(saddr, daddr, tos, FIB_RES_OIF(res), in_dev.dev, in_dev);
  if (err < 0) return err;

  const is_ip = skb.protocol === ETH_P_IP;
  if (out_dev === in_dev && err !== 0 && out_dev.cnf.send_redirects && is_ip) {
    // It leaves by the way it came, and the sender is a neighbour: it could have sent it there itself.
    const gw = nhc.nhc_gw_family !== 0 ? nhc.nhc_gw : 0;
    if (out_dev.cnf.shared_media || inet_addr_onlink(out_dev, saddr, gw)) IPCB(skb).flags |= IPSKB_DOREDIRECT;
  }
  // ARP asks too, for whom to answer as a proxy: not for what is on the asker's own link.
  if (!is_ip && out_dev === in_dev) return -EINVAL;

  const fnhe = find_exception(nhc, daddr);
  const do_cache = res.fi !== null;
  if (do_cache) {
    const kept = fnhe !== null ? fnhe.fnhe_rth_input : nhc.nhc_rth_input;
    if (rt_cache_valid(kept)) {
      skb_dst_set_noref(skb, kept);
      return 0;
    }
  }
  const rth = rt_dst_alloc(out_dev.dev, 0, res.type);
  rth.rt_is_input = true;
  rth.input = ip_forward;
  rt_set_nexthop(rth, daddr, res, fnhe, res.fi, do_cache);
  skb_dst_set(skb, rth);
  return 0;
}

// --- Out --------------------------------------------------------------------------------------------------------

/** A route for a socket's packet. Linux asks IPsec here; this is ip_route_output_key_hash(). @linux net/ipv4/route.c */
export function ip_route_output_flow(net: net, flp4: flowi4, _sk: sock | null): rtable | Errno {
  return ip_route_output_key_hash(net, flp4);
}

/**
 * A route for what `fl4` says. Fills in the source address, the interface, and a missing destination.
 *
 * @returns the route with a reference for the caller; -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL, -ENODEV
 * @linux net/ipv4/route.c
 */
export function ip_route_output_key_hash(net: net, fl4: flowi4): rtable | Errno {
  fl4.flowi4_iif = LOOPBACK_IFINDEX;
  const tos = fl4.flowi4_tos;
  fl4.flowi4_tos = tos & IPTOS_RT_MASK;
  if ((tos & RTO_ONLINK) !== 0) fl4.flowi4_scope = RT_SCOPE_LINK;
  return ip_route_output_key_hash_rcu(net, fl4, new fib_result());
}

/**
 * Find the way out for what the flow says; complete the flow. Fails with -ENETUNREACH, -EINVAL, -ENODEV.
 *
 * @linux net/ipv4/route.c
 */
export function ip_route_output_key_hash_rcu(net: net, fl4: flowi4, res: fib_result): rtable | Errno {
  const orig_oif = fl4.flowi4_oif;
  let dev_out: net_device | null = null;

  if (fl4.saddr !== 0) {
    if (ipv4_is_multicast(fl4.saddr) || ipv4_is_lbcast(fl4.saddr) || ipv4_is_zeronet(fl4.saddr))
      return -EINVAL;
    if (orig_oif === 0 && (ipv4_is_multicast(fl4.daddr) || ipv4_is_lbcast(fl4.daddr))) {
      // The source address says through which interface such packets go.
      dev_out = __ip_dev_find(net, fl4.saddr);
      if (dev_out === null) return -ENETUNREACH;
      fl4.flowi4_oif = dev_out.ifindex;
      return __mkroute_output(res, fl4, orig_oif, dev_out, 0);
    }
    if ((fl4.flowi4_flags & FLOWI_FLAG_ANYSRC) === 0 && __ip_dev_find(net, fl4.saddr) === null)
      return -ENETUNREACH;
  }

  if (orig_oif !== 0) {
    dev_out = net.dev_base.get(orig_oif) ?? null;
    if (dev_out === null) return -ENODEV;
    if ((dev_out.flags & IFF_UP) === 0 || dev_out.ip_ptr === null) return -ENETUNREACH;
    if (ipv4_is_local_multicast(fl4.daddr) || ipv4_is_lbcast(fl4.daddr)) {
      if (fl4.saddr === 0) fl4.saddr = inet_select_addr(dev_out, 0, RT_SCOPE_LINK);
      return __mkroute_output(res, fl4, orig_oif, dev_out, 0);
    }
    if (fl4.saddr === 0) {
      if (ipv4_is_multicast(fl4.daddr)) fl4.saddr = inet_select_addr(dev_out, 0, fl4.flowi4_scope);
      else if (fl4.daddr === 0) fl4.saddr = inet_select_addr(dev_out, 0, RT_SCOPE_HOST);
    }
  }

  if (fl4.daddr === 0) {
    // To nobody in particular: to ourselves.
    fl4.daddr = fl4.saddr;
    if (fl4.daddr === 0) {
      fl4.saddr = INADDR_LOOPBACK;
      fl4.daddr = INADDR_LOOPBACK;
    }
    fl4.flowi4_oif = LOOPBACK_IFINDEX;
    res.type = RTN_LOCAL;
    return __mkroute_output(res, fl4, orig_oif, net.loopback_dev!, RTCF_LOCAL);
  }

  const err = fib_lookup(net, fl4, res, 0);
  if (err !== 0) {
    res.fi = null;
    res.table = null;
    if (dev_out === null) return err;
    // The interface was named: take it that the destination is on its link, whatever the tables say.
    if (fl4.saddr === 0) fl4.saddr = inet_select_addr(dev_out, 0, RT_SCOPE_LINK);
    res.type = RTN_UNICAST;
    return __mkroute_output(res, fl4, orig_oif, dev_out, 0);
  }

  if (res.type === RTN_LOCAL) {
    if (fl4.saddr === 0) fl4.saddr = res.fi!.fib_prefsrc !== 0 ? res.fi!.fib_prefsrc : fl4.daddr;
    // What is for us goes over lo, whichever interface has the address.
    dev_out = net.loopback_dev!;
    fl4.flowi4_oif = dev_out.ifindex;
    return __mkroute_output(res, fl4, FIB_RES_OIF(res), dev_out, RTCF_LOCAL);
  }

  fib_select_path(net, res, fl4);
  return __mkroute_output(res, fl4, orig_oif, FIB_RES_DEV(res), 0);
}

/** Turn what the lookup found into a route, or take the one that is kept at the next hop. */
function __mkroute_output(
  res: fib_result,
  fl4: flowi4,
  orig_oif: number,
  dev_out: net_device,
  route_flags: number,
): rtable | Errno {
  const in_dev = dev_out.ip_ptr;
  if (in_dev === null) return -EINVAL;
  const to_loopback = (dev_out.flags & IFF_LOOPBACK) !== 0;
  if (!in_dev.cnf.route_localnet && ipv4_is_loopback(fl4.saddr) && !to_loopback) return -EINVAL;

  let { type, fi } = res;
  let flags = route_flags;
  if (ipv4_is_lbcast(fl4.daddr)) {
    type = RTN_BROADCAST;
    fi = null;
  } else if (ipv4_is_multicast(fl4.daddr)) {
    type = RTN_MULTICAST;
  } else if (ipv4_is_zeronet(fl4.daddr)) {
    return -EINVAL;
  }
  if (to_loopback) flags |= RTCF_LOCAL;

  let do_cache = true;
  if (type === RTN_BROADCAST) {
    flags |= RTCF_BROADCAST | RTCF_LOCAL;
  } else if (type === RTN_MULTICAST) {
    // We are in no group, so none of it comes back to us.
    flags = (flags | RTCF_MULTICAST) & ~RTCF_LOCAL;
    if (fi !== null && res.prefixlen < 4) fi = null;
  } else if (type === RTN_LOCAL && orig_oif !== 0 && orig_oif !== dev_out.ifindex) {
    // rt_iif is to say by which interface it came, and that differs from address to address: not to be kept.
    do_cache = false;
  }

  let fnhe = null;
  if (fi === null) {
    do_cache = false;
  } else {
    const nhc = FIB_RES_NHC(res);
    fnhe = find_exception(nhc, fl4.daddr);
    const direct = nhc.nhc_gw_family === 0 || nhc.nhc_scope !== RT_SCOPE_LINK;
    if (fnhe === null && direct && (fl4.flowi4_flags & FLOWI_FLAG_KNOWN_NH) !== 0) do_cache = false;
    if (do_cache) {
      const kept = fnhe !== null ? fnhe.fnhe_rth_output : nhc.nhc_rth_output;
      if (rt_cache_valid(kept)) {
        kept.__refcnt++;
        return kept;
      }
    }
  }

  const rth = rt_dst_alloc(dev_out, flags, type);
  rth.rt_iif = orig_oif;
  if ((flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0 && (flags & RTCF_LOCAL) !== 0 && !to_loopback) {
    rth.output = ip_mc_output;
  }
  rt_set_nexthop(rth, fl4.daddr, res, fnhe, fi, do_cache);
  return rth;
}

// --- What ICMP tells ----------------------------------------------------------------------------------------------

/** "Fragmentation needed" came for a packet without a socket: its header is at skb.data. @linux net/ipv4/route.c */
export function ipv4_update_pmtu(skb: sk_buff, net: net, mtu: number, oif: number, protocol: number): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, null, iph, oif, iph.tos, protocol, skb.mark);
  const rt = ip_route_output_key_hash(net, fl4);
  if (IS_ERR(rt)) return;
  __ip_rt_update_pmtu(rt, fl4, mtu);
  ip_rt_put(rt);
}

/** "Fragmentation needed" came for a packet of this socket: learn it, and have the socket take the new route. @linux net/ipv4/route.c */
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

/** A redirect came for a packet without a socket. @linux net/ipv4/route.c */
export function ipv4_redirect(skb: sk_buff, net: net, oif: number, protocol: number): void {
  const iph = new iphdr(skb.head, skb.data);
  const fl4 = new flowi4();
  __build_flow_key(fl4, null, iph, oif, iph.tos, protocol, 0);
  const rt = ip_route_output_key_hash(net, fl4);
  if (IS_ERR(rt)) return;
  __ip_do_redirect(rt, skb, fl4, false);
  ip_rt_put(rt);
}

/** A redirect came for a packet of this socket. @linux net/ipv4/route.c */
export function ipv4_sk_redirect(skb: sk_buff, sk: sock): void {
  const fl4 = new flowi4();
  __build_flow_key(fl4, sk, new iphdr(skb.head, skb.data), 0, 0, 0, 0);
  const rt = ip_route_output_key_hash(sock_net(sk), fl4);
  if (IS_ERR(rt)) return;
  __ip_do_redirect(rt, skb, fl4, false);
  ip_rt_put(rt);
}

/** Make all routes handed out so far stale. @linux net/ipv4/route.c */
export function rt_cache_flush(net: net): void {
  net.ipv4.rt_genid++;
}

/** Prepare routing: the generators of IP ids, the limits by host. The tables are made by ip_fib_init(). @linux net/ipv4/route.c */
export function ip_rt_init(net: net): void {
  ip_idents_init(net);
  net.ipv4.peers = new inet_peer_base();
}
