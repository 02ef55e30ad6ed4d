/** send(): splitting the user's bytes into segments and pushing them out. */
import { SOCK_NOSPACE, SOCKWQ_ASYNC_NOSPACE } from '../../../include/linux/net.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { MAX_SKB_FRAGS, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { copy_from_iter, type iov_iter, msg_data_left, type msghdr } from '../../../include/linux/uio.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import {
  SEND_SHUTDOWN,
  sk_stream_memory_free,
  type sock,
  sock_net,
  sock_sndtimeo,
} from '../../../include/net/sock.ts';
import {
  after,
  TCP_NAGLE_CORK,
  TCP_NAGLE_PUSH,
  tcp_rtx_and_write_queues_empty,
  tcp_rtx_queue_empty,
  tcp_send_head,
  tcp_skb_can_collapse_to,
  tcp_write_queue_empty,
  tcp_write_queue_tail,
  TCPHDR_ACK,
  TCPHDR_PSH,
  TSQF_THROTTLED,
} from '../../../include/net/tcp.ts';
import { tcp_bound_to_half_wnd } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { EAGAIN, EOPNOTSUPP, EPIPE, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { LINUX_MIB_TCPAUTOCORKING } from '../../../include/uapi/linux/snmp.ts';
import {
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_FASTOPEN,
  MSG_MORE,
  MSG_OOB,
} from '../../../include/uapi/linux/socket.ts';
import { TCPF_CLOSE_WAIT, TCPF_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { trace } from '../../../trace/events.ts';
import { get_page, skb_fill_page_desc } from '../../core/skbuff/alloc.ts';
import { lock_sock, release_sock, sk_flush_backlog } from '../../core/sock/lock.ts';
import {
  sk_forced_mem_schedule,
  sk_mem_charge,
  sk_page_frag,
  sk_page_frag_refill,
  sk_wmem_queued_add,
  sk_wmem_schedule,
} from '../../core/sock/memory.ts';
import { sk_stream_error, sk_stream_wait_connect, sk_stream_wait_memory } from '../../core/stream.ts';
import { tcp_current_mss } from '../tcp_output/mss.ts';
import { tcp_slow_start_after_idle_check } from '../tcp_output/transmit.ts';
import {
  __tcp_push_pending_frames,
  TCP_CHRONO_BUSY,
  TCP_CHRONO_SNDBUF_LIMITED,
  tcp_chrono_stop,
  tcp_push_one,
} from '../tcp_output/xmit.ts';
import { tcp_rate_check_app_limited } from '../tcp_rate.ts';
import { tcp_stream_alloc_skb } from './alloc.ts';
import { tcp_add_write_queue_tail, tcp_unlink_write_queue, tcp_wmem_free_skb } from './queue.ts';

/** Set PSH on this segment: the sender has no more data for now. @linux net/ipv4/tcp.c */
export function tcp_mark_push(tp: tcp_sock, skb: sk_buff): void {
  TCP_SKB_CB(skb).tcp_flags |= TCPHDR_PSH;
  tp.pushed_seq = tp.write_seq;
}

/** Whether to push: at least once per half of the peer's largest window. @linux net/ipv4/tcp.c */
function forced_push(tp: tcp_sock): boolean {
  return after(tp.write_seq, (tp.pushed_seq + (tp.max_window >> 1)) | 0);
}

/** Append a new, empty segment to the write queue. @linux net/ipv4/tcp.c */
export function tcp_skb_entail(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const tcb = TCP_SKB_CB(skb);
  tcb.seq = tp.write_seq;
  tcb.end_seq = tp.write_seq;
  tcb.tcp_flags = TCPHDR_ACK;
  tcp_add_write_queue_tail(sk, skb);
  trace.sockscope_skb_queue(sk, skb, 'write', null);
  sk_wmem_queued_add(sk, skb.truesize);
  sk_mem_charge(sk, skb.truesize);
  tp.nonagle &= ~TCP_NAGLE_PUSH;
  tcp_slow_start_after_idle_check(sk);
}

/**
 * Whether to hold back a partial segment. Earlier packets of the connection are still in the qdisc or the
 * device's ring; when they complete, the segment is sent, and by then it may hold more data.
 *
 * @linux net/ipv4/tcp.c
 */
function tcp_should_autocork(sk: sock, skb: sk_buff, size_goal: number): boolean {
  return (
    skb.len < size_goal &&
    sock_net(sk).ipv4.sysctl_tcp_autocorking !== 0 &&
    !tcp_rtx_queue_empty(sk) &&
    sk.sk_wmem_alloc > skb.truesize &&
    tcp_skb_can_collapse_to(skb)
  );
}

/** The user's bytes are in the write queue: send what the windows and Nagle allow. @linux net/ipv4/tcp.c */
export function tcp_push(sk: sock, flags: number, mss_now: number, nonagle: number, size_goal: number): void {
  const skb = tcp_write_queue_tail(sk);
  if (skb === null) return;
  const tp = tcp_sk(sk);
  if ((flags & MSG_MORE) === 0 || forced_push(tp)) tcp_mark_push(tp, skb);
  if ((flags & MSG_OOB) !== 0) tp.snd_up = tp.write_seq;

  if (tcp_should_autocork(sk, skb, size_goal)) {
    if ((sk.sk_tsq_flags & TSQF_THROTTLED) === 0) {
      NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPAUTOCORKING);
      sk.sk_tsq_flags |= TSQF_THROTTLED;
    }
    return;
  }
  trace.sockscope_send(sk, null, 'data');
  __tcp_push_pending_frames(sk, mss_now, (flags & MSG_MORE) !== 0 ? TCP_NAGLE_CORK : nonagle);
}

/**
 * How many bytes to put into one skb of the write queue: as many segments of `mss_now` as the device accepts
 * in one GSO packet.
 *
 * @linux net/ipv4/tcp.c
 */
function tcp_xmit_size_goal(sk: sock, mss_now: number, large_allowed: boolean): number {
  if (!large_allowed) return mss_now;
  const tp = tcp_sk(sk);
  // tcp_tso_autosize() may split it later.
  const new_size_goal = tcp_bound_to_half_wnd(tp, sk.sk_gso_max_size);
  let size_goal = tp.gso_segs * mss_now;
  if (new_size_goal < size_goal || new_size_goal >= size_goal + mss_now) {
    tp.gso_segs = Math.min(Math.floor(new_size_goal / mss_now), sk.sk_gso_max_segs);
    size_goal = tp.gso_segs * mss_now;
  }
  return Math.max(size_goal, mss_now);
}

/** Remove the last segment if it has no payload, since it would only hold memory. @linux net/ipv4/tcp.c */
export function tcp_remove_empty_skb(sk: sock): void {
  const skb = tcp_write_queue_tail(sk);
  if (skb === null) return;
  const tcb = TCP_SKB_CB(skb);
  if (tcb.seq !== tcb.end_seq) return;
  tcp_unlink_write_queue(skb, sk);
  if (tcp_write_queue_empty(sk)) tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
  tcp_wmem_free_skb(sk, skb);
}

/**
 * How many of `copy` bytes the memory limits allow; a sender with an empty queue always gets some.
 *
 * @linux net/ipv4/tcp.c
 */
function tcp_wmem_schedule(sk: sock, copy: number): number {
  if (sk_wmem_schedule(sk, copy)) return copy;
  const left = sock_net(sk).ipv4.sysctl_tcp_wmem[0]! - sk.sk_wmem_queued;
  if (left > 0) sk_forced_mem_schedule(sk, Math.min(left, copy));
  return Math.min(copy, sk.sk_forward_alloc);
}

/** Result of append_payload(): the segment has no room for another fragment. */
const SEGMENT_FULL = -1;

/**
 * Append the user's bytes to a segment. They are copied to the socket's current page, which becomes a
 * fragment of the segment.
 *
 * @param room maximum number of bytes
 * @returns the number of bytes copied; 0 when memory is exhausted; or SEGMENT_FULL
 */
function append_payload(sk: sock, skb: sk_buff, from: iov_iter, room: number): number {
  let copy = Math.min(room, from.count);
  const pfrag = sk_page_frag(sk);
  const page = sk_page_frag_refill(sk, pfrag);
  const { offset } = pfrag;
  const { frags } = skb.shinfo;
  const last = frags.length === 0 ? null : frags[frags.length - 1]!;
  const merge = last !== null && last.page === page && last.offset + last.size === offset;
  if (!merge && frags.length >= MAX_SKB_FRAGS) {
    tcp_mark_push(tcp_sk(sk), skb);
    return SEGMENT_FULL;
  }
  copy = tcp_wmem_schedule(sk, Math.min(copy, page.bytes.length - offset));
  if (copy === 0) return 0;

  // skb_copy_to_page_nocache()
  copy_from_iter(page.bytes, offset, copy, from);
  skb.len += copy;
  skb.data_len += copy;
  skb.truesize += copy;
  sk_wmem_queued_add(sk, copy);
  sk_mem_charge(sk, copy);

  if (merge) {
    last.size += copy;
  } else {
    skb_fill_page_desc(skb, frags.length, page, offset, copy);
    get_page(page);
  }
  pfrag.offset = offset + copy;
  return copy;
}

/**
 * Send data, with the socket locked.
 *
 * @returns bytes queued; -EAGAIN, -EPIPE, -ECONNRESET, -ETIMEDOUT, -EINTR, …
 * @linux net/ipv4/tcp.c
 */
export function* tcp_sendmsg_locked(sk: sock, msg: msghdr, _size: number): Sleeps<number | Errno> {
  const tp = tcp_sk(sk);
  const flags = msg.msg_flags;
  const large_allowed = (flags & MSG_OOB) === 0;
  // This stack has no TCP Fast Open.
  if ((flags & MSG_FASTOPEN) !== 0) return send_error(sk, flags, -EOPNOTSUPP);

  let timeo = sock_sndtimeo(sk, (flags & MSG_DONTWAIT) !== 0);
  tcp_rate_check_app_limited(sk);
  if (((1 << sk.skc_state) & ~(TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) !== 0) {
    timeo = yield* sk_stream_wait_connect(sk, timeo);
    if (timeo < 0) return send_error(sk, flags, timeo);
  }
  if (sk.sk_socket !== null) sk.sk_socket.flags &= ~(1 << SOCKWQ_ASYNC_NOSPACE);

  let mss_now = tcp_current_mss(sk);
  let size_goal = tcp_xmit_size_goal(sk, mss_now, large_allowed);
  if (sk.sk_err !== 0 || (sk.sk_shutdown & SEND_SHUTDOWN) !== 0) return send_error(sk, flags, -EPIPE);

  let copied = 0;
  let process_backlog = 0;
  while (msg_data_left(msg) > 0) {
    let skb = tcp_write_queue_tail(sk);
    let copy = SEGMENT_FULL;
    if (skb !== null && skb.len < size_goal && tcp_skb_can_collapse_to(skb)) {
      copy = append_payload(sk, skb, msg.msg_iter, size_goal - skb.len);
    }
    if (copy === SEGMENT_FULL) {
      copy = 0;
      if (sk_stream_memory_free(sk)) {
        if (process_backlog >= 16) {
          // A long write must not delay ACKs that wait in the backlog.
          process_backlog = 0;
          if (sk_flush_backlog(sk)) {
            mss_now = tcp_current_mss(sk);
            size_goal = tcp_xmit_size_goal(sk, mss_now, large_allowed);
            if (sk.sk_err === 0 && (sk.sk_shutdown & SEND_SHUTDOWN) === 0) continue;
            tcp_remove_empty_skb(sk);
            if (copied === 0) return send_error(sk, flags, -EPIPE);
            break;
          }
        }
        skb = tcp_stream_alloc_skb(sk, 0, tcp_rtx_and_write_queues_empty(sk));
        if (skb !== null) {
          process_backlog++;
          tcp_skb_entail(sk, skb);
          copy = append_payload(sk, skb, msg.msg_iter, size_goal);
        }
      }
    }

    if (copy > 0) {
      const tcb = TCP_SKB_CB(skb!);
      if (copied === 0) tcb.tcp_flags &= ~TCPHDR_PSH;
      tp.write_seq = (tp.write_seq + copy) | 0;
      tcb.end_seq = (tcb.end_seq + copy) | 0;
      // Recomputed when the segment is sent, with the MSS of that time.
      tcb.tcp_gso_segs = 0;
      copied += copy;
      if (msg_data_left(msg) === 0) {
        if ((flags & MSG_EOR) !== 0) tcb.eor = true;
        break;
      }
      if (skb!.len < size_goal || !large_allowed) continue;
      if (forced_push(tp)) {
        tcp_mark_push(tp, skb!);
        trace.sockscope_send(sk, null, 'data');
        __tcp_push_pending_frames(sk, mss_now, TCP_NAGLE_PUSH);
      } else if (skb === tcp_send_head(sk)) {
        trace.sockscope_send(sk, null, 'data');
        tcp_push_one(sk, mss_now);
      }
      continue;
    }

    // The send buffer is full, or memory is exhausted: send what is queued, then sleep.
    if (sk.sk_socket !== null) sk.sk_socket.flags |= 1 << SOCK_NOSPACE;
    if (copied > 0) tcp_push(sk, flags & ~MSG_MORE, mss_now, TCP_NAGLE_PUSH, size_goal);
    timeo = yield* sk_stream_wait_memory(sk, timeo);
    if (timeo < 0) {
      tcp_remove_empty_skb(sk);
      if (copied === 0) return send_error(sk, flags, timeo);
      break;
    }
    mss_now = tcp_current_mss(sk);
    size_goal = tcp_xmit_size_goal(sk, mss_now, large_allowed);
  }

  if (copied > 0) tcp_push(sk, flags, mss_now, tp.nonagle, size_goal);
  return copied;
}

/** Nothing was sent: clean up and choose the error to report. */
function send_error(sk: sock, flags: number, err: Errno): Errno {
  tcp_remove_empty_skb(sk);
  err = sk_stream_error(sk, flags, err);
  if (err === -EAGAIN && tcp_rtx_and_write_queues_empty(sk)) {
    // No ACK will arrive to wake a poller.
    sk.sk_write_space(sk);
    tcp_chrono_stop(sk, TCP_CHRONO_SNDBUF_LIMITED);
  }
  return err;
}

/** Send data: the protocol's sendmsg operation. @linux net/ipv4/tcp.c */
export function* tcp_sendmsg(sk: sock, msg: msghdr, size: number): Sleeps<number | Errno> {
  // lock_sock(), but without creating a generator when the socket is not owned.
  if (sk.sk_lock_owned) yield* lock_sock(sk);
  else sk.sk_lock_owned = true;
  const ret = yield* tcp_sendmsg_locked(sk, msg, size);
  release_sock(sk);
  return ret;
}
