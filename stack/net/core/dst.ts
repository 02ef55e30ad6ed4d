/** Default operations of a route. @linux net/core/dst.c */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { sock } from '../../include/net/sock.ts';
import { kfree_skb } from './skbuff/alloc.ts';

/** Output function of a route without one: drop. @linux net/core/dst.c */
export function dst_discard_out(_net: net, _sk: sock | null, skb: sk_buff): number {
  kfree_skb(skb);
  return 0;
}

/** Input function of a route without one: drop. @linux include/net/dst.h */
export function dst_discard(skb: sk_buff): number {
  kfree_skb(skb);
  return 0;
}
