/**
 * Answering a SYN: the operations that depend on the address family, and the conditions for SYN cookies.
 *
 * @linux include/net/tcp.h
 */
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import type { Machine } from '../../machine.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import { tcp_sk } from '../linux/tcp.ts';
import type { u32 } from '../linux/types.ts';
import type { dst_entry } from './dst.ts';
import type { flowi } from './flow.ts';
import type { net } from './net_namespace.ts';
import type { request_sock } from './request_sock.ts';
import { type sock, sock_net } from './sock.ts';

/** Both values come from one hash. @linux union tcp_seq_and_ts_off (include/net/secure_seq.h) */
export interface tcp_seq_and_ts_off {
  seq: u32;
  ts_off: u32;
}

export interface tcp_request_sock_ops {
  mss_clamp: number;
  /** A new flow of the family, for route_req() or send_synack() to fill in. */
  flow(): flowi;
  /** The SYN cookie to use as the initial sequence number, and the MSS that it encodes. */
  cookie_init_seq(skb: sk_buff, mss: number): { seq: u32; mss: number };
  /** The route of the SYN-ACK; null: none. */
  route_req(sk: sock, skb: sk_buff, fl: flowi, req: request_sock): dst_entry | null;
  /** The initial sequence number and the offset added to outgoing timestamps. */
  init_seq_and_ts_off(net: net, skb: sk_buff): tcp_seq_and_ts_off;
  send_synack(
    sk: sock,
    dst: dst_entry | null,
    fl: flowi,
    req: request_sock,
    synack_type: number,
    syn_skb: sk_buff | null,
  ): number;
}

/** A cookie is valid for this many periods. */
export const MAX_SYNCOOKIE_AGE = 2;
/** How long the counter in cookies stays the same, in jiffies. */
export const TCP_SYNCOOKIE_PERIOD = 60 * HZ;
export const TCP_SYNCOOKIE_VALID = MAX_SYNCOOKIE_AGE * TCP_SYNCOOKIE_PERIOD;

/**
 * Record that the SYN queue overflowed, at most once a second. The time (jiffies) is stored in the
 * SO_REUSEPORT group, or in the listener's ts_recent_stamp, which has no other use.
 *
 * @linux include/net/tcp.h
 */
export function tcp_synq_overflow(sk: sock): void {
  const now = jiffies(sock_net(sk).machine);
  const reuse = sk.sk_reuseport_cb;
  if (reuse !== null) {
    if (now < reuse.synq_overflow_ts || now > reuse.synq_overflow_ts + HZ) reuse.synq_overflow_ts = now;
    return;
  }
  const rx_opt = tcp_sk(sk).rx_opt;
  if (now < rx_opt.ts_recent_stamp || now > rx_opt.ts_recent_stamp + HZ) rx_opt.ts_recent_stamp = now;
}

/**
 * Whether the last overflow of the SYN queue is so long ago that no cookie can be valid.
 *
 * @linux include/net/tcp.h
 */
export function tcp_synq_no_recent_overflow(sk: sock): boolean {
  const now = jiffies(sock_net(sk).machine);
  const last_overflow = sk.sk_reuseport_cb?.synq_overflow_ts ?? tcp_sk(sk).rx_opt.ts_recent_stamp;
  return now < last_overflow - HZ || now > last_overflow + TCP_SYNCOOKIE_VALID;
}

/** The counter in cookies: minutes. @linux include/net/tcp.h */
export function tcp_cookie_time(machine: Machine): number {
  return Math.floor(jiffies(machine) / TCP_SYNCOOKIE_PERIOD);
}
