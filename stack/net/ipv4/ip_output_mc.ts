/** Output of broadcasts and multicasts: one to the link, one back to ourselves. Part of ip_output.c. @linux net/ipv4/ip_output.c */
import { RTCF_BROADCAST, RTCF_LOCAL, RTCF_MULTICAST, skb_rtable } from '../../include/net/dst.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import { ip_hdr } from '../../include/net/ip.ts';
import { IP_ADD_STATS, IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import type { sock } from '../../include/net/sock.ts';
import { ETH_P_IP } from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { IPSTATS_MIB_OUTOCTETS, IPSTATS_MIB_OUTPKTS } from '../../include/uapi/linux/snmp.ts';
import { dev_loopback_xmit } from '../core/dev/receive.ts';
import { kfree_skb, skb_clone, skb_dst_drop, skb_dst_set } from '../core/skbuff.ts';
import { ip_finish_output } from './ip_output_finish.ts';
import { rt_dst_clone } from './route_dst.ts';

/** The copy for ourselves: it comes in as if from lo, and says by which interface it really came. */
function ip_mc_finish_output(net: net, sk: sock | null, skb: sk_buff): number {
  const new_rt = rt_dst_clone(net.loopback_dev!, skb_rtable(skb));
  new_rt.rt_iif = 0;
  skb_dst_drop(skb);
  skb_dst_set(skb, new_rt);
  return dev_loopback_xmit(net, sk, skb);
}

/** Output function of routes to everybody. @linux net/ipv4/ip_output.c */
export function ip_mc_output(net: net, sk: sock | null, skb: sk_buff): number {
  const rt = skb_rtable(skb);
  IP_INC_STATS(net, IPSTATS_MIB_OUTPKTS);
  IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb.len);
  skb.dev = rt.dev;
  skb.protocol = ETH_P_IP;

  if ((rt.rt_flags & RTCF_MULTICAST) !== 0) {
    const loops_back = sk === null || inet_sk(sk).mc_loop;
    if (loops_back && (rt.rt_flags & RTCF_LOCAL) !== 0) ip_mc_finish_output(net, sk, skb_clone(skb));
    // Multicasts with TTL 0 stay on the host.
    if (ip_hdr(skb).ttl === 0) {
      kfree_skb(skb);
      return 0;
    }
  }
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0) ip_mc_finish_output(net, sk, skb_clone(skb));
  return ip_finish_output(net, sk, skb);
}
