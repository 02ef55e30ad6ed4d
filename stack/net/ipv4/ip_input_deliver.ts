/**
 * Giving a packet that is for this host to its protocol. Part of ip_input.c; what comes before is in ip_input.ts.
 *
 * @linux net/ipv4/ip_input.c
 */
import { SKB_DROP_REASON_IP_NOPROTO } from '../../include/net/dropreason.ts';
import { icmp_send } from '../../include/net/icmp.ts';
import { IP_MF, IP_OFFSET } from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_PROT_UNREACH } from '../../include/uapi/linux/icmp.ts';
import { IPSTATS_MIB_INDELIVERS, IPSTATS_MIB_INUNKNOWNPROTOS } from '../../include/uapi/linux/snmp.ts';
import { __skb_pull, consume_skb, kfree_skb_reason } from '../core/skbuff.ts';
import { ip_defrag, IP_DEFRAG_LOCAL_DELIVER } from './ip_fragment.ts';
import { raw_local_deliver } from './raw_input.ts';

/** Hand the packet to all raw sockets of its protocol, then to the protocol; to nobody: answer "protocol unreachable". @linux net/ipv4/ip_input.c */
export function ip_protocol_deliver_rcu(net: net, skb: sk_buff, first_protocol: number): void {
  let protocol = first_protocol;
  for (;;) {
    const raw = raw_local_deliver(net, skb, protocol);
    const ipprot = net.ipv4.inet_protos[protocol] ?? null;
    if (ipprot !== null) {
      const ret = ipprot.handler(skb);
      if (ret < 0) {
        // What it held was of another protocol: once more, as that.
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

/** Input function of a route to this host: put fragments together, then deliver. @linux net/ipv4/ip_input.c */
export function ip_local_deliver(skb: sk_buff): number {
  const net = skb.dev!.nd_net;
  const { head } = skb;
  const at = skb.network_header + 6;
  const frag_off = (head[at]! << 8) | head[at + 1]!;
  if ((frag_off & (IP_MF | IP_OFFSET)) === 0) return ip_local_deliver_finish(net, skb);
  const whole = ip_defrag(net, skb, IP_DEFRAG_LOCAL_DELIVER);
  return IS_ERR(whole) ? 0 : ip_local_deliver_finish(net, whole);
}
