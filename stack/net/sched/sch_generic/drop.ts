/** A qdisc without room. @linux include/net/sch_generic.h */
import { NET_XMIT_DROP } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { SKB_DROP_REASON_QDISC_DROP } from '../../../include/net/dropreason.ts';
import type { Qdisc } from '../../../include/net/sch_generic.ts';
import { kfree_skb_reason } from '../../core/skbuff.ts';

/** Drop a packet on its way in, and count it. @linux include/net/sch_generic.h */
export function qdisc_drop(skb: sk_buff, sch: Qdisc): number {
  sch.drops++;
  kfree_skb_reason(skb, SKB_DROP_REASON_QDISC_DROP);
  return NET_XMIT_DROP;
}
