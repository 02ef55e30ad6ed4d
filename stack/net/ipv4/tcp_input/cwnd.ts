/**
 * Bookkeeping of losses and of the congestion window's reduction. Low in the layers: output and the timers use it
 * too, so nothing here sends.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  before,
  TCP_INFINITE_SSTHRESH,
  tcp_ca_event,
  tcp_jiffies32,
  tcp_left_out,
  tcp_packets_in_flight,
  tcp_rtx_queue_head,
  tcp_skb_pcount,
} from '../../../include/net/tcp.ts';
import { CA_EVENT_COMPLETE_CWR } from '../../../include/net/tcp_congestion_ops.ts';
import {
  TCP_SKB_CB,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import { LINUX_MIB_TCPLOSTRETRANSMIT } from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_CWR, TCP_CA_Disorder, TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON, WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_ecn_queue_cwr } from './ecn.ts';
import { FLAG_SND_UNA_ADVANCED } from './flags.ts';

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

/** If all lost segments known so far were sent again, this one is the next to be. */
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

/** The window is to be reduced to ssthresh, over one round trip (PRR, RFC 6937). @linux net/ipv4/tcp_input.c */
export function tcp_init_cwnd_reduction(sk: sock): void {
  const tp = tcp_sk(sk);
  tp.high_seq = tp.snd_nxt;
  tp.tlp_high_seq = 0;
  tp.snd_cwnd_cnt = 0;
  tp.prior_cwnd = tp.snd_cwnd;
  tp.prr_delivered = 0;
  tp.prr_out = 0;
  tp.snd_ssthresh = inet_csk(sk).icsk_ca_ops!.ssthresh(sk);
  tcp_ecn_queue_cwr(tp);
}

/**
 * One step of the proportional rate reduction (RFC 6937): for each segment delivered, ssthresh / prior_cwnd may be
 * sent while more than ssthresh is in flight; below that, as many as were delivered.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_cwnd_reduction(
  sk: sock,
  newly_acked_sacked: number,
  newly_lost: number,
  flag: number,
): void {
  const tp = tcp_sk(sk);
  const in_flight = tcp_packets_in_flight(tp);
  const delta = tp.snd_ssthresh - in_flight;
  if (newly_acked_sacked <= 0) return;
  if (WARN_ON_ONCE(sock_net(sk).machine, tp.prior_cwnd === 0, 'tcp_cwnd_reduction: !tp->prior_cwnd')) return;

  tp.prr_delivered += newly_acked_sacked;
  let sndcnt: number;
  if (delta < 0) {
    const dividend = tp.snd_ssthresh * tp.prr_delivered + tp.prior_cwnd - 1;
    sndcnt = Math.floor(dividend / tp.prior_cwnd) - tp.prr_out;
  } else {
    sndcnt = Math.max(tp.prr_delivered - tp.prr_out, newly_acked_sacked);
    if ((flag & FLAG_SND_UNA_ADVANCED) !== 0 && newly_lost === 0) sndcnt++;
    sndcnt = Math.min(delta, sndcnt);
  }
  // The first step always sends the fast retransmission.
  sndcnt = Math.max(sndcnt, tp.prr_out !== 0 ? 0 : 1);
  tp.snd_cwnd = in_flight + sndcnt;
}

/** The reduction is over: the window is ssthresh. @linux net/ipv4/tcp_input.c */
export function tcp_end_cwnd_reduction(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  if (icsk.icsk_ca_ops!.cong_control !== undefined) return;
  if (
    tp.snd_ssthresh < TCP_INFINITE_SSTHRESH &&
    (icsk.icsk_ca_state === TCP_CA_CWR || tp.undo_marker !== 0)
  ) {
    tp.snd_cwnd = tp.snd_ssthresh;
    tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  }
  tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/** Congestion without loss (an ECN echo, or a full queue of our own): reduce the window. @linux net/ipv4/tcp_input.c */
export function tcp_enter_cwr(sk: sock): void {
  const tp = tcp_sk(sk);
  tp.prior_ssthresh = 0;
  if (inet_csk(sk).icsk_ca_state < TCP_CA_CWR) {
    tp.undo_marker = 0;
    tcp_init_cwnd_reduction(sk);
    tcp_set_ca_state(sk, TCP_CA_CWR);
  }
}

/** Back to Open, or to Disorder while something is SACKed, lost or sent again. @linux net/ipv4/tcp_input.c */
export function tcp_try_keep_open(sk: sock): void {
  const tp = tcp_sk(sk);
  const state = tcp_left_out(tp) !== 0 || tcp_any_retrans_done(sk) ? TCP_CA_Disorder : TCP_CA_Open;
  if (inet_csk(sk).icsk_ca_state !== state) {
    tcp_set_ca_state(sk, state);
    tp.high_seq = tp.snd_nxt;
  }
}
