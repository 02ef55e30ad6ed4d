/**
 * CUBIC (RFC 9438): after a reduction cwnd grows as a cubic function of time, which is flat near the cwnd at
 * which the loss occurred. HyStart ends slow start before it overruns the path's buffers.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
import { tcp_sk, type tcp_sock, MINMAX_NONE } from '../../include/linux/tcp.ts';
import type { u32 } from '../../include/linux/types.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../include/net/net_namespace.ts';
import { SK_PACING_NONE, type sock, sock_net } from '../../include/net/sock.ts';
import { after, tcp_in_slow_start, tcp_is_cwnd_limited, tcp_jiffies32 } from '../../include/net/tcp.ts';
import {
  type ack_sample,
  CA_EVENT_TX_START,
  TCP_CONG_NON_RESTRICTED,
  type tcp_congestion_ops,
} from '../../include/net/tcp_congestion_ops.ts';
import {
  LINUX_MIB_TCPHYSTARTDELAYCWND,
  LINUX_MIB_TCPHYSTARTDELAYDETECT,
  LINUX_MIB_TCPHYSTARTTRAINCWND,
  LINUX_MIB_TCPHYSTARTTRAINDETECT,
} from '../../include/uapi/linux/snmp.ts';
import { TCP_CA_Loss } from '../../include/uapi/linux/tcp.ts';
import { HZ, usecs_to_jiffies } from '../../kernel/time/jiffies.ts';
import { tcp_cong_avoid_ai, tcp_reno_undo_cwnd, tcp_slow_start } from './tcp_cong.ts';
import { trace } from '../../trace/events.ts';

/** The denominator of `beta`. */
const BICTCP_BETA_SCALE = 1024;
/** Times of the curve are in units of 1/2^BICTCP_HZ seconds. */
const BICTCP_HZ = 10;
/** cwnd after a loss: 717/1024 of the previous one. */
const beta = 717;
/** C of the curve: 41/1024 × 10 segments per second cubed. */
const bic_scale = 41;
const cube_rtt_scale = bic_scale * 10;
/** 8 (1 + beta) / (3 (1 - beta)): how fast Reno would grow with this beta. */
const beta_scale = Math.floor(Math.floor((8 * (BICTCP_BETA_SCALE + beta)) / 3) / (BICTCP_BETA_SCALE - beta));
/** 2^40 / C: converts a difference of windows to the cube of a time. */
const cube_factor = Math.floor(2 ** (10 + 3 * BICTCP_HZ) / (bic_scale * 10));

/** HyStart is active for windows of at least this many segments. */
const hystart_low_window = 16;
/** ACKs less than this far apart (µs) belong to one train. */
const hystart_ack_delta_us = 2000;
const HYSTART_MIN_SAMPLES = 8;
const HYSTART_DELAY_MIN = 4000;
const HYSTART_DELAY_MAX = 16000;

/** CUBIC's state of a socket. */
export class bictcp {
  /** Number of acknowledged segments for which cwnd grows by one. */
  cnt = 0;
  /** cwnd at the last loss, in segments. */
  last_max_cwnd = 0;
  /** cwnd at the last computation, and the time of it, in jiffies. */
  last_cwnd = 0;
  last_time = 0;
  /** cwnd at which the curve is flat, in segments. */
  bic_origin_point = 0;
  /** Time from epoch_start to where the curve is flat, in 1/1024 s. */
  bic_K = 0;
  /** Minimum round-trip time, in µs. */
  delay_min = 0;
  /** Start of this curve, in jiffies; 0: none yet. */
  epoch_start = 0;
  /** Segments acknowledged, for the estimate of Reno's cwnd. */
  ack_cnt = 0;
  /** cwnd that Reno would have, in segments. */
  tcp_cwnd = 0;
  /** HyStart: number of samples in this round. */
  sample_cnt = 0;
  /** HyStart: slow start has ended. */
  found = false;
  /** HyStart: start of this round, in µs. */
  round_start = 0;
  /** HyStart: the round ends when this sequence number is acknowledged. */
  end_seq: u32 = 0;
  /** HyStart: time of the last ACK of the train, in µs. */
  last_ack = 0;
  /** HyStart: minimum round-trip time of this round, in µs. */
  curr_rtt = 0;
}

/** The socket's state; all zero if init has not run yet (the SYN timed out). */
function ca_of(sk: sock): bictcp {
  return (inet_csk(sk).icsk_ca_priv ??= new bictcp()) as bictcp;
}

function bictcp_reset(ca: bictcp): void {
  ca.cnt = 0;
  ca.last_max_cwnd = 0;
  ca.last_cwnd = 0;
  ca.last_time = 0;
  ca.bic_origin_point = 0;
  ca.bic_K = 0;
  ca.delay_min = 0;
  ca.epoch_start = 0;
  ca.ack_cnt = 0;
  ca.tcp_cwnd = 0;
  ca.found = false;
}

function bictcp_clock_us(sk: sock): number {
  return tcp_sk(sk).tcp_mstamp;
}

/**
 * Start a new HyStart round, which ends when the data sent so far is acknowledged.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
function bictcp_hystart_reset(sk: sock, ca: bictcp): void {
  ca.round_start = ca.last_ack = bictcp_clock_us(sk);
  ca.end_seq = tcp_sk(sk).snd_nxt;
  ca.curr_rtt = MINMAX_NONE;
  ca.sample_cnt = 0;
}

function cubictcp_init(sk: sock): void {
  // A child shares the listener's object: give it its own.
  const ca = new bictcp();
  inet_csk(sk).icsk_ca_priv = ca;
  bictcp_hystart_reset(sk, ca);
}

/**
 * Sending resumes after a pause: shift the curve by the idle time, otherwise cwnd would jump.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
function cubictcp_cwnd_event(sk: sock, event: number): void {
  if (event !== CA_EVENT_TX_START) return;
  const ca = ca_of(sk);
  const now = tcp_jiffies32(sk);
  const delta = now - tcp_sk(sk).lsndtime;
  if (ca.epoch_start !== 0 && delta > 0) ca.epoch_start = Math.min(ca.epoch_start + delta, now);
}

/** Cube roots of 0 to 63, scaled by 64 with a correction, as in Linux's table. */
const CUBE_ROOTS = [
  0, 54, 54, 54, 118, 118, 118, 118, 123, 129, 134, 138, 143, 147, 151, 156, 157, 161, 164, 168, 170, 173,
  176, 179, 181, 185, 187, 190, 192, 194, 197, 199, 200, 202, 204, 206, 209, 211, 213, 215, 217, 219, 221,
  222, 224, 225, 227, 229, 231, 232, 234, 236, 237, 239, 240, 242, 244, 245, 246, 248, 250, 251, 252, 254,
];

/** Number of bits of `value`. */
function fls64(value: number): number {
  return value >= 2 ** 32 ? 64 - Math.clz32(Math.floor(value / 2 ** 32)) : 32 - Math.clz32(value);
}

/**
 * Cube root with an error of about 0.2 %: a table lookup and one step of Newton's method, as in Linux, so
 * that windows are identical.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
function cubic_root(a: number): number {
  let b = fls64(a);
  // a < 64
  if (b < 7) return (CUBE_ROOTS[a]! + 35) >> 6;
  b = ((b * 84) >> 8) - 1;
  const shift = Math.floor(a / 2 ** (b * 3));
  let x = Math.floor(((CUBE_ROOTS[shift]! + 10) * 2 ** b) / 64);
  // x[k+1] = (2 x[k] + a / x[k]²) / 3
  x = 2 * x + Math.floor(a / (x * (x - 1)));
  return Math.floor((x * 341) / 1024);
}

/** Compute cnt: cwnd grows by one segment for each cnt acknowledged. @linux net/ipv4/tcp_cubic.c */
function bictcp_update(ca: bictcp, now: number, cwnd: number, acked: number): void {
  ca.ack_cnt += acked;
  if (ca.last_cwnd === cwnd && now - ca.last_time <= Math.floor(HZ / 32)) return;

  // The curve is computed at most once per jiffy; Reno's cwnd every time.
  if (ca.epoch_start === 0 || now !== ca.last_time) follow_curve(ca, now, cwnd, acked);
  keep_up_with_reno(ca, cwnd);
  // cwnd grows by at most half per round trip.
  ca.cnt = Math.max(ca.cnt, 2);
}

function follow_curve(ca: bictcp, now: number, cwnd: number, acked: number): void {
  ca.last_cwnd = cwnd;
  ca.last_time = now;
  if (ca.epoch_start === 0) {
    ca.epoch_start = now;
    ca.ack_cnt = acked;
    ca.tcp_cwnd = cwnd;
    if (ca.last_max_cwnd <= cwnd) {
      ca.bic_K = 0;
      ca.bic_origin_point = cwnd;
    } else {
      // K = cubic root of (Wmax - cwnd) / C
      ca.bic_K = cubic_root(cube_factor * (ca.last_max_cwnd - cwnd));
      ca.bic_origin_point = ca.last_max_cwnd;
    }
  }
  // W(t + RTT) = C (t - K)³ + Wmax
  const ticks = now - ca.epoch_start + usecs_to_jiffies(ca.delay_min);
  const t = Math.floor((ticks * 2 ** BICTCP_HZ) / HZ);
  const offs = Math.abs(t - ca.bic_K);
  const delta = Math.floor((cube_rtt_scale * offs * offs * offs) / 2 ** (10 + 3 * BICTCP_HZ));
  const bic_target = t < ca.bic_K ? ca.bic_origin_point - delta : ca.bic_origin_point + delta;

  ca.cnt = bic_target > cwnd ? Math.floor(cwnd / (bic_target - cwnd)) : 100 * cwnd;
  // Before the first loss cwnd grows by at least 5 % per round trip.
  if (ca.last_max_cwnd === 0 && ca.cnt > 20) ca.cnt = 20;
}

/** On short or slow paths the curve is slower than Reno: grow like Reno (RFC 9438 4.3). */
function keep_up_with_reno(ca: bictcp, cwnd: number): void {
  const delta = (cwnd * beta_scale) >> 3;
  while (ca.ack_cnt > delta) {
    ca.ack_cnt -= delta;
    ca.tcp_cwnd++;
  }
  if (ca.tcp_cwnd > cwnd) ca.cnt = Math.min(ca.cnt, Math.floor(cwnd / (ca.tcp_cwnd - cwnd)));
}

function cubictcp_cong_avoid(sk: sock, _ack: u32, acked: number): void {
  const tp = tcp_sk(sk);
  if (!tcp_is_cwnd_limited(sk)) return;
  if (tcp_in_slow_start(tp)) {
    acked = tcp_slow_start(tp, acked);
    if (acked === 0) return;
  }
  const ca = ca_of(sk);
  bictcp_update(ca, tcp_jiffies32(sk), tp.snd_cwnd, acked);
  tcp_cong_avoid_ai(tp, ca.cnt, acked);
}

/**
 * A loss: record cwnd, or slightly less if it was already shrinking (fast convergence), and reduce it.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
function cubictcp_recalc_ssthresh(sk: sock): number {
  const { snd_cwnd } = tcp_sk(sk);
  const ca = ca_of(sk);
  ca.epoch_start = 0;
  if (snd_cwnd < ca.last_max_cwnd) {
    ca.last_max_cwnd = Math.floor((snd_cwnd * (BICTCP_BETA_SCALE + beta)) / (2 * BICTCP_BETA_SCALE));
  } else {
    ca.last_max_cwnd = snd_cwnd;
  }
  return Math.max(Math.floor((snd_cwnd * beta) / BICTCP_BETA_SCALE), 2);
}

function cubictcp_state(sk: sock, new_state: number): void {
  if (new_state !== TCP_CA_Loss) return;
  const ca = ca_of(sk);
  bictcp_reset(ca);
  bictcp_hystart_reset(sk, ca);
}

/** How much GSO and GRO may lengthen an ACK train, in µs: at most 1 ms. @linux net/ipv4/tcp_cubic.c */
function hystart_ack_delay(sk: sock): number {
  const rate = sk.sk_pacing_rate;
  if (rate === 0) return 0;
  return Math.min(1000, Math.floor((sk.sk_gso_max_size * 4 * 1e6) / rate));
}

/**
 * End slow start when an ACK train is as long as the round-trip time, or when the round-trip time increases.
 *
 * @linux net/ipv4/tcp_cubic.c
 */
function hystart_update(sk: sock, tp: tcp_sock, ca: bictcp, delay: number): void {
  if (after(tp.snd_una, ca.end_seq)) bictcp_hystart_reset(sk, ca);
  if (tp.snd_cwnd < hystart_low_window) return;
  const net = sock_net(sk);

  const now = bictcp_clock_us(sk);
  if (now - ca.last_ack <= hystart_ack_delta_us) {
    ca.last_ack = now;
    let threshold = ca.delay_min + hystart_ack_delay(sk);
    // Without pacing the data was sent in one burst: use half the round-trip time.
    if (sk.sk_pacing_status === SK_PACING_NONE) threshold = Math.floor(threshold / 2);
    if (now - ca.round_start > threshold) {
      ca.found = true;
      NET_INC_STATS(net, LINUX_MIB_TCPHYSTARTTRAINDETECT);
      NET_ADD_STATS(net, LINUX_MIB_TCPHYSTARTTRAINCWND, tp.snd_cwnd);
      tp.snd_ssthresh = tp.snd_cwnd;
      trace.sockscope_value_set(tp, 'snd_ssthresh', 'hystart_train');
    }
  }

  ca.curr_rtt = Math.min(ca.curr_rtt, delay);
  if (ca.sample_cnt < HYSTART_MIN_SAMPLES) {
    ca.sample_cnt++;
    return;
  }
  const margin = Math.min(Math.max(Math.floor(ca.delay_min / 8), HYSTART_DELAY_MIN), HYSTART_DELAY_MAX);
  if (ca.curr_rtt > ca.delay_min + margin) {
    ca.found = true;
    NET_INC_STATS(net, LINUX_MIB_TCPHYSTARTDELAYDETECT);
    NET_ADD_STATS(net, LINUX_MIB_TCPHYSTARTDELAYCWND, tp.snd_cwnd);
    tp.snd_ssthresh = tp.snd_cwnd;
    trace.sockscope_value_set(tp, 'snd_ssthresh', 'hystart_delay');
  }
}

function cubictcp_acked(sk: sock, sample: ack_sample): void {
  if (sample.rtt_us < 0) return;
  const tp = tcp_sk(sk);
  const ca = ca_of(sk);
  // In the first second after a reduction the samples still include the queue that caused it.
  if (ca.epoch_start !== 0 && tcp_jiffies32(sk) - ca.epoch_start < HZ) return;
  const delay = sample.rtt_us || 1;
  if (ca.delay_min === 0 || ca.delay_min > delay) ca.delay_min = delay;
  if (!ca.found && tcp_in_slow_start(tp)) hystart_update(sk, tp, ca, delay);
}

export const cubictcp: tcp_congestion_ops = {
  name: 'cubic',
  // The default, which any user may select.
  flags: TCP_CONG_NON_RESTRICTED,
  init: cubictcp_init,
  ssthresh: cubictcp_recalc_ssthresh,
  cong_avoid: cubictcp_cong_avoid,
  set_state: cubictcp_state,
  undo_cwnd: tcp_reno_undo_cwnd,
  cwnd_event: cubictcp_cwnd_event,
  pkts_acked: cubictcp_acked,
};
