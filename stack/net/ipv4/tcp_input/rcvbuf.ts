/**
 * The receive buffer and the advertised window, the peer's segment size, and send buffer growth.
 *
 * @linux net/ipv4/tcp_input.c
 */
import {
  type sk_buff,
  SK_BUFF_SIZE,
  skb_headlen,
  SKB_SHARED_INFO_SIZE,
  skb_shinfo,
  SKB_TRUESIZE,
} from '../../../include/linux/skbuff.ts';
import { rcv_rtt_est, tcp_sk, type tcp_sock, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import {
  ICSK_ACK_PUSHED,
  ICSK_ACK_PUSHED2,
  inet_csk,
  inet_csk_schedule_ack,
} from '../../../include/net/inet_connection_sock.ts';
import { type sock, sock_net, SOCK_RCVBUF_LOCK, SOCK_SNDBUF_LOCK } from '../../../include/net/sock.ts';
import {
  before,
  MAX_TCP_HEADER,
  tcp_adjust_rcv_ssthresh,
  TCP_ATO_MIN,
  tcp_full_space,
  TCP_INIT_CWND,
  tcp_jiffies32,
  TCP_MAX_QUICKACKS,
  TCP_MIN_MSS,
  TCP_MSS_DEFAULT,
  tcp_space,
  tcp_stamp_us_delta,
  tcp_time_stamp,
  tcp_under_memory_pressure,
  tcp_win_from_space,
  TCPHDR_FIN,
  TCPHDR_PSH,
  TCPHDR_SYN,
  TCPHDR_URG,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { trace } from '../../../trace/events.ts';
import { sk_prot_mem_limits } from '../../core/sock/memory.ts';
import { tcp_mstamp_refresh } from '../tcp_output/transmit.ts';
import { tcp_ecn_check_ce } from './ecn.ts';
import { MAX_TS_DELTA, USEC_PER_TS } from './rtt.ts';
import { tcp_incr_quickack } from './snd_check.ts';

/**
 * Estimate the peer's segment size (rcv_mss) from its segments; delayed ACKs count in units of it. A small
 * segment sets the size only if it looks full and arrives twice in a row.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_measure_rcv_mss(sk: sock, skb: sk_buff): void {
  const ack = inet_csk(sk).icsk_ack;
  const lss = ack.last_seg_size;
  ack.last_seg_size = 0;

  let len = skb_shinfo(skb).gso_size || skb.len;
  if (len >= ack.rcv_mss) {
    ack.rcv_mss = Math.min(len, tcp_sk(sk).advmss);
    // A full segment with PSH ends the peer's write: the peer may be waiting for the ACK.
    if ((TCP_SKB_CB(skb).tcp_flags & TCPHDR_PSH) !== 0) ack.pending |= ICSK_ACK_PUSHED;
    return;
  }
  // Include the header: the total stays constant while SACK options come and go.
  len += skb.data - skb.transport_header;
  if (
    len >= TCP_MSS_DEFAULT + TCPHDR_LEN ||
    (len >= TCP_MIN_MSS + TCPHDR_LEN &&
      (skb.head[skb.transport_header + 13]! & (TCPHDR_FIN | TCPHDR_URG | TCPHDR_SYN | TCPHDR_PSH)) === 0)
  ) {
    len -= tcp_sk(sk).tcp_header_len;
    ack.last_seg_size = len;
    if (len === lss) {
      ack.rcv_mss = len;
      return;
    }
  }
  if ((ack.pending & ICSK_ACK_PUSHED) !== 0) ack.pending |= ICSK_ACK_PUSHED2;
  ack.pending |= ICSK_ACK_PUSHED;
}

/**
 * Size the send buffer for twice the congestion window, up to the maximum of tcp_wmem.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_sndbuf_expand(sk: sock): void {
  const tp = tcp_sk(sk);
  const ca_ops = inet_csk(sk).icsk_ca_ops!;
  // The cost of one segment with an skb of its own.
  const bytes = Math.max(tp.rx_opt.mss_clamp, tp.mss_cache) + MAX_TCP_HEADER + SKB_SHARED_INFO_SIZE;
  const per_mss = roundup_pow_of_two(bytes) + SK_BUFF_SIZE;
  const nr_segs = Math.max(TCP_INIT_CWND, tp.snd_cwnd, tp.reordering + 1);
  const factor = ca_ops.sndbuf_expand !== undefined ? ca_ops.sndbuf_expand(sk) : 2;
  const sndmem = factor * nr_segs * per_mss;
  if (sk.sk_sndbuf < sndmem) sk.sk_sndbuf = Math.min(sndmem, sock_net(sk).ipv4.sysctl_tcp_wmem[2]!);
}

/**
 * How far the window may grow for a segment that wastes memory: a smaller window tolerates more waste.
 *
 * @linux net/ipv4/tcp_input.c
 */
function __tcp_grow_window(sk: sock, skb: sk_buff, skbtruesize: number): number {
  const tp = tcp_sk(sk);
  let truesize = tcp_win_from_space(sk, skbtruesize) >> 1;
  let window = tcp_win_from_space(sk, sock_net(sk).ipv4.sysctl_tcp_rmem[2]!) >> 1;
  while (tp.rcv_ssthresh <= window) {
    if (truesize <= skb.len) return 2 * inet_csk(sk).icsk_ack.rcv_mss;
    truesize >>= 1;
    window >>= 1;
  }
  return 0;
}

/**
 * Ignore the linear head of a segment whose payload is all in page fragments: coalescing frees it.
 *
 * @linux net/ipv4/tcp_input.c
 */
function truesize_adjust(adjust: boolean, skb: sk_buff): number {
  if (adjust && skb_headlen(skb) === 0) {
    const truesize = skb.truesize - SKB_TRUESIZE(skb.end);
    if (truesize >= skb.len) return truesize;
  }
  return skb.truesize;
}

/** A data segment arrived: advertise more window if segments like it fit. @linux net/ipv4/tcp_input.c */
export function tcp_grow_window(sk: sock, skb: sk_buff, adjust: boolean): void {
  const tp = tcp_sk(sk);
  const room = Math.min(tp.window_clamp, tcp_space(sk)) - tp.rcv_ssthresh;
  if (room <= 0) return;
  if (tcp_under_memory_pressure(sk)) {
    tcp_adjust_rcv_ssthresh(sk);
    trace.sockscope_value_set(tp, 'rcv_ssthresh', 'memory_pressure');
    return;
  }
  const truesize = truesize_adjust(adjust, skb);
  let incr =
    tcp_win_from_space(sk, truesize) <= skb.len ? 2 * tp.advmss : __tcp_grow_window(sk, skb, truesize);
  if (incr !== 0) {
    incr = Math.max(incr, 2 * skb.len);
    tp.rcv_ssthresh += Math.min(room, incr);
    trace.sockscope_value_set(tp, 'rcv_ssthresh', 'ssthresh_grown');
    inet_csk(sk).icsk_ack.quick |= 1;
  }
}

/** Initialize both buffers when the connection is established. @linux net/ipv4/tcp_input.c */
export function tcp_init_buffer_space(sk: sock): void {
  const tp = tcp_sk(sk);
  const tcp_app_win = sock_net(sk).ipv4.sysctl_tcp_app_win;
  if ((sk.sk_userlocks & SOCK_SNDBUF_LOCK) === 0) tcp_sndbuf_expand(sk);
  tcp_mstamp_refresh(tp);
  tp.rcvq_space_time = tp.tcp_mstamp;
  tp.rcvq_space_seq = tp.copied_seq;

  const maxwin = tcp_full_space(sk);
  if (tp.window_clamp >= maxwin) {
    tp.window_clamp = maxwin;
    if (tcp_app_win !== 0 && maxwin > 4 * tp.advmss) {
      tp.window_clamp = Math.max(maxwin - Math.floor(maxwin / 2 ** tcp_app_win), 4 * tp.advmss);
    }
  }
  // Reserve room for one segment.
  if (tcp_app_win !== 0 && tp.window_clamp > 2 * tp.advmss && tp.window_clamp + tp.advmss > maxwin) {
    tp.window_clamp = Math.max(2 * tp.advmss, maxwin - tp.advmss);
  }
  tp.rcv_ssthresh = Math.min(tp.rcv_ssthresh, tp.window_clamp);
  trace.sockscope_value_set(tp, 'window_clamp', 'window_initial');
  trace.sockscope_value_set(tp, 'rcv_ssthresh', 'window_initial');
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  tp.rcvq_space_space = Math.min(tp.rcv_ssthresh, tp.rcv_wnd, TCP_INIT_CWND * tp.advmss);
}

/**
 * The receive buffer exceeds its limit: raise the limit if allowed, otherwise reduce the window.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_clamp_window(sk: sock): void {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  inet_csk(sk).icsk_ack.quick = 0;
  const rmem2 = net.ipv4.sysctl_tcp_rmem[2]!;
  if (
    sk.sk_rcvbuf < rmem2 &&
    (sk.sk_userlocks & SOCK_RCVBUF_LOCK) === 0 &&
    !tcp_under_memory_pressure(sk) &&
    sk.sk_prot.memory(net)!.memory_allocated < sk_prot_mem_limits(sk, 0)
  ) {
    sk.sk_rcvbuf = Math.min(sk.sk_rmem_alloc, rmem2);
  }
  if (sk.sk_rmem_alloc > sk.sk_rcvbuf) {
    tp.rcv_ssthresh = Math.min(tp.window_clamp, 2 * tp.advmss);
    trace.sockscope_value_set(tp, 'rcv_ssthresh', 'ssthresh_clamped');
  }
}

/** A first, deliberately low estimate of the peer's segment size. @linux net/ipv4/tcp_input.c */
export function tcp_initialize_rcv_mss(sk: sock): void {
  const tp = tcp_sk(sk);
  const hint = Math.min(tp.advmss, tp.mss_cache, tp.rcv_wnd >>> 1, TCP_MSS_DEFAULT);
  inet_csk(sk).icsk_ack.rcv_mss = Math.max(hint, TCP_MIN_MSS);
}

/** Smooth the receiver's estimate of the RTT (times 8). Without timestamps (`win_dep`) only the minimum counts. @linux net/ipv4/tcp_input.c */
function tcp_rcv_rtt_update(tp: tcp_sock, sample: number, win_dep: boolean): void {
  const est = (tp.rcv_rtt_est ??= new rcv_rtt_est());
  const old_sample = est.rtt_us;
  const m = sample * 8;
  if (old_sample === 0 || m < old_sample) {
    est.rtt_us = m;
  } else if (!win_dep) {
    est.rtt_us = old_sample - (old_sample >>> 3) + sample;
  }
}

/**
 * Measure how long one window of data takes to arrive: an upper bound of the RTT.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_rcv_rtt_measure(tp: tcp_sock): void {
  const est = (tp.rcv_rtt_est ??= new rcv_rtt_est());
  if (est.time !== 0) {
    if (before(tp.rcv_nxt, est.seq)) return;
    tcp_rcv_rtt_update(tp, tcp_stamp_us_delta(tp.tcp_mstamp, est.time) || 1, true);
  }
  est.seq = (tp.rcv_nxt + tp.rcv_wnd) | 0;
  est.time = tp.tcp_mstamp;
}

/** Measure the RTT from the timestamp that a full segment echoes. @linux net/ipv4/tcp_input.c */
export function tcp_rcv_rtt_measure_ts(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const rcv_tsecr = tp.rx_opt.rcv_tsecr;
  if (rcv_tsecr === tp.rcv_rtt_last_tsecr) return;
  tp.rcv_rtt_last_tsecr = rcv_tsecr;
  const cb = TCP_SKB_CB(skb);
  if ((cb.end_seq - cb.seq) >>> 0 < inet_csk(sk).icsk_ack.rcv_mss) return;
  const delta = (tcp_time_stamp(tp) - rcv_tsecr) >>> 0;
  if (delta < MAX_TS_DELTA) tcp_rcv_rtt_update(tp, (delta || 1) * USEC_PER_TS, false);
}

/**
 * Runs after data was copied to the user. Once per RTT: if the user read more than in any RTT before, grow
 * the receive buffer so that the sender can double its rate (Dynamic Right-Sizing).
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rcv_space_adjust(sk: sock): void {
  const tp = tcp_sk(sk);
  trace.tcp_rcv_space_adjust(sk);
  tcp_mstamp_refresh(tp);
  const time = tcp_stamp_us_delta(tp.tcp_mstamp, tp.rcvq_space_time);
  const rtt_us = tp.rcv_rtt_est?.rtt_us ?? 0;
  if (rtt_us === 0 || time < rtt_us >>> 3) return;

  const copied = (tp.copied_seq - tp.rcvq_space_seq) >>> 0;
  if (copied > tp.rcvq_space_space) {
    if (sock_net(sk).ipv4.sysctl_tcp_moderate_rcvbuf !== 0 && (sk.sk_userlocks & SOCK_RCVBUF_LOCK) === 0) {
      grow_rcvbuf(sk, tp, copied);
    }
    tp.rcvq_space_space = copied;
  }
  tp.rcvq_space_seq = tp.copied_seq;
  tp.rcvq_space_time = tp.tcp_mstamp;
}

function grow_rcvbuf(sk: sock, tp: tcp_sock, copied: number): void {
  // Twice the data of one RTT, plus a margin: enough to absorb a loss.
  let rcvwin = copied * 2 + 16 * tp.advmss;
  // The sender may be in slow start.
  const grow = Math.floor((rcvwin * (copied - tp.rcvq_space_space)) / tp.rcvq_space_space);
  rcvwin += grow * 2;

  let rcvmem = SKB_TRUESIZE(tp.advmss + MAX_TCP_HEADER);
  while (tcp_win_from_space(sk, rcvmem) < tp.advmss) rcvmem += 128;
  const rcvbuf = Math.min(Math.floor(rcvwin / tp.advmss) * rcvmem, sock_net(sk).ipv4.sysctl_tcp_rmem[2]!);
  if (rcvbuf > sk.sk_rcvbuf) {
    sk.sk_rcvbuf = rcvbuf;
    tp.window_clamp = tcp_win_from_space(sk, rcvbuf);
    trace.sockscope_value_set(tp, 'window_clamp', 'buffer_grown');
  }
}

/**
 * In-order data arrived: schedule an ACK. Update the estimates of the peer's segment size and of the interval
 * between segments (ato), on which the delayed ACK timer depends.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_event_data_recv(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const ack = icsk.icsk_ack;
  inet_csk_schedule_ack(sk);
  tcp_measure_rcv_mss(sk, skb);
  tcp_rcv_rtt_measure(tp);

  const now = tcp_jiffies32(sk);
  if (ack.ato === 0) {
    // The first data: acknowledge quickly, because the sender is in slow start.
    tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
    ack.ato = TCP_ATO_MIN;
  } else {
    const m = now - ack.lrcvtime;
    if (m <= TCP_ATO_MIN / 2) {
      ack.ato = (ack.ato >> 1) + TCP_ATO_MIN / 2;
    } else if (m < ack.ato) {
      ack.ato = Math.min((ack.ato >> 1) + m, icsk.icsk_rto);
    } else if (m > icsk.icsk_rto) {
      // After a long pause the sender may have restarted slow start.
      tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
    }
  }
  ack.lrcvtime = now;

  tcp_ecn_check_ce(sk, skb);
  if (skb.len >= 128) tcp_grow_window(sk, skb, true);
}

function roundup_pow_of_two(n: number): number {
  return n <= 1 ? 1 : 1 << (32 - Math.clz32(n - 1));
}
