/** Removing acknowledged segments from the retransmit queue. @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_chrono, tcp_sk } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  after,
  before,
  between,
  tcp_highest_sack_replace,
  tcp_is_reno,
  tcp_is_sack,
  tcp_skb_pcount,
  tcp_skb_timestamp_us,
  tcp_stamp_us_delta,
  TCPHDR_SYN,
} from '../../../include/net/tcp.ts';
import { ack_sample } from '../../../include/net/tcp_congestion_ops.ts';
import {
  TCP_SKB_CB,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import { skb_rb_next } from '../../../lib/skb_tree.ts';
import { tcp_rtx_queue_unlink_and_free } from '../tcp/queue.ts';
import { tcp_trim_head } from '../tcp_output/fragment.ts';
import { tcp_chrono_stop } from '../tcp_output/xmit.ts';
import { tcp_rate_skb_delivered } from '../tcp_rate.ts';
import { tcp_rack_advance } from '../tcp_recovery.ts';
import {
  FLAG_ACK_MAYBE_DELAYED,
  FLAG_ACKED,
  FLAG_CA_ALERT,
  FLAG_DATA_ACKED,
  FLAG_ORIG_SACK_ACKED,
  FLAG_RETRANS_DATA_ACKED,
  FLAG_SACK_RENEGING,
  FLAG_SET_XMIT_TIMER,
  FLAG_SYN_ACKED,
} from './ack.ts';
import { tcp_mtup_probe_success, tcp_skb_spurious_retrans } from './cwnd.ts';
import { tcp_check_sack_reordering, tcp_count_delivered, tcp_remove_reno_sacks } from './loss.ts';
import { tcp_ack_update_rtt } from './rtt.ts';
import type { tcp_sacktag_state } from './sack_tag.ts';

/**
 * Trim the acknowledged part off a partially acknowledged GSO packet.
 *
 * @returns whole segments acknowledged
 * @linux net/ipv4/tcp_input.c
 */
function tcp_tso_acked(sk: sock, skb: sk_buff): number {
  const packets = tcp_skb_pcount(skb);
  if (tcp_trim_head(sk, skb, (tcp_sk(sk).snd_una - TCP_SKB_CB(skb).seq) | 0) !== 0) return 0;
  return packets - tcp_skb_pcount(skb);
}

/**
 * Remove every acknowledged segment from the retransmit queue and free it, update the counters, and take an
 * RTT sample.
 *
 * @param prior_fack the highest SACKed sequence number before this ACK
 * @returns FLAG_… bits
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_clean_rtx_queue(
  sk: sock,
  prior_fack: u32,
  prior_snd_una: u32,
  sack: tcp_sacktag_state,
  ece_ack: boolean,
): number {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const snd_una = tp.snd_una;
  const prior_sacked = tp.sacked_out;
  /** Lowest newly acknowledged sequence number that was neither SACKed before nor retransmitted. */
  let reord = tp.snd_nxt;
  let first_ackt = 0;
  let last_ackt = 0;
  let fully_acked = true;
  let pkts_acked = 0;
  let flag = 0;

  let skb = tp.tcp_rtx_queue.first;
  let next: sk_buff | null = null;
  for (; skb !== null; skb = next) {
    const scb = TCP_SKB_CB(skb);
    const start_seq = scb.seq;
    const sacked = scb.sacked;
    let acked_pcount: number;

    if (after(scb.end_seq, snd_una)) {
      if (tcp_skb_pcount(skb) === 1 || !after(snd_una, start_seq)) break;
      acked_pcount = tcp_tso_acked(sk, skb);
      if (acked_pcount === 0) break;
      fully_acked = false;
    } else {
      acked_pcount = tcp_skb_pcount(skb);
    }

    if ((sacked & TCPCB_RETRANS) !== 0) {
      if ((sacked & TCPCB_SACKED_RETRANS) !== 0) tp.retrans_out -= acked_pcount;
      flag |= FLAG_RETRANS_DATA_ACKED;
    } else if ((sacked & TCPCB_SACKED_ACKED) === 0) {
      last_ackt = tcp_skb_timestamp_us(skb);
      if (first_ackt === 0) first_ackt = last_ackt;
      if (before(start_seq, reord)) reord = start_seq;
      if (!after(scb.end_seq, tp.high_seq)) flag |= FLAG_ORIG_SACK_ACKED;
    }

    if ((sacked & TCPCB_SACKED_ACKED) !== 0) {
      tp.sacked_out -= acked_pcount;
    } else if (tcp_is_sack(tp)) {
      tcp_count_delivered(tp, acked_pcount, ece_ack);
      if (!tcp_skb_spurious_retrans(tp, skb)) {
        tcp_rack_advance(tp, sacked, scb.end_seq, tcp_skb_timestamp_us(skb));
      }
    }
    if ((sacked & TCPCB_LOST) !== 0) tp.lost_out -= acked_pcount;

    tp.packets_out -= acked_pcount;
    pkts_acked += acked_pcount;
    tcp_rate_skb_delivered(sk, skb, sack.rate);

    // A SYN is not data: slow start must not count it.
    if ((scb.tcp_flags & TCPHDR_SYN) === 0) {
      flag |= FLAG_DATA_ACKED;
    } else {
      flag |= FLAG_SYN_ACKED;
      tp.retrans_stamp = 0;
    }
    if (!fully_acked) break;

    next = skb_rb_next(skb);
    if (skb === tp.retransmit_skb_hint) tp.retransmit_skb_hint = null;
    if (skb === tp.lost_skb_hint) tp.lost_skb_hint = null;
    tcp_highest_sack_replace(sk, skb, next);
    tcp_rtx_queue_unlink_and_free(skb, sk);
  }

  if (skb === null) tcp_chrono_stop(sk, tcp_chrono.TCP_CHRONO_BUSY);
  if (between(tp.snd_up, prior_snd_una, snd_una)) tp.snd_up = snd_una;
  // The new head cannot be SACKed: a peer that holds it would have acknowledged it.
  if (skb !== null && (TCP_SKB_CB(skb).sacked & TCPCB_SACKED_ACKED) !== 0) flag |= FLAG_SACK_RENEGING;

  let seq_rtt_us = -1;
  let sack_rtt_us = -1;
  let ca_rtt_us = -1;
  if (first_ackt !== 0 && (flag & FLAG_RETRANS_DATA_ACKED) === 0) {
    seq_rtt_us = tcp_stamp_us_delta(tp.tcp_mstamp, first_ackt);
    ca_rtt_us = tcp_stamp_us_delta(tp.tcp_mstamp, last_ackt);
    if (
      pkts_acked === 1 &&
      fully_acked &&
      prior_sacked === 0 &&
      (snd_una - prior_snd_una) >>> 0 < tp.mss_cache &&
      sack.rate.prior_delivered + 1 === tp.delivered &&
      (flag & (FLAG_CA_ALERT | FLAG_SYN_ACKED)) === 0
    ) {
      // A single small segment: the peer probably delayed this ACK.
      flag |= FLAG_ACK_MAYBE_DELAYED;
    }
  }
  if (sack.first_sackt !== 0) {
    sack_rtt_us = tcp_stamp_us_delta(tp.tcp_mstamp, sack.first_sackt);
    ca_rtt_us = tcp_stamp_us_delta(tp.tcp_mstamp, sack.last_sackt);
  }
  const rtt_update = tcp_ack_update_rtt(sk, flag, seq_rtt_us, sack_rtt_us, ca_rtt_us, sack.rate);

  if ((flag & FLAG_ACKED) !== 0) {
    flag |= FLAG_SET_XMIT_TIMER;
    const mtup = icsk.icsk_mtup;
    if (mtup !== null && mtup.probe_size !== 0 && !after(tp.mtu_probe!.probe_seq_end, snd_una))
      tcp_mtup_probe_success(sk);

    if (tcp_is_reno(tp)) {
      tcp_remove_reno_sacks(sk, pkts_acked, ece_ack);
      // Without SACK the sender cannot tell whether the original or the retransmission arrived.
      if ((flag & FLAG_RETRANS_DATA_ACKED) !== 0) flag &= ~FLAG_ORIG_SACK_ACKED;
    } else {
      // A segment that was sent only once filled a hole: the network reordered it.
      if (before(reord, prior_fack)) tcp_check_sack_reordering(sk, reord, false);
      const delta = prior_sacked - tp.sacked_out;
      tp.lost_cnt_hint -= Math.min(tp.lost_cnt_hint, delta);
    }
  } else if (
    skb !== null &&
    rtt_update &&
    sack_rtt_us >= 0 &&
    sack_rtt_us > tcp_stamp_us_delta(tp.tcp_mstamp, tcp_skb_timestamp_us(skb))
  ) {
    // Only if the SACKed data is older than the last transmission of the head: otherwise SACKs could postpone
    // the time-out for ever.
    flag |= FLAG_SET_XMIT_TIMER;
  }

  const ca_ops = icsk.icsk_ca_ops!;
  if (ca_ops.pkts_acked !== undefined) {
    const sample = new ack_sample();
    sample.pkts_acked = pkts_acked;
    sample.rtt_us = sack.rate.rtt_us;
    sample.in_flight = tp.mss_cache * (tp.delivered - sack.rate.prior_delivered);
    ca_ops.pkts_acked(sk, sample);
  }
  return flag;
}
