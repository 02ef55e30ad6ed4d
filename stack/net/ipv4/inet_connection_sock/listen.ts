/** listen(): starting and stopping to listen. */
import { inet_csk, inet_csk_delack_init } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { reqsk_queue_remove } from '../../../include/net/request_sock.ts';
import { type sock, sock_hold, sock_net } from '../../../include/net/sock.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPMIGRATEREQFAILURE,
  LINUX_MIB_TCPMIGRATEREQSUCCESS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_CLOSE, TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { reqsk_put, reqsk_queue_alloc } from '../../core/request_sock.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_dst_reset } from '../../core/sock/dst.ts';
import { reuseport_migrate_sock } from '../../core/sock_reuseport.ts';
import { inet_sk_set_state, inet_sk_state_store } from '../af_inet/sock.ts';
import { inet_child_forget, inet_csk_reqsk_queue_add } from './accept.ts';
import { inet_reqsk_clone, reqsk_migrate_reset } from './request_queue.ts';

/**
 * Make the socket a listener: allocate its queues, and choose a port if it has none.
 *
 * @returns 0, or -EADDRINUSE when another socket listens at the port
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_listen_start(sk: sock): Errno {
  const icsk = inet_csk(sk);
  // TCP_DEFER_ACCEPT may have allocated the queues already, and a socket that listens again may still have
  // old requests.
  icsk.icsk_accept_queue ??= reqsk_queue_alloc();
  sk.sk_ack_backlog = 0;
  inet_csk_delack_init(sk);

  // get_port() checks the port once more and must see a listener; packets do not find the socket before
  // hash().
  inet_sk_state_store(sk, TCP_LISTEN, 'listen');
  let err = sk.skc_prot.get_port!(sk, icsk.inet_num);
  if (err === 0) {
    icsk.inet_sport = icsk.inet_num;
    sk_dst_reset(sk);
    err = sk.skc_prot.hash!(sk);
    if (err === 0) return 0;
  }
  inet_sk_set_state(sk, TCP_CLOSE, 'listen_failed');
  return err;
}

/**
 * Stop listening: reset the connections that were not accepted. Requests in the SYN queue end by their
 * timers.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_listen_stop(sk: sock): void {
  const queue = inet_csk(sk).icsk_accept_queue!;
  const { machine } = sock_net(sk);
  for (let req = reqsk_queue_remove(queue, sk); req !== null; req = reqsk_queue_remove(queue, sk)) {
    const child = req.sk!;
    local_bh_disable(machine);
    sock_hold(child);
    const nsk = reuseport_migrate_sock(sk, child);
    if (nsk === null) {
      inet_child_forget(sk, req, child);
    } else {
      const nreq = inet_reqsk_clone(req, nsk);
      nreq.rsk_refcnt = 1;
      if (inet_csk_reqsk_queue_add(nsk, nreq, child) !== null) {
        NET_INC_STATS(sock_net(nsk), LINUX_MIB_TCPMIGRATEREQSUCCESS);
        reqsk_migrate_reset(req);
        nsk.sk_data_ready(nsk);
      } else {
        NET_INC_STATS(sock_net(nsk), LINUX_MIB_TCPMIGRATEREQFAILURE);
        reqsk_migrate_reset(nreq);
        reqsk_put(nreq);
      }
    }
    reqsk_put(req);
    local_bh_enable(machine);
    sock_put(child);
  }
  WARN_ON_ONCE(
    machine,
    sk.sk_ack_backlog !== 0,
    'inet_csk_listen_stop: the accept queue is empty but counted',
  );
}
