/** Data that came in order: into the receive queue, and on to the reader. @linux net/ipv4/tcp_input.c */
import { skb_peek_tail, skb_queue_len, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_PROTO_MEM,
  SKB_DROP_REASON_TCP_OFO_DROP,
  SKB_DROP_REASON_TCP_OLD_DATA,
  SKB_DROP_REASON_TCP_OVERWINDOW,
  SKB_DROP_REASON_TCP_ZEROWINDOW,
} from '../../../include/net/dropreason.ts';
import { ICSK_ACK_NOW, inet_csk, inet_csk_schedule_ack } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { SOCK_DEAD, SOCK_DONE, sock_flag, sock_net, type sock } from '../../../include/net/sock.ts';
import {
  after,
  before,
  TCP_MAX_QUICKACKS,
  tcp_fast_path_check,
  tcp_receive_window,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { tcp_add_receive_queue, tcp_cleanup_skb, tcp_epollin_ready } from '../../../include/net/tcp_rcv.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_DELAYEDACKLOST,
  LINUX_MIB_TCPRCVQDROP,
  LINUX_MIB_TCPZEROWINDOWDROP,
} from '../../../include/uapi/linux/snmp.ts';
import { rb_erase } from '../../../lib/skb_tree.ts';
import { __kfree_skb, __skb_pull } from '../../core/skbuff.ts';
import { sk_forced_mem_schedule, skb_set_owner_r } from '../../core/sock/memory.ts';
import { tcp_drop_reason, tcp_try_coalesce } from './coalesce.ts';
import { tcp_fin } from './fin.ts';
import { tcp_data_queue_ofo } from './ofo.ts';
import { tcp_try_rmem_schedule } from './prune.ts';
import { tcp_enter_quickack_mode } from './quickack.ts';
import { tcp_event_data_recv } from './rcvbuf.ts';
import { tcp_dsack_extend, tcp_dsack_set, tcp_rcv_spurious_retrans, tcp_sack_remove } from './sack_send.ts';

/** rcv_nxt moves on. */
function tcp_rcv_nxt_update(tp: tcp_sock, seq: u32): void {
  tp.bytes_received += (seq - tp.rcv_nxt) >>> 0;
  tp.rcv_nxt = seq;
}

/**
 * Append data to the receive queue; rcv_nxt moves on.
 *
 * @returns true when it went into the segment before it: the caller frees the skb, when it is done with it
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_queue_rcv(sk: sock, skb: sk_buff): boolean {
  const tail = skb_peek_tail(sk.sk_receive_queue);
  const eaten = tail !== null && tcp_try_coalesce(sk, tail, skb);
  tcp_rcv_nxt_update(tcp_sk(sk), TCP_SKB_CB(skb).end_seq);
  if (!eaten) {
    tcp_add_receive_queue(sk, skb);
    skb_set_owner_r(skb, sk);
  }
  return eaten;
}

/** Wake the reader, if there is enough for it. @linux net/ipv4/tcp_input.c */
export function tcp_data_ready(sk: sock): void {
  if (tcp_epollin_ready(sk, sk.sk_rcvlowat) || sock_flag(sk, SOCK_DONE)) sk.sk_data_ready(sk);
}

/** The gap is closed: move what is in order now from the out-of-order queue to the receive queue. */
function tcp_ofo_queue(sk: sock): void {
  const tp = tcp_sk(sk);
  const dsack_high = tp.rcv_nxt;
  for (;;) {
    const skb = tp.out_of_order_queue.first;
    if (skb === null) break;
    const cb = TCP_SKB_CB(skb);
    if (after(cb.seq, tp.rcv_nxt)) break;
    // It overlaps with what closed the gap.
    if (before(cb.seq, dsack_high)) {
      tcp_dsack_extend(sk, cb.seq, before(cb.end_seq, dsack_high) ? cb.end_seq : dsack_high);
    }
    rb_erase(skb, tp.out_of_order_queue);
    if (!after(cb.end_seq, tp.rcv_nxt)) {
      tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_OFO_DROP);
      continue;
    }
    const tail = skb_peek_tail(sk.sk_receive_queue);
    const eaten = tail !== null && tcp_try_coalesce(sk, tail, skb);
    tcp_rcv_nxt_update(tp, cb.end_seq);
    const fin = (cb.tcp_flags & TCPHDR_FIN) !== 0;
    if (!eaten) tcp_add_receive_queue(sk, skb);
    else __kfree_skb(skb);
    if (fin) {
      // tcp_fin() empties the out-of-order queue.
      tcp_fin(sk);
      break;
    }
  }
}

/**
 * Take in the payload of a segment (RFC 9293 3.10.7.4, seventh): in order, out of order, old, or beyond the window.
 * The skb is consumed.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_data_queue(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  if (cb.seq === cb.end_seq) {
    __kfree_skb(skb);
    return;
  }
  tcp_cleanup_skb(skb);
  __skb_pull(skb, (skb.head[skb.transport_header + 12]! >>> 4) * 4);
  tp.rx_opt.dsack = false;

  if (cb.seq === tp.rcv_nxt) {
    if (tcp_receive_window(tp) === 0) {
      NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPZEROWINDOWDROP);
      out_of_window(sk, skb, SKB_DROP_REASON_TCP_ZEROWINDOW);
      return;
    }
    queue_and_out(sk, skb);
    return;
  }

  if (!after(cb.end_seq, tp.rcv_nxt)) {
    // All of it is old: sent again needlessly, or our ACK was lost.
    tcp_rcv_spurious_retrans(sk, skb);
    NET_INC_STATS(sock_net(sk), LINUX_MIB_DELAYEDACKLOST);
    tcp_dsack_set(sk, cb.seq, cb.end_seq);
    out_of_window(sk, skb, SKB_DROP_REASON_TCP_OLD_DATA);
    return;
  }
  // E.g. a zero-window probe.
  if (!before(cb.seq, (tp.rcv_nxt + tcp_receive_window(tp)) | 0)) {
    out_of_window(sk, skb, SKB_DROP_REASON_TCP_OVERWINDOW);
    return;
  }
  if (before(cb.seq, tp.rcv_nxt)) {
    // Part of it is old. The reader skips that, by copied_seq.
    tcp_dsack_set(sk, cb.seq, tp.rcv_nxt);
    if (tcp_receive_window(tp) === 0) {
      NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPZEROWINDOWDROP);
      out_of_window(sk, skb, SKB_DROP_REASON_TCP_ZEROWINDOW);
      return;
    }
    queue_and_out(sk, skb);
    return;
  }
  tcp_data_queue_ofo(sk, skb);
}

/** In order: queue it, and what waited for it. */
function queue_and_out(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  // The first segment is always taken, or the connection could stand still for ever.
  if (skb_queue_len(sk.sk_receive_queue) === 0) {
    sk_forced_mem_schedule(sk, skb.truesize);
  } else if (tcp_try_rmem_schedule(sk, skb, skb.truesize) !== 0) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRCVQDROP);
    sk.sk_data_ready(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_PROTO_MEM);
    return;
  }

  const eaten = tcp_queue_rcv(sk, skb);
  if (skb.len > 0) tcp_event_data_recv(sk, skb);
  if ((cb.tcp_flags & TCPHDR_FIN) !== 0) tcp_fin(sk);

  if (tp.out_of_order_queue.first !== null) {
    tcp_ofo_queue(sk);
    // RFC 5681 4.2: acknowledge at once when a gap is filled.
    if (tp.out_of_order_queue.first === null) inet_csk(sk).icsk_ack.pending |= ICSK_ACK_NOW;
  }
  if (tp.rx_opt.num_sacks !== 0) tcp_sack_remove(tp);
  tcp_fast_path_check(sk);
  if (eaten) __kfree_skb(skb);
  if (!sock_flag(sk, SOCK_DEAD)) tcp_data_ready(sk);
}

/** Not acceptable: drop it and say at once where we are. */
function out_of_window(sk: sock, skb: sk_buff, reason: number): void {
  tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
  inet_csk_schedule_ack(sk);
  tcp_drop_reason(sk, skb, reason);
}
