/**
 * The delivery rate: one sample per ACK, for pacing, congestion control and TCP_INFO.
 *
 * @linux net/ipv4/tcp_rate.c
 */
import { SKB_TRUESIZE, type sk_buff } from '../../include/linux/skbuff.ts';
import { tcp_sk } from '../../include/linux/tcp.ts';
import { sk_wmem_alloc_get, type sock } from '../../include/net/sock.ts';
import {
  seq_distance,
  tcp_min_rtt,
  tcp_packets_in_flight,
  tcp_skb_sent_after,
  tcp_skb_timestamp_us,
  tcp_stamp_us_delta,
} from '../../include/net/tcp.ts';
import type { rate_sample } from '../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB, TCPCB_RETRANS, TCPCB_SACKED_ACKED } from '../../include/net/tcp_skb_cb.ts';

/** A segment was sent: record in it how much had been delivered so far. @linux net/ipv4/tcp_rate.c */
export function tcp_rate_skb_sent(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  // Nothing was in flight: the send and delivery intervals begin here.
  if (tp.packets_out === 0) {
    const tstamp_us = tcp_skb_timestamp_us(skb);
    tp.first_tx_mstamp = tstamp_us;
    tp.delivered_mstamp = tstamp_us;
  }
  const tcb = TCP_SKB_CB(skb);
  tcb.tx_first_tx_mstamp = tp.first_tx_mstamp;
  tcb.tx_delivered_mstamp = tp.delivered_mstamp;
  tcb.tx_delivered = tp.delivered;
  tcb.tx_delivered_ce = tp.delivered_ce;
  tcb.tx_is_app_limited = tp.app_limited !== 0;
}

/**
 * A segment was delivered (acknowledged or SACKed): the sample is taken from the most recently sent one among
 * them.
 *
 * @linux net/ipv4/tcp_rate.c
 */
export function tcp_rate_skb_delivered(sk: sock, skb: sk_buff, rs: rate_sample): void {
  const tp = tcp_sk(sk);
  const scb = TCP_SKB_CB(skb);
  // A sample was already taken when the segment was SACKed.
  if (scb.tx_delivered_mstamp === 0) return;

  const tx_tstamp = tcp_skb_timestamp_us(skb);
  if (
    rs.prior_delivered === 0 ||
    tcp_skb_sent_after(tx_tstamp, tp.first_tx_mstamp, scb.end_seq, rs.last_end_seq)
  ) {
    rs.prior_delivered_ce = scb.tx_delivered_ce;
    rs.prior_delivered = scb.tx_delivered;
    rs.prior_mstamp = scb.tx_delivered_mstamp;
    rs.is_app_limited = scb.tx_is_app_limited;
    rs.is_retrans = (scb.sacked & TCPCB_RETRANS) !== 0;
    rs.last_end_seq = scb.end_seq;
    tp.first_tx_mstamp = tx_tstamp;
    rs.interval_us = tcp_stamp_us_delta(tp.first_tx_mstamp, scb.tx_first_tx_mstamp);
  }
  // The cumulative ACK will cover this segment again: avoid a second sample.
  if ((scb.sacked & TCPCB_SACKED_ACKED) !== 0) scb.tx_delivered_mstamp = 0;
}

/**
 * The ACK was processed: compute its sample.
 *
 * @param delivered segments delivered by the ACK
 * @param lost segments marked lost by the ACK
 * @linux net/ipv4/tcp_rate.c
 */
export function tcp_rate_gen(
  sk: sock,
  delivered: number,
  lost: number,
  is_sack_reneg: boolean,
  rs: rate_sample,
): void {
  const tp = tcp_sk(sk);
  if (tp.app_limited !== 0 && tp.delivered > tp.app_limited) tp.app_limited = 0;
  if (delivered !== 0) tp.delivered_mstamp = tp.tcp_mstamp;
  rs.acked_sacked = delivered;
  rs.losses = lost;
  if (rs.prior_mstamp === 0 || is_sack_reneg) {
    rs.delivered = -1;
    rs.interval_us = -1;
    return;
  }
  rs.delivered = tp.delivered - rs.prior_delivered;
  rs.delivered_ce = tp.delivered_ce - rs.prior_delivered_ce;

  // Use the longer of the send and ACK intervals, because ACKs may be compressed.
  const snd_us = rs.interval_us;
  const ack_us = tcp_stamp_us_delta(tp.tcp_mstamp, rs.prior_mstamp);
  rs.interval_us = Math.max(snd_us, ack_us);
  rs.snd_interval_us = snd_us;
  rs.rcv_interval_us = ack_us;
  // Shorter than any round trip: a retransmission was counted as delivered although it was not.
  if (rs.interval_us < tcp_min_rtt(tp) >>> 0) {
    rs.interval_us = -1;
    return;
  }
  // Keep the latest sample that was not limited by the application, or one with a higher rate.
  if (!rs.is_app_limited || rs.delivered * tp.rate_interval_us >= tp.rate_delivered * rs.interval_us) {
    tp.rate_delivered = rs.delivered;
    tp.rate_interval_us = rs.interval_us;
    tp.rate_app_limited = rs.is_app_limited;
  }
}

/**
 * Mark the connection as limited by the application if it has no data to send: the rate is then not the
 * network's.
 *
 * @linux net/ipv4/tcp_rate.c
 */
export function tcp_rate_check_app_limited(sk: sock): void {
  const tp = tcp_sk(sk);
  if (
    seq_distance(tp.snd_nxt, tp.write_seq) < tp.mss_cache &&
    sk_wmem_alloc_get(sk) < SKB_TRUESIZE(1) &&
    tcp_packets_in_flight(tp) < tp.snd_cwnd &&
    tp.lost_out <= tp.retrans_out
  ) {
    tp.app_limited = tp.delivered + tcp_packets_in_flight(tp) || 1;
  }
}
