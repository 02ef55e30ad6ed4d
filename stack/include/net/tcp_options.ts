/**
 * Options of received segments: resetting them, PAWS, and the peer's MSS.
 *
 * @linux include/net/tcp.h
 */
import { ktime_get_seconds } from '../../kernel/time/timekeeping.ts';
import type { Machine } from '../../machine.ts';
import type { tcp_options_received, tcp_sock } from '../linux/tcp.ts';
import { type dst_entry, dst_metric_advmss } from './dst.ts';
import { TCP_MIN_MSS, TCP_MSS_DEFAULT, TCP_PAWS_MSL } from './tcp.ts';

/** How long a peer's timestamp remains comparable, in seconds. */
export const TCP_PAWS_24DAYS = 60 * 60 * 24 * 24;

/** Reset the negotiated options. @linux include/linux/tcp.h */
export function tcp_clear_options(rx_opt: tcp_options_received): void {
  rx_opt.tstamp_ok = false;
  rx_opt.sack_ok = 0;
  rx_opt.wscale_ok = false;
  rx_opt.snd_wscale = 0;
}

/** Clear the SACK state: no blocks are pending. @linux include/net/tcp.h */
export function tcp_sack_reset(rx_opt: tcp_options_received): void {
  rx_opt.dsack = false;
  rx_opt.num_sacks = 0;
}

/**
 * Whether the segment's timestamp passes PAWS (RFC 7323 section 5). It may be older than the last one by
 * `paws_win`. Any timestamp passes if the last one is more than 24 days old, or was 0, since some hosts send
 * 0 in the handshake.
 *
 * @linux include/net/tcp.h
 */
export function tcp_paws_check(machine: Machine, rx_opt: tcp_options_received, paws_win: number): boolean {
  if (((rx_opt.ts_recent - rx_opt.rcv_tsval) | 0) <= paws_win) return true;
  if (ktime_get_seconds(machine) >= rx_opt.ts_recent_stamp + TCP_PAWS_24DAYS) return true;
  return rx_opt.ts_recent === 0;
}

/**
 * Whether PAWS rejects the segment. A RST with an old timestamp passes once the last timestamp is older than
 * the maximum segment lifetime: the peer may have rebooted with a new clock.
 *
 * @linux include/net/tcp.h
 */
export function tcp_paws_reject(machine: Machine, rx_opt: tcp_options_received, rst: boolean): boolean {
  if (tcp_paws_check(machine, rx_opt, 0)) return false;
  return !(rst && ktime_get_seconds(machine) >= rx_opt.ts_recent_stamp + TCP_PAWS_MSL);
}

/** The MSS to announce on a route, in bytes. @linux include/net/tcp.h */
export function tcp_dst_advmss(dst: dst_entry): number {
  return Math.max(dst_metric_advmss(dst), TCP_MIN_MSS);
}
/** `mss`, limited by TCP_MAXSEG if the user has set it. @linux include/linux/tcp.h */
export function tcp_mss_clamp(tp: tcp_sock, mss: number): number {
  const user_mss = tp.rx_opt.user_mss;
  return user_mss !== 0 && user_mss < mss ? user_mss : mss;
}
/**
 * `pktsize`, limited to half of the largest window that the peer has advertised; in bytes.
 *
 * @linux include/net/tcp.h
 */
export function tcp_bound_to_half_wnd(tp: tcp_sock, pktsize: number): number {
  // A small window is not halved, otherwise no data could be sent.
  const cutoff = tp.max_window > TCP_MSS_DEFAULT ? tp.max_window >> 1 : tp.max_window;
  return cutoff !== 0 && pktsize > cutoff ? Math.max(cutoff, 68 - tp.tcp_header_len) : pktsize;
}
