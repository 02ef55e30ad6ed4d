/** The options of received segments: forgetting them, and PAWS. @linux include/net/tcp.h, include/linux/tcp.h */
import type { Machine } from '../../machine.ts';
import { ktime_get_seconds } from '../../kernel/time/timekeeping.ts';
import type { tcp_options_received } from '../linux/tcp.ts';
import { TCP_PAWS_MSL } from './tcp.ts';

/** How long a peer's timestamp is worth comparing with, in seconds. */
export const TCP_PAWS_24DAYS = 60 * 60 * 24 * 24;

/** Forget what options the peer agreed to. @linux include/linux/tcp.h */
export function tcp_clear_options(rx_opt: tcp_options_received): void {
  rx_opt.tstamp_ok = false;
  rx_opt.sack_ok = 0;
  rx_opt.wscale_ok = false;
  rx_opt.snd_wscale = 0;
}

/** Nothing is to be reported by SACK any more. @linux include/net/tcp.h */
export function tcp_sack_reset(rx_opt: tcp_options_received): void {
  rx_opt.dsack = false;
  rx_opt.num_sacks = 0;
}

/**
 * Does the segment's timestamp pass (RFC 7323 section 5)? It may be older than the last one by `paws_win`, and
 * anything passes when the last one was taken more than 24 days ago, or was 0: some send 0 in the handshake.
 *
 * @linux include/net/tcp.h
 */
export function tcp_paws_check(machine: Machine, rx_opt: tcp_options_received, paws_win: number): boolean {
  if (((rx_opt.ts_recent - rx_opt.rcv_tsval) | 0) <= paws_win) return true;
  if (ktime_get_seconds(machine) >= rx_opt.ts_recent_stamp + TCP_PAWS_24DAYS) return true;
  return rx_opt.ts_recent === 0;
}

/**
 * Must the segment be refused for its old timestamp? A RST is let through once the last timestamp is older than
 * a segment can live: the peer may have rebooted and have a new clock.
 *
 * @linux include/net/tcp.h
 */
export function tcp_paws_reject(machine: Machine, rx_opt: tcp_options_received, rst: boolean): boolean {
  if (tcp_paws_check(machine, rx_opt, 0)) return false;
  return !(rst && ktime_get_seconds(machine) >= rx_opt.ts_recent_stamp + TCP_PAWS_MSL);
}
