/**
 * Forwarding packets that are addressed to other hosts (net.ipv4.ip_forward).
 *
 * @linux net/ipv4/ip_forward.c
 */
import { IN_DEV_TX_REDIRECTS } from '../../include/linux/inetdevice.ts';
import {
  CHECKSUM_COMPLETE,
  CHECKSUM_NONE,
  PACKET_HOST,
  type sk_buff,
  skb_is_gso,
} from '../../include/linux/skbuff.ts';
import {
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../include/net/dropreason.ts';
import { dst_output } from '../../include/net/dst.ts';
import {
  ip_decrease_ttl,
  IP_DF,
  ip_dst_mtu_maybe_forward,
  ip_hdr,
  IPCB,
  IPSKB_DOREDIRECT,
  IPSKB_FORWARDED,
  IPSKB_FRAG_PMTU,
} from '../../include/net/ip.ts';
import { IP_ADD_STATS, IP_INC_STATS } from '../../include/net/net_namespace.ts';
import { rt_nexthop, skb_rtable } from '../../include/net/route.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_EXC_TTL,
  ICMP_FRAG_NEEDED,
  ICMP_REDIR_HOST,
  ICMP_REDIRECT,
  ICMP_SR_FAILED,
  ICMP_TIME_EXCEEDED,
} from '../../include/uapi/linux/icmp.ts';
import {
  IPSTATS_MIB_FRAGFAILS,
  IPSTATS_MIB_INHDRERRORS,
  IPSTATS_MIB_OUTFORWDATAGRAMS,
  IPSTATS_MIB_OUTOCTETS,
} from '../../include/uapi/linux/snmp.ts';
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { trace } from '../../trace/events.ts';
import { kfree_skb, kfree_skb_reason } from '../core/skbuff/alloc.ts';
import { skb_cow } from '../core/skbuff/data.ts';
import { icmp_send } from './icmp/send.ts';
import { inet_getpeer_v4 } from './inetpeer.ts';
import { ip_forward_options } from './ip_options.ts';

/**
 * The maximum number of redirects for one host, and the quiet period (jiffies) after which they start again.
 *
 * @linux net/ipv4/route.c
 */
const ip_rt_redirect_number = 9;
const ip_rt_redirect_load = HZ / 50;
const ip_rt_redirect_silence = (HZ / 50) << 10;

/** Whether a packet is too long for the next link and must not be fragmented. @linux net/ipv4/ip_forward.c */
function ip_exceeds_mtu(skb: sk_buff, mtu: number): boolean {
  if (skb.len <= mtu) return false;
  if ((ip_hdr(skb).frag_off & IP_DF) === 0) return false;
  const { frag_max_size } = IPCB(skb);
  if (frag_max_size > mtu && (IPCB(skb).flags & IPSKB_FRAG_PMTU) !== 0) return true;
  if (skb.ignore_df) return false;
  return !skb_is_gso(skb);
}

/**
 * Input function of a forwarding route: decrements the TTL; a packet that is too long or whose TTL has
 * expired is answered by ICMP.
 *
 * @linux net/ipv4/ip_forward.c
 */
export function ip_forward(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const net = rt.dev.nd_net;
  if (skb.pkt_type !== PACKET_HOST || skb.sk !== null) {
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'link_broadcast');
    return 1;
  }
  if (skb.ip_summed === CHECKSUM_COMPLETE) skb.ip_summed = CHECKSUM_NONE;
  let iph = ip_hdr(skb);
  if (iph.ttl <= 1) {
    IP_INC_STATS(net, IPSTATS_MIB_INHDRERRORS);
    icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
    kfree_skb_reason(skb, SKB_DROP_REASON_IP_INHDR, 'ttl');
    return 1;
  }
  const parm = IPCB(skb);
  if (parm.opt !== null && parm.opt.is_strictroute && rt.rt_uses_gateway) {
    icmp_send(skb, ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0);
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'source_route');
    return 1;
  }
  parm.flags |= IPSKB_FORWARDED;
  const mtu = ip_dst_mtu_maybe_forward(rt, true);
  if (ip_exceeds_mtu(skb, mtu)) {
    IP_INC_STATS(net, IPSTATS_MIB_FRAGFAILS);
    icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_BIG);
    return 1;
  }
  if (skb_cow(skb, rt.dev.hard_header_len + rt.header_len) !== 0) {
    kfree_skb(skb);
    return 1;
  }
  iph = ip_hdr(skb);
  ip_decrease_ttl(iph);
  if ((parm.flags & IPSKB_DOREDIRECT) !== 0 && (parm.opt === null || parm.opt.srr === 0))
    ip_rt_send_redirect(skb);

  IP_INC_STATS(net, IPSTATS_MIB_OUTFORWDATAGRAMS);
  IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb.len);
  if (parm.opt !== null && parm.opt.optlen !== 0) ip_forward_options(skb);
  trace.sockscope_send(null, skb, 'forward');
  return dst_output(net, null, skb);
}

/**
 * Tell the sender about a shorter route; less and less often if it does not react.
 *
 * @linux net/ipv4/route.c, here because only forwarding sends redirects
 */
function ip_rt_send_redirect(skb: sk_buff): void {
  const rt = skb_rtable(skb);
  const in_dev = rt.dev.ip_ptr;
  if (in_dev === null || !IN_DEV_TX_REDIRECTS(in_dev)) return;
  const { machine, ipv4 } = rt.dev.nd_net;
  const iph = ip_hdr(skb);
  const peer = inet_getpeer_v4(machine, ipv4.peers, iph.saddr);
  const now = jiffies(machine);
  if (now > peer.rate_last + ip_rt_redirect_silence) {
    peer.rate_tokens = 0;
    peer.n_redirects = 0;
  }
  if (peer.n_redirects >= ip_rt_redirect_number) {
    peer.rate_last = now;
    return;
  }
  if (peer.n_redirects === 0 || now > peer.rate_last + (ip_rt_redirect_load << peer.n_redirects)) {
    icmp_send(skb, ICMP_REDIRECT, ICMP_REDIR_HOST, rt_nexthop(rt, iph.daddr));
    peer.rate_last = now;
    peer.n_redirects++;
  }
}
