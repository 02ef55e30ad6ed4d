/**
 * Reno (RFC 5681), the arithmetic common to all congestion controls, and the selection of a congestion
 * control.
 *
 * @linux net/ipv4/tcp_cong.c
 */
import type { CaReason } from '../../capture/state_reason.ts';
import { tcp_sk, type tcp_sock } from '../../include/linux/tcp.ts';
import type { u32 } from '../../include/linux/types.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import { INET_ECN_dontxmit, INET_ECN_xmit } from '../../include/net/inet_ecn.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../include/net/sock.ts';
import { tcp_in_slow_start, tcp_is_cwnd_limited } from '../../include/net/tcp.ts';
import {
  TCP_CONG_NEEDS_ECN,
  TCP_CONG_NON_RESTRICTED,
  type tcp_congestion_ops,
} from '../../include/net/tcp_congestion_ops.ts';
import { ENOENT, EPERM, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { TCPF_CLOSE, TCPF_LISTEN } from '../../include/uapi/linux/tcp.ts';
import { trace } from '../../trace/events.ts';
import { cubictcp } from './tcp_cubic.ts';

/**
 * Slow start (RFC 5681 3.1, with appropriate byte counting, RFC 3465): cwnd grows by one segment for each
 * segment acknowledged, up to the threshold.
 *
 * @returns how many acknowledged segments remain for congestion avoidance
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_slow_start(tp: tcp_sock, acked: number): number {
  const cwnd = Math.min(tp.snd_cwnd + acked, tp.snd_ssthresh);
  acked -= cwnd - tp.snd_cwnd;
  tp.snd_cwnd = Math.min(cwnd, tp.snd_cwnd_clamp);
  trace.sockscope_value_set(tp, 'snd_cwnd', 'slow_start');
  return acked;
}

/** Congestion avoidance: cwnd grows by one segment for each `w` acknowledged. @linux net/ipv4/tcp_cong.c */
export function tcp_cong_avoid_ai(tp: tcp_sock, w: number, acked: number): void {
  const { snd_cwnd } = tp;
  // Credit left from when w was larger.
  if (tp.snd_cwnd_cnt >= w) {
    tp.snd_cwnd_cnt = 0;
    tp.snd_cwnd += 1;
  }
  tp.snd_cwnd_cnt += acked;
  if (tp.snd_cwnd_cnt >= w) {
    const delta = Math.floor(tp.snd_cwnd_cnt / w);
    tp.snd_cwnd_cnt -= delta * w;
    tp.snd_cwnd += delta;
  }
  tp.snd_cwnd = Math.min(tp.snd_cwnd, tp.snd_cwnd_clamp);
  if (tp.snd_cwnd !== snd_cwnd) trace.sockscope_value_set(tp, 'snd_cwnd', 'avoidance');
}

/** Reno: slow start below the threshold, then one segment per round trip. @linux net/ipv4/tcp_cong.c */
export function tcp_reno_cong_avoid(sk: sock, _ack: u32, acked: number): void {
  const tp = tcp_sk(sk);
  if (!tcp_is_cwnd_limited(sk)) return;
  if (tcp_in_slow_start(tp)) {
    acked = tcp_slow_start(tp, acked);
    if (acked === 0) return;
  }
  tcp_cong_avoid_ai(tp, tp.snd_cwnd, acked);
}

/** Half of cwnd, but at least 2 segments (RFC 5681 equation 4). @linux net/ipv4/tcp_cong.c */
export function tcp_reno_ssthresh(sk: sock): number {
  return Math.max(tcp_sk(sk).snd_cwnd >> 1, 2);
}

/** Undo a spurious reduction: return the previous cwnd. @linux net/ipv4/tcp_cong.c */
export function tcp_reno_undo_cwnd(sk: sock): number {
  const tp = tcp_sk(sk);
  return Math.max(tp.snd_cwnd, tp.prior_cwnd);
}

export const tcp_reno: tcp_congestion_ops = {
  name: 'reno',
  flags: TCP_CONG_NON_RESTRICTED,
  ssthresh: tcp_reno_ssthresh,
  cong_avoid: tcp_reno_cong_avoid,
  undo_cwnd: tcp_reno_undo_cwnd,
};

/** The available congestion controls. Linux's list can be extended by modules; this one is fixed. */
export function congestion_controls(): readonly tcp_congestion_ops[] {
  return [tcp_reno, cubictcp];
}

/** Find a congestion control by name; null: none. @linux net/ipv4/tcp_cong.c */
export function tcp_ca_find(name: string): tcp_congestion_ops | null {
  return congestion_controls().find((ca) => ca.name === name) ?? null;
}

/**
 * Enter TCP_CA_Open, _Disorder, _CWR, _Recovery or _Loss.
 *
 * @param why null: the connection is new
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_set_ca_state(sk: sock, ca_state: number, why: CaReason | null): void {
  const icsk = inet_csk(sk);
  trace.tcp_cong_state_set(sk, ca_state, why);
  const { set_state } = icsk.icsk_ca_ops!;
  if (set_state !== undefined) set_state(sk, ca_state);
  icsk.icsk_ca_state = ca_state;
}

/**
 * Assign the system's default congestion control to a new socket (net.ipv4.tcp_congestion_control).
 *
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_assign_congestion_control(sk: sock): void {
  use_congestion_control(sk, tcp_ca_find(sock_net(sk).ipv4.sysctl_tcp_congestion_control) ?? tcp_reno);
}

function use_congestion_control(sk: sock, ca: tcp_congestion_ops): void {
  const icsk = inet_csk(sk);
  icsk.icsk_ca_ops = ca;
  icsk.icsk_ca_priv = null;
  set_ecn(sk, ca);
}

function set_ecn(sk: sock, ca: tcp_congestion_ops): void {
  if ((ca.flags & TCP_CONG_NEEDS_ECN) !== 0) INET_ECN_xmit(sk);
  else INET_ECN_dontxmit(sk);
}

/** The connection begins: initialize the congestion control's state. @linux net/ipv4/tcp_cong.c */
export function tcp_init_congestion_control(sk: sock): void {
  const icsk = inet_csk(sk);
  const ca = icsk.icsk_ca_ops!;
  tcp_sk(sk).prior_ssthresh = 0;
  if (ca.init !== undefined) ca.init(sk);
  set_ecn(sk, ca);
  icsk.icsk_ca_initialized = true;
}

/** The socket is destroyed, or its congestion control is replaced. @linux net/ipv4/tcp_cong.c */
export function tcp_cleanup_congestion_control(sk: sock): void {
  const ca = inet_csk(sk).icsk_ca_ops;
  if (ca !== null && ca.release !== undefined) ca.release(sk);
}

function tcp_reinit_congestion_control(sk: sock, ca: tcp_congestion_ops): void {
  tcp_cleanup_congestion_control(sk);
  use_congestion_control(sk, ca);
  inet_csk(sk).icsk_ca_setsockopt = true;
  if (((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_LISTEN)) === 0) tcp_init_congestion_control(sk);
}

/**
 * TCP_CONGESTION: change the congestion control of a socket, connected or not.
 *
 * @param _load whether a module may be loaded: there are none
 * @param cap_net_admin whether restricted congestion controls are allowed
 * @returns 0, -ENOENT (no such congestion control), -EPERM
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_set_congestion_control(
  sk: sock,
  name: string,
  _load: boolean,
  cap_net_admin: boolean,
): Errno {
  const icsk = inet_csk(sk);
  const ca = tcp_ca_find(name);
  if (ca === null) return -ENOENT;
  if (ca === icsk.icsk_ca_ops) {
    icsk.icsk_ca_setsockopt = true;
    return 0;
  }
  if ((ca.flags & TCP_CONG_NON_RESTRICTED) === 0 && !cap_net_admin) return -EPERM;
  tcp_reinit_congestion_control(sk, ca);
  return 0;
}

/**
 * Set net.ipv4.tcp_congestion_control, for sockets created from now on.
 *
 * @returns 0 or -ENOENT
 * @linux net/ipv4/tcp_cong.c
 */
export function tcp_set_default_congestion_control(net: net, name: string): Errno {
  if (tcp_ca_find(name) === null) return -ENOENT;
  net.ipv4.sysctl_tcp_congestion_control = name;
  return 0;
}

/** net.ipv4.tcp_available_congestion_control: names, separated by spaces. @linux net/ipv4/tcp_cong.c */
export function tcp_get_available_congestion_control(): string {
  return congestion_controls()
    .map((ca) => ca.name)
    .join(' ');
}

/** net.ipv4.tcp_allowed_congestion_control: those that any user may select. @linux net/ipv4/tcp_cong.c */
export function tcp_get_allowed_congestion_control(): string {
  return congestion_controls()
    .filter((ca) => (ca.flags & TCP_CONG_NON_RESTRICTED) !== 0)
    .map((ca) => ca.name)
    .join(' ');
}
