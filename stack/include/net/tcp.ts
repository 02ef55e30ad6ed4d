/** TCP's constants and small helpers. @linux include/net/tcp.h */
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { ktime_get_ns } from '../../kernel/time/timekeeping.ts';
import type { Machine } from '../../machine.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import { RB_EMPTY_ROOT, tcp_sk, type tcp_sock } from '../linux/tcp.ts';
import type { u32 } from '../linux/types.ts';
import { TCPF_CA_CWR, TCPF_CA_Recovery } from '../uapi/linux/tcp.ts';
import { inet_csk, inet_csk_ack_scheduled } from './inet_connection_sock.ts';
import { SK_PACING_NEEDED, type sock, sock_net } from './sock.ts';
import { TCP_CONG_NEEDS_ECN } from './tcp_congestion_ops.ts';

export const MAX_TCP_HEADER = 128 + 192;
export const MAX_TCP_OPTION_SPACE = 40;
export const TCP_MIN_SND_MSS = 48;
export const TCP_MIN_GSO_SIZE = TCP_MIN_SND_MSS - MAX_TCP_OPTION_SPACE;
export const MAX_TCP_WINDOW = 32767;
export const TCP_MIN_MSS = 88;
export const TCP_BASE_MSS = 1024;
export const TCP_PROBE_INTERVAL = 600;
export const TCP_PROBE_THRESHOLD = 8;
export const TCP_FASTRETRANS_THRESH = 3;
export const TCP_MAX_QUICKACKS = 16;
export const TCP_MAX_WSCALE = 14;
export const TCP_URG_VALID = 0x0100;
export const TCP_URG_NOTYET = 0x0200;
export const TCP_URG_READ = 0x0400;
export const TCP_TIMEWAIT_LEN = 60 * HZ;
export const TCP_FIN_TIMEOUT = TCP_TIMEWAIT_LEN;
export const TCP_FIN_TIMEOUT_MAX = 120 * HZ;
export const TCP_DELACK_MAX = HZ / 5;
export const TCP_DELACK_MIN = HZ / 25;
export const TCP_ATO_MIN = HZ / 25;
export const TCP_RTO_MAX = 120 * HZ;
export const TCP_RTO_MIN = HZ / 5;
export const TCP_TIMEOUT_MIN = 2;
export const TCP_TIMEOUT_MIN_US = 2 * 1000;
export const TCP_TIMEOUT_INIT = 1 * HZ;
export const TCP_TIMEOUT_FALLBACK = 3 * HZ;
export const TCP_RESOURCE_PROBE_INTERVAL = HZ / 2;
export const TCP_KEEPALIVE_TIME = 120 * 60 * HZ;
export const TCP_KEEPALIVE_PROBES = 9;
export const TCP_KEEPALIVE_INTVL = 75 * HZ;
export const MAX_TCP_KEEPIDLE = 32767;
export const MAX_TCP_KEEPINTVL = 32767;
export const MAX_TCP_KEEPCNT = 127;
export const MAX_TCP_SYNCNT = 127;
export const TCP_PAWS_WRAP = 0x7fffffff / 1000;
export const TCP_PAWS_MSL = 60;
export const TCP_PAWS_WINDOW = 1;
export const TCP_INIT_CWND = 10;
/** The number of time-outs of a thin stream before it backs off exponentially. */
export const TCP_THIN_LINEAR_RETRIES = 6;
/** The MSS of a peer that announces none, in bytes (RFC 9293 3.7.1). */
export const TCP_MSS_DEFAULT = 536;
export const TCP_INFINITE_SSTHRESH = 0x7fffffff;

/** Option kinds. */
export const TCPOPT_NOP = 1;
export const TCPOPT_EOL = 0;
export const TCPOPT_MSS = 2;
export const TCPOPT_WINDOW = 3;
export const TCPOPT_SACK_PERM = 4;
export const TCPOPT_SACK = 5;
export const TCPOPT_TIMESTAMP = 8;
export const TCPOPT_MD5SIG = 19;
export const TCPOPT_FASTOPEN = 34;
export const TCPOPT_EXP = 254;
export const TCPOLEN_MSS = 4;
export const TCPOLEN_WINDOW = 3;
export const TCPOLEN_SACK_PERM = 2;
export const TCPOLEN_TIMESTAMP = 10;
export const TCPOLEN_TSTAMP_ALIGNED = 12;
export const TCPOLEN_WSCALE_ALIGNED = 4;
export const TCPOLEN_SACKPERM_ALIGNED = 4;
export const TCPOLEN_SACK_BASE = 2;
export const TCPOLEN_SACK_BASE_ALIGNED = 4;
export const TCPOLEN_SACK_PERBLOCK = 8;
export const TCPOLEN_MSS_ALIGNED = 4;
export const TCP_NUM_SACKS = 4;

/** Bits of nonagle. */
export const TCP_NAGLE_OFF = 1;
export const TCP_NAGLE_CORK = 2;
export const TCP_NAGLE_PUSH = 4;

/** Header flags. */
export const TCPHDR_FIN = 0x01;
export const TCPHDR_SYN = 0x02;
export const TCPHDR_RST = 0x04;
export const TCPHDR_PSH = 0x08;
export const TCPHDR_ACK = 0x10;
export const TCPHDR_URG = 0x20;
export const TCPHDR_ECE = 0x40;
export const TCPHDR_CWR = 0x80;
export const TCPHDR_SYN_ECN = TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR;

/** Bits of ecn_flags. */
export const TCP_ECN_OK = 1;
export const TCP_ECN_QUEUE_CWR = 2;
export const TCP_ECN_DEMAND_CWR = 4;
export const TCP_ECN_SEEN = 8;

/** Bits of rx_opt.sack_ok. */
export const TCP_SACK_SEEN = 1 << 0;
export const TCP_DSACK_SEEN = 1 << 2;

/** Bits of sk_tsq_flags. */
export const TSQ_THROTTLED = 0;
export const TSQ_QUEUED = 1;
export const TCP_TSQ_DEFERRED = 2;
export const TCP_WRITE_TIMER_DEFERRED = 3;
export const TCP_DELACK_TIMER_DEFERRED = 4;
export const TCP_MTU_REDUCED_DEFERRED = 5;
export const TSQF_THROTTLED = 1 << TSQ_THROTTLED;
export const TSQF_QUEUED = 1 << TSQ_QUEUED;
export const TCPF_TSQ_DEFERRED = 1 << TCP_TSQ_DEFERRED;
export const TCPF_WRITE_TIMER_DEFERRED = 1 << TCP_WRITE_TIMER_DEFERRED;
export const TCPF_DELACK_TIMER_DEFERRED = 1 << TCP_DELACK_TIMER_DEFERRED;
export const TCPF_MTU_REDUCED_DEFERRED = 1 << TCP_MTU_REDUCED_DEFERRED;

export const TCP_RACK_LOSS_DETECTION = 0x1;
export const TCP_RACK_STATIC_REO_WND = 0x2;
export const TCP_RACK_NO_DUPTHRESH = 0x4;
export const TCP_RACK_RECOVERY_THRESH = 16;

/** Kinds of SYN-ACK. @linux enum tcp_synack_type */
export const TCP_SYNACK_NORMAL = 0;
export const TCP_SYNACK_FASTOPEN = 1;
export const TCP_SYNACK_COOKIE = 2;

/** Whether `seq1` precedes `seq2`; sequence numbers are compared modulo 2^32. @linux include/net/tcp.h */
export function before(seq1: u32, seq2: u32): boolean {
  return ((seq1 - seq2) | 0) < 0;
}
export function after(seq2: u32, seq1: u32): boolean {
  return ((seq1 - seq2) | 0) < 0;
}
/** Whether s2 <= s1 <= s3. @linux include/net/tcp.h */
export function between(seq1: u32, seq2: u32, seq3: u32): boolean {
  return (seq3 - seq2) >>> 0 >= (seq1 - seq2) >>> 0;
}
/** Bytes from `from` to `to`, unsigned. */
export function seq_distance(from: u32, to: u32): number {
  return (to - from) >>> 0;
}
export function seq_add(seq: u32, bytes: number): u32 {
  return (seq + bytes) | 0;
}

/** The machine's jiffies, as TCP uses them. */
export function tcp_jiffies32(sk: sock): number {
  return jiffies(sock_net(sk).machine);
}
/** The machine's clock in ns. @linux include/net/tcp.h */
export function tcp_clock_ns(machine: Machine): number {
  return ktime_get_ns(machine);
}
/** TCP's clock, in µs. @linux include/net/tcp.h */
export function tcp_clock_us(machine: Machine): number {
  return Math.floor(ktime_get_ns(machine) / 1000);
}
/** The timestamp clock (ms, 32 bits) at the current packet. @linux include/net/tcp.h */
export function tcp_time_stamp(tp: tcp_sock): u32 {
  return Math.floor(tp.tcp_mstamp / 1000) | 0;
}
/** The timestamp clock now; does not use tcp_mstamp. @linux include/net/tcp.h */
export function tcp_time_stamp_raw(machine: Machine): u32 {
  return Math.floor(ktime_get_ns(machine) / 1_000_000) | 0;
}
/** Convert nanoseconds to ticks of the timestamp option: ms. @linux include/net/tcp.h */
export function tcp_ns_to_ts(ns: number): u32 {
  return Math.floor(ns / 1_000_000) | 0;
}
/** @returns t1 - t0 in µs, at least 0. @linux include/net/tcp.h */
export function tcp_stamp_us_delta(t1: number, t0: number): number {
  return Math.max(t1 - t0, 0);
}
/** When the skb was sent, in µs. @linux include/net/tcp.h */
export function tcp_skb_timestamp_us(skb: sk_buff): number {
  return Math.floor(skb.tstamp / 1000);
}
/** When the skb was sent, as a timestamp (ms). @linux include/net/tcp.h */
export function tcp_skb_timestamp(skb: sk_buff): u32 {
  return tcp_ns_to_ts(skb.tstamp);
}
/** The number of MSS-sized segments in an skb. @linux include/net/tcp.h */
export function tcp_skb_pcount(skb: sk_buff): number {
  return skb.cb!.tcp_gso_segs;
}
/** Set the number of MSS-sized segments in an skb. @linux include/net/tcp.h */
export function tcp_skb_pcount_set(skb: sk_buff, segs: number): void {
  skb.cb!.tcp_gso_segs = segs;
}
/** Add `segs` to the number of segments in an skb. @linux include/net/tcp.h */
export function tcp_skb_pcount_add(skb: sk_buff, segs: number): void {
  skb.cb!.tcp_gso_segs += segs;
}
/** Payload per segment of a GSO skb, in bytes. @linux include/net/tcp.h */
export function tcp_skb_mss(skb: sk_buff): number {
  return skb.cb!.tcp_gso_size;
}

/**
 * Whether the connection is in slow start, where cwnd doubles each round trip (RFC 5681 3.1).
 *
 * @linux include/net/tcp.h
 */
export function tcp_in_slow_start(tp: tcp_sock): boolean {
  return tp.snd_cwnd < tp.snd_ssthresh;
}
/** Whether no loss has occurred yet. @linux include/net/tcp.h */
export function tcp_in_initial_slowstart(tp: tcp_sock): boolean {
  return tp.snd_ssthresh >= TCP_INFINITE_SSTHRESH;
}
/** The congestion window, in segments. @linux include/net/tcp.h */
export function tcp_snd_cwnd(tp: tcp_sock): number {
  return tp.snd_cwnd;
}
/** Set the congestion window, in segments. @linux include/net/tcp.h */
export function tcp_snd_cwnd_set(tp: tcp_sock, value: number): void {
  tp.snd_cwnd = value;
}
/** Segments that have left the network: SACKed or lost. @linux include/net/tcp.h */
export function tcp_left_out(tp: tcp_sock): number {
  return tp.sacked_out + tp.lost_out;
}
/** Estimated number of segments in the network. @linux include/net/tcp.h */
export function tcp_packets_in_flight(tp: tcp_sock): number {
  return tp.packets_out - tcp_left_out(tp) + tp.retrans_out;
}
/** Whether SACK was negotiated. @linux include/net/tcp.h */
export function tcp_is_sack(tp: tcp_sock): boolean {
  return tp.rx_opt.sack_ok !== 0;
}
/** Whether SACK is off, so that duplicate ACKs are the only information. @linux include/net/tcp.h */
export function tcp_is_reno(tp: tcp_sock): boolean {
  return tp.rx_opt.sack_ok === 0;
}
/** One past the last byte that fits the peer's window. @linux include/net/tcp.h */
export function tcp_wnd_end(tp: tcp_sock): u32 {
  return (tp.snd_una + tp.snd_wnd) | 0;
}
/** The unused part of the advertised window, in bytes. @linux include/net/tcp.h */
export function tcp_receive_window(tp: tcp_sock): number {
  const win = (tp.rcv_wup + tp.rcv_wnd - tp.rcv_nxt) | 0;
  return win < 0 ? 0 : win;
}
/** The receive window for `space` bytes of truesize. @linux include/net/tcp.h */
export function tcp_win_from_space(sk: sock, space: number): number {
  const scale = sock_net(sk).ipv4.sysctl_tcp_adv_win_scale;
  return scale <= 0 ? space >> -scale : space - (space >> scale);
}
/** Free room in the receive buffer, in bytes of payload. @linux include/net/tcp.h */
export function tcp_space(sk: sock): number {
  return tcp_win_from_space(sk, sk.sk_rcvbuf - sk.sk_backlog.len - sk.sk_rmem_alloc);
}
/** The whole receive buffer, in bytes of payload. @linux include/net/tcp.h */
export function tcp_full_space(sk: sock): number {
  return tcp_win_from_space(sk, sk.sk_rcvbuf);
}
/** Whether TCP is under memory pressure. @linux include/net/tcp.h */
export function tcp_under_memory_pressure(sk: sock): boolean {
  return sk.sk_prot.memory(sock_net(sk))!.memory_pressure !== 0;
}
/** The minimum retransmission time-out, in jiffies. @linux include/net/tcp.h */
export function tcp_rto_min(sk: sock): number {
  return inet_csk(sk).icsk_rto_min;
}
/** The minimum retransmission time-out, in µs. @linux include/net/tcp.h */
export function tcp_rto_min_us(sk: sock): number {
  return tcp_rto_min(sk) * 1000;
}
/** The oldest unacknowledged segment. @linux include/net/tcp.h */
export function tcp_rtx_queue_head(sk: sock): sk_buff | null {
  return tcp_sk(sk).tcp_rtx_queue.first;
}
/** The unacknowledged segment with the highest sequence number; null: none. @linux include/net/tcp.h */
export function tcp_rtx_queue_tail(sk: sock): sk_buff | null {
  return tcp_sk(sk).tcp_rtx_queue.last;
}
/** Whether all sent data is acknowledged. @linux include/net/tcp.h */
export function tcp_rtx_queue_empty(sk: sock): boolean {
  return tcp_sk(sk).tcp_rtx_queue.first === null;
}
/** Whether no data is left to send or to be acknowledged. @linux include/net/tcp.h */
export function tcp_rtx_and_write_queues_empty(sk: sock): boolean {
  return tcp_rtx_queue_empty(sk) && tcp_write_queue_empty(sk);
}
/** The next segment to send; null: none. @linux include/net/tcp.h */
export function tcp_send_head(sk: sock): sk_buff | null {
  return sk.sk_write_queue.next;
}
/** The last unsent segment; null: none. @linux include/net/tcp.h */
export function tcp_write_queue_tail(sk: sock): sk_buff | null {
  return sk.sk_write_queue.prev;
}
/**
 * Whether all written data was sent; an skb that is still being filled does not count.
 *
 * @linux include/net/tcp.h
 */
export function tcp_write_queue_empty(sk: sock): boolean {
  const tp = tcp_sk(sk);
  return tp.write_seq === tp.snd_nxt;
}
/** The current minimum round-trip time in µs; ~0 when unknown. @linux include/net/tcp.h */
export function tcp_min_rtt(tp: tcp_sock): number {
  return tp.rtt_min.v0;
}
/** How many segments TSO may hold back while it waits for more data. @linux include/net/tcp.h */
export function tcp_max_tso_deferred_mss(): number {
  return 3;
}
/** Interval between keepalive probes, in jiffies. @linux include/net/tcp.h */
export function keepalive_intvl_when(tp: tcp_sock): number {
  return tp.keepalive_intvl || sock_net(tp).ipv4.sysctl_tcp_keepalive_intvl;
}
/** Idle time before the first keepalive probe, in jiffies. @linux include/net/tcp.h */
export function keepalive_time_when(tp: tcp_sock): number {
  return tp.keepalive_time || sock_net(tp).ipv4.sysctl_tcp_keepalive_time;
}
/** Number of unanswered keepalive probes after which the connection ends. @linux include/net/tcp.h */
export function keepalive_probes(tp: tcp_sock): number {
  return tp.keepalive_probes || sock_net(tp).ipv4.sysctl_tcp_keepalive_probes;
}
/** Time since the last segment arrived, in jiffies. @linux include/net/tcp.h */
export function keepalive_time_elapsed(tp: tcp_sock): number {
  const now = tcp_jiffies32(tp);
  return Math.min(now - tp.icsk_ack.lrcvtime, now - tp.rcv_tstamp);
}
/** Duration of FIN_WAIT2, in jiffies. @linux include/net/tcp.h */
export function tcp_fin_time(sk: sock): number {
  const fin_timeout = tcp_sk(sk).linger2 || sock_net(sk).ipv4.sysctl_tcp_fin_timeout;
  const rto = inet_csk(sk).icsk_rto;
  return Math.max(fin_timeout, (rto << 2) - (rto >> 1));
}
/** Enable header prediction for a window of `snd_wnd`. @linux include/net/tcp.h */
export function __tcp_fast_path_on(tp: tcp_sock, snd_wnd: number): void {
  tp.pred_flags = (tp.tcp_header_len << 26) | (TCPHDR_ACK << 16) | snd_wnd | 0;
}
/** Enable header prediction for the peer's current window. @linux include/net/tcp.h */
export function tcp_fast_path_on(tp: tcp_sock): void {
  __tcp_fast_path_on(tp, tp.snd_wnd >>> tp.rx_opt.snd_wscale);
}
/** Enable header prediction if its conditions are met. @linux include/net/tcp.h */
export function tcp_fast_path_check(sk: sock): void {
  const tp = tcp_sk(sk);
  if (
    RB_EMPTY_ROOT(tp.out_of_order_queue) &&
    tp.rcv_wnd !== 0 &&
    sk.sk_rmem_alloc < sk.sk_rcvbuf &&
    tp.urg_data === 0
  ) {
    tcp_fast_path_on(tp);
  }
}
/** Whether `skb` is the last segment of the write queue. @linux include/net/tcp.h */
export function tcp_skb_is_last(sk: sock, skb: sk_buff): boolean {
  return sk.sk_write_queue.prev === skb;
}
/** Whether data can be appended to `skb`; not after an end of record. @linux include/net/tcp.h */
export function tcp_skb_can_collapse_to(skb: sk_buff): boolean {
  return !skb.cb!.eor;
}
/** Whether the second segment can be appended to the first. @linux include/net/tcp.h */
export function tcp_skb_can_collapse(to: sk_buff, _from: sk_buff): boolean {
  return tcp_skb_can_collapse_to(to);
}
/**
 * Whether the first of two segments was sent later. Times in µs; equal times are ordered by sequence number.
 *
 * @linux include/net/tcp.h
 */
export function tcp_skb_sent_after(t1: number, t2: number, seq1: u32, seq2: u32): boolean {
  return t1 > t2 || (t1 === t2 && after(seq1, seq2));
}
/**
 * Whether cwnd limits the sender. In slow start cwnd may grow to twice the part in use.
 *
 * @linux include/net/tcp.h
 */
export function tcp_is_cwnd_limited(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (tp.is_cwnd_limited) return true;
  if (tcp_in_slow_start(tp)) return tp.snd_cwnd < 2 * tp.max_packets_out;
  return false;
}
/** Whether TCP paces its segments with its own timer. @linux include/net/tcp.h */
export function tcp_needs_internal_pacing(sk: sock): boolean {
  return sk.sk_pacing_status === SK_PACING_NEEDED;
}
/** The initial time-out of a handshake, in jiffies. @linux include/net/tcp.h */
export function tcp_timeout_init(_sk: sock): number {
  return TCP_TIMEOUT_INIT;
}
/**
 * Reset the hints of the search for lost segments, except the retransmission hint.
 *
 * @linux include/net/tcp.h
 */
export function tcp_clear_retrans_hints_partial(tp: tcp_sock): void {
  tp.lost_skb_hint = null;
}
/** Whether too little is in flight to produce three duplicate ACKs. @linux include/net/tcp.h */
export function tcp_stream_is_thin(tp: tcp_sock): boolean {
  return tp.packets_out < 4 && !tcp_in_initial_slowstart(tp);
}
/** The limit of unsent data before a writer must wait, in bytes. @linux include/net/tcp.h */
export function tcp_notsent_lowat(tp: tcp_sock): number {
  return tp.notsent_lowat || sock_net(tp).ipv4.sysctl_tcp_notsent_lowat;
}
/** Count an ACK sent in quick-ack mode. @linux include/net/tcp.h */
export function tcp_dec_quickack_mode(sk: sock): void {
  const ack = inet_csk(sk).icsk_ack;
  if (ack.quick === 0) return;
  const pkts = inet_csk_ack_scheduled(sk) ? 1 : 0;
  if (pkts >= ack.quick) {
    ack.quick = 0;
    // Quick-ack mode ends: restore the minimum delay.
    ack.ato = TCP_ATO_MIN;
  } else {
    ack.quick -= pkts;
  }
}
/** Whether cwnd is being reduced (CWR, Recovery). @linux include/net/tcp.h */
export function tcp_in_cwnd_reduction(sk: sock): boolean {
  return ((TCPF_CA_CWR | TCPF_CA_Recovery) & (1 << inet_csk(sk).icsk_ca_state)) !== 0;
}
/**
 * The ssthresh to record when cwnd is reduced without a loss: at least 3/4 of cwnd.
 *
 * @linux include/net/tcp.h
 */
export function tcp_current_ssthresh(sk: sock): number {
  const tp = tcp_sk(sk);
  if (tcp_in_cwnd_reduction(sk)) return tp.snd_ssthresh;
  return Math.max(tp.snd_ssthresh, (tp.snd_cwnd >> 1) + (tp.snd_cwnd >> 2));
}
/** Whether the congestion control requires ECN. @linux include/net/tcp.h */
export function tcp_ca_needs_ecn(sk: sock): boolean {
  return (inet_csk(sk).icsk_ca_ops!.flags & TCP_CONG_NEEDS_ECN) !== 0;
}
/** Notify the congestion control of a CA_EVENT_…. @linux include/net/tcp.h */
export function tcp_ca_event(sk: sock, event: number): void {
  inet_csk(sk).icsk_ca_ops!.cwnd_event?.(sk, event);
}
/** Under memory pressure, limit window growth to 4 MSS. @linux include/net/tcp.h */
export function tcp_adjust_rcv_ssthresh(sk: sock): void {
  const tp = tcp_sk(sk);
  __tcp_adjust_rcv_ssthresh(sk, 4 * tp.advmss);
}
/** Limit window growth to this value. @linux include/net/tcp.h */
export function __tcp_adjust_rcv_ssthresh(sk: sock, new_ssthresh: number): void {
  const tp = tcp_sk(sk);
  tp.rcv_ssthresh = Math.min(tp.rcv_ssthresh, new_ssthresh);
}
/** Whether receive memory is nearly used up, in this socket or in all. @linux include/net/tcp.h */
export function tcp_rmem_pressure(sk: sock): boolean {
  if (tcp_under_memory_pressure(sk)) return true;
  return sk.sk_rmem_alloc > sk.sk_rcvbuf - (sk.sk_rcvbuf >> 3);
}
/** Reset all hints of the search for lost segments. @linux include/net/tcp.h */
export function tcp_clear_all_retrans_hints(tp: tcp_sock): void {
  tcp_clear_retrans_hints_partial(tp);
  tp.retransmit_skb_hint = null;
}
/** The highest SACKed sequence number. @linux include/net/tcp.h */
export function tcp_highest_sack_seq(tp: tcp_sock): u32 {
  if (tp.sacked_out === 0) return tp.snd_una;
  if (tp.highest_sack === null) return tp.snd_nxt;
  return tp.highest_sack.cb!.seq;
}
/** The segment after the highest SACKed one; null: none. @linux include/net/tcp.h */
export function tcp_highest_sack(sk: sock): sk_buff | null {
  return tcp_sk(sk).highest_sack;
}
/** Set the highest SACK to the segment after `skb`. @linux include/net/tcp.h */
export function tcp_advance_highest_sack(sk: sock, skb: sk_buff): void {
  tcp_sk(sk).highest_sack = skb.next;
}
/** Reset the highest SACK to the first segment. @linux include/net/tcp.h */
export function tcp_highest_sack_reset(sk: sock): void {
  tcp_sk(sk).highest_sack = tcp_rtx_queue_head(sk);
}
/** `replacement` takes the place of the freed segment `old`. @linux include/net/tcp.h */
export function tcp_highest_sack_replace(sk: sock, old: sk_buff, replacement: sk_buff | null): void {
  const tp = tcp_sk(sk);
  if (old === tp.highest_sack) tp.highest_sack = replacement;
}
/**
 * Initialize SND.WL1: the segment at `seq` is the first that can update the send window.
 *
 * @linux include/net/tcp.h
 */
export function tcp_init_wl(tp: tcp_sock, seq: u32): void {
  tp.snd_wl1 = seq;
}
/** Record that the segment at `seq` updated the send window. @linux include/net/tcp.h */
export function tcp_update_wl(tp: tcp_sock, seq: u32): void {
  tp.snd_wl1 = seq;
}
