/** The route of a packet sent by this machine. @linux net/ipv4/route.c */
import { IN_DEV_ROUTE_LOCALNET } from '../../../include/linux/inetdevice.ts';
import { IFF_LOOPBACK, IFF_UP, LOOPBACK_IFINDEX, type net_device } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be16, be32 } from '../../../include/linux/types.ts';
import {
  flowi4,
  flowi4_init_output,
  flowi4_update_output,
  FLOWI_FLAG_ANYSRC,
  FLOWI_FLAG_KNOWN_NH,
} from '../../../include/net/flow.ts';
import { inet_sk, inet_sk_flowi_flags } from '../../../include/net/inet_sock.ts';
import { inet_peer_base } from '../../../include/net/inetpeer.ts';
import { ip_hdr, write_be32 } from '../../../include/net/ip.ts';
import { FIB_RES_DEV, FIB_RES_NHC, FIB_RES_OIF, fib_result } from '../../../include/net/ip_fib.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  ip_rt_put,
  ip_sock_rt_scope,
  ip_sock_rt_tos,
  IPTOS_RT_MASK,
  rt_is_output_route,
  rt_nexthop,
  type rtable,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTO_ONLINK,
} from '../../../include/net/route.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { EINVAL, ENETUNREACH, ENODEV, type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import {
  INADDR_LOOPBACK,
  ipv4_is_lbcast,
  ipv4_is_loopback,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
} from '../../../include/uapi/linux/rtnetlink.ts';
import { __ip_dev_find, inet_select_addr } from '../devinet.ts';
import { fib_result_prefsrc, fib_select_path } from '../fib_semantics.ts';
import { fib_lookup } from '../fib_trie.ts';
import { ip_mc_output } from '../ip_output/output.ts';
import { rt_cache_valid, rt_dst_alloc, rt_set_nexthop } from './dst.ts';
import { find_exception } from './exception.ts';
import { ip_idents_init } from './ident.ts';
import { ipv4_is_local_multicast } from './input.ts';

// --- Out --------------------------------------------------------------------------------------------------------

/**
 * The route for a socket's packet. Linux consults IPsec here; this only calls ip_route_output_key_hash().
 *
 * @linux net/ipv4/route.c
 */
export function ip_route_output_flow(net: net, flp4: flowi4, _sk: sock | null): rtable | Errno {
  return ip_route_output_key_hash(net, flp4);
}

/**
 * Find the route for `fl4`. Fills in the source address, the interface, and a missing destination.
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
 * Find the output route for the flow and complete the flow. Fails with -ENETUNREACH, -EINVAL, -ENODEV.
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
      // The source address determines the interface for such packets.
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
    // Without a destination the packet is for this machine.
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
    // The interface was specified: assume that the destination is on its link, whatever the tables say.
    if (fl4.saddr === 0) fl4.saddr = inet_select_addr(dev_out, 0, RT_SCOPE_LINK);
    res.type = RTN_UNICAST;
    return __mkroute_output(res, fl4, orig_oif, dev_out, 0);
  }

  if (res.type === RTN_LOCAL) {
    if (fl4.saddr === 0) fl4.saddr = res.fi!.fib_prefsrc !== 0 ? res.fi!.fib_prefsrc : fl4.daddr;
    // Packets to a local address use lo, whichever interface has the address.
    dev_out = net.loopback_dev!;
    fl4.flowi4_oif = dev_out.ifindex;
    return __mkroute_output(res, fl4, FIB_RES_OIF(res), dev_out, RTCF_LOCAL);
  }

  fib_select_path(net, res, fl4);
  return __mkroute_output(res, fl4, orig_oif, FIB_RES_DEV(res), 0);
}

/** Create a route from a lookup's result, or use the one cached at the next hop. @linux net/ipv4/route.c */
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
  if (!IN_DEV_ROUTE_LOCALNET(in_dev) && ipv4_is_loopback(fl4.saddr) && !to_loopback) return -EINVAL;

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
    // This host has joined no group, so no copy is looped back.
    flags = (flags | RTCF_MULTICAST) & ~RTCF_LOCAL;
    if (fi !== null && res.prefixlen < 4) fi = null;
  } else if (type === RTN_LOCAL && orig_oif !== 0 && orig_oif !== dev_out.ifindex) {
    // rt_iif must hold the interface of the address, which differs between addresses: do not cache the route.
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

/** Invalidate all existing routes. @linux net/ipv4/route.c */
export function rt_cache_flush(net: net): void {
  net.ipv4.rt_genid++;
}

/**
 * Initialize routing: the generators of IP ids and the per-host limits. ip_fib_init() creates the tables.
 *
 * @linux net/ipv4/route.c
 */
export function ip_rt_init(net: net): void {
  ip_idents_init(net);
  net.ipv4.peers = new inet_peer_base();
}

/** The local address that IP options record in a packet. @linux net/ipv4/route.c */
export function ip_rt_get_source(to: Uint8Array, at: number, skb: sk_buff, rt: rtable): void {
  const iph = ip_hdr(skb);
  if (rt_is_output_route(rt)) {
    write_be32(to, at, iph.saddr);
    return;
  }
  const net = rt.dev.nd_net;
  const fl4 = new flowi4();
  fl4.daddr = iph.daddr;
  fl4.saddr = iph.saddr;
  fl4.flowi4_tos = iph.tos & IPTOS_RT_MASK;
  fl4.flowi4_oif = rt.dev.ifindex;
  fl4.flowi4_iif = skb.dev!.ifindex;
  fl4.flowi4_mark = skb.mark;
  const res = new fib_result();
  const src =
    fib_lookup(net, fl4, res, 0) === 0
      ? fib_result_prefsrc(net, res)
      : inet_select_addr(rt.dev, rt_nexthop(rt, iph.daddr), RT_SCOPE_UNIVERSE);
  write_be32(to, at, src);
}

/** The route for `fl4`, without IPsec. @linux include/net/route.h */
export function __ip_route_output_key(net: net, fl4: flowi4): rtable | Errno {
  return ip_route_output_key_hash(net, fl4);
}
/**
 * The route for `fl4`; the source address is filled in. -ENETUNREACH, -EINVAL, …
 *
 * @linux include/net/route.h
 */
export function ip_route_output_key(net: net, fl4: flowi4): rtable | Errno {
  return ip_route_output_flow(net, fl4, null);
}
/** The route from `saddr` to `daddr`. -ENETUNREACH, -EINVAL, … @linux include/net/route.h */
export function ip_route_output(
  net: net,
  daddr: be32,
  saddr: be32,
  tos: number,
  oif: number,
): rtable | Errno {
  const fl4 = new flowi4();
  fl4.flowi4_oif = oif;
  fl4.flowi4_tos = tos;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
  return ip_route_output_key(net, fl4);
}
/** The route for a socket's packet, with its ports and protocol. @linux include/net/route.h */
export function ip_route_output_ports(
  net: net,
  fl4: flowi4,
  sk: sock | null,
  daddr: be32,
  saddr: be32,
  dport: be16,
  sport: be16,
  proto: number,
  tos: number,
  oif: number,
): rtable | Errno {
  const mark = sk === null ? 0 : sk.sk_mark;
  const flags = sk === null ? 0 : inet_sk_flowi_flags(sk);
  const uid = sk === null ? 0 : sk.sk_uid;
  flowi4_init_output(fl4, oif, mark, tos, RT_SCOPE_UNIVERSE, proto, flags, daddr, saddr, dport, sport, uid);
  return ip_route_output_flow(net, fl4, sk);
}

/**
 * The route of a new connection. An unspecified source address is chosen by a first lookup. The ports may not
 * be chosen yet: ip_route_newports() follows.
 *
 * @linux include/net/route.h
 */
export function ip_route_connect(
  fl4: flowi4,
  dst: be32,
  src: be32,
  oif: number,
  protocol: number,
  sport: be16,
  dport: be16,
  sk: sock,
): rtable | Errno {
  const net = sock_net(sk);
  const flags = inet_sk(sk).transparent ? FLOWI_FLAG_ANYSRC : 0;
  const tos = ip_sock_rt_tos(sk);
  const scope = ip_sock_rt_scope(sk);
  flowi4_init_output(fl4, oif, sk.sk_mark, tos, scope, protocol, flags, dst, src, dport, sport, sk.sk_uid);
  if (dst === 0 || src === 0) {
    const rt = __ip_route_output_key(net, fl4);
    if (IS_ERR(rt)) return rt;
    ip_rt_put(rt);
    flowi4_update_output(fl4, oif, fl4.daddr, fl4.saddr);
  }
  return ip_route_output_flow(net, fl4, sk);
}

/**
 * The ports are now known: look up again if they changed, and drop the old route.
 *
 * @linux include/net/route.h
 */
export function ip_route_newports(
  fl4: flowi4,
  rt: rtable,
  orig_sport: be16,
  orig_dport: be16,
  sport: be16,
  dport: be16,
  sk: sock,
): rtable | Errno {
  if (sport === orig_sport && dport === orig_dport) return rt;
  fl4.fl4_dport = dport;
  fl4.fl4_sport = sport;
  ip_rt_put(rt);
  flowi4_update_output(fl4, sk.sk_bound_dev_if, fl4.daddr, fl4.saddr);
  return ip_route_output_flow(sock_net(sk), fl4, sk);
}
