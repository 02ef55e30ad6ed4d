/** The segments of the handshake: the SYN and the SYN-ACK. @linux net/ipv4/tcp_output.c */
import {
  CHECKSUM_PARTIAL,
  type sk_buff,
  skb_cloned,
  skb_reset_transport_header,
} from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_rsk, tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import { type dst_entry, dst_metric, dst_mtu } from '../../../include/net/dst.ts';
import { ICSK_TIME_RETRANS, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import {
  type sock,
  SOCK_DONE,
  sock_net,
  SOCK_RCVBUF_LOCK,
  sock_reset_flag,
} from '../../../include/net/sock.ts';
import {
  MAX_TCP_HEADER,
  tcp_full_space,
  tcp_highest_sack_replace,
  tcp_init_wl,
  TCP_RTO_MAX,
  tcp_rtx_queue_head,
  tcp_send_head,
  tcp_skb_pcount,
  tcp_skb_timestamp_us,
  TCP_SYNACK_COOKIE,
  TCP_SYNACK_NORMAL,
  tcp_time_stamp,
  tcp_timeout_init,
  TCPHDR_ACK,
  TCPHDR_SYN,
  TCPOLEN_TSTAMP_ALIGNED,
} from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  ECONNREFUSED,
  EFAULT,
  EHOSTUNREACH,
  ENOBUFS,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { RTAX_INITRWND, RTAX_WINDOW } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  LINUX_MIB_TCPSYNRETRANS,
  TCP_MIB_ACTIVEOPENS,
  TCP_MIB_OUTSEGS,
  TCP_MIB_RETRANSSEGS,
} from '../../../include/uapi/linux/snmp.ts';
import { pr_warn } from '../../../kernel/printk.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { trace } from '../../../trace/events.ts';
import { alloc_skb, skb_dst_set, skb_push, skb_reserve } from '../../core/skbuff/alloc.ts';
import { skb_copy } from '../../core/skbuff/data.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { inet_csk_reset_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { cookie_init_timestamp } from '../syncookies.ts';
import { tcp_stream_alloc_skb, tcp_write_queue_purge } from '../tcp/alloc.ts';
import { tcp_rtx_queue_unlink_and_free } from '../tcp/queue.ts';
import { tcp_clear_retrans } from '../tcp_input/loss.ts';
import { tcp_initialize_rcv_mss } from '../tcp_input/rcvbuf.ts';
import { tcp_ecn_make_synack, tcp_ecn_send_syn, tcp_ecn_send_synack } from './ecn.ts';
import { tcp_mtup_init, tcp_sync_mss } from './mss.ts';
import { tcp_options_write, tcp_out_options, tcp_synack_options } from './options.ts';
import { tcp_init_nondata_skb, tcp_mstamp_refresh, tcp_transmit_skb } from './transmit.ts';
import { tcp_select_initial_window } from './window.ts';

/**
 * Initialize a new connection: header length, MSS, window, sequence numbers, RTO.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_connect_init(sk: sock): void {
  const dst = __sk_dst_get(sk)!;
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const ipv4 = sock_net(sk).ipv4;

  // Assume that timestamps will be negotiated; the SYN-ACK corrects this.
  tp.tcp_header_len = TCPHDR_LEN;
  if (ipv4.sysctl_tcp_timestamps !== 0) tp.tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
  if (tp.rx_opt.user_mss !== 0) tp.rx_opt.mss_clamp = tp.rx_opt.user_mss;
  tp.max_window = 0;
  tcp_mtup_init(sk);
  tcp_sync_mss(sk, dst_mtu(dst));

  if (tp.window_clamp === 0) tp.window_clamp = dst_metric(dst, RTAX_WINDOW);
  tp.advmss = tcp_mss_clamp(tp, tcp_dst_advmss(dst));
  tcp_initialize_rcv_mss(sk);

  // A receive buffer size set by the user limits the window.
  const full_space = tcp_full_space(sk);
  if ((sk.sk_userlocks & SOCK_RCVBUF_LOCK) !== 0 && (tp.window_clamp > full_space || tp.window_clamp === 0)) {
    tp.window_clamp = full_space;
  }
  const initial = tcp_select_initial_window(
    sk,
    full_space,
    tp.advmss - (tp.rx_opt.ts_recent_stamp !== 0 ? tp.tcp_header_len - TCPHDR_LEN : 0),
    tp.window_clamp,
    ipv4.sysctl_tcp_window_scaling !== 0,
    dst_metric(dst, RTAX_INITRWND),
  );
  tp.rcv_wnd = initial.rcv_wnd;
  tp.window_clamp = initial.window_clamp;
  tp.rx_opt.rcv_wscale = initial.rcv_wscale;
  tp.rcv_ssthresh = tp.rcv_wnd;
  trace.sockscope_value_set(tp, 'rcv_wnd', 'window_initial');
  trace.sockscope_value_set(tp, 'window_clamp', 'window_initial');
  trace.sockscope_value_set(tp, 'rcv_ssthresh', 'window_initial');

  sk.sk_err = 0;
  sock_reset_flag(sk, SOCK_DONE);
  tp.snd_wnd = 0;
  trace.sockscope_value_set(tp, 'snd_wnd', 'window_initial');
  tcp_init_wl(tp, 0);
  tcp_write_queue_purge(sk);
  tp.snd_una = tp.write_seq;
  tp.snd_sml = tp.write_seq;
  tp.snd_up = tp.write_seq;
  tp.snd_nxt = tp.write_seq;
  tp.rcv_nxt = 0;
  tp.rcv_wup = 0;
  tp.copied_seq = 0;

  icsk.icsk_rto = tcp_timeout_init(sk);
  icsk.icsk_retransmits = 0;
  tcp_clear_retrans(tp);
}

/** Charge the SYN to the socket, and count it as sent. @linux net/ipv4/tcp_output.c */
function tcp_connect_queue_skb(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const tcb = TCP_SKB_CB(skb);
  tcb.end_seq = (tcb.end_seq + skb.len) | 0;
  sk_wmem_queued_add(sk, skb.truesize);
  sk_mem_charge(sk, skb.truesize);
  tp.write_seq = tcb.end_seq;
  tp.packets_out += tcp_skb_pcount(skb);
}

/**
 * Send a SYN and arm its retransmission timer.
 *
 * @returns 0, -EHOSTUNREACH, -ENOBUFS, -ECONNREFUSED
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_connect(sk: sock): Errno {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  // The route may have become invalid since it was looked up.
  if (icsk.icsk_af_ops.rebuild_header(sk) !== 0) return -EHOSTUNREACH;
  tcp_connect_init(sk);

  const buff = tcp_stream_alloc_skb(sk, 0, true);
  if (buff === null) return -ENOBUFS;
  tcp_init_nondata_skb(buff, tp.write_seq, TCPHDR_SYN);
  tp.write_seq = (tp.write_seq + 1) | 0;
  tcp_mstamp_refresh(tp);
  tp.retrans_stamp = tcp_time_stamp(tp);
  tcp_connect_queue_skb(sk, buff);
  tcp_ecn_send_syn(sk, buff);
  tcp_rbtree_insert(tp.tcp_rtx_queue, buff);

  trace.sockscope_send(sk, null, 'syn');
  // Any failure but this one counts as a loss: the timer retries.
  if (tcp_transmit_skb(sk, buff, true) === -ECONNREFUSED) return -ECONNREFUSED;

  // Set only now, so that tcp_transmit_skb() treats the SYN as new.
  tp.snd_nxt = tp.write_seq;
  tp.pushed_seq = tp.write_seq;
  const head = tcp_send_head(sk);
  if (head !== null) {
    tp.snd_nxt = TCP_SKB_CB(head).seq;
    tp.pushed_seq = tp.snd_nxt;
  }
  TCP_INC_STATS(sock_net(sk), TCP_MIB_ACTIVEOPENS);
  inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, icsk.icsk_rto, TCP_RTO_MAX);
  return 0;
}

/**
 * Both sides sent a SYN (RFC 9293 3.5, simultaneous open): turn the SYN in the retransmit queue into a
 * SYN-ACK.
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
 * Build a listener's SYN-ACK, complete except for the checksum. It belongs to no socket, because the child
 * does not exist yet.
 *
 * @param dst the route; the packet takes over the reference
 * @param synack_type TCP_SYNACK_…: a cookie encodes the request's state in the sequence number and timestamp
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
    // The first SYN-ACK: the final ACK yields an RTT sample.
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

  // A cookie's timestamp is not a departure time: restore the clock's value.
  skb.tstamp = now;
  return skb;
}

/**
 * Retransmit a SYN-ACK because the request's timer fired or another SYN arrived.
 *
 * @returns 0 or IP's error
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_rtx_synack(sk: sock, req: request_sock): number {
  const net = sock_net(sk);
  const treq = tcp_rsk(req);
  // A new hash may select another path through the network.
  if (net.core.sysctl_txrehash !== 0) treq.txhash = get_random_u32(net.machine) || 1;
  const af_ops = treq.af_specific!;
  const res = af_ops.send_synack(sk, null, af_ops.flow(), req, TCP_SYNACK_NORMAL, null);
  if (res === 0) {
    TCP_INC_STATS(net, TCP_MIB_RETRANSSEGS);
    NET_INC_STATS(net, LINUX_MIB_TCPSYNRETRANS);
    trace.tcp_retransmit_synack(sk, req);
  }
  return res;
}
