/**
 * Incoming data: queuing in-order data and waking the reader, coalescing it with the last queued segment, and
 * urgent data.
 *
 * @linux net/ipv4/tcp_input.c
 */
import {
  type sk_buff,
  skb_peek,
  skb_peek_tail,
  skb_queue_len,
  skb_shinfo,
} from '../../../include/linux/skbuff.ts';
import { RB_EMPTY_ROOT, tcp_sk, type tcp_sock, type tcphdr } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_PROTO_MEM,
  SKB_DROP_REASON_TCP_OLD_DATA,
  SKB_DROP_REASON_TCP_OVERWINDOW,
  SKB_DROP_REASON_TCP_ZEROWINDOW,
} from '../../../include/net/dropreason.ts';
import { ICSK_ACK_NOW, inet_csk, inet_csk_schedule_ack } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  type sock,
  SOCK_DEAD,
  SOCK_DONE,
  sock_flag,
  sock_net,
  SOCK_URGINLINE,
} from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_fast_path_check,
  TCP_MAX_QUICKACKS,
  tcp_receive_window,
  TCP_URG_NOTYET,
  TCP_URG_VALID,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_DELAYEDACKLOST,
  LINUX_MIB_TCPRCVCOALESCE,
  LINUX_MIB_TCPRCVQDROP,
  LINUX_MIB_TCPZEROWINDOWDROP,
} from '../../../include/uapi/linux/snmp.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, __skb_pull, kfree_skb_reason } from '../../core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../core/skbuff/data.ts';
import { __skb_unlink } from '../../core/skbuff/queue.ts';
import { skb_try_coalesce } from '../../core/skbuff/split.ts';
import { sk_forced_mem_schedule, sk_mem_charge, skb_set_owner_r } from '../../core/sock/memory.ts';
import { sk_drops_add } from '../../core/sock/queue.ts';
import { tcp_add_receive_queue, tcp_cleanup_skb, tcp_epollin_ready } from '../tcp/queue.ts';
import { tcp_fin } from './fin.ts';
import {
  tcp_data_queue_ofo,
  tcp_dsack_set,
  tcp_ofo_queue,
  tcp_rcv_spurious_retrans,
  tcp_sack_remove,
} from './ofo.ts';
import { tcp_try_rmem_schedule } from './prune.ts';
import { tcp_event_data_recv } from './rcvbuf.ts';
import { tcp_enter_quickack_mode } from './snd_check.ts';

/** Advance rcv_nxt. @linux net/ipv4/tcp_input.c */
export function tcp_rcv_nxt_update(tp: tcp_sock, seq: u32): void {
  tp.bytes_received += (seq - tp.rcv_nxt) >>> 0;
  tp.rcv_nxt = seq;
}

/**
 * Append data to the receive queue and advance rcv_nxt.
 *
 * @returns true when the data was coalesced into the last segment: the caller then frees the skb
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
  trace.sockscope_skb_queue(sk, skb, 'receive', eaten ? tail : null);
  return eaten;
}

/** Wake the reader if enough data is queued for it. @linux net/ipv4/tcp_input.c */
export function tcp_data_ready(sk: sock): void {
  if (tcp_epollin_ready(sk, sk.sk_rcvlowat) || sock_flag(sk, SOCK_DONE)) sk.sk_data_ready(sk);
}

/**
 * Process the payload of a segment (RFC 9293 3.10.7.4, seventh): in order, out of order, old, or beyond the
 * window. Consumes the skb.
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
    // All data is old: the peer retransmitted needlessly, or our ACK was lost.
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
    // Part of the data is old. The reader skips it by copied_seq.
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

/** In-order data: queue it, then the out-of-order data that it makes contiguous. */
function queue_and_out(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  // An empty queue always accepts one segment, otherwise the connection could stall for ever.
  if (skb_queue_len(sk.sk_receive_queue) === 0) {
    sk_forced_mem_schedule(sk, skb.truesize);
  } else if (tcp_try_rmem_schedule(sk, skb, skb.truesize) !== 0) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRCVQDROP);
    // Otherwise TCP's memory is used up.
    if (sk.sk_rmem_alloc > sk.sk_rcvbuf)
      trace.sockscope_queue_full(skb, 'receive', sk.sk_rmem_alloc, sk.sk_rcvbuf);
    sk.sk_data_ready(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_PROTO_MEM);
    return;
  }

  const eaten = tcp_queue_rcv(sk, skb);
  if (skb.len > 0) tcp_event_data_recv(sk, skb);
  if ((cb.tcp_flags & TCPHDR_FIN) !== 0) tcp_fin(sk);

  if (!RB_EMPTY_ROOT(tp.out_of_order_queue)) {
    tcp_ofo_queue(sk);
    // RFC 5681 4.2: acknowledge at once when a gap is filled.
    if (RB_EMPTY_ROOT(tp.out_of_order_queue)) inet_csk(sk).icsk_ack.pending |= ICSK_ACK_NOW;
  }
  if (tp.rx_opt.num_sacks !== 0) tcp_sack_remove(tp);
  tcp_fast_path_check(sk);
  if (eaten) __kfree_skb(skb);
  if (!sock_flag(sk, SOCK_DEAD)) tcp_data_ready(sk);
}

/** An unacceptable segment: drop it and acknowledge rcv_nxt at once. */
function out_of_window(sk: sock, skb: sk_buff, reason: number): void {
  tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
  inet_csk_schedule_ack(sk);
  tcp_drop_reason(sk, skb, reason);
}

/** Drop a segment that belongs to this socket. @linux net/ipv4/tcp_input.c */
export function tcp_drop_reason(sk: sock, skb: sk_buff, reason: number): void {
  sk_drops_add(sk, skb_shinfo(skb).gso_segs || 1);
  kfree_skb_reason(skb, reason);
}

/**
 * Append a segment to the segment queued before it if it directly follows, which saves one skb's overhead.
 *
 * @returns true: `from` is empty and can be freed
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_coalesce(sk: sock, to: sk_buff, from: sk_buff): boolean {
  const to_cb = TCP_SKB_CB(to);
  const from_cb = TCP_SKB_CB(from);
  if (from_cb.seq !== to_cb.end_seq) return false;
  const coalesced = skb_try_coalesce(to, from);
  if (coalesced === null) return false;

  sk.sk_rmem_alloc += coalesced.delta;
  sk_mem_charge(sk, coalesced.delta);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRCVCOALESCE);
  to_cb.end_seq = from_cb.end_seq;
  to_cb.ack_seq = from_cb.ack_seq;
  to_cb.tcp_flags |= from_cb.tcp_flags;
  if (from_cb.has_rxtstamp) {
    to_cb.has_rxtstamp = true;
    to.tstamp = from.tstamp;
  }
  return true;
}

/** The segment carries an urgent pointer: record the urgent byte's position. @linux net/ipv4/tcp_input.c */
function tcp_check_urg(sk: sock, th: tcphdr): void {
  const tp = tcp_sk(sk);
  let ptr = th.urg_ptr;
  // BSD's interpretation, which everybody uses: the pointer is one past the urgent byte.
  if (ptr !== 0 && sock_net(sk).ipv4.sysctl_tcp_stdurg === 0) ptr--;
  ptr = (ptr + th.seq) | 0;

  // The user has read past the urgent byte, or already received it as normal data, or a newer one is known.
  if (after(tp.copied_seq, ptr)) return;
  if (before(ptr, tp.rcv_nxt)) return;
  if (tp.urg_data !== 0 && !after(ptr, tp.urg_seq)) return;

  // The previous urgent byte is at copied_seq and unread: it must not become normal data.
  if (
    tp.urg_seq === tp.copied_seq &&
    tp.urg_data !== 0 &&
    !sock_flag(sk, SOCK_URGINLINE) &&
    tp.copied_seq !== tp.rcv_nxt
  ) {
    const skb = skb_peek(sk.sk_receive_queue);
    tp.copied_seq = (tp.copied_seq + 1) | 0;
    if (skb !== null && !before(tp.copied_seq, TCP_SKB_CB(skb).end_seq)) {
      __skb_unlink(skb, sk.sk_receive_queue);
      __kfree_skb(skb);
    }
  }
  tp.urg_data = TCP_URG_NOTYET;
  tp.urg_seq = ptr;
  tp.pred_flags = 0;
}

/**
 * RFC 9293 3.10.7.4, sixth: the URG bit. Copies the urgent byte out if this segment contains it.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_urg(sk: sock, skb: sk_buff, th: tcphdr): void {
  const tp = tcp_sk(sk);
  if (th.urg) tcp_check_urg(sk, th);
  if (tp.urg_data !== TCP_URG_NOTYET) return;
  const ptr = (tp.urg_seq - th.seq + th.doff * 4 - (th.syn ? 1 : 0)) >>> 0;
  if (ptr >= skb.len) return;
  const byte = new Uint8Array(1);
  skb_copy_bits(skb, ptr, byte, 0, 1);
  tp.urg_data = TCP_URG_VALID | byte[0]!;
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_data_ready(sk);
}
