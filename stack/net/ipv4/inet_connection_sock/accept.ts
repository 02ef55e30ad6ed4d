/** A listener's accept queue: established connections that no accept() has fetched yet. */
import { signal_pending, type Sleeps, TASK_INTERRUPTIBLE } from '../../../include/linux/sched.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { inet_csk_accept_queue } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  reqsk_queue_empty,
  reqsk_queue_remove,
  reqsk_queue_removed,
  type request_sock,
} from '../../../include/net/request_sock.ts';
import {
  sk_acceptq_added,
  sk_sleep,
  type sock,
  sock_hold,
  sock_net,
  sock_orphan,
  sock_rcvtimeo,
} from '../../../include/net/sock.ts';
import { EAGAIN, EINVAL, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPMIGRATEREQFAILURE,
  LINUX_MIB_TCPMIGRATEREQSUCCESS,
} from '../../../include/uapi/linux/snmp.ts';
import { O_NONBLOCK } from '../../../include/uapi/linux/socket.ts';
import { TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import { current, schedule_timeout } from '../../../kernel/sched/core.ts';
import { DEFINE_WAIT, finish_wait, prepare_to_wait_exclusive } from '../../../kernel/sched/wait.ts';
import { trace } from '../../../trace/events.ts';
import { reqsk_put } from '../../core/request_sock.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import { sock_intr_errno } from '../../core/sock/queue.ts';
import { inet_csk_destroy_sock } from './lifetime.ts';
import { inet_csk_reqsk_queue_drop, inet_reqsk_clone, reqsk_migrate_reset } from './request_queue.ts';

/**
 * Sleep until the accept queue is not empty. Each connection wakes only one of several sleepers.
 *
 * @returns 0, -EINVAL (no longer listening), -EAGAIN (timed out), or the signal's errno
 * @linux net/ipv4/inet_connection_sock.c
 */
function* inet_csk_wait_for_connect(sk: sock, timeo: jiffies_t): Sleeps<Errno> {
  const { machine } = sock_net(sk);
  const queue = inet_csk_accept_queue(sk);
  const sleepers = sk_sleep(sk)!;
  const wait = DEFINE_WAIT(machine);
  let err: Errno;
  for (;;) {
    prepare_to_wait_exclusive(sleepers, wait, TASK_INTERRUPTIBLE);
    release_sock(sk);
    if (reqsk_queue_empty(queue)) timeo = yield* schedule_timeout(machine, timeo);
    yield* lock_sock(sk);
    err = 0;
    if (!reqsk_queue_empty(queue)) break;
    err = -EINVAL;
    if (sk.skc_state !== TCP_LISTEN) break;
    err = sock_intr_errno(timeo);
    if (signal_pending(current(machine))) break;
    err = -EAGAIN;
    if (timeo === 0) break;
  }
  finish_wait(sleepers, wait);
  return err;
}

/**
 * Take the oldest connection off a listener's accept queue; sleep until there is one.
 *
 * @returns the child socket; -EINVAL (not listening), -EAGAIN (empty, and non-blocking or timed out), -EINTR,
 *   -ERESTARTSYS
 * @linux net/ipv4/inet_connection_sock.c
 */
export function* inet_csk_accept(sk: sock, flags: number, _kern: boolean): Sleeps<sock | Errno> {
  yield* lock_sock(sk);
  const newsk = yield* take_from_accept_queue(sk, flags);
  release_sock(sk);
  return newsk;
}

function* take_from_accept_queue(sk: sock, flags: number): Sleeps<sock | Errno> {
  if (sk.skc_state !== TCP_LISTEN) return -EINVAL;
  const queue = inet_csk_accept_queue(sk);
  if (reqsk_queue_empty(queue)) {
    const timeo = sock_rcvtimeo(sk, (flags & O_NONBLOCK) !== 0);
    if (timeo === 0) return -EAGAIN;
    const error = yield* inet_csk_wait_for_connect(sk, timeo);
    if (error !== 0) return error;
  }
  const req = reqsk_queue_remove(queue, sk)!;
  const newsk = req.sk!;
  trace.sockscope_listen_request(sk, 'accepted', req);
  reqsk_put(req);
  return newsk;
}

/**
 * The listener is closing: reset a connection that was not accepted.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_child_forget(sk: sock, req: request_sock, child: sock): void {
  trace.sockscope_listen_request(sk, 'forgotten', req);
  trace.sockscope_send(child, null, 'reset_listener_closed');
  sk.skc_prot.disconnect(child, O_NONBLOCK, 'listener_closed');
  sock_orphan(child);
  sk.skc_prot.memory(sock_net(sk))!.orphan_count++;
  inet_csk_destroy_sock(child);
}

/**
 * Append a connection to the accept queue.
 *
 * @returns null when the socket is no longer listening.
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_reqsk_queue_add(sk: sock, req: request_sock, child: sock): sock | null {
  if (sk.skc_state !== TCP_LISTEN) {
    inet_child_forget(sk, req, child);
    return null;
  }
  const queue = inet_csk_accept_queue(sk);
  req.sk = child;
  req.dl_next = null;
  if (queue.rskq_accept_head === null) queue.rskq_accept_head = req;
  else queue.rskq_accept_tail!.dl_next = req;
  queue.rskq_accept_tail = req;
  sk_acceptq_added(sk);
  trace.sockscope_listen_request(sk, 'established', req);
  return child;
}

/**
 * The handshake is complete: remove the request from the SYN queue and append its child to the accept queue.
 *
 * @param own_req the child has replaced the request in the table of connections
 * @returns the child, or null when the child had to be discarded
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_complete_hashdance(
  sk: sock,
  child: sock,
  req: request_sock,
  own_req: boolean,
): sock | null {
  if (own_req) {
    const listener = req.rsk_listener!;
    inet_csk_reqsk_queue_drop(listener, req);
    reqsk_queue_removed(inet_csk_accept_queue(listener), req);
    if (sk !== listener) {
      if (migrate_to_accept_queue(sk, req, child)) return child;
    } else if (inet_csk_reqsk_queue_add(sk, req, child) !== null) {
      return child;
    }
  }
  sock_put(child);
  return null;
}

/** The request's listener was closed; another member of its SO_REUSEPORT group takes over. */
function migrate_to_accept_queue(sk: sock, req: request_sock, child: sock): boolean {
  sock_hold(sk);
  const nreq = inet_reqsk_clone(req, sk);
  nreq.rsk_refcnt = 1;
  if (inet_csk_reqsk_queue_add(sk, nreq, child) !== null) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMIGRATEREQSUCCESS);
    reqsk_migrate_reset(req);
    reqsk_put(req);
    return true;
  }
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMIGRATEREQFAILURE);
  reqsk_migrate_reset(nreq);
  reqsk_put(nreq);
  return false;
}
