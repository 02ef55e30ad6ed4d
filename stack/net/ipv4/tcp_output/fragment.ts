/** Cutting segments of the send and retransmit queues in two, and trimming what is acknowledged. @linux net/ipv4/tcp_output.c */
import { skb_headlen, SKB_TRUESIZE, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  before,
  tcp_is_reno,
  tcp_rtx_queue_head,
  tcp_rtx_queue_tail,
  tcp_skb_mss,
  tcp_skb_pcount,
  TCPHDR_FIN,
  TCPHDR_PSH,
} from '../../../include/net/tcp.ts';
import { tcp_tsorted_add_after } from '../../../include/net/tcp_queue.ts';
import {
  TCP_SKB_CB,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import { EINVAL, ENOMEM, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { LINUX_MIB_TCPWQUEUETOOBIG } from '../../../include/uapi/linux/snmp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { skb_unclone_keeptruesize } from '../../core/skbuff/data.ts';
import { sk_mem_charge, sk_mem_uncharge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { __skb_pull, __skb_queue_after, put_page, skb_split } from '../../core/skbuff.ts';
import { tcp_stream_alloc_skb } from '../tcp/alloc.ts';
import { tcp_verify_left_out } from '../tcp_input/cwnd.ts';

/** Which queue a segment stands in. @linux enum tcp_queue (include/net/tcp.h) */
export const TCP_FRAG_IN_WRITE_QUEUE = 0;
export const TCP_FRAG_IN_RTX_QUEUE = 1;

/** The largest packet that a device without its own limit can be given, in bytes. */
const GSO_LEGACY_MAX_SIZE = 65536;

/** How many segments of `mss_now` bytes does `skb` make? @linux net/ipv4/tcp_output.c */
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

/** The same, unless it is known. @returns the number of segments @linux net/ipv4/tcp_output.c */
export function tcp_init_tso_segs(skb: sk_buff, mss_now: number): number {
  const tso_segs = tcp_skb_pcount(skb);
  if (tso_segs === 0 || (tso_segs > 1 && tcp_skb_mss(skb) !== mss_now)) {
    tcp_set_skb_tso_segs(skb, mss_now);
    return tcp_skb_pcount(skb);
  }
  return tso_segs;
}

/** A segment that was sent counts `decr` packets less from now on: correct all counters. @linux net/ipv4/tcp_output.c */
export function tcp_adjust_pcount(sk: sock, skb: sk_buff, decr: number): void {
  const tp = tcp_sk(sk);
  const { sacked, seq } = TCP_SKB_CB(skb);
  tp.packets_out -= decr;
  if ((sacked & TCPCB_SACKED_ACKED) !== 0) tp.sacked_out -= decr;
  if ((sacked & TCPCB_SACKED_RETRANS) !== 0) tp.retrans_out -= decr;
  if ((sacked & TCPCB_LOST) !== 0) tp.lost_out -= decr;
  // Reno's sacked_out is a count of duplicate ACKs, at most as many as there are packets.
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

/** The end of record moves to the second part. @linux net/ipv4/tcp_output.c */
function tcp_skb_fragment_eor(skb: sk_buff, skb2: sk_buff): void {
  const tcb = TCP_SKB_CB(skb);
  TCP_SKB_CB(skb2).eor = tcb.eor;
  tcb.eor = false;
}

function tcp_insert_write_queue_after(skb: sk_buff, buff: sk_buff, sk: sock, tcp_queue: number): void {
  if (tcp_queue === TCP_FRAG_IN_WRITE_QUEUE) __skb_queue_after(sk.sk_write_queue, skb, buff);
  else tcp_rbtree_insert(tcp_sk(sk).tcp_rtx_queue, buff);
}

/** Give `buff` what follows the first `len` bytes of `skb`: charge, sequence numbers, flags and data. */
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
 * Cut a segment in two: `skb` keeps its first `len` bytes, and what follows becomes a segment of its own behind it.
 *
 * @param tcp_queue where it stands: TCP_FRAG_IN_…_QUEUE
 * @param mss_now payload per packet, in bytes
 * @returns 0, -EINVAL or -ENOMEM
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_fragment(sk: sock, tcp_queue: number, skb: sk_buff, len: number, mss_now: number): Errno {
  const tp = tcp_sk(sk);
  if (WARN_ON(sock_net(sk).machine, len > skb.len, 'tcp_fragment: len > skb.len')) return -EINVAL;
  const nsize = Math.max(skb_headlen(skb) - len, 0);

  // Against peers who make us cut the queue into ever smaller pieces by their SACK blocks: the head and the tail excepted.
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

  // It was sent already: the counters of packets change with it.
  if (!before(tp.snd_nxt, tail.end_seq)) {
    const diff = old_factor - tcp_skb_pcount(skb) - tcp_skb_pcount(buff);
    if (diff !== 0) tcp_adjust_pcount(sk, skb, diff);
  }
  tcp_insert_write_queue_after(skb, buff, sk, tcp_queue);
  if (tcp_queue === TCP_FRAG_IN_RTX_QUEUE && skb.tcp_tsorted_linked) tcp_tsorted_add_after(tp, skb, buff);
  return 0;
}

/**
 * The same for a segment that was never sent and has no linear data: cheaper.
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
 * Take `len` bytes off the front. Linear data only moves the start; fragments are released.
 *
 * @returns how many bytes of truesize were freed
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
  // Any change of the segment's size may change how many packets it makes.
  if (tcp_skb_pcount(skb) > 1) tcp_set_skb_tso_segs(skb, tcp_skb_mss(skb));
  return 0;
}
