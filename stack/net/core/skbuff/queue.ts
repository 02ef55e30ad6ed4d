/** Packet queues, and a socket's error queue. @linux include/linux/skbuff.h, net/core/skbuff.c */
import { type sk_buff, sk_buff_head } from '../../../include/linux/skbuff.ts';
import type { skb_tree } from '../../../include/linux/tcp.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../../include/net/dropreason.ts';
import { type sock, SOCK_DEAD, sock_flag } from '../../../include/net/sock.ts';
import { ENOMEM, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { SO_EE_ORIGIN_ICMP } from '../../../include/uapi/linux/errqueue.ts';
import { rb_erase } from '../../../lib/skb_tree.ts';
import { sk_error_report } from '../sock/defaults.ts';
import { kfree_skb_reason, skb_orphan } from './alloc.ts';

/** Insert `skb` after `prev`. @linux include/linux/skbuff.h */
export function __skb_queue_after(list: sk_buff_head, prev: sk_buff, skb: sk_buff): void {
  skb.prev = prev;
  skb.next = prev.next;
  if (prev.next === null) list.prev = skb;
  else prev.next.prev = skb;
  prev.next = skb;
  skb.list = list;
  list.qlen++;
}
/** Insert `skb` before `next`. @linux include/linux/skbuff.h */
export function __skb_queue_before(list: sk_buff_head, next: sk_buff, skb: sk_buff): void {
  skb.next = next;
  skb.prev = next.prev;
  if (next.prev === null) list.next = skb;
  else next.prev.next = skb;
  next.prev = skb;
  skb.list = list;
  list.qlen++;
}
/** Append a packet to a queue. @linux include/linux/skbuff.h */
export function __skb_queue_tail(list: sk_buff_head, skb: sk_buff): void {
  skb.next = null;
  skb.prev = list.prev;
  if (list.prev === null) list.next = skb;
  else list.prev.next = skb;
  list.prev = skb;
  skb.list = list;
  list.qlen++;
}
/** Prepend a packet to a queue. @linux include/linux/skbuff.h */
export function __skb_queue_head(list: sk_buff_head, skb: sk_buff): void {
  skb.prev = null;
  skb.next = list.next;
  if (list.next === null) list.prev = skb;
  else list.next.prev = skb;
  list.next = skb;
  skb.list = list;
  list.qlen++;
}
/** Append a packet to a queue; Linux holds the queue's lock. @linux net/core/skbuff.c */
export function skb_queue_tail(list: sk_buff_head, skb: sk_buff): void {
  __skb_queue_tail(list, skb);
}
/** Prepend a packet to a queue; Linux holds the queue's lock. @linux net/core/skbuff.c */
export function skb_queue_head(list: sk_buff_head, skb: sk_buff): void {
  __skb_queue_head(list, skb);
}
/** Unlink a packet from its queue. @linux include/linux/skbuff.h */
export function __skb_unlink(skb: sk_buff, list: sk_buff_head): void {
  if (skb.prev === null) list.next = skb.next;
  else skb.prev.next = skb.next;
  if (skb.next === null) list.prev = skb.prev;
  else skb.next.prev = skb.prev;
  skb.next = null;
  skb.prev = null;
  skb.list = null;
  list.qlen--;
}
/** Unlink a packet from its queue; Linux holds the queue's lock. @linux net/core/skbuff.c */
export function skb_unlink(skb: sk_buff, list: sk_buff_head): void {
  __skb_unlink(skb, list);
}
/** Remove the first packet of a queue; null when it is empty. @linux include/linux/skbuff.h */
export function __skb_dequeue(list: sk_buff_head): sk_buff | null {
  const skb = list.next;
  if (skb !== null) __skb_unlink(skb, list);
  return skb;
}
/** Remove the first packet of a queue; Linux holds the queue's lock. @linux net/core/skbuff.c */
export function skb_dequeue(list: sk_buff_head): sk_buff | null {
  return __skb_dequeue(list);
}
/** Remove the last packet of a queue; null when it is empty. @linux include/linux/skbuff.h */
export function __skb_dequeue_tail(list: sk_buff_head): sk_buff | null {
  const skb = list.prev;
  if (skb !== null) __skb_unlink(skb, list);
  return skb;
}
/** Free all packets of a queue. @linux include/linux/skbuff.h */
export function __skb_queue_purge(list: sk_buff_head): void {
  for (let skb = __skb_dequeue(list); skb !== null; skb = __skb_dequeue(list)) {
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
  }
}
/** Free all packets of a queue; Linux holds the queue's lock. @linux net/core/skbuff.c */
export function skb_queue_purge(list: sk_buff_head): void {
  __skb_queue_purge(list);
}
/** Move all of `list` to the end of `head`. @linux include/linux/skbuff.h */
export function skb_queue_splice_tail_init(list: sk_buff_head, head: sk_buff_head): void {
  for (let skb = __skb_dequeue(list); skb !== null; skb = __skb_dequeue(list)) __skb_queue_tail(head, skb);
}
/** Move all of `list` to the front of `head`. @linux include/linux/skbuff.h */
export function skb_queue_splice_init(list: sk_buff_head, head: sk_buff_head): void {
  for (let skb = __skb_dequeue_tail(list); skb !== null; skb = __skb_dequeue_tail(list))
    __skb_queue_head(head, skb);
}
/** Free all packets of a queue ordered by sequence number. @linux net/core/skbuff.c */
export function skb_rbtree_purge(root: skb_tree | null): void {
  if (root === null) return;
  for (let skb = root.first; skb !== null; skb = root.first) {
    rb_erase(skb, root);
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
  }
}

function sock_rmem_free(skb: sk_buff): void {
  skb.sk!.sk_rmem_alloc -= skb.truesize;
}

/**
 * Queue an error for the user and wake the readers. -ENOMEM: the receive buffer is full.
 *
 * @linux net/core/skbuff.c
 */
export function sock_queue_err_skb(sk: sock, skb: sk_buff): Errno {
  if (sk.sk_rmem_alloc + skb.truesize >= sk.sk_rcvbuf) return -ENOMEM;
  skb_orphan(skb);
  skb.sk = sk;
  skb.destructor = sock_rmem_free;
  sk.sk_rmem_alloc += skb.truesize;
  skb_queue_tail((sk.sk_error_queue ??= new sk_buff_head()), skb);
  if (!sock_flag(sk, SOCK_DEAD)) sk_error_report(sk);
  return 0;
}

/**
 * Remove the oldest error; sk_err is set from the next one if that is also from ICMP.
 *
 * @linux net/core/skbuff.c
 */
export function sock_dequeue_err_skb(sk: sock): sk_buff | null {
  if (sk.sk_error_queue === null) return null;
  const skb = skb_dequeue(sk.sk_error_queue);
  const next = sk.sk_error_queue.next;
  const icmp_next = next?.ipcb?.ext_err ?? null;
  const is_icmp = skb?.ipcb?.ext_err?.ee.ee_origin === SO_EE_ORIGIN_ICMP;
  if (icmp_next !== null && icmp_next.ee.ee_origin === SO_EE_ORIGIN_ICMP) {
    sk.sk_err = icmp_next.ee.ee_errno;
    sk_error_report(sk);
  } else if (is_icmp) {
    sk.sk_err = 0;
  }
  return skb;
}
