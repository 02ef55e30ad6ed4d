/** Connection states: changing the state, and the end of a connection. @linux net/ipv4/tcp.c */
import type { StateReason } from '../../../capture/state_reason.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { TCP_DEC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  SHUTDOWN_MASK,
  type sock,
  SOCK_BINDPORT_LOCK,
  SOCK_DEAD,
  sock_flag,
  sock_net,
} from '../../../include/net/sock.ts';
import {
  TCP_MIB_ATTEMPTFAILS,
  TCP_MIB_CURRESTAB,
  TCP_MIB_ESTABRESETS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCPF_CLOSE_WAIT,
  TCPF_ESTABLISHED,
  TCPF_FIN_WAIT1,
  TCPF_FIN_WAIT2,
  TCPF_SYN_RECV,
  type TcpState,
} from '../../../include/uapi/linux/tcp.ts';
import { inet_sk_state_store } from '../af_inet/sock.ts';
import { inet_csk_destroy_sock } from '../inet_connection_sock/lifetime.ts';
import { inet_put_port } from '../inet_hashtables/bind.ts';
import { tcp_clear_xmit_timers } from '../tcp_timer/xmit_timer.ts';

/**
 * Change a connection's state and count the established ones. A socket that closes is unhashed first, and
 * releases its port unless the user bound it.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_set_state(sk: sock, state: TcpState, why: StateReason): void {
  const oldstate = sk.skc_state;
  const net = sock_net(sk);
  const was_established = oldstate === TCP_ESTABLISHED || oldstate === TCP_CLOSE_WAIT;
  switch (state) {
    case TCP_ESTABLISHED:
      if (oldstate !== TCP_ESTABLISHED) TCP_INC_STATS(net, TCP_MIB_CURRESTAB);
      break;
    case TCP_CLOSE_WAIT:
      if (oldstate === TCP_SYN_RECV) TCP_INC_STATS(net, TCP_MIB_CURRESTAB);
      break;
    case TCP_CLOSE:
      if (was_established) TCP_INC_STATS(net, TCP_MIB_ESTABRESETS);
      sk.skc_prot.unhash!(sk);
      if (inet_csk(sk).icsk_bind_hash !== null && (sk.sk_userlocks & SOCK_BINDPORT_LOCK) === 0)
        inet_put_port(sk);
      if (was_established) TCP_DEC_STATS(net, TCP_MIB_CURRESTAB);
      break;
    default:
      if (was_established) TCP_DEC_STATS(net, TCP_MIB_CURRESTAB);
  }
  // Store the state last, so that no table ever holds a closed socket.
  inet_sk_state_store(sk, state, why);
}

/**
 * The connection has ended: close the socket and wake its process; destroy an orphan.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_done(sk: sock, why: StateReason): void {
  if (sk.skc_state === TCP_SYN_SENT || sk.skc_state === TCP_SYN_RECV) {
    TCP_INC_STATS(sock_net(sk), TCP_MIB_ATTEMPTFAILS);
  }
  tcp_set_state(sk, TCP_CLOSE, why);
  tcp_clear_xmit_timers(sk);
  sk.sk_shutdown = SHUTDOWN_MASK;
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_state_change(sk);
  else inet_csk_destroy_sock(sk);
}

/** Whether ABORT sends a RST in this state (RFC 9293, 3.10.5). @linux net/ipv4/tcp.c */
export function tcp_need_reset(state: TcpState): boolean {
  return (
    ((1 << state) &
      (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_SYN_RECV)) !==
    0
  );
}
