/** A child of a listener: the socket of a connection that the stack has accepted. */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { SOCK_RCU_FREE, sock_reset_flag, type sock } from '../../../include/net/sock.ts';
import { TCP_SYN_RECV } from '../../../include/uapi/linux/tcp.ts';
import { sk_clone_lock } from '../../core/sock/alloc.ts';
import { inet_sk_set_state } from '../inet_sk_state.ts';

/**
 * Copy the listener for one connection, in state SYN_RECV, with the request's ports. What the layers above struct sock
 * pass on to a child, tcp_create_openreq_child() copies.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_clone_lock(sk: sock, req: request_sock): sock | null {
  const newsk = sk_clone_lock(sk);
  if (newsk === null) return null;
  const newicsk = inet_csk(newsk);
  const ireq = inet_rsk(req);

  inet_sk_set_state(newsk, TCP_SYN_RECV);
  newicsk.icsk_bind_hash = null;
  newicsk.icsk_bind2_hash = null;
  newicsk.inet_dport = ireq.ir_rmt_port;
  newicsk.inet_num = ireq.ir_num;
  newicsk.inet_sport = ireq.ir_num;
  // Only listeners are looked up without a reference.
  sock_reset_flag(newsk, SOCK_RCU_FREE);
  newicsk.mc_list = null;
  newsk.sk_mark = ireq.ir_mark;
  if (ireq.skc_cookie !== 0) newsk.skc_cookie = ireq.skc_cookie;
  newicsk.icsk_retransmits = 0;
  newicsk.icsk_backoff = 0;
  newicsk.icsk_probes_out = 0;
  newicsk.icsk_probes_tstamp = 0;
  // The queues are the listener's.
  newicsk.icsk_accept_queue = null;
  return newsk;
}
