/** Marking the segments of the retransmit queue that a SACK block covers. @linux net/ipv4/tcp_input.c */
import { type sk_buff, skb_headlen, skb_is_nonlinear } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_advance_highest_sack,
  tcp_highest_sack,
  tcp_highest_sack_seq,
  TCP_MIN_GSO_SIZE,
  tcp_skb_can_collapse,
  tcp_skb_mss,
  tcp_skb_pcount,
  tcp_skb_pcount_add,
  tcp_skb_timestamp_us,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import type { rate_sample } from '../../../include/net/tcp_congestion_ops.ts';
import {
  TCP_SKB_CB,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  TCPCB_TAGBITS,
} from '../../../include/net/tcp_skb_cb.ts';
import { EINVAL, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_SACKMERGED,
  LINUX_MIB_SACKSHIFTED,
  LINUX_MIB_SACKSHIFTFALLBACK,
} from '../../../include/uapi/linux/snmp.ts';
import { skb_rb_next, skb_rb_prev } from '../../../lib/skb_tree.ts';
import { skb_shift } from '../../core/skbuff/split.ts';
import { tcp_rtx_queue_unlink_and_free } from '../tcp/queue.ts';
import { TCP_FRAG_IN_RTX_QUEUE, tcp_fragment } from '../tcp_output/fragment.ts';
import { tcp_rate_skb_delivered } from '../tcp_rate.ts';
import { tcp_rack_advance } from '../tcp_recovery.ts';
import { FLAG_DATA_SACKED, FLAG_ORIG_SACK_ACKED } from './ack.ts';

/** What the SACK blocks of one ACK reported. */
export class tcp_sacktag_state {
  /** Send times (µs) of the first and the last newly SACKed segment that was never retransmitted; 0: none. */
  first_sackt = 0;
  last_sackt = 0;
  /** Lowest sequence number that filled a hole without a retransmission. */
  reord: u32 = 0;
  /** Segments delivered, duplicates included. */
  sack_delivered = 0;
  /** FLAG_… bits. */
  flag = 0;
  mss_now = 0;
  rate: rate_sample;

  constructor(rate: rate_sample) {
    this.rate = rate;
  }
}

/**
 * Whether the block covers the segment. A GSO packet that is covered in part is split at a segment boundary,
 * so that the covered part can be marked.
 *
 * @returns 1 or 0, or a negative errno when the split failed
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_match_skb_to_sack(sk: sock, skb: sk_buff, start_seq: u32, end_seq: u32): number | Errno {
  const cb = TCP_SKB_CB(skb);
  let in_sack = !after(start_seq, cb.seq) && !before(end_seq, cb.end_seq);

  if (tcp_skb_pcount(skb) > 1 && !in_sack && after(cb.end_seq, start_seq)) {
    const mss = tcp_skb_mss(skb);
    in_sack = !after(start_seq, cb.seq);
    let pkt_len: number;
    if (!in_sack) {
      pkt_len = Math.max((start_seq - cb.seq) | 0, mss);
    } else {
      pkt_len = (end_seq - cb.seq) | 0;
      if (pkt_len < mss) return -EINVAL;
    }
    // Only whole segments are SACKed.
    if (pkt_len > mss) {
      let new_len = Math.floor(pkt_len / mss) * mss;
      if (!in_sack && new_len < pkt_len) new_len += mss;
      pkt_len = new_len;
    }
    if (pkt_len >= skb.len && !in_sack) return 0;
    const err = tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, pkt_len, mss);
    if (err < 0) return err;
  }
  return in_sack ? 1 : 0;
}

/**
 * A range was SACKed: update the tags and counters of its segments. `dup_sack`: the block is a D-SACK.
 *
 * @returns the new TCPCB_… tags
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_sacktag_one(
  sk: sock,
  state: tcp_sacktag_state,
  sacked: number,
  start_seq: u32,
  end_seq: u32,
  dup_sack: boolean,
  pcount: number,
  xmit_time: number,
): number {
  const tp = tcp_sk(sk);

  // A D-SACK for data sent twice: the retransmission was not needed.
  if (dup_sack && (sacked & TCPCB_RETRANS) !== 0) {
    if (tp.undo_marker !== 0 && tp.undo_retrans > 0 && after(end_seq, tp.undo_marker)) {
      tp.undo_retrans = Math.max(0, tp.undo_retrans - pcount);
    }
    if ((sacked & TCPCB_SACKED_ACKED) !== 0 && before(start_seq, state.reord)) state.reord = start_seq;
  }
  if (!after(end_seq, tp.snd_una)) return sacked;

  if ((sacked & TCPCB_SACKED_ACKED) === 0) {
    tcp_rack_advance(tp, sacked, end_seq, xmit_time);
    if ((sacked & TCPCB_SACKED_RETRANS) !== 0) {
      // If the segment is not marked lost, its retransmission is assumed to be still in flight.
      if ((sacked & TCPCB_LOST) !== 0) {
        sacked &= ~(TCPCB_LOST | TCPCB_SACKED_RETRANS);
        tp.lost_out -= pcount;
        tp.retrans_out -= pcount;
      }
    } else {
      if ((sacked & TCPCB_RETRANS) === 0) {
        // The segment fills a hole and was sent only once: reordering.
        if (before(start_seq, tcp_highest_sack_seq(tp)) && before(start_seq, state.reord)) {
          state.reord = start_seq;
        }
        if (!after(end_seq, tp.high_seq)) state.flag |= FLAG_ORIG_SACK_ACKED;
        if (state.first_sackt === 0) state.first_sackt = xmit_time;
        state.last_sackt = xmit_time;
      }
      if ((sacked & TCPCB_LOST) !== 0) {
        sacked &= ~TCPCB_LOST;
        tp.lost_out -= pcount;
      }
    }
    sacked |= TCPCB_SACKED_ACKED;
    state.flag |= FLAG_DATA_SACKED;
    tp.sacked_out += pcount;
    state.sack_delivered += pcount;
    if (tp.lost_skb_hint !== null && before(start_seq, TCP_SKB_CB(tp.lost_skb_hint).seq)) {
      tp.lost_cnt_hint += pcount;
    }
  }

  // The original and its retransmission both arrived.
  if (dup_sack && (sacked & TCPCB_SACKED_RETRANS) !== 0) {
    sacked &= ~TCPCB_SACKED_RETRANS;
    tp.retrans_out -= pcount;
  }
  return sacked;
}

/**
 * `shifted` bytes (`pcount` segments) of `skb` are now part of `prev`.
 *
 * @returns true when `skb` is empty
 * @linux net/ipv4/tcp_input.c
 */
function tcp_shifted_skb(
  sk: sock,
  prev: sk_buff,
  skb: sk_buff,
  state: tcp_sacktag_state,
  pcount: number,
  shifted: number,
  mss: number,
  dup_sack: boolean,
): boolean {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const prev_cb = TCP_SKB_CB(prev);
  const start_seq = cb.seq;
  const end_seq = (start_seq + shifted) | 0;

  // prev is already SACKed as a whole and keeps its tags, so the returned tags are ignored.
  tcp_sacktag_one(sk, state, cb.sacked, start_seq, end_seq, dup_sack, pcount, tcp_skb_timestamp_us(skb));
  tcp_rate_skb_delivered(sk, skb, state.rate);
  if (skb === tp.lost_skb_hint) tp.lost_cnt_hint += pcount;

  prev_cb.end_seq = (prev_cb.end_seq + shifted) | 0;
  cb.seq = (cb.seq + shifted) | 0;
  tcp_skb_pcount_add(prev, pcount);
  tcp_skb_pcount_add(skb, -pcount);
  if (prev_cb.tcp_gso_size === 0) prev_cb.tcp_gso_size = mss;
  if (tcp_skb_pcount(skb) <= 1) cb.tcp_gso_size = 0;
  prev_cb.sacked |= cb.sacked & TCPCB_EVER_RETRANS;
  if (skb.len > 0) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_SACKSHIFTED);
    return false;
  }

  if (skb === tp.retransmit_skb_hint) tp.retransmit_skb_hint = prev;
  if (skb === tp.lost_skb_hint) {
    tp.lost_skb_hint = prev;
    tp.lost_cnt_hint -= tcp_skb_pcount(prev);
  }
  prev_cb.tcp_flags |= cb.tcp_flags;
  prev_cb.eor = cb.eor;
  if ((cb.tcp_flags & TCPHDR_FIN) !== 0) prev_cb.end_seq = (prev_cb.end_seq + 1) | 0;
  if (skb === tcp_highest_sack(sk)) tcp_advance_highest_sack(sk, skb);
  prev_cb.tx_delivered_mstamp = 0;
  tcp_rtx_queue_unlink_and_free(skb, sk);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_SACKMERGED);
  return true;
}

/** Bytes per segment of a GSO packet, or the length of a single segment. @linux net/ipv4/tcp_input.c */
export function tcp_skb_seglen(skb: sk_buff): number {
  return tcp_skb_pcount(skb) === 1 ? skb.len : tcp_skb_mss(skb);
}
function skb_can_shift(skb: sk_buff): boolean {
  return skb_headlen(skb) === 0 && skb_is_nonlinear(skb);
}

/**
 * Move payload from one segment to the one before it, unless that would become too large.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_skb_shift(to: sk_buff, from: sk_buff, pcount: number, shiftlen: number): number {
  if (to.len + shiftlen >= 65535 * TCP_MIN_GSO_SIZE) return 0;
  if (tcp_skb_pcount(to) + pcount > 65535) return 0;
  return skb_shift(to, from, shiftlen);
}

/**
 * Move the part of `skb` that the block covers into the SACKed segment before it. This keeps the queue short
 * and the next walk fast.
 *
 * @returns the segment where the walk continues; `skb` when the block covers none of it; null when the data
 *   could not be moved
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_shift_skb_data(
  sk: sock,
  skb: sk_buff,
  state: tcp_sacktag_state,
  start_seq: u32,
  end_seq: u32,
  dup_sack: boolean,
): sk_buff | null {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const prev = skb_rb_prev(skb);
  if (
    // A D-SACK or a retransmission in flight must be counted segment by segment.
    (!dup_sack && (cb.sacked & (TCPCB_LOST | TCPCB_SACKED_RETRANS)) === TCPCB_SACKED_RETRANS) ||
    !skb_can_shift(skb) ||
    !after(cb.end_seq, tp.snd_una) ||
    prev === null ||
    (TCP_SKB_CB(prev).sacked & TCPCB_TAGBITS) !== TCPCB_SACKED_ACKED ||
    !tcp_skb_can_collapse(prev, skb)
  ) {
    return shift_fallback(sk);
  }

  let len: number;
  let pcount: number;
  let mss: number;
  if (!after(start_seq, cb.seq) && !before(end_seq, cb.end_seq)) {
    len = skb.len;
    pcount = tcp_skb_pcount(skb);
    mss = tcp_skb_seglen(skb);
    // All segments of a GSO packet have the same size.
    if (mss !== tcp_skb_seglen(prev)) return shift_fallback(sk);
  } else {
    if (!after(cb.end_seq, start_seq)) return skb;
    if (tcp_skb_pcount(skb) <= 1) return skb;
    if (after(start_seq, cb.seq)) return shift_fallback(sk);
    len = (end_seq - cb.seq) | 0;
    mss = tcp_skb_mss(skb);
    if (mss !== tcp_skb_seglen(prev)) return shift_fallback(sk);
    if (len === mss) {
      pcount = 1;
    } else if (len < mss) {
      return skb;
    } else {
      pcount = Math.floor(len / mss);
      len = pcount * mss;
    }
  }

  // tcp_sacktag_one() does not mark data below snd_una.
  if (!after((cb.seq + len) | 0, tp.snd_una)) return shift_fallback(sk);
  if (tcp_skb_shift(prev, skb, pcount, len) === 0) return shift_fallback(sk);
  if (!tcp_shifted_skb(sk, prev, skb, state, pcount, len, mss, dup_sack)) return prev;

  // The hole is filled: merge with the SACKed segment after it.
  const next = skb_rb_next(prev);
  if (
    next !== null &&
    skb_can_shift(next) &&
    (TCP_SKB_CB(next).sacked & TCPCB_TAGBITS) === TCPCB_SACKED_ACKED &&
    mss === tcp_skb_seglen(next) &&
    tcp_skb_can_collapse(prev, next)
  ) {
    const next_len = next.len;
    const next_pcount = tcp_skb_pcount(next);
    if (tcp_skb_shift(prev, next, next_pcount, next_len) !== 0) {
      tcp_shifted_skb(sk, prev, next, state, next_pcount, next_len, mss, false);
    }
  }
  return prev;
}
function shift_fallback(sk: sock): null {
  NET_INC_STATS(sock_net(sk), LINUX_MIB_SACKSHIFTFALLBACK);
  return null;
}
