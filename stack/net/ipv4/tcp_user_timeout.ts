/** TCP_USER_TIMEOUT's limit on timers (RFC 5482). Below tcp_timer.ts: sending needs it, too. @linux net/ipv4/tcp_timer.c */
import { tcp_sk } from '../../include/linux/tcp.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import type { sock } from '../../include/net/sock.ts';
import { tcp_jiffies32, tcp_time_stamp, TCP_TIMEOUT_MIN } from '../../include/net/tcp.ts';
import { msecs_to_jiffies } from '../../kernel/time/jiffies.ts';

/** The retransmission time-out, but not beyond the user's time-out; in jiffies. @linux net/ipv4/tcp_timer.c */
export function tcp_clamp_rto_to_user_timeout(sk: sock): jiffies_t {
  const icsk = inet_csk(sk);
  if (icsk.icsk_user_timeout === 0) return icsk.icsk_rto;
  const tp = tcp_sk(sk);
  const elapsed = (tcp_time_stamp(tp) - tp.retrans_stamp) | 0;
  const remaining = icsk.icsk_user_timeout - elapsed;
  // The user's time is up: fire at once.
  if (remaining <= 0) return 1;
  return Math.min(icsk.icsk_rto, msecs_to_jiffies(remaining));
}

/** The time to the next window probe, but not beyond the user's time-out; in jiffies. @linux net/ipv4/tcp_timer.c */
export function tcp_clamp_probe0_to_user_timeout(sk: sock, when: jiffies_t): jiffies_t {
  const icsk = inet_csk(sk);
  if (icsk.icsk_user_timeout === 0 || icsk.icsk_probes_tstamp === 0) return when;
  const elapsed = Math.max(tcp_jiffies32(sk) - icsk.icsk_probes_tstamp, 0);
  const remaining = Math.max(msecs_to_jiffies(icsk.icsk_user_timeout) - elapsed, TCP_TIMEOUT_MIN);
  return Math.min(remaining, when);
}
