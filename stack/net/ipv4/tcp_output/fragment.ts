/**
 * The number of segments in an skb, how many are sent at once (TSO), and splitting an skb.
 *
 * @linux net/ipv4/tcp_output.c
 */
import { type sk_buff, skb_headlen, SKB_TRUESIZE } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  before,
  seq_distance,
  tcp_is_reno,
  tcp_max_tso_deferred_mss,
  tcp_min_rtt,
  tcp_packets_in_flight,
  tcp_rtx_queue_head,
  tcp_rtx_queue_tail,
  tcp_skb_mss,
  tcp_skb_pcount,
  tcp_wnd_end,
  tcp_write_queue_tail,
  TCPHDR_FIN,
  TCPHDR_PSH,
} from '../../../include/net/tcp.ts';
import {
  TCP_SKB_CB,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import { EINVAL, ENOMEM, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { LINUX_MIB_TCPWQUEUETOOBIG } from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_Recovery } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { __skb_pull, put_page } from '../../core/skbuff/alloc.ts';
import { skb_unclone_keeptruesize } from '../../core/skbuff/data.ts';
import { __skb_queue_after } from '../../core/skbuff/queue.ts';
import { skb_split } from '../../core/skbuff/split.ts';
import { sk_mem_charge, sk_mem_uncharge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { tcp_stream_alloc_skb } from '../tcp/alloc.ts';
import { tcp_tsorted_add_after } from '../tcp/queue.ts';
import { tcp_verify_left_out } from '../tcp_input/loss.ts';
import { tcp_nagle_check } from './xmit.ts';

/** The queue that holds a segment. @linux enum tcp_queue (include/net/tcp.h) */
export const TCP_FRAG_IN_WRITE_QUEUE = 0;
export const TCP_FRAG_IN_RTX_QUEUE = 1;

/** The largest packet, in bytes, for a device that sets no limit of its own. */
const GSO_LEGACY_MAX_SIZE = 65536;

/** Compute the number of segments of `mss_now` bytes in `skb`. @linux net/ipv4/tcp_output.c */
export function tcp_set_skb_tso_segs(skb: sk_buff, mss_now: number): void {
  const tcb = TCP_SKB_CB(skb);
  if (skb.len <= mss_now) {
    tcb.tcp_gso_segs = 1;
    tcb.tcp_gso_size = 0;
  } else {
    tcb.tcp_gso_segs = Math.ceil(skb.len / mss_now);
    tcb.tcp_gso_size = mss_now;
  }
}

/**
 * As tcp_set_skb_tso_segs(), unless the number is already known.
 *
 * @returns the number of segments
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_init_tso_segs(skb: sk_buff, mss_now: number): number {
  const tso_segs = tcp_skb_pcount(skb);
  if (tso_segs === 0 || (tso_segs > 1 && tcp_skb_mss(skb) !== mss_now)) {
    tcp_set_skb_tso_segs(skb, mss_now);
    return tcp_skb_pcount(skb);
  }
  return tso_segs;
}

/** A sent segment now counts `decr` fewer packets: correct all counters. @linux net/ipv4/tcp_output.c */
export function tcp_adjust_pcount(sk: sock, skb: sk_buff, decr: number): void {
  const tp = tcp_sk(sk);
  const { sacked, seq } = TCP_SKB_CB(skb);
  tp.packets_out -= decr;
  if ((sacked & TCPCB_SACKED_ACKED) !== 0) tp.sacked_out -= decr;
  if ((sacked & TCPCB_SACKED_RETRANS) !== 0) tp.retrans_out -= decr;
  if ((sacked & TCPCB_LOST) !== 0) tp.lost_out -= decr;
  // Reno's sacked_out counts duplicate ACKs and must not exceed the number of packets.
  if (tcp_is_reno(tp) && decr > 0) tp.sacked_out -= Math.min(tp.sacked_out, decr);
  if (
    tp.lost_skb_hint !== null &&
    before(seq, TCP_SKB_CB(tp.lost_skb_hint).seq) &&
    (sacked & TCPCB_SACKED_ACKED) !== 0
  ) {
    tp.lost_cnt_hint -= decr;
  }
  tcp_verify_left_out(tp);
}

/** The second part takes over the end-of-record mark. @linux net/ipv4/tcp_output.c */
function tcp_skb_fragment_eor(skb: sk_buff, skb2: sk_buff): void {
  const tcb = TCP_SKB_CB(skb);
  TCP_SKB_CB(skb2).eor = tcb.eor;
  tcb.eor = false;
}

function tcp_insert_write_queue_after(skb: sk_buff, buff: sk_buff, sk: sock, tcp_queue: number): void {
  if (tcp_queue === TCP_FRAG_IN_WRITE_QUEUE) __skb_queue_after(sk.sk_write_queue, skb, buff);
  else tcp_rbtree_insert(tcp_sk(sk).tcp_rtx_queue, buff);
}

/**
 * Move everything after the first `len` bytes of `skb` to `buff`: truesize, sequence numbers, flags and data.
 */
function move_tail(skb: sk_buff, buff: sk_buff, len: number, nlen: number): void {
  const tcb = TCP_SKB_CB(skb);
  const tail = TCP_SKB_CB(buff);
  buff.truesize += nlen;
  skb.truesize -= nlen;

  tail.seq = (tcb.seq + len) | 0;
  tail.end_seq = tcb.end_seq;
  tcb.end_seq = tail.seq;
  // PSH and FIN belong to the last byte.
  const flags = tcb.tcp_flags;
  tcb.tcp_flags = flags & ~(TCPHDR_FIN | TCPHDR_PSH);
  tail.tcp_flags = flags;
  tcp_skb_fragment_eor(skb, buff);
  skb_split(skb, buff, len);
}

/**
 * Split a segment: `skb` keeps its first `len` bytes, and the rest becomes a new segment after it.
 *
 * @param tcp_queue the queue that holds it: TCP_FRAG_IN_…_QUEUE
 * @param mss_now payload per packet, in bytes
 * @returns 0, -EINVAL or -ENOMEM
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_fragment(sk: sock, tcp_queue: number, skb: sk_buff, len: number, mss_now: number): Errno {
  const tp = tcp_sk(sk);
  if (WARN_ON(sock_net(sk).machine, len > skb.len, 'tcp_fragment: len > skb.len')) return -EINVAL;
  const nsize = Math.max(skb_headlen(skb) - len, 0);

  // A malicious peer can force ever smaller pieces with its SACK blocks: refuse, except for the head and the
  // tail of the queue.
  const limit = sk.sk_sndbuf + 2 * SKB_TRUESIZE(GSO_LEGACY_MAX_SIZE);
  if (
    sk.sk_wmem_queued >> 1 > limit &&
    tcp_queue !== TCP_FRAG_IN_WRITE_QUEUE &&
    skb !== tcp_rtx_queue_head(sk) &&
    skb !== tcp_rtx_queue_tail(sk)
  ) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPWQUEUETOOBIG);
    return -ENOMEM;
  }
  if (skb_unclone_keeptruesize(skb) !== 0) return -ENOMEM;
  const buff = tcp_stream_alloc_skb(sk, nsize, true);
  if (buff === null) return -ENOMEM;

  sk_wmem_queued_add(sk, buff.truesize);
  sk_mem_charge(sk, buff.truesize);
  const tcb = TCP_SKB_CB(skb);
  const tail = TCP_SKB_CB(buff);
  tail.sacked = tcb.sacked;
  move_tail(skb, buff, len, skb.len - len - nsize);
  buff.tstamp = skb.tstamp;

  const old_factor = tcp_skb_pcount(skb);
  tcp_set_skb_tso_segs(skb, mss_now);
  tcp_set_skb_tso_segs(buff, mss_now);
  tail.tx_is_app_limited = tcb.tx_is_app_limited;
  tail.tx_delivered_ce = tcb.tx_delivered_ce;
  tail.tx_delivered = tcb.tx_delivered;
  tail.tx_first_tx_mstamp = tcb.tx_first_tx_mstamp;
  tail.tx_delivered_mstamp = tcb.tx_delivered_mstamp;

  // The segment was already sent: adjust the packet counters.
  if (!before(tp.snd_nxt, tail.end_seq)) {
    const diff = old_factor - tcp_skb_pcount(skb) - tcp_skb_pcount(buff);
    if (diff !== 0) tcp_adjust_pcount(sk, skb, diff);
  }
  tcp_insert_write_queue_after(skb, buff, sk, tcp_queue);
  if (tcp_queue === TCP_FRAG_IN_RTX_QUEUE && skb.tcp_tsorted_linked) tcp_tsorted_add_after(tp, skb, buff);
  return 0;
}

/**
 * A cheaper split for a segment that was never sent and has no linear data.
 *
 * @returns 0 or -ENOMEM
 * @linux net/ipv4/tcp_output.c
 */
export function tso_fragment(sk: sock, skb: sk_buff, len: number, mss_now: number): Errno {
  if (skb.len !== skb.data_len) return tcp_fragment(sk, TCP_FRAG_IN_WRITE_QUEUE, skb, len, mss_now);
  const buff = tcp_stream_alloc_skb(sk, 0, true);
  if (buff === null) return -ENOMEM;
  sk_wmem_queued_add(sk, buff.truesize);
  sk_mem_charge(sk, buff.truesize);
  move_tail(skb, buff, len, skb.len - len);
  tcp_set_skb_tso_segs(skb, mss_now);
  tcp_set_skb_tso_segs(buff, mss_now);
  tcp_insert_write_queue_after(skb, buff, sk, TCP_FRAG_IN_WRITE_QUEUE);
  return 0;
}

/**
 * Remove `len` bytes from the front. For linear data only the start moves; fragments are released.
 *
 * @returns the bytes of truesize freed
 * @linux net/ipv4/tcp_output.c
 */
export function __pskb_trim_head(skb: sk_buff, len: number): number {
  const eat_linear = Math.min(len, skb_headlen(skb));
  if (eat_linear !== 0) {
    __skb_pull(skb, eat_linear);
    len -= eat_linear;
    if (len === 0) return 0;
  }
  const frags = skb.shinfo.frags;
  let eat = len;
  let released = 0;
  for (const frag of frags) {
    if (frag.size > eat) {
      frag.offset += eat;
      frag.size -= eat;
      break;
    }
    put_page(frag.page);
    eat -= frag.size;
    released++;
    if (eat === 0) break;
  }
  if (released !== 0) frags.splice(0, released);
  skb.data_len -= len;
  skb.len = skb.data_len;
  return len;
}

/**
 * The first `len` bytes of a segment in the retransmit queue are acknowledged: remove them.
 *
 * @returns 0 or -ENOMEM
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_trim_head(sk: sock, skb: sk_buff, len: number): Errno {
  if (skb_unclone_keeptruesize(skb) !== 0) return -ENOMEM;
  const delta_truesize = __pskb_trim_head(skb, len);
  const tcb = TCP_SKB_CB(skb);
  tcb.seq = (tcb.seq + len) | 0;
  if (delta_truesize !== 0) {
    skb.truesize -= delta_truesize;
    sk_wmem_queued_add(sk, -delta_truesize);
    sk_mem_uncharge(sk, delta_truesize);
  }
  // A new size may change the number of packets in the segment.
  if (tcp_skb_pcount(skb) > 1) tcp_set_skb_tso_segs(skb, tcp_skb_mss(skb));
  return 0;
}

const NSEC_PER_MSEC = 1_000_000;

/**
 * The number of segments per packet: about a millisecond's worth at the pacing rate, more when the RTT is
 * small.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_tso_autosize(sk: sock, mss_now: number, min_tso_segs: number): number {
  let bytes = sk.sk_pacing_rate / (1 << sk.sk_pacing_shift);
  const r = tcp_min_rtt(tcp_sk(sk)) >>> sock_net(sk).ipv4.sysctl_tcp_tso_rtt_log;
  if (r < 32) bytes += sk.sk_gso_max_size >>> r;
  bytes = Math.min(bytes, sk.sk_gso_max_size);
  return Math.max(Math.floor(bytes / mss_now), min_tso_segs);
}

/** The maximum number of segments in one packet. @linux net/ipv4/tcp_output.c */
export function tcp_tso_segs(sk: sock, mss_now: number): number {
  const ca_ops = inet_csk(sk).icsk_ca_ops!;
  const min_tso =
    ca_ops.min_tso_segs !== undefined ? ca_ops.min_tso_segs(sk) : sock_net(sk).ipv4.sysctl_tcp_min_tso_segs;
  return Math.min(tcp_tso_autosize(sk, mss_now, min_tso), sk.sk_gso_max_segs);
}

/**
 * How much of `skb` may be sent as one packet: at most `max_segs` segments, within the window, and without a
 * partial last segment that Nagle would hold back.
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

/** Results of tcp_tso_should_defer(). */
export const TSO_SEND_NOW = 0;
export const TSO_DEFER = 1;
/** Defer; the congestion window is the limit. */
export const TSO_DEFER_CWND_LIMITED = 2;
/** Defer; the peer's window is the limit. */
export const TSO_DEFER_RWND_LIMITED = 3;

/**
 * Only part of a multi-segment packet can be sent. Decide whether to wait for the next ACK, which opens the
 * windows further. Do not wait if that ACK may take long.
 *
 * @returns TSO_…
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_tso_should_defer(sk: sock, skb: sk_buff, max_segs: number): number {
  const tp = tcp_sk(sk);
  const tcb = TCP_SKB_CB(skb);
  if (inet_csk(sk).icsk_ca_state >= TCP_CA_Recovery) return TSO_SEND_NOW;
  // Nothing was sent for over a millisecond: the ACK clock has stopped.
  if (tp.tcp_clock_cache - tp.tcp_wstamp_ns - NSEC_PER_MSEC > 0) return TSO_SEND_NOW;

  const send_win = seq_distance(tcb.seq, tcp_wnd_end(tp));
  const cong_win = (tp.snd_cwnd - tcp_packets_in_flight(tp)) * tp.mss_cache;
  const limit = Math.min(send_win, cong_win);
  if (limit >= max_segs * tp.mss_cache) return TSO_SEND_NOW;
  // The whole packet fits, and more data follows.
  if (skb !== tcp_write_queue_tail(sk) && limit >= skb.len) return TSO_SEND_NOW;

  const win_divisor = sock_net(sk).ipv4.sysctl_tcp_tso_win_divisor;
  if (win_divisor !== 0) {
    // A substantial part of the window is worth sending.
    const chunk = Math.floor(Math.min(tp.snd_wnd, tp.snd_cwnd * tp.mss_cache) / win_divisor);
    if (limit >= chunk) return TSO_SEND_NOW;
  } else if (limit > tcp_max_tso_deferred_mss() * tp.mss_cache) {
    return TSO_SEND_NOW;
  }

  // The next ACK is not due soon: not within half a round-trip time, or a millisecond.
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
  // No more data will be added to the segment.
  if ((tcb.tcp_flags & TCPHDR_FIN) !== 0 || tcb.eor) return TSO_SEND_NOW;
  return TSO_DEFER;
}
