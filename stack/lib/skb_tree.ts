/**
 * Queues ordered by sequence number: TCP's retransmit queue and its out-of-order queue. Linux uses red-black
 * trees. A sorted list searched from its end is enough here, because nearly every insertion is at or near the
 * end.
 *
 * @linux lib/rbtree.c, include/linux/skbuff.h (skb_rb_…), net/ipv4/tcp_output.c (tcp_rbtree_insert)
 */
import type { skb_tree } from '../include/linux/tcp.ts';
import type { sk_buff } from '../include/linux/skbuff.ts';

/**
 * Insert by TCP_SKB_CB(skb)->seq, after entries with the same number.
 *
 * @linux net/ipv4/tcp_input.c, here because the sorted list replaces Linux's red-black tree
 */
export function tcp_rbtree_insert(root: skb_tree, skb: sk_buff): void {
  const seq = skb.cb!.seq;
  let prev = root.last;
  while (prev !== null && ((seq - prev.cb!.seq) | 0) < 0) prev = prev.prev;
  rb_insert_after(root, prev, skb);
}

/** Insert after `prev`; null: at the front. */
export function rb_insert_after(root: skb_tree, prev: sk_buff | null, skb: sk_buff): void {
  const next = prev === null ? root.first : prev.next;
  skb.prev = prev;
  skb.next = next;
  if (prev === null) root.first = skb;
  else prev.next = skb;
  if (next === null) root.last = skb;
  else next.prev = skb;
  root.length++;
}

/** Remove an skb. */
export function rb_erase(skb: sk_buff, root: skb_tree): void {
  if (skb.prev === null) root.first = skb.next;
  else skb.prev.next = skb.next;
  if (skb.next === null) root.last = skb.prev;
  else skb.next.prev = skb.prev;
  skb.prev = null;
  skb.next = null;
  root.length--;
}

/** Replace `victim` by `skb`. */
export function rb_replace_node(victim: sk_buff, skb: sk_buff, root: skb_tree): void {
  const prev = victim.prev;
  rb_erase(victim, root);
  rb_insert_after(root, prev, skb);
}

export function skb_rb_first(root: skb_tree): sk_buff | null {
  return root.first;
}
export function skb_rb_last(root: skb_tree): sk_buff | null {
  return root.last;
}
export function skb_rb_next(skb: sk_buff): sk_buff | null {
  return skb.next;
}
export function skb_rb_prev(skb: sk_buff): sk_buff | null {
  return skb.prev;
}
