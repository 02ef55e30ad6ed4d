/** The handlers of TCP's timers. @linux net/ipv4/tcp_timer.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import {
  ICSK_ACK_TIMER,
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_PROBE0,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  type icsk_timer_handlers,
  inet_csk,
  inet_csk_ack_scheduled,
  inet_csk_exit_pingpong_mode,
  inet_csk_in_pingpong_mode,
  inet_csk_rto_backoff,
} from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import {
  type sock,
  SOCK_DEAD,
  sock_flag,
  sock_hold,
  SOCK_KEEPOPEN,
  sock_net,
  sock_owned_by_user,
} from '../../../include/net/sock.ts';
import {
  keepalive_intvl_when,
  keepalive_probes,
  keepalive_time_elapsed,
  keepalive_time_when,
  TCP_ATO_MIN,
  tcp_fin_time,
  tcp_is_sack,
  tcp_jiffies32,
  TCP_RESOURCE_PROBE_INTERVAL,
  TCP_RTO_MAX,
  tcp_rto_min,
  tcp_rtx_queue_head,
  tcp_send_head,
  tcp_skb_timestamp,
  tcp_stream_is_thin,
  TCP_THIN_LINEAR_RETRIES,
  tcp_time_stamp,
  TCP_TIMEWAIT_LEN,
  tcp_write_queue_empty,
  TCPF_DELACK_TIMER_DEFERRED,
  TCPF_WRITE_TIMER_DEFERRED,
} from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_DELAYEDACKLOCKED,
  LINUX_MIB_DELAYEDACKS,
  LINUX_MIB_TCPKEEPALIVE,
  LINUX_MIB_TCPLOSSFAILURES,
  LINUX_MIB_TCPRENOFAILURES,
  LINUX_MIB_TCPRENORECOVERYFAIL,
  LINUX_MIB_TCPSACKFAILURES,
  LINUX_MIB_TCPSACKRECOVERYFAIL,
  LINUX_MIB_TCPTIMEOUTS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CA_Disorder,
  TCP_CA_Loss,
  TCP_CA_Recovery,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT2,
  TCP_LISTEN,
  TCP_SYN_SENT,
  TCPF_CLOSE,
  TCPF_LISTEN,
  TCPF_SYN_RECV,
  TCPF_SYN_SENT,
} from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { HZ, jiffies, msecs_to_jiffies, time_after } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { __sk_dst_reset } from '../../core/sock/dst.ts';
import {
  inet_csk_delete_keepalive_timer,
  inet_csk_init_xmit_timers,
  inet_csk_reset_keepalive_timer,
  inet_csk_reset_xmit_timer,
  reset_delack_timer,
  reset_retransmit_timer,
} from '../inet_connection_sock/xmit_timers.ts';
import { tcp_done } from '../tcp/state.ts';
import { tcp_sack_compress_send_ack } from '../tcp_input/ofo.ts';
import { tcp_enter_loss } from '../tcp_input/recovery.ts';
import { tcp_time_wait } from '../tcp_minisocks/time_wait.ts';
import {
  tcp_send_ack,
  tcp_send_active_reset,
  tcp_send_probe0,
  tcp_write_wakeup,
} from '../tcp_output/control.ts';
import { tcp_retransmit_skb, tcp_send_loss_probe } from '../tcp_output/retransmit.ts';
import { tcp_mstamp_refresh } from '../tcp_output/transmit.ts';
import { tcp_rack_reo_timeout } from '../tcp_recovery.ts';
import {
  retransmits_timed_out,
  tcp_clamp_rto_to_user_timeout,
  tcp_orphan_retries,
  tcp_out_of_resources,
  tcp_write_err,
  tcp_write_timeout,
} from './timeout.ts';
import { __tcp_set_rto } from './xmit_timer.ts';

/** Initialize a new socket's timers. @linux net/ipv4/tcp_timer.c */
export function tcp_init_xmit_timers(sk: sock): void {
  inet_csk_init_xmit_timers(sk, TIMER_HANDLERS);
}
const TIMER_HANDLERS: icsk_timer_handlers = {
  retransmit_handler: tcp_write_timer,
  delack_handler: tcp_delack_timer,
  keepalive_handler: tcp_keepalive_timer,
};

/**
 * A delayed ACK is due. Send it, and adapt the delay: no data was sent that could carry the ACK.
 *
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_delack_timer_handler(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  if (((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_LISTEN)) !== 0) return;
  if (tp.compressed_ack !== 0) {
    tcp_mstamp_refresh(tp);
    tcp_sack_compress_send_ack(sk);
    return;
  }
  if ((icsk.icsk_ack.pending & ICSK_ACK_TIMER) === 0) return;
  // The ACK was postponed in the meantime.
  if (time_after(icsk.icsk_ack.timeout, jiffies(sock_net(sk).machine))) {
    reset_delack_timer(sk, icsk.icsk_ack.timeout);
    return;
  }
  icsk.icsk_ack.pending &= ~ICSK_ACK_TIMER;
  if (!inet_csk_ack_scheduled(sk)) return;

  if (!inet_csk_in_pingpong_mode(sk)) {
    // The delay was too short for the reply to carry the ACK: increase it.
    icsk.icsk_ack.ato = Math.min(icsk.icsk_ack.ato << 1, icsk.icsk_rto);
  } else {
    // The connection is not interactive.
    inet_csk_exit_pingpong_mode(sk);
    icsk.icsk_ack.ato = TCP_ATO_MIN;
  }
  tcp_mstamp_refresh(tp);
  trace.sockscope_send(sk, null, 'ack_delayed');
  tcp_send_ack(sk);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_DELAYEDACKS);
}

/**
 * The delayed-ACK timer fired: handle it, or defer it to the process that owns the socket.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_delack_timer(sk: sock): void {
  if (!sock_owned_by_user(sk)) {
    tcp_delack_timer_handler(sk);
  } else {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_DELAYEDACKLOCKED);
    defer(sk, TCPF_DELACK_TIMER_DEFERRED);
  }
  sock_put(sk);
}

/** Defer the timer to release_sock(); the flag holds a reference to the socket. */
function defer(sk: sock, flag: number): void {
  if ((sk.sk_tsq_flags & flag) !== 0) return;
  sk.sk_tsq_flags |= flag;
  sock_hold(sk);
}

/**
 * The peer's window is still closed: send a probe, or give up if the peer was silent for too long.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_probe_timer(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  if (tp.packets_out !== 0 || tcp_send_head(sk) === null) {
    icsk.icsk_probes_out = 0;
    icsk.icsk_probes_tstamp = 0;
    return;
  }
  // RFC 9293 3.8.6.1: the connection lives as long as the peer acknowledges the probes.
  const now = tcp_jiffies32(sk);
  if (icsk.icsk_probes_tstamp === 0) {
    icsk.icsk_probes_tstamp = now;
  } else if (
    icsk.icsk_user_timeout !== 0 &&
    now - icsk.icsk_probes_tstamp >= msecs_to_jiffies(icsk.icsk_user_timeout)
  ) {
    tcp_write_err(sk, 'user_timeout');
    return;
  }
  let max_probes = sock_net(sk).ipv4.sysctl_tcp_retries2;
  if (sock_flag(sk, SOCK_DEAD)) {
    const alive = inet_csk_rto_backoff(icsk, TCP_RTO_MAX) < TCP_RTO_MAX;
    max_probes = tcp_orphan_retries(sk, alive);
    if (!alive && icsk.icsk_backoff >= max_probes) {
      tcp_write_err(sk, 'orphan_limit');
      return;
    }
    if (tcp_out_of_resources(sk, true)) return;
  }
  if (icsk.icsk_probes_out >= max_probes) {
    tcp_write_err(sk, sock_flag(sk, SOCK_DEAD) ? 'orphan_limit' : 'probe_limit');
    return;
  }
  trace.sockscope_send(sk, null, 'window_probe');
  tcp_send_probe0(sk);
}

/**
 * The peer has closed its window over data already sent: the limit, if it has been silent for too long.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_rtx_probe0_timed_out(sk: sock, skb: sk_buff): 'user_timeout' | 'window_limit' | null {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const user_timeout = icsk.icsk_user_timeout;
  let timeout = TCP_RTO_MAX * 2;
  const since = tp.retrans_stamp !== 0 ? tp.retrans_stamp : tcp_skb_timestamp(skb);
  const rtx_delta = msecs_to_jiffies((tcp_time_stamp(tp) - since) >>> 0);
  if (user_timeout !== 0) {
    // A limit set by the user applies on its own.
    if (rtx_delta > user_timeout) return 'user_timeout';
    timeout = Math.min(timeout, msecs_to_jiffies(user_timeout));
  }
  // The peer acknowledged data recently.
  if (icsk.icsk_timeout - tp.rcv_tstamp <= timeout || rtx_delta <= timeout) return null;
  return timeout < TCP_RTO_MAX * 2 ? 'user_timeout' : 'window_limit';
}

/**
 * No ACK arrived for an RTO: mark everything in flight lost, restart with a cwnd of one segment, and double
 * the time-out (RFC 6298 section 5). Gives up after too many retries.
 *
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_retransmit_timer(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  if (tp.packets_out === 0) return;
  const skb = tcp_rtx_queue_head(sk);
  if (skb === null) {
    WARN_ON_ONCE(net.machine, true, 'tcp_retransmit_timer: the retransmit queue is empty');
    return;
  }

  if (
    tp.snd_wnd === 0 &&
    !sock_flag(sk, SOCK_DEAD) &&
    ((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) === 0
  ) {
    // The peer closed its window over data already sent. The network is not at fault, so retry without limit
    // as long as the peer answers.
    const limit = tcp_rtx_probe0_timed_out(sk, skb);
    if (limit !== null) {
      tcp_write_err(sk, limit);
      return;
    }
    tcp_enter_loss(sk);
    trace.sockscope_retransmit(sk, skb, 'timeout_window_closed');
    tcp_retransmit_skb(sk, skb, 1);
    __sk_dst_reset(sk);
    back_off(sk);
    return;
  }

  NET_INC_STATS(net, LINUX_MIB_TCPTIMEOUTS);
  if (tcp_write_timeout(sk)) return;
  if (icsk.icsk_retransmits === 0) count_first_timeout(sk);
  tcp_enter_loss(sk);
  icsk.icsk_retransmits++;
  const head = tcp_rtx_queue_head(sk)!;
  trace.sockscope_retransmit(sk, head, sk.sk_state === TCP_SYN_SENT ? 'syn_timeout' : 'timeout');
  if (tcp_retransmit_skb(sk, head, 1) > 0) {
    // Local congestion prevented the retransmission: do not back off.
    inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, TCP_RESOURCE_PROBE_INTERVAL, TCP_RTO_MAX);
    return;
  }
  icsk.icsk_backoff++;
  back_off(sk);
}

/** Double the time-out (RFC 6298 5.5) and rearm the timer. */
function back_off(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const ipv4 = sock_net(sk).ipv4;
  if (
    sk.sk_state === TCP_ESTABLISHED &&
    (tp.thin_lto || ipv4.sysctl_tcp_thin_linear_timeouts !== 0) &&
    tcp_stream_is_thin(tp) &&
    icsk.icsk_retransmits <= TCP_THIN_LINEAR_RETRIES
  ) {
    // A thin stream has too few segments in flight for fast retransmit: keep the time-out linear at first.
    icsk.icsk_backoff = 0;
    icsk.icsk_rto = Math.min(Math.max(__tcp_set_rto(tp), tcp_rto_min(sk)), TCP_RTO_MAX);
  } else {
    icsk.icsk_rto = Math.min(icsk.icsk_rto * 2, TCP_RTO_MAX);
  }
  inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, tcp_clamp_rto_to_user_timeout(sk), TCP_RTO_MAX);
  // A better route may exist by now.
  if (retransmits_timed_out(sk, ipv4.sysctl_tcp_retries1 + 1, 0)) __sk_dst_reset(sk);
}

/** Count the state in which the first time-out found the connection. */
function count_first_timeout(sk: sock): void {
  const tp = tcp_sk(sk);
  const ca_state = inet_csk(sk).icsk_ca_state;
  let mib_idx = -1;
  if (ca_state === TCP_CA_Recovery) {
    mib_idx = tcp_is_sack(tp) ? LINUX_MIB_TCPSACKRECOVERYFAIL : LINUX_MIB_TCPRENORECOVERYFAIL;
  } else if (ca_state === TCP_CA_Loss) {
    mib_idx = LINUX_MIB_TCPLOSSFAILURES;
  } else if (ca_state === TCP_CA_Disorder || tp.sacked_out !== 0) {
    mib_idx = tcp_is_sack(tp) ? LINUX_MIB_TCPSACKFAILURES : LINUX_MIB_TCPRENOFAILURES;
  }
  if (mib_idx >= 0) NET_INC_STATS(sock_net(sk), mib_idx);
}

/**
 * Handle the event for which the shared timer is armed: retransmission, loss probe, reordering or window
 * probe.
 *
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_write_timer_handler(sk: sock): void {
  const icsk = inet_csk(sk);
  if (((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_LISTEN)) !== 0 || icsk.icsk_pending === 0) return;
  // The event was postponed in the meantime.
  if (time_after(icsk.icsk_timeout, jiffies(sock_net(sk).machine))) {
    reset_retransmit_timer(sk, icsk.icsk_timeout);
    return;
  }
  tcp_mstamp_refresh(tcp_sk(sk));
  switch (icsk.icsk_pending) {
    case ICSK_TIME_REO_TIMEOUT:
      tcp_rack_reo_timeout(sk);
      break;
    case ICSK_TIME_LOSS_PROBE:
      tcp_send_loss_probe(sk);
      break;
    case ICSK_TIME_RETRANS:
      icsk.icsk_pending = 0;
      tcp_retransmit_timer(sk);
      break;
    case ICSK_TIME_PROBE0:
      icsk.icsk_pending = 0;
      tcp_probe_timer(sk);
      break;
  }
}

/**
 * The shared timer fired: handle it, or defer it to the process that owns the socket.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_write_timer(sk: sock): void {
  if (!sock_owned_by_user(sk)) tcp_write_timer_handler(sk);
  else defer(sk, TCPF_WRITE_TIMER_DEFERRED);
  sock_put(sk);
}

/** A request's SYN-ACK was not answered in time. @linux net/ipv4/tcp_timer.c */
export function tcp_syn_ack_timeout(req: request_sock): void {
  NET_INC_STATS(sock_net(req), LINUX_MIB_TCPTIMEOUTS);
}

/** SO_KEEPALIVE was switched on or off. @linux net/ipv4/tcp_timer.c */
export function tcp_set_keepalive(sk: sock, val: boolean): void {
  if (((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_LISTEN)) !== 0) return;
  if (val && !sock_flag(sk, SOCK_KEEPOPEN))
    inet_csk_reset_keepalive_timer(sk, keepalive_time_when(tcp_sk(sk)));
  else if (!val) inet_csk_delete_keepalive_timer(sk);
}

/**
 * The keepalive timer (RFC 9293 3.8.4). It also limits FIN_WAIT2 of an orphan.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_keepalive_timer(sk: sock): void {
  if (sock_owned_by_user(sk)) {
    // Try again soon.
    inet_csk_reset_keepalive_timer(sk, HZ / 20);
  } else if (sk.sk_state !== TCP_LISTEN) {
    tcp_mstamp_refresh(tcp_sk(sk));
    if (sk.sk_state === TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) end_fin_wait2(sk);
    else if (sock_flag(sk, SOCK_KEEPOPEN) && ((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_SYN_SENT)) === 0) {
      keepalive(sk);
    }
  }
  sock_put(sk);
}

/** The peer has not closed its side: let a time-wait sock wait for it, or reset the connection. */
function end_fin_wait2(sk: sock): void {
  if (tcp_sk(sk).linger2 >= 0) {
    const tmo = tcp_fin_time(sk) - TCP_TIMEWAIT_LEN;
    if (tmo > 0) {
      tcp_time_wait(sk, TCP_FIN_WAIT2, tmo, 'fin_wait2_timer');
      return;
    }
  }
  trace.sockscope_send(sk, null, 'reset_linger2');
  tcp_send_active_reset(sk);
  tcp_done(sk, 'linger2');
}

/** Probe a peer that has been idle for too long; after too many unanswered probes, end the connection. */
function keepalive(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  let next = keepalive_time_when(tp);
  // While data is in flight, the retransmission timer detects a dead peer.
  if (tp.packets_out === 0 && tcp_write_queue_empty(sk)) {
    const elapsed = keepalive_time_elapsed(tp);
    if (elapsed < next) {
      next -= elapsed;
    } else {
      const gone =
        icsk.icsk_user_timeout !== 0
          ? elapsed >= msecs_to_jiffies(icsk.icsk_user_timeout) && icsk.icsk_probes_out > 0
          : icsk.icsk_probes_out >= keepalive_probes(tp);
      if (gone) {
        trace.sockscope_send(sk, null, 'reset_keepalive');
        tcp_send_active_reset(sk);
        tcp_write_err(sk, icsk.icsk_user_timeout !== 0 ? 'user_timeout' : 'keepalive_limit');
        return;
      }
      trace.sockscope_send(sk, null, 'keepalive');
      if (tcp_write_wakeup(sk, LINUX_MIB_TCPKEEPALIVE) <= 0) {
        icsk.icsk_probes_out++;
        next = keepalive_intvl_when(tp);
      } else {
        next = TCP_RESOURCE_PROBE_INTERVAL;
      }
    }
  }
  inet_csk_reset_keepalive_timer(sk, next);
}

/** Compressed ACKs are due. @linux net/ipv4/tcp_timer.c */
export function tcp_compressed_ack_kick(tp: tcp_sock): void {
  if (sock_owned_by_user(tp)) {
    defer(tp, TCPF_DELACK_TIMER_DEFERRED);
  } else if (tp.compressed_ack !== 0) {
    // The ACK that is sent now does not count as saved.
    tp.compressed_ack--;
    trace.sockscope_send(tp, null, 'ack_compressed');
    tcp_send_ack(tp);
  }
  sock_put(tp);
}
