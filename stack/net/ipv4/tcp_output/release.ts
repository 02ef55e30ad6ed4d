/** What timers and tasklets left for the process that owned the socket. Above tcp_timer.ts, unlike the rest of the folder. @linux net/ipv4/tcp_output.c */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { __sock_put, type sock } from '../../../include/net/sock.ts';
import {
  TCPF_DELACK_TIMER_DEFERRED,
  TCPF_MTU_REDUCED_DEFERRED,
  TCPF_TSQ_DEFERRED,
  TCPF_WRITE_TIMER_DEFERRED,
} from '../../../include/net/tcp.ts';
import { tcp_delack_timer_handler, tcp_write_timer_handler } from '../tcp_timer.ts';
import { tcp_tsq_write } from './tsq.ts';

const TCP_DEFERRED_ALL =
  TCPF_TSQ_DEFERRED | TCPF_WRITE_TIMER_DEFERRED | TCPF_DELACK_TIMER_DEFERRED | TCPF_MTU_REDUCED_DEFERRED;

/** release_sock()'s last step: do what was put off because the socket was owned. @linux net/ipv4/tcp_output.c */
export function tcp_release_cb(sk: sock): void {
  const flags = sk.sk_tsq_flags;
  if ((flags & TCP_DEFERRED_ALL) === 0) return;
  sk.sk_tsq_flags = flags & ~TCP_DEFERRED_ALL;

  if ((flags & TCPF_TSQ_DEFERRED) !== 0) {
    tcp_tsq_write(sk);
    __sock_put(sk);
  }
  // What follows is written for softirqs: it must find the socket not owned.
  sk.sk_lock_owned = false;
  if ((flags & TCPF_WRITE_TIMER_DEFERRED) !== 0) {
    tcp_write_timer_handler(sk);
    __sock_put(sk);
  }
  if ((flags & TCPF_DELACK_TIMER_DEFERRED) !== 0) {
    tcp_delack_timer_handler(sk);
    __sock_put(sk);
  }
  if ((flags & TCPF_MTU_REDUCED_DEFERRED) !== 0) {
    inet_csk(sk).icsk_af_ops.mtu_reduced(sk);
    __sock_put(sk);
  }
}
