/**
 * The socket lock. A process owns the socket from lock_sock() to release_sock(); packets that arrive in the
 * meantime wait in the backlog.
 *
 * @linux net/core/sock.c
 */
import type { Sleeps } from '../../../include/linux/sched.ts';
import { TASK_UNINTERRUPTIBLE } from '../../../include/linux/sched.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { wait_queue_head, waitqueue_active } from '../../../include/linux/wait.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { schedule } from '../../../kernel/sched/core.ts';
import { NO_SLEEP } from '../../../kernel/sched/no_sleep.ts';
import { DEFINE_WAIT, finish_wait, prepare_to_wait_exclusive, wake_up } from '../../../kernel/sched/wait.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { trace } from '../../../trace/events.ts';

/** Lock the socket for this process; sleep while another process owns it. @linux include/net/sock.h */
export function lock_sock(sk: sock): Sleeps<void> {
  if (sk.sk_lock_owned) return __lock_sock(sk);
  sk.sk_lock_owned = true;
  return NO_SLEEP;
}
/** Sleep until the socket has no owner, then own it. @linux net/core/sock.c */
function* __lock_sock(sk: sock): Sleeps<void> {
  const { machine } = sock_net(sk);
  const queue = (sk.sk_lock_wq ??= new wait_queue_head());
  const wait = DEFINE_WAIT(machine);
  while (sk.sk_lock_owned) {
    prepare_to_wait_exclusive(queue, wait, TASK_UNINTERRUPTIBLE);
    yield* schedule(machine);
  }
  finish_wait(queue, wait);
  sk.sk_lock_owned = true;
}

/**
 * Unlock the socket: process the packets in the backlog, then deferred timers, then wake the next process
 * that waits for the lock.
 *
 * @linux net/core/sock.c
 */
export function release_sock(sk: sock): void {
  const { machine } = sock_net(sk);
  local_bh_disable(machine);
  if (sk.sk_backlog.tail !== null) __release_sock(sk);
  const { release_cb } = sk.sk_prot;
  if (release_cb !== undefined) release_cb(sk);
  sk.sk_lock_owned = false;
  if (sk.sk_lock_wq !== null && waitqueue_active(sk.sk_lock_wq)) wake_up(sk.sk_lock_wq);
  local_bh_enable(machine);
}

/** Run the backlog: packets that arrive while it runs are queued behind. @linux net/core/sock.c */
export function __release_sock(sk: sock): void {
  const backlog = sk.sk_backlog;
  let skb = backlog.head;
  while (skb !== null) {
    backlog.head = null;
    backlog.tail = null;
    do {
      const next: sk_buff | null = skb.next;
      skb.next = null;
      trace.sockscope_backlog_entry(sk, skb);
      sk.sk_backlog_rcv(sk, skb);
      trace.sockscope_backlog_exit(sk);
      skb = next;
    } while (skb !== null);
    skb = backlog.head;
  }
  backlog.len = 0;
}

/** Process the backlog without unlocking the socket. @linux net/core/sock.c */
export function __sk_flush_backlog(sk: sock): void {
  __release_sock(sk);
}
/**
 * Process the backlog while this process owns the socket, in the middle of a long read or write.
 *
 * @returns whether there were any packets
 * @linux include/net/sock.h
 */
export function sk_flush_backlog(sk: sock): boolean {
  if (sk.sk_backlog.tail === null) return false;
  __sk_flush_backlog(sk);
  return true;
}

/**
 * Add a packet to the backlog for the owner.
 *
 * @param limit in bytes of truesize, including the receive queue
 * @returns false if the backlog is full
 * @linux include/net/sock.h
 */
export function sk_add_backlog(sk: sock, skb: sk_buff, limit: number): boolean {
  const backlog = sk.sk_backlog;
  if (backlog.len + sk.sk_rmem_alloc > limit) return false;
  skb.next = null;
  if (backlog.tail === null) backlog.head = skb;
  else backlog.tail.next = skb;
  backlog.tail = skb;
  backlog.len += skb.truesize;
  return true;
}
