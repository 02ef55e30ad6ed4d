/**
 * The out-of-order queue, and the SACK and D-SACK blocks that report it to the sender.
 *
 * @linux net/ipv4/tcp_input.c
 */
import { type sk_buff, skb_peek_tail, skb_shinfo } from '../../../include/linux/skbuff.ts';
import {
  RB_EMPTY_ROOT,
  skb_tree,
  tcp_sack_block,
  tcp_sk,
  type tcp_sock,
} from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_PROTO_MEM,
  SKB_DROP_REASON_TCP_OFO_DROP,
  SKB_DROP_REASON_TCP_OFOMERGE,
} from '../../../include/net/dropreason.ts';
import { inet_csk_schedule_ack } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { __sock_put, type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_is_sack,
  TCP_MAX_QUICKACKS,
  TCP_NUM_SACKS,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_DELAYEDACKLOST,
  LINUX_MIB_TCPACKCOMPRESSED,
  LINUX_MIB_TCPDSACKOFOSENT,
  LINUX_MIB_TCPDSACKOLDSENT,
  LINUX_MIB_TCPDUPLICATEDATAREHASH,
  LINUX_MIB_TCPOFODROP,
  LINUX_MIB_TCPOFOMERGE,
  LINUX_MIB_TCPOFOQUEUE,
} from '../../../include/uapi/linux/snmp.ts';
import { trace } from '../../../trace/events.ts';
import { hrtimer_try_to_cancel } from '../../../kernel/time/hrtimer.ts';
import { rb_erase, rb_insert_after, rb_replace_node, skb_rb_next } from '../../../lib/skb_tree.ts';
import { __kfree_skb } from '../../core/skbuff/alloc.ts';
import { skb_condense } from '../../core/skbuff/data.ts';
import { sk_rethink_txhash } from '../../core/sock/dst.ts';
import { skb_set_owner_r } from '../../core/sock/memory.ts';
import { tcp_add_receive_queue } from '../tcp/queue.ts';
import { tcp_send_ack } from '../tcp_output/control.ts';
import { tcp_drop_reason, tcp_rcv_nxt_update, tcp_try_coalesce } from './data.ts';
import { tcp_ecn_check_ce } from './ecn.ts';
import { tcp_fin } from './fin.ts';
import { tcp_try_rmem_schedule } from './prune.ts';
import { tcp_grow_window } from './rcvbuf.ts';
import { tcp_enter_quickack_mode } from './snd_check.ts';

/**
 * Append a segment to one in the queue; the result counts for the segments of both.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_ooo_try_coalesce(sk: sock, to: sk_buff, from: sk_buff): boolean {
  const segs = (skb_shinfo(to).gso_segs || 1) + (skb_shinfo(from).gso_segs || 1);
  if (!tcp_try_coalesce(sk, to, from)) return false;
  skb_shinfo(to).gso_segs = Math.min(segs, 0xffff);
  return true;
}

/**
 * Insert a segment into the out-of-order queue, without the part that is already queued, and report it by
 * SACK. Consumes the skb.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_data_queue_ofo(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  tcp_ecn_check_ce(sk, skb);
  if (tcp_try_rmem_schedule(sk, skb, skb.truesize) !== 0) {
    NET_INC_STATS(net, LINUX_MIB_TCPOFODROP);
    // Otherwise TCP's memory is used up.
    if (sk.sk_rmem_alloc > sk.sk_rcvbuf)
      trace.sockscope_queue_full(skb, 'receive', sk.sk_rmem_alloc, sk.sk_rcvbuf);
    sk.sk_data_ready(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_PROTO_MEM);
    return;
  }

  // The fast path handles only in-order data.
  tp.pred_flags = 0;
  inet_csk_schedule_ack(sk);
  tp.rcv_ooopack += skb_shinfo(skb).gso_segs || 1;
  NET_INC_STATS(net, LINUX_MIB_TCPOFOQUEUE);

  const { seq, end_seq } = TCP_SKB_CB(skb);
  const queued = insert_ofo(sk, skb);
  if (tcp_is_sack(tp)) {
    tcp_sack_new_ofo_skb(sk, seq, end_seq);
    if (queued) tcp_grow_window(sk, skb, false);
  }
  if (queued) {
    skb_condense(skb);
    skb_set_owner_r(skb, sk);
    trace.sockscope_skb_queue(sk, skb, 'out_of_order', null);
  }
}

/** @returns false when the segment was coalesced, or dropped because all of its data was already queued */
function insert_ofo(sk: sock, skb: sk_buff): boolean {
  const tp = tcp_sk(sk);
  const queue = (tp.out_of_order_queue ??= new skb_tree());
  const { seq, end_seq } = TCP_SKB_CB(skb);

  if (queue.first === null) {
    rb_insert_after(queue, null, skb);
    tp.ooo_last_skb = skb;
    return true;
  }
  // The common case: the segment follows the one that arrived last.
  const last = tp.ooo_last_skb!;
  if (tcp_ooo_try_coalesce(sk, last, skb)) {
    coalesced(sk, skb);
    return false;
  }
  // The last queued segment that begins at or before `seq`.
  let prev: sk_buff | null = queue.last;
  while (prev !== null && before(seq, TCP_SKB_CB(prev).seq)) prev = prev.prev;

  if (prev !== null) {
    const prev_cb = TCP_SKB_CB(prev);
    if (before(seq, prev_cb.end_seq)) {
      if (!after(end_seq, prev_cb.end_seq)) {
        // All of the data is already queued.
        NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
        tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_OFOMERGE);
        tcp_dsack_set(sk, seq, end_seq);
        return false;
      }
      if (after(seq, prev_cb.seq)) {
        tcp_dsack_set(sk, seq, prev_cb.end_seq);
        rb_insert_after(queue, prev, skb);
      } else {
        // It begins where `prev` begins, and is longer: replace `prev`.
        rb_replace_node(prev, skb, queue);
        tcp_dsack_extend(sk, prev_cb.seq, prev_cb.end_seq);
        NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
        tcp_drop_reason(sk, prev, SKB_DROP_REASON_TCP_OFOMERGE);
      }
    } else if (prev !== last && tcp_ooo_try_coalesce(sk, prev, skb)) {
      coalesced(sk, skb);
      return false;
    } else {
      rb_insert_after(queue, prev, skb);
    }
  } else {
    rb_insert_after(queue, null, skb);
  }
  merge_right(sk, skb);
  return true;
}

function coalesced(sk: sock, skb: sk_buff): void {
  if (tcp_is_sack(tcp_sk(sk))) tcp_grow_window(sk, skb, true);
  __kfree_skb(skb);
}

/** Drop the segments after `skb` that it covers. */
function merge_right(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const { end_seq } = TCP_SKB_CB(skb);
  let skb1 = skb_rb_next(skb);
  for (; skb1 !== null; skb1 = skb_rb_next(skb)) {
    const cb1 = TCP_SKB_CB(skb1);
    if (!after(end_seq, cb1.seq)) break;
    if (before(end_seq, cb1.end_seq)) {
      tcp_dsack_extend(sk, cb1.seq, end_seq);
      break;
    }
    rb_erase(skb1, tp.out_of_order_queue!);
    tcp_dsack_extend(sk, cb1.seq, cb1.end_seq);
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
    tcp_drop_reason(sk, skb1, SKB_DROP_REASON_TCP_OFOMERGE);
  }
  if (skb1 === null) tp.ooo_last_skb = skb;
}

/**
 * The gap is closed: move segments that are now in order from the out-of-order queue to the receive queue.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_ofo_queue(sk: sock): void {
  const tp = tcp_sk(sk);
  const queue = tp.out_of_order_queue;
  const dsack_high = tp.rcv_nxt;
  while (queue !== null && queue.first !== null) {
    const skb = queue.first;
    const cb = TCP_SKB_CB(skb);
    if (after(cb.seq, tp.rcv_nxt)) break;
    // The segment overlaps the data that closed the gap.
    if (before(cb.seq, dsack_high)) {
      tcp_dsack_extend(sk, cb.seq, before(cb.end_seq, dsack_high) ? cb.end_seq : dsack_high);
    }
    rb_erase(skb, queue);
    if (!after(cb.end_seq, tp.rcv_nxt)) {
      tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_OFO_DROP);
      continue;
    }
    const tail = skb_peek_tail(sk.sk_receive_queue);
    const eaten = tail !== null && tcp_try_coalesce(sk, tail, skb);
    tcp_rcv_nxt_update(tp, cb.end_seq);
    const fin = (cb.tcp_flags & TCPHDR_FIN) !== 0;
    trace.sockscope_skb_queue(sk, skb, 'receive', eaten ? tail : null);
    if (!eaten) tcp_add_receive_queue(sk, skb);
    else __kfree_skb(skb);
    if (fin) {
      // tcp_fin() empties the out-of-order queue.
      tcp_fin(sk);
      break;
    }
  }
}

/** Above this number of blocks, send compressed ACKs first, so that no block is lost unreported. */
const TCP_SACK_BLOCKS_EXPECTED = 2;

/** The socket's SACK blocks, allocated on first use. */
function selective_acks(tp: tcp_sock): tcp_sack_block[] {
  return (tp.selective_acks ??= Array.from({ length: TCP_NUM_SACKS }, () => new tcp_sack_block()));
}

/**
 * Extend a block by a range that touches it.
 *
 * @returns false when the range does not touch it
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sack_extend(sp: tcp_sack_block, seq: u32, end_seq: u32): boolean {
  if (after(seq, sp.end_seq) || after(sp.start_seq, end_seq)) return false;
  if (before(seq, sp.start_seq)) sp.start_seq = seq;
  if (after(end_seq, sp.end_seq)) sp.end_seq = end_seq;
  return true;
}

/** Report this range as a duplicate in the next ACK. @linux net/ipv4/tcp_input.c */
export function tcp_dsack_set(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  if (!tcp_is_sack(tp) || net.ipv4.sysctl_tcp_dsack === 0) return;
  NET_INC_STATS(net, before(seq, tp.rcv_nxt) ? LINUX_MIB_TCPDSACKOLDSENT : LINUX_MIB_TCPDSACKOFOSENT);
  tp.rx_opt.dsack = true;
  const block = (tp.duplicate_sack ??= new tcp_sack_block());
  block.start_seq = seq;
  block.end_seq = end_seq;
}

/**
 * As tcp_dsack_set(), but merge with the range already pending if the two touch.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_dsack_extend(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  if (!tp.rx_opt.dsack) tcp_dsack_set(sk, seq, end_seq);
  else tcp_sack_extend(tp.duplicate_sack!, seq, end_seq);
}

/**
 * The same data arrived a third time: our ACKs may be lost, so choose another path for them.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rcv_spurious_retrans(sk: sock, skb: sk_buff): void {
  const duplicate = tcp_sk(sk).duplicate_sack;
  if (duplicate !== null && TCP_SKB_CB(skb).seq === duplicate.start_seq && sk_rethink_txhash(sk)) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPDUPLICATEDATAREHASH);
  }
}

/** Answer an unacceptable segment with an ACK, and report old data by D-SACK. @linux net/ipv4/tcp_input.c */
export function tcp_send_dupack(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const { seq, end_seq } = TCP_SKB_CB(skb);
  if (end_seq !== seq && before(seq, tp.rcv_nxt)) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_DELAYEDACKLOST);
    tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
    if (tcp_is_sack(tp) && sock_net(sk).ipv4.sysctl_tcp_dsack !== 0) {
      tcp_rcv_spurious_retrans(sk, skb);
      tcp_dsack_set(sk, seq, after(end_seq, tp.rcv_nxt) ? tp.rcv_nxt : end_seq);
    }
  }
  trace.sockscope_send(sk, null, 'ack_duplicate');
  tcp_send_ack(sk);
}

/** The first block grew: merge into it every block that it now touches. @linux net/ipv4/tcp_input.c */
function tcp_sack_maybe_coalesce(tp: tcp_sock, blocks: tcp_sack_block[]): void {
  const first = blocks[0]!;
  for (let i = 1; i < tp.rx_opt.num_sacks;) {
    const walk = blocks[i]!;
    if (tcp_sack_extend(first, walk.start_seq, walk.end_seq)) {
      remove_block(blocks, i, tp.rx_opt.num_sacks);
      tp.rx_opt.num_sacks--;
      continue;
    }
    i++;
  }
}

/** Send one ACK in place of those compressed. @linux net/ipv4/tcp_input.c */
export function tcp_sack_compress_send_ack(sk: sock): void {
  const tp = tcp_sk(sk);
  if (tp.compressed_ack === 0) return;
  if (
    tp.compressed_ack_timer !== null &&
    hrtimer_try_to_cancel(sock_net(sk).machine, tp.compressed_ack_timer)
  ) {
    __sock_put(sk);
  }
  NET_ADD_STATS(sock_net(sk), LINUX_MIB_TCPACKCOMPRESSED, tp.compressed_ack - 1);
  tp.compressed_ack = 0;
  trace.sockscope_send(sk, null, 'ack_compressed');
  tcp_send_ack(sk);
}

/**
 * A segment was queued out of order: make its range the first block (RFC 2018 section 4: newest first) and
 * merge adjacent blocks.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sack_new_ofo_skb(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  const blocks = selective_acks(tp);
  const cur_sacks = tp.rx_opt.num_sacks;

  for (let i = 0; i < cur_sacks; i++) {
    if (!tcp_sack_extend(blocks[i]!, seq, end_seq)) continue;
    if (i >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send_ack(sk);
    move_to_front(blocks, i);
    if (cur_sacks > 1) tcp_sack_maybe_coalesce(tp, blocks);
    return;
  }

  let last = cur_sacks;
  if (last >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send_ack(sk);
  // No room: discard the oldest block.
  if (last >= TCP_NUM_SACKS) {
    last--;
    tp.rx_opt.num_sacks--;
  }
  move_to_front(blocks, last);
  blocks[0]!.start_seq = seq;
  blocks[0]!.end_seq = end_seq;
  tp.rx_opt.num_sacks++;
}

/** rcv_nxt advanced: remove the blocks below it. @linux net/ipv4/tcp_input.c */
export function tcp_sack_remove(tp: tcp_sock): void {
  if (RB_EMPTY_ROOT(tp.out_of_order_queue)) {
    tp.rx_opt.num_sacks = 0;
    return;
  }
  const blocks = selective_acks(tp);
  let num_sacks = tp.rx_opt.num_sacks;
  for (let i = 0; i < num_sacks;) {
    if (!before(tp.rcv_nxt, blocks[i]!.start_seq)) {
      remove_block(blocks, i, num_sacks);
      num_sacks--;
      continue;
    }
    i++;
  }
  tp.rx_opt.num_sacks = num_sacks;
}

/** Move block `i` to the front and shift the blocks before it back by one. */
function move_to_front(blocks: tcp_sack_block[], i: number): void {
  const block = blocks[i]!;
  for (; i > 0; i--) blocks[i] = blocks[i - 1]!;
  blocks[0] = block;
}
/** Remove block `i` of `count`; its object moves to the end for reuse. */
function remove_block(blocks: tcp_sack_block[], i: number, count: number): void {
  const block = blocks[i]!;
  for (; i < count - 1; i++) blocks[i] = blocks[i + 1]!;
  blocks[count - 1] = block;
}
