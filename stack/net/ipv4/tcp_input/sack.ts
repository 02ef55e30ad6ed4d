/** The SACK blocks of a received ACK (RFC 2018, D-SACK RFC 2883). @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sack_block, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { read_be32 } from '../../../include/net/ip.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_advance_highest_sack,
  TCP_DSACK_SEEN,
  tcp_highest_sack,
  tcp_highest_sack_reset,
  tcp_highest_sack_seq,
  TCP_NUM_SACKS,
  tcp_rtx_queue_head,
  tcp_skb_pcount,
  tcp_skb_timestamp_us,
  TCPOLEN_SACK_BASE,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB, TCPCB_SACKED_ACKED } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPDSACKIGNOREDDUBIOUS,
  LINUX_MIB_TCPDSACKIGNOREDNOUNDO,
  LINUX_MIB_TCPDSACKIGNOREDOLD,
  LINUX_MIB_TCPDSACKOFORECV,
  LINUX_MIB_TCPDSACKRECV,
  LINUX_MIB_TCPDSACKRECVSEGS,
  LINUX_MIB_TCPSACKDISCARD,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_Loss } from '../../../include/uapi/linux/tcp.ts';
import { skb_rb_next } from '../../../lib/skb_tree.ts';
import { tcp_tsorted_del } from '../tcp/queue.ts';
import { tcp_current_mss } from '../tcp_output/mss.ts';
import { tcp_rate_skb_delivered } from '../tcp_rate.ts';
import { FLAG_DSACK_TLP, FLAG_DSACKING_ACK } from './ack.ts';
import { tcp_check_sack_reordering, tcp_verify_left_out } from './loss.ts';
import {
  tcp_match_skb_to_sack,
  tcp_sacktag_one,
  type tcp_sacktag_state,
  tcp_shift_skb_data,
} from './sack_tag.ts';

/**
 * Count a D-SACK, unless it cannot be about data that we retransmitted (larger than any advertised window, or
 * more than the total retransmitted).
 *
 * @returns segments that the peer received twice; 0: ignore the D-SACK
 * @linux net/ipv4/tcp_input.c
 */
function tcp_dsack_seen(tp: tcp_sock, start_seq: u32, end_seq: u32, state: tcp_sacktag_state): number {
  if (!before(start_seq, end_seq)) return 0;
  const seq_len = (end_seq - start_seq) >>> 0;
  if (seq_len > tp.max_window) return 0;
  let dup_segs = 1;
  if (seq_len > tp.mss_cache) dup_segs = Math.ceil(seq_len / tp.mss_cache);
  else if (tp.tlp_high_seq !== 0 && tp.tlp_high_seq === end_seq) state.flag |= FLAG_DSACK_TLP;

  tp.dsack_dups += dup_segs;
  if (tp.dsack_dups > tp.total_retrans) return 0;

  tp.rx_opt.sack_ok |= TCP_DSACK_SEEN;
  // RACK widens its reordering window only if reordering was seen, and not for a D-SACK of a loss probe.
  if (tp.reord_seen !== 0 && (state.flag & FLAG_DSACK_TLP) === 0) tp.rack.dsack_seen = true;
  state.flag |= FLAG_DSACKING_ACK;
  state.sack_delivered += dup_segs;
  return dup_segs;
}

/**
 * Whether the block can be about data that was sent. It must lie between snd_una and snd_nxt; a D-SACK may
 * lie below snd_una, down to undo_marker, or at most one window below undo_marker.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_is_sackblock_valid(tp: tcp_sock, is_dsack: boolean, start_seq: u32, end_seq: u32): boolean {
  if (after(end_seq, tp.snd_nxt) || !before(start_seq, end_seq)) return false;
  // Sequence numbers wrap: start_seq must be below snd_nxt by itself.
  if (!before(start_seq, tp.snd_nxt)) return false;
  if (after(start_seq, tp.snd_una)) return true;
  if (!is_dsack || tp.undo_marker === 0) return false;
  if (after(end_seq, tp.snd_una)) return false;
  if (!before(start_seq, tp.undo_marker)) return true;
  if (!after(end_seq, tp.undo_marker)) return false;
  return !before(start_seq, (end_seq - tp.max_window) | 0);
}

/**
 * Whether the first block is a D-SACK (RFC 2883): below the ACK, or within the second block. `at`: the offset
 * of the blocks.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_check_dsack(
  sk: sock,
  ack_skb: sk_buff,
  at: number,
  num_sacks: number,
  prior_snd_una: u32,
  state: tcp_sacktag_state,
): boolean {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  const bytes = ack_skb.head;
  const start_seq_0 = read_be32(bytes, at);
  const end_seq_0 = read_be32(bytes, at + 4);
  if (before(start_seq_0, TCP_SKB_CB(ack_skb).ack_seq)) {
    NET_INC_STATS(net, LINUX_MIB_TCPDSACKRECV);
  } else if (num_sacks > 1) {
    if (after(end_seq_0, read_be32(bytes, at + 12)) || before(start_seq_0, read_be32(bytes, at + 8)))
      return false;
    NET_INC_STATS(net, LINUX_MIB_TCPDSACKOFORECV);
  } else {
    return false;
  }

  const dup_segs = tcp_dsack_seen(tp, start_seq_0, end_seq_0, state);
  if (dup_segs === 0) {
    NET_INC_STATS(net, LINUX_MIB_TCPDSACKIGNOREDDUBIOUS);
    return false;
  }
  NET_ADD_STATS(net, LINUX_MIB_TCPDSACKRECVSEGS, dup_segs);
  // The D-SACK is about a segment that has left the queue: count it here.
  if (
    tp.undo_marker !== 0 &&
    tp.undo_retrans > 0 &&
    !after(end_seq_0, prior_snd_una) &&
    after(end_seq_0, tp.undo_marker)
  ) {
    tp.undo_retrans = Math.max(0, tp.undo_retrans - dup_segs);
  }
  return true;
}

/**
 * Mark every segment from `skb` on that the block covers. `next_dup` is a D-SACK block within this one.
 *
 * @returns the first segment after the block
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sacktag_walk(
  skb: sk_buff | null,
  sk: sock,
  next_dup: tcp_sack_block | null,
  state: tcp_sacktag_state,
  start_seq: u32,
  end_seq: u32,
  dup_sack_in: boolean,
): sk_buff | null {
  const tp = tcp_sk(sk);
  for (; skb !== null; skb = skb_rb_next(skb)) {
    let in_sack = 0;
    let dup_sack = dup_sack_in;
    if (!before(TCP_SKB_CB(skb).seq, end_seq)) break;

    if (next_dup !== null && before(TCP_SKB_CB(skb).seq, next_dup.end_seq)) {
      in_sack = tcp_match_skb_to_sack(sk, skb, next_dup.start_seq, next_dup.end_seq);
      if (in_sack > 0) dup_sack = true;
    }
    if (in_sack <= 0) {
      const shifted: sk_buff | null = tcp_shift_skb_data(sk, skb, state, start_seq, end_seq, dup_sack);
      if (shifted === null) {
        in_sack = tcp_match_skb_to_sack(sk, skb, start_seq, end_seq);
      } else if (shifted !== skb) {
        skb = shifted;
        continue;
      } else {
        in_sack = 0;
      }
    }
    if (in_sack < 0) break;
    if (in_sack > 0) {
      const cb = TCP_SKB_CB(skb);
      cb.sacked = tcp_sacktag_one(
        sk,
        state,
        cb.sacked,
        cb.seq,
        cb.end_seq,
        dup_sack,
        tcp_skb_pcount(skb),
        tcp_skb_timestamp_us(skb),
      );
      tcp_rate_skb_delivered(sk, skb, state.rate);
      if ((cb.sacked & TCPCB_SACKED_ACKED) !== 0) tcp_tsorted_del(tp, skb);
      if (!before(cb.seq, tcp_highest_sack_seq(tp))) tcp_advance_highest_sack(sk, skb);
    }
  }
  return skb;
}

/**
 * Find the segment that holds `seq`, or null, starting from `from`, which must not be beyond it.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sacktag_bsearch(from: sk_buff | null, seq: u32): sk_buff | null {
  for (let skb = from; skb !== null; skb = skb_rb_next(skb)) {
    const cb = TCP_SKB_CB(skb);
    if (before(seq, cb.seq)) return null;
    if (before(seq, cb.end_seq)) return skb;
  }
  return null;
}
/**
 * Advance to the segment that holds `skip_to_seq`, unless the walk has passed it.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sacktag_skip(skb: sk_buff | null, sk: sock, skip_to_seq: u32): sk_buff | null {
  if (skb === null) return tcp_sacktag_bsearch(tcp_rtx_queue_head(sk), skip_to_seq);
  if (after(TCP_SKB_CB(skb).seq, skip_to_seq)) return skb;
  return tcp_sacktag_bsearch(skb, skip_to_seq);
}
/** Mark a D-SACK block that lies in the skipped range. @linux net/ipv4/tcp_input.c */
function tcp_maybe_skipping_dsack(
  skb: sk_buff | null,
  sk: sock,
  next_dup: tcp_sack_block | null,
  state: tcp_sacktag_state,
  skip_to_seq: u32,
): sk_buff | null {
  if (next_dup !== null && before(next_dup.start_seq, skip_to_seq)) {
    skb = tcp_sacktag_skip(skb, sk, next_dup.start_seq);
    skb = tcp_sacktag_walk(skb, sk, null, state, next_dup.start_seq, next_dup.end_seq, true);
  }
  return skb;
}

/**
 * Process the SACK blocks of an ACK and mark segments in the retransmit queue. Ranges that the previous ACK's
 * blocks covered (recv_sack_cache) are skipped.
 *
 * @returns FLAG_… bits
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_sacktag_write_queue(
  sk: sock,
  ack_skb: sk_buff,
  prior_snd_una: u32,
  state: tcp_sacktag_state,
): number {
  const tp = tcp_sk(sk);
  const option = ack_skb.transport_header + TCP_SKB_CB(ack_skb).sacked;
  const at = option + 2;
  const num_sacks = Math.min(TCP_NUM_SACKS, (ack_skb.head[option + 1]! - TCPOLEN_SACK_BASE) >> 3);

  state.flag = 0;
  state.reord = tp.snd_nxt;
  if (tp.sacked_out === 0) tcp_highest_sack_reset(sk);
  const found_dup_sack = tcp_check_dsack(sk, ack_skb, at, num_sacks, prior_snd_una, state);

  // Only the D-SACK of such an old ACK is useful.
  if (before(TCP_SKB_CB(ack_skb).ack_seq, (prior_snd_una - tp.max_window) | 0)) return 0;
  if (tp.packets_out === 0) return state.flag;

  const sp: tcp_sack_block[] = [];
  let first_sack_index = collect_blocks(sk, ack_skb, at, num_sacks, prior_snd_una, found_dup_sack, sp);
  first_sack_index = sort_blocks(sp, first_sack_index);

  state.mss_now = tcp_current_mss(sk);
  const cache = tp.recv_sack_cache ?? [];
  // The cache is useless when nothing is SACKed; its empty entries come first.
  let c = tp.sacked_out === 0 ? cache.length : 0;
  while (c < cache.length && cache[c]!.start_seq === 0 && cache[c]!.end_seq === 0) c++;

  let skb: sk_buff | null = null;
  let i = 0;
  while (i < sp.length) {
    const { start_seq, end_seq } = sp[i]!;
    const dup_sack = found_dup_sack && i === first_sack_index;
    const next_dup = found_dup_sack && i + 1 === first_sack_index ? sp[i + 1]! : null;

    // Skip cached blocks that end before this one.
    while (c < cache.length && !before(start_seq, cache[c]!.end_seq)) c++;

    let walk_now = false;
    if (c < cache.length && !dup_sack && after(end_seq, cache[c]!.start_seq)) {
      const cached = cache[c]!;
      // The part before the cached block is new.
      if (before(start_seq, cached.start_seq)) {
        skb = tcp_sacktag_skip(skb, sk, start_seq);
        skb = tcp_sacktag_walk(skb, sk, next_dup, state, start_seq, cached.start_seq, dup_sack);
      }
      if (!after(end_seq, cached.end_seq)) {
        i++;
        continue;
      }
      skb = tcp_maybe_skipping_dsack(skb, sk, next_dup, state, cached.end_seq);
      c++;
      if (tcp_highest_sack_seq(tp) !== cached.end_seq) {
        skb = tcp_sacktag_skip(skb, sk, cached.end_seq);
        continue;
      }
      // Only the end of the block is new: nothing to skip.
      skb = tcp_highest_sack(sk);
      if (skb === null) break;
      walk_now = true;
    }
    if (!walk_now) {
      if (!before(start_seq, tcp_highest_sack_seq(tp))) {
        skb = tcp_highest_sack(sk);
        if (skb === null) break;
      }
      skb = tcp_sacktag_skip(skb, sk, start_seq);
    }
    skb = tcp_sacktag_walk(skb, sk, next_dup, state, start_seq, end_seq, dup_sack);
    i++;
  }

  tp.recv_sack_cache = sp;
  if (inet_csk(sk).icsk_ca_state !== TCP_CA_Loss || tp.undo_marker !== 0) {
    tcp_check_sack_reordering(sk, state.reord, false);
  }
  tcp_verify_left_out(tp);
  return state.flag;
}

/**
 * Collect the valid blocks.
 *
 * @returns the index of the ACK's first block among them; -1 when that block is invalid
 */
function collect_blocks(
  sk: sock,
  ack_skb: sk_buff,
  at: number,
  num_sacks: number,
  prior_snd_una: u32,
  found_dup_sack: boolean,
  sp: tcp_sack_block[],
): number {
  const tp = tcp_sk(sk);
  const ack_seq = TCP_SKB_CB(ack_skb).ack_seq;
  let first_sack_index = 0;
  for (let i = 0; i < num_sacks; i++) {
    const dup_sack = i === 0 && found_dup_sack;
    const start_seq = read_be32(ack_skb.head, at + 8 * i);
    const end_seq = read_be32(ack_skb.head, at + 8 * i + 4);
    if (!tcp_is_sackblock_valid(tp, dup_sack, start_seq, end_seq)) {
      let mib_idx: number;
      if (dup_sack) {
        mib_idx = tp.undo_marker === 0 ? LINUX_MIB_TCPDSACKIGNOREDNOUNDO : LINUX_MIB_TCPDSACKIGNOREDOLD;
      } else {
        // An old ACK legitimately holds blocks that are now below snd_una.
        if (ack_seq !== tp.snd_una && !after(end_seq, tp.snd_una)) continue;
        mib_idx = LINUX_MIB_TCPSACKDISCARD;
      }
      NET_INC_STATS(sock_net(sk), mib_idx);
      if (i === 0) first_sack_index = -1;
      continue;
    }
    // Ignore acknowledged blocks.
    if (!after(end_seq, prior_snd_una)) {
      if (i === 0) first_sack_index = -1;
      continue;
    }
    const block = new tcp_sack_block();
    block.start_seq = start_seq;
    block.end_seq = end_seq;
    sp.push(block);
  }
  return first_sack_index;
}

/** Sort the blocks by sequence number. @returns the new index of the block at `first_sack_index` */
function sort_blocks(sp: tcp_sack_block[], first_sack_index: number): number {
  for (let i = sp.length - 1; i > 0; i--) {
    for (let j = 0; j < i; j++) {
      if (after(sp[j]!.start_seq, sp[j + 1]!.start_seq)) {
        const block = sp[j]!;
        sp[j] = sp[j + 1]!;
        sp[j + 1] = block;
        if (j === first_sack_index) first_sack_index = j + 1;
      }
    }
  }
  return first_sack_index;
}
