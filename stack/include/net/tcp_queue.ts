/**
 * The two queues of what is to be acknowledged: the write queue (not sent yet) and the retransmit queue (sent), with
 * the list of the sent in order of their times. Low in the layers: input, output and timers all work on these.
 *
 * @linux include/net/tcp.h
 */
import { rb_erase } from '../../lib/skb_tree.ts';
import { __kfree_skb, __skb_queue_before, __skb_queue_tail, __skb_unlink } from '../../net/core/skbuff.ts';
import { sk_mem_uncharge, sk_wmem_queued_add } from '../../net/core/sock/memory.ts';
import { TCP_CHRONO_BUSY, tcp_chrono_start } from '../../net/ipv4/tcp_output/xmit.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../linux/tcp.ts';
import type { sock } from './sock.ts';

/** Free a segment of one of the two queues, and give its memory back to the socket. @linux include/net/tcp.h */
export function tcp_wmem_free_skb(sk: sock, skb: sk_buff): void {
  sk_wmem_queued_add(sk, -skb.truesize);
  sk_mem_uncharge(sk, skb.truesize);
  __kfree_skb(skb);
}

/** Append a segment that is to be sent. @linux include/net/tcp.h */
export function tcp_add_write_queue_tail(sk: sock, skb: sk_buff): void {
  const queue = sk.sk_write_queue;
  __skb_queue_tail(queue, skb);
  if (queue.next === skb) tcp_chrono_start(sk, TCP_CHRONO_BUSY);
}

/** Put `new_skb` in front of `skb` in the write queue. @linux include/net/tcp.h */
export function tcp_insert_write_queue_before(new_skb: sk_buff, skb: sk_buff, sk: sock): void {
  __skb_queue_before(sk.sk_write_queue, skb, new_skb);
}

/** Take a segment off the write queue. @linux include/net/tcp.h */
export function tcp_unlink_write_queue(skb: sk_buff, sk: sock): void {
  __skb_unlink(skb, sk.sk_write_queue);
}

/** Take a segment off the retransmit queue. It stays on the list by time. @linux include/net/tcp.h */
export function tcp_rtx_queue_unlink(skb: sk_buff, sk: sock): void {
  rb_erase(skb, tcp_sk(sk).tcp_rtx_queue);
}

/** Free a segment that was acknowledged or merged into another. @linux include/net/tcp.h */
export function tcp_rtx_queue_unlink_and_free(skb: sk_buff, sk: sock): void {
  tcp_tsorted_del(tcp_sk(sk), skb);
  tcp_rtx_queue_unlink(skb, sk);
  tcp_wmem_free_skb(sk, skb);
}

/** Append to the list by time: this segment was sent most recently. @linux list_add_tail(&skb->tcp_tsorted_anchor, …) */
export function tcp_tsorted_add_tail(tp: tcp_sock, skb: sk_buff): void {
  const last = tp.tsorted_sent_last;
  skb.tcp_tsorted_prev = last;
  skb.tcp_tsorted_next = null;
  skb.tcp_tsorted_linked = true;
  if (last === null) tp.tsorted_sent_first = skb;
  else last.tcp_tsorted_next = skb;
  tp.tsorted_sent_last = skb;
}

/** Take off the list by time, if it is on it. @linux list_del(&skb->tcp_tsorted_anchor) */
export function tcp_tsorted_del(tp: tcp_sock, skb: sk_buff): void {
  if (!skb.tcp_tsorted_linked) return;
  const prev = skb.tcp_tsorted_prev;
  const next = skb.tcp_tsorted_next;
  if (prev === null) tp.tsorted_sent_first = next;
  else prev.tcp_tsorted_next = next;
  if (next === null) tp.tsorted_sent_last = prev;
  else next.tcp_tsorted_prev = prev;
  skb.tcp_tsorted_prev = null;
  skb.tcp_tsorted_next = null;
  skb.tcp_tsorted_linked = false;
}

/** Put `skb` right behind `after` in the list by time. @linux list_add(&skb->tcp_tsorted_anchor, …) */
export function tcp_tsorted_add_after(tp: tcp_sock, after: sk_buff, skb: sk_buff): void {
  const next = after.tcp_tsorted_next;
  skb.tcp_tsorted_prev = after;
  skb.tcp_tsorted_next = next;
  skb.tcp_tsorted_linked = true;
  after.tcp_tsorted_next = skb;
  if (next === null) tp.tsorted_sent_last = skb;
  else next.tcp_tsorted_prev = skb;
}
