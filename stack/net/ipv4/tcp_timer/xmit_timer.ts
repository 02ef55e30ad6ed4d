/**
 * Arming and stopping TCP's timers: corrected for pacing, and for zero-window probes.
 *
 * @linux include/net/tcp.h
 */
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { ICSK_TIME_PROBE0, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { __sock_put, type sock, sock_net } from '../../../include/net/sock.ts';
import {
  TCP_RTO_MAX,
  TCP_RTO_MIN,
  tcp_rtx_queue_head,
  tcp_skb_timestamp_us,
} from '../../../include/net/tcp.ts';
import { hrtimer_try_to_cancel } from '../../../kernel/time/hrtimer.ts';
import { jiffies_to_usecs, nsecs_to_jiffies, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import {
  inet_csk_clear_xmit_timers,
  inet_csk_reset_xmit_timer,
} from '../inet_connection_sock/xmit_timers.ts';

/** The time until pacing allows the next segment, in jiffies. @linux include/net/tcp.h */
export function tcp_pacing_delay(sk: sock): jiffies_t {
  const tp = tcp_sk(sk);
  const delay = tp.tcp_wstamp_ns - tp.tcp_clock_cache;
  return delay > 0 ? nsecs_to_jiffies(delay) : 0;
}

/** Arm a timer, measured from when pacing lets the segment leave. @linux include/net/tcp.h */
export function tcp_reset_xmit_timer(sk: sock, what: number, when: jiffies_t, max_when: jiffies_t): void {
  inet_csk_reset_xmit_timer(sk, what, when + tcp_pacing_delay(sk), max_when);
}

/** First interval of zero-window probes (RFC 9293 3.8.6.1): the RTO. @linux include/net/tcp.h */
export function tcp_probe0_base(sk: sock): jiffies_t {
  return Math.max(inet_csk(sk).icsk_rto, TCP_RTO_MIN);
}

/** Interval of zero-window probes after the back-off so far. @linux include/net/tcp.h */
export function tcp_probe0_when(sk: sock, max_when: jiffies_t): jiffies_t {
  const backoff = Math.min(PROBE0_MAX_BACKOFF, inet_csk(sk).icsk_backoff);
  return Math.min(tcp_probe0_base(sk) * 2 ** backoff, max_when);
}
const PROBE0_MAX_BACKOFF = Math.floor(Math.log2(TCP_RTO_MAX / TCP_RTO_MIN)) + 1;

/**
 * Data waits and nothing is in flight that could bring a window update: arm the probe timer.
 *
 * @linux include/net/tcp.h
 */
export function tcp_check_probe_timer(sk: sock): void {
  if (tcp_sk(sk).packets_out === 0 && inet_csk(sk).icsk_pending === 0) {
    tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, tcp_probe0_base(sk), TCP_RTO_MAX);
  }
}

/** The time-out computed from the estimates, without back-off, in jiffies. @linux include/net/tcp.h */
export function __tcp_set_rto(tp: tcp_sock): number {
  return usecs_to_jiffies((tp.srtt_us >>> 3) + tp.rttvar_us);
}

/**
 * The time until the retransmission is due, in µs, measured from when the oldest segment was sent.
 *
 * @linux include/net/tcp.h
 */
export function tcp_rto_delta_us(sk: sock): number {
  const skb = tcp_rtx_queue_head(sk);
  const rto_us = jiffies_to_usecs(inet_csk(sk).icsk_rto);
  if (skb === null) return rto_us;
  return tcp_skb_timestamp_us(skb) + rto_us - tcp_sk(sk).tcp_mstamp;
}

/** Stop all timers of the connection. @linux include/net/tcp.h */
export function tcp_clear_xmit_timers(sk: sock): void {
  const tp = tcp_sk(sk);
  const { machine } = sock_net(sk);
  if (tp.pacing_timer !== null && hrtimer_try_to_cancel(machine, tp.pacing_timer)) __sock_put(sk);
  if (tp.compressed_ack_timer !== null && hrtimer_try_to_cancel(machine, tp.compressed_ack_timer))
    __sock_put(sk);
  inet_csk_clear_xmit_timers(sk);
}
