/**
 * Received IP packets: from ip_rcv(), which the device layer calls, to the packet's route, and to the
 * protocol if the packet is for this host.
 *
 * @linux net/ipv4/ip_input.c
 */
import type { DropDetail } from '../../capture/drop_detail.ts';
import { IN_DEV_DROP_UNICAST_IN_L2_MULTICAST, IN_DEV_SOURCE_ROUTE } from '../../include/linux/inetdevice.ts';
import {
  ETH_P_IP,
  type net_device,
  NET_RX_DROP,
  NET_RX_SUCCESS,
  type packet_type,
} from '../../include/linux/netdevice.ts';
import {
  PACKET_BROADCAST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type sk_buff,
  skb_headroom,
  skb_shared,
  skb_shinfo,
} from '../../include/linux/skbuff.ts';
import {
  SKB_DROP_REASON_IP_CSUM,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_IP_NOPROTO,
  SKB_DROP_REASON_IP_RPFILTER,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST,
} from '../../include/net/dropreason.ts';
import { dst_input } from '../../include/net/dst.ts';
import {
  ip_hdr,
  IP_MF,
  IP_OFFSET,
  ip_options,
  IPCB,
  ipcb_reset,
  IPHDR_LEN,
  read_be32,
} from '../../include/net/ip.ts';
import { IP_ADD_STATS, IP_INC_STATS, type net, NET_INC_STATS } from '../../include/net/net_namespace.ts';
import { skb_rtable } from '../../include/net/route.ts';
import { EXDEV, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_PROT_UNREACH } from '../../include/uapi/linux/icmp.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import { RTN_BROADCAST, RTN_MULTICAST } from '../../include/uapi/linux/rtnetlink.ts';
import {
  IPSTATS_MIB_CSUMERRORS,
  IPSTATS_MIB_INBCASTOCTETS,
  IPSTATS_MIB_INBCASTPKTS,
  IPSTATS_MIB_INDELIVERS,
  IPSTATS_MIB_INDISCARDS,
  IPSTATS_MIB_INHDRERRORS,
  IPSTATS_MIB_INMCASTOCTETS,
  IPSTATS_MIB_INMCASTPKTS,
  IPSTATS_MIB_INOCTETS,
  IPSTATS_MIB_INPKTS,
  IPSTATS_MIB_INTRUNCATEDPKTS,
  IPSTATS_MIB_INUNKNOWNPROTOS,
  IPSTATS_MIB_NOECTPKTS,
  LINUX_MIB_IPRPFILTER,
} from '../../include/uapi/linux/snmp.ts';
import { ip_fast_csum } from '../../lib/checksum.ts';
import { __skb_pull, consume_skb, kfree_skb_reason, skb_clone, skb_orphan } from '../core/skbuff/alloc.ts';
import { pskb_may_pull, pskb_trim_rcsum, skb_cow } from '../core/skbuff/data.ts';
import { icmp_send } from './icmp/send.ts';
import { ip_defrag, IP_DEFRAG_LOCAL_DELIVER } from './ip_fragment.ts';
import { ip_options_compile, ip_options_rcv_srr } from './ip_options.ts';
import { raw_local_deliver } from './raw/rcv.ts';
import { ip_route_input_noref } from './route/input.ts';

/**
 * Check an IP packet (RFC 1122 3.2.1): minimum length, version 4, checksum, total length; trim link-layer
 * padding.
 *
 * @returns the packet, or null when it was dropped
 * @linux net/ipv4/ip_input.c
 */
function ip_rcv_core(received: sk_buff, net: net): sk_buff | null {
  let skb = received;
  if (skb.pkt_type === PACKET_OTHERHOST) {
    kfree_skb_reason(skb, SKB_DROP_REASON_OTHERHOST);
    return null;
  }
  IP_INC_STATS(net, IPSTATS_MIB_INPKTS);
  IP_ADD_STATS(net, IPSTATS_MIB_INOCTETS, skb.len);

  if (skb_shared(skb)) {
    const own = skb_clone(skb);
    consume_skb(skb);
    skb = own;
  }
  if (!pskb_may_pull(skb, IPHDR_LEN)) return inhdr_error(skb, net, 'ip_header_length');
  let { head } = skb;
  let at = skb.network_header;
  const version_ihl = head[at]!;
  const ihl = version_ihl & 0xf;
  if (version_ihl >>> 4 !== 4) return inhdr_error(skb, net, 'ip_version');
  if (ihl < 5) return inhdr_error(skb, net, 'ip_header_length');
  IP_ADD_STATS(net, IPSTATS_MIB_NOECTPKTS + (head[at + 1]! & 3), Math.max(1, skb_shinfo(skb).gso_segs));

  if (!pskb_may_pull(skb, ihl * 4)) return inhdr_error(skb, net, 'ip_header_length');
  head = skb.head;
  at = skb.network_header;
  if (ip_fast_csum(head, at, ihl) !== 0) {
    IP_INC_STATS(net, IPSTATS_MIB_CSUMERRORS);
    return inhdr_error(skb, net, null, SKB_DROP_REASON_IP_CSUM);
  }
  const len = (head[at + 2]! << 8) | head[at + 3]!;
  if (skb.len < len) {
    IP_INC_STATS(net, IPSTATS_MIB_INTRUNCATEDPKTS);
    kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'ip_total_length');
    return null;
  }
  if (len < ihl * 4) return inhdr_error(skb, net, 'ip_header_length');
  if (skb.len > len && pskb_trim_rcsum(skb, len) !== 0) {
    IP_INC_STATS(net, IPSTATS_MIB_INDISCARDS);
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
    return null;
  }
  skb.transport_header = skb.network_header + ihl * 4;
  ipcb_reset(skb);
  skb_orphan(skb);
  return skb;
}

function inhdr_error(
  skb: sk_buff,
  net: net,
  detail: DropDetail | null,
  reason = SKB_DROP_REASON_IP_INHDR,
): null {
  IP_INC_STATS(net, IPSTATS_MIB_INHDRERRORS);
  kfree_skb_reason(skb, reason, detail);
  return null;
}

/** The device layer delivers an IP packet: data begins at its header. @linux net/ipv4/ip_input.c */
export function ip_rcv(skb: sk_buff, dev: net_device, _pt: packet_type, _orig_dev: net_device): number {
  const net = dev.nd_net;
  const own = ip_rcv_core(skb, net);
  return own === null ? NET_RX_DROP : ip_rcv_finish(net, own);
}

/** As ip_rcv(), for several packets in order. @linux net/ipv4/ip_input.c */
export function ip_list_rcv(packets: sk_buff[], pt: packet_type, orig_dev: net_device): void {
  for (const skb of packets) ip_rcv(skb, skb.dev ?? orig_dev, pt, orig_dev);
}

function ip_rcv_finish(net: net, skb: sk_buff): number {
  const ret = ip_rcv_finish_core(net, skb, skb.dev!);
  return ret === NET_RX_DROP ? ret : dst_input(skb);
}

/**
 * Find the packet's route: from a connected socket's cache (early demux), otherwise from the tables.
 *
 * @linux net/ipv4/ip_input.c
 */
function ip_rcv_finish_core(net: net, skb: sk_buff, dev: net_device): number {
  const { ipv4 } = net;
  let { head } = skb;
  let at = skb.network_header;
  if (ipv4.sysctl_ip_early_demux !== 0 && skb._skb_refdst === null && skb.sk === null) {
    const frag_off = (head[at + 6]! << 8) | head[at + 7]!;
    if ((frag_off & (IP_MF | IP_OFFSET)) === 0) {
      const protocol = head[at + 9]!;
      const ipprot = ipv4.inet_protos[protocol] ?? null;
      const wanted = protocol === IPPROTO_TCP ? ipv4.sysctl_tcp_early_demux : ipv4.sysctl_udp_early_demux;
      if (ipprot !== null && ipprot.early_demux !== undefined && wanted !== 0) {
        const err = ipprot.early_demux(skb);
        if (err !== 0) return drop_error(net, skb, err);
        head = skb.head;
        at = skb.network_header;
      }
    }
  }
  if (skb._skb_refdst === null) {
    const daddr = read_be32(head, at + 16);
    const err = ip_route_input_noref(skb, daddr, read_be32(head, at + 12), head[at + 1]!, dev);
    if (err !== 0) return drop_error(net, skb, err);
  }

  if ((head[at]! & 0xf) > 5) {
    const wrong = ip_rcv_options(skb, dev);
    if (wrong !== null) {
      kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, wrong);
      return NET_RX_DROP;
    }
  }

  const { rt_type } = skb_rtable(skb);
  if (rt_type === RTN_MULTICAST) {
    IP_INC_STATS(net, IPSTATS_MIB_INMCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_INMCASTOCTETS, skb.len);
  } else if (rt_type === RTN_BROADCAST) {
    IP_INC_STATS(net, IPSTATS_MIB_INBCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_INBCASTOCTETS, skb.len);
  } else if (skb.pkt_type === PACKET_BROADCAST || skb.pkt_type === PACKET_MULTICAST) {
    // RFC 1122 3.3.6: a link-layer broadcast of a unicast packet is dropped, if the setting asks for it.
    if (dev.ip_ptr !== null && IN_DEV_DROP_UNICAST_IN_L2_MULTICAST(dev.ip_ptr)) {
      kfree_skb_reason(skb, SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST);
      return NET_RX_DROP;
    }
  }
  return NET_RX_SUCCESS;
}

function drop_error(net: net, skb: sk_buff, err: number): number {
  if (err === -EXDEV) {
    NET_INC_STATS(net, LINUX_MIB_IPRPFILTER);
    kfree_skb_reason(skb, SKB_DROP_REASON_IP_RPFILTER);
  } else {
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'martian');
  }
  return NET_RX_DROP;
}

/**
 * Parse a packet's options, and follow a source route if allowed.
 *
 * @returns null to continue, or what is wrong
 * @linux net/ipv4/ip_input.c
 */
function ip_rcv_options(skb: sk_buff, dev: net_device): DropDetail | null {
  const net = dev.nd_net;
  if (skb_cow(skb, skb_headroom(skb)) !== 0) {
    IP_INC_STATS(net, IPSTATS_MIB_INDISCARDS);
    return 'ip_options';
  }
  const opt = new ip_options();
  opt.optlen = ip_hdr(skb).ihl * 4 - IPHDR_LEN;
  IPCB(skb).opt = opt;
  if (ip_options_compile(net, opt, skb) !== 0) {
    IP_INC_STATS(net, IPSTATS_MIB_INHDRERRORS);
    return 'ip_options';
  }
  if (opt.srr !== 0) {
    if (dev.ip_ptr !== null && !IN_DEV_SOURCE_ROUTE(dev.ip_ptr)) return 'source_route';
    if (ip_options_rcv_srr(skb, dev) !== 0) return 'source_route';
  }
  return null;
}

/** Registers ip_rcv(). @linux net/ipv4/af_inet.c */
export const ip_packet_type: packet_type = { type: ETH_P_IP, func: ip_rcv };

/**
 * Deliver the packet to all raw sockets of its protocol, then to the protocol. If there is neither, answer
 * "protocol unreachable".
 *
 * @linux net/ipv4/ip_input.c
 */
export function ip_protocol_deliver_rcu(net: net, skb: sk_buff, first_protocol: number): void {
  let protocol = first_protocol;
  for (;;) {
    const raw = raw_local_deliver(net, skb, protocol);
    const ipprot = net.ipv4.inet_protos[protocol] ?? null;
    if (ipprot !== null) {
      const ret = ipprot.handler(skb);
      if (ret < 0) {
        // The packet contains another protocol: deliver it again as that one.
        protocol = -ret;
        continue;
      }
      IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
    } else if (raw) {
      IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
      consume_skb(skb);
    } else {
      IP_INC_STATS(net, IPSTATS_MIB_INUNKNOWNPROTOS);
      icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
      kfree_skb_reason(skb, SKB_DROP_REASON_IP_NOPROTO);
    }
    return;
  }
}

function ip_local_deliver_finish(net: net, skb: sk_buff): number {
  __skb_pull(skb, skb.transport_header - skb.network_header);
  ip_protocol_deliver_rcu(net, skb, skb.head[skb.network_header + 9]!);
  return 0;
}

/** Input function of a route to this host: reassemble fragments, then deliver. @linux net/ipv4/ip_input.c */
export function ip_local_deliver(skb: sk_buff): number {
  const net = skb.dev!.nd_net;
  const { head } = skb;
  const at = skb.network_header + 6;
  const frag_off = (head[at]! << 8) | head[at + 1]!;
  if ((frag_off & (IP_MF | IP_OFFSET)) === 0) return ip_local_deliver_finish(net, skb);
  const whole = ip_defrag(net, skb, IP_DEFRAG_LOCAL_DELIVER);
  return IS_ERR(whole) ? 0 : ip_local_deliver_finish(net, whole);
}
