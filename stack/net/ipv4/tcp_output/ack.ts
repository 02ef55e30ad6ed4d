/** ACKs without data: at once, or delayed in the hope that data will carry them. @linux net/ipv4/tcp_output.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  ICSK_ACK_PUSHED,
  ICSK_ACK_SCHED,
  ICSK_ACK_TIMER,
  inet_csk,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { MAX_TCP_HEADER, TCP_DELACK_MAX, TCP_DELACK_MIN, TCPHDR_ACK } from '../../../include/net/tcp.ts';
import { skb_set_tcp_pure_ack } from '../../../include/net/tcp_skb_cb.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { HZ, jiffies, time_before, time_before_eq, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { sk_reset_timer } from '../../core/sock/timer.ts';
import { alloc_skb, skb_reserve } from '../../core/skbuff.ts';
import { __tcp_transmit_skb, tcp_init_nondata_skb } from './transmit.ts';
import { tcp_acceptable_seq } from './window.ts';

/**
 * Have an ACK sent later (RFC 9293 3.8.6.3): after the predicted interval of the peer's segments (ato), at most a round-trip time and
 * 200 ms in an interactive connection.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_delayed_ack(sk: sock): void {
  const icsk = inet_csk(sk);
  const now = jiffies(sock_net(sk).machine);
  let ato = icsk.icsk_ack.ato;

  if (ato > TCP_DELACK_MIN) {
    const tp = tcp_sk(sk);
    let max_ato = HZ / 2;
    if (inet_csk_in_pingpong_mode(sk) || (icsk.icsk_ack.pending & ICSK_ACK_PUSHED) !== 0)
      max_ato = TCP_DELACK_MAX;
    // Slow start of the peer goes on: an ACK in each round trip.
    if (tp.srtt_us !== 0)
      max_ato = Math.min(max_ato, Math.max(usecs_to_jiffies(tp.srtt_us >>> 3), TCP_DELACK_MIN));
    ato = Math.min(ato, max_ato);
  }
  ato = Math.min(ato, icsk.icsk_delack_max);

  // Stay within the limit that was calculated first.
  let timeout = now + ato;
  if ((icsk.icsk_ack.pending & ICSK_ACK_TIMER) !== 0) {
    // It would fire soon anyway.
    if (time_before_eq(icsk.icsk_ack.timeout, now + (ato >> 2))) {
      tcp_send_ack(sk);
      return;
    }
    if (!time_before(timeout, icsk.icsk_ack.timeout)) timeout = icsk.icsk_ack.timeout;
  }
  icsk.icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
  icsk.icsk_ack.timeout = timeout;
  sk_reset_timer(sk, icsk.icsk_delack_timer, timeout);
}

/** Send an ACK of `rcv_nxt` now. @linux net/ipv4/tcp_output.c */
export function __tcp_send_ack(sk: sock, rcv_nxt: u32): void {
  // Between a reset and the end of the socket nothing is acknowledged.
  if (sk.sk_state === TCP_CLOSE) return;
  const buff = alloc_skb(sock_net(sk).machine, MAX_TCP_HEADER);
  skb_reserve(buff, MAX_TCP_HEADER);
  tcp_init_nondata_skb(buff, tcp_acceptable_seq(sk), TCPHDR_ACK);
  skb_set_tcp_pure_ack(buff);
  __tcp_transmit_skb(sk, buff, false, rcv_nxt);
}

/** Acknowledge all that was received in order, now. @linux net/ipv4/tcp_output.c */
export function tcp_send_ack(sk: sock): void {
  __tcp_send_ack(sk, tcp_sk(sk).rcv_nxt);
}
