/** Following a source route that led here. Part of ip_options.c. @linux net/ipv4/ip_options.c */
import { RTN_LOCAL, RTN_UNICAST, skb_rtable } from '../../include/net/dst.ts';
import { icmp_send } from '../../include/net/icmp.ts';
import { ip_hdr, IPCB, read_be32 } from '../../include/net/ip.ts';
import type { net_device } from '../../include/linux/netdevice.ts';
import { PACKET_HOST, type sk_buff } from '../../include/linux/skbuff.ts';
import { EINVAL, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { ICMP_PARAMETERPROB } from '../../include/uapi/linux/icmp.ts';
import { skb_dst_set } from '../core/skbuff.ts';
import { ip_route_input } from './route.ts';

/** Route the packet to the next hop that its source route names. 0, or -EINVAL. @linux net/ipv4/ip_options.c */
export function ip_options_rcv_srr(skb: sk_buff, dev: net_device): Errno {
  const opt = IPCB(skb).opt!;
  const iph = ip_hdr(skb);
  const { head } = skb;
  const at = skb.network_header + opt.srr;
  const { rt_type } = skb_rtable(skb);
  if (skb.pkt_type !== PACKET_HOST) return -EINVAL;
  if (rt_type === RTN_UNICAST) {
    if (!opt.is_strictroute) return 0;
    icmp_send(skb, ICMP_PARAMETERPROB, 0, 16 << 24);
    return -EINVAL;
  }
  if (rt_type !== RTN_LOCAL) return -EINVAL;

  const space = head[at + 1]!;
  let pointer = head[at + 2]!;
  let nexthop = 0;
  for (; pointer <= space; pointer += 4) {
    if (pointer + 3 > space) {
      icmp_send(skb, ICMP_PARAMETERPROB, 0, (opt.srr + 2) << 24);
      return -EINVAL;
    }
    nexthop = read_be32(head, at + pointer - 1);
    const orig = skb_rtable(skb);
    orig.__refcnt++;
    const err = ip_route_input(skb, nexthop, iph.saddr, iph.tos, dev);
    const rt2 = skb_rtable(skb);
    if (err !== 0 || (rt2.rt_type !== RTN_UNICAST && rt2.rt_type !== RTN_LOCAL)) {
      skb_dst_set(skb, orig);
      return -EINVAL;
    }
    orig.__refcnt--;
    if (rt2.rt_type !== RTN_LOCAL) break;
    // It is ours too: on to the next at once.
    iph.daddr = nexthop;
    opt.is_changed = true;
  }
  if (pointer <= space) {
    opt.srr_is_hit = true;
    opt.nexthop = nexthop;
    opt.is_changed = true;
  }
  return 0;
}
