/**
 * The receive buffer is full: collapse small segments, and drop out-of-order ones.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff, sk_buff_head } from '../../../include/linux/skbuff.ts';
import { type skb_tree, tcp_sk } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE } from '../../../include/net/dropreason.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_adjust_rcv_ssthresh,
  tcp_under_memory_pressure,
  tcp_win_from_space,
  TCPHDR_FIN,
  TCPHDR_SYN,
} from '../../../include/net/tcp.ts';
import { tcp_sack_reset } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB, tcp_skb_cb } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_OFOPRUNED,
  LINUX_MIB_PRUNECALLED,
  LINUX_MIB_RCVPRUNED,
  LINUX_MIB_TCPRCVCOLLAPSED,
} from '../../../include/uapi/linux/snmp.ts';
import { rb_erase, tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, alloc_skb, skb_put } from '../../core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../core/skbuff/data.ts';
import { __skb_queue_before, __skb_unlink } from '../../core/skbuff/queue.ts';
import { sk_rmem_schedule, skb_set_owner_r } from '../../core/sock/memory.ts';
import { tcp_drop_reason } from './data.ts';
import { tcp_clamp_window } from './rcvbuf.ts';

/** Payload that fits into one page together with the skb's shared info. @linux SKB_MAX_ORDER(0, 0) */
const COLLAPSED_SIZE = 4096 - 320;

/**
 * Charge a segment of `size` bytes of truesize to the socket, and prune the queues if it does not fit.
 *
 * @returns 0, or -1 when there is no room: the caller drops the segment
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_rmem_schedule(sk: sock, skb: sk_buff, size: number): number {
  if (sk.sk_rmem_alloc > sk.sk_rcvbuf || !sk_rmem_schedule(sk, skb, size)) {
    if (tcp_prune_queue(sk) < 0) return -1;
    while (!sk_rmem_schedule(sk, skb, size)) {
      if (!tcp_prune_ofo_queue(sk)) return -1;
    }
  }
  return 0;
}

/**
 * Make room in the receive buffer.
 *
 * @returns 0, or -1 when it is still over its limit
 * @linux net/ipv4/tcp_input.c
 */
function tcp_prune_queue(sk: sock): number {
  const tp = tcp_sk(sk);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_PRUNECALLED);
  if (sk.sk_rmem_alloc >= sk.sk_rcvbuf) tcp_clamp_window(sk);
  else if (tcp_under_memory_pressure(sk)) {
    tcp_adjust_rcv_ssthresh(sk);
    trace.sockscope_value_set(tp, 'rcv_ssthresh', 'memory_pressure');
  }
  if (sk.sk_rmem_alloc <= sk.sk_rcvbuf) return 0;

  tcp_collapse_ofo_queue(sk);
  const queue = sk.sk_receive_queue;
  if (queue.next !== null) tcp_collapse(sk, queue, null, queue.next, null, tp.copied_seq, tp.rcv_nxt);
  if (sk.sk_rmem_alloc <= sk.sk_rcvbuf) return 0;

  // As a last resort drop data that the peer must then retransmit.
  tcp_prune_ofo_queue(sk);
  if (sk.sk_rmem_alloc <= sk.sk_rcvbuf) return 0;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_RCVPRUNED);
  tp.pred_flags = 0;
  return -1;
}

/**
 * Drop segments from the end of the out-of-order queue, an eighth of the buffer at a time.
 *
 * @returns false when the queue was empty
 * @linux net/ipv4/tcp_input.c
 */
function tcp_prune_ofo_queue(sk: sock): boolean {
  const tp = tcp_sk(sk);
  const queue = tp.out_of_order_queue;
  if (queue === null || queue.last === null) return false;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_OFOPRUNED);
  const { sk_rmem_alloc: full, sk_rcvbuf } = sk;
  let goal = sk.sk_rcvbuf >> 3;
  for (let skb: sk_buff | null = queue.last; skb !== null;) {
    const prev: sk_buff | null = skb.prev;
    rb_erase(skb, queue);
    goal -= skb.truesize;
    // Otherwise TCP's memory is used up.
    if (full > sk_rcvbuf) trace.sockscope_queue_full(skb, 'receive', full, sk_rcvbuf);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE);
    if (prev === null || goal <= 0) {
      if (sk.sk_rmem_alloc <= sk.sk_rcvbuf && !tcp_under_memory_pressure(sk)) break;
      goal = sk.sk_rcvbuf >> 3;
    }
    skb = prev;
  }
  tp.ooo_last_skb = queue.last;
  // The drop reneges on SACKs that we sent (RFC 2018 section 8 allows it).
  if (tp.rx_opt.sack_ok !== 0) tcp_sack_reset(tp.rx_opt);
  return true;
}

/**
 * Collapse each run of adjacent segments in the out-of-order queue, unless all are tiny.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_collapse_ofo_queue(sk: sock): void {
  const tp = tcp_sk(sk);
  const queue = tp.out_of_order_queue;
  if (queue === null) return;
  let sum_tiny = 0;
  let head = queue.first;
  while (head !== null) {
    let start = TCP_SKB_CB(head).seq;
    let end = TCP_SKB_CB(head).end_seq;
    let range_truesize = head.truesize;
    let skb = head.next;
    for (; skb !== null; skb = skb.next) {
      const cb = TCP_SKB_CB(skb);
      if (after(cb.seq, end) || before(cb.end_seq, start)) break;
      range_truesize += skb.truesize;
      if (before(cb.seq, start)) start = cb.seq;
      if (after(cb.end_seq, end)) end = cb.end_seq;
    }
    if (range_truesize !== head.truesize || (end - start) >>> 0 >= COLLAPSED_SIZE) {
      tcp_collapse(sk, null, queue, head, skb, start, end);
    } else {
      sum_tiny += range_truesize;
      if (sum_tiny > sk.sk_rcvbuf >> 3) return;
    }
    head = skb;
  }
  tp.ooo_last_skb = queue.last;
}

/** Unlink a segment and free it. @returns the next segment @linux net/ipv4/tcp_input.c */
function tcp_collapse_one(
  sk: sock,
  skb: sk_buff,
  list: sk_buff_head | null,
  root: skb_tree | null,
): sk_buff | null {
  const next = skb.next;
  if (list !== null) __skb_unlink(skb, list);
  else rb_erase(skb, root!);
  __kfree_skb(skb);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRCVCOLLAPSED);
  return next;
}

/**
 * Find the first segment worth collapsing: it wastes memory, or overlaps the next one. Frees the segments
 * below `start`.
 */
function find_collapsible(
  sk: sock,
  list: sk_buff_head | null,
  root: skb_tree | null,
  head: sk_buff,
  tail: sk_buff | null,
  start: u32,
): { skb: sk_buff; start: u32 } | null {
  let skb: sk_buff | null = head;
  while (skb !== null && skb !== tail) {
    const next: sk_buff | null = skb.next;
    const cb = TCP_SKB_CB(skb);
    // The user has read this segment.
    if (!before(start, cb.end_seq)) {
      skb = tcp_collapse_one(sk, skb, list, root);
      continue;
    }
    const syn_or_fin = (cb.tcp_flags & (TCPHDR_SYN | TCPHDR_FIN)) !== 0;
    const bloated = tcp_win_from_space(sk, skb.truesize) > skb.len || before(cb.seq, start);
    const overlaps = next !== null && next !== tail && cb.end_seq !== TCP_SKB_CB(next).seq;
    if (!syn_or_fin && bloated) return { skb, start };
    if (overlaps) return syn_or_fin ? null : { skb, start };
    start = cb.end_seq;
    skb = next;
  }
  return null;
}

/**
 * Copy the segments from `head` up to `tail`, of `list` or of `root`, into as few page-sized skbs as
 * possible: small segments cost more in overhead than in payload.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_collapse(
  sk: sock,
  list: sk_buff_head | null,
  root: skb_tree | null,
  head: sk_buff,
  tail: sk_buff | null,
  start: u32,
  end: u32,
): void {
  const from = find_collapsible(sk, list, root, head, tail, start);
  if (from === null) return;
  let skb: sk_buff | null = from.skb;
  start = from.start;
  const collapsed: sk_buff[] = [];

  while (skb !== null && before(start, end)) {
    let copy = Math.min(COLLAPSED_SIZE, (end - start) | 0);
    const nskb = alloc_skb(skb.machine, copy);
    const ncb = Object.assign(new tcp_skb_cb(), TCP_SKB_CB(skb));
    nskb.cb = ncb;
    ncb.seq = start;
    ncb.end_seq = start;
    if (list !== null) __skb_queue_before(list, skb, nskb);
    else collapsed.push(nskb);
    skb_set_owner_r(nskb, sk);

    while (copy > 0 && skb !== null) {
      const cb = TCP_SKB_CB(skb);
      const size = Math.min(copy, (cb.end_seq - start) | 0);
      if (size > 0) {
        const at = skb_put(nskb, size);
        skb_copy_bits(skb, (start - cb.seq) | 0, nskb.head, at, size);
        ncb.end_seq = (ncb.end_seq + size) | 0;
        copy -= size;
        start = (start + size) | 0;
      }
      if (!before(start, cb.end_seq)) {
        skb = tcp_collapse_one(sk, skb, list, root);
        if (skb === tail || (skb !== null && (TCP_SKB_CB(skb).tcp_flags & (TCPHDR_SYN | TCPHDR_FIN)) !== 0)) {
          skb = null;
        }
      }
    }
  }
  for (const nskb of collapsed) tcp_rbtree_insert(root!, nskb);
}
