/**
 * Bookkeeping of losses: what is marked lost, what was delivered, how much the network reorders, and duplicate ACKs
 * counted where there is no SACK.
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

/** More segments can't be lost or SACKed than were sent. @linux include/net/tcp.h */
export function tcp_verify_left_out(tp: tcp_sock): void {
  if (tcp_left_out(tp) > tp.packets_out)
    WARN_ON(sock_net(tp).machine, true, 'tcp_left_out(tp) > tp->packets_out');
}

/** Count segments that reached the peer; `ece_ack`: the ACK told of congestion marks. @linux net/ipv4/tcp_input.c */
export function tcp_count_delivered(tp: tcp_sock, delivered: number, ece_ack: boolean): void {
  tp.delivered += delivered;
  if (ece_ack) tp.delivered_ce += delivered;
}

/** If all lost segments known so far were sent again, this one is the next to be. @linux net/ipv4/tcp_input.c */
function tcp_verify_retransmit_hint(tp: tcp_sock, skb: sk_buff): void {
  const hint = tp.retransmit_skb_hint;
  if (hint === null ? tp.retrans_out >= tp.lost_out : before(TCP_SKB_CB(skb).seq, TCP_SKB_CB(hint).seq)) {
    tp.retransmit_skb_hint = skb;
  }
}

/**
 * Take a segment for lost; if it was before, then take its retransmission for lost. What the peer has (SACK) isn't.
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

/** Forget what was known about losses. @linux net/ipv4/tcp_input.c */
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

/** Was anything that is still in the queue sent again? @linux net/ipv4/tcp_input.c */
export function tcp_any_retrans_done(sk: sock): boolean {
  if (tcp_sk(sk).retrans_out !== 0) return true;
  const skb = tcp_rtx_queue_head(sk);
  return skb !== null && (TCP_SKB_CB(skb).sacked & TCPCB_EVER_RETRANS) !== 0;
}

/**
 * Something below the highest SACK arrived that had been sent only once: the network reorders, by that distance at
 * least. `ts`: known from a timestamp.
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
 * There can't be more duplicate ACKs than segments in flight beyond the hole.
 *
 * @returns true when there were more: something was reordered
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

/** Without SACK: each duplicate ACK stands for one segment that arrived. @linux net/ipv4/tcp_input.c */
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

/** Without SACK: `acked` segments are acknowledged; those counted by duplicate ACKs were among them, but for one. @linux net/ipv4/tcp_input.c */
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
