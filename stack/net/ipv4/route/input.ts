/** The route of a received packet: to this machine, forwarding, or rejection. @linux net/ipv4/route.c */
import {
  IN_DEV_BFORWARD,
  IN_DEV_FORWARD,
  IN_DEV_ROUTE_LOCALNET,
  IN_DEV_SHARED_MEDIA,
  IN_DEV_TX_REDIRECTS,
} from '../../../include/linux/inetdevice.ts';
import { ETH_P_IP, IFF_LOOPBACK, type in_device, type net_device } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import { flowi4 } from '../../../include/net/flow.ts';
import { IPCB, IPSKB_DOREDIRECT } from '../../../include/net/ip.ts';
import { FIB_RES_NHC, FIB_RES_OIF, fib_result } from '../../../include/net/ip_fib.ts';
import { IPTOS_RT_MASK, type rtable, RTCF_BROADCAST, RTCF_LOCAL } from '../../../include/net/route.ts';
import { EHOSTUNREACH, EINVAL, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  ipv4_is_lbcast,
  ipv4_is_loopback,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../../include/uapi/linux/in.ts';
import {
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../../include/uapi/linux/rtnetlink.ts';
import { skb_dst_drop, skb_dst_set, skb_dst_set_noref } from '../../core/skbuff/alloc.ts';
import { inet_addr_onlink } from '../devinet.ts';
import { fib_validate_source } from '../fib_frontend.ts';
import { fib_lookup } from '../fib_trie.ts';
import { ip_forward } from '../ip_forward.ts';
import { ip_error, ip_rt_bug, rt_cache_route, rt_cache_valid, rt_dst_alloc, rt_set_nexthop } from './dst.ts';
import { find_exception } from './exception.ts';

/** Whether the address is in 224.0.0.0/24, which never leaves the link. @linux include/linux/in.h */
export function ipv4_is_local_multicast(addr: be32): boolean {
  return addr >>> 8 === 0xe00000;
}

// --- In ---------------------------------------------------------------------------------------------------------

/**
 * Route a received packet: its skb gets a route that delivers, forwards or rejects it.
 *
 * @returns 0, -EINVAL (an invalid address), -EXDEV (wrong interface), -ENOBUFS
 * @linux net/ipv4/route.c
 */
export function ip_route_input_noref(
  skb: sk_buff,
  daddr: be32,
  saddr: be32,
  tos: number,
  dev: net_device,
): Errno {
  // Multicast: a host accepts only the groups that it has joined, and this stack cannot join any.
  if (ipv4_is_multicast(daddr)) return -EINVAL;
  return ip_route_input_slow(skb, daddr, saddr, tos & IPTOS_RT_MASK, dev, new fib_result());
}

/** As ip_route_input_noref(), for callers that keep the route. @linux include/net/route.h */
export function ip_route_input(skb: sk_buff, daddr: be32, saddr: be32, tos: number, dev: net_device): Errno {
  return ip_route_input_noref(skb, daddr, saddr, tos, dev);
}

/**
 * Look up the route in the tables. Rejects addresses that no packet can have ("martians", RFC 1812 5.3.7).
 *
 * @linux net/ipv4/route.c
 */
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
  // A zero source address is valid only for the limited broadcast, from a host without an address.
  if (ipv4_is_zeronet(saddr) || ipv4_is_zeronet(daddr)) return -EINVAL;
  // 127/8 belongs to lo. Linux does not check there, because a packet keeps its route from sending; here the
  // packet was on a wire, as bytes.
  const localnet = IN_DEV_ROUTE_LOCALNET(in_dev) || (dev.flags & IFF_LOOPBACK) !== 0;
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
    if (IN_DEV_BFORWARD(in_dev)) return __mkroute_input(skb, res, in_dev, daddr, saddr, tos);
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

/** A broadcast is delivered locally. */
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

/** Deliver locally. The route is the same for all packets to the address, so it is cached. */
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

/** No route: the packet's route rejects it, by ip_error(). */
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

/** A route that forwards. @linux net/ipv4/route.c */
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
  if (out_dev === in_dev && err !== 0 && IN_DEV_TX_REDIRECTS(out_dev) && is_ip) {
    // The packet leaves through the interface on which it arrived, and the sender is directly connected: it
    // could have sent it to the next hop itself.
    const gw = nhc.nhc_gw_family !== 0 ? nhc.nhc_gw : 0;
    if (IN_DEV_SHARED_MEDIA(out_dev) || inet_addr_onlink(out_dev, saddr, gw))
      IPCB(skb).flags |= IPSKB_DOREDIRECT;
  }
  // ARP also uses this, to decide for which addresses it answers as a proxy: not for those on the requester's
  // own link.
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
