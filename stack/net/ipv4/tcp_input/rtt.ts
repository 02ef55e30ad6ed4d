/**
 * The round-trip time, and the values derived from it: the retransmission time-out and the pacing rate.
 *
 * @linux net/ipv4/tcp_input.c
 */
import { type minmax, tcp_rsk, tcp_sk } from '../../../include/linux/tcp.ts';
import {
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  inet_csk,
} from '../../../include/net/inet_connection_sock.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  tcp_clock_us,
  tcp_jiffies32,
  tcp_min_rtt,
  TCP_RTO_MAX,
  tcp_rto_min_us,
  tcp_stamp_us_delta,
  tcp_time_stamp,
} from '../../../include/net/tcp.ts';
import { rate_sample } from '../../../include/net/tcp_congestion_ops.ts';
import { HZ, jiffies_to_usecs, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { minmax_running_min } from '../../../lib/win_minmax.ts';
import { inet_csk_clear_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { __tcp_set_rto, tcp_reset_xmit_timer, tcp_rto_delta_us } from '../tcp_timer/xmit_timer.ts';
import { FLAG_ACK_MAYBE_DELAYED, FLAG_ACKED, FLAG_SYN_ACKED } from './ack.ts';

/** µs per tick of the timestamp clock. */
export const USEC_PER_TS = 1000;
/** A timestamp echo that differs by more than this (ms) is not a valid sample. */
export const MAX_TS_DELTA = 0x7fffffff / USEC_PER_TS;

/**
 * Smooth the round-trip time and its deviation (Van Jacobson; RFC 6298 section 2). srtt_us is scaled by 8,
 * mdev_us by 4. Two rules go beyond the RFC: when the RTT falls, the deviation grows eight times slower; and
 * rttvar_us, from which the time-out is computed, is the largest deviation within a window and never below
 * the minimum RTO.
 *
 * @param mrtt_us the sample, in µs
 * @linux net/ipv4/tcp_input.c
 */
function tcp_rtt_estimator(sk: sock, mrtt_us: number): void {
  const tp = tcp_sk(sk);
  let m = mrtt_us;
  let srtt = tp.srtt_us;
  if (srtt !== 0) {
    m -= srtt >>> 3; // the error
    srtt += m; // 7/8 of the old + 1/8 of the new
    if (m < 0) {
      m = -m - (tp.mdev_us >>> 2);
      if (m > 0) m >>= 3;
    } else {
      m -= tp.mdev_us >>> 2;
    }
    tp.mdev_us += m; // 3/4 of the old + 1/4 of the new
    if (tp.mdev_us > tp.mdev_max_us) {
      tp.mdev_max_us = tp.mdev_us;
      if (tp.mdev_max_us > tp.rttvar_us) tp.rttvar_us = tp.mdev_max_us;
    }
    // A window of data is acknowledged: let rttvar decay, and track a new maximum.
    if (after(tp.snd_una, tp.rtt_seq)) {
      if (tp.mdev_max_us < tp.rttvar_us) tp.rttvar_us -= (tp.rttvar_us - tp.mdev_max_us) >>> 2;
      tp.rtt_seq = tp.snd_nxt;
      tp.mdev_max_us = tcp_rto_min_us(sk);
    }
  } else {
    // The first sample: the RTO becomes three times its value.
    srtt = m * 8;
    tp.mdev_us = m * 2;
    tp.rttvar_us = Math.max(tp.mdev_us, tcp_rto_min_us(sk));
    tp.mdev_max_us = tp.rttvar_us;
    tp.rtt_seq = tp.snd_nxt;
  }
  tp.srtt_us = Math.max(1, srtt);
}

/**
 * The pacing rate in bytes per second: cwnd per RTT, times 200 % in slow start and 120 % later, so that
 * pacing does not limit cwnd growth.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_update_pacing_rate(sk: sock): void {
  const tp = tcp_sk(sk);
  const { ipv4 } = sock_net(sk);
  const ratio =
    tp.snd_cwnd < tp.snd_ssthresh >>> 1 ? ipv4.sysctl_tcp_pacing_ss_ratio : ipv4.sysctl_tcp_pacing_ca_ratio;
  // srtt_us is µs scaled by 8, ratio is a percentage.
  let rate = tp.mss_cache * 80_000 * ratio * Math.max(tp.snd_cwnd, tp.packets_out);
  if (tp.srtt_us !== 0) rate = Math.floor(rate / tp.srtt_us);
  sk.sk_pacing_rate = Math.min(rate, sk.sk_max_pacing_rate ?? Infinity);
}
function tcp_set_rto(sk: sock): void {
  inet_csk(sk).icsk_rto = Math.min(__tcp_set_rto(tcp_sk(sk)), TCP_RTO_MAX);
}

/** Track the minimum RTT of the last five minutes. @linux net/ipv4/tcp_input.c */
function tcp_update_rtt_min(sk: sock, rtt_us: number, flag: number): void {
  const tp = tcp_sk(sk);
  const window = sock_net(sk).ipv4.sysctl_tcp_min_rtt_wlen * HZ;
  // A delayed ACK overestimates the RTT: ignore it even when the old minimum has expired.
  if ((flag & FLAG_ACK_MAYBE_DELAYED) !== 0 && rtt_us > tcp_min_rtt(tp)) return;
  const min: minmax = tp.rtt_min;
  minmax_running_min(min, window, tcp_jiffies32(sk), rtt_us || jiffies_to_usecs(1));
}

/**
 * Take an RTT sample from the best source: the time since the acknowledged segment was sent; the time since
 * the SACKed segment was sent; or the echoed timestamp, which Karn's rule allows for retransmitted data too.
 * All in µs; -1: none.
 *
 * @returns true when a sample was taken
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_ack_update_rtt(
  sk: sock,
  flag: number,
  seq_rtt_us: number,
  sack_rtt_us: number,
  ca_rtt_us: number,
  rs: rate_sample,
): boolean {
  const tp = tcp_sk(sk);
  if (seq_rtt_us < 0) seq_rtt_us = sack_rtt_us;

  // RFC 7323 4.1: an echo is a valid sample only when the segment acknowledges new data.
  if (seq_rtt_us < 0 && tp.rx_opt.saw_tstamp && tp.rx_opt.rcv_tsecr !== 0 && (flag & FLAG_ACKED) !== 0) {
    const delta = (tcp_time_stamp(tp) - tp.rx_opt.rcv_tsecr) >>> 0;
    if (delta < MAX_TS_DELTA) {
      seq_rtt_us = (delta || 1) * USEC_PER_TS;
      ca_rtt_us = seq_rtt_us;
    }
  }
  rs.rtt_us = ca_rtt_us;
  if (seq_rtt_us < 0) return false;

  tcp_update_rtt_min(sk, ca_rtt_us, flag);
  tcp_rtt_estimator(sk, seq_rtt_us);
  tcp_set_rto(sk);
  // RFC 6298 section 5: a valid sample ends the back-off.
  inet_csk(sk).icsk_backoff = 0;
  return true;
}

/**
 * Measure the handshake's RTT, from the SYN-ACK to the final ACK; no sample if the SYN-ACK was retransmitted.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_synack_rtt_meas(sk: sock, req: request_sock | null): void {
  let rtt_us = -1;
  if (req !== null && req.num_retrans === 0 && tcp_rsk(req).snt_synack !== 0) {
    rtt_us = tcp_stamp_us_delta(tcp_clock_us(sock_net(sk).machine), tcp_rsk(req).snt_synack);
  }
  tcp_ack_update_rtt(sk, FLAG_SYN_ACKED, rtt_us, -1, rtt_us, new rate_sample());
}

/**
 * Restart the retransmission timer after an ACK (RFC 6298 5.2, 5.3), or stop it when nothing is in flight.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rearm_rto(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  if (tp.packets_out === 0) {
    inet_csk_clear_xmit_timer(sk, ICSK_TIME_RETRANS);
    return;
  }
  let rto = icsk.icsk_rto;
  // The timer was armed for a shorter purpose: measure from when the RTO would have started.
  if (icsk.icsk_pending === ICSK_TIME_REO_TIMEOUT || icsk.icsk_pending === ICSK_TIME_LOSS_PROBE) {
    rto = usecs_to_jiffies(Math.max(tcp_rto_delta_us(sk), 1));
  }
  tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, rto, TCP_RTO_MAX);
}
