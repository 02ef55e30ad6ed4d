/**
 * The front end of the routing tables: routes of interface addresses, `ip route`, and source address
 * validation.
 *
 * @linux net/ipv4/fib_frontend.c
 */
import {
  IFA_F_SECONDARY,
  IN_DEV_ACCEPT_LOCAL,
  IN_DEV_RPFILTER,
  IN_DEV_TX_REDIRECTS,
  NETDEV_CHANGE,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  inet_ifa_match,
} from '../../include/linux/inetdevice.ts';
import {
  IFF_LOOPBACK,
  IFF_UP,
  type in_device,
  type in_ifaddr,
  type net_device,
} from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { flowi4 } from '../../include/net/flow.ts';
import { ip_hdr } from '../../include/net/ip.ts';
import {
  fib_config,
  type fib_info,
  fib_info_nhc,
  FIB_LOOKUP_IGNORE_LINKSTATE,
  FIB_LOOKUP_NOREF,
  FIB_RES_NHC,
  fib_result,
  type fib_table,
  NLM_F_APPEND,
  NLM_F_CREATE,
} from '../../include/net/ip_fib.ts';
import type { net } from '../../include/net/net_namespace.ts';
import {
  IPTOS_RT_MASK,
  rt_genid_bump_ipv4,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  skb_rtable,
} from '../../include/net/route.ts';
import { EINVAL, type Errno, EXDEV } from '../../include/uapi/asm-generic/errno.ts';
import {
  INADDR_BROADCAST,
  ipv4_is_lbcast,
  ipv4_is_multicast,
  ipv4_is_zeronet,
} from '../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTPROT_KERNEL,
} from '../../include/uapi/linux/rtnetlink.ts';
import { neigh_ifdown } from '../core/neighbour/table.ts';
import { arp_invalidate } from './arp.ts';
import { inet_ifa_byprefix, inet_lookup_ifaddr_rcu, inet_select_addr } from './devinet.ts';
import { fib_result_prefsrc, fib_sync_down_addr, fib_sync_down_dev } from './fib_semantics.ts';
import {
  fib_lookup,
  fib_table_delete,
  fib_table_flush,
  fib_table_insert,
  fib_table_lookup,
  fib_trie_table,
} from './fib_trie.ts';

/**
 * The local address to which a packet was sent; for a broadcast, the source address for replies.
 *
 * @linux net/ipv4/fib_frontend.c
 */
export function fib_compute_spec_dst(skb: sk_buff): be32 {
  const rt = skb_rtable(skb);
  const iph = ip_hdr(skb);
  if ((rt.rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL)) === RTCF_LOCAL) return iph.daddr;

  const dev = skb.dev!;
  if (ipv4_is_zeronet(iph.saddr)) return inet_select_addr(dev, iph.saddr, RT_SCOPE_LINK);
  const fl4 = new flowi4();
  fl4.daddr = iph.saddr;
  fl4.flowi4_tos = iph.tos & IPTOS_RT_MASK;
  const res = new fib_result();
  if (fib_lookup(dev.nd_net, fl4, res, 0) === 0) return fib_result_prefsrc(dev.nd_net, res);
  return inet_select_addr(dev, iph.saddr, RT_SCOPE_UNIVERSE);
}

/** Whether the route uses this device. @linux net/ipv4/fib_frontend.c */
export function fib_info_nh_uses_dev(fi: fib_info, dev: net_device): boolean {
  return fib_info_nhc(fi, 0).nhc_dev === dev;
}

function __fib_validate_source(
  src: be32,
  dst: be32,
  tos: number,
  oif: number,
  dev: net_device,
  rpf: number,
  idev: in_device,
): number {
  const net = dev.nd_net;
  // Look up the reverse route: that of a packet to the sender.
  const fl4 = new flowi4();
  fl4.flowi4_iif = oif;
  fl4.daddr = src;
  fl4.saddr = dst;
  fl4.flowi4_tos = tos;
  const res = new fib_result();
  const no_addr = idev.ifa_list.length === 0;

  if (fib_lookup(net, fl4, res, 0) !== 0) return rpf !== 0 ? -EXDEV : 0;
  if (res.type !== RTN_UNICAST && (res.type !== RTN_LOCAL || !accepts_local(idev))) return -EINVAL;
  if (fib_info_nh_uses_dev(res.fi!, dev) || (res.type === RTN_LOCAL && dev === net.loopback_dev)) {
    return FIB_RES_NHC(res).nhc_scope >= RT_SCOPE_HOST ? 1 : 0;
  }
  if (no_addr) return rpf !== 0 ? -EXDEV : 0;
  if (rpf === 1) return -EXDEV;

  fl4.flowi4_oif = dev.ifindex;
  if (fib_lookup(net, fl4, res, FIB_LOOKUP_IGNORE_LINKSTATE) !== 0) return 0;
  return res.type === RTN_UNICAST && FIB_RES_NHC(res).nhc_scope >= RT_SCOPE_HOST ? 1 : 0;
}

/**
 * On lo every packet comes from a local address. Linux's loopback needs no check, because a packet keeps its
 * route; here the packet goes over a wire, which carries only bytes.
 */
function accepts_local(idev: in_device): boolean {
  return IN_DEV_ACCEPT_LOCAL(idev) || (idev.dev.flags & IFF_LOOPBACK) !== 0;
}

/**
 * Validate the source address of a received packet.
 *
 * @returns 1 when the sender is directly connected, 0 when it is not, -EINVAL (a local or non-unicast
 *   address), -EXDEV (wrong interface)
 * @linux net/ipv4/fib_frontend.c
 */
export function fib_validate_source(
  src: be32,
  dst: be32,
  tos: number,
  oif: number,
  dev: net_device,
  idev: in_device,
): number {
  const r = IN_DEV_RPFILTER(idev);
  if (r === 0 && (dev.ifindex !== oif || !IN_DEV_TX_REDIRECTS(idev))) {
    if (accepts_local(idev)) return 0;
    return inet_lookup_ifaddr_rcu(dev.nd_net, src) !== null ? -EINVAL : 0;
  }
  return __fib_validate_source(src, dst, tos, oif, dev, r, idev);
}

/** The operation of `ip route add`. 0, or the result of fib_table_insert(). @linux net/ipv4/fib_frontend.c */
export function inet_rtm_newroute(net: net, cfg: fib_config): Errno {
  return fib_table_insert(net, fib_get_table(net, cfg.fc_table), cfg);
}

/** The operation of `ip route del`. 0, -EINVAL, -ESRCH. @linux net/ipv4/fib_frontend.c */
export function inet_rtm_delroute(net: net, cfg: fib_config): Errno {
  return fib_table_delete(net, fib_get_table(net, cfg.fc_table), cfg);
}

/** Add or delete a route of an interface address. @linux net/ipv4/fib_frontend.c */
function fib_magic(add: boolean, type: number, dst: be32, dst_len: number, ifa: in_ifaddr): void {
  const dev = ifa.ifa_dev!.dev;
  const tb = fib_get_table(dev.nd_net, type === RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL);
  const cfg = new fib_config();
  cfg.fc_protocol = RTPROT_KERNEL;
  cfg.fc_type = type;
  cfg.fc_dst = dst;
  cfg.fc_dst_len = dst_len;
  cfg.fc_prefsrc = ifa.ifa_local;
  cfg.fc_oif = dev.ifindex;
  cfg.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND;
  cfg.fc_table = tb.tb_id;
  cfg.fc_scope = type === RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
  if (add) fib_table_insert(dev.nd_net, tb, cfg);
  else fib_table_delete(dev.nd_net, tb, cfg);
}

/** The type of the route to an interface's network. */
function network_route_type(dev: net_device): number {
  return (dev.flags & IFF_LOOPBACK) !== 0 ? RTN_LOCAL : RTN_UNICAST;
}

/**
 * Add the routes of a new interface address: for the address, its broadcast addresses and its network.
 *
 * @linux net/ipv4/fib_frontend.c
 */
export function fib_add_ifaddr(ifa: in_ifaddr): void {
  const in_dev = ifa.ifa_dev!;
  const dev = in_dev.dev;
  const mask = ifa.ifa_mask;
  const prefix = ifa.ifa_address & mask;
  const secondary = (ifa.ifa_flags & IFA_F_SECONDARY) !== 0;
  const prim = secondary ? inet_ifa_byprefix(in_dev, prefix, mask) : ifa;
  if (prim === null) return;

  fib_magic(true, RTN_LOCAL, ifa.ifa_local, 32, prim);
  if ((dev.flags & IFF_UP) === 0) return;

  if (ifa.ifa_broadcast !== 0 && ifa.ifa_broadcast !== INADDR_BROADCAST) {
    fib_magic(true, RTN_BROADCAST, ifa.ifa_broadcast, 32, prim);
    arp_invalidate(dev, ifa.ifa_broadcast);
  }
  if (!ipv4_is_zeronet(prefix) && !secondary && (prefix !== ifa.ifa_local || ifa.ifa_prefixlen < 32)) {
    fib_magic(true, network_route_type(dev), prefix, ifa.ifa_prefixlen, prim);
    if (ifa.ifa_prefixlen < 31) {
      fib_magic(true, RTN_BROADCAST, prefix | ~mask, 32, prim);
      arp_invalidate(dev, prefix | ~mask);
    }
  }
}

/**
 * Delete the routes of a removed interface address, unless another address needs them.
 *
 * @linux net/ipv4/fib_frontend.c
 */
export function fib_del_ifaddr(ifa: in_ifaddr): void {
  const in_dev = ifa.ifa_dev!;
  const dev = in_dev.dev;
  const net = dev.nd_net;
  const brd = ifa.ifa_address | ~ifa.ifa_mask;
  const any = ifa.ifa_address & ifa.ifa_mask;
  let prim: in_ifaddr | null = ifa;
  let subnet = false;
  if ((ifa.ifa_flags & IFA_F_SECONDARY) !== 0) {
    prim = inet_ifa_byprefix(in_dev, any, ifa.ifa_mask);
    if (prim === null) return;
  } else if (!ipv4_is_zeronet(any) && (any !== ifa.ifa_local || ifa.ifa_prefixlen < 32)) {
    fib_magic(false, network_route_type(dev), any, ifa.ifa_prefixlen, prim);
    subnet = true;
  }

  // Do not delete too much: another address may need the same route.
  let local_ok = false;
  const needed = new Set<be32>();
  for (const other of in_dev.ifa_list) {
    if (other === ifa) continue;
    const same_subnet = other.ifa_mask === prim.ifa_mask && inet_ifa_match(other.ifa_address, prim);
    const primary = (other.ifa_flags & IFA_F_SECONDARY) === 0;
    if (primary ? other.ifa_local !== prim.ifa_local : !same_subnet) continue;
    if (other.ifa_local === ifa.ifa_local) local_ok = true;
    needed.add(other.ifa_broadcast);
    if (primary && other.ifa_prefixlen < 31) {
      needed.add(other.ifa_address | ~other.ifa_mask);
      needed.add(other.ifa_address & other.ifa_mask);
    }
  }
  if (!needed.has(ifa.ifa_broadcast)) fib_magic(false, RTN_BROADCAST, ifa.ifa_broadcast, 32, prim);
  if (subnet && ifa.ifa_prefixlen < 31) {
    if (!needed.has(brd)) fib_magic(false, RTN_BROADCAST, brd, 32, prim);
    if (!needed.has(any)) fib_magic(false, RTN_BROADCAST, any, 32, prim);
  }
  if (local_ok) return;
  fib_magic(false, RTN_LOCAL, ifa.ifa_local, 32, prim);
  // Routes with this source address are deleted too.
  if (inet_addr_type(net, ifa.ifa_local) !== RTN_LOCAL && fib_sync_down_addr(net, ifa.ifa_local) > 0) {
    fib_flush(net);
  }
}

/** Delete dead routes from all tables. @linux net/ipv4/fib_frontend.c */
export function fib_flush(net: net): void {
  const flushed = fib_table_flush(net.ipv4.fib_local) + fib_table_flush(net.ipv4.fib_main);
  if (flushed > 0) rt_genid_bump_ipv4(net);
}

function fib_disable_ip(dev: net_device, force: boolean): void {
  const net = dev.nd_net;
  if (fib_sync_down_dev(dev, force) > 0) fib_flush(net);
  else rt_genid_bump_ipv4(net);
  neigh_ifdown(net.ipv4.arp_tbl, dev);
}

/** An interface address was added or removed: update the tables. @linux net/ipv4/fib_frontend.c */
export function fib_inetaddr_event(event: number, ifa: in_ifaddr): void {
  const dev = ifa.ifa_dev!.dev;
  const net = dev.nd_net;
  switch (event) {
    case NETDEV_UP:
      fib_add_ifaddr(ifa);
      net.ipv4.dev_addr_genid++;
      rt_genid_bump_ipv4(net);
      break;
    case NETDEV_DOWN:
      fib_del_ifaddr(ifa);
      net.ipv4.dev_addr_genid++;
      if (ifa.ifa_dev!.ifa_list.length === 0) fib_disable_ip(dev, true);
      else rt_genid_bump_ipv4(net);
      break;
  }
}

/** A device went up or down: update its routes. @linux net/ipv4/fib_frontend.c */
export function fib_netdev_event(event: number, dev: net_device): void {
  const net = dev.nd_net;
  if (event === NETDEV_UNREGISTER) {
    fib_disable_ip(dev, true);
    return;
  }
  const in_dev = dev.ip_ptr;
  if (in_dev === null) return;
  switch (event) {
    case NETDEV_UP:
      for (const ifa of in_dev.ifa_list) fib_add_ifaddr(ifa);
      net.ipv4.dev_addr_genid++;
      rt_genid_bump_ipv4(net);
      break;
    case NETDEV_DOWN:
      fib_disable_ip(dev, false);
      break;
    case NETDEV_CHANGE:
    case NETDEV_CHANGEMTU:
      rt_genid_bump_ipv4(net);
      break;
  }
}

/** Create the tables and register for device and address events. @linux net/ipv4/fib_frontend.c */
export function ip_fib_init(net: net): void {
  net.ipv4.fib_local = fib_trie_table(RT_TABLE_LOCAL);
  net.ipv4.fib_main = fib_trie_table(RT_TABLE_MAIN);
  net.ipv4.inetaddr_chain.push(fib_inetaddr_event);
  net.netdev_chain.push(fib_netdev_event);
}

/**
 * The type of an address as if `dev` were the only interface; null: all interfaces.
 *
 * @linux net/ipv4/fib_frontend.c
 */
function __inet_dev_addr_type(net: net, dev: net_device | null, addr: be32, tb_id: number): number {
  if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr)) return RTN_BROADCAST;
  if (ipv4_is_multicast(addr)) return RTN_MULTICAST;

  const fl4 = new flowi4();
  fl4.daddr = addr;
  const res = new fib_result();
  if (fib_table_lookup(net, fib_get_table(net, tb_id), fl4, res, FIB_LOOKUP_NOREF) === 0) {
    const nhc = fib_info_nhc(res.fi!, 0);
    if (dev === null || dev === nhc.nhc_dev) return res.type;
  }
  return RTN_UNICAST;
}

/**
 * The type of an address: RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST.
 *
 * @linux net/ipv4/fib_frontend.c
 */
export function inet_addr_type(net: net, addr: be32): number {
  return __inet_dev_addr_type(net, null, addr, RT_TABLE_LOCAL);
}
/** The type of an address in a given table. @linux net/ipv4/fib_frontend.c */
export function inet_addr_type_table(net: net, addr: be32, tb_id: number): number {
  return __inet_dev_addr_type(net, null, addr, tb_id);
}
/** The type of an address on a single interface. @linux net/ipv4/fib_frontend.c */
export function inet_dev_addr_type(net: net, dev: net_device, addr: be32): number {
  return __inet_dev_addr_type(net, dev, addr, RT_TABLE_LOCAL);
}
/**
 * The type of an address in the device's table, which is always the local table: there are no VRFs.
 *
 * @linux net/ipv4/fib_frontend.c
 */
export function inet_addr_type_dev_table(net: net, _dev: net_device | null, addr: be32): number {
  return __inet_dev_addr_type(net, null, addr, RT_TABLE_LOCAL);
}

/** The table with that number: local (255), or main for any other. @linux net/ipv4/fib_frontend.c */
export function fib_get_table(net: net, id: number): fib_table {
  return id === RT_TABLE_LOCAL ? net.ipv4.fib_local : net.ipv4.fib_main;
}
