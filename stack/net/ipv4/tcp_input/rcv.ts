/**
 * A segment arrives for a connection: the fast and slow paths of ESTABLISHED, and all other states.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_sk, type tcphdr, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import {
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_TCP_CLOSE,
  SKB_DROP_REASON_TCP_CSUM,
  SKB_DROP_REASON_TCP_FLAGS,
  SKB_DROP_REASON_TCP_RESET,
} from '../../../include/net/dropreason.ts';
import { inet_csk, inet_csk_ack_scheduled } from '../../../include/net/inet_connection_sock.ts';
import { read_be32 } from '../../../include/net/ip.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  RCV_SHUTDOWN,
  SEND_SHUTDOWN,
  type sock,
  SOCK_DEAD,
  sock_flag,
  sock_net,
  sock_owned_by_user,
} from '../../../include/net/sock.ts';
import {
  after,
  before,
  between,
  tcp_fast_path_on,
  tcp_fin_time,
  tcp_init_wl,
  tcp_jiffies32,
  TCP_TIMEWAIT_LEN,
  tcp_update_wl,
  TCPOLEN_TSTAMP_ALIGNED,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPABORTONDATA,
  LINUX_MIB_TCPHPHITS,
  TCP_MIB_CSUMERRORS,
  TCP_MIB_INERRS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_LISTEN,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
} from '../../../include/uapi/linux/tcp.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, __skb_pull, consume_skb } from '../../core/skbuff/alloc.ts';
import { sk_dst_confirm } from '../../core/sock/dst.ts';
import { inet_csk_reset_keepalive_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_checksum_complete, tcp_cleanup_skb } from '../tcp/queue.ts';
import { tcp_done, tcp_set_state } from '../tcp/state.ts';
import { tcp_time_wait } from '../tcp_minisocks/time_wait.ts';
import { tcp_mstamp_refresh } from '../tcp_output/transmit.ts';
import { FLAG_DATA, FLAG_NO_CHALLENGE_ACK, FLAG_SLOWPATH, FLAG_UPDATE_TS_RECENT, tcp_ack } from './ack.ts';
import { tcp_data_queue, tcp_data_ready, tcp_drop_reason, tcp_queue_rcv, tcp_urg } from './data.ts';
import { tcp_reset } from './fin.ts';
import {
  tcp_init_transfer,
  tcp_rcv_synsent_state_process,
  tcp_try_undo_spurious_syn,
} from './finish_connect.ts';
import { tcp_parse_aligned_timestamp, tcp_store_ts_recent } from './options.ts';
import { tcp_event_data_recv, tcp_initialize_rcv_mss, tcp_rcv_rtt_measure_ts } from './rcvbuf.ts';
import { tcp_synack_rtt_meas, tcp_update_pacing_rate } from './rtt.ts';
import { __tcp_ack_snd_check, tcp_ack_snd_check, tcp_data_snd_check } from './snd_check.ts';
import { tcp_send_challenge_ack, tcp_validate_incoming } from './validate.ts';

/** Header word 3 without the reserved bits and PSH, as header prediction compares it. */
const TCP_HP_BITS = ~0x0f080000;
const TIMESTAMP_HEADER_LEN = TCPHDR_LEN + TCPOLEN_TSTAMP_ALIGNED;

/**
 * A segment of an established connection. Header prediction (Van Jacobson): if the header length, flags and
 * window are as expected and the segment is in order, it is either the next data or a pure ACK, and can skip
 * nearly all checks.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rcv_established(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const th = skb.transport_header;
  const len = skb.len;
  trace.tcp_probe(sk, skb);
  tcp_mstamp_refresh(tp);
  if (sk.sk_rx_dst === null) inet_csk(sk).icsk_af_ops.sk_rx_dst_set(sk, skb);

  tp.rx_opt.saw_tstamp = false;
  if (
    (read_be32(skb.head, th + 12) & TCP_HP_BITS) !== tp.pred_flags ||
    cb.seq !== tp.rcv_nxt ||
    !between(cb.ack_seq, tp.snd_una, tp.snd_nxt)
  ) {
    rcv_established_slow(sk, skb);
    return;
  }

  const tcp_header_len = tp.tcp_header_len;
  const tstamps = tcp_header_len === TIMESTAMP_HEADER_LEN;
  if (tstamps) {
    if (!tcp_parse_aligned_timestamp(tp, skb.head, th)) {
      rcv_established_slow(sk, skb);
      return;
    }
    // A short form of the PAWS check.
    if (((tp.rx_opt.rcv_tsval - tp.rx_opt.ts_recent) | 0) < 0) {
      rcv_established_slow(sk, skb);
      return;
    }
  }

  if (len <= tcp_header_len) {
    // A pure ACK: this side is the sender.
    if (len < tcp_header_len) {
      TCP_INC_STATS(sock_net(sk), TCP_MIB_INERRS);
      tcp_drop_reason(sk, skb, SKB_DROP_REASON_PKT_TOO_SMALL);
      return;
    }
    if (tstamps && tp.rcv_nxt === tp.rcv_wup) tcp_store_ts_recent(tp);
    tcp_ack(sk, skb, 0);
    __kfree_skb(skb);
    tcp_data_snd_check(sk);
    // Keep tcp_rcv_rtt_measure_ts() from measuring with an old ACK's echo.
    tp.rcv_rtt_last_tsecr = tp.rx_opt.rcv_tsecr;
    return;
  }

  // The next in-order data.
  if (tcp_checksum_complete(skb)) {
    bad_checksum(sk, skb);
    return;
  }
  if (skb.truesize > sk.sk_forward_alloc) {
    rcv_established_step5(sk, skb, tcp_hdr(skb));
    return;
  }
  if (tstamps && tp.rcv_nxt === tp.rcv_wup) tcp_store_ts_recent(tp);
  tcp_rcv_rtt_measure_ts(sk, skb);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPHPHITS);

  tcp_cleanup_skb(skb);
  __skb_pull(skb, tcp_header_len);
  const eaten = tcp_queue_rcv(sk, skb);
  tcp_event_data_recv(sk, skb);
  if (cb.ack_seq !== tp.snd_una) {
    // The segment also acknowledges data.
    tcp_ack(sk, skb, FLAG_DATA);
    tcp_data_snd_check(sk);
    if (inet_csk_ack_scheduled(sk)) __tcp_ack_snd_check(sk, false);
  } else {
    tcp_update_wl(tp, cb.seq);
    __tcp_ack_snd_check(sk, false);
  }
  if (eaten) __kfree_skb(skb);
  tcp_data_ready(sk);
}

/** The slow path: all checks of RFC 9293, in its order. */
function rcv_established_slow(sk: sock, skb: sk_buff): void {
  const th = tcp_hdr(skb);
  if (skb.len < th.doff * 4 || tcp_checksum_complete(skb)) {
    bad_checksum(sk, skb);
    return;
  }
  if (!th.ack && !th.rst && !th.syn) {
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_FLAGS);
    return;
  }
  if (!tcp_validate_incoming(sk, skb, th, true)) return;
  rcv_established_step5(sk, skb, th);
}

/** fifth: the ACK field; sixth: URG; seventh: the data; eighth: FIN. */
function rcv_established_step5(sk: sock, skb: sk_buff, th: tcphdr): void {
  const reason = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
  if (reason < 0) {
    tcp_drop_reason(sk, skb, -reason);
    return;
  }
  tcp_rcv_rtt_measure_ts(sk, skb);
  tcp_urg(sk, skb, th);
  tcp_data_queue(sk, skb);
  tcp_data_snd_check(sk);
  tcp_ack_snd_check(sk);
}

function bad_checksum(sk: sock, skb: sk_buff): void {
  trace.tcp_bad_csum(skb);
  TCP_INC_STATS(sock_net(sk), TCP_MIB_CSUMERRORS);
  TCP_INC_STATS(sock_net(sk), TCP_MIB_INERRS);
  tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_CSUM);
}

/**
 * A segment in any state except ESTABLISHED and TIME_WAIT (RFC 9293 3.10.7).
 *
 * @returns nonzero: the caller sends a RST and frees the skb; 0: the skb is consumed
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_rcv_state_process(sk: sock, skb: sk_buff): number {
  const tp = tcp_sk(sk);
  const th = tcp_hdr(skb);
  switch (sk.sk_state) {
    case TCP_CLOSE:
      tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_CLOSE);
      return 0;
    case TCP_LISTEN:
      return listen_state_process(sk, skb, th);
    case TCP_SYN_SENT: {
      tp.rx_opt.saw_tstamp = false;
      tcp_mstamp_refresh(tp);
      const queued = tcp_rcv_synsent_state_process(sk, skb, th);
      if (queued >= 0) return queued;
      tcp_urg(sk, skb, th);
      __kfree_skb(skb);
      tcp_data_snd_check(sk);
      return 0;
    }
  }
  tcp_mstamp_refresh(tp);
  tp.rx_opt.saw_tstamp = false;
  if (!th.ack && !th.rst && !th.syn) {
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_FLAGS);
    return 0;
  }
  // first to fourth: sequence number, RST, SYN
  if (!tcp_validate_incoming(sk, skb, th, false)) return 0;

  // fifth: the ACK field
  const acceptable = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT | FLAG_NO_CHALLENGE_ACK);
  if (acceptable <= 0) {
    if (sk.sk_state === TCP_SYN_RECV) {
      trace.sockscope_send(sk, null, 'reset_bad_ack');
      return 1;
    }
    if (acceptable < 0) {
      tcp_send_challenge_ack(sk);
      tcp_drop_reason(sk, skb, -acceptable);
      return 0;
    }
  }
  switch (sk.sk_state) {
    case TCP_SYN_RECV:
      synrecv_acked(sk, skb, th);
      break;
    case TCP_FIN_WAIT1:
      switch (finwait1_acked(sk, skb, th)) {
        case FIN_ABORTED:
          trace.sockscope_send(sk, null, 'reset_nobody_reads');
          return 1;
        case FIN_CONSUMED:
          __kfree_skb(skb);
          return 0;
      }
      break;
    case TCP_CLOSING:
      if (tp.snd_una === tp.write_seq) {
        tcp_time_wait(sk, TCP_TIME_WAIT, 0, 'fin_acked');
        __kfree_skb(skb);
        return 0;
      }
      break;
    case TCP_LAST_ACK:
      if (tp.snd_una === tp.write_seq) {
        tcp_done(sk, 'fin_acked');
        __kfree_skb(skb);
        return 0;
      }
      break;
  }

  // sixth: URG
  tcp_urg(sk, skb, th);

  // seventh: the data; eighth: FIN
  let queued = false;
  if (takes_data(sk, skb)) {
    // RFC 1122 4.2.2.13: answer data that nobody can read with a RST.
    if (
      sk.sk_state !== TCP_ESTABLISHED &&
      (sk.sk_shutdown & RCV_SHUTDOWN) !== 0 &&
      brings_new_data(sk, skb, th)
    ) {
      NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPABORTONDATA);
      tcp_reset(sk, skb, 'data_after_close');
      trace.sockscope_send(sk, null, 'reset_nobody_reads');
      return 1;
    }
    tcp_data_queue(sk, skb);
    queued = true;
  }
  // tcp_data_queue() may have moved the socket to TIME_WAIT.
  if (sk.sk_state !== TCP_CLOSE) {
    tcp_data_snd_check(sk);
    tcp_ack_snd_check(sk);
  }
  if (!queued) tcp_drop_reason(sk, skb, SKB_DROP_REASON_NOT_SPECIFIED);
  return 0;
}

/** Whether data is accepted in this state. After the peer's FIN only old data can arrive. */
function takes_data(sk: sock, skb: sk_buff): boolean {
  switch (sk.sk_state) {
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
      return before(TCP_SKB_CB(skb).seq, tcp_sk(sk).rcv_nxt);
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_ESTABLISHED:
      return true;
    default:
      return false;
  }
}

/** RFC 9293 3.10.7.2: LISTEN. */
function listen_state_process(sk: sock, skb: sk_buff, th: tcphdr): number {
  if (th.ack) {
    trace.sockscope_send(sk, skb, 'reset_listener');
    return 1;
  }
  if (th.rst) {
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RESET);
    return 0;
  }
  if (!th.syn || th.fin) {
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_FLAGS);
    return 0;
  }
  const { machine } = sock_net(sk);
  // A listener's backlog is processed in process context.
  local_bh_disable(machine);
  const acceptable = inet_csk(sk).icsk_af_ops.conn_request(sk, skb) >= 0;
  local_bh_enable(machine);
  if (!acceptable) return 1;
  consume_skb(skb);
  return 0;
}

/** SYN_RECV and our SYN is acknowledged: the connection is established. */
function synrecv_acked(sk: sock, skb: sk_buff, th: tcphdr): void {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  // The SYN-ACK was delivered.
  tp.delivered++;
  if (tp.srtt_us === 0) tcp_synack_rtt_meas(sk, null);
  if (tp.rx_opt.tstamp_ok) tp.advmss -= TCPOLEN_TSTAMP_ALIGNED;
  tcp_try_undo_spurious_syn(sk);
  tp.retrans_stamp = 0;
  tcp_init_transfer(sk);
  tp.copied_seq = tp.rcv_nxt;

  tcp_set_state(sk, TCP_ESTABLISHED, 'syn_acked');
  sk.sk_state_change(sk);

  tp.snd_una = cb.ack_seq;
  tp.snd_wnd = th.window << tp.rx_opt.snd_wscale;
  trace.sockscope_value_set(tp, 'snd_wnd', 'handshake');
  tcp_init_wl(tp, cb.seq);
  if (inet_csk(sk).icsk_ca_ops!.cong_control === undefined) tcp_update_pacing_rate(sk);
  // Do not count the handshake as idle time.
  tp.lsndtime = tcp_jiffies32(sk);
  tcp_initialize_rcv_mss(sk);
  tcp_fast_path_on(tp);
  // The process called shutdown() before the handshake ended.
  if ((sk.sk_shutdown & SEND_SHUTDOWN) !== 0) sk.sk_prot.shutdown!(sk, SEND_SHUTDOWN);
}

const FIN_GO_ON = 0;
const FIN_CONSUMED = 1;
const FIN_ABORTED = 2;

/**
 * FIN_WAIT1: when our FIN is acknowledged, enter FIN_WAIT2; an orphan waits there as a time-wait sock, or is
 * closed at once.
 */
function finwait1_acked(sk: sock, skb: sk_buff, th: tcphdr): number {
  const tp = tcp_sk(sk);
  if (tp.snd_una !== tp.write_seq) return FIN_GO_ON;
  tcp_set_state(sk, TCP_FIN_WAIT2, 'fin_acked');
  sk.sk_shutdown |= SEND_SHUTDOWN;
  sk_dst_confirm(sk);
  if (!sock_flag(sk, SOCK_DEAD)) {
    // Wake a lingering close().
    sk.sk_state_change(sk);
    return FIN_GO_ON;
  }
  if (tp.linger2 < 0 || brings_new_data(sk, skb, th)) {
    tcp_done(sk, tp.linger2 < 0 ? 'linger2' : 'data_after_close');
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPABORTONDATA);
    return FIN_ABORTED;
  }
  const tmo = tcp_fin_time(sk);
  if (tmo > TCP_TIMEWAIT_LEN) {
    inet_csk_reset_keepalive_timer(sk, tmo - TCP_TIMEWAIT_LEN);
  } else if (th.fin || sock_owned_by_user(sk)) {
    // Either the FIN is processed next, or a close() in progress creates the time-wait sock. The timer covers
    // the case that neither happens.
    inet_csk_reset_keepalive_timer(sk, tmo);
  } else {
    tcp_time_wait(sk, TCP_FIN_WAIT2, tmo, 'orphan_fin_acked');
    return FIN_CONSUMED;
  }
  return FIN_GO_ON;
}

function brings_new_data(sk: sock, skb: sk_buff, th: tcphdr): boolean {
  const cb = TCP_SKB_CB(skb);
  return cb.end_seq !== cb.seq && after((cb.end_seq - (th.fin ? 1 : 0)) | 0, tcp_sk(sk).rcv_nxt);
}
