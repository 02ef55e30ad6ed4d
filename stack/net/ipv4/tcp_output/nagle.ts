/** Nagle's algorithm with Minshall's modification (RFC 9293 3.7.4): a small segment waits while another one is on its way. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { tcp_sock } from '../../../include/linux/tcp.ts';
import {
  after,
  TCP_NAGLE_CORK,
  TCP_NAGLE_PUSH,
  tcp_skb_pcount,
  tcp_urg_mode,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';

/** Is a small segment on its way that is not acknowledged? @linux net/ipv4/tcp_output.c */
function tcp_minshall_check(tp: tcp_sock): boolean {
  return after(tp.snd_sml, tp.snd_una) && !after(tp.snd_sml, tp.snd_nxt);
}

/** Remember where the last small segment ended. @linux net/ipv4/tcp_output.c */
export function tcp_minshall_update(tp: tcp_sock, mss_now: number, skb: sk_buff): void {
  if (skb.len < tcp_skb_pcount(skb) * mss_now) tp.snd_sml = TCP_SKB_CB(skb).end_seq;
}

/**
 * Must a segment wait? Only a partial one: when corked, or when Nagle is on and a small one is on its way.
 *
 * @param nonagle TCP_NAGLE_… bits
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_nagle_check(partial: boolean, tp: tcp_sock, nonagle: number): boolean {
  return (
    partial &&
    ((nonagle & TCP_NAGLE_CORK) !== 0 || (nonagle === 0 && tp.packets_out !== 0 && tcp_minshall_check(tp)))
  );
}

/** May `skb` be sent, as far as Nagle goes? Urgent data and FIN always may. @linux net/ipv4/tcp_output.c */
export function tcp_nagle_test(tp: tcp_sock, skb: sk_buff, cur_mss: number, nonagle: number): boolean {
  if ((nonagle & TCP_NAGLE_PUSH) !== 0) return true;
  if (tcp_urg_mode(tp) || (TCP_SKB_CB(skb).tcp_flags & TCPHDR_FIN) !== 0) return true;
  return !tcp_nagle_check(skb.len < cur_mss, tp, nonagle);
}
