/**
 * The end of the handshake: the client's SYN-ACK (state SYN_SENT), and the set-up for data transfer on both
 * sides.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcphdr, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import {
  SKB_DROP_REASON_TCP_FLAGS,
  SKB_DROP_REASON_TCP_RESET,
  SKB_DROP_REASON_TCP_RFC7323_PAWS,
} from '../../../include/net/dropreason.ts';
import {
  ICSK_TIME_DACK,
  ICSK_TIME_RETRANS,
  inet_csk,
  inet_csk_in_pingpong_mode,
  inet_csk_schedule_ack,
} from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, SOCK_DEAD, sock_flag, SOCK_KEEPOPEN, sock_net } from '../../../include/net/sock.ts';
import {
  __tcp_fast_path_on,
  after,
  between,
  keepalive_time_when,
  TCP_DELACK_MAX,
  tcp_init_wl,
  tcp_jiffies32,
  TCP_MAX_QUICKACKS,
  TCP_RTO_MAX,
  tcp_time_stamp,
  TCP_TIMEOUT_MIN,
  TCPOLEN_TSTAMP_ALIGNED,
} from '../../../include/net/tcp.ts';
import { tcp_clear_options, tcp_paws_reject } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { LINUX_MIB_PAWSACTIVEREJECTED } from '../../../include/uapi/linux/snmp.ts';
import { TCP_ESTABLISHED, TCP_SYN_RECV } from '../../../include/uapi/linux/tcp.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb } from '../../core/skbuff/alloc.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import {
  inet_csk_reset_keepalive_timer,
  inet_csk_reset_xmit_timer,
} from '../inet_connection_sock/xmit_timers.ts';
import { tcp_set_state } from '../tcp/state.ts';
import { tcp_init_congestion_control } from '../tcp_cong.ts';
import { tcp_init_metrics } from '../tcp_metrics.ts';
import { tcp_send_synack } from '../tcp_output/connect.ts';
import { tcp_send_ack } from '../tcp_output/control.ts';
import { tcp_mtup_init, tcp_sync_mss } from '../tcp_output/mss.ts';
import { FLAG_SLOWPATH, tcp_ack } from './ack.ts';
import { tcp_init_cwnd } from './cwnd.ts';
import { tcp_drop_reason } from './data.ts';
import { tcp_ecn_rcv_syn, tcp_ecn_rcv_synack } from './ecn.ts';
import { tcp_reset } from './fin.ts';
import { tcp_parse_options, tcp_store_ts_recent } from './options.ts';
import { tcp_init_buffer_space, tcp_initialize_rcv_mss } from './rcvbuf.ts';
import { tcp_enter_quickack_mode } from './snd_check.ts';

/** The handshake is complete: initialize congestion control and buffers. @linux net/ipv4/tcp_input.c */
export function tcp_init_transfer(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  tcp_mtup_init(sk);
  icsk.icsk_af_ops.rebuild_header(sk);
  tcp_init_metrics(sk);
  // RFC 6928: if the SYN or SYN-ACK was lost, start with a cwnd of one segment.
  const is_lost = tp.total_retrans > 1 && tp.undo_marker !== 0;
  tp.snd_cwnd = is_lost ? 1 : tcp_init_cwnd(tp, __sk_dst_get(sk));
  trace.sockscope_value_set(tp, 'snd_cwnd', is_lost ? 'cwnd_initial_lost' : 'cwnd_initial');
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  if (!icsk.icsk_ca_initialized) tcp_init_congestion_control(sk);
  tcp_init_buffer_space(sk);
}

/** The client's connection is established. @linux net/ipv4/tcp_input.c */
export function tcp_finish_connect(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  tcp_set_state(sk, TCP_ESTABLISHED, 'syn_ack');
  icsk.icsk_ack.lrcvtime = tcp_jiffies32(sk);
  icsk.icsk_af_ops.sk_rx_dst_set(sk, skb);
  tcp_init_transfer(sk);
  // Do not count the handshake as idle time.
  tp.lsndtime = tcp_jiffies32(sk);
  if (sock_flag(sk, SOCK_KEEPOPEN)) inet_csk_reset_keepalive_timer(sk, keepalive_time_when(tp));
  if (tp.rx_opt.snd_wscale === 0) __tcp_fast_path_on(tp, tp.snd_wnd);
  else tp.pred_flags = 0;
}

/**
 * A SYN-ACK that echoes the first SYN's timestamp shows that the SYN was retransmitted needlessly.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_undo_spurious_syn(sk: sock): void {
  const tp = tcp_sk(sk);
  const syn_stamp = tp.retrans_stamp;
  if (tp.undo_marker !== 0 && syn_stamp !== 0 && tp.rx_opt.saw_tstamp && syn_stamp === tp.rx_opt.rcv_tsecr) {
    tp.undo_marker = 0;
  }
}

/**
 * A segment in state SYN_SENT (RFC 9293 3.10.7.3).
 *
 * @returns 0: consumed; 1: the caller sends a RST and drops the segment; -1: established, the caller
 *   continues with urgent data
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rcv_synsent_state_process(sk: sock, skb: sk_buff, th: tcphdr): number {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const saved_clamp = tp.rx_opt.mss_clamp;
  tcp_parse_options(sock_net(sk), skb, tp.rx_opt, false);
  if (tp.rx_opt.saw_tstamp && tp.rx_opt.rcv_tsecr !== 0) {
    tp.rx_opt.rcv_tsecr = (tp.rx_opt.rcv_tsecr - tp.tsoffset) | 0;
  }

  if (th.ack) {
    // first: the ACK must acknowledge our SYN
    if (!after(cb.ack_seq, tp.snd_una) || after(cb.ack_seq, tp.snd_nxt)) {
      // The ACK is for an old connection. The RST that answers it clears the peer, so retransmit the SYN
      // soon.
      if (icsk.icsk_retransmits === 0) {
        inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, TCP_TIMEOUT_MIN, TCP_RTO_MAX);
      }
      undo_options(sk, saved_clamp);
      trace.sockscope_send(sk, null, 'reset_bad_ack');
      return 1;
    }
    if (
      tp.rx_opt.saw_tstamp &&
      tp.rx_opt.rcv_tsecr !== 0 &&
      !between(tp.rx_opt.rcv_tsecr, tp.retrans_stamp, tcp_time_stamp(tp))
    ) {
      NET_INC_STATS(sock_net(sk), LINUX_MIB_PAWSACTIVEREJECTED);
      undo_options(sk, saved_clamp);
      trace.sockscope_send(sk, null, 'reset_bad_ack');
      return 1;
    }
    // second: RST: connection refused
    if (th.rst) {
      tcp_reset(sk, skb, 'reset');
      __kfree_skb(skb);
      return 0;
    }
    // fifth: the segment has neither SYN nor RST
    if (!th.syn) {
      undo_options(sk, saved_clamp);
      tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_FLAGS);
      return 0;
    }
    return synack_received(sk, skb, th);
  }

  // The segment has no ACK.
  if (th.rst) {
    undo_options(sk, saved_clamp);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RESET);
    return 0;
  }
  if (
    tp.rx_opt.ts_recent_stamp !== 0 &&
    tp.rx_opt.saw_tstamp &&
    tcp_paws_reject(sock_net(sk).machine, tp.rx_opt, false)
  ) {
    undo_options(sk, saved_clamp);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RFC7323_PAWS);
    return 0;
  }
  if (th.syn) {
    simultaneous_open(sk, skb, th);
    return 0;
  }
  undo_options(sk, saved_clamp);
  tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_FLAGS);
  return 0;
}

/** The segment is not trusted: discard its options. */
function undo_options(sk: sock, saved_clamp: number): void {
  const { rx_opt } = tcp_sk(sk);
  tcp_clear_options(rx_opt);
  rx_opt.mss_clamp = saved_clamp;
}

/** fourth: the SYN-ACK. The connection is established. */
function synack_received(sk: sock, skb: sk_buff, th: tcphdr): number {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  tcp_ecn_rcv_synack(tp, th);
  tcp_init_wl(tp, cb.seq);
  tcp_try_undo_spurious_syn(sk);
  tcp_ack(sk, skb, FLAG_SLOWPATH);

  tp.rcv_nxt = (cb.seq + 1) | 0;
  tp.rcv_wup = tp.rcv_nxt;
  // RFC 7323 2.2: the window of a SYN-ACK is never scaled.
  tp.snd_wnd = th.window;
  trace.sockscope_value_set(tp, 'snd_wnd', 'handshake');
  if (!tp.rx_opt.wscale_ok) {
    tp.rx_opt.snd_wscale = 0;
    tp.rx_opt.rcv_wscale = 0;
    tp.window_clamp = Math.min(tp.window_clamp, 65535);
  }
  if (tp.rx_opt.saw_tstamp) {
    tp.rx_opt.tstamp_ok = true;
    tp.tcp_header_len = TCPHDR_LEN + TCPOLEN_TSTAMP_ALIGNED;
    tp.advmss -= TCPOLEN_TSTAMP_ALIGNED;
    tcp_store_ts_recent(tp);
  } else {
    tp.tcp_header_len = TCPHDR_LEN;
  }
  tcp_sync_mss(sk, icsk.icsk_pmtu_cookie);
  tcp_initialize_rcv_mss(sk);
  tp.copied_seq = tp.rcv_nxt;

  tcp_finish_connect(sk, skb);
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_state_change(sk);

  // The final ACK can piggyback on data that the process is about to send.
  if (
    sk.sk_write_pending !== 0 ||
    (icsk.icsk_accept_queue !== null && icsk.icsk_accept_queue.rskq_defer_accept !== 0) ||
    inet_csk_in_pingpong_mode(sk)
  ) {
    inet_csk_schedule_ack(sk);
    tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
    inet_csk_reset_xmit_timer(sk, ICSK_TIME_DACK, TCP_DELACK_MAX, TCP_RTO_MAX);
    trace.sockscope_delay_ack(sk);
    __kfree_skb(skb);
    return 0;
  }
  trace.sockscope_send(sk, null, 'handshake_ack');
  tcp_send_ack(sk);
  return -1;
}

/** A SYN without ACK: simultaneous open (RFC 9293 3.5, figure 7). */
function simultaneous_open(sk: sock, skb: sk_buff, th: tcphdr): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  tcp_set_state(sk, TCP_SYN_RECV, 'syn_crossed');
  if (tp.rx_opt.saw_tstamp) {
    tp.rx_opt.tstamp_ok = true;
    tcp_store_ts_recent(tp);
    tp.tcp_header_len = TCPHDR_LEN + TCPOLEN_TSTAMP_ALIGNED;
  } else {
    tp.tcp_header_len = TCPHDR_LEN;
  }
  tp.rcv_nxt = (cb.seq + 1) | 0;
  tp.copied_seq = tp.rcv_nxt;
  tp.rcv_wup = tp.rcv_nxt;
  tp.snd_wnd = th.window;
  trace.sockscope_value_set(tp, 'snd_wnd', 'handshake');
  tp.snd_wl1 = cb.seq;
  tp.max_window = tp.snd_wnd;
  tcp_ecn_rcv_syn(tp, th);
  tcp_mtup_init(sk);
  tcp_sync_mss(sk, icsk.icsk_pmtu_cookie);
  tcp_initialize_rcv_mss(sk);
  trace.sockscope_send(sk, null, 'syn_crossed');
  tcp_send_synack(sk);
  __kfree_skb(skb);
}
