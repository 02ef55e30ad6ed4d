/**
 * Cloning a connection socket from its listener, and destroying it.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import {
  sk_unhashed,
  type sock,
  SOCK_DEAD,
  sock_flag,
  sock_net,
  SOCK_RCU_FREE,
  sock_reset_flag,
  sock_set_flag,
} from '../../../include/net/sock.ts';
import { TCP_CLOSE, TCP_SYN_RECV } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { sk_clone_lock, sock_put } from '../../core/sock/alloc.ts';
import { sk_stream_kill_queues } from '../../core/stream.ts';
import { inet_sk_set_state } from '../af_inet/sock.ts';

/**
 * Clone the listener for one connection, in state SYN_RECV, with the request's ports.
 * tcp_create_openreq_child() copies the fields beyond struct sock.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_clone_lock(sk: sock, req: request_sock): sock | null {
  const newsk = sk_clone_lock(sk);
  if (newsk === null) return null;
  const newicsk = inet_csk(newsk);
  const ireq = inet_rsk(req);

  // Before the first change is told of it. Linux does so later.
  newsk.skc_cookie = ireq.skc_cookie;
  inet_sk_set_state(newsk, TCP_SYN_RECV, 'request_acked');
  newicsk.icsk_bind_hash = null;
  newicsk.icsk_bind2_hash = null;
  newicsk.inet_dport = ireq.ir_rmt_port;
  newicsk.inet_num = ireq.ir_num;
  newicsk.inet_sport = ireq.ir_num;
  // Only listeners are looked up without taking a reference.
  sock_reset_flag(newsk, SOCK_RCU_FREE);
  newsk.sk_mark = ireq.ir_mark;
  newicsk.icsk_retransmits = 0;
  newicsk.icsk_backoff = 0;
  newicsk.icsk_probes_out = 0;
  newicsk.icsk_probes_tstamp = 0;
  // The accept queue belongs to the listener.
  newicsk.icsk_accept_queue = null;
  return newsk;
}

/**
 * Free everything a closed orphan still holds, and drop the reference that kept it alive.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_destroy_sock(sk: sock): void {
  const { machine } = sock_net(sk);
  WARN_ON(machine, sk.skc_state !== TCP_CLOSE, 'inet_csk_destroy_sock: not closed');
  WARN_ON(machine, !sock_flag(sk, SOCK_DEAD), 'inet_csk_destroy_sock: not orphaned');
  WARN_ON(machine, !sk_unhashed(sk), 'inet_csk_destroy_sock: still in a hash table');
  WARN_ON(
    machine,
    sk.skc_num !== 0 && inet_csk(sk).icsk_bind_hash === null,
    'inet_csk_destroy_sock: has a port, but is not bound',
  );

  sk.skc_prot.destroy!(sk);
  sk_stream_kill_queues(sk);
  sk.skc_prot.memory(sock_net(sk))!.orphan_count--;
  sock_put(sk);
}

/** Make a child that never belonged to a process an orphan. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_prepare_for_destroy_sock(sk: sock): void {
  sock_set_flag(sk, SOCK_DEAD);
  sk.skc_prot.memory(sock_net(sk))!.orphan_count++;
}

/**
 * Undo sk_clone_lock(), so that tcp_done() can destroy an unwanted child.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_prepare_forced_close(sk: sock): void {
  sock_put(sk);
  inet_csk_prepare_for_destroy_sock(sk);
  inet_csk(sk).inet_num = 0;
}
