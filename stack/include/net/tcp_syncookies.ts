/** When a listener last ran out of room for requests: only then are SYN cookies looked at. @linux include/net/tcp.h */
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import type { Machine } from '../../machine.ts';
import { tcp_sk } from '../linux/tcp.ts';
import { sock_net, type sock } from './sock.ts';

/** A cookie is good for this many periods. */
export const MAX_SYNCOOKIE_AGE = 2;
/** How long the counter inside cookies stays the same, in jiffies. */
export const TCP_SYNCOOKIE_PERIOD = 60 * HZ;
export const TCP_SYNCOOKIE_VALID = MAX_SYNCOOKIE_AGE * TCP_SYNCOOKIE_PERIOD;

/**
 * Remember that the SYN queue overflowed now, at most once a second. A listener's ts_recent_stamp has no other
 * use, so the time (jiffies) is kept there; or in its SO_REUSEPORT group.
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

/** Has the SYN queue not overflowed for so long that no cookie can be valid? @linux include/net/tcp.h */
export function tcp_synq_no_recent_overflow(sk: sock): boolean {
  const now = jiffies(sock_net(sk).machine);
  const last_overflow = sk.sk_reuseport_cb?.synq_overflow_ts ?? tcp_sk(sk).rx_opt.ts_recent_stamp;
  return now < last_overflow - HZ || now > last_overflow + TCP_SYNCOOKIE_VALID;
}

/** The counter inside cookies: minutes. @linux include/net/tcp.h */
export function tcp_cookie_time(machine: Machine): number {
  return Math.floor(jiffies(machine) / TCP_SYNCOOKIE_PERIOD);
}
