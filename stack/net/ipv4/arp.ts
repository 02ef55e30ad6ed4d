/**
 * ARP (RFC 826): resolves IPv4 addresses to link-layer addresses.
 *
 * @linux net/ipv4/arp.c
 */
import {
  IN_DEV_ARP_ACCEPT,
  IN_DEV_ARP_ANNOUNCE,
  IN_DEV_ARP_IGNORE,
  IN_DEV_ARPFILTER,
  IN_DEV_DROP_GRATUITOUS_ARP,
  IN_DEV_FORWARD,
  IN_DEV_PROXY_ARP,
  IN_DEV_ROUTE_LOCALNET,
  NETDEV_CHANGEADDR,
  NETDEV_DOWN,
} from '../../include/linux/inetdevice.ts';
import {
  ARPHRD_ETHER,
  dev_hard_header,
  ETH_P_ARP,
  ETH_P_IP,
  IFF_LOOPBACK,
  IFF_NOARP,
  IFF_POINTOPOINT,
  type in_device,
  type net_device,
  NET_RX_DROP,
  NET_RX_SUCCESS,
  type packet_type,
} from '../../include/linux/netdevice.ts';
import {
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_OTHERHOST,
  type sk_buff,
  skb_reset_network_header,
  skb_shared,
} from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { SKB_DROP_REASON_NEIGH_FAILED, SKB_DROP_REASON_NOT_SPECIFIED } from '../../include/net/dropreason.ts';
import { dst_link_failure, dst_release } from '../../include/net/dst.ts';
import { ip_hdr, read_be16, read_be32, write_be16, write_be32 } from '../../include/net/ip.ts';
import {
  type neigh_ops,
  neigh_parms,
  type neigh_table,
  type neighbour,
  NUD_FAILED,
  NUD_NOARP,
  NUD_REACHABLE,
  NUD_STALE,
  NUD_VALID,
} from '../../include/net/neighbour.ts';
import { type net, NET_INC_STATS } from '../../include/net/net_namespace.ts';
import { skb_rtable } from '../../include/net/route.ts';
import { EINVAL, ENXIO, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { INADDR_ANY, ipv4_is_loopback, ipv4_is_multicast } from '../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
} from '../../include/uapi/linux/rtnetlink.ts';
import { LINUX_MIB_ARPFILTER } from '../../include/uapi/linux/snmp.ts';
import { AF_INET } from '../../include/uapi/linux/socket.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import { dev_add_pack } from '../core/dev/receive.ts';
import { dev_queue_xmit } from '../core/dev/xmit.ts';
import { neigh_update, NEIGH_UPDATE_F_ADMIN, NEIGH_UPDATE_F_OVERRIDE } from '../core/neighbour/state.ts';
import {
  __neigh_create,
  __neigh_lookup,
  neigh_connected_output,
  neigh_direct_output,
  neigh_event_ns,
  neigh_ifdown,
  neigh_resolve_output,
  neigh_table_init,
} from '../core/neighbour/table.ts';
import {
  alloc_skb,
  consume_skb,
  kfree_skb,
  kfree_skb_reason,
  skb_clone,
  skb_put,
  skb_reserve,
} from '../core/skbuff/alloc.ts';
import { pskb_may_pull } from '../core/skbuff/data.ts';
import { inet_addr_onlink, inet_confirm_addr, inet_select_addr } from './devinet.ts';
import { inet_addr_type } from './fib_frontend.ts';
import { LL_RESERVED_SPACE } from './ip_output/output.ts';
import { ip_route_input_noref } from './route/input.ts';
import { ip_route_output } from './route/output.ts';

export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;
const ARPHRD_IEEE802 = 6;

/**
 * Length of the header, two link-layer addresses and two IPv4 addresses, in bytes.
 *
 * @linux include/linux/if_arp.h
 */
function arp_hdr_len(dev: net_device): number {
  return 8 + (dev.addr_len + 4) * 2;
}

// --- The neighbour table's side ------------------------------------------------------------------------------------

/**
 * Initialize a new neighbour: most need resolution; broadcast addresses and all addresses on loopback do not.
 *
 * @linux net/ipv4/arp.c
 */
function arp_constructor(neigh: neighbour): number {
  const { dev } = neigh;
  // All addresses share one neighbour on these devices.
  if ((dev.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0) neigh.primary_key = INADDR_ANY;
  const addr = neigh.primary_key;
  if (dev.ip_ptr === null) return -EINVAL;
  neigh.type = inet_addr_type(dev.nd_net, addr);

  if (dev.header_ops === null) {
    neigh.nud_state = NUD_NOARP;
    neigh.ops = arp_direct_ops;
    neigh.output = neigh_direct_output;
    return 0;
  }
  if (neigh.type === RTN_MULTICAST) {
    neigh.nud_state = NUD_NOARP;
    arp_mc_map(addr, neigh.ha);
  } else if ((dev.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0) {
    neigh.nud_state = NUD_NOARP;
    neigh.ha.set(dev.dev_addr);
  } else if (neigh.type === RTN_BROADCAST || (dev.flags & IFF_POINTOPOINT) !== 0) {
    neigh.nud_state = NUD_NOARP;
    neigh.ha.set(dev.broadcast);
  }
  neigh.ops = arp_generic_ops;
  neigh.output = (neigh.nud_state & NUD_VALID) !== 0 ? neigh.ops.connected_output : neigh.ops.output;
  return 0;
}

/** The Ethernet address of an IPv4 group (RFC 1112 6.4). @linux net/ipv4/arp.c */
function arp_mc_map(addr: be32, haddr: Uint8Array): void {
  haddr.set([0x01, 0x00, 0x5e, (addr >> 16) & 0x7f, (addr >> 8) & 0xff, addr & 0xff]);
}

/** No reply arrived: report an error to the sender of a waiting packet. @linux net/ipv4/arp.c */
function arp_error_report(_neigh: neighbour, skb: sk_buff): void {
  dst_link_failure(skb);
  kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
}

/** Send a request: first by unicast to the last known address, then by broadcast. @linux net/ipv4/arp.c */
function arp_solicit(neigh: neighbour, skb: sk_buff | null): void {
  const { dev } = neigh;
  const in_dev = dev.ip_ptr;
  if (in_dev === null) return;
  const target = neigh.primary_key;
  let saddr: be32 = 0;
  const announce = IN_DEV_ARP_ANNOUNCE(in_dev);
  if (skb !== null && announce < 2) {
    const sender = ip_hdr(skb).saddr;
    const known = announce === 0 || inet_addr_onlink(in_dev, target, sender);
    if (inet_addr_type(dev.nd_net, sender) === RTN_LOCAL && known) saddr = sender;
  }
  if (saddr === 0) saddr = inet_select_addr(dev, target, RT_SCOPE_LINK);

  const unicast = neigh.probes < neigh.parms.ucast_probes;
  if (!unicast && neigh.probes < neigh.parms.ucast_probes + neigh.parms.app_probes) return;
  arp_send(
    ARPOP_REQUEST,
    ETH_P_ARP,
    target,
    dev,
    saddr,
    unicast ? neigh.ha.slice() : null,
    dev.dev_addr,
    null,
  );
}

const arp_generic_ops: neigh_ops = {
  family: AF_INET,
  solicit: arp_solicit,
  error_report: arp_error_report,
  output: neigh_resolve_output,
  connected_output: neigh_connected_output,
};
const arp_direct_ops: neigh_ops = {
  family: AF_INET,
  solicit() {},
  error_report: arp_error_report,
  output: neigh_direct_output,
  connected_output: neigh_direct_output,
};

// --- Messages ------------------------------------------------------------------------------------------------------

/**
 * Build an ARP message with its link-layer header. null: the device could not build it.
 *
 * @linux net/ipv4/arp.c
 */
export function arp_create(
  type: number,
  ptype: number,
  dest_ip: be32,
  dev: net_device,
  src_ip: be32,
  dest_hw: Uint8Array | null,
  src_hw: Uint8Array | null,
  target_hw: Uint8Array | null,
): sk_buff | null {
  const hlen = LL_RESERVED_SPACE(dev);
  const skb = alloc_skb(dev.machine, arp_hdr_len(dev) + hlen + dev.needed_tailroom);
  skb_reserve(skb, hlen);
  skb_reset_network_header(skb);
  skb_put(skb, arp_hdr_len(dev));
  skb.dev = dev;
  skb.protocol = ETH_P_ARP;
  const source = src_hw ?? dev.dev_addr;
  if (dev_hard_header(skb, dev, ptype, dest_hw ?? dev.broadcast, source, skb.len) < 0) {
    kfree_skb(skb);
    return null;
  }
  const { head } = skb;
  let at = skb.network_header;
  write_be16(head, at, dev.type);
  write_be16(head, at + 2, ETH_P_IP);
  head[at + 4] = dev.addr_len;
  head[at + 5] = 4;
  write_be16(head, at + 6, type);
  at += 8;
  head.set(source.subarray(0, dev.addr_len), at);
  at += dev.addr_len;
  write_be32(head, at, src_ip);
  at += 4;
  if (target_hw !== null) head.set(target_hw.subarray(0, dev.addr_len), at);
  else head.fill(0, at, at + dev.addr_len);
  write_be32(head, at + dev.addr_len, dest_ip);
  return skb;
}

/** Build and send an ARP message. @linux net/ipv4/arp.c */
export function arp_send(
  type: number,
  ptype: number,
  dest_ip: be32,
  dev: net_device,
  src_ip: be32,
  dest_hw: Uint8Array | null,
  src_hw: Uint8Array | null,
  target_hw: Uint8Array | null,
): void {
  if ((dev.flags & IFF_NOARP) !== 0) return;
  const skb = arp_create(type, ptype, dest_ip, dev, src_ip, dest_hw, src_hw, target_hw);
  if (skb !== null) dev_queue_xmit(skb);
}

/** Whether the request must not be answered (net.ipv4.conf.DEV.arp_ignore). @linux net/ipv4/arp.c */
function arp_ignore(in_dev: in_device, sip: be32, tip: be32): boolean {
  const { nd_net } = in_dev.dev;
  switch (IN_DEV_ARP_IGNORE(in_dev)) {
    case 1:
      return inet_confirm_addr(nd_net, in_dev, 0, tip, RT_SCOPE_HOST) === 0;
    case 2:
      return inet_confirm_addr(nd_net, in_dev, sip, tip, RT_SCOPE_HOST) === 0;
    case 3:
      return inet_confirm_addr(nd_net, null, 0, tip, RT_SCOPE_LINK) === 0;
    case 8:
      return true;
    default:
      return false;
  }
}

/** Whether an unsolicited reply may create an entry (net.ipv4.conf.DEV.arp_accept). @linux net/ipv4/arp.c */
function arp_accept(in_dev: in_device, sip: be32): boolean {
  switch (IN_DEV_ARP_ACCEPT(in_dev)) {
    case 1:
      return true;
    case 2:
      // Only if the sender is in a network of this interface.
      return inet_confirm_addr(in_dev.dev.nd_net, in_dev, sip, 0, RT_SCOPE_LINK) !== 0;
    default:
      return false;
  }
}

/** Whether a reply would leave through another interface (arp_filter). @linux net/ipv4/arp.c */
function arp_filter(sip: be32, tip: be32, dev: net_device): boolean {
  const rt = ip_route_output(dev.nd_net, sip, tip, 0, 0);
  if (IS_ERR(rt)) return true;
  const other = rt.dev !== dev;
  if (other) NET_INC_STATS(dev.nd_net, LINUX_MIB_ARPFILTER);
  dst_release(rt);
  return other;
}

/** The device layer delivers an ARP message. @linux net/ipv4/arp.c */
export function arp_rcv(received: sk_buff, dev: net_device, _pt: packet_type, _orig_dev: net_device): number {
  let skb = received;
  const { pkt_type } = skb;
  if ((dev.flags & IFF_NOARP) !== 0 || pkt_type === PACKET_OTHERHOST || pkt_type === PACKET_LOOPBACK) {
    consume_skb(skb);
    return NET_RX_SUCCESS;
  }
  if (skb_shared(skb)) {
    const own = skb_clone(skb);
    consume_skb(skb);
    skb = own;
  }
  const well_formed =
    pskb_may_pull(skb, arp_hdr_len(dev)) &&
    skb.head[skb.network_header + 4] === dev.addr_len &&
    skb.head[skb.network_header + 5] === 4;
  if (!well_formed) return drop(skb);
  return arp_process(dev.nd_net, skb);
}

/**
 * Answer a request for a local address, and update known neighbours from every message (RFC 826, "Packet
 * Reception").
 *
 * @linux net/ipv4/arp.c
 */
function arp_process(net: net, skb: sk_buff): number {
  const dev = skb.dev!;
  const in_dev = dev.ip_ptr;
  const { head } = skb;
  const arp = skb.network_header;
  const ar_hrd = read_be16(head, arp);
  const ar_op = read_be16(head, arp + 6);
  const known_hardware =
    dev.type === ARPHRD_ETHER ? ar_hrd === ARPHRD_ETHER || ar_hrd === ARPHRD_IEEE802 : ar_hrd === dev.type;
  const known_op = ar_op === ARPOP_REPLY || ar_op === ARPOP_REQUEST;
  if (in_dev === null || !known_hardware || read_be16(head, arp + 2) !== ETH_P_IP || !known_op)
    return drop(skb);

  const at = arp + 8;
  const sha = head.slice(at, at + dev.addr_len);
  const sip = read_be32(head, at + dev.addr_len);
  const tip = read_be32(head, at + dev.addr_len * 2 + 4);
  if (ipv4_is_multicast(tip) || (!IN_DEV_ROUTE_LOCALNET(in_dev) && ipv4_is_loopback(tip))) return drop(skb);
  if (sip === tip && IN_DEV_DROP_GRATUITOUS_ARP(in_dev)) return drop(skb);

  const reply = () => arp_send(ARPOP_REPLY, ETH_P_ARP, sip, dev, tip, sha, dev.dev_addr, sha);
  if (sip === 0) {
    // A host probes whether an address is free (RFC 2131 4.4.1).
    if (ar_op === ARPOP_REQUEST && inet_addr_type(net, tip) === RTN_LOCAL && !arp_ignore(in_dev, sip, tip))
      reply();
    consume_skb(skb);
    return NET_RX_SUCCESS;
  }
  if (ar_op === ARPOP_REQUEST && ip_route_input_noref(skb, tip, sip, 0, dev) === 0) {
    const rt = skb_rtable(skb);
    if (rt.rt_type === RTN_LOCAL) {
      const silent = arp_ignore(in_dev, sip, tip) || (IN_DEV_ARPFILTER(in_dev) && arp_filter(sip, tip, dev));
      if (!silent && neigh_event_ns(net.ipv4.arp_tbl, sha, sip, dev) !== null) reply();
      consume_skb(skb);
      return NET_RX_SUCCESS;
    }
    const proxied =
      IN_DEV_FORWARD(in_dev) && IN_DEV_PROXY_ARP(in_dev) && rt.rt_type === RTN_UNICAST && rt.dev !== dev;
    if (proxied) {
      neigh_event_ns(net.ipv4.arp_tbl, sha, sip, dev);
      reply();
      consume_skb(skb);
      return NET_RX_SUCCESS;
    }
  }
  learn(net, skb, in_dev, ar_op, sip, tip, sha);
  consume_skb(skb);
  return NET_RX_SUCCESS;
}

function drop(skb: sk_buff): number {
  kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'arp');
  return NET_RX_DROP;
}

/**
 * Record the sender's address if it is in the table, or if unsolicited messages are accepted (arp_accept).
 */
function learn(
  net: net,
  skb: sk_buff,
  in_dev: in_device,
  ar_op: number,
  sip: be32,
  tip: be32,
  sha: Uint8Array,
): void {
  const { dev } = in_dev;
  const tbl = net.ipv4.arp_tbl;
  let n = __neigh_lookup(tbl, sip, dev, false);
  const is_garp = sip === tip && inet_addr_type(net, sip) === RTN_UNICAST;
  if (n === null && arp_accept(in_dev, sip)) {
    if (is_garp || (ar_op === ARPOP_REPLY && inet_addr_type(net, sip) === RTN_UNICAST)) {
      n = __neigh_lookup(tbl, sip, dev, true);
    }
  }
  if (n === null) return;
  // Of several replies in short succession the first one counts: later ones may be from proxies.
  const override = jiffies(dev.machine) > n.updated + n.parms.locktime || is_garp;
  // Only a reply sent to this host alone shows that the path works in both directions.
  const state = ar_op === ARPOP_REPLY && skb.pkt_type === PACKET_HOST ? NUD_REACHABLE : NUD_STALE;
  neigh_update(n, sha, state, override ? NEIGH_UPDATE_F_OVERRIDE : 0);
}

/** Registers arp_rcv(). @linux net/ipv4/arp.c */
const arp_packet_type: packet_type = { type: ETH_P_ARP, func: arp_rcv };

/** A device went down or changed its address: its neighbours are no longer valid. @linux net/ipv4/arp.c */
function arp_netdev_event(event: number, dev: net_device): void {
  if (event === NETDEV_CHANGEADDR || event === NETDEV_DOWN) neigh_ifdown(dev.nd_net.ipv4.arp_tbl, dev);
}

/** Create the table and register for ARP messages. @linux net/ipv4/arp.c */
export function arp_init(net: net): void {
  const tbl: neigh_table = {
    family: AF_INET,
    id: 'arp_cache',
    entries: new Map(),
    parms: new neigh_parms(),
    constructor_: arp_constructor,
    proxy_redo(skb) {
      arp_process(skb.dev!.nd_net, skb);
    },
    last_flush: 0,
  };
  neigh_table_init(tbl, net.machine);
  net.ipv4.arp_tbl = tbl;
  dev_add_pack(net, arp_packet_type);
  net.netdev_chain.push(arp_netdev_event);
}

/**
 * The neighbour entry for a next hop; a device without addresses of its own has a single entry.
 *
 * @linux include/net/arp.h
 */
export function __ipv4_neigh_lookup_noref(dev: net_device, key: be32): neighbour | null {
  const primary_key = (dev.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0 ? INADDR_ANY : key;
  return dev.neighbours.get(primary_key) ?? null;
}

/**
 * The neighbour entry for a next hop, created if necessary.
 *
 * @linux include/net/route.h, here because it uses ARP's table
 */
export function ip_neigh_gw4(dev: net_device, daddr: be32): neighbour | Errno {
  return __ipv4_neigh_lookup_noref(dev, daddr) ?? __neigh_create(dev.nd_net.ipv4.arp_tbl, daddr, dev);
}

/** A higher layer confirmed the neighbour: no ARP request is needed. @linux include/net/arp.h */
export function __ipv4_confirm_neigh(dev: net_device, key: be32): void {
  const n = __ipv4_neigh_lookup_noref(dev, key);
  if (n !== null) n.confirmed = jiffies(dev.machine);
}

/** Remove the entry of an address. 0, or -ENXIO when there is none. @linux net/ipv4/arp.c */
export function arp_invalidate(dev: net_device, ip: be32): Errno {
  const neigh = __ipv4_neigh_lookup_noref(dev, ip);
  if (neigh === null) return -ENXIO;
  if ((neigh.nud_state & NUD_VALID & ~NUD_NOARP) === 0) return -ENXIO;
  return neigh_update(neigh, null, NUD_FAILED, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
}
