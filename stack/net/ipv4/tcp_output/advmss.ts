/** The MSS that a SYN announces. @linux net/ipv4/tcp_output.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { sock } from '../../../include/net/sock.ts';
import { tcp_dst_advmss } from '../../../include/net/tcp_mss.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';

/**
 * The MSS to announce: from the MTU of the route's device, not of the path (RFC 9293 3.7.1), in bytes.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_advertise_mss(sk: sock): number {
  const tp = tcp_sk(sk);
  const dst = __sk_dst_get(sk);
  if (dst !== null) tp.advmss = Math.min(tp.advmss, tcp_dst_advmss(dst));
  return tp.advmss;
}
