/**
 * Loss detection: RACK (RFC 8985), which uses the send times of segments, its timer, and NewReno's rule for
 * connections without SACK.
 *
 * @linux net/ipv4/tcp_recovery.c
 */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../include/linux/tcp.ts';
import type { u32 } from '../../include/linux/types.ts';
import {
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  inet_csk,
} from '../../include/net/inet_connection_sock.ts';
import { type sock, sock_net } from '../../include/net/sock.ts';
import {
  tcp_min_rtt,
  tcp_packets_in_flight,
  TCP_RACK_NO_DUPTHRESH,
  TCP_RACK_RECOVERY_THRESH,
  TCP_RACK_STATIC_REO_WND,
  tcp_rtx_queue_head,
  tcp_skb_mss,
  tcp_skb_pcount,
  tcp_skb_sent_after,
  tcp_skb_timestamp_us,
  tcp_stamp_us_delta,
  TCP_TIMEOUT_MIN_US,
} from '../../include/net/tcp.ts';
import type { rate_sample } from '../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB, TCPCB_LOST, TCPCB_RETRANS, TCPCB_SACKED_RETRANS } from '../../include/net/tcp_skb_cb.ts';
import { TCP_CA_Recovery } from '../../include/uapi/linux/tcp.ts';
import { usecs_to_jiffies } from '../../kernel/time/jiffies.ts';
import { trace } from '../../trace/events.ts';
import { inet_csk_reset_xmit_timer } from './inet_connection_sock/xmit_timers.ts';
import { tcp_tsorted_del } from './tcp/queue.ts';
import { tcp_cwnd_reduction } from './tcp_input/cwnd.ts';
import { tcp_mark_skb_lost } from './tcp_input/loss.ts';
import { tcp_enter_recovery } from './tcp_input/recovery.ts';
import { tcp_rearm_rto } from './tcp_input/rtt.ts';
import { TCP_FRAG_IN_RTX_QUEUE, tcp_fragment } from './tcp_output/fragment.ts';
import { tcp_xmit_retransmit_queue } from './tcp_output/retransmit.ts';

/**
 * The reordering window: how much later than expected a segment may be delivered before it counts as lost, in
 * µs.
 *
 * @linux net/ipv4/tcp_recovery.c
 */
function tcp_rack_reo_wnd(sk: sock): number {
  const tp = tcp_sk(sk);
  if (tp.reord_seen === 0) {
    // If no reordering was ever seen, the window is 0 in recovery, or when there are enough duplicate ACKs
    // (RFC 8985 6.2 step 4).
    if (inet_csk(sk).icsk_ca_state >= TCP_CA_Recovery) return 0;
    if (
      tp.sacked_out >= tp.reordering &&
      (sock_net(sk).ipv4.sysctl_tcp_recovery & TCP_RACK_NO_DUPTHRESH) === 0
    ) {
      return 0;
    }
  }
  // A quarter of the minimum RTT, increased after each spurious retransmission, at most one RTT.
  return Math.min((tcp_min_rtt(tp) >>> 2) * tp.rack.reo_wnd_steps, tp.srtt_us >>> 3);
}

/** The time, in µs, until `skb` counts as lost; 0 or less: now. @linux net/ipv4/tcp_recovery.c */
export function tcp_rack_skb_timeout(tp: tcp_sock, skb: sk_buff, reo_wnd: number): number {
  return tp.rack.rtt_us + reo_wnd - tcp_stamp_us_delta(tp.tcp_mstamp, tcp_skb_timestamp_us(skb));
}

/**
 * Mark segments lost that were sent well before a segment that has since been delivered.
 *
 * @returns the time, in µs, until the next check; 0: none needed
 * @linux net/ipv4/tcp_recovery.c
 */
function tcp_rack_detect_loss(sk: sock): number {
  const tp = tcp_sk(sk);
  const reo_wnd = tcp_rack_reo_wnd(sk);
  const { rack } = tp;
  let reo_timeout = 0;
  let next: sk_buff | null;
  for (let skb = tp.tsorted_sent_first; skb !== null; skb = next) {
    next = skb.tcp_tsorted_next;
    const scb = TCP_SKB_CB(skb);
    // Already marked, and not retransmitted since.
    if ((scb.sacked & TCPCB_LOST) !== 0 && (scb.sacked & TCPCB_SACKED_RETRANS) === 0) continue;
    if (!tcp_skb_sent_after(rack.mstamp, tcp_skb_timestamp_us(skb), rack.end_seq, scb.end_seq)) break;

    const remaining = tcp_rack_skb_timeout(tp, skb, reo_wnd);
    if (remaining <= 0) {
      trace.sockscope_mark_lost(sk, skb, 'rack');
      tcp_mark_skb_lost(sk, skb);
      tcp_tsorted_del(tp, skb);
    } else {
      reo_timeout = Math.max(reo_timeout, remaining);
    }
  }
  return reo_timeout;
}

/**
 * After an ACK: mark lost segments, and arm the timer if others may soon count as lost.
 *
 * @returns whether it is armed
 * @linux net/ipv4/tcp_recovery.c
 */
export function tcp_rack_mark_lost(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (!tp.rack.advanced) return false;
  tp.rack.advanced = false;
  const timeout = tcp_rack_detect_loss(sk);
  if (timeout === 0) return false;
  inet_csk_reset_xmit_timer(
    sk,
    ICSK_TIME_REO_TIMEOUT,
    usecs_to_jiffies(timeout + TCP_TIMEOUT_MIN_US),
    inet_csk(sk).icsk_rto,
  );
  return true;
}

/**
 * A segment sent at `xmit_time` (µs) was delivered: record it if it was sent later than the previous ones.
 *
 * @param sacked its TCPCB_… tags
 * @linux net/ipv4/tcp_recovery.c
 */
export function tcp_rack_advance(tp: tcp_sock, sacked: number, end_seq: u32, xmit_time: number): void {
  const { rack } = tp;
  const rtt_us = tcp_stamp_us_delta(tp.tcp_mstamp, xmit_time);
  // Retransmitted less than one RTT ago: the original was delivered (RFC 8985 6.2 step 2).
  if (rtt_us < tcp_min_rtt(tp) >>> 0 && (sacked & TCPCB_RETRANS) !== 0) return;
  rack.advanced = true;
  rack.rtt_us = rtt_us;
  if (tcp_skb_sent_after(xmit_time, rack.mstamp, end_seq, rack.end_seq)) {
    rack.mstamp = xmit_time;
    rack.end_seq = end_seq;
  }
}

/**
 * A D-SACK shows that the reordering window was too small: enlarge it for the next 16 recoveries (RFC 8985
 * 6.2 step 4).
 *
 * @linux net/ipv4/tcp_recovery.c
 */
export function tcp_rack_update_reo_wnd(sk: sock, rs: rate_sample): void {
  const tp = tcp_sk(sk);
  const { rack } = tp;
  if ((sock_net(sk).ipv4.sysctl_tcp_recovery & TCP_RACK_STATIC_REO_WND) !== 0 || rs.prior_delivered === 0) {
    return;
  }
  // At most once per round trip.
  if (rs.prior_delivered < rack.last_delivered) rack.dsack_seen = false;
  if (rack.dsack_seen) {
    rack.reo_wnd_steps = Math.min(0xff, rack.reo_wnd_steps + 1);
    rack.dsack_seen = false;
    rack.last_delivered = tp.delivered;
    rack.reo_wnd_persist = TCP_RACK_RECOVERY_THRESH;
  } else if (rack.reo_wnd_persist === 0) {
    rack.reo_wnd_steps = 1;
  }
}

/**
 * Without SACK (RFC 6582): the first segment is lost after three duplicate ACKs and after each partial ACK.
 *
 * @linux net/ipv4/tcp_recovery.c
 */
export function tcp_newreno_mark_lost(sk: sock, snd_una_advanced: boolean): void {
  const tp = tcp_sk(sk);
  const state = inet_csk(sk).icsk_ca_state;
  const is_first = state < TCP_CA_Recovery && tp.sacked_out >= tp.reordering;
  if (!is_first && !(state === TCP_CA_Recovery && snd_una_advanced)) return;
  const skb = tcp_rtx_queue_head(sk)!;
  if ((TCP_SKB_CB(skb).sacked & TCPCB_LOST) !== 0) return;
  const mss = tcp_skb_mss(skb);
  if (tcp_skb_pcount(skb) > 1 && skb.len > mss) tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, mss, mss);
  trace.sockscope_mark_lost(sk, skb, is_first ? 'duplicate_acks' : 'partial_ack');
  tcp_mark_skb_lost(sk, skb);
}

/**
 * The reordering window has ended: mark the missing segments lost and retransmit them.
 *
 * @linux net/ipv4/tcp_recovery.c
 */
export function tcp_rack_reo_timeout(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const { lost } = tp;
  const prior_inflight = tcp_packets_in_flight(tp);
  tcp_rack_detect_loss(sk);
  if (prior_inflight !== tcp_packets_in_flight(tp)) {
    if (icsk.icsk_ca_state !== TCP_CA_Recovery) {
      tcp_enter_recovery(sk, false);
      if (icsk.icsk_ca_ops!.cong_control === undefined) tcp_cwnd_reduction(sk, 1, tp.lost - lost, 0);
    }
    tcp_xmit_retransmit_queue(sk);
  }
  if (icsk.icsk_pending !== ICSK_TIME_RETRANS) tcp_rearm_rto(sk);
}
