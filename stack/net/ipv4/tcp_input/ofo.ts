/** Data that came out of order: kept until the gap before it is filled. @linux net/ipv4/tcp_input.c */
import { skb_shinfo, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { SKB_DROP_REASON_PROTO_MEM, SKB_DROP_REASON_TCP_OFOMERGE } from '../../../include/net/dropreason.ts';
import { inet_csk_schedule_ack } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { after, before, tcp_is_sack } from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPOFODROP,
  LINUX_MIB_TCPOFOMERGE,
  LINUX_MIB_TCPOFOQUEUE,
} from '../../../include/uapi/linux/snmp.ts';
import { rb_erase, rb_insert_after, rb_replace_node, skb_rb_next } from '../../../lib/skb_tree.ts';
import { __kfree_skb } from '../../core/skbuff.ts';
import { skb_set_owner_r } from '../../core/sock/memory.ts';
import { tcp_drop_reason, tcp_try_coalesce } from './coalesce.ts';
import { tcp_ecn_check_ce } from './ecn.ts';
import { tcp_try_rmem_schedule } from './prune.ts';
import { tcp_grow_window } from './rcvbuf.ts';
import { tcp_dsack_extend, tcp_dsack_set, tcp_sack_new_ofo_skb } from './sack_send.ts';

/** Append to a segment in the queue; it counts for as many segments as both. */
function tcp_ooo_try_coalesce(sk: sock, to: sk_buff, from: sk_buff): boolean {
  const segs = (skb_shinfo(to).gso_segs || 1) + (skb_shinfo(from).gso_segs || 1);
  if (!tcp_try_coalesce(sk, to, from)) return false;
  skb_shinfo(to).gso_segs = Math.min(segs, 0xffff);
  return true;
}

/**
 * Put a segment into the out-of-order queue, without what is there already, and report it by SACK. The skb is
 * consumed.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_data_queue_ofo(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  tcp_ecn_check_ce(sk, skb);
  if (tcp_try_rmem_schedule(sk, skb, skb.truesize) !== 0) {
    NET_INC_STATS(net, LINUX_MIB_TCPOFODROP);
    sk.sk_data_ready(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_PROTO_MEM);
    return;
  }

  // The fast path is for data in order only.
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
  if (queued) skb_set_owner_r(skb, sk);
}

/** @returns false when it was joined with another, or dropped: all of it was there already */
function insert_ofo(sk: sock, skb: sk_buff): boolean {
  const tp = tcp_sk(sk);
  const queue = tp.out_of_order_queue;
  const { seq, end_seq } = TCP_SKB_CB(skb);

  if (queue.first === null) {
    rb_insert_after(queue, null, skb);
    tp.ooo_last_skb = skb;
    return true;
  }
  // Nearly always it follows the one that came last.
  const last = tp.ooo_last_skb!;
  if (tcp_ooo_try_coalesce(sk, last, skb)) {
    coalesced(sk, skb);
    return false;
  }
  // The last one that begins at `seq` or before it.
  let prev: sk_buff | null = queue.last;
  while (prev !== null && before(seq, TCP_SKB_CB(prev).seq)) prev = prev.prev;

  if (prev !== null) {
    const prev_cb = TCP_SKB_CB(prev);
    if (before(seq, prev_cb.end_seq)) {
      if (!after(end_seq, prev_cb.end_seq)) {
        // All of it is there.
        NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
        tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_OFOMERGE);
        tcp_dsack_set(sk, seq, end_seq);
        return false;
      }
      if (after(seq, prev_cb.seq)) {
        tcp_dsack_set(sk, seq, prev_cb.end_seq);
        rb_insert_after(queue, prev, skb);
      } else {
        // It begins where that one does, and is longer: take its place.
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

/** Drop the segments behind `skb` that it covers. */
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
    rb_erase(skb1, tp.out_of_order_queue);
    tcp_dsack_extend(sk, cb1.seq, cb1.end_seq);
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
    tcp_drop_reason(sk, skb1, SKB_DROP_REASON_TCP_OFOMERGE);
  }
  if (skb1 === null) tp.ooo_last_skb = skb;
}
