/** Receiving datagrams, and copying packets to the user. @linux net/core/datagram.c */
import type { file } from '../../include/linux/fs.ts';
import { skb_headlen, skb_queue_empty, type sk_buff, type sk_buff_head } from '../../include/linux/skbuff.ts';
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  poll_wait,
  type poll_table,
} from '../../include/linux/poll.ts';
import { signal_pending, TASK_INTERRUPTIBLE, type Sleeps } from '../../include/linux/sched.ts';
import { SOCKWQ_ASYNC_NOSPACE, type socket } from '../../include/linux/net.ts';
import { copy_from_iter, copy_to_iter, type msghdr } from '../../include/linux/uio.ts';
import {
  SOCK_SELECT_ERR_QUEUE,
  sock_flag,
  RCV_SHUTDOWN,
  SHUTDOWN_MASK,
  sock_error,
  sock_net,
  sock_rcvtimeo,
  sock_writeable,
  type sock,
} from '../../include/net/sock.ts';
import { EAGAIN, EFAULT, ENOTCONN, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { MSG_DONTWAIT, MSG_PEEK, SOCK_SEQPACKET, SOCK_STREAM } from '../../include/uapi/linux/socket.ts';
import { TCP_ESTABLISHED, TCP_LISTEN } from '../../include/uapi/linux/tcp.ts';
import { schedule_timeout } from '../../kernel/sched/core.ts';
import { DEFINE_WAIT, finish_wait, prepare_to_wait_exclusive } from '../../kernel/sched/wait.ts';
import { trace } from '../../trace/events.ts';
import { sk_wait_queue, sock_intr_errno } from './sock/queue.ts';
import { consume_skb } from './skbuff/alloc.ts';
import { __skb_unlink } from './skbuff/queue.ts';

function connection_based(sk: sock): boolean {
  return sk.sk_type === SOCK_SEQPACKET || sk.sk_type === SOCK_STREAM;
}

/**
 * Sleep until the last packet of the queue is not `skb`.
 *
 * @returns the time left, or an error.
 * @linux net/core/datagram.c
 */
function* __skb_wait_for_more_packets(sk: sock, timeo: number, skb: sk_buff | null): Sleeps<number | Errno> {
  const { machine } = sock_net(sk);
  const queue = sk_wait_queue(sk);
  const wait = DEFINE_WAIT(machine);
  prepare_to_wait_exclusive(queue, wait, TASK_INTERRUPTIBLE);
  const result = yield* wait_for_packet(sk, timeo, skb);
  finish_wait(queue, wait);
  return result;
}
function* wait_for_packet(sk: sock, timeo: number, skb: sk_buff | null): Sleeps<number | Errno> {
  const err = sock_error(sk);
  if (err !== 0) return err;
  if (sk.sk_receive_queue.prev !== skb) return timeo;
  // No more data will arrive: end of file.
  if ((sk.sk_shutdown & RCV_SHUTDOWN) !== 0) return NOTHING_MORE;
  if (connection_based(sk) && sk.sk_state !== TCP_ESTABLISHED && sk.sk_state !== TCP_LISTEN) return -ENOTCONN;
  const { machine } = sock_net(sk);
  if (signal_pending(machine.current)) return sock_intr_errno(timeo);
  return yield* schedule_timeout(machine, timeo);
}
/** A result that is not an errno of Linux: recv() returns 0. */
const NOTHING_MORE = -100_000;

/**
 * Where MSG_PEEK begins, in bytes from the start of the queue; afterwards, from the start of the datagram
 * found.
 */
export interface peek_position {
  off: number;
}

/** The datagram at a position in the queue; null when the queue is shorter. @linux net/core/datagram.c */
export function __skb_try_recv_from_queue(queue: sk_buff_head, from: peek_position): sk_buff | null {
  let { off } = from;
  for (let skb = queue.next; skb !== null; skb = skb.next) {
    if (off >= skb.len && (off > 0 || skb.peeked)) {
      off -= skb.len;
      continue;
    }
    from.off = off;
    return skb;
  }
  return null;
}

/**
 * The next datagram of a socket's queue; waits for one.
 *
 * @param from with MSG_PEEK: return the datagram at this position, not the next one
 * @returns the datagram (with MSG_PEEK it stays queued, and the caller holds a reference); null: end of file;
 *   or -EAGAIN, -ERESTARTSYS, a pending error
 * @linux net/core/datagram.c
 */
export function* skb_recv_datagram(
  sk: sock,
  flags: number,
  from: peek_position | null = null,
): Sleeps<sk_buff | null | Errno> {
  let timeo = sock_rcvtimeo(sk, (flags & MSG_DONTWAIT) !== 0);
  for (;;) {
    const err = sock_error(sk);
    if (err !== 0) return err;
    const queue = sk.sk_receive_queue;
    const last = from === null ? null : queue.prev;
    const skb = from === null ? queue.next : __skb_try_recv_from_queue(queue, from);
    if (skb !== null) {
      if ((flags & MSG_PEEK) !== 0) {
        skb.peeked = true;
        skb.users++;
      } else {
        __skb_unlink(skb, queue);
      }
      return skb;
    }
    if (timeo === 0) return -EAGAIN;
    const left = yield* __skb_wait_for_more_packets(sk, timeo, last);
    if (left === NOTHING_MORE) return null;
    if (left < 0) return left;
    timeo = left;
  }
}

/** Free a datagram that the user has received. @linux net/core/datagram.c */
export function skb_free_datagram(_sk: sock, skb: sk_buff): void {
  consume_skb(skb);
}

/**
 * Copy from a packet to the user.
 *
 * @returns 0, or -EFAULT if the packet is too short
 * @linux include/linux/skbuff.h, here because it copies to the user
 */
export function skb_copy_datagram_msg(skb: sk_buff, offset: number, msg: msghdr, size: number): Errno {
  trace.skb_copy_datagram_iovec(skb, size);
  const to = msg.msg_iter;
  let left = size;
  const headlen = skb_headlen(skb);
  if (offset < headlen) {
    const copy = Math.min(left, headlen - offset);
    copy_to_iter(skb.head, skb.data + offset, copy, to);
    offset += copy;
    left -= copy;
  }
  let start = headlen;
  const { frags } = skb.shinfo;
  for (let i = 0; i < frags.length && left > 0; i++) {
    const frag = frags[i]!;
    const end = start + frag.size;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      copy_to_iter(frag.page.bytes, frag.offset + offset - start, copy, to);
      offset += copy;
      left -= copy;
    }
    start = end;
  }
  for (let frag = skb.shinfo.frag_list; frag !== null && left > 0; frag = frag.next) {
    const end = start + frag.len;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      if (skb_copy_datagram_msg(frag, offset - start, msg, copy) !== 0) return -EFAULT;
      offset += copy;
      left -= copy;
    }
    start = end;
  }
  return left === 0 ? 0 : -EFAULT;
}

/** Copy from the user into the linear part and the fragments of a packet. @returns 0 or -EFAULT. @linux net/core/datagram.c */
export function skb_copy_datagram_from_iter(skb: sk_buff, offset: number, msg: msghdr, len: number): Errno {
  const from = msg.msg_iter;
  let left = len;
  const headlen = skb_headlen(skb);
  if (offset < headlen) {
    const copy = Math.min(left, headlen - offset);
    if (copy_from_iter(skb.head, skb.data + offset, copy, from) !== copy) return -EFAULT;
    offset += copy;
    left -= copy;
  }
  let start = headlen;
  for (const frag of skb.shinfo.frags) {
    if (left === 0) break;
    const end = start + frag.size;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      if (copy_from_iter(frag.page.bytes, frag.offset + offset - start, copy, from) !== copy) return -EFAULT;
      offset += copy;
      left -= copy;
    }
    start = end;
  }
  return left === 0 ? 0 : -EFAULT;
}

/** The pending events of a datagram socket. @linux net/core/datagram.c */
export function datagram_poll(file: file, sock: socket, wait: poll_table | null): number {
  const sk = sock.sk!;
  poll_wait(file, sock.wq, wait);
  let mask = 0;
  if (sk.sk_err !== 0 || !skb_queue_empty(sk.sk_error_queue)) {
    mask |= POLLERR | (sock_flag(sk, SOCK_SELECT_ERR_QUEUE) ? POLLPRI : 0);
  }
  if ((sk.sk_shutdown & RCV_SHUTDOWN) !== 0) mask |= POLLRDHUP | POLLIN | POLLRDNORM;
  if (sk.sk_shutdown === SHUTDOWN_MASK) mask |= POLLHUP;
  if (sk.sk_receive_queue.next !== null) mask |= POLLIN | POLLRDNORM;
  if (sock_writeable(sk)) mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
  else if (sk.sk_socket !== null) sk.sk_socket.flags |= 1 << SOCKWQ_ASYNC_NOSPACE;
  return mask;
}
