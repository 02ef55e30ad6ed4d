/** Handing a packet back to ourselves: what a host broadcasts it hears too. @linux net/core/dev.c */
import type { net } from '../../../include/net/net_namespace.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_UNNECESSARY,
  PACKET_LOOPBACK,
  skb_network_offset,
  skb_reset_mac_header,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { mod_timer } from '../../../kernel/time/timer.ts';
import { timer_list } from '../../../include/linux/timer.ts';
import { __skb_pull } from '../skbuff.ts';
import { netif_receive_skb } from './receive.ts';

function receive_later(skb: sk_buff): void {
  netif_receive_skb(skb);
}

/**
 * The packet comes in again, soon, in softirq context. Linux puts it on the CPU's backlog (netif_rx); here a timer of no
 * length does.
 *
 * @linux net/core/dev.c
 */
export function dev_loopback_xmit(_net: net, _sk: sock | null, skb: sk_buff): number {
  skb_reset_mac_header(skb);
  __skb_pull(skb, skb_network_offset(skb));
  skb.pkt_type = PACKET_LOOPBACK;
  if (skb.ip_summed === CHECKSUM_NONE) skb.ip_summed = CHECKSUM_UNNECESSARY;
  const { machine } = skb;
  mod_timer(machine, new timer_list<sk_buff>(receive_later, skb), jiffies(machine));
  return 0;
}
