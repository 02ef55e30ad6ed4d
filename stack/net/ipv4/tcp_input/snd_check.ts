/** At the end of a segment's processing: is something to be sent, or acknowledged? @linux net/ipv4/tcp_input.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { ICSK_ACK_NOW, inet_csk, inet_csk_ack_scheduled } from '../../../include/net/inet_connection_sock.ts';
import { hrtimer_is_queued } from '../../../include/linux/timer.ts';
import { sock_hold, sock_net, type sock } from '../../../include/net/sock.ts';
import { TCP_FASTRETRANS_THRESH, tcp_is_sack } from '../../../include/net/tcp.ts';
import { hrtimer_start_range_ns } from '../../../kernel/time/hrtimer.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';
import { tcp_send_ack, tcp_send_delayed_ack } from '../tcp_output/ack.ts';
import { __tcp_select_window } from '../tcp_output/window.ts';
import { tcp_push_pending_frames } from '../tcp_output/xmit.ts';
import { tcp_in_quickack_mode } from './quickack.ts';
import { tcp_check_space } from './space.ts';

/** An ACK may have made room: send on, and wake writers. @linux net/ipv4/tcp_input.c */
export function tcp_data_snd_check(sk: sock): void {
  if (sk.sk_write_queue.next !== null) tcp_push_pending_frames(sk);
  tcp_check_space(sk);
}

/**
 * Acknowledge now or later? At once when more than a full segment is unacknowledged and the window opens (RFC 9293
 * 3.8.6.3), in quick-ack mode, or when it was asked for; when data is out of order, at most three duplicate ACKs for
 * fast retransmit, and then ACKs are compressed; else delayed.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function __tcp_ack_snd_check(sk: sock, ofo_possible: boolean): void {
  const tp = tcp_sk(sk);
  const { icsk_ack } = inet_csk(sk);
  if (
    ((tp.rcv_nxt - tp.rcv_wup) >>> 0 > icsk_ack.rcv_mss &&
      // While the reader is behind, an ACK helps only if the window moves.
      (((tp.rcv_nxt - tp.copied_seq) | 0) < sk.sk_rcvlowat || __tcp_select_window(sk) >= tp.rcv_wnd)) ||
    tcp_in_quickack_mode(sk) ||
    (icsk_ack.pending & ICSK_ACK_NOW) !== 0
  ) {
    tcp_send_ack(sk);
    return;
  }
  if (!ofo_possible || tp.out_of_order_queue.first === null) {
    tcp_send_delayed_ack(sk);
    return;
  }
  tcp_compress_ack(sk);
}

/** Data is out of order: send a duplicate ACK, or hold it back for a fraction of the RTT. */
function tcp_compress_ack(sk: sock): void {
  const tp = tcp_sk(sk);
  const { ipv4, machine } = sock_net(sk);
  if (!tcp_is_sack(tp) || tp.compressed_ack >= ipv4.sysctl_tcp_comp_sack_nr) {
    tcp_send_ack(sk);
    return;
  }
  if (tp.compressed_ack_rcv_nxt !== tp.rcv_nxt) {
    tp.compressed_ack_rcv_nxt = tp.rcv_nxt;
    tp.dup_ack_counter = 0;
  }
  if (tp.dup_ack_counter < TCP_FASTRETRANS_THRESH) {
    tp.dup_ack_counter++;
    tcp_send_ack(sk);
    return;
  }
  tp.compressed_ack++;
  const timer = tp.compressed_ack_timer!;
  if (hrtimer_is_queued(timer)) return;

  // 5 % of the RTT (kept times 8, in µs), at most 1 ms.
  let rtt = tp.rcv_rtt_est_rtt_us;
  if (tp.srtt_us !== 0 && tp.srtt_us < rtt) rtt = tp.srtt_us;
  const delay = Math.min(ipv4.sysctl_tcp_comp_sack_delay_ns, Math.floor((rtt * 125) / 20));
  sock_hold(sk);
  hrtimer_start_range_ns(machine, timer, ktime_get_ns(machine) + delay);
}

/** Acknowledge, if an ACK is due. @linux net/ipv4/tcp_input.c */
export function tcp_ack_snd_check(sk: sock): void {
  if (inet_csk_ack_scheduled(sk)) __tcp_ack_snd_check(sk, true);
}
