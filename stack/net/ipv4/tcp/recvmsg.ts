/** recv(): copying in-order data to the user, and telling the sender about the space that this frees. */
import { signal_pending, type Sleeps } from '../../../include/linux/sched.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { jiffies_t, u32 } from '../../../include/linux/types.ts';
import { copy_to_iter, type msghdr } from '../../../include/linux/uio.ts';
import {
  ICSK_ACK_PUSHED,
  ICSK_ACK_PUSHED2,
  inet_csk,
  inet_csk_ack_scheduled,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import {
  RCV_SHUTDOWN,
  type sock,
  SOCK_DONE,
  sock_error,
  sock_flag,
  sock_net,
  SOCK_RCVBUF_LOCK,
  sock_rcvlowat,
  sock_rcvtimeo,
  SOCK_URGINLINE,
} from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_fast_path_check,
  tcp_receive_window,
  TCP_URG_READ,
  TCP_URG_VALID,
  tcp_win_from_space,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  EAGAIN,
  EFAULT,
  EINVAL,
  ENOTCONN,
  EPIPE,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOL_TCP,
} from '../../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_LISTEN, TCP_OPTIONS } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { current } from '../../../kernel/sched/core.ts';
import { trace } from '../../../trace/events.ts';
import { skb_copy_datagram_msg } from '../../core/datagram.ts';
import { __kfree_skb } from '../../core/skbuff/alloc.ts';
import { __skb_unlink } from '../../core/skbuff/queue.ts';
import { __sk_flush_backlog, lock_sock, release_sock } from '../../core/sock/lock.ts';
import { sock_rfree } from '../../core/sock/memory.ts';
import { sk_wait_data, sock_intr_errno } from '../../core/sock/queue.ts';
import { ip_recv_error } from '../ip_sockglue.ts';
import { tcp_data_ready } from '../tcp_input/data.ts';
import { tcp_rcv_space_adjust } from '../tcp_input/rcvbuf.ts';
import { tcp_send_ack } from '../tcp_output/control.ts';
import { __tcp_select_window } from '../tcp_output/window.ts';

/** Control message of TCP_INQ: the number of bytes left to read. */
const TCP_CM_INQ = TCP_OPTIONS.TCP_INQ;

/**
 * Read the single byte of urgent data. Never sleeps.
 *
 * @returns 1 (0 at the end of the stream); -EINVAL (no urgent data, or already read), -EAGAIN (announced, but
 *   not received yet), -ENOTCONN
 * @linux net/ipv4/tcp.c
 */
function tcp_recv_urg(sk: sock, msg: msghdr, len: number, flags: number): number | Errno {
  const tp = tcp_sk(sk);
  if (sock_flag(sk, SOCK_URGINLINE) || tp.urg_data === 0 || tp.urg_data === TCP_URG_READ) return -EINVAL;
  if (sk.skc_state === TCP_CLOSE && !sock_flag(sk, SOCK_DONE)) return -ENOTCONN;

  if ((tp.urg_data & TCP_URG_VALID) !== 0) {
    const urgent = tp.urg_data & 0xff;
    if ((flags & MSG_PEEK) === 0) tp.urg_data = TCP_URG_READ;
    msg.msg_flags |= MSG_OOB;
    if (len === 0) {
      msg.msg_flags |= MSG_TRUNC;
      return 0;
    }
    if ((flags & MSG_TRUNC) === 0) copy_to_iter(Uint8Array.of(urgent), 0, 1, msg.msg_iter);
    return 1;
  }
  if (sk.skc_state === TCP_CLOSE || (sk.sk_shutdown & RCV_SHUTDOWN) !== 0) return 0;
  return -EAGAIN;
}

/**
 * The user has read data: send an ACK if one is due, or if the window can open considerably.
 *
 * @param copied bytes copied to the user
 * @linux net/ipv4/tcp.c
 */
export function __tcp_cleanup_rbuf(sk: sock, copied: number): void {
  const tp = tcp_sk(sk);
  let time_to_ack = false;
  let opens_window = false;

  if (inet_csk_ack_scheduled(sk)) {
    const { icsk_ack } = inet_csk(sk);
    const { pending } = icsk_ack;
    time_to_ack =
      // More than one full segment is unacknowledged (RFC 9293, 3.8.6.3: acknowledge at least every second
      // segment).
      ((tp.rcv_nxt - tp.rcv_wup) | 0) > icsk_ack.rcv_mss ||
      // The user has read everything and the last segment was small: the peer may be waiting. In an
      // interactive connection the reply carries the ACK.
      (copied > 0 &&
        ((pending & ICSK_ACK_PUSHED2) !== 0 ||
          ((pending & ICSK_ACK_PUSHED) !== 0 && !inet_csk_in_pingpong_mode(sk))) &&
        sk.sk_rmem_alloc === 0);
  }

  // Send a window update if the window has at least doubled and more data can arrive.
  if (copied > 0 && !time_to_ack && (sk.sk_shutdown & RCV_SHUTDOWN) === 0) {
    const rcv_window_now = tcp_receive_window(tp);
    if (2 * rcv_window_now <= tp.window_clamp) {
      const new_window = __tcp_select_window(sk);
      if (new_window !== 0 && new_window >= 2 * rcv_window_now) opens_window = true;
    }
  }
  if (!time_to_ack && !opens_window) return;
  trace.sockscope_send(sk, null, opens_window ? 'window_update' : 'ack_read');
  tcp_send_ack(sk);
}

/** As __tcp_cleanup_rbuf(), after a consistency check of the receive queue. @linux net/ipv4/tcp.c */
export function tcp_cleanup_rbuf(sk: sock, copied: number): void {
  const skb = sk.sk_receive_queue.next;
  if (skb !== null && !before(tcp_sk(sk).copied_seq, TCP_SKB_CB(skb).end_seq)) {
    WARN_ON(sock_net(sk).machine, true, 'tcp_cleanup_rbuf: a segment that was read is still queued');
  }
  __tcp_cleanup_rbuf(sk, copied);
}

/** Free a segment that was read completely. @linux net/ipv4/tcp.c */
function tcp_eat_recv_skb(sk: sock, skb: sk_buff): void {
  __skb_unlink(skb, sk.sk_receive_queue);
  if (skb.destructor === sock_rfree) {
    sock_rfree(skb);
    skb.destructor = null;
    skb.sk = null;
  }
  __kfree_skb(skb);
}

/**
 * The number of readable bytes for the TCP_INQ control message; 1 at the end of the stream, so that the
 * reader calls again.
 *
 * @linux net/ipv4/tcp.c
 */
function tcp_inq_hint(sk: sock): number {
  const tp = tcp_sk(sk);
  const inq = (tp.rcv_nxt - tp.copied_seq) | 0;
  return inq === 0 && sock_flag(sk, SOCK_DONE) ? 1 : inq;
}

/** The segment that holds `seq`, or whose FIN is at `seq`; null when everything was read. */
function segment_at(sk: sock, seq: u32, flags: number): sk_buff | null {
  for (let skb = sk.sk_receive_queue.next; skb !== null; skb = skb.next) {
    const tcb = TCP_SKB_CB(skb);
    const offset = (seq - tcb.seq) | 0;
    if (offset < 0) {
      WARN_ON(sock_net(sk).machine, true, 'tcp_recvmsg: a gap in the receive queue');
      return null;
    }
    if (offset < skb.len || (tcb.tcp_flags & TCPHDR_FIN) !== 0) return skb;
    if ((flags & MSG_PEEK) === 0) {
      WARN_ON(sock_net(sk).machine, true, 'tcp_recvmsg: a segment that was read is still queued');
    }
  }
  return null;
}

/** Result of when_drained(): sleep until more data arrives. */
const SLEEP = 1;

/** No more can be copied now: decide whether to sleep, or to return the bytes copied so far, or an error. */
function when_drained(sk: sock, copied: number, timeo: jiffies_t): number | Errno {
  const task = current(sock_net(sk).machine);
  const shut = (sk.sk_shutdown & RCV_SHUTDOWN) !== 0;
  if (copied > 0) {
    return timeo === 0 || sk.sk_err !== 0 || sk.skc_state === TCP_CLOSE || shut || signal_pending(task)
      ? 0
      : SLEEP;
  }
  if (sock_flag(sk, SOCK_DONE)) return 0;
  if (sk.sk_err !== 0) return sock_error(sk);
  if (shut) return 0;
  // The socket was never connected.
  if (sk.skc_state === TCP_CLOSE) return -ENOTCONN;
  if (timeo === 0) return -EAGAIN;
  if (signal_pending(task)) return sock_intr_errno(timeo);
  return SLEEP;
}

/**
 * Receive data, with the socket locked.
 *
 * @returns bytes copied, 0 at the end of the stream; -EAGAIN, -ENOTCONN, -ECONNRESET, -ETIMEDOUT, -EINTR, …
 * @linux net/ipv4/tcp.c
 */
export function* tcp_recvmsg_locked(
  sk: sock,
  msg: msghdr,
  len: number,
  flags: number,
): Sleeps<number | Errno> {
  if (sk.skc_state === TCP_LISTEN) return -ENOTCONN;
  if ((flags & MSG_OOB) !== 0) return tcp_recv_urg(sk, msg, len, flags);
  const tp = tcp_sk(sk);
  const peek = (flags & MSG_PEEK) !== 0;
  const target = sock_rcvlowat(sk, (flags & MSG_WAITALL) !== 0, len);
  let timeo = sock_rcvtimeo(sk, (flags & MSG_DONTWAIT) !== 0);
  let peek_seq = tp.copied_seq;
  let urg_hole = 0;
  let copied = 0;

  do {
    let seq = peek ? peek_seq : tp.copied_seq;
    // A read stops before urgent data; the next read continues after it.
    if (tp.urg_data !== 0 && tp.urg_seq === seq) {
      if (copied > 0) break;
      if (signal_pending(current(sock_net(sk).machine))) {
        copied = timeo !== 0 ? sock_intr_errno(timeo) : -EAGAIN;
        break;
      }
    }

    const skb = segment_at(sk, seq, flags);
    if (skb === null) {
      if (copied >= target && sk.sk_backlog.tail === null) break;
      const result = when_drained(sk, copied, timeo);
      if (result !== SLEEP) {
        if (copied === 0) copied = result;
        break;
      }
      if (copied >= target) {
        // Enough was copied, but the backlog may hold more.
        __sk_flush_backlog(sk);
      } else {
        tcp_cleanup_rbuf(sk, copied);
        const disconnects = sk.sk_disconnects;
        timeo = yield* sk_wait_data(sk, timeo, sk.sk_receive_queue.prev);
        if (disconnects !== sk.sk_disconnects) return copied > 0 ? copied : -EPIPE;
      }
      // Another process has consumed the data that this call is peeking at.
      if (peek && ((peek_seq - copied - urg_hole) | 0) !== tp.copied_seq) peek_seq = tp.copied_seq;
      continue;
    }

    const tcb = TCP_SKB_CB(skb);
    let offset = (seq - tcb.seq) | 0;
    let used = 0;
    if (offset < skb.len) {
      used = Math.min(skb.len - offset, len);
      let skip = false;
      if (tp.urg_data !== 0) {
        const urg_offset = (tp.urg_seq - seq) >>> 0;
        if (urg_offset < used) {
          if (urg_offset > 0) {
            used = urg_offset;
          } else if (!sock_flag(sk, SOCK_URGINLINE)) {
            // The urgent byte is not part of the stream.
            seq = (seq + 1) | 0;
            urg_hole++;
            offset++;
            used--;
            skip = used === 0;
          }
        }
      }
      if (!skip) {
        if ((flags & MSG_TRUNC) === 0 && skb_copy_datagram_msg(skb, offset, msg, used) !== 0) {
          if (copied === 0) copied = -EFAULT;
          break;
        }
        seq = (seq + used) | 0;
        copied += used;
        len -= used;
      }
      if (peek) peek_seq = seq;
      else tp.copied_seq = seq;
      if (!skip) tcp_rcv_space_adjust(sk);

      if (tp.urg_data !== 0 && after(tp.copied_seq, tp.urg_seq)) {
        tp.urg_data = 0;
        tcp_fast_path_check(sk);
      }
      if (used + offset < skb.len) continue;
    }

    if ((tcb.tcp_flags & TCPHDR_FIN) !== 0) {
      // The FIN occupies one sequence number. It is consumed once; afterwards SOCK_DONE marks the end of the
      // stream.
      seq = (seq + 1) | 0;
      if (!peek) {
        tp.copied_seq = seq;
        tcp_eat_recv_skb(sk, skb);
      }
      break;
    }
    if (!peek) tcp_eat_recv_skb(sk, skb);
  } while (len > 0);

  tcp_cleanup_rbuf(sk, copied);
  return copied;
}

/** Receive data: the protocol's recvmsg operation. @linux net/ipv4/tcp.c */
export function* tcp_recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno> {
  if ((flags & MSG_ERRQUEUE) !== 0) return ip_recv_error(sk, msg, len);
  // lock_sock(), but without creating a generator when the socket is not owned.
  if (sk.sk_lock_owned) yield* lock_sock(sk);
  else sk.sk_lock_owned = true;
  const ret = yield* tcp_recvmsg_locked(sk, msg, len, flags);
  release_sock(sk);
  if (tcp_sk(sk).recvmsg_inq && ret >= 0) {
    msg.msg_control.push({ cmsg_level: SOL_TCP, cmsg_type: TCP_CM_INQ, data: tcp_inq_hint(sk) });
  }
  return ret;
}

/**
 * SO_RCVLOWAT: wake the reader only when at least this many bytes are queued, and make the receive buffer
 * large enough for them.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_set_rcvlowat(sk: sock, val: number): Errno {
  const locked = (sk.sk_userlocks & SOCK_RCVBUF_LOCK) !== 0;
  const cap = (locked ? sk.sk_rcvbuf : sock_net(sk).ipv4.sysctl_tcp_rmem[2]!) >> 1;
  val = Math.min(val, cap);
  sk.sk_rcvlowat = val || 1;
  tcp_data_ready(sk);
  if (locked) return 0;
  val *= 2;
  if (val > sk.sk_rcvbuf) {
    sk.sk_rcvbuf = val;
    const tp = tcp_sk(sk);
    tp.window_clamp = tcp_win_from_space(sk, val);
    trace.sockscope_value_set(tp, 'window_clamp', 'low_water_mark');
  }
  return 0;
}
