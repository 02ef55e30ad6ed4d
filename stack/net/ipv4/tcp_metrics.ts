/**
 * Initial values of a new connection. Linux remembers RTT and reordering per destination between connections
 * (tcp_metrics.c); this machine does not, as with net.ipv4.tcp_no_metrics_save = 1.
 *
 * @linux net/ipv4/tcp_metrics.c
 */
import { tcp_sk } from '../../include/linux/tcp.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import type { sock } from '../../include/net/sock.ts';
import { TCP_TIMEOUT_FALLBACK } from '../../include/net/tcp.ts';
import { jiffies_to_usecs } from '../../kernel/time/jiffies.ts';

/**
 * The connection is established. If the handshake gave no RTT sample (a SYN or SYN-ACK was retransmitted),
 * the time-out is 3 s (RFC 6298 5.7).
 *
 * @linux net/ipv4/tcp_metrics.c
 */
export function tcp_init_metrics(sk: sock): void {
  const tp = tcp_sk(sk);
  if (tp.srtt_us !== 0) return;
  tp.rttvar_us = jiffies_to_usecs(TCP_TIMEOUT_FALLBACK);
  tp.mdev_us = tp.rttvar_us;
  tp.mdev_max_us = tp.rttvar_us;
  inet_csk(sk).icsk_rto = TCP_TIMEOUT_FALLBACK;
}
