/** close(), shutdown() and disconnect: how this side ends a connection. */
import type { DisconnectReason } from '../../../capture/state_reason.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { tcp_options_received, tcp_rack, tcp_sk } from '../../../include/linux/tcp.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { dst_release } from '../../../include/net/dst.ts';
import { inet_csk, inet_csk_delack_init } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  SEND_SHUTDOWN,
  SHUTDOWN_MASK,
  type sock,
  SOCK_DONE,
  sock_flag,
  sock_hold,
  SOCK_LINGER,
  sock_net,
  sock_orphan,
  sock_reset_flag,
} from '../../../include/net/sock.ts';
import {
  after,
  TCP_DELACK_MAX,
  tcp_fin_time,
  TCP_INFINITE_SSTHRESH,
  TCP_INIT_CWND,
  TCP_MIN_MSS,
  TCP_RTO_MIN,
  tcp_snd_cwnd_set,
  TCP_TIMEOUT_INIT,
  TCP_TIMEWAIT_LEN,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { ECONNRESET, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPABORTONCLOSE,
  LINUX_MIB_TCPABORTONDATA,
  LINUX_MIB_TCPABORTONLINGER,
  LINUX_MIB_TCPABORTONMEMORY,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CA_Open,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_LISTEN,
  TCP_NEW_SYN_RECV,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_ESTABLISHED,
  TCPF_LAST_ACK,
  TCPF_SYN_SENT,
  type TcpState,
} from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { jiffies_to_usecs } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, put_page } from '../../core/skbuff/alloc.ts';
import { __skb_dequeue, __skb_queue_purge, skb_rbtree_purge } from '../../core/skbuff/queue.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_error_report } from '../../core/sock/defaults.ts';
import { __sk_dst_reset } from '../../core/sock/dst.ts';
import { __release_sock, lock_sock, release_sock } from '../../core/sock/lock.ts';
import { sk_stream_wait_close } from '../../core/stream.ts';
import { inet_csk_destroy_sock } from '../inet_connection_sock/lifetime.ts';
import { inet_csk_listen_stop } from '../inet_connection_sock/listen.ts';
import { inet_csk_reset_keepalive_timer } from '../inet_connection_sock/xmit_timers.ts';
import { inet_bhash2_reset_saddr } from '../inet_hashtables/bind.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_clear_retrans } from '../tcp_input/loss.ts';
import { tcp_time_wait } from '../tcp_minisocks/time_wait.ts';
import { tcp_send_active_reset, tcp_send_fin } from '../tcp_output/control.ts';
import { tcp_clear_xmit_timers } from '../tcp_timer/xmit_timer.ts';
import { tcp_check_oom, tcp_write_queue_purge } from './alloc.ts';
import { tcp_need_reset, tcp_set_state } from './state.ts';

/**
 * The effect of a close in each state: the next state, and whether a FIN is sent.
 *
 * @linux net/ipv4/tcp.c (new_state)
 */
function tcp_close_transition(state: TcpState): { next: TcpState; send_fin: boolean } {
  switch (state) {
    case TCP_ESTABLISHED:
    case TCP_SYN_RECV:
      return { next: TCP_FIN_WAIT1, send_fin: true };
    case TCP_CLOSE_WAIT:
      return { next: TCP_LAST_ACK, send_fin: true };
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_LAST_ACK:
    case TCP_CLOSING:
      return { next: state, send_fin: false };
    case TCP_SYN_SENT:
    case TCP_TIME_WAIT:
    case TCP_LISTEN:
    case TCP_NEW_SYN_RECV:
    default:
      return { next: TCP_CLOSE, send_fin: false };
  }
}

/**
 * This side has no more data to send: change the state.
 *
 * @returns whether to send a FIN.
 * @linux net/ipv4/tcp.c
 */
function tcp_close_state(sk: sock, why: 'close' | 'shutdown'): boolean {
  const { next, send_fin } = tcp_close_transition(sk.skc_state);
  tcp_set_state(sk, next, next === TCP_CLOSE ? 'close_unconnected' : why);
  return send_fin;
}

/**
 * Shut down the sending direction: the peer reads end of stream after the data already queued.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_shutdown(sk: sock, how: number): void {
  if ((how & SEND_SHUTDOWN) === 0) return;
  // In other states a FIN was already sent or cannot be sent.
  if (((1 << sk.skc_state) & (TCPF_ESTABLISHED | TCPF_SYN_SENT | TCPF_CLOSE_WAIT)) !== 0) {
    if (tcp_close_state(sk, 'shutdown')) tcp_send_fin(sk);
  }
}

/** Free the received data. @returns whether the user left any of it unread */
function drop_unread_data(sk: sock): boolean {
  let data_was_unread = false;
  for (let skb = __skb_dequeue(sk.sk_receive_queue); skb !== null; skb = __skb_dequeue(sk.sk_receive_queue)) {
    const tcb = TCP_SKB_CB(skb);
    const end_seq = (tcb.tcp_flags & TCPHDR_FIN) !== 0 ? (tcb.end_seq - 1) | 0 : tcb.end_seq;
    if (after(end_seq, tcp_sk(sk).copied_seq)) data_was_unread = true;
    __kfree_skb(skb);
  }
  return data_was_unread;
}

/**
 * Close the connection, with the socket locked: send a FIN, or a RST if received data would be lost.
 *
 * @linux net/ipv4/tcp.c
 */
export function* __tcp_close(sk: sock, timeout: jiffies_t): Sleeps<void> {
  const net = sock_net(sk);
  sk.sk_shutdown = SHUTDOWN_MASK;

  if (sk.skc_state === TCP_LISTEN) {
    tcp_set_state(sk, TCP_CLOSE, 'close_listener');
    inet_csk_listen_stop(sk);
  } else {
    const data_was_unread = drop_unread_data(sk);
    // The peer may already have reset the connection.
    if (sk.skc_state !== TCP_CLOSE) {
      if (data_was_unread) {
        // RFC 2525, 2.17: the peer must learn that its data was not read.
        NET_INC_STATS(net, LINUX_MIB_TCPABORTONCLOSE);
        tcp_set_state(sk, TCP_CLOSE, 'close_unread');
        trace.sockscope_send(sk, null, 'reset_unread');
        tcp_send_active_reset(sk);
      } else if (sock_flag(sk, SOCK_LINGER) && sk.sk_lingertime === 0) {
        trace.sockscope_send(sk, null, 'reset_linger');
        sk.skc_prot.disconnect(sk, 0, 'linger_zero');
        NET_INC_STATS(net, LINUX_MIB_TCPABORTONDATA);
      } else if (tcp_close_state(sk, 'close')) {
        // The state changes at once, although the FIN may wait behind data, for the window or for Nagle.
        tcp_send_fin(sk);
      }
      yield* sk_stream_wait_close(sk, timeout);
    }
  }

  const state = sk.skc_state;
  // This reference is for tcp_close(), which drops it; the process's own reference is dropped when the socket
  // is destroyed.
  sock_hold(sk);
  sock_orphan(sk);
  local_bh_disable(net.machine);
  // Packets in the backlog are processed after the socket became an orphan.
  __release_sock(sk);
  sk.skc_prot.memory(net)!.orphan_count++;
  // A packet from the backlog may have destroyed the socket.
  if (state === TCP_CLOSE || sk.skc_state !== TCP_CLOSE) settle_orphan(sk);
  local_bh_enable(net.machine);
}

/** Decide what to do with a socket that its process has closed: it lives until the connection has ended. */
function settle_orphan(sk: sock): void {
  const net = sock_net(sk);
  if (sk.skc_state === TCP_FIN_WAIT2) {
    if (tcp_sk(sk).linger2 < 0) {
      tcp_set_state(sk, TCP_CLOSE, 'linger2');
      trace.sockscope_send(sk, null, 'reset_linger2');
      tcp_send_active_reset(sk);
      NET_INC_STATS(net, LINUX_MIB_TCPABORTONLINGER);
    } else {
      // The reader is gone: do not wait for the peer's FIN for ever.
      const tmo = tcp_fin_time(sk);
      if (tmo <= TCP_TIMEWAIT_LEN) {
        tcp_time_wait(sk, TCP_FIN_WAIT2, tmo, 'closed_in_fin_wait2');
        return;
      }
      inet_csk_reset_keepalive_timer(sk, tmo - TCP_TIMEWAIT_LEN);
    }
  }
  const oom = sk.skc_state === TCP_CLOSE ? null : tcp_check_oom(sk, 0);
  if (oom !== null) {
    tcp_set_state(sk, TCP_CLOSE, oom);
    trace.sockscope_send(sk, null, oom === 'out_of_memory' ? 'reset_memory' : 'reset_orphans');
    tcp_send_active_reset(sk);
    NET_INC_STATS(net, LINUX_MIB_TCPABORTONMEMORY);
  }
  if (sk.skc_state === TCP_CLOSE) inet_csk_destroy_sock(sk);
}

/**
 * Close: the protocol's close operation.
 *
 * @param timeout how long to linger, in jiffies
 * @linux net/ipv4/tcp.c
 */
export function* tcp_close(sk: sock, timeout: jiffies_t): Sleeps<void> {
  yield* lock_sock(sk);
  yield* __tcp_close(sk, timeout);
  release_sock(sk);
  sock_put(sk);
}

/**
 * Abort the connection (ABORT of RFC 9293, 3.10.5) and reset the socket to its initial state, so that it can
 * connect again.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_disconnect(sk: sock, _flags: number, why: DisconnectReason): Errno {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const old_state = sk.skc_state;
  if (old_state !== TCP_CLOSE && why !== 'connect_failed') tcp_set_state(sk, TCP_CLOSE, why);

  if (old_state === TCP_LISTEN) {
    inet_csk_listen_stop(sk);
  } else if (
    tcp_need_reset(old_state) ||
    // In these states the FIN may not have been sent yet.
    (tp.snd_nxt !== tp.write_seq && ((1 << old_state) & (TCPF_CLOSING | TCPF_LAST_ACK)) !== 0)
  ) {
    tcp_send_active_reset(sk);
    sk.sk_err = ECONNRESET;
  } else if (old_state === TCP_SYN_SENT) {
    sk.sk_err = ECONNRESET;
  }

  tcp_clear_xmit_timers(sk);
  __skb_queue_purge(sk.sk_receive_queue);
  tp.copied_seq = tp.rcv_nxt;
  tp.urg_data = 0;
  tcp_write_queue_purge(sk);
  skb_rbtree_purge(tp.out_of_order_queue);
  tp.ooo_last_skb = null;
  icsk.inet_dport = 0;
  inet_bhash2_reset_saddr(sk);
  sk.sk_shutdown = 0;
  sock_reset_flag(sk, SOCK_DONE);
  tcp_reset_connection_fields(sk, why);
  __sk_dst_reset(sk);
  dst_release(sk.sk_rx_dst);
  sk.sk_rx_dst = null;
  WARN_ON(
    sock_net(sk).machine,
    icsk.inet_num !== 0 && icsk.icsk_bind_hash === null,
    'tcp_disconnect: has a port, but is not bound',
  );
  if (sk.sk_frag !== null && sk.sk_frag.page !== null) put_page(sk.sk_frag.page);
  sk.sk_frag = null;
  sk_error_report(sk);
  return 0;
}

/** Reset everything that the connection has measured, negotiated and counted. */
function tcp_reset_connection_fields(sk: sock, why: DisconnectReason): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  tp.srtt_us = 0;
  tp.mdev_us = jiffies_to_usecs(TCP_TIMEOUT_INIT);
  tp.rcv_rtt_last_tsecr = 0;
  // Beyond every sequence number that the old connection can have sent.
  tp.write_seq = (tp.write_seq + tp.max_window + 2) | 0 || 1;

  icsk.icsk_backoff = 0;
  icsk.icsk_probes_out = 0;
  icsk.icsk_probes_tstamp = 0;
  icsk.icsk_rto = TCP_TIMEOUT_INIT;
  icsk.icsk_rto_min = TCP_RTO_MIN;
  icsk.icsk_delack_max = TCP_DELACK_MAX;

  tp.snd_ssthresh = TCP_INFINITE_SSTHRESH;
  tcp_snd_cwnd_set(tp, TCP_INIT_CWND);
  const value_why = why === 'connect_failed' ? why : 'disconnected';
  trace.sockscope_value_set(tp, 'snd_ssthresh', value_why);
  trace.sockscope_value_set(tp, 'snd_cwnd', value_why);
  tp.snd_cwnd_cnt = 0;
  tp.is_cwnd_limited = false;
  tp.max_packets_out = 0;
  tp.window_clamp = 0;
  trace.sockscope_value_set(tp, 'window_clamp', value_why);
  tp.delivered = 0;
  tp.delivered_ce = 0;
  icsk.icsk_ca_ops?.release?.(sk);
  icsk.icsk_ca_priv = null;
  icsk.icsk_ca_initialized = false;
  tcp_set_ca_state(sk, TCP_CA_Open, why === 'connect_failed' ? 'ca_connect_failed' : 'ca_disconnected');
  tp.is_sack_reneg = false;
  tcp_clear_retrans(tp);
  tp.total_retrans = 0;

  inet_csk_delack_init(sk);
  // Not 0: __tcp_select_window() divides by it.
  icsk.icsk_ack.rcv_mss = TCP_MIN_MSS;
  tp.rx_opt = new tcp_options_received();
  tp.saved_syn = null;
  tp.compressed_ack = 0;
  tp.segs_in = 0;
  tp.segs_out = 0;
  tp.bytes_sent = 0;
  tp.bytes_acked = 0;
  tp.bytes_received = 0;
  tp.bytes_retrans = 0;
  tp.data_segs_in = 0;
  tp.data_segs_out = 0;
  tp.duplicate_sack = null;
  tp.dsack_dups = 0;
  tp.reord_seen = 0;
  tp.retrans_out = 0;
  tp.sacked_out = 0;
  tp.tlp_high_seq = 0;
  tp.last_oow_ack_time = 0;
  // Before the first ACK, rate samples underestimate the path: treat them as limited by the application.
  tp.app_limited = -1;
  tp.rate_app_limited = true;
  tp.rack = new tcp_rack();
  tp.rcv_ooopack = 0;
}
