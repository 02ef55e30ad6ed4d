/** Quick-ack mode: acknowledge at once for a while, instead of waiting for data to ride on. @linux net/ipv4/tcp_input.c */
import {
  inet_csk,
  inet_csk_exit_pingpong_mode,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { dst_metric, RTAX_QUICKACK } from '../../../include/net/dst.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { sock } from '../../../include/net/sock.ts';
import { TCP_ATO_MIN } from '../../../include/net/tcp.ts';

/** Allow as many immediate ACKs as fill half the window, at least 2 and at most `max_quickacks`. @linux net/ipv4/tcp_input.c */
export function tcp_incr_quickack(sk: sock, max_quickacks: number): void {
  const ack = inet_csk(sk).icsk_ack;
  let quickacks = Math.floor(tcp_sk(sk).rcv_wnd / (2 * ack.rcv_mss));
  if (quickacks === 0) quickacks = 2;
  quickacks = Math.min(quickacks, max_quickacks);
  if (quickacks > ack.quick) ack.quick = quickacks;
}

/** Acknowledge at once from now on: the peer's window may be small, or it missed something. @linux net/ipv4/tcp_input.c */
export function tcp_enter_quickack_mode(sk: sock, max_quickacks: number): void {
  tcp_incr_quickack(sk, max_quickacks);
  inet_csk_exit_pingpong_mode(sk);
  inet_csk(sk).icsk_ack.ato = TCP_ATO_MIN;
}

/** Are ACKs to be sent at once: asked for by the route, or some left and not interactive? @linux net/ipv4/tcp_input.c */
export function tcp_in_quickack_mode(sk: sock): boolean {
  const dst = sk.sk_dst_cache;
  if (dst !== null && dst_metric(dst, RTAX_QUICKACK) !== 0) return true;
  return inet_csk(sk).icsk_ack.quick !== 0 && !inet_csk_in_pingpong_mode(sk);
}
