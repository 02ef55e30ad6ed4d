/**
 * Loss accounting: segments marked lost, segments delivered, the degree of reordering, and duplicate ACKs
 * counted in place of SACK.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  before,
  tcp_highest_sack_seq,
  tcp_left_out,
  tcp_rtx_queue_head,
  tcp_skb_pcount,
} from '../../../include/net/tcp.ts';
import {
  TCP_SKB_CB,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPLOSTRETRANSMIT,
  LINUX_MIB_TCPRENOREORDER,
  LINUX_MIB_TCPSACKREORDER,
  LINUX_MIB_TCPTSREORDER,
} from '../../../include/uapi/linux/snmp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';

/** Lost and SACKed segments together cannot exceed the segments sent. @linux include/net/tcp.h */
export function tcp_verify_left_out(tp: tcp_sock): void {
  if (tcp_left_out(tp) > tp.packets_out)
    WARN_ON(sock_net(tp).machine, true, 'tcp_left_out(tp) > tp->packets_out');
}

/** Count segments that reached the peer; `ece_ack`: the ACK echoes congestion. @linux net/ipv4/tcp_input.c */
export function tcp_count_delivered(tp: tcp_sock, delivered: number, ece_ack: boolean): void {
  tp.delivered += delivered;
  if (ece_ack) tp.delivered_ce += delivered;
}

/**
 * Retransmission resumes at this segment if every lost segment known so far was retransmitted.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_verify_retransmit_hint(tp: tcp_sock, skb: sk_buff): void {
  const hint = tp.retransmit_skb_hint;
  if (hint === null ? tp.retrans_out >= tp.lost_out : before(TCP_SKB_CB(skb).seq, TCP_SKB_CB(hint).seq)) {
    tp.retransmit_skb_hint = skb;
  }
}

/**
 * Mark a segment lost; if it is already marked, count its retransmission as lost too. SACKed segments are
 * skipped.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_mark_skb_lost(sk: sock, skb: sk_buff): void {
  const cb = TCP_SKB_CB(skb);
  const sacked = cb.sacked;
  const tp = tcp_sk(sk);
  if ((sacked & TCPCB_SACKED_ACKED) !== 0) return;

  tcp_verify_retransmit_hint(tp, skb);
  const pcount = tcp_skb_pcount(skb);
  if ((sacked & TCPCB_LOST) === 0) {
    tp.lost_out += pcount;
    cb.sacked |= TCPCB_LOST;
    tp.lost += pcount;
  } else if ((sacked & TCPCB_SACKED_RETRANS) !== 0) {
    cb.sacked &= ~TCPCB_SACKED_RETRANS;
    tp.retrans_out -= pcount;
    NET_ADD_STATS(sock_net(sk), LINUX_MIB_TCPLOSTRETRANSMIT, pcount);
    tp.lost += pcount;
  }
}

/** Reset the loss counters. @linux net/ipv4/tcp_input.c */
export function tcp_clear_retrans(tp: tcp_sock): void {
  tp.retrans_out = 0;
  tp.lost_out = 0;
  tp.undo_marker = 0;
  tp.undo_retrans = -1;
  tp.sacked_out = 0;
}

/** Without SACK, sacked_out only counts duplicate ACKs. @linux net/ipv4/tcp_input.c */
export function tcp_reset_reno_sack(tp: tcp_sock): void {
  tp.sacked_out = 0;
}

/** Whether any segment still in the queue was retransmitted. @linux net/ipv4/tcp_input.c */
export function tcp_any_retrans_done(sk: sock): boolean {
  if (tcp_sk(sk).retrans_out !== 0) return true;
  const skb = tcp_rtx_queue_head(sk);
  return skb !== null && (TCP_SKB_CB(skb).sacked & TCPCB_EVER_RETRANS) !== 0;
}

/**
 * A segment below the highest SACK arrived and had been sent only once: the network reorders by at least that
 * distance. `ts`: a timestamp showed it.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_check_sack_reordering(sk: sock, low_seq: u32, ts: boolean): void {
  const tp = tcp_sk(sk);
  const mss = tp.mss_cache;
  const fack = tcp_highest_sack_seq(tp);
  if (!before(low_seq, fack)) return;

  const metric = (fack - low_seq) >>> 0;
  if (metric > tp.reordering * mss && mss !== 0) {
    tp.reordering = Math.min(Math.ceil(metric / mss), sock_net(sk).ipv4.sysctl_tcp_max_reordering);
  }
  tp.reord_seen++;
  NET_INC_STATS(sock_net(sk), ts ? LINUX_MIB_TCPTSREORDER : LINUX_MIB_TCPSACKREORDER);
}

/**
 * Without SACK: limit the duplicate ACK count to the number of segments in flight beyond the hole.
 *
 * @returns true when the count was too high, which means that the network reordered segments
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_limit_reno_sacked(tp: tcp_sock): boolean {
  const holes = Math.min(Math.max(tp.lost_out, 1), tp.packets_out);
  if (tp.sacked_out + holes > tp.packets_out) {
    tp.sacked_out = tp.packets_out - holes;
    return true;
  }
  return false;
}

function tcp_check_reno_reordering(sk: sock, addend: number): void {
  const tp = tcp_sk(sk);
  if (!tcp_limit_reno_sacked(tp)) return;
  tp.reordering = Math.min(tp.packets_out + addend, sock_net(sk).ipv4.sysctl_tcp_max_reordering);
  tp.reord_seen++;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRENOREORDER);
}

/** Without SACK: count one delivered segment for each duplicate ACK. @linux net/ipv4/tcp_input.c */
export function tcp_add_reno_sack(sk: sock, num_dupack: number, ece_ack: boolean): void {
  if (num_dupack === 0) return;
  const tp = tcp_sk(sk);
  const prior_sacked = tp.sacked_out;
  tp.sacked_out += num_dupack;
  tcp_check_reno_reordering(sk, 0);
  const delivered = tp.sacked_out - prior_sacked;
  if (delivered > 0) tcp_count_delivered(tp, delivered, ece_ack);
  tcp_verify_left_out(tp);
}

/**
 * Without SACK: `acked` segments are acknowledged. All but one of them were already counted by duplicate
 * ACKs.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_remove_reno_sacks(sk: sock, acked: number, ece_ack: boolean): void {
  const tp = tcp_sk(sk);
  if (acked > 0) {
    tcp_count_delivered(tp, Math.max(acked - tp.sacked_out, 1), ece_ack);
    if (acked - 1 >= tp.sacked_out) tp.sacked_out = 0;
    else tp.sacked_out -= acked - 1;
  }
  tcp_check_reno_reordering(sk, acked);
  tcp_verify_left_out(tp);
}
