/** Answering a SYN: a listener's SYN-ACK, and that of a simultaneous open. @linux net/ipv4/tcp_output.c */
import {
  CHECKSUM_PARTIAL,
  skb_cloned,
  skb_reset_transport_header,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_rsk, tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import { flowi4, type dst_entry } from '../../../include/net/dst.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  MAX_TCP_HEADER,
  tcp_highest_sack_replace,
  tcp_rtx_queue_head,
  tcp_skb_timestamp_us,
  TCP_SYNACK_COOKIE,
  TCP_SYNACK_NORMAL,
  TCPHDR_ACK,
  TCPHDR_SYN,
} from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_mss.ts';
import { tcp_rtx_queue_unlink_and_free } from '../../../include/net/tcp_queue.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { EFAULT, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPSYNRETRANS,
  TCP_MIB_OUTSEGS,
  TCP_MIB_RETRANSSEGS,
} from '../../../include/uapi/linux/snmp.ts';
import { pr_warn } from '../../../kernel/printk.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { trace } from '../../../trace/events.ts';
import { sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { alloc_skb, skb_copy, skb_dst_set, skb_push, skb_reserve } from '../../core/skbuff.ts';
import { cookie_init_timestamp } from '../syncookies.ts';
import { tcp_ecn_make_synack, tcp_ecn_send_synack } from './ecn.ts';
import { tcp_options_write, tcp_out_options, tcp_synack_options } from './options.ts';
import { tcp_transmit_skb } from './transmit.ts';

/**
 * Both sides sent a SYN (RFC 9293 3.5, simultaneous open): make a SYN-ACK of the SYN that stands in the retransmit queue.
 *
 * @returns 0 or a negative errno
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_synack(sk: sock): Errno {
  const tp = tcp_sk(sk);
  let skb = tcp_rtx_queue_head(sk);
  if (skb === null || (TCP_SKB_CB(skb).tcp_flags & TCPHDR_SYN) === 0) {
    pr_warn(sock_net(sk).machine, 'tcp_send_synack: wrong queue state');
    return -EFAULT;
  }
  if ((TCP_SKB_CB(skb).tcp_flags & TCPHDR_ACK) === 0) {
    if (skb_cloned(skb)) {
      const nskb = skb_copy(skb);
      if (skb === tp.retransmit_skb_hint) tp.retransmit_skb_hint = nskb;
      tcp_highest_sack_replace(sk, skb, nskb);
      tcp_rtx_queue_unlink_and_free(skb, sk);
      tcp_rbtree_insert(tp.tcp_rtx_queue, nskb);
      sk_wmem_queued_add(sk, nskb.truesize);
      sk_mem_charge(sk, nskb.truesize);
      skb = nskb;
    }
    TCP_SKB_CB(skb).tcp_flags |= TCPHDR_ACK;
    tcp_ecn_send_synack(sk, skb);
  }
  return tcp_transmit_skb(sk, skb, true);
}

/**
 * Make a listener's SYN-ACK, complete but for the checksum. It belongs to no socket: there is none yet.
 *
 * @param dst its route; the reference goes to the packet
 * @param synack_type TCP_SYNACK_…: a cookie hides what is known of the request in sequence number and timestamp
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_make_synack(
  sk: sock,
  dst: dst_entry,
  req: request_sock,
  synack_type: number,
  _syn_skb: sk_buff | null,
): sk_buff | null {
  const ireq = inet_rsk(req);
  const treq = tcp_rsk(req);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);

  const skb = alloc_skb(net.machine, MAX_TCP_HEADER);
  skb_reserve(skb, MAX_TCP_HEADER);
  skb_dst_set(skb, dst);
  const mss = tcp_mss_clamp(tp, tcp_dst_advmss(dst));
  const now = ktime_get_ns(net.machine);
  if (synack_type === TCP_SYNACK_COOKIE && ireq.tstamp_ok) {
    skb.tstamp = cookie_init_timestamp(req, now);
  } else {
    skb.tstamp = now;
    // The first SYN-ACK: the final ACK will give an RTT sample.
    if (treq.snt_synack === 0) treq.snt_synack = tcp_skb_timestamp_us(skb);
  }
  skb.hash = treq.txhash;

  const opts = new tcp_out_options();
  TCP_SKB_CB(skb).tcp_flags = TCPHDR_SYN | TCPHDR_ACK;
  const tcp_header_size = tcp_synack_options(req, mss, skb, opts) + TCPHDR_LEN;
  skb_push(skb, tcp_header_size);
  skb_reset_transport_header(skb);

  const th = tcp_hdr(skb);
  th.bytes.fill(0, th.at, th.at + TCPHDR_LEN);
  th.flags = TCPHDR_SYN | TCPHDR_ACK;
  tcp_ecn_make_synack(req, th);
  th.source = ireq.ir_num;
  th.dest = ireq.ir_rmt_port;
  skb.mark = ireq.ir_mark;
  skb.ip_summed = CHECKSUM_PARTIAL;
  th.seq = treq.snt_isn;
  th.ack_seq = treq.rcv_nxt;
  // RFC 7323 2.2: the window of a SYN-ACK is never scaled.
  th.window = Math.min(treq.rsk_rcv_wnd, 65535);
  tcp_options_write(th.bytes, th.at + TCPHDR_LEN, null, opts);
  th.doff = tcp_header_size >> 2;
  TCP_INC_STATS(net, TCP_MIB_OUTSEGS);

  // A cookie's timestamp is no time of departure.
  skb.tstamp = now;
  return skb;
}

/** Send a SYN-ACK again: the timer of the request, or another SYN. @returns 0 or IP's error @linux net/ipv4/tcp_output.c */
export function tcp_rtx_synack(sk: sock, req: request_sock): number {
  const net = sock_net(sk);
  const treq = tcp_rsk(req);
  // Another path through the network, perhaps.
  if (net.core.sysctl_txrehash !== 0) treq.txhash = get_random_u32(net.machine) || 1;
  const res = treq.af_specific!.send_synack(sk, null, new flowi4(), req, TCP_SYNACK_NORMAL, null);
  if (res === 0) {
    TCP_INC_STATS(net, TCP_MIB_RETRANSSEGS);
    NET_INC_STATS(net, LINUX_MIB_TCPSYNRETRANS);
    trace.tcp_retransmit_synack(sk, req);
  }
  return res;
}
