/** The SACK and D-SACK blocks that our ACKs report (RFC 2018, RFC 2883). @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sack_block, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { __sock_put, sock_net, type sock } from '../../../include/net/sock.ts';
import { after, before, TCP_MAX_QUICKACKS, TCP_NUM_SACKS, tcp_is_sack } from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_DELAYEDACKLOST,
  LINUX_MIB_TCPACKCOMPRESSED,
  LINUX_MIB_TCPDSACKOFOSENT,
  LINUX_MIB_TCPDSACKOLDSENT,
  LINUX_MIB_TCPDUPLICATEDATAREHASH,
} from '../../../include/uapi/linux/snmp.ts';
import { hrtimer_try_to_cancel } from '../../../kernel/time/hrtimer.ts';
import { sk_rethink_txhash } from '../../core/sock/txhash.ts';
import { tcp_send_ack } from '../tcp_output/ack.ts';
import { tcp_enter_quickack_mode } from './quickack.ts';

/** With more blocks than this, ACKs that were held back are sent before blocks get lost. */
const TCP_SACK_BLOCKS_EXPECTED = 2;

/** The socket's blocks: made when the first is needed. */
function selective_acks(tp: tcp_sock): tcp_sack_block[] {
  return (tp.selective_acks ??= Array.from({ length: TCP_NUM_SACKS }, () => new tcp_sack_block()));
}

/** Extend a block by a range that touches it. @returns false when it doesn't */
function tcp_sack_extend(sp: tcp_sack_block, seq: u32, end_seq: u32): boolean {
  if (after(seq, sp.end_seq) || after(sp.start_seq, end_seq)) return false;
  if (before(seq, sp.start_seq)) sp.start_seq = seq;
  if (after(end_seq, sp.end_seq)) sp.end_seq = end_seq;
  return true;
}

/** The next ACK is to report this range as received twice. @linux net/ipv4/tcp_input.c */
export function tcp_dsack_set(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  if (!tcp_is_sack(tp) || net.ipv4.sysctl_tcp_dsack === 0) return;
  NET_INC_STATS(net, before(seq, tp.rcv_nxt) ? LINUX_MIB_TCPDSACKOLDSENT : LINUX_MIB_TCPDSACKOFOSENT);
  tp.rx_opt.dsack = true;
  const block = (tp.duplicate_sack ??= new tcp_sack_block());
  block.start_seq = seq;
  block.end_seq = end_seq;
}

/** The same; joined with the range that is to be reported already, if they touch. @linux net/ipv4/tcp_input.c */
export function tcp_dsack_extend(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  if (!tp.rx_opt.dsack) tcp_dsack_set(sk, seq, end_seq);
  else tcp_sack_extend(tp.duplicate_sack!, seq, end_seq);
}

/** The same data came a third time: our ACKs may be lost on their path. Try another one. @linux net/ipv4/tcp_input.c */
export function tcp_rcv_spurious_retrans(sk: sock, skb: sk_buff): void {
  const duplicate = tcp_sk(sk).duplicate_sack;
  if (duplicate !== null && TCP_SKB_CB(skb).seq === duplicate.start_seq && sk_rethink_txhash(sk)) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPDUPLICATEDATAREHASH);
  }
}

/** Answer an unacceptable segment with an ACK; old data is reported by D-SACK. @linux net/ipv4/tcp_input.c */
export function tcp_send_dupack(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const { seq, end_seq } = TCP_SKB_CB(skb);
  if (end_seq !== seq && before(seq, tp.rcv_nxt)) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_DELAYEDACKLOST);
    tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
    if (tcp_is_sack(tp) && sock_net(sk).ipv4.sysctl_tcp_dsack !== 0) {
      tcp_rcv_spurious_retrans(sk, skb);
      tcp_dsack_set(sk, seq, after(end_seq, tp.rcv_nxt) ? tp.rcv_nxt : end_seq);
    }
  }
  tcp_send_ack(sk);
}

/** The first block grew: swallow the others that it touches now. */
function tcp_sack_maybe_coalesce(tp: tcp_sock, blocks: tcp_sack_block[]): void {
  const first = blocks[0]!;
  for (let i = 1; i < tp.rx_opt.num_sacks;) {
    const walk = blocks[i]!;
    if (tcp_sack_extend(first, walk.start_seq, walk.end_seq)) {
      remove_block(blocks, i, tp.rx_opt.num_sacks);
      tp.rx_opt.num_sacks--;
      continue;
    }
    i++;
  }
}

/** Send the ACK that stands for those held back. @linux net/ipv4/tcp_input.c */
export function tcp_sack_compress_send_ack(sk: sock): void {
  const tp = tcp_sk(sk);
  if (tp.compressed_ack === 0) return;
  if (
    tp.compressed_ack_timer !== null &&
    hrtimer_try_to_cancel(sock_net(sk).machine, tp.compressed_ack_timer)
  ) {
    __sock_put(sk);
  }
  NET_ADD_STATS(sock_net(sk), LINUX_MIB_TCPACKCOMPRESSED, tp.compressed_ack - 1);
  tp.compressed_ack = 0;
  tcp_send_ack(sk);
}

/**
 * A segment was queued out of order: it goes into the first block (RFC 2018 section 4: the newest first), with what
 * it touches.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_sack_new_ofo_skb(sk: sock, seq: u32, end_seq: u32): void {
  const tp = tcp_sk(sk);
  const blocks = selective_acks(tp);
  const cur_sacks = tp.rx_opt.num_sacks;

  for (let i = 0; i < cur_sacks; i++) {
    if (!tcp_sack_extend(blocks[i]!, seq, end_seq)) continue;
    if (i >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send_ack(sk);
    move_to_front(blocks, i);
    if (cur_sacks > 1) tcp_sack_maybe_coalesce(tp, blocks);
    return;
  }

  let last = cur_sacks;
  if (last >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send_ack(sk);
  // No room: the oldest goes.
  if (last >= TCP_NUM_SACKS) {
    last--;
    tp.rx_opt.num_sacks--;
  }
  move_to_front(blocks, last);
  blocks[0]!.start_seq = seq;
  blocks[0]!.end_seq = end_seq;
  tp.rx_opt.num_sacks++;
}

/** rcv_nxt moved on: drop the blocks that are below it now. @linux net/ipv4/tcp_input.c */
export function tcp_sack_remove(tp: tcp_sock): void {
  if (tp.out_of_order_queue.first === null) {
    tp.rx_opt.num_sacks = 0;
    return;
  }
  const blocks = selective_acks(tp);
  let num_sacks = tp.rx_opt.num_sacks;
  for (let i = 0; i < num_sacks;) {
    if (!before(tp.rcv_nxt, blocks[i]!.start_seq)) {
      remove_block(blocks, i, num_sacks);
      num_sacks--;
      continue;
    }
    i++;
  }
  tp.rx_opt.num_sacks = num_sacks;
}

/** Bring block `i` to the front; those before it move back by one. */
function move_to_front(blocks: tcp_sack_block[], i: number): void {
  const block = blocks[i]!;
  for (; i > 0; i--) blocks[i] = blocks[i - 1]!;
  blocks[0] = block;
}
/** Take block `i` of `count` out; its object goes to the end, for use again. */
function remove_block(blocks: tcp_sack_block[], i: number, count: number): void {
  const block = blocks[i]!;
  for (; i < count - 1; i++) blocks[i] = blocks[i + 1]!;
  blocks[count - 1] = block;
}
