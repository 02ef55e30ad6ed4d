/** Reno (RFC 5681), and the arithmetic that all congestion controls share. @linux net/ipv4/tcp_cong.c */
import { tcp_sk, type tcp_sock } from '../../include/linux/tcp.ts';
import type { u32 } from '../../include/linux/types.ts';
import type { sock } from '../../include/net/sock.ts';
import { tcp_in_slow_start, tcp_is_cwnd_limited } from '../../include/net/tcp.ts';
import { TCP_CONG_NON_RESTRICTED, type tcp_congestion_ops } from '../../include/net/tcp_congestion_ops.ts';

/**
 * Slow start (RFC 5681 3.1, with appropriate byte counting, RFC 3465): a segment more for each one acknowledged, up to the threshold.
 *
 * @returns how many acknowledged segments are left for congestion avoidance
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_slow_start(tp: tcp_sock, acked: number): number {
  const cwnd = Math.min(tp.snd_cwnd + acked, tp.snd_ssthresh);
  acked -= cwnd - tp.snd_cwnd;
  tp.snd_cwnd = Math.min(cwnd, tp.snd_cwnd_clamp);
  return acked;
}

/** Congestion avoidance: one segment more for each `w` acknowledged. @linux net/ipv4/tcp_cong.c */
export function tcp_cong_avoid_ai(tp: tcp_sock, w: number, acked: number): void {
  // Credit from a time when w was larger.
  if (tp.snd_cwnd_cnt >= w) {
    tp.snd_cwnd_cnt = 0;
    tp.snd_cwnd += 1;
  }
  tp.snd_cwnd_cnt += acked;
  if (tp.snd_cwnd_cnt >= w) {
    const delta = Math.floor(tp.snd_cwnd_cnt / w);
    tp.snd_cwnd_cnt -= delta * w;
    tp.snd_cwnd += delta;
  }
  tp.snd_cwnd = Math.min(tp.snd_cwnd, tp.snd_cwnd_clamp);
}

/** Reno: slow start below the threshold, then one segment a round trip. @linux net/ipv4/tcp_cong.c */
export function tcp_reno_cong_avoid(sk: sock, _ack: u32, acked: number): void {
  const tp = tcp_sk(sk);
  if (!tcp_is_cwnd_limited(sk)) return;
  if (tcp_in_slow_start(tp)) {
    acked = tcp_slow_start(tp, acked);
    if (acked === 0) return;
  }
  tcp_cong_avoid_ai(tp, tp.snd_cwnd, acked);
}

/** Half the window, at least 2 segments (RFC 5681 equation 4). @linux net/ipv4/tcp_cong.c */
export function tcp_reno_ssthresh(sk: sock): number {
  return Math.max(tcp_sk(sk).snd_cwnd >> 1, 2);
}

/** The reduction was needless: back to the window before it. @linux net/ipv4/tcp_cong.c */
export function tcp_reno_undo_cwnd(sk: sock): number {
  const tp = tcp_sk(sk);
  return Math.max(tp.snd_cwnd, tp.prior_cwnd);
}

export const tcp_reno: tcp_congestion_ops = {
  name: 'reno',
  flags: TCP_CONG_NON_RESTRICTED,
  ssthresh: tcp_reno_ssthresh,
  cong_avoid: tcp_reno_cong_avoid,
  undo_cwnd: tcp_reno_undo_cwnd,
};
