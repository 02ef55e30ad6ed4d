/** Segment sizes: small inlines. @linux include/net/tcp.h, include/linux/tcp.h */
import type { tcp_sock } from '../linux/tcp.ts';
import { dst_metric_advmss, type dst_entry } from './dst.ts';
import { TCP_MIN_MSS, TCP_MSS_DEFAULT } from './tcp.ts';

/** The MSS to announce on a route, in bytes. @linux include/net/tcp.h */
export function tcp_dst_advmss(dst: dst_entry): number {
  return Math.max(dst_metric_advmss(dst), TCP_MIN_MSS);
}
/** `mss`, or less if the user has set TCP_MAXSEG. @linux include/linux/tcp.h */
export function tcp_mss_clamp(tp: tcp_sock, mss: number): number {
  const user_mss = tp.rx_opt.user_mss;
  return user_mss !== 0 && user_mss < mss ? user_mss : mss;
}
/** `pktsize`, but at most half of the largest window that the peer ever offered; in bytes. @linux include/net/tcp.h */
export function tcp_bound_to_half_wnd(tp: tcp_sock, pktsize: number): number {
  // A small window is not halved: then nothing would be sent at all.
  const cutoff = tp.max_window > TCP_MSS_DEFAULT ? tp.max_window >> 1 : tp.max_window;
  return cutoff !== 0 && pktsize > cutoff ? Math.max(cutoff, 68 - tp.tcp_header_len) : pktsize;
}
