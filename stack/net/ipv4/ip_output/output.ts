/**
 * Outgoing IP packets: adding the header to a transport's segment, the path to the neighbour, and replies
 * without a socket.
 *
 * @linux net/ipv4/ip_output.c
 */
import { ETH_P_IP, NETIF_F_TSO } from '../../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  type sk_buff,
  skb_headroom,
  skb_is_gso,
  skb_peek,
  skb_reset_network_header,
} from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_IP_OUTNOROUTES,
  SKB_DROP_REASON_NEIGH_CREATEFAIL,
} from '../../../include/net/dropreason.ts';
import { type dst_entry, dst_output } from '../../../include/net/dst.ts';
import { flowi4, flowi4_init_output, FLOWI_FLAG_ANYSRC } from '../../../include/net/flow.ts';
import { inet_sk, type inet_sock } from '../../../include/net/inet_sock.ts';
import {
  IP_DF,
  ip_dont_fragment,
  ip_hdr,
  ip_options,
  type ip_reply_arg,
  IP_REPLY_ARG_NOSRCCHECK,
  ip_skb_dst_mtu,
  ipcm_cookie,
  type iphdr,
  IPHDR_LEN,
  IPV4_MIN_MTU,
  read_be16,
  write_be16,
  write_be32,
} from '../../../include/net/ip.ts';
import type { neighbour } from '../../../include/net/neighbour.ts';
import { IP_ADD_STATS, IP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import {
  ip4_dst_hoplimit,
  ip_rt_put,
  RT_CONN_FLAGS_TOS,
  RT_TOS,
  type rtable,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  skb_rtable,
} from '../../../include/net/route.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { EHOSTUNREACH, ENOMEM, type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../../include/uapi/linux/in.ts';
import { RT_SCOPE_UNIVERSE, RTN_BROADCAST, RTN_MULTICAST } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  IPSTATS_MIB_OUTBCASTOCTETS,
  IPSTATS_MIB_OUTBCASTPKTS,
  IPSTATS_MIB_OUTMCASTOCTETS,
  IPSTATS_MIB_OUTMCASTPKTS,
  IPSTATS_MIB_OUTNOROUTES,
  IPSTATS_MIB_OUTOCTETS,
  IPSTATS_MIB_OUTPKTS,
} from '../../../include/uapi/linux/snmp.ts';
import { MSG_DONTWAIT } from '../../../include/uapi/linux/socket.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { csum_add, csum_block_add, csum_fold, csum_partial, ip_fast_csum } from '../../../lib/checksum.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { skb_gso_segment } from '../../core/dev/gso.ts';
import { dev_loopback_xmit } from '../../core/dev/receive.ts';
import {
  consume_skb,
  kfree_skb,
  kfree_skb_reason,
  skb_clone,
  skb_dst_drop,
  skb_dst_set,
  skb_dst_set_noref,
  skb_push,
} from '../../core/skbuff/alloc.ts';
import { pskb_expand_head } from '../../core/skbuff/data.ts';
import { __sk_dst_check, sk_setup_caps } from '../../core/sock/dst.ts';
import { ip_neigh_gw4 } from '../arp.ts';
import { devinet_init } from '../devinet.ts';
import { ip_fib_init } from '../fib_frontend.ts';
import { ipfrag_init } from '../ip_fragment.ts';
import { __ip_options_echo, ip_options_build } from '../ip_options.ts';
import { rt_dst_clone } from '../route/dst.ts';
import { __ip_select_ident, ip_select_ident_segs } from '../route/ident.ts';
import { ip_route_output_flow, ip_route_output_ports, ip_rt_init } from '../route/output.ts';
import { ip_append_data, ip_flush_pending_frames, ip_push_pending_frames } from './append.ts';
import { ip_fragment } from './fragment.ts';

function ip_select_ttl(inet: inet_sock, dst: dst_entry): number {
  return inet.uc_ttl < 0 ? ip4_dst_hoplimit(dst) : inet.uc_ttl;
}

/** Add a header to a routed segment and send it; used for SYN-ACKs. @linux net/ipv4/ip_output.c */
export function ip_build_and_send_pkt(
  skb: sk_buff,
  sk: sock,
  saddr: be32,
  daddr: be32,
  opt: ip_options | null,
  tos: number,
): number {
  const rt = skb_rtable(skb);
  const net = sock_net(sk);
  skb_push(skb, IPHDR_LEN + (opt !== null ? opt.optlen : 0));
  skb_reset_network_header(skb);
  const iph = ip_hdr(skb);
  iph.version_ihl = 0x45;
  iph.tos = tos;
  iph.ttl = ip_select_ttl(inet_sk(sk), rt);
  iph.daddr = opt !== null && opt.srr !== 0 ? opt.faddr : daddr;
  iph.saddr = saddr;
  iph.protocol = sk.sk_protocol;
  if (skb.len <= IPV4_MIN_MTU || ip_dont_fragment(sk, rt)) {
    iph.frag_off = IP_DF;
    iph.id = 0;
  } else {
    iph.frag_off = 0;
    if (sk.sk_protocol === IPPROTO_TCP) iph.id = get_random_u32(net.machine) & 0xffff;
    else __ip_select_ident(net, iph, 1);
  }
  if (opt !== null && opt.optlen !== 0) {
    iph.version_ihl = 0x45 + (opt.optlen >> 2);
    ip_options_build(skb, opt, daddr, rt);
  }
  skb.priority = sk.sk_priority;
  if (skb.mark === 0) skb.mark = sk.sk_mark;
  return ip_local_out(net, skb.sk, skb);
}

/** Send a segment of a connected socket. 0, NET_XMIT_…, -EHOSTUNREACH. @linux net/ipv4/ip_output.c */
export function ip_queue_xmit(sk: sock, skb: sk_buff): number {
  return __ip_queue_xmit(sk, skb, inet_sk(sk).tos);
}

/**
 * Route a segment of a connected socket (with the socket's cached route), add the header, and send it.
 *
 * @linux net/ipv4/ip_output.c
 */
export function __ip_queue_xmit(sk: sock, skb: sk_buff, tos: number): number {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const opt = inet.inet_opt;
  // With a source route the packet is sent to the first hop; the final destination is in the option.
  const daddr = opt !== null && opt.srr !== 0 ? opt.faddr : inet.inet_daddr;
  let saddr = inet.inet_saddr;

  let rt = skb_rtable(skb) as rtable | null;
  if (rt === null) {
    rt = __sk_dst_check(sk, 0) as rtable | null;
    if (rt === null) {
      const fl4 = new flowi4();
      const flow_tos = RT_CONN_FLAGS_TOS(sk, tos);
      const oif = sk.sk_bound_dev_if;
      const { inet_dport, inet_sport, sk_protocol } = inet;
      const found = ip_route_output_ports(
        net,
        fl4,
        sk,
        daddr,
        saddr,
        inet_dport,
        inet_sport,
        sk_protocol,
        flow_tos,
        oif,
      );
      if (IS_ERR(found)) return no_route(sk, skb);
      rt = found;
      saddr = fl4.saddr;
      sk_setup_caps(sk, rt);
    }
    skb_dst_set_noref(skb, rt);
  }
  if (opt !== null && opt.is_strictroute && rt.rt_uses_gateway) return no_route(sk, skb);

  skb_push(skb, IPHDR_LEN + (opt !== null ? opt.optlen : 0));
  skb_reset_network_header(skb);
  const { head } = skb;
  const at = skb.network_header;
  head[at] = 0x45;
  head[at + 1] = tos;
  head[at + 6] = ip_dont_fragment(sk, rt) && !skb.ignore_df ? IP_DF >> 8 : 0;
  head[at + 7] = 0;
  head[at + 8] = ip_select_ttl(inet, rt);
  head[at + 9] = sk.sk_protocol;
  write_be32(head, at + 12, saddr);
  write_be32(head, at + 16, daddr);
  if (opt !== null && opt.optlen !== 0) {
    head[at] = 0x45 + (opt.optlen >> 2);
    ip_options_build(skb, opt, inet.inet_daddr, rt);
  }
  ip_select_ident_segs(net, skb, sk, skb.shinfo.gso_segs || 1);
  skb.priority = sk.sk_priority;
  skb.mark = sk.sk_mark;
  return ip_local_out(net, sk, skb);
}

function no_route(sk: sock, skb: sk_buff): number {
  IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTNOROUTES);
  kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
  return -EHOSTUNREACH;
}

/**
 * Initialize IP at boot: routing tables, device addresses, reassembly.
 *
 * @linux net/ipv4/ip_output.c
 */
export function ip_init(net: net): void {
  ip_rt_init(net);
  ip_fib_init(net);
  devinet_init(net);
  ipfrag_init(net);
}

/**
 * The headroom that a device needs before an IP header, in bytes, rounded up to 16.
 *
 * @linux LL_RESERVED_SPACE
 */
export function LL_RESERVED_SPACE(dev: { hard_header_len: number; needed_headroom: number }): number {
  return ((dev.hard_header_len + dev.needed_headroom) & ~15) + 16;
}

/** Fill in the header checksum. @linux net/ipv4/ip_output.c */
export function ip_send_check(iph: iphdr): void {
  iph.check = 0;
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
}

/** Complete a header: length and checksum. Returns 1: the packet can be sent. @linux net/ipv4/ip_output.c */
export function __ip_local_out(_net: net, _sk: sock | null, skb: sk_buff): number {
  const { head } = skb;
  const at = skb.network_header;
  const { len } = skb;
  head[at + 2] = len >> 8;
  head[at + 3] = len;
  head[at + 10] = 0;
  head[at + 11] = 0;
  const check = ip_fast_csum(head, at, head[at]! & 0xf);
  head[at + 10] = check >> 8;
  head[at + 11] = check;
  skb.protocol = ETH_P_IP;
  return 1;
}

/** Send a locally generated packet along its route. @linux net/ipv4/ip_output.c */
export function ip_local_out(net: net, sk: sock | null, skb: sk_buff): number {
  const err = __ip_local_out(net, sk, skb);
  return err === 1 ? dst_output(net, sk, skb) : err;
}

/** Output function of routes. @linux net/ipv4/ip_output.c */
export function ip_output(net: net, sk: sock | null, skb: sk_buff): number {
  IP_INC_STATS(net, IPSTATS_MIB_OUTPKTS);
  IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb.len);
  skb.dev = skb._skb_refdst!.dev;
  skb.protocol = ETH_P_IP;
  return ip_finish_output(net, sk, skb);
}

/**
 * Fragment a packet longer than the MTU; for a GSO packet the size of its segments counts.
 *
 * @linux net/ipv4/ip_output.c
 */
function ip_finish_output(net: net, sk: sock | null, skb: sk_buff): number {
  const mtu = ip_skb_dst_mtu(sk, skb);
  if (skb_is_gso(skb)) return ip_finish_output_gso(net, sk, skb, mtu);
  if (skb.len > mtu || (skb.ipcb !== null && skb.ipcb.frag_max_size !== 0)) {
    return ip_fragment(net, sk, skb, mtu, ip_finish_output2);
  }
  return ip_finish_output2(net, sk, skb);
}

/**
 * Whether each segment of a GSO packet, including headers, fits the MTU.
 *
 * @linux net/core/skbuff.c, here because only IP uses it
 */
function skb_gso_validate_network_len(skb: sk_buff, mtu: number): boolean {
  const tcp_header = (skb.head[skb.transport_header + 12]! >> 4) * 4;
  return skb.transport_header - skb.network_header + tcp_header + skb.shinfo.gso_size <= mtu;
}

function ip_finish_output_gso(net: net, sk: sock | null, skb: sk_buff, mtu: number): number {
  if (skb_gso_validate_network_len(skb, mtu)) return ip_finish_output2(net, sk, skb);

  // The MTU has decreased since TCP built the packet: segment it here, and fragment the segments.
  const segs = skb_gso_segment(skb, skb.dev!.features & ~NETIF_F_TSO);
  if (IS_ERR(segs) || segs === null) {
    kfree_skb(skb);
    return -ENOMEM;
  }
  consume_skb(skb);
  let ret = 0;
  for (let seg: sk_buff | null = segs; seg !== null;) {
    const next: sk_buff | null = seg.next;
    seg.next = null;
    const err = ip_fragment(net, sk, seg, mtu, ip_finish_output2);
    if (err !== 0 && ret === 0) ret = err;
    seg = next;
  }
  return ret;
}

/** Find the neighbour entry of the next hop, and send through it. @linux net/ipv4/ip_output.c */
export function ip_finish_output2(net: net, _sk: sock | null, skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const { dev } = rt;
  if (rt.rt_type === RTN_MULTICAST) {
    IP_INC_STATS(net, IPSTATS_MIB_OUTMCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_OUTMCASTOCTETS, skb.len);
  } else if (rt.rt_type === RTN_BROADCAST) {
    IP_INC_STATS(net, IPSTATS_MIB_OUTBCASTPKTS);
    IP_ADD_STATS(net, IPSTATS_MIB_OUTBCASTOCTETS, skb.len);
  }
  const hh_len = LL_RESERVED_SPACE(dev);
  if (skb_headroom(skb) < hh_len && dev.header_ops !== null) {
    if (pskb_expand_head(skb, hh_len - skb_headroom(skb), 0) !== 0) {
      kfree_skb(skb);
      return -ENOMEM;
    }
  }

  const { head } = skb;
  const at = skb.network_header + 16;
  const nexthop =
    rt.rt_gw_family !== 0
      ? rt.rt_gw4
      : (head[at]! << 24) | (head[at + 1]! << 16) | (head[at + 2]! << 8) | head[at + 3]!;
  const neigh = ip_neigh_gw4(dev, nexthop);
  if (!IS_ERR(neigh)) {
    if (skb.dst_pending_confirm) sock_confirm_neigh(skb, neigh);
    return neigh.output(neigh, skb);
  }
  kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL);
  return neigh;
}

/**
 * The peer has answered the socket: confirm the neighbour on the path.
 *
 * @linux include/net/sock.h, here because only IP output uses it
 */
function sock_confirm_neigh(skb: sk_buff, n: neighbour): void {
  n.confirmed = jiffies(n.dev.machine);
  if (skb.sk !== null) skb.sk.sk_dst_pending_confirm = false;
  skb.dst_pending_confirm = false;
}

/**
 * Loop a copy back to this host: it arrives as if from lo, and records the real interface.
 *
 * @linux net/ipv4/ip_output.c
 */
function ip_mc_finish_output(net: net, sk: sock | null, skb: sk_buff): number {
  const new_rt = rt_dst_clone(net.loopback_dev!, skb_rtable(skb));
  new_rt.rt_iif = 0;
  skb_dst_drop(skb);
  skb_dst_set(skb, new_rt);
  return dev_loopback_xmit(net, sk, skb);
}

/** Output function of broadcast and multicast routes. @linux net/ipv4/ip_output.c */
export function ip_mc_output(net: net, sk: sock | null, skb: sk_buff): number {
  const rt = skb_rtable(skb);
  IP_INC_STATS(net, IPSTATS_MIB_OUTPKTS);
  IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb.len);
  skb.dev = rt.dev;
  skb.protocol = ETH_P_IP;

  if ((rt.rt_flags & RTCF_MULTICAST) !== 0) {
    const loops_back = sk === null || inet_sk(sk).mc_loop;
    if (loops_back && (rt.rt_flags & RTCF_LOCAL) !== 0) ip_mc_finish_output(net, sk, skb_clone(skb));
    // A multicast with TTL 0 does not leave the host.
    if (ip_hdr(skb).ttl === 0) {
      kfree_skb(skb);
      return 0;
    }
  }
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0) ip_mc_finish_output(net, sk, skb_clone(skb));
  return ip_finish_output(net, sk, skb);
}

function ip_reply_glue_bits(
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  offset: number,
  len: number,
  odd: number,
  skb: sk_buff,
): Errno {
  to.set(from.subarray(offset, offset + len), at);
  skb.csum = csum_block_add(skb.csum, csum_partial(to, at, len, 0), odd);
  return 0;
}

/**
 * Answer a packet through the machine's control socket: TCP's RSTs and ACKs when there is no socket, or only
 * a request or time-wait sock.
 *
 * @param sk the machine's control socket
 * @param sopt options of the packet being answered; its source route is reversed
 * @linux net/ipv4/ip_output.c
 */
export function ip_send_unicast_reply(
  sk: sock,
  skb: sk_buff,
  sopt: ip_options | null,
  to: be32,
  saddr: be32,
  arg: ip_reply_arg,
  len: number,
  _transmit_time: number,
  txhash: number,
): void {
  const net = sock_net(sk);
  const replyopts = new ip_options();
  if (__ip_options_echo(net, replyopts, skb, sopt) !== 0) return;
  let daddr = to;
  const ipc = new ipcm_cookie();
  ipc.addr = daddr;
  if (replyopts.optlen !== 0) {
    ipc.opt = replyopts;
    if (replyopts.srr !== 0) daddr = replyopts.faddr;
  }

  const fl4 = new flowi4();
  const { protocol } = ip_hdr(skb);
  const flow_flags = (arg.flags & IP_REPLY_ARG_NOSRCCHECK) !== 0 ? FLOWI_FLAG_ANYSRC : 0;
  const source = read_be16(skb.head, skb.transport_header);
  const dest = read_be16(skb.head, skb.transport_header + 2);
  const oif = arg.bound_dev_if;
  const mark = (net.ipv4.sysctl_fwmark_reflect !== 0 ? skb.mark : 0) || sk.sk_mark;
  const tos = RT_TOS(arg.tos);
  const scope = RT_SCOPE_UNIVERSE;
  flowi4_init_output(fl4, oif, mark, tos, scope, protocol, flow_flags, daddr, saddr, source, dest, arg.uid);
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) return;

  inet_sk(sk).tos = arg.tos & ~3;
  sk.sk_protocol = protocol;
  sk.sk_bound_dev_if = arg.bound_dev_if;
  sk.sk_sndbuf = net.core.sysctl_wmem_default;
  const err = ip_append_data(sk, fl4, ip_reply_glue_bits, arg.iov_base, len, 0, ipc, rt, MSG_DONTWAIT);
  if (err !== 0) {
    ip_flush_pending_frames(sk);
  } else {
    const nskb = skb_peek(sk.sk_write_queue);
    if (nskb !== null) {
      if (arg.csumoffset >= 0) {
        const check = csum_fold(csum_add(nskb.csum, arg.csum));
        write_be16(nskb.head, nskb.transport_header + arg.csumoffset * 2, check);
      }
      nskb.ip_summed = CHECKSUM_NONE;
      if (txhash !== 0) nskb.hash = txhash;
      ip_push_pending_frames(sk, fl4);
    }
  }
  ip_rt_put(rt);
}
