/** A socket's receive and send buffers, and waiting for them. @linux net/core/sock.c */
import { SOCK_NOSPACE, SOCKWQ_ASYNC_NOSPACE } from '../../../include/linux/net.ts';
import {
  MAX_SCHEDULE_TIMEOUT,
  signal_pending,
  type Sleeps,
  TASK_INTERRUPTIBLE,
} from '../../../include/linux/sched.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { wait_queue_head } from '../../../include/linux/wait.ts';
import {
  SKB_DROP_REASON_PROTO_MEM,
  SKB_DROP_REASON_SOCKET_RCVBUFF,
  SKB_NOT_DROPPED_YET,
} from '../../../include/net/dropreason.ts';
import {
  SEND_SHUTDOWN,
  sk_sleep,
  sk_wmem_alloc_get,
  type sock,
  SOCK_DEAD,
  sock_error,
  sock_flag,
  sock_net,
  sock_sndtimeo,
} from '../../../include/net/sock.ts';
import {
  EAGAIN,
  EINTR,
  ENOBUFS,
  ENOMEM,
  EPIPE,
  ERESTARTSYS,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { schedule_timeout } from '../../../kernel/sched/core.ts';
import {
  add_wait_queue,
  DEFINE_WAIT,
  DEFINE_WAIT_FUNC,
  finish_wait,
  prepare_to_wait,
  remove_wait_queue,
  wait_woken,
  woken_wake_function,
} from '../../../kernel/sched/wait.ts';
import { trace } from '../../../trace/events.ts';
import { alloc_skb } from '../skbuff/alloc.ts';
import { __skb_queue_tail } from '../skbuff/queue.ts';
import { lock_sock, release_sock } from './lock.ts';
import { sk_rmem_schedule, skb_set_owner_r, skb_set_owner_w } from './memory.ts';

/**
 * The errno of a sleep that a signal interrupted; it depends on whether the sleep had a time limit.
 *
 * @linux include/net/sock.h
 */
export function sock_intr_errno(timeo: number): Errno {
  return timeo === MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
}
/** The wait queue of a socket that belongs to a process, which always exists. */
export function sk_wait_queue(sk: sock): wait_queue_head {
  const queue = sk_sleep(sk);
  if (queue === null) throw new Error('a process waits on a socket that no process has');
  return queue;
}

/**
 * Sleep until the last packet of the receive queue is not `skb`, or the time is over.
 *
 * @param timeo in jiffies
 * @returns the time left
 * @linux net/core/sock.c
 */
export function* sk_wait_data(sk: sock, timeo: number, skb: sk_buff | null): Sleeps<number> {
  const { machine } = sock_net(sk);
  const queue = sk_wait_queue(sk);
  const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
  add_wait_queue(queue, wait);
  release_sock(sk);
  if (sk.sk_receive_queue.prev === skb) timeo = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, timeo);
  yield* lock_sock(sk);
  remove_wait_queue(queue, wait);
  return timeo;
}

/** Queue a received datagram. @returns 0, or -ENOMEM / -ENOBUFS with the reason. @linux net/core/sock.c */
export function __sock_queue_rcv_skb(sk: sock, skb: sk_buff): { err: Errno; reason: number } {
  if (sk.sk_rmem_alloc >= sk.sk_rcvbuf) {
    sk.sk_drops++;
    trace.sock_rcvqueue_full(sk, skb);
    trace.sockscope_queue_full(skb, 'receive', sk.sk_rmem_alloc, sk.sk_rcvbuf);
    return { err: -ENOMEM, reason: SKB_DROP_REASON_SOCKET_RCVBUFF };
  }
  if (!sk_rmem_schedule(sk, skb, skb.truesize)) {
    sk.sk_drops++;
    return { err: -ENOBUFS, reason: SKB_DROP_REASON_PROTO_MEM };
  }
  skb.dev = null;
  skb_set_owner_r(skb, sk);
  __skb_queue_tail(sk.sk_receive_queue, skb);
  trace.sockscope_skb_queue(sk, skb, 'receive', null);
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_data_ready(sk);
  return { err: 0, reason: SKB_NOT_DROPPED_YET };
}
/**
 * Append a packet to the receive queue and wake the reader; on failure returns the reason.
 *
 * @linux net/core/sock.c
 */
export function sock_queue_rcv_skb_reason(sk: sock, skb: sk_buff): { err: Errno; reason: number } {
  return __sock_queue_rcv_skb(sk, skb);
}

/** Sleep until half of the send buffer is free. @returns the time left. @linux net/core/sock.c */
function* sock_wait_for_wmem(sk: sock, timeo: number): Sleeps<number> {
  const { machine } = sock_net(sk);
  const queue = sk_wait_queue(sk);
  const wait = DEFINE_WAIT(machine);
  if (sk.sk_socket !== null) sk.sk_socket.flags &= ~(1 << SOCKWQ_ASYNC_NOSPACE);
  for (;;) {
    if (timeo === 0 || signal_pending(machine.current)) break;
    if (sk.sk_socket !== null) sk.sk_socket.flags |= 1 << SOCK_NOSPACE;
    prepare_to_wait(queue, wait, TASK_INTERRUPTIBLE);
    if (sk_wmem_alloc_get(sk) < sk.sk_sndbuf) break;
    if ((sk.sk_shutdown & SEND_SHUTDOWN) !== 0 || sk.sk_err !== 0) break;
    timeo = yield* schedule_timeout(machine, timeo);
  }
  finish_wait(queue, wait);
  return timeo;
}

/**
 * Allocate a buffer of `size` bytes, charged to the socket; sleeps until the send buffer has room.
 *
 * @returns the buffer, or a pending error, -EPIPE, -EAGAIN, -ERESTARTSYS, -ENOBUFS
 * @linux include/net/sock.h
 */
export function* sock_alloc_send_skb(sk: sock, size: number, noblock: boolean): Sleeps<sk_buff | Errno> {
  const { machine } = sock_net(sk);
  let timeo = sock_sndtimeo(sk, noblock);
  for (;;) {
    const err = sock_error(sk);
    if (err !== 0) return err;
    if ((sk.sk_shutdown & SEND_SHUTDOWN) !== 0) return -EPIPE;
    if (sk_wmem_alloc_get(sk) < sk.sk_sndbuf) break;
    if (sk.sk_socket !== null) sk.sk_socket.flags |= (1 << SOCKWQ_ASYNC_NOSPACE) | (1 << SOCK_NOSPACE);
    if (timeo === 0) return -EAGAIN;
    if (signal_pending(machine.current)) return sock_intr_errno(timeo);
    timeo = yield* sock_wait_for_wmem(sk, timeo);
  }
  const skb = alloc_skb(machine, size);
  skb_set_owner_w(skb, sk);
  return skb;
}

/**
 * Allocate a buffer charged to the socket, if the send buffer has room; for softirq context.
 *
 * @linux net/core/sock.c
 */
export function sock_wmalloc(sk: sock, size: number, force: boolean): sk_buff | null {
  if (!force && sk_wmem_alloc_get(sk) >= sk.sk_sndbuf) return null;
  const skb = alloc_skb(sock_net(sk).machine, size);
  skb_set_owner_w(skb, sk);
  return skb;
}
/** Count packets dropped because the receive queue was full. @linux include/net/sock.h */
export function sk_drops_add(sk: sock, segs: number): void {
  sk.sk_drops += Math.max(1, segs);
}

/** Start peeking at this byte of the queue; -1: always at its beginning. @linux net/core/sock.c */
export function sk_set_peek_off(sk: sock, val: number): 0 {
  sk.sk_peek_off = val;
  return 0;
}
/** Advance the peek offset by the bytes peeked at. @linux include/net/sock.h */
export function sk_peek_offset_fwd(sk: sock, val: number): void {
  sk_peek_offset_bwd(sk, -val);
}
/** Move the peek offset back by the bytes read and removed from the queue. @linux include/net/sock.h */
export function sk_peek_offset_bwd(sk: sock, val: number): void {
  if (sk.sk_peek_off >= 0) sk.sk_peek_off = Math.max(sk.sk_peek_off - val, 0);
}
