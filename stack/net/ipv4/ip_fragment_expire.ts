/** Giving up on a datagram of which fragments are missing. Part of ip_fragment.c: it routes. @linux net/ipv4/ip_fragment.c */
import {
  fqdir,
  INET_FRAG_COMPLETE,
  INET_FRAG_FIRST_IN,
  type inet_frag_queue,
} from '../../include/net/inet_frag.ts';
import { icmp_send } from '../../include/net/icmp.ts';
import { ip_hdr } from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import { ICMP_EXC_FRAGTIME, ICMP_TIME_EXCEEDED } from '../../include/uapi/linux/icmp.ts';
import { IPSTATS_MIB_REASMFAILS, IPSTATS_MIB_REASMTIMEOUT } from '../../include/uapi/linux/snmp.ts';
import { kfree_skb } from '../core/skbuff.ts';
import { inet_frag_kill, inet_frag_pull_head, inet_frag_rbtree_purge } from './inet_fragment.ts';
import { ip_route_input_noref } from './route.ts';

/** The timer of a datagram: the sender learns of it if we have the first fragment (RFC 792). @linux net/ipv4/ip_fragment.c */
function ip_expire(qp: inet_frag_queue): void {
  if ((qp.flags & INET_FRAG_COMPLETE) !== 0) return;
  const { net } = qp.fqdir;
  inet_frag_kill(qp);
  IP_INC_STATS(net, IPSTATS_MIB_REASMFAILS);
  IP_INC_STATS(net, IPSTATS_MIB_REASMTIMEOUT);
  if ((qp.flags & INET_FRAG_FIRST_IN) !== 0) {
    const head = inet_frag_pull_head(qp);
    const dev = net.dev_base.get(qp.iif);
    if (head !== null && dev !== undefined) {
      head.dev = dev;
      const iph = ip_hdr(head);
      const err = ip_route_input_noref(head, iph.daddr, iph.saddr, iph.tos, dev);
      if (err === 0) icmp_send(head, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
    }
    kfree_skb(head);
  }
  inet_frag_rbtree_purge(qp);
}

/** Set up reassembly. @linux net/ipv4/ip_fragment.c */
export function ipfrag_init(net: net): void {
  net.ipv4.fqdir = new fqdir(net, ip_expire);
}
