/**
 * The end of segment processing: send data or an ACK if one is due, and wake writers if there is room.
 *
 * @linux net/ipv4/tcp_input.c
 */
import { SOCK_NOSPACE } from '../../../include/linux/net.ts';
import { RB_EMPTY_ROOT, tcp_chrono, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { hrtimer_is_queued, hrtimer } from '../../../include/linux/timer.ts';
import { dst_metric } from '../../../include/net/dst.ts';
import {
  ICSK_ACK_NOW,
  inet_csk,
  inet_csk_ack_scheduled,
  inet_csk_exit_pingpong_mode,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { type sock, sock_hold, sock_net, SOCK_SNDBUF_LOCK } from '../../../include/net/sock.ts';
import {
  TCP_ATO_MIN,
  TCP_FASTRETRANS_THRESH,
  tcp_is_sack,
  tcp_jiffies32,
  tcp_packets_in_flight,
  tcp_under_memory_pressure,
} from '../../../include/net/tcp.ts';
import { RTAX_QUICKACK } from '../../../include/uapi/linux/rtnetlink.ts';
import { hrtimer_start_range_ns } from '../../../kernel/time/hrtimer.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';
import { trace } from '../../../trace/events.ts';
import { sk_memory_allocated, sk_prot_mem_limits } from '../../core/sock/memory.ts';
import { tcp_send_ack, tcp_send_delayed_ack } from '../tcp_output/control.ts';
import { __tcp_select_window } from '../tcp_output/window.ts';
import { tcp_chrono_stop, tcp_push_pending_frames } from '../tcp_output/xmit.ts';
import { tcp_sndbuf_expand } from './rcvbuf.ts';
import { tcp_compressed_ack_kick } from '../tcp_timer/timers.ts';

/** An ACK may have made room: send more data and wake writers. @linux net/ipv4/tcp_input.c */
export function tcp_data_snd_check(sk: sock): void {
  if (sk.sk_write_queue.next !== null) {
    trace.sockscope_send(sk, null, 'more_data');
    tcp_push_pending_frames(sk);
  }
  tcp_check_space(sk);
}

/**
 * Decide whether to acknowledge now or later. At once when more than a full segment is unacknowledged and the
 * window opens (RFC 9293 3.8.6.3), in quick-ack mode, or on request. For out-of-order data, send at most
 * three duplicate ACKs to trigger fast retransmit, then compress ACKs. Otherwise delay.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function __tcp_ack_snd_check(sk: sock, ofo_possible: boolean): void {
  const tp = tcp_sk(sk);
  const { icsk_ack } = inet_csk(sk);
  const is_full =
    (tp.rcv_nxt - tp.rcv_wup) >>> 0 > icsk_ack.rcv_mss &&
    // While the reader lags behind, an ACK is useful only if the window advances.
    (((tp.rcv_nxt - tp.copied_seq) | 0) < sk.sk_rcvlowat || __tcp_select_window(sk) >= tp.rcv_wnd);
  const is_quick = !is_full && tcp_in_quickack_mode(sk);
  if (is_full || is_quick || (icsk_ack.pending & ICSK_ACK_NOW) !== 0) {
    const why = is_full ? 'ack_full' : is_quick ? 'ack_quick' : 'ack_requested';
    trace.sockscope_send(sk, null, ofo_possible && repeats_ack(tp) ? 'ack_out_of_order' : why);
    tcp_send_ack(sk);
    return;
  }
  if (!ofo_possible || RB_EMPTY_ROOT(tp.out_of_order_queue)) {
    tcp_send_delayed_ack(sk);
    return;
  }
  tcp_compress_ack(sk);
}

/** Nothing has come in order since the last ACK, and data waits behind a gap: the next ACK is a duplicate. */
function repeats_ack({ rcv_nxt, rcv_wup, out_of_order_queue }: tcp_sock): boolean {
  return rcv_nxt === rcv_wup && !RB_EMPTY_ROOT(out_of_order_queue);
}

/** Out-of-order data: send a duplicate ACK, or delay it for a fraction of the RTT. */
function tcp_compress_ack(sk: sock): void {
  const tp = tcp_sk(sk);
  const { ipv4, machine } = sock_net(sk);
  if (!tcp_is_sack(tp) || tp.compressed_ack >= ipv4.sysctl_tcp_comp_sack_nr) {
    trace.sockscope_send(sk, null, repeats_ack(tp) ? 'ack_out_of_order' : 'ack_gap');
    tcp_send_ack(sk);
    return;
  }
  if (tp.compressed_ack_rcv_nxt !== tp.rcv_nxt) {
    tp.compressed_ack_rcv_nxt = tp.rcv_nxt;
    tp.dup_ack_counter = 0;
  }
  if (tp.dup_ack_counter < TCP_FASTRETRANS_THRESH) {
    tp.dup_ack_counter++;
    trace.sockscope_send(sk, null, repeats_ack(tp) ? 'ack_out_of_order' : 'ack_gap');
    tcp_send_ack(sk);
    return;
  }
  tp.compressed_ack++;
  const timer = (tp.compressed_ack_timer ??= new hrtimer(tcp_compressed_ack_kick, tp));
  if (hrtimer_is_queued(timer)) return;

  // 5 % of the RTT (scaled by 8, in µs), at most 1 ms.
  let rtt = tp.rcv_rtt_est?.rtt_us ?? 0;
  if (tp.srtt_us !== 0 && tp.srtt_us < rtt) rtt = tp.srtt_us;
  const delay = Math.min(ipv4.sysctl_tcp_comp_sack_delay_ns, Math.floor((rtt * 125) / 20));
  sock_hold(sk);
  hrtimer_start_range_ns(machine, timer, ktime_get_ns(machine) + delay);
}

/** Send or schedule an ACK if one is due. @linux net/ipv4/tcp_input.c */
export function tcp_ack_snd_check(sk: sock): void {
  if (inet_csk_ack_scheduled(sk)) __tcp_ack_snd_check(sk, true);
}

/**
 * Allow enough immediate ACKs for half the window, at least 2 and at most `max_quickacks`.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_incr_quickack(sk: sock, max_quickacks: number): void {
  const ack = inet_csk(sk).icsk_ack;
  let quickacks = Math.floor(tcp_sk(sk).rcv_wnd / (2 * ack.rcv_mss));
  if (quickacks === 0) quickacks = 2;
  quickacks = Math.min(quickacks, max_quickacks);
  if (quickacks > ack.quick) ack.quick = quickacks;
}

/**
 * Acknowledge at once from now on: the peer's window may be small, or it may have missed a segment.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_enter_quickack_mode(sk: sock, max_quickacks: number): void {
  tcp_incr_quickack(sk, max_quickacks);
  inet_csk_exit_pingpong_mode(sk);
  inet_csk(sk).icsk_ack.ato = TCP_ATO_MIN;
}

/**
 * Whether to send ACKs at once: the route asks for it, or quick ACKs remain and the connection is not
 * interactive.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_in_quickack_mode(sk: sock): boolean {
  const dst = sk.sk_dst_cache;
  if (dst !== null && dst_metric(dst, RTAX_QUICKACK) !== 0) return true;
  return inet_csk(sk).icsk_ack.quick !== 0 && !inet_csk_in_pingpong_mode(sk);
}

/**
 * Whether the send buffer may grow: the user has not fixed its size, memory is available, and the buffer
 * limits the sender.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_should_expand_sndbuf(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if ((sk.sk_userlocks & SOCK_SNDBUF_LOCK) !== 0) return false;
  if (tcp_under_memory_pressure(sk)) return false;
  if (sk_memory_allocated(sk) >= sk_prot_mem_limits(sk, 0)) return false;
  return tcp_packets_in_flight(tp) < tp.snd_cwnd;
}

function tcp_new_space(sk: sock): void {
  if (tcp_should_expand_sndbuf(sk)) {
    tcp_sndbuf_expand(sk);
    tcp_sk(sk).snd_cwnd_stamp = tcp_jiffies32(sk);
  }
  sk.sk_write_space(sk);
}

/** Wake a writer that waits for send buffer space, if there is some. @linux net/ipv4/tcp_input.c */
export function tcp_check_space(sk: sock): void {
  const socket = sk.sk_socket;
  if (socket === null || (socket.flags & (1 << SOCK_NOSPACE)) === 0) return;
  tcp_new_space(sk);
  if ((socket.flags & (1 << SOCK_NOSPACE)) === 0) tcp_chrono_stop(sk, tcp_chrono.TCP_CHRONO_SNDBUF_LIMITED);
}
