/** Opening a connection: the SYN. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import { dst_metric, dst_mtu, RTAX_INITRWND, RTAX_WINDOW } from '../../../include/net/dst.ts';
import {
  ICSK_TIME_RETRANS,
  inet_csk,
  inet_csk_reset_xmit_timer,
} from '../../../include/net/inet_connection_sock.ts';
import { TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  SOCK_DONE,
  sock_net,
  SOCK_RCVBUF_LOCK,
  sock_reset_flag,
  type sock,
} from '../../../include/net/sock.ts';
import {
  tcp_full_space,
  tcp_init_wl,
  TCP_RTO_MAX,
  tcp_send_head,
  tcp_skb_pcount,
  tcp_time_stamp,
  tcp_timeout_init,
  TCPHDR_SYN,
  TCPOLEN_TSTAMP_ALIGNED,
} from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_mss.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { ECONNREFUSED, EHOSTUNREACH, ENOBUFS, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { TCP_MIB_ACTIVEOPENS } from '../../../include/uapi/linux/snmp.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { tcp_stream_alloc_skb } from '../tcp/alloc.ts';
import { tcp_write_queue_purge } from '../tcp/write_queue.ts';
import { tcp_clear_retrans } from '../tcp_input/cwnd.ts';
import { tcp_initialize_rcv_mss } from '../tcp_input/rcvbuf.ts';
import { tcp_ecn_send_syn } from './ecn.ts';
import { tcp_mstamp_refresh } from './mstamp.ts';
import { tcp_mtup_init, tcp_sync_mss } from './mss.ts';
import { tcp_init_nondata_skb, tcp_transmit_skb } from './transmit.ts';
import { tcp_select_initial_window } from './window.ts';

/** Everything that a new connection begins with: header length, MSS, window, sequence numbers, RTO. @linux net/ipv4/tcp_output.c */
function tcp_connect_init(sk: sock): void {
  const dst = __sk_dst_get(sk)!;
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const ipv4 = sock_net(sk).ipv4;

  // What a segment has if timestamps are agreed on; corrected when the SYN-ACK comes.
  tp.tcp_header_len = TCPHDR_LEN;
  if (ipv4.sysctl_tcp_timestamps !== 0) tp.tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
  if (tp.rx_opt.user_mss !== 0) tp.rx_opt.mss_clamp = tp.rx_opt.user_mss;
  tp.max_window = 0;
  tcp_mtup_init(sk);
  tcp_sync_mss(sk, dst_mtu(dst));

  if (tp.window_clamp === 0) tp.window_clamp = dst_metric(dst, RTAX_WINDOW);
  tp.advmss = tcp_mss_clamp(tp, tcp_dst_advmss(dst));
  tcp_initialize_rcv_mss(sk);

  // A receive buffer that the user has fixed limits the window.
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

  sk.sk_err = 0;
  sock_reset_flag(sk, SOCK_DONE);
  tp.snd_wnd = 0;
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
 * Send a SYN, and arm the timer that sends it again.
 *
 * @returns 0, -EHOSTUNREACH, -ENOBUFS, -ECONNREFUSED
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_connect(sk: sock): Errno {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  // The route may have gone since it was looked up.
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

  // Any other failure is a loss: the timer will try again.
  if (tcp_transmit_skb(sk, buff, true) === -ECONNREFUSED) return -ECONNREFUSED;

  // Only now, so that tcp_transmit_skb() saw the SYN as new.
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
