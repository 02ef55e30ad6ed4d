/** The receive window that segments advertise. @linux net/ipv4/tcp_output.c */
import type { ValueReason } from '../../../capture/value_reason.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  before,
  MAX_TCP_WINDOW,
  seq_distance,
  tcp_adjust_rcv_ssthresh,
  tcp_full_space,
  TCP_MAX_WSCALE,
  tcp_receive_window,
  tcp_space,
  tcp_under_memory_pressure,
  tcp_wnd_end,
} from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_TCPFROMZEROWINDOWADV,
  LINUX_MIB_TCPTOZEROWINDOWADV,
  LINUX_MIB_TCPWANTZEROWINDOWADV,
} from '../../../include/uapi/linux/snmp.ts';
import { trace } from '../../../trace/events.ts';

const U16_MAX = 0xffff;

/** `value` rounded up to a multiple of 2^shift. */
function align(value: number, shift: number): number {
  const unit = 1 << shift;
  return (value + unit - 1) & -unit;
}
function rounddown(value: number, unit: number): number {
  return value - (value % unit);
}

/**
 * The sequence number of a segment without data: snd_nxt. If the peer has shrunk its window by more than the
 * rounding of window scaling, use the end of the window, which the peer is sure to accept.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_acceptable_seq(sk: sock): u32 {
  const tp = tcp_sk(sk);
  const wnd_end = tcp_wnd_end(tp);
  if (
    !before(wnd_end, tp.snd_nxt) ||
    (tp.rx_opt.wscale_ok && seq_distance(wnd_end, tp.snd_nxt) < 1 << tp.rx_opt.rcv_wscale)
  ) {
    return tp.snd_nxt;
  }
  return wnd_end;
}

/** Result of tcp_select_initial_window(). */
export interface initial_window {
  /** The initial window to advertise, in bytes. */
  rcv_wnd: number;
  /** The largest window that can be advertised, in bytes. */
  window_clamp: number;
  /** The scale to announce, as a shift. */
  rcv_wscale: number;
}

/**
 * Choose the initial window and the scale to announce (RFC 7323 2.2). The scale is fixed at the handshake, so
 * it must fit the largest receive buffer that the socket can have.
 *
 * @param __space room in the receive buffer, in bytes
 * @param init_rcv_wnd the route's limit, in segments; 0: none
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_select_initial_window(
  sk: sock,
  __space: number,
  mss: number,
  window_clamp: number,
  wscale_ok: boolean,
  init_rcv_wnd: number,
): initial_window {
  const { ipv4, core } = sock_net(sk);
  if (window_clamp === 0) window_clamp = U16_MAX << TCP_MAX_WSCALE;
  let space = Math.min(window_clamp, Math.max(__space, 0));
  if (space > mss) space = rounddown(space, mss);

  // Without window scaling, some old peers treat the window as a signed number.
  let rcv_wnd = Math.min(space, ipv4.sysctl_tcp_workaround_signed_windows !== 0 ? MAX_TCP_WINDOW : U16_MAX);
  if (init_rcv_wnd !== 0) rcv_wnd = Math.min(rcv_wnd, init_rcv_wnd * mss);

  let rcv_wscale = 0;
  if (wscale_ok) {
    space = Math.min(Math.max(space, ipv4.sysctl_tcp_rmem[2]!, core.sysctl_rmem_max), window_clamp);
    rcv_wscale = Math.min(Math.max(31 - Math.clz32(space) - 15, 0), TCP_MAX_WSCALE);
  }
  return { rcv_wnd, window_clamp: Math.min(U16_MAX << rcv_wscale, window_clamp), rcv_wscale };
}

/**
 * Choose the window that the next segment advertises, and record it.
 *
 * @returns the header field, scaled
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_select_window(sk: sock): number {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  const rcv_wscale = tp.rx_opt.rcv_wscale;
  const old_win = tp.rcv_wnd;
  const cur_win = tcp_receive_window(tp);
  let new_win = __tcp_select_window(sk);

  // RFC 9293 3.8.6: a receiver does not shrink a window that it has advertised.
  const is_kept = new_win < cur_win;
  if (is_kept) {
    if (new_win === 0) NET_INC_STATS(net, LINUX_MIB_TCPWANTZEROWINDOWADV);
    new_win = align(cur_win, rcv_wscale);
  }
  tp.rcv_wnd = new_win;
  tp.rcv_wup = tp.rcv_nxt;
  if (new_win !== old_win)
    trace.sockscope_value_set(tp, 'rcv_wnd', is_kept ? 'window_kept' : window_reason(tp));

  if (rcv_wscale === 0 && net.ipv4.sysctl_tcp_workaround_signed_windows !== 0) {
    new_win = Math.min(new_win, MAX_TCP_WINDOW);
  } else {
    new_win = Math.min(new_win, 65535 << rcv_wscale);
  }
  new_win >>= rcv_wscale;

  if (new_win === 0) {
    // The fast path cannot tell whether a segment fits into a closed window.
    tp.pred_flags = 0;
    if (old_win !== 0) NET_INC_STATS(net, LINUX_MIB_TCPTOZEROWINDOWADV);
    trace.sockscope_zero_window(sk);
  } else if (old_win === 0) {
    NET_INC_STATS(net, LINUX_MIB_TCPFROMZEROWINDOWADV);
  }
  return new_win;
}

/** What has decided the window that could be advertised, and is. */
function window_reason(tp: tcp_sock): ValueReason {
  if (tp.rcv_wnd === 0) return 'window_closed';
  return tcp_space(tp) > tp.rcv_ssthresh ? 'window_limited' : 'window_space';
}

/**
 * The window that could be advertised now, in bytes. To avoid silly windows (RFC 9293 3.8.6.2.2), it is 0
 * rather than less than a segment or a sixteenth of the buffer, and does not move in small steps.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function __tcp_select_window(sk: sock): number {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const rcv_wscale = tp.rx_opt.rcv_wscale;
  // Use the estimated size of the peer's segments, not the announced MSS.
  let mss = icsk.icsk_ack.rcv_mss;
  let free_space = tcp_space(sk);
  const allowed_space = tcp_full_space(sk);
  const full_space = Math.min(tp.window_clamp, allowed_space);

  if (mss > full_space) {
    mss = full_space;
    if (mss <= 0) return 0;
  }
  if (free_space < full_space >> 1) {
    icsk.icsk_ack.quick = 0;
    if (tcp_under_memory_pressure(sk)) {
      tcp_adjust_rcv_ssthresh(sk);
      trace.sockscope_value_set(tp, 'rcv_ssthresh', 'memory_pressure');
    }
    // Round down, so that the window does not close a scaled unit too late.
    free_space &= -(1 << rcv_wscale);
    if (free_space < allowed_space >> 4 || free_space < mss) return 0;
  }
  if (free_space > tp.rcv_ssthresh) free_space = tp.rcv_ssthresh;

  if (rcv_wscale !== 0) return align(free_space, rcv_wscale);
  // Without scaling: keep the window unless it can move by a whole segment.
  const window = tp.rcv_wnd;
  if (window <= free_space - mss || window > free_space) return rounddown(free_space, mss);
  if (mss === full_space && free_space > window + (full_space >> 1)) return free_space;
  return window;
}
