/**
 * A listener's SYN queue. It has no list: the request socks are in the table of connections, each with a
 * timer that retransmits the SYN-ACK; the listener counts them in icsk_accept_queue.qlen.
 */
import { timer_list } from '../../../include/linux/timer.ts';
import { tcp_request_sock } from '../../../include/linux/tcp.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import {
  inet_csk,
  inet_csk_accept_queue,
  inet_csk_reqsk_queue_added,
  reqsk_timeout,
} from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  reqsk_queue_len,
  reqsk_queue_len_young,
  reqsk_queue_removed,
  type request_sock,
} from '../../../include/net/request_sock.ts';
import { sk_hashed, sock_net, type sock } from '../../../include/net/sock.ts';
import { TCP_RTO_MAX } from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_TCPMIGRATEREQFAILURE,
  LINUX_MIB_TCPMIGRATEREQSUCCESS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { del_timer, mod_timer } from '../../../kernel/time/timer.ts';
import { trace } from '../../../trace/events.ts';
import { reqsk_put } from '../../core/request_sock.ts';
import { reuseport_migrate_sock } from '../../core/sock_reuseport.ts';
import { ehash_del, inet_ehash_insert } from '../inet_hashtables/established.ts';
import { tcp_or_dccp_get_hashinfo } from '../inet_hashtables/hash.ts';

/** Retransmit the SYN-ACK. @linux net/ipv4/inet_connection_sock.c */
export function inet_rtx_syn_ack(parent: sock, req: request_sock): number {
  trace.sockscope_send(req, null, 'syn_ack_again');
  const err = req.rsk_ops.rtx_syn_ack(parent, req);
  if (err === 0) req.num_retrans++;
  return err;
}

/**
 * Clone the request for another listener of the group, because its listener was closed.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_reqsk_clone(req: request_sock, sk: sock): request_sock {
  const nreq = Object.assign(new tcp_request_sock(req.skc_net, req.skc_prot), req);
  nreq.skc_node_next = null;
  nreq.skc_node_prev = null;
  nreq.skc_hashed = false;
  nreq.rsk_timer = null;
  nreq.dl_next = null;
  nreq.rsk_listener = sk;
  return nreq;
}

/** The clone now owns these fields. @linux net/ipv4/inet_connection_sock.c */
export function reqsk_migrate_reset(req: request_sock): void {
  req.saved_syn = null;
  inet_rsk(req).ireq_opt = null;
}

/**
 * Remove a request from the table of connections.
 *
 * @returns whether it was in the table.
 * @linux net/ipv4/inet_connection_sock.c
 */
function reqsk_queue_unlink(req: request_sock): boolean {
  return sk_hashed(req) && ehash_del(tcp_or_dccp_get_hashinfo(req), req);
}

function __inet_csk_reqsk_queue_drop(sk: sock, req: request_sock, from_timer: boolean): boolean {
  const unlinked = reqsk_queue_unlink(req);
  if (!from_timer && req.rsk_timer !== null && del_timer(req.skc_net.machine, req.rsk_timer)) reqsk_put(req);
  if (unlinked) {
    reqsk_queue_removed(inet_csk_accept_queue(sk), req);
    reqsk_put(req);
  }
  return unlinked;
}

/**
 * Remove a request from the SYN queue and stop its timer.
 *
 * @returns false if it was already removed.
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_reqsk_queue_drop(sk: sock, req: request_sock): boolean {
  return __inet_csk_reqsk_queue_drop(sk, req, false);
}

/** As inet_csk_reqsk_queue_drop(), and drop the caller's reference. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_reqsk_queue_drop_and_put(sk: sock, req: request_sock): void {
  inet_csk_reqsk_queue_drop(sk, req);
  reqsk_put(req);
}

/**
 * Decide whether to give up on the request and whether to retransmit the SYN-ACK.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function syn_ack_recalc(
  req: request_sock,
  max_syn_ack_retries: number,
  rskq_defer_accept: number,
): { expire: boolean; resend: boolean } {
  const tried_enough = req.num_timeout >= max_syn_ack_retries;
  if (rskq_defer_accept === 0) return { expire: tried_enough, resend: true };
  const { acked } = inet_rsk(req);
  return {
    expire: tried_enough && (!acked || req.num_timeout >= rskq_defer_accept),
    // With TCP_DEFER_ACCEPT an acknowledged request waits for data. When the time is over, the SYN-ACK is
    // retransmitted once more.
    resend: !acked || req.num_timeout >= rskq_defer_accept - 1,
  };
}

/**
 * How often to retransmit the SYN-ACK. When the SYN queue is more than half full, old requests expire sooner:
 * half of the queue is kept for requests whose SYN-ACK was sent only once.
 */
function synack_retries(sk_listener: sock): number {
  const icsk = inet_csk(sk_listener);
  let retries = icsk.icsk_syn_retries || sock_net(sk_listener).ipv4.sysctl_tcp_synack_retries;
  const queue = inet_csk_accept_queue(sk_listener);
  const qlen = reqsk_queue_len(queue);
  if (qlen * 2 > Math.max(8, sk_listener.sk_max_ack_backlog)) {
    let young = reqsk_queue_len_young(queue) * 2;
    while (retries > 2 && qlen >= young) {
      retries--;
      young *= 2;
    }
  }
  return retries;
}

/**
 * The final ACK did not arrive in time: retransmit the SYN-ACK or give up.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function reqsk_timer_handler(oreq: request_sock): void {
  let req = oreq;
  let nreq: request_sock | null = null;
  let sk_listener = req.rsk_listener!;
  if (sk_listener.skc_state !== TCP_LISTEN) {
    const nsk = reuseport_migrate_sock(sk_listener, req);
    if (nsk === null) {
      drop_from_timer(oreq);
      return;
    }
    nreq = inet_reqsk_clone(req, nsk);
    // References held by the table, the timer, and this function.
    nreq.rsk_refcnt = 2 + 1;
    nreq.rsk_timer = new timer_list(reqsk_timer_handler, nreq);
    const nqueue = inet_csk_accept_queue(nsk);
    if (req.num_timeout === 0) nqueue.young++;
    nqueue.qlen++;
    req = nreq;
    sk_listener = nsk;
  }

  const net = sock_net(sk_listener);
  const queue = inet_csk_accept_queue(sk_listener);
  const { expire, resend } = syn_ack_recalc(req, synack_retries(sk_listener), queue.rskq_defer_accept);
  req.rsk_ops.syn_ack_timeout(req);
  if (!expire && (!resend || inet_rtx_syn_ack(sk_listener, req) === 0 || inet_rsk(req).acked)) {
    if (req.num_timeout++ === 0) queue.young--;
    mod_timer(net.machine, req.rsk_timer!, jiffies(net.machine) + reqsk_timeout(req, TCP_RTO_MAX));
    if (nreq === null) return;

    if (inet_ehash_insert(nreq, oreq, false)) {
      NET_INC_STATS(net, LINUX_MIB_TCPMIGRATEREQSUCCESS);
      reqsk_migrate_reset(oreq);
      reqsk_queue_removed(inet_csk_accept_queue(oreq.rsk_listener!), oreq);
      // Drop the timer's reference to the old request and this function's reference to the new one.
      reqsk_put(oreq);
      reqsk_put(nreq);
      return;
    }
    if (del_timer(net.machine, nreq.rsk_timer!)) reqsk_put(nreq);
  } else if (nreq !== null) {
    NET_INC_STATS(net, LINUX_MIB_TCPMIGRATEREQFAILURE);
    // The new request's timer was not armed.
    reqsk_put(nreq);
  }
  if (nreq !== null) {
    reqsk_migrate_reset(nreq);
    reqsk_queue_removed(queue, nreq);
    // Drop this function's reference and the one meant for the table.
    reqsk_put(nreq);
    reqsk_put(nreq);
  }
  trace.sockscope_listen_request(sk_listener, expire ? 'expired' : 'unreachable', oreq);
  drop_from_timer(oreq);
}

function drop_from_timer(req: request_sock): void {
  __inet_csk_reqsk_queue_drop(req.rsk_listener!, req, true);
  reqsk_put(req);
}

/**
 * Add a request to the SYN queue; the caller then sends its first SYN-ACK.
 *
 * @param timeout jiffies until the SYN-ACK is retransmitted
 * @returns false when such a connection already exists
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_reqsk_queue_hash_add(sk: sock, req: request_sock, timeout: jiffies_t): boolean {
  if (!inet_ehash_insert(req, null, true)) return false;
  const { machine } = sock_net(sk);
  req.rsk_timer = new timer_list(reqsk_timer_handler, req);
  mod_timer(machine, req.rsk_timer, jiffies(machine) + timeout);
  // References held by the table, the timer, and the caller.
  req.rsk_refcnt = 2 + 1;
  inet_csk_reqsk_queue_added(sk);
  trace.sockscope_listen_request(sk, 'queued', req);
  return true;
}
