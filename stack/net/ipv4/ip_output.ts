/**
 * IP packets going out: the header for what a transport protocol hands down.
 *
 * ip_output.c is in several files: this one; ip_output_append.ts (datagrams put together from several sends),
 * ip_output_finish.ts (route, MTU, neighbour), ip_output_fragment.ts, ip_output_mc.ts (broadcasts).
 *
 * @linux net/ipv4/ip_output.c
 */
import { SKB_DROP_REASON_IP_OUTNOROUTES } from '../../include/net/dropreason.ts';
import { flowi4, skb_rtable, type dst_entry, type rtable } from '../../include/net/dst.ts';
import { inet_sk, type inet_sock } from '../../include/net/inet_sock.ts';
import {
  ip4_dst_hoplimit,
  ip_dont_fragment,
  ip_hdr,
  IP_DF,
  IPHDR_LEN,
  IPV4_MIN_MTU,
  write_be32,
  type ip_options,
} from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import { ip_route_output_ports, RT_CONN_FLAGS_TOS } from '../../include/net/route.ts';
import { sock_net, type sock } from '../../include/net/sock.ts';
import { skb_reset_network_header, type sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { EHOSTUNREACH, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import { IPSTATS_MIB_OUTNOROUTES } from '../../include/uapi/linux/snmp.ts';
import { get_random_u32 } from '../../lib/random.ts';
import { __sk_dst_check, sk_setup_caps } from '../core/sock/dst.ts';
import { kfree_skb_reason, skb_dst_set_noref, skb_push } from '../core/skbuff.ts';
import { devinet_init } from './devinet.ts';
import { ip_fib_init } from './fib_frontend.ts';
import { ipfrag_init } from './ip_fragment_expire.ts';
import { __ip_select_ident, ip_select_ident_segs } from './ip_ident.ts';
import { ip_options_build } from './ip_options.ts';
import { ip_local_out } from './ip_output_finish.ts';
import { ip_rt_init } from './route.ts';

export {
  ip_local_out,
  __ip_local_out,
  ip_output,
  ip_send_check,
  LL_RESERVED_SPACE,
} from './ip_output_finish.ts';
export { ip_mc_output } from './ip_output_mc.ts';
export { ip_fragment, ip_do_fragment } from './ip_output_fragment.ts';
export {
  ip_append_data,
  ip_flush_pending_frames,
  ip_generic_getfrag,
  ip_make_skb,
  ip_push_pending_frames,
  ip_send_skb,
} from './ip_output_append.ts';
export { ip_reply_arg, ip_send_unicast_reply } from './ip_output_reply.ts';

function ip_select_ttl(inet: inet_sock, dst: dst_entry): number {
  return inet.uc_ttl < 0 ? ip4_dst_hoplimit(dst) : inet.uc_ttl;
}

/** Put a header in front of a segment that has its route, and send it: SYN-ACKs go this way. @linux net/ipv4/ip_output.c */
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
 * Route a segment of a connected socket (the socket remembers its route), put the header in front, and send it.
 *
 * @linux net/ipv4/ip_output.c
 */
export function __ip_queue_xmit(sk: sock, skb: sk_buff, tos: number): number {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const opt = inet.inet_opt;
  // A source route goes to its first hop; the true destination stands in the option.
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
 * IP at boot: routing tables, addresses of the devices, fragments.
 *
 * @linux net/ipv4/ip_output.c
 */
export function ip_init(net: net): void {
  ip_rt_init(net);
  ip_fib_init(net);
  devinet_init(net);
  ipfrag_init(net);
}
