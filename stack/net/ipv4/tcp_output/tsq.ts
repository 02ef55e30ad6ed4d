/**
 * TCP small queues: sockets that wait until their packets have left the device, and how they continue; also
 * the deferred work of release_sock().
 *
 * @linux net/ipv4/tcp_output.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { __sock_put, type sock, sock_hold, sock_net, sock_owned_by_user } from '../../../include/net/sock.ts';
import {
  tcp_packets_in_flight,
  TCPF_DELACK_TIMER_DEFERRED,
  TCPF_MTU_REDUCED_DEFERRED,
  TCPF_TSQ_DEFERRED,
  TCPF_WRITE_TIMER_DEFERRED,
  TSQF_QUEUED,
  TSQF_THROTTLED,
} from '../../../include/net/tcp.ts';
import {
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_ESTABLISHED,
  TCPF_FIN_WAIT1,
  TCPF_LAST_ACK,
} from '../../../include/uapi/linux/tcp.ts';
import { tasklet_schedule, tasklet_struct } from '../../../kernel/softirq.ts';
import { trace } from '../../../trace/events.ts';
import { sk_free, sock_put } from '../../core/sock/alloc.ts';
import { tcp_delack_timer_handler, tcp_write_timer_handler } from '../tcp_timer/timers.ts';
import { tcp_current_mss } from './mss.ts';
import { tcp_xmit_retransmit_queue } from './retransmit.ts';
import { tcp_mstamp_refresh } from './transmit.ts';
import { tcp_write_xmit } from './xmit.ts';

/** Sockets whose packets have left the device and that may send more. */
export class tsq_tasklet {
  tasklet: tasklet_struct<tsq_tasklet>;
  /** The last socket queued sends first, as in Linux. */
  head: tcp_sock[] = [];

  constructor(func: (tsq: tsq_tasklet) => void) {
    this.tasklet = new tasklet_struct<tsq_tasklet>(func, this);
  }
}

/**
 * Destructor of sent segments: uncharges them from sk_wmem_alloc when the device has freed them, and
 * schedules a throttled socket (TSQ_THROTTLED) to send more. It does not send at once, because it may run
 * inside the device's driver.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_wfree(skb: sk_buff): void {
  const sk = skb.sk as sock;
  // One reference remains, for sk_free() here or in tcp_tasklet_func().
  sk.sk_wmem_alloc -= skb.truesize - 1;

  const flags = sk.sk_tsq_flags;
  if ((flags & TSQF_THROTTLED) === 0 || (flags & TSQF_QUEUED) !== 0) {
    sk_free(sk);
    return;
  }
  sk.sk_tsq_flags = (flags & ~TSQF_THROTTLED) | TSQF_QUEUED;
  const net = sock_net(sk);
  const tsq = net.ipv4.tsq_tasklet!;
  tsq.head.push(tcp_sk(sk));
  if (tsq.head.length === 1) tasklet_schedule(net.machine, tsq.tasklet);
}

/** States in which a socket may have data to send. */
const SENDING_STATES = TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_CLOSE_WAIT | TCPF_LAST_ACK;

/** Send more: first lost segments, then new data. @linux net/ipv4/tcp_output.c */
function tcp_tsq_write(sk: sock): void {
  if (((1 << sk.sk_state) & SENDING_STATES) === 0) return;
  const tp = tcp_sk(sk);
  if (tp.lost_out > tp.retrans_out && tp.snd_cwnd > tcp_packets_in_flight(tp)) {
    tcp_mstamp_refresh(tp);
    tcp_xmit_retransmit_queue(sk);
  }
  trace.sockscope_send(sk, null, 'queue_room');
  tcp_write_xmit(sk, tcp_current_mss(sk), tp.nonagle, 0);
}

/** Send more, unless a process owns the socket: then release_sock() does it. @linux net/ipv4/tcp_output.c */
function tcp_tsq_handler(sk: sock): void {
  if (!sock_owned_by_user(sk)) {
    tcp_tsq_write(sk);
  } else if ((sk.sk_tsq_flags & TCPF_TSQ_DEFERRED) === 0) {
    sk.sk_tsq_flags |= TCPF_TSQ_DEFERRED;
    sock_hold(sk);
  }
}

/** The tasklet handles every socket that tcp_wfree() has queued. @linux net/ipv4/tcp_output.c */
function tcp_tasklet_func(tsq: tsq_tasklet): void {
  const list = tsq.head;
  tsq.head = [];
  for (let i = list.length - 1; i >= 0; i--) {
    const sk = list[i]!;
    sk.sk_tsq_flags &= ~TSQF_QUEUED;
    tcp_tsq_handler(sk);
    // Drop the reference that tcp_wfree() kept.
    sk_free(sk);
  }
}

/** Create the namespace's list of sockets that wait to send. @linux net/ipv4/tcp_output.c */
export function tcp_tasklet_init(net: net): void {
  net.ipv4.tsq_tasklet = new tsq_tasklet(tcp_tasklet_func);
}

/** The pacing timer fired: the next packet may be sent. @linux net/ipv4/tcp_output.c */
export function tcp_pace_kick(tp: tcp_sock): void {
  tcp_tsq_handler(tp);
  sock_put(tp);
}

const TCP_DEFERRED_ALL =
  TCPF_TSQ_DEFERRED | TCPF_WRITE_TIMER_DEFERRED | TCPF_DELACK_TIMER_DEFERRED | TCPF_MTU_REDUCED_DEFERRED;

/**
 * The last step of release_sock(): do the work deferred while the socket was owned.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_release_cb(sk: sock): void {
  const flags = sk.sk_tsq_flags;
  if ((flags & TCP_DEFERRED_ALL) === 0) return;
  sk.sk_tsq_flags = flags & ~TCP_DEFERRED_ALL;

  if ((flags & TCPF_TSQ_DEFERRED) !== 0) {
    tcp_tsq_write(sk);
    __sock_put(sk);
  }
  // The functions below are written for softirqs and expect a socket that is not owned.
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
