/** How long TCP retries before it gives up. @linux net/ipv4/tcp_timer.c */
import type { StateReason } from '../../../capture/state_reason.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, SOCK_DEAD, sock_flag, sock_net } from '../../../include/net/sock.ts';
import {
  tcp_jiffies32,
  TCP_RTO_MAX,
  TCP_RTO_MIN,
  tcp_time_stamp,
  tcp_timeout_init,
  TCP_TIMEOUT_MIN,
  TCP_TIMEWAIT_LEN,
} from '../../../include/net/tcp.ts';
import { ETIMEDOUT } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPABORTONMEMORY,
  LINUX_MIB_TCPABORTONTIMEOUT,
  LINUX_MIB_TCPTIMEOUTREHASH,
} from '../../../include/uapi/linux/snmp.ts';
import { TCPF_SYN_RECV, TCPF_SYN_SENT } from '../../../include/uapi/linux/tcp.ts';
import { jiffies_to_msecs, msecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { __dst_negative_advice, sk_rethink_txhash } from '../../core/sock/dst.ts';
import { tcp_check_oom } from '../tcp/alloc.ts';
import { tcp_done } from '../tcp/state.ts';
import { tcp_done_with_error } from '../tcp_input/fin.ts';
import { tcp_send_active_reset } from '../tcp_output/control.ts';
import { tcp_mss_to_mtu, tcp_mtu_to_mss, tcp_mtup_init, tcp_sync_mss } from '../tcp_output/mss.ts';

/**
 * Give up: the connection ends with ETIMEDOUT, or with the error that ICMP reported.
 *
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_write_err(sk: sock, why: StateReason): void {
  tcp_done_with_error(sk, sk.sk_err_soft || ETIMEDOUT, why);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPABORTONTIMEOUT);
}

/**
 * Kill this orphan if there are too many orphans or TCP's memory is exhausted.
 *
 * @param do_reset the peer may be alive: send it a RST
 * @returns whether the orphan was killed
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_out_of_resources(sk: sock, do_reset: boolean): boolean {
  const tp = tcp_sk(sk);
  const idle = tcp_jiffies32(sk) - tp.lsndtime;
  // An orphan whose peer is probably gone counts for more, and so is killed sooner.
  let shift = 0;
  if (idle > 2 * TCP_RTO_MAX || !do_reset) shift++;
  if (sk.sk_err_soft !== 0) shift++;
  const oom = tcp_check_oom(sk, shift);
  if (oom === null) return false;

  // The peer was heard from within a minute, or only its window is closed.
  if (idle <= TCP_TIMEWAIT_LEN || (tp.snd_wnd === 0 && tp.packets_out === 0)) do_reset = true;
  if (do_reset) {
    trace.sockscope_send(sk, null, oom === 'out_of_memory' ? 'reset_memory' : 'reset_orphans');
    tcp_send_active_reset(sk);
  }
  tcp_done(sk, oom);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPABORTONMEMORY);
  return true;
}

/** How often an orphan's data is retransmitted. @linux net/ipv4/tcp_timer.c */
export function tcp_orphan_retries(sk: sock, alive: boolean): number {
  const retries = sock_net(sk).ipv4.sysctl_tcp_orphan_retries;
  // ICMP reports the peer as unreachable, and it is silent.
  if (sk.sk_err_soft !== 0 && !alive) return 0;
  return retries === 0 && alive ? 8 : retries;
}

/**
 * Retransmissions get no answer: the segments may be too large for a path that filters ICMP (RFC 4821).
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_mtu_probing(sk: sock): void {
  const icsk = inet_csk(sk);
  const ipv4 = sock_net(sk).ipv4;
  if (ipv4.sysctl_tcp_mtu_probing === 0) return;
  // MTU probing was off when the connection began.
  const was_off = icsk.icsk_mtup === null;
  if (was_off) tcp_mtup_init(sk);
  const mtup = icsk.icsk_mtup!;
  if (was_off || !mtup.enabled) {
    mtup.enabled = true;
    mtup.probe_timestamp = tcp_jiffies32(sk);
  } else {
    const half = tcp_mtu_to_mss(sk, mtup.search_low) >> 1;
    const mss = Math.max(
      Math.min(ipv4.sysctl_tcp_base_mss, half),
      ipv4.sysctl_tcp_mtu_probe_floor,
      ipv4.sysctl_tcp_min_snd_mss,
    );
    mtup.search_low = tcp_mss_to_mtu(sk, mss);
  }
  tcp_sync_mss(sk, icsk.icsk_pmtu_cookie);
}

/**
 * The time, in ms, that `boundary` retransmissions take if the time-out starts at `rto_base` jiffies and
 * doubles each time.
 *
 * @linux net/ipv4/tcp_timer.c
 */
function tcp_model_timeout(boundary: number, rto_base: number): number {
  const linear_backoff_thresh = Math.floor(Math.log2(TCP_RTO_MAX / rto_base));
  const doublings = Math.min(boundary, linear_backoff_thresh);
  const timeout = (2 ** (doublings + 1) - 1) * rto_base + (boundary - doublings) * TCP_RTO_MAX;
  return jiffies_to_msecs(timeout);
}

/**
 * Whether retransmission has lasted as long as `boundary` retransmissions take.
 *
 * @param timeout in ms; 0: computed from `boundary`
 * @linux net/ipv4/tcp_timer.c
 */
export function retransmits_timed_out(sk: sock, boundary: number, timeout: number): boolean {
  if (inet_csk(sk).icsk_retransmits === 0) return false;
  const tp = tcp_sk(sk);
  if (timeout === 0) {
    const opening = ((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0;
    timeout = tcp_model_timeout(boundary, opening ? tcp_timeout_init(sk) : TCP_RTO_MIN);
  }
  return ((tcp_time_stamp(tp) - tp.retrans_stamp) | 0) - timeout >= 0;
}

/**
 * The retransmission timer fired: decide whether to look up another route or to give up.
 *
 * @returns whether the connection was closed
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_write_timeout(sk: sock): boolean {
  const icsk = inet_csk(sk);
  const net = sock_net(sk);
  const ipv4 = net.ipv4;
  let expired = false;
  let retry_until;
  let limit: StateReason = 'retransmission_limit';

  if (((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) {
    if (icsk.icsk_retransmits !== 0) __dst_negative_advice(sk);
    limit = 'syn_limit';
    retry_until = icsk.icsk_syn_retries || ipv4.sysctl_tcp_syn_retries;
    expired = icsk.icsk_retransmits >= retry_until;
  } else {
    if (retransmits_timed_out(sk, ipv4.sysctl_tcp_retries1, 0)) {
      tcp_mtu_probing(sk);
      __dst_negative_advice(sk);
    }
    retry_until = ipv4.sysctl_tcp_retries2;
    if (sock_flag(sk, SOCK_DEAD)) {
      limit = 'orphan_limit';
      const alive = icsk.icsk_rto < TCP_RTO_MAX;
      retry_until = tcp_orphan_retries(sk, alive);
      const do_reset = alive || !retransmits_timed_out(sk, retry_until, 0);
      if (tcp_out_of_resources(sk, do_reset)) return true;
    }
  }
  if (!expired) {
    expired = retransmits_timed_out(sk, retry_until, icsk.icsk_user_timeout);
    if (icsk.icsk_user_timeout !== 0) limit = 'user_timeout';
  }
  if (expired) {
    tcp_write_err(sk, limit);
    return true;
  }
  // A new hash may select another path through the network.
  if (sk_rethink_txhash(sk)) {
    NET_INC_STATS(net, LINUX_MIB_TCPTIMEOUTREHASH);
  }
  return false;
}

/** The retransmission time-out, limited by the user's time-out; in jiffies. @linux net/ipv4/tcp_timer.c */
export function tcp_clamp_rto_to_user_timeout(sk: sock): jiffies_t {
  const icsk = inet_csk(sk);
  if (icsk.icsk_user_timeout === 0) return icsk.icsk_rto;
  const tp = tcp_sk(sk);
  const elapsed = (tcp_time_stamp(tp) - tp.retrans_stamp) | 0;
  const remaining = icsk.icsk_user_timeout - elapsed;
  // The user's time-out has expired: fire at once.
  if (remaining <= 0) return 1;
  return Math.min(icsk.icsk_rto, msecs_to_jiffies(remaining));
}

/**
 * The time until the next window probe, limited by the user's time-out; in jiffies.
 *
 * @linux net/ipv4/tcp_timer.c
 */
export function tcp_clamp_probe0_to_user_timeout(sk: sock, when: jiffies_t): jiffies_t {
  const icsk = inet_csk(sk);
  if (icsk.icsk_user_timeout === 0 || icsk.icsk_probes_tstamp === 0) return when;
  const elapsed = Math.max(tcp_jiffies32(sk) - icsk.icsk_probes_tstamp, 0);
  const remaining = Math.max(msecs_to_jiffies(icsk.icsk_user_timeout) - elapsed, TCP_TIMEOUT_MIN);
  return Math.min(remaining, when);
}
