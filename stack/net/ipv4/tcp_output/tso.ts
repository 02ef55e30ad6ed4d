/** How much goes down in one GSO packet, and whether to wait for more. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  seq_distance,
  tcp_max_tso_deferred_mss,
  tcp_min_rtt,
  tcp_packets_in_flight,
  tcp_rtx_queue_head,
  tcp_wnd_end,
  tcp_write_queue_tail,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { TCP_CA_Recovery } from '../../../include/uapi/linux/tcp.ts';
import { tcp_nagle_check } from './nagle.ts';

const NSEC_PER_MSEC = 1_000_000;

/** Segments of a packet that takes about a millisecond at the pacing rate; more when the peer is near. @linux net/ipv4/tcp_output.c */
function tcp_tso_autosize(sk: sock, mss_now: number, min_tso_segs: number): number {
  let bytes = sk.sk_pacing_rate / (1 << sk.sk_pacing_shift);
  const r = tcp_min_rtt(tcp_sk(sk)) >>> sock_net(sk).ipv4.sysctl_tcp_tso_rtt_log;
  if (r < 32) bytes += sk.sk_gso_max_size >>> r;
  bytes = Math.min(bytes, sk.sk_gso_max_size);
  return Math.max(Math.floor(bytes / mss_now), min_tso_segs);
}

/** How many segments one packet should have at most. @linux net/ipv4/tcp_output.c */
export function tcp_tso_segs(sk: sock, mss_now: number): number {
  const ca_ops = inet_csk(sk).icsk_ca_ops!;
  const min_tso =
    ca_ops.min_tso_segs !== undefined ? ca_ops.min_tso_segs(sk) : sock_net(sk).ipv4.sysctl_tcp_min_tso_segs;
  return Math.min(tcp_tso_autosize(sk, mss_now, min_tso), sk.sk_gso_max_segs);
}

/**
 * How much of `skb` may go in one packet: at most `max_segs` segments, inside the window, and without a last segment
 * that Nagle holds back.
 *
 * @returns bytes
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_mss_split_point(
  sk: sock,
  skb: sk_buff,
  mss_now: number,
  max_segs: number,
  nonagle: number,
): number {
  const tp = tcp_sk(sk);
  const window = seq_distance(TCP_SKB_CB(skb).seq, tcp_wnd_end(tp));
  const max_len = mss_now * max_segs;
  if (max_len <= window && skb !== tcp_write_queue_tail(sk)) return max_len;

  const needed = Math.min(skb.len, window);
  if (max_len <= needed) return max_len;
  const partial = needed % mss_now;
  return tcp_nagle_check(partial !== 0, tp, nonagle) ? needed - partial : needed;
}

/** Answers of tcp_tso_should_defer(). */
export const TSO_SEND_NOW = 0;
export const TSO_DEFER = 1;
/** Defer, and what holds it back is the congestion window. */
export const TSO_DEFER_CWND_LIMITED = 2;
/** Defer, and what holds it back is the peer's window. */
export const TSO_DEFER_RWND_LIMITED = 3;

/**
 * A packet of several segments could go, but only in part: better wait for the next ACK, which opens the windows further?
 * Not when it may be long in coming.
 *
 * @returns TSO_…
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_tso_should_defer(sk: sock, skb: sk_buff, max_segs: number): number {
  const tp = tcp_sk(sk);
  const tcb = TCP_SKB_CB(skb);
  if (inet_csk(sk).icsk_ca_state >= TCP_CA_Recovery) return TSO_SEND_NOW;
  // Nothing left for over a millisecond: the ACK clock stands still.
  if (tp.tcp_clock_cache - tp.tcp_wstamp_ns - NSEC_PER_MSEC > 0) return TSO_SEND_NOW;

  const send_win = seq_distance(tcb.seq, tcp_wnd_end(tp));
  const cong_win = (tp.snd_cwnd - tcp_packets_in_flight(tp)) * tp.mss_cache;
  const limit = Math.min(send_win, cong_win);
  if (limit >= max_segs * tp.mss_cache) return TSO_SEND_NOW;
  // The whole packet fits, and there is more behind it.
  if (skb !== tcp_write_queue_tail(sk) && limit >= skb.len) return TSO_SEND_NOW;

  const win_divisor = sock_net(sk).ipv4.sysctl_tcp_tso_win_divisor;
  if (win_divisor !== 0) {
    // At least a fair part of the window is worth sending.
    const chunk = Math.floor(Math.min(tp.snd_wnd, tp.snd_cwnd * tp.mss_cache) / win_divisor);
    if (limit >= chunk) return TSO_SEND_NOW;
  } else if (limit > tcp_max_tso_deferred_mss() * tp.mss_cache) {
    return TSO_SEND_NOW;
  }

  // When is the next ACK due? Not soon: a half round-trip time, or a millisecond.
  const head = tcp_rtx_queue_head(sk);
  if (head === null) return TSO_SEND_NOW;
  const srtt_in_ns = 125 * tp.srtt_us;
  const how_far_is_the_ack = head.tstamp + srtt_in_ns - tp.tcp_clock_cache;
  if (how_far_is_the_ack - Math.min(srtt_in_ns / 2, NSEC_PER_MSEC) > 0) return TSO_SEND_NOW;

  if (cong_win < send_win) {
    if (cong_win <= skb.len) return TSO_DEFER_CWND_LIMITED;
  } else if (send_win <= skb.len) {
    return TSO_DEFER_RWND_LIMITED;
  }
  // No more will come to fill it up.
  if ((tcb.tcp_flags & TCPHDR_FIN) !== 0 || tcb.eor) return TSO_SEND_NOW;
  return TSO_DEFER;
}
