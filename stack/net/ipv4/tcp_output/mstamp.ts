/** The clock of a TCP socket. Low: everybody may import it. @linux net/ipv4/tcp_output.c */
import type { tcp_sock } from '../../../include/linux/tcp.ts';
import { sock_net } from '../../../include/net/sock.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';

/**
 * Read the clock once for the packet or the event at hand: all that is computed for it uses this one time.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_mstamp_refresh(tp: tcp_sock): void {
  const now = ktime_get_ns(sock_net(tp).machine);
  tp.tcp_clock_cache = now;
  tp.tcp_mstamp = Math.floor(now / 1000);
}
