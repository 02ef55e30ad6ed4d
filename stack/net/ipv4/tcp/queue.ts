/**
 * A connection's queues: the write queue, the retransmit queue (also as a list in order of send time), and
 * the receive queue.
 *
 * @linux include/net/tcp.h
 */
import { type sk_buff, skb_csum_unnecessary, skb_shinfo } from '../../../include/linux/skbuff.ts';
import { tcp_hdrlen, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, SOCK_DONE, sock_flag, sock_net, SOCK_URGINLINE } from '../../../include/net/sock.ts';
import { before, seq_distance, tcp_receive_window, tcp_rmem_pressure } from '../../../include/net/tcp.ts';
import { LINUX_MIB_LISTENDROPS } from '../../../include/uapi/linux/snmp.ts';
import { TCPF_SYN_RECV, TCPF_SYN_SENT } from '../../../include/uapi/linux/tcp.ts';
import { rb_erase } from '../../../lib/skb_tree.ts';
import { __kfree_skb, skb_dst_drop } from '../../core/skbuff/alloc.ts';
import { __skb_checksum_complete } from '../../core/skbuff/data.ts';
import { __skb_queue_before, __skb_queue_tail, __skb_unlink } from '../../core/skbuff/queue.ts';
import { sk_mem_uncharge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { TCP_CHRONO_BUSY, tcp_chrono_start } from '../tcp_output/xmit.ts';

/**
 * Free a segment of the write or retransmit queue and uncharge it from the socket.
 *
 * @linux include/net/tcp.h
 */
export function tcp_wmem_free_skb(sk: sock, skb: sk_buff): void {
  sk_wmem_queued_add(sk, -skb.truesize);
  sk_mem_uncharge(sk, skb.truesize);
  __kfree_skb(skb);
}

/** Append a segment to the write queue. @linux include/net/tcp.h */
export function tcp_add_write_queue_tail(sk: sock, skb: sk_buff): void {
  const queue = sk.sk_write_queue;
  __skb_queue_tail(queue, skb);
  if (queue.next === skb) tcp_chrono_start(sk, TCP_CHRONO_BUSY);
}

/** Insert `new_skb` before `skb` in the write queue. @linux include/net/tcp.h */
export function tcp_insert_write_queue_before(new_skb: sk_buff, skb: sk_buff, sk: sock): void {
  __skb_queue_before(sk.sk_write_queue, skb, new_skb);
}

/** Unlink a segment from the write queue. @linux include/net/tcp.h */
export function tcp_unlink_write_queue(skb: sk_buff, sk: sock): void {
  __skb_unlink(skb, sk.sk_write_queue);
}

/** Unlink a segment from the retransmit queue. It stays on the list by send time. @linux include/net/tcp.h */
export function tcp_rtx_queue_unlink(skb: sk_buff, sk: sock): void {
  rb_erase(skb, tcp_sk(sk).tcp_rtx_queue);
}

/** Free a segment that was acknowledged or merged into another. @linux include/net/tcp.h */
export function tcp_rtx_queue_unlink_and_free(skb: sk_buff, sk: sock): void {
  tcp_tsorted_del(tcp_sk(sk), skb);
  tcp_rtx_queue_unlink(skb, sk);
  tcp_wmem_free_skb(sk, skb);
}

/**
 * Append to the list by send time: this segment was sent most recently.
 *
 * @linux list_add_tail(&skb->tcp_tsorted_anchor, …)
 */
export function tcp_tsorted_add_tail(tp: tcp_sock, skb: sk_buff): void {
  const last = tp.tsorted_sent_last;
  skb.tcp_tsorted_prev = last;
  skb.tcp_tsorted_next = null;
  skb.tcp_tsorted_linked = true;
  if (last === null) tp.tsorted_sent_first = skb;
  else last.tcp_tsorted_next = skb;
  tp.tsorted_sent_last = skb;
}

/** Remove from the list by send time, if the segment is on it. @linux list_del(&skb->tcp_tsorted_anchor) */
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

/**
 * Insert `skb` directly after `after` in the list by send time.
 *
 * @linux list_add(&skb->tcp_tsorted_anchor, …)
 */
export function tcp_tsorted_add_after(tp: tcp_sock, after: sk_buff, skb: sk_buff): void {
  const next = after.tcp_tsorted_next;
  skb.tcp_tsorted_prev = after;
  skb.tcp_tsorted_next = next;
  skb.tcp_tsorted_linked = true;
  after.tcp_tsorted_next = skb;
  if (next === null) tp.tsorted_sent_last = skb;
  else next.tcp_tsorted_prev = skb;
}

/**
 * Whether the segment's checksum is wrong. Sums the bytes only if neither the device nor GRO has verified
 * them.
 *
 * @linux include/net/tcp.h
 */
export function tcp_checksum_complete(skb: sk_buff): boolean {
  return !skb_csum_unnecessary(skb) && __skb_checksum_complete(skb) !== 0;
}

/** Drop the skb's route reference before it waits in a queue. @linux include/net/tcp.h */
export function tcp_cleanup_skb(skb: sk_buff): void {
  skb_dst_drop(skb);
}

/** Append to the receive queue, from which the user reads. @linux include/net/tcp.h */
export function tcp_add_receive_queue(sk: sock, skb: sk_buff): void {
  __skb_queue_tail(sk.sk_receive_queue, skb);
}

/** Count a received segment, or all segments that GRO merged into it. @linux include/net/tcp.h */
export function tcp_segs_in(tp: tcp_sock, skb: sk_buff): void {
  const segs_in = skb_shinfo(skb).gso_segs || 1;
  tp.segs_in += segs_in;
  if (skb.len > tcp_hdrlen(skb)) tp.data_segs_in += segs_in;
}

/** Count a SYN or a final ACK that a listener dropped. @linux include/net/tcp.h */
export function tcp_listendrop(sk: sock): void {
  sk.sk_drops++;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_LISTENDROPS);
}

/**
 * Whether enough is readable: `target` bytes, or as much as the receive buffer can take.
 *
 * @linux include/net/tcp.h
 */
export function tcp_epollin_ready(sk: sock, target: number): boolean {
  const tp = tcp_sk(sk);
  const avail = (tp.rcv_nxt - tp.copied_seq) | 0;
  if (avail <= 0) return false;
  return avail >= target || tcp_rmem_pressure(sk) || tcp_receive_window(tp) <= inet_csk(sk).icsk_ack.rcv_mss;
}

/** Bytes readable before urgent data or the end of the stream. @linux include/net/tcp.h */
export function tcp_inq(sk: sock): number {
  const tp = tcp_sk(sk);
  if (((1 << sk.skc_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) return 0;
  if (
    sock_flag(sk, SOCK_URGINLINE) ||
    tp.urg_data === 0 ||
    before(tp.urg_seq, tp.copied_seq) ||
    !before(tp.urg_seq, tp.rcv_nxt)
  ) {
    const answ = seq_distance(tp.copied_seq, tp.rcv_nxt);
    // The FIN occupies a sequence number but is not a byte.
    return answ !== 0 && sock_flag(sk, SOCK_DONE) ? answ - 1 : answ;
  }
  return seq_distance(tp.copied_seq, tp.urg_seq);
}
