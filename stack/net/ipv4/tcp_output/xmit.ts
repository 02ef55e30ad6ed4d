/**
 * Deciding what to send now: the windows, Nagle, pacing and small queues, and the accounting of sent data.
 *
 * @linux net/ipv4/tcp_output.c
 */
import { SOCK_NOSPACE } from '../../../include/linux/net.ts';
import { type sk_buff, skb_cloned } from '../../../include/linux/skbuff.ts';
import { tcp_chrono, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { hrtimer_is_queued, hrtimer } from '../../../include/linux/timer.ts';
import { ICSK_TIME_LOSS_PROBE, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { SK_PACING_NONE, type sock, sock_hold, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_current_ssthresh,
  tcp_in_cwnd_reduction,
  tcp_is_cwnd_limited,
  tcp_jiffies32,
  TCP_NAGLE_CORK,
  TCP_NAGLE_PUSH,
  tcp_needs_internal_pacing,
  tcp_packets_in_flight,
  tcp_rtx_and_write_queues_empty,
  tcp_send_head,
  tcp_skb_is_last,
  tcp_skb_pcount,
  tcp_wnd_end,
  tcp_write_queue_empty,
  TCPHDR_FIN,
  TSQF_THROTTLED,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPORIGDATASENT,
  LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CA_Open,
  TCP_CLOSE,
  TCPF_CLOSE_WAIT,
  TCPF_ESTABLISHED,
} from '../../../include/uapi/linux/tcp.ts';
import { hrtimer_start } from '../../../kernel/time/hrtimer.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { __skb_unlink } from '../../core/skbuff/queue.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { tcp_init_cwnd } from '../tcp_input/cwnd.ts';
import { tcp_rearm_rto } from '../tcp_input/rtt.ts';
import { tcp_check_space } from '../tcp_input/snd_check.ts';
import { tcp_check_probe_timer } from '../tcp_timer/xmit_timer.ts';
import {
  tcp_init_tso_segs,
  tcp_mss_split_point,
  tcp_tso_segs,
  tcp_tso_should_defer,
  TSO_DEFER_CWND_LIMITED,
  TSO_DEFER_RWND_LIMITED,
  tso_fragment,
  TSO_SEND_NOW,
} from './fragment.ts';
import { tcp_current_mss, tcp_mtu_probe } from './mss.ts';
import { tcp_schedule_loss_probe } from './retransmit.ts';
import { tcp_mstamp_refresh, tcp_transmit_skb, tcp_urg_mode } from './transmit.ts';
import { tcp_pace_kick } from './tsq.ts';
import { trace } from '../../../trace/events.ts';

/**
 * The number of packets that cwnd allows in one burst: at most half of cwnd; 0: none.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_cwnd_test(tp: tcp_sock, skb: sk_buff): number {
  // A lone FIN always passes.
  if ((TCP_SKB_CB(skb).tcp_flags & TCPHDR_FIN) !== 0 && tcp_skb_pcount(skb) === 1) return 1;
  const in_flight = tcp_packets_in_flight(tp);
  const cwnd = tp.snd_cwnd;
  if (in_flight >= cwnd) return 0;
  return Math.min(Math.max(cwnd >> 1, 1), cwnd - in_flight);
}

/** Whether at least the first segment of `skb` fits into the peer's window. @linux net/ipv4/tcp_output.c */
export function tcp_snd_wnd_test(tp: tcp_sock, skb: sk_buff, cur_mss: number): boolean {
  const tcb = TCP_SKB_CB(skb);
  const end_seq = skb.len > cur_mss ? (tcb.seq + cur_mss) | 0 : tcb.end_seq;
  return !after(end_seq, tcp_wnd_end(tp));
}

/**
 * Send from the head of the send queue until a limit applies: the congestion window, the peer's window,
 * Nagle, TSO deferral, pacing, or the device's queue.
 *
 * @param nonagle TCP_NAGLE_… bits
 * @param push_one 0: everything allowed; 1: one packet; 2: one packet, regardless of the congestion window
 *   (loss probe)
 * @returns true when data waits and nothing is in flight: a window probe is needed
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_write_xmit(sk: sock, mss_now: number, nonagle: number, push_one: number): boolean {
  const tp = tcp_sk(sk);
  let sent_pkts = 0;
  let is_cwnd_limited = false;
  let is_rwnd_limited = false;

  tcp_mstamp_refresh(tp);
  if (push_one === 0) {
    const result = tcp_mtu_probe(sk);
    if (result === 0) return false;
    if (result > 0) sent_pkts = 1;
  }

  const max_segs = tcp_tso_segs(sk, mss_now);
  for (let skb = tcp_send_head(sk); skb !== null; skb = tcp_send_head(sk)) {
    if (tcp_pacing_check(sk)) break;
    const tso_segs = tcp_init_tso_segs(skb, mss_now);

    let cwnd_quota = tcp_cwnd_test(tp, skb);
    if (cwnd_quota === 0) {
      if (push_one !== 2) break;
      cwnd_quota = 1;
    }
    if (!tcp_snd_wnd_test(tp, skb, mss_now)) {
      is_rwnd_limited = true;
      break;
    }
    if (tso_segs === 1) {
      // Only the last segment can still grow: Nagle never delays those before it.
      if (!tcp_nagle_test(tp, skb, mss_now, tcp_skb_is_last(sk, skb) ? nonagle : TCP_NAGLE_PUSH)) break;
    } else if (push_one === 0) {
      const defer = tcp_tso_should_defer(sk, skb, max_segs);
      if (defer !== TSO_SEND_NOW) {
        if (defer === TSO_DEFER_CWND_LIMITED) is_cwnd_limited = true;
        if (defer === TSO_DEFER_RWND_LIMITED) is_rwnd_limited = true;
        break;
      }
    }

    let limit = mss_now;
    if (tso_segs > 1 && !tcp_urg_mode(tp)) {
      limit = tcp_mss_split_point(sk, skb, mss_now, Math.min(cwnd_quota, max_segs), nonagle);
    }
    if (skb.len > limit && tso_fragment(sk, skb, limit, mss_now) !== 0) break;
    if (tcp_small_queue_check(sk, skb, 0)) break;
    // The segment is empty: sendmsg is still filling it.
    const { seq, end_seq } = TCP_SKB_CB(skb);
    if (end_seq === seq) break;

    if (tcp_transmit_skb(sk, skb, true) !== 0) break;
    tcp_event_new_data_sent(sk, skb);
    tcp_minshall_update(tp, mss_now, skb);
    sent_pkts += tcp_skb_pcount(skb);
    if (push_one !== 0) break;
  }

  if (is_rwnd_limited) tcp_chrono_start(sk, TCP_CHRONO_RWND_LIMITED);
  else tcp_chrono_stop(sk, TCP_CHRONO_RWND_LIMITED);

  if (tcp_packets_in_flight(tp) >= tp.snd_cwnd) is_cwnd_limited = true;
  if (sent_pkts !== 0 || is_cwnd_limited) tcp_cwnd_validate(sk, is_cwnd_limited);
  if (sent_pkts !== 0) {
    if (tcp_in_cwnd_reduction(sk)) tp.prr_out += sent_pkts;
    // One probe per flight.
    if (push_one !== 2) tcp_schedule_loss_probe(sk, false);
    return false;
  }
  return tp.packets_out === 0 && !tcp_write_queue_empty(sk);
}

/**
 * Send what the limits allow; if nothing is in flight that could bring a window update, start to probe.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function __tcp_push_pending_frames(sk: sock, cur_mss: number, nonagle: number): void {
  // A closed socket has nothing to send, but callers may still get here.
  if (sk.sk_state === TCP_CLOSE) return;
  if (tcp_write_xmit(sk, cur_mss, nonagle, 0)) tcp_check_probe_timer(sk);
}

/** Send one full packet now, regardless of Nagle: sendmsg has more data. @linux net/ipv4/tcp_output.c */
export function tcp_push_one(sk: sock, mss_now: number): void {
  tcp_write_xmit(sk, mss_now, TCP_NAGLE_PUSH, 1);
}

/** Send what the limits allow, if any data is queued. @linux include/net/tcp.h */
export function tcp_push_pending_frames(sk: sock): void {
  if (tcp_send_head(sk) !== null) __tcp_push_pending_frames(sk, tcp_current_mss(sk), tcp_sk(sk).nonagle);
}

/** Whether a small segment is in flight. @linux net/ipv4/tcp_output.c */
function tcp_minshall_check(tp: tcp_sock): boolean {
  return after(tp.snd_sml, tp.snd_una) && !after(tp.snd_sml, tp.snd_nxt);
}

/** Record the end of the last small segment. @linux net/ipv4/tcp_output.c */
function tcp_minshall_update(tp: tcp_sock, mss_now: number, skb: sk_buff): void {
  if (skb.len < tcp_skb_pcount(skb) * mss_now) tp.snd_sml = TCP_SKB_CB(skb).end_seq;
}

/**
 * Whether Nagle delays a segment. Only a partial one waits: when corked, or when Nagle is on and a small
 * segment is in flight.
 *
 * @param nonagle TCP_NAGLE_… bits
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_nagle_check(partial: boolean, tp: tcp_sock, nonagle: number): boolean {
  return (
    partial &&
    ((nonagle & TCP_NAGLE_CORK) !== 0 || (nonagle === 0 && tp.packets_out !== 0 && tcp_minshall_check(tp)))
  );
}

/** Whether Nagle allows `skb` to be sent. Urgent data and FIN always pass. @linux net/ipv4/tcp_output.c */
function tcp_nagle_test(tp: tcp_sock, skb: sk_buff, cur_mss: number, nonagle: number): boolean {
  if ((nonagle & TCP_NAGLE_PUSH) !== 0) return true;
  if (tcp_urg_mode(tp) || (TCP_SKB_CB(skb).tcp_flags & TCPHDR_FIN) !== 0) return true;
  return !tcp_nagle_check(skb.len < cur_mss, tp, nonagle);
}

/** Whether it is too early for the next packet; if so, arm the pacing timer. @linux net/ipv4/tcp_output.c */
export function tcp_pacing_check(sk: sock): boolean {
  if (!tcp_needs_internal_pacing(sk)) return false;
  const tp = tcp_sk(sk);
  if (tp.tcp_wstamp_ns <= tp.tcp_clock_cache) return false;
  const timer = (tp.pacing_timer ??= new hrtimer(tcp_pace_kick, tp));
  if (!hrtimer_is_queued(timer)) {
    hrtimer_start(sock_net(sk).machine, timer, tp.tcp_wstamp_ns);
    sock_hold(sk);
  }
  return true;
}

/**
 * Whether the socket has enough packets in the device's queue: about a millisecond's worth, but at least two
 * packets. More would only add latency. tcp_wfree() resumes sending.
 *
 * @param factor 1: allow twice as much
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_small_queue_check(sk: sock, skb: sk_buff, factor: number): boolean {
  let limit = Math.max(2 * skb.truesize, Math.floor(sk.sk_pacing_rate / (1 << sk.sk_pacing_shift)));
  if (sk.sk_pacing_status === SK_PACING_NONE) {
    limit = Math.min(limit, sock_net(sk).ipv4.sysctl_tcp_limit_output_bytes);
  }
  if (sk.sk_wmem_alloc <= limit * (1 << factor)) return false;
  // Always allow a packet when at most one is outstanding: the device's completions may be slow.
  if (tcp_sk(sk).tcp_rtx_queue.length <= 1) return false;
  sk.sk_tsq_flags |= TSQF_THROTTLED;
  return true;
}

/**
 * Whether `skb`'s last copy is still in this host, so that a retransmission would be pointless. Linux checks
 * the clone's half of the buffer; here a clone exists only while it is on its way to the device.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function skb_still_in_host_queue(sk: sock, skb: sk_buff): boolean {
  if (!skb_cloned(skb)) return false;
  sk.sk_tsq_flags |= TSQF_THROTTLED;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES);
  return true;
}

/**
 * New data was sent: move the segment from the send queue to the retransmit queue, and start the
 * retransmission timer if nothing was in flight before (RFC 6298 5.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_event_new_data_sent(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const prior_packets = tp.packets_out;
  const pcount = tcp_skb_pcount(skb);

  tp.snd_nxt = TCP_SKB_CB(skb).end_seq;
  __skb_unlink(skb, sk.sk_write_queue);
  tcp_rbtree_insert(tp.tcp_rtx_queue, skb);
  if (tp.highest_sack === null) tp.highest_sack = skb;

  tp.packets_out += pcount;
  if (prior_packets === 0 || inet_csk(sk).icsk_pending === ICSK_TIME_LOSS_PROBE) tcp_rearm_rto(sk);
  NET_ADD_STATS(sock_net(sk), LINUX_MIB_TCPORIGDATASENT, pcount);
  tcp_check_space(sk);
}

/**
 * The window was not fully used for an RTO: shrink it half way to the part that was used (RFC 2861 3.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_cwnd_application_limited(sk: sock): void {
  const tp = tcp_sk(sk);
  if (inet_csk(sk).icsk_ca_state === TCP_CA_Open && sk.sk_socket !== null && !waits_for_space(sk)) {
    // An application limited by the send buffer is not idle.
    const win_used = Math.max(tp.snd_cwnd_used, tcp_init_cwnd(tp, __sk_dst_get(sk)));
    if (win_used < tp.snd_cwnd) {
      tp.snd_ssthresh = tcp_current_ssthresh(sk);
      trace.sockscope_value_set(tp, 'snd_ssthresh', 'application_limited');
      tp.snd_cwnd = (tp.snd_cwnd + win_used) >> 1;
      trace.sockscope_value_set(tp, 'snd_cwnd', 'application_limited');
    }
    tp.snd_cwnd_used = 0;
  }
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
}

function waits_for_space(sk: sock): boolean {
  return sk.sk_socket !== null && (sk.sk_socket.flags & (1 << SOCK_NOSPACE)) !== 0;
}

/**
 * After sending: record whether cwnd was the limit. Only then may it grow (RFC 7661).
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_cwnd_validate(sk: sock, is_cwnd_limited: boolean): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);

  // Track over one window the maximum in flight, and whether cwnd was ever the limit.
  if (
    !before(tp.snd_una, tp.cwnd_usage_seq) ||
    is_cwnd_limited ||
    (!tp.is_cwnd_limited && tp.packets_out > tp.max_packets_out)
  ) {
    tp.is_cwnd_limited = is_cwnd_limited;
    tp.max_packets_out = tp.packets_out;
    tp.cwnd_usage_seq = tp.snd_nxt;
  }

  if (tcp_is_cwnd_limited(sk)) {
    tp.snd_cwnd_used = 0;
    tp.snd_cwnd_stamp = tcp_jiffies32(sk);
    return;
  }
  if (tp.packets_out > tp.snd_cwnd_used) tp.snd_cwnd_used = tp.packets_out;
  if (
    sock_net(sk).ipv4.sysctl_tcp_slow_start_after_idle !== 0 &&
    tcp_jiffies32(sk) - tp.snd_cwnd_stamp >= icsk.icsk_rto &&
    icsk.icsk_ca_ops!.cong_control === undefined
  ) {
    tcp_cwnd_application_limited(sk);
  }
  // Everything is sent while the writer still waits for room: the send buffer is too small.
  if (
    tcp_write_queue_empty(sk) &&
    waits_for_space(sk) &&
    ((1 << sk.sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) !== 0
  ) {
    tcp_chrono_start(sk, TCP_CHRONO_SNDBUF_LIMITED);
  }
}

export const TCP_CHRONO_UNSPEC = tcp_chrono.TCP_CHRONO_UNSPEC;
export const TCP_CHRONO_BUSY = tcp_chrono.TCP_CHRONO_BUSY;
export const TCP_CHRONO_RWND_LIMITED = tcp_chrono.TCP_CHRONO_RWND_LIMITED;
export const TCP_CHRONO_SNDBUF_LIMITED = tcp_chrono.TCP_CHRONO_SNDBUF_LIMITED;

function tcp_chrono_set(tp: tcp_sock, next: number): void {
  const now = tcp_jiffies32(tp);
  const old = tp.chrono_type;
  if (old > TCP_CHRONO_UNSPEC) {
    tp.chrono_stat ??= [0, 0, 0];
    tp.chrono_stat[old - 1]! += now - tp.chrono_start;
  }
  tp.chrono_start = now;
  tp.chrono_type = next;
}

/**
 * `type` (TCP_CHRONO_…) now limits sending, unless a limit of higher priority is already active.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_chrono_start(sk: sock, type: number): void {
  const tp = tcp_sk(sk);
  if (type > tp.chrono_type) tcp_chrono_set(tp, type);
}

/** `type` no longer limits sending: the connection is busy or idle. @linux net/ipv4/tcp_output.c */
export function tcp_chrono_stop(sk: sock, type: number): void {
  const tp = tcp_sk(sk);
  if (tcp_rtx_and_write_queues_empty(sk)) tcp_chrono_set(tp, TCP_CHRONO_UNSPEC);
  else if (type === tp.chrono_type) tcp_chrono_set(tp, TCP_CHRONO_BUSY);
}
