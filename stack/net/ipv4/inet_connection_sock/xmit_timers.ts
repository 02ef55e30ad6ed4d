/** A connection's timers: initializing, arming and stopping them. @linux net/ipv4/inet_connection_sock.c */
import { timer_list } from '../../../include/linux/timer.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import {
  ICSK_ACK_TIMER,
  ICSK_TIME_DACK,
  ICSK_TIME_PROBE0,
  ICSK_TIME_RETRANS,
  inet_csk,
  type icsk_timer_handlers,
} from '../../../include/net/inet_connection_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { sk_reset_timer, sk_stop_timer } from '../../core/sock/alloc.ts';

/**
 * Set the handlers of a new socket's timers. Each timer is created when it is first armed: an idle connection
 * needs none.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_init_xmit_timers(sk: sock, handlers: icsk_timer_handlers): void {
  const icsk = inet_csk(sk);
  icsk.icsk_timer_handlers = handlers;
  icsk.icsk_retransmit_timer = null;
  icsk.icsk_delack_timer = null;
  sk.sk_timer = null;
  icsk.icsk_pending = 0;
  icsk.icsk_ack.pending = 0;
}

/** Stop all timers: the connection has ended. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_clear_xmit_timers(sk: sock): void {
  const icsk = inet_csk(sk);
  icsk.icsk_pending = 0;
  icsk.icsk_ack.pending = 0;
  if (icsk.icsk_retransmit_timer !== null) sk_stop_timer(sk, icsk.icsk_retransmit_timer);
  if (icsk.icsk_delack_timer !== null) sk_stop_timer(sk, icsk.icsk_delack_timer);
  if (sk.sk_timer !== null) sk_stop_timer(sk, sk.sk_timer);
}

/** Stop the keepalive timer. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_delete_keepalive_timer(sk: sock): void {
  if (sk.sk_timer !== null) sk_stop_timer(sk, sk.sk_timer);
}

/**
 * Arm the keepalive timer, which also times FIN_WAIT2, to fire in `len` jiffies.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_reset_keepalive_timer(sk: sock, len: jiffies_t): void {
  sk.sk_timer ??= new timer_list(inet_csk(sk).icsk_timer_handlers!.keepalive_handler, sk);
  sk_reset_timer(sk, sk.sk_timer, jiffies(sock_net(sk).machine) + len);
}

/** Arm the delayed-ACK timer. @param expires in jiffies */
export function reset_delack_timer(sk: sock, expires: jiffies_t): void {
  const icsk = inet_csk(sk);
  icsk.icsk_delack_timer ??= new timer_list(icsk.icsk_timer_handlers!.delack_handler, sk);
  sk_reset_timer(sk, icsk.icsk_delack_timer, expires);
}
/** Arm the shared timer, whose purpose is in icsk_pending. @param expires in jiffies */
export function reset_retransmit_timer(sk: sock, expires: jiffies_t): void {
  const icsk = inet_csk(sk);
  icsk.icsk_retransmit_timer ??= new timer_list(icsk.icsk_timer_handlers!.retransmit_handler, sk);
  sk_reset_timer(sk, icsk.icsk_retransmit_timer, expires);
}

/**
 * Arm the timer for an event.
 *
 * @param what ICSK_TIME_…: all except ICSK_TIME_DACK share one timer and replace each other
 * @param when jiffies from now, at most `max_when`
 * @linux include/net/inet_connection_sock.h
 */
export function inet_csk_reset_xmit_timer(
  sk: sock,
  what: number,
  when: jiffies_t,
  max_when: jiffies_t,
): void {
  const icsk = inet_csk(sk);
  const expires = jiffies(sock_net(sk).machine) + Math.min(when, max_when);
  if (what === ICSK_TIME_DACK) {
    icsk.icsk_ack.pending |= ICSK_ACK_TIMER;
    icsk.icsk_ack.timeout = expires;
    reset_delack_timer(sk, expires);
  } else {
    icsk.icsk_pending = what;
    icsk.icsk_timeout = expires;
    reset_retransmit_timer(sk, expires);
  }
}

/**
 * Cancel the event. The timer keeps running, and its handler finds nothing to do.
 *
 * @linux include/net/inet_connection_sock.h
 */
export function inet_csk_clear_xmit_timer(sk: sock, what: number): void {
  const icsk = inet_csk(sk);
  if (what === ICSK_TIME_RETRANS || what === ICSK_TIME_PROBE0) {
    icsk.icsk_pending = 0;
  } else if (what === ICSK_TIME_DACK) {
    icsk.icsk_ack.pending = 0;
    icsk.icsk_ack.retry = 0;
  }
}
