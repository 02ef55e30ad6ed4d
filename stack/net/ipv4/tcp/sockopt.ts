/** The options of SOL_TCP. */
import { sockopt_int, type sockopt_value } from '../../../include/linux/net.ts';
import { CAP_NET_ADMIN, type Sleeps } from '../../../include/linux/sched.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import {
  ICSK_ACK_PUSHED,
  inet_csk,
  inet_csk_ack_scheduled,
  inet_csk_enter_pingpong_mode,
  inet_csk_exit_pingpong_mode,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { type sock, sock_flag, SOCK_KEEPOPEN, SOCK_MIN_RCVBUF, sock_net } from '../../../include/net/sock.ts';
import {
  __tcp_adjust_rcv_ssthresh,
  keepalive_intvl_when,
  keepalive_probes,
  keepalive_time_elapsed,
  keepalive_time_when,
  MAX_TCP_KEEPCNT,
  MAX_TCP_KEEPIDLE,
  MAX_TCP_KEEPINTVL,
  MAX_TCP_SYNCNT,
  MAX_TCP_WINDOW,
  TCP_FIN_TIMEOUT_MAX,
  TCP_MIN_MSS,
  TCP_NAGLE_CORK,
  TCP_NAGLE_OFF,
  TCP_NAGLE_PUSH,
  TCP_RTO_MAX,
  tcp_time_stamp_raw,
  TCP_TIMEOUT_INIT,
} from '../../../include/net/tcp.ts';
import {
  EINVAL,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPERM,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { SOL_TCP } from '../../../include/uapi/linux/socket.ts';
import {
  TCP_CLOSE,
  TCP_OPTIONS as TCP,
  TCPF_CLOSE,
  TCPF_CLOSE_WAIT,
  TCPF_ESTABLISHED,
  TCPF_LISTEN,
} from '../../../include/uapi/linux/tcp.ts';
import { ns_capable } from '../../../kernel/capability.ts';
import { current } from '../../../kernel/sched/core.ts';
import { HZ } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { reqsk_queue_alloc } from '../../core/request_sock.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import { inet_csk_reset_keepalive_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_set_congestion_control } from '../tcp_cong.ts';
import { tcp_push_pending_frames } from '../tcp_output/xmit.ts';
import { tcp_get_info } from './info.ts';
import { tcp_cleanup_rbuf } from './recvmsg.ts';

/**
 * How many SYN-ACKs are sent within `seconds`, with back-off from `timeout` to `rto_max` (all in seconds).
 *
 * @linux net/ipv4/tcp.c
 */
function secs_to_retrans(seconds: number, timeout: number, rto_max: number): number {
  if (seconds <= 0) return 0;
  let res = 1;
  let period = timeout;
  while (seconds > period && res < 255) {
    res++;
    timeout = Math.min(timeout * 2, rto_max);
    period += timeout;
  }
  return res;
}

/** The inverse of secs_to_retrans(). @linux net/ipv4/tcp.c */
function retrans_to_secs(retrans: number, timeout: number, rto_max: number): number {
  if (retrans === 0) return 0;
  let period = timeout;
  for (let i = 1; i < retrans; i++) {
    timeout = Math.min(timeout * 2, rto_max);
    period += timeout;
  }
  return period;
}

/**
 * TCP_CORK: send only full segments until the cork is removed or 200 ms have passed.
 *
 * @linux net/ipv4/tcp.c
 */
export function __tcp_sock_set_cork(sk: sock, on: boolean): void {
  const tp = tcp_sk(sk);
  if (on) {
    tp.nonagle |= TCP_NAGLE_CORK;
    return;
  }
  tp.nonagle &= ~TCP_NAGLE_CORK;
  if ((tp.nonagle & TCP_NAGLE_OFF) !== 0) tp.nonagle |= TCP_NAGLE_PUSH;
  trace.sockscope_send(sk, null, 'uncork');
  tcp_push_pending_frames(sk);
}

/**
 * TCP_NODELAY: send small segments at once, including those already queued, even if corked.
 *
 * @linux net/ipv4/tcp.c
 */
export function __tcp_sock_set_nodelay(sk: sock, on: boolean): void {
  const tp = tcp_sk(sk);
  if (on) {
    tp.nonagle |= TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
    trace.sockscope_send(sk, null, 'nodelay');
    tcp_push_pending_frames(sk);
  } else {
    tp.nonagle &= ~TCP_NAGLE_OFF;
  }
}

/**
 * TCP_QUICKACK: acknowledge at once (odd values: from now on, until the connection becomes interactive
 * again).
 *
 * @linux net/ipv4/tcp.c
 */
function __tcp_sock_set_quickack(sk: sock, val: number): void {
  if (val === 0) {
    inet_csk_enter_pingpong_mode(sk);
    return;
  }
  inet_csk_exit_pingpong_mode(sk);
  if (((1 << sk.skc_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) !== 0 && inet_csk_ack_scheduled(sk)) {
    inet_csk(sk).icsk_ack.pending |= ICSK_ACK_PUSHED;
    tcp_cleanup_rbuf(sk, 1);
    if ((val & 1) === 0) inet_csk_enter_pingpong_mode(sk);
  }
}

/** TCP_KEEPIDLE: seconds of silence before the first keepalive probe. @linux net/ipv4/tcp.c */
export function tcp_sock_set_keepidle_locked(sk: sock, val: number): Errno {
  if (val < 1 || val > MAX_TCP_KEEPIDLE) return -EINVAL;
  const tp = tcp_sk(sk);
  tp.keepalive_time = val * HZ;
  if (sock_flag(sk, SOCK_KEEPOPEN) && ((1 << sk.skc_state) & (TCPF_CLOSE | TCPF_LISTEN)) === 0) {
    inet_csk_reset_keepalive_timer(sk, Math.max(tp.keepalive_time - keepalive_time_elapsed(tp), 0));
  }
  return 0;
}

/** TCP_WINDOW_CLAMP: the largest window to advertise, in bytes. @linux net/ipv4/tcp.c */
export function tcp_set_window_clamp(sk: sock, val: number): Errno {
  const tp = tcp_sk(sk);
  if (val === 0) {
    if (sk.skc_state !== TCP_CLOSE) return -EINVAL;
    tp.window_clamp = 0;
    trace.sockscope_value_set(tp, 'window_clamp', 'window_clamp_option');
    return 0;
  }
  const old_window_clamp = tp.window_clamp;
  const new_window_clamp = Math.max(val, SOCK_MIN_RCVBUF / 2);
  if (new_window_clamp === old_window_clamp) return 0;
  tp.window_clamp = new_window_clamp;
  if (new_window_clamp < old_window_clamp) __tcp_adjust_rcv_ssthresh(sk, new_window_clamp);
  else tp.rcv_ssthresh = Math.max(Math.min(tp.rcv_wnd, new_window_clamp), tp.rcv_ssthresh);
  trace.sockscope_value_set(tp, 'window_clamp', 'window_clamp_option');
  trace.sockscope_value_set(tp, 'rcv_ssthresh', 'window_clamp_option');
  return 0;
}

/** Set an option whose value is an int. */
function set_int_option(sk: sock, optname: number, val: number): Errno {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const within = (low: number, high: number) => val >= low && val <= high;
  const closed_or_listening = ((1 << sk.skc_state) & (TCPF_CLOSE | TCPF_LISTEN)) !== 0;
  switch (optname) {
    case TCP.TCP_MAXSEG:
      if (val !== 0 && !within(TCP_MIN_MSS, MAX_TCP_WINDOW)) return -EINVAL;
      tp.rx_opt.user_mss = val;
      return 0;
    case TCP.TCP_NODELAY:
      __tcp_sock_set_nodelay(sk, val !== 0);
      return 0;
    case TCP.TCP_THIN_LINEAR_TIMEOUTS:
      if (!within(0, 1)) return -EINVAL;
      tp.thin_lto = val !== 0;
      return 0;
    case TCP.TCP_THIN_DUPACK:
      return within(0, 1) ? 0 : -EINVAL;
    case TCP.TCP_CORK:
      __tcp_sock_set_cork(sk, val !== 0);
      return 0;
    case TCP.TCP_KEEPIDLE:
      return tcp_sock_set_keepidle_locked(sk, val);
    case TCP.TCP_KEEPINTVL:
      if (!within(1, MAX_TCP_KEEPINTVL)) return -EINVAL;
      tp.keepalive_intvl = val * HZ;
      return 0;
    case TCP.TCP_KEEPCNT:
      if (!within(1, MAX_TCP_KEEPCNT)) return -EINVAL;
      tp.keepalive_probes = val;
      return 0;
    case TCP.TCP_SYNCNT:
      if (!within(1, MAX_TCP_SYNCNT)) return -EINVAL;
      icsk.icsk_syn_retries = val;
      return 0;
    case TCP.TCP_SAVE_SYN:
      if (!within(0, 2)) return -EINVAL;
      tp.save_syn = val;
      return 0;
    case TCP.TCP_LINGER2:
      tp.linger2 = val < 0 ? -1 : Math.min(val * HZ, TCP_FIN_TIMEOUT_MAX);
      return 0;
    case TCP.TCP_DEFER_ACCEPT:
      // Stored as the number of SYN-ACKs sent in that time.
      icsk.icsk_accept_queue ??= reqsk_queue_alloc();
      icsk.icsk_accept_queue.rskq_defer_accept = secs_to_retrans(
        val,
        TCP_TIMEOUT_INIT / HZ,
        TCP_RTO_MAX / HZ,
      );
      return 0;
    case TCP.TCP_WINDOW_CLAMP:
      return tcp_set_window_clamp(sk, val);
    case TCP.TCP_QUICKACK:
      __tcp_sock_set_quickack(sk, val);
      return 0;
    case TCP.TCP_USER_TIMEOUT:
      if (val < 0) return -EINVAL;
      icsk.icsk_user_timeout = val;
      return 0;
    case TCP.TCP_FASTOPEN:
      // This stack has no TCP Fast Open.
      return val >= 0 && closed_or_listening ? -EOPNOTSUPP : -EINVAL;
    case TCP.TCP_FASTOPEN_CONNECT:
      return within(0, 1) ? -EOPNOTSUPP : -EINVAL;
    case TCP.TCP_FASTOPEN_NO_COOKIE:
      if (!within(0, 1) || !closed_or_listening) return -EINVAL;
      tp.fastopen_no_cookie = val !== 0;
      return 0;
    case TCP.TCP_TIMESTAMP:
      // For sockets in repair mode only, which this stack does not have.
      return -EPERM;
    case TCP.TCP_NOTSENT_LOWAT:
      tp.notsent_lowat = val >>> 0;
      sk.sk_write_space(sk);
      return 0;
    case TCP.TCP_INQ:
      if (!within(0, 1)) return -EINVAL;
      tp.recvmsg_inq = val !== 0;
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

/** Set an option of SOL_TCP: -EINVAL, -ENOPROTOOPT, -EPERM, -ENOENT (no such congestion control). @linux net/ipv4/tcp.c */
export function* do_tcp_setsockopt(sk: sock, optname: number, optval: sockopt_value): Sleeps<Errno> {
  if (optname === TCP.TCP_CONGESTION) {
    if (typeof optval !== 'string' || optval === '') return -EINVAL;
    yield* lock_sock(sk);
    const cap_net_admin = ns_capable(current(sock_net(sk).machine), CAP_NET_ADMIN);
    const err = tcp_set_congestion_control(sk, optval, true, cap_net_admin);
    release_sock(sk);
    return err;
  }
  if (typeof optval !== 'number') return -EINVAL;
  yield* lock_sock(sk);
  const err = set_int_option(sk, optname, optval | 0);
  release_sock(sk);
  return err;
}

/** The protocol's setsockopt operation. @linux net/ipv4/tcp.c */
export function* tcp_setsockopt(
  sk: sock,
  level: number,
  optname: number,
  optval: sockopt_value,
): Sleeps<Errno> {
  if (level !== SOL_TCP) return yield* inet_csk(sk).icsk_af_ops.setsockopt(sk, level, optname, optval);
  return yield* do_tcp_setsockopt(sk, optname, optval);
}

/** Get an option of SOL_TCP; -ENOPROTOOPT. @linux net/ipv4/tcp.c */
export function* do_tcp_getsockopt(sk: sock, optname: number): Sleeps<sockopt_value | Errno> {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const { ipv4, machine } = sock_net(sk);
  switch (optname) {
    case TCP.TCP_MAXSEG:
      // Before the connection is established this returns mss_cache, the default MSS, and not the value that
      // the user set.
      return tp.mss_cache;
    case TCP.TCP_NODELAY:
      return (tp.nonagle & TCP_NAGLE_OFF) !== 0 ? 1 : 0;
    case TCP.TCP_CORK:
      return (tp.nonagle & TCP_NAGLE_CORK) !== 0 ? 1 : 0;
    case TCP.TCP_KEEPIDLE:
      return Math.floor(keepalive_time_when(tp) / HZ);
    case TCP.TCP_KEEPINTVL:
      return Math.floor(keepalive_intvl_when(tp) / HZ);
    case TCP.TCP_KEEPCNT:
      return keepalive_probes(tp);
    case TCP.TCP_SYNCNT:
      return icsk.icsk_syn_retries || ipv4.sysctl_tcp_syn_retries;
    case TCP.TCP_LINGER2:
      if (tp.linger2 < 0) return sockopt_int(-1);
      return Math.floor((tp.linger2 || ipv4.sysctl_tcp_fin_timeout) / HZ);
    case TCP.TCP_DEFER_ACCEPT:
      return retrans_to_secs(
        icsk.icsk_accept_queue?.rskq_defer_accept ?? 0,
        TCP_TIMEOUT_INIT / HZ,
        TCP_RTO_MAX / HZ,
      );
    case TCP.TCP_WINDOW_CLAMP:
      return tp.window_clamp;
    case TCP.TCP_INFO:
      return { ...tcp_get_info(sk) };
    case TCP.TCP_QUICKACK:
      return inet_csk_in_pingpong_mode(sk) ? 0 : 1;
    case TCP.TCP_CONGESTION:
      return icsk.icsk_ca_ops!.name;
    case TCP.TCP_THIN_LINEAR_TIMEOUTS:
      return tp.thin_lto ? 1 : 0;
    case TCP.TCP_THIN_DUPACK:
      return 0;
    case TCP.TCP_USER_TIMEOUT:
      return icsk.icsk_user_timeout;
    case TCP.TCP_FASTOPEN:
    case TCP.TCP_FASTOPEN_CONNECT:
      return 0;
    case TCP.TCP_FASTOPEN_NO_COOKIE:
      return tp.fastopen_no_cookie ? 1 : 0;
    case TCP.TCP_TIMESTAMP:
      return (tcp_time_stamp_raw(machine) + tp.tsoffset) >>> 0;
    case TCP.TCP_NOTSENT_LOWAT:
      return tp.notsent_lowat;
    case TCP.TCP_INQ:
      return tp.recvmsg_inq ? 1 : 0;
    case TCP.TCP_SAVE_SYN:
      return tp.save_syn;
    case TCP.TCP_SAVED_SYN: {
      // The saved SYN can be read only once.
      yield* lock_sock(sk);
      const saved_syn = tp.saved_syn ?? new Uint8Array(0);
      tp.saved_syn = null;
      release_sock(sk);
      return saved_syn;
    }
    default:
      return -ENOPROTOOPT;
  }
}

/** The protocol's getsockopt operation. @linux net/ipv4/tcp.c */
export function* tcp_getsockopt(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno> {
  if (level !== SOL_TCP) return yield* inet_csk(sk).icsk_af_ops.getsockopt(sk, level, optname);
  return yield* do_tcp_getsockopt(sk, optname);
}
