/** Common to stream protocols: waiting for a connection, for memory or for the end, and waking writers. */
import { SOCK_NOSPACE, SOCKWQ_ASYNC_NOSPACE } from '../../include/linux/net.ts';
import { EPOLLOUT, EPOLLWRBAND, EPOLLWRNORM } from '../../include/linux/poll.ts';
import {
  MAX_SCHEDULE_TIMEOUT,
  signal_pending,
  type Sleeps,
  TASK_INTERRUPTIBLE,
} from '../../include/linux/sched.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { waitqueue_active } from '../../include/linux/wait.ts';
import {
  __sk_stream_is_writeable,
  SEND_SHUTDOWN,
  sk_sleep,
  sk_stream_memory_free,
  type sock,
  SOCK_DEAD,
  sock_error,
  sock_flag,
  sock_net,
} from '../../include/net/sock.ts';
import { EAGAIN, EPIPE, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import {
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_ESTABLISHED,
  TCPF_FIN_WAIT1,
  TCPF_LAST_ACK,
  TCPF_SYN_RECV,
  TCPF_SYN_SENT,
} from '../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../kernel/printk.ts';
import { current } from '../../kernel/sched/core.ts';
import {
  add_wait_queue,
  DEFINE_WAIT_FUNC,
  remove_wait_queue,
  wait_woken,
  wake_up_interruptible_poll,
  woken_wake_function,
} from '../../kernel/sched/wait.ts';
import { HZ } from '../../kernel/time/jiffies.ts';
import { get_random_u32_below } from '../../lib/random.ts';
import { __skb_queue_purge, skb_queue_purge } from './skbuff/queue.ts';
import { lock_sock, release_sock } from './sock/lock.ts';
import { sk_mem_reclaim_final } from './sock/memory.ts';
import { sock_intr_errno } from './sock/queue.ts';

/** The send buffer has room again: wake waiting writers. @linux net/core/stream.c */
export function sk_stream_write_space(sk: sock): void {
  const sock = sk.sk_socket;
  if (sock === null || !__sk_stream_is_writeable(sk, 1)) return;
  sock.flags &= ~(1 << SOCK_NOSPACE);
  const wq = sk.sk_wq;
  if (wq !== null && waitqueue_active(wq))
    wake_up_interruptible_poll(wq, EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}

/**
 * Sleep until the connection is established: send() may be called during connect().
 *
 * @param timeo in jiffies
 * @returns the time left; -EPIPE (no connection), -EAGAIN (timed out), the socket's error, or the signal's
 *   errno
 * @linux net/core/stream.c
 */
export function* sk_stream_wait_connect(sk: sock, timeo: jiffies_t): Sleeps<jiffies_t | Errno> {
  const { machine } = sock_net(sk);
  const queue = sk_sleep(sk)!;
  const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
  const not_connected = () =>
    sk.sk_err !== 0 || ((1 << sk.skc_state) & ~(TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) !== 0;
  do {
    const err = sock_error(sk);
    if (err !== 0) return err;
    if (((1 << sk.skc_state) & ~(TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) return -EPIPE;
    if (timeo === 0) return -EAGAIN;
    if (signal_pending(current(machine))) return sock_intr_errno(timeo);

    const disconnects = sk.sk_disconnects;
    add_wait_queue(queue, wait);
    sk.sk_write_pending++;
    release_sock(sk);
    if (not_connected()) timeo = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, timeo);
    yield* lock_sock(sk);
    remove_wait_queue(queue, wait);
    sk.sk_write_pending--;
    if (disconnects !== sk.sk_disconnects) return -EPIPE;
  } while (not_connected());
  return timeo;
}

/** Whether data or a FIN is still unsent or unacknowledged. @linux net/core/stream.c */
function sk_stream_closing(sk: sock): boolean {
  return ((1 << sk.skc_state) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)) !== 0;
}

/** Linger: sleep until the FIN is acknowledged, for at most `timeout` jiffies. @linux net/core/stream.c */
export function* sk_stream_wait_close(sk: sock, timeout: jiffies_t): Sleeps<void> {
  if (timeout === 0) return;
  const { machine } = sock_net(sk);
  const queue = sk_sleep(sk)!;
  const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
  add_wait_queue(queue, wait);
  do {
    release_sock(sk);
    if (sk_stream_closing(sk)) timeout = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, timeout);
    yield* lock_sock(sk);
    if (!sk_stream_closing(sk)) break;
  } while (!signal_pending(current(machine)) && timeout !== 0);
  remove_wait_queue(queue, wait);
}

/**
 * Sleep until the send buffer has room. If it has room but memory is exhausted, all sockets together use too
 * much: sleep for a short random time.
 *
 * @param timeo in jiffies
 * @returns the time left; -EPIPE (error, or sending was shut down), -EAGAIN (timed out), or the signal's
 *   errno
 * @linux net/core/stream.c
 */
export function* sk_stream_wait_memory(sk: sock, timeo: jiffies_t): Sleeps<jiffies_t | Errno> {
  const { machine } = sock_net(sk);
  const queue = sk_sleep(sk)!;
  const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
  let current_timeo = timeo;
  let vm_wait = 0;
  if (sk_stream_memory_free(sk)) {
    vm_wait = get_random_u32_below(machine, HZ / 5) + 2;
    current_timeo = vm_wait;
  }

  let err: Errno = 0;
  add_wait_queue(queue, wait);
  for (;;) {
    const sock = sk.sk_socket!;
    sock.flags |= 1 << SOCKWQ_ASYNC_NOSPACE;
    err = -EPIPE;
    if (sk.sk_err !== 0 || (sk.sk_shutdown & SEND_SHUTDOWN) !== 0) break;
    err = -EAGAIN;
    if (timeo === 0) {
      // A sender that receives EAGAIN can poll() for room.
      sock.flags |= 1 << SOCK_NOSPACE;
      break;
    }
    err = sock_intr_errno(timeo);
    if (signal_pending(current(machine))) break;
    sock.flags &= ~(1 << SOCKWQ_ASYNC_NOSPACE);
    err = 0;
    if (sk_stream_memory_free(sk) && vm_wait === 0) break;

    sock.flags |= 1 << SOCK_NOSPACE;
    const disconnects = sk.sk_disconnects;
    sk.sk_write_pending++;
    release_sock(sk);
    if (!(
      sk.sk_err !== 0 ||
      (sk.sk_shutdown & SEND_SHUTDOWN) !== 0 ||
      (sk_stream_memory_free(sk) && vm_wait === 0)
    )) {
      current_timeo = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, current_timeo);
    }
    yield* lock_sock(sk);
    sk.sk_write_pending--;
    err = -EPIPE;
    if (disconnects !== sk.sk_disconnects) break;

    if (vm_wait !== 0) {
      vm_wait -= current_timeo;
      current_timeo = timeo;
      if (current_timeo !== MAX_SCHEDULE_TIMEOUT) current_timeo = Math.max(0, current_timeo - vm_wait);
      vm_wait = 0;
    }
    timeo = current_timeo;
  }
  if (!sock_flag(sk, SOCK_DEAD)) remove_wait_queue(queue, wait);
  return err === 0 ? timeo : err;
}

/**
 * The result of send(): the socket's pending error takes precedence over -EPIPE. Linux also sends SIGPIPE
 * (without MSG_NOSIGNAL); processes here ignore it, as Node's do.
 *
 * @linux net/core/stream.c
 */
export function sk_stream_error(sk: sock, _flags: number, err: Errno): Errno {
  return err === -EPIPE ? sock_error(sk) || -EPIPE : err;
}

/** Empty the queues of a socket that is about to be freed. @linux net/core/stream.c */
export function sk_stream_kill_queues(sk: sock): void {
  const { machine } = sock_net(sk);
  __skb_queue_purge(sk.sk_receive_queue);
  if (sk.sk_error_queue !== null) skb_queue_purge(sk.sk_error_queue);
  WARN_ON_ONCE(
    machine,
    sk.sk_write_queue.next !== null,
    'sk_stream_kill_queues: the write queue is not empty',
  );
  sk_mem_reclaim_final(sk);
  WARN_ON_ONCE(machine, sk.sk_wmem_queued !== 0, 'sk_stream_kill_queues: write memory is still charged');
}
