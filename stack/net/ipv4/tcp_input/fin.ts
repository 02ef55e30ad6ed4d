/** The peer ends the connection: FIN and RST. @linux net/ipv4/tcp_input.c */
import type { StateReason } from '../../../capture/state_reason.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import {
  inet_csk_enter_pingpong_mode,
  inet_csk_schedule_ack,
} from '../../../include/net/inet_connection_sock.ts';
import {
  RCV_SHUTDOWN,
  type sock,
  SOCK_DEAD,
  SOCK_DONE,
  sock_flag,
  sock_net,
  sock_set_flag,
} from '../../../include/net/sock.ts';
import { tcp_is_sack } from '../../../include/net/tcp.ts';
import { tcp_sack_reset } from '../../../include/net/tcp_options.ts';
import { ECONNREFUSED, ECONNRESET, EPIPE } from '../../../include/uapi/asm-generic/errno.ts';
import {
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
} from '../../../include/uapi/linux/tcp.ts';
import { pr_warn } from '../../../kernel/printk.ts';
import { trace } from '../../../trace/events.ts';
import { skb_rbtree_purge } from '../../core/skbuff/queue.ts';
import { sk_error_report } from '../../core/sock/defaults.ts';
import { tcp_write_queue_purge } from '../tcp/alloc.ts';
import { tcp_done, tcp_set_state } from '../tcp/state.ts';
import { tcp_time_wait } from '../tcp_minisocks/time_wait.ts';
import { tcp_send_ack } from '../tcp_output/control.ts';

/**
 * The peer reset the connection: purge the write queue and report an error to the process.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_reset(sk: sock, _skb: sk_buff, why: 'reset' | 'data_after_close'): void {
  trace.tcp_receive_reset(sk);
  switch (sk.sk_state) {
    case TCP_SYN_SENT:
      tcp_done_with_error(sk, ECONNREFUSED, why);
      break;
    case TCP_CLOSE_WAIT:
      tcp_done_with_error(sk, EPIPE, why);
      break;
    case TCP_CLOSE:
      return;
    default:
      tcp_done_with_error(sk, ECONNRESET, why);
  }
}

/**
 * The peer's FIN is in order: no more data will follow (RFC 9293 3.10.7.4, eighth). The process reads end of
 * stream, and the state advances.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_fin(sk: sock): void {
  const tp = tcp_sk(sk);
  inet_csk_schedule_ack(sk);
  sk.sk_shutdown |= RCV_SHUTDOWN;
  sock_set_flag(sk, SOCK_DONE);

  switch (sk.sk_state) {
    case TCP_SYN_RECV:
    case TCP_ESTABLISHED:
      tcp_set_state(sk, TCP_CLOSE_WAIT, 'fin');
      inet_csk_enter_pingpong_mode(sk);
      break;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
      // A retransmitted FIN: stay in this state.
      break;
    case TCP_FIN_WAIT1:
      // Simultaneous close: our FIN is not yet acknowledged.
      trace.sockscope_send(sk, null, 'ack_fin');
      tcp_send_ack(sk);
      tcp_set_state(sk, TCP_CLOSING, 'fin');
      break;
    case TCP_FIN_WAIT2:
      trace.sockscope_send(sk, null, 'ack_fin');
      tcp_send_ack(sk);
      tcp_time_wait(sk, TCP_TIME_WAIT, 0, 'fin');
      break;
    default:
      pr_warn(sock_net(sk).machine, `tcp_fin: Impossible, sk->sk_state=${sk.sk_state}`);
  }

  // Out-of-order data can only lie beyond the FIN and is invalid.
  skb_rbtree_purge(tp.out_of_order_queue);
  if (tcp_is_sack(tp)) tcp_sack_reset(tp.rx_opt);
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_state_change(sk);
}

/**
 * An error ends the connection: discard unsent data.
 *
 * @param err positive: ECONNRESET, ETIMEDOUT, …
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_done_with_error(sk: sock, err: number, why: StateReason): void {
  sk.sk_err = err;
  tcp_write_queue_purge(sk);
  tcp_done(sk, why);
  if (!sock_flag(sk, SOCK_DEAD)) sk_error_report(sk);
}
