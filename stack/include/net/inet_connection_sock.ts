/**
 * Connection-oriented sockets: struct inet_connection_sock, and small helpers for its timers.
 *
 * @linux include/net/inet_connection_sock.h
 */
import { EPOLLIN, EPOLLRDNORM } from '../linux/poll.ts';
import type { sockopt_value } from '../linux/net.ts';
import type { Sleeps } from '../linux/sched.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import type { timer_list } from '../linux/timer.ts';
import type { jiffies_t } from '../linux/types.ts';
import type { Errno } from '../uapi/asm-generic/errno.ts';
import type { dst_entry } from './dst.ts';
import type { inet_bind2_bucket, inet_bind_bucket } from './inet_hashtables.ts';
import { inet_sock } from './inet_sock.ts';
import {
  reqsk_queue_added,
  reqsk_queue_empty,
  type request_sock,
  type request_sock_queue,
} from './request_sock.ts';
import type { sock } from './sock.ts';
import type { tcp_congestion_ops } from './tcp_congestion_ops.ts';

export const ICSK_TIMES = {
  ICSK_TIME_NONE: 0,
  ICSK_TIME_RETRANS: 1,
  ICSK_TIME_DACK: 2,
  ICSK_TIME_PROBE0: 3,
  ICSK_TIME_LOSS_PROBE: 5,
  ICSK_TIME_REO_TIMEOUT: 6,
} as const;
export const ICSK_TIME_RETRANS = ICSK_TIMES.ICSK_TIME_RETRANS;
export const ICSK_TIME_DACK = ICSK_TIMES.ICSK_TIME_DACK;
export const ICSK_TIME_PROBE0 = ICSK_TIMES.ICSK_TIME_PROBE0;
export const ICSK_TIME_LOSS_PROBE = ICSK_TIMES.ICSK_TIME_LOSS_PROBE;
export const ICSK_TIME_REO_TIMEOUT = ICSK_TIMES.ICSK_TIME_REO_TIMEOUT;

/** Bits of icsk_ack.pending. */
export const ICSK_ACK_SCHED = 1;
export const ICSK_ACK_TIMER = 2;
export const ICSK_ACK_PUSHED = 4;
export const ICSK_ACK_PUSHED2 = 8;
export const ICSK_ACK_NOW = 16;

/** The operations of a connection that depend on the address family. */
export interface inet_connection_sock_af_ops {
  queue_xmit(sk: sock, skb: sk_buff): number;
  send_check(sk: sock, skb: sk_buff): void;
  rebuild_header(sk: sock): number;
  sk_rx_dst_set(sk: sock, skb: sk_buff): void;
  conn_request(sk: sock, skb: sk_buff): number;
  syn_recv_sock(
    sk: sock,
    skb: sk_buff,
    req: request_sock,
    dst: dst_entry | null,
    req_unhash: request_sock | null,
  ): { child: sock; own_req: boolean } | null;
  /** Size in bytes of the network header without options, and of the socket address. */
  net_header_len: number;
  sockaddr_len: number;
  /** Options of levels other than the protocol's. */
  setsockopt(sk: sock, level: number, optname: number, optval: sockopt_value): Sleeps<Errno>;
  getsockopt(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno>;
  mtu_reduced(sk: sock): void;
}

/** The state of delayed ACKs. */
export class icsk_ack {
  /** ICSK_ACK_… bits. */
  pending = 0;
  /** Remaining immediate ACKs (quick-ack mode). */
  quick = 0;
  /** Counts exchanges that indicate an interactive connection. */
  pingpong = 0;
  retry = 0;
  /** Estimated interval between data segments, in jiffies, used as the ACK delay. */
  ato: jiffies_t = 0;
  /** When the delayed ACK is due. */
  timeout: jiffies_t = 0;
  /** When data last arrived. */
  lrcvtime: jiffies_t = 0;
  last_seg_size = 0;
  /** MSS observed in the peer's segments, in bytes. */
  rcv_mss = 0;
}
/** The timer handlers of a connection: the arguments of inet_csk_init_xmit_timers(). */
export interface icsk_timer_handlers {
  retransmit_handler(sk: sock): void;
  delack_handler(sk: sock): void;
  keepalive_handler(sk: sock): void;
}

/** Path MTU probing. */
export class icsk_mtup {
  search_high = 0;
  search_low = 0;
  probe_size = 0;
  enabled = false;
  probe_timestamp = 0;
}

export class inet_connection_sock extends inet_sock {
  /** A listener's queues; null on a socket that does not listen. */
  icsk_accept_queue: request_sock_queue | null = null;
  icsk_bind_hash: inet_bind_bucket | null = null;
  icsk_bind2_hash: inet_bind2_bucket | null = null;
  /** When icsk_pending is due, in jiffies. */
  icsk_timeout: jiffies_t = 0;
  /**
   * The shared timer for retransmission, probe, loss probe and reordering: icsk_pending tells which. Created
   * when first armed, like the delayed-ACK timer.
   */
  icsk_retransmit_timer: timer_list<sock> | null = null;
  icsk_delack_timer: timer_list<sock> | null = null;
  /** The handlers of these two timers and of sk_timer. */
  icsk_timer_handlers: icsk_timer_handlers | null = null;
  /** Retransmission time-out, in jiffies. */
  icsk_rto: jiffies_t = 0;
  icsk_rto_min: jiffies_t = 0;
  icsk_delack_max: jiffies_t = 0;
  icsk_pmtu_cookie = 0;
  icsk_ca_ops: tcp_congestion_ops | null = null;
  icsk_af_ops!: inet_connection_sock_af_ops;
  icsk_sync_mss!: (sk: sock, pmtu: number) => number;
  /** TCP_CA_… */
  icsk_ca_state = 0;
  icsk_ca_initialized = false;
  icsk_ca_setsockopt = false;
  /** How often the oldest segment was retransmitted after a time-out. */
  icsk_retransmits = 0;
  /** The event for which the retransmit timer is armed: ICSK_TIME_… */
  icsk_pending = 0;
  icsk_backoff = 0;
  icsk_syn_retries = 0;
  icsk_probes_out = 0;
  icsk_ext_hdr_len = 0;
  icsk_ack = new icsk_ack();
  /** null while net.ipv4.tcp_mtu_probing is off. */
  icsk_mtup: icsk_mtup | null = null;
  icsk_probes_tstamp: jiffies_t = 0;
  /** TCP_USER_TIMEOUT, in ms; 0: none. */
  icsk_user_timeout = 0;
  /** The congestion control's own state. */
  icsk_ca_priv: unknown = null;
}

/** Cast a sock to a connection-oriented socket. @linux include/net/inet_connection_sock.h */
export function inet_csk(sk: sock): inet_connection_sock {
  return sk as inet_connection_sock;
}
/** The congestion control's private state. @linux include/net/inet_connection_sock.h */
export function inet_csk_ca<T>(sk: sock): T {
  return inet_csk(sk).icsk_ca_priv as T;
}
/** Whether an ACK is scheduled. @linux include/net/inet_connection_sock.h */
export function inet_csk_ack_scheduled(sk: sock): boolean {
  return (inet_csk(sk).icsk_ack.pending & ICSK_ACK_SCHED) !== 0;
}
/** Schedule an ACK. @linux include/net/inet_connection_sock.h */
export function inet_csk_schedule_ack(sk: sock): void {
  inet_csk(sk).icsk_ack.pending |= ICSK_ACK_SCHED;
}
/** The queues of a listener. */
export function inet_csk_accept_queue(sk: sock): request_sock_queue {
  return inet_csk(sk).icsk_accept_queue!;
}
/** The number of requests whose handshake is not complete. @linux include/net/inet_connection_sock.h */
export function inet_csk_reqsk_queue_len(sk: sock): number {
  const queue = inet_csk(sk).icsk_accept_queue;
  return queue === null ? 0 : queue.qlen;
}
/** True when the SYN queue has reached the listener's backlog. @linux include/net/inet_connection_sock.h */
export function inet_csk_reqsk_queue_is_full(sk: sock): boolean {
  return inet_csk_reqsk_queue_len(sk) > sk.sk_max_ack_backlog;
}
/**
 * The retransmission time-out with the current back-off, at most `max_when`; in jiffies.
 *
 * @linux include/net/inet_connection_sock.h
 */
export function inet_csk_rto_backoff(icsk: inet_connection_sock, max_when: jiffies_t): jiffies_t {
  return Math.min(icsk.icsk_rto * 2 ** icsk.icsk_backoff, max_when);
}
export const TCP_PINGPONG_THRESH = 1;
/**
 * The connection is interactive: delay ACKs, so that replies can carry them.
 *
 * @linux include/net/inet_connection_sock.h
 */
export function inet_csk_enter_pingpong_mode(sk: sock): void {
  inet_csk(sk).icsk_ack.pingpong = TCP_PINGPONG_THRESH;
}
/** The connection is not interactive: acknowledge at once. @linux include/net/inet_connection_sock.h */
export function inet_csk_exit_pingpong_mode(sk: sock): void {
  inet_csk(sk).icsk_ack.pingpong = 0;
}
/** Whether the connection is interactive. @linux include/net/inet_connection_sock.h */
export function inet_csk_in_pingpong_mode(sk: sock): boolean {
  return inet_csk(sk).icsk_ack.pingpong >= TCP_PINGPONG_THRESH;
}
export function inet_csk_inc_pingpong_cnt(sk: sock): void {
  const ack = inet_csk(sk).icsk_ack;
  if (ack.pingpong < 255) ack.pingpong++;
}

/** Reset the state of delayed ACKs. @linux include/net/inet_connection_sock.h */
export function inet_csk_delack_init(sk: sock): void {
  const { icsk_ack } = inet_csk(sk);
  icsk_ack.pending = 0;
  icsk_ack.quick = 0;
  icsk_ack.pingpong = 0;
  icsk_ack.retry = 0;
  icsk_ack.ato = 0;
  icsk_ack.timeout = 0;
  icsk_ack.lrcvtime = 0;
  icsk_ack.last_seg_size = 0;
  icsk_ack.rcv_mss = 0;
}

/**
 * The time until the next SYN-ACK retransmission, in jiffies: doubles each time.
 *
 * @linux include/net/inet_connection_sock.h
 */
export function reqsk_timeout(req: request_sock, max_timeout: jiffies_t): jiffies_t {
  return Math.min(req.timeout * 2 ** req.num_timeout, max_timeout);
}

/** Count a new request. @linux include/net/inet_connection_sock.h */
export function inet_csk_reqsk_queue_added(sk: sock): void {
  reqsk_queue_added(inet_csk_accept_queue(sk));
}

/**
 * The poll() result of a listener: readable when accept() would not sleep.
 *
 * @linux include/net/inet_connection_sock.h
 */
export function inet_csk_listen_poll(sk: sock): number {
  return reqsk_queue_empty(inet_csk_accept_queue(sk)) ? 0 : EPOLLIN | EPOLLRDNORM;
}
