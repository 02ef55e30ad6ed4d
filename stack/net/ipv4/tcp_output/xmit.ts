/** Sending what is in the send queue, as far as windows, Nagle, pacing and the host's queues allow. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  after,
  tcp_in_cwnd_reduction,
  TCP_NAGLE_PUSH,
  tcp_packets_in_flight,
  tcp_send_head,
  tcp_skb_is_last,
  tcp_skb_pcount,
  tcp_urg_mode,
  tcp_wnd_end,
  tcp_write_queue_empty,
  TCPHDR_FIN,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { tcp_check_probe_timer } from '../../../include/net/tcp_timers.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { TCP_CHRONO_RWND_LIMITED, tcp_chrono_start, tcp_chrono_stop } from './chrono.ts';
import { tcp_mstamp_refresh } from './mstamp.ts';
import { tcp_init_tso_segs, tso_fragment } from './fragment.ts';
import { tcp_schedule_loss_probe } from './loss_probe.ts';
import { tcp_current_mss } from './mss.ts';
import { tcp_mtu_probe } from './mtu_probe.ts';
import { tcp_minshall_update, tcp_nagle_test } from './nagle.ts';
import { tcp_cwnd_validate, tcp_event_new_data_sent } from './sent.ts';
import { tcp_pacing_check, tcp_small_queue_check } from './throttle.ts';
import { tcp_transmit_skb } from './transmit.ts';
import {
  tcp_mss_split_point,
  tcp_tso_segs,
  tcp_tso_should_defer,
  TSO_DEFER_CWND_LIMITED,
  TSO_DEFER_RWND_LIMITED,
  TSO_SEND_NOW,
} from './tso.ts';

/** Packets that the congestion window lets go in one burst: at most half of it; 0: none. @linux net/ipv4/tcp_output.c */
function tcp_cwnd_test(tp: tcp_sock, skb: sk_buff): number {
  // A FIN alone always passes.
  if ((TCP_SKB_CB(skb).tcp_flags & TCPHDR_FIN) !== 0 && tcp_skb_pcount(skb) === 1) return 1;
  const in_flight = tcp_packets_in_flight(tp);
  const cwnd = tp.snd_cwnd;
  if (in_flight >= cwnd) return 0;
  return Math.min(Math.max(cwnd >> 1, 1), cwnd - in_flight);
}

/** Does at least the first segment of `skb` fit the peer's window? @linux net/ipv4/tcp_output.c */
export function tcp_snd_wnd_test(tp: tcp_sock, skb: sk_buff, cur_mss: number): boolean {
  const tcb = TCP_SKB_CB(skb);
  const end_seq = skb.len > cur_mss ? (tcb.seq + cur_mss) | 0 : tcb.end_seq;
  return !after(end_seq, tcp_wnd_end(tp));
}

/**
 * Send from the head of the send queue until something stops it: the congestion window, the peer's window, Nagle,
 * waiting for a fuller packet, pacing, the device's queue.
 *
 * @param nonagle TCP_NAGLE_… bits
 * @param push_one 0: all that may go; 1: one packet; 2: one packet, whatever the congestion window says (loss probe)
 * @returns true when data waits and nothing is on its way: a window probe is needed
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_write_xmit(sk: sock, mss_now: number, nonagle: number, push_one: number): boolean {
  const tp = tcp_sk(sk);
  let sent_pkts = 0;
  let is_cwnd_limited = false;
  let is_rwnd_limited = false;

  tcp_mstamp_refresh(tp);
  if (push_one === 0) {
    const result = tcp_mtu_probe(sk);
    if (result === 0) return false;
    if (result > 0) sent_pkts = 1;
  }

  const max_segs = tcp_tso_segs(sk, mss_now);
  for (let skb = tcp_send_head(sk); skb !== null; skb = tcp_send_head(sk)) {
    if (tcp_pacing_check(sk)) break;
    const tso_segs = tcp_init_tso_segs(skb, mss_now);

    let cwnd_quota = tcp_cwnd_test(tp, skb);
    if (cwnd_quota === 0) {
      if (push_one !== 2) break;
      cwnd_quota = 1;
    }
    if (!tcp_snd_wnd_test(tp, skb, mss_now)) {
      is_rwnd_limited = true;
      break;
    }
    if (tso_segs === 1) {
      // Only the last one may still grow: those before it never wait.
      if (!tcp_nagle_test(tp, skb, mss_now, tcp_skb_is_last(sk, skb) ? nonagle : TCP_NAGLE_PUSH)) break;
    } else if (push_one === 0) {
      const defer = tcp_tso_should_defer(sk, skb, max_segs);
      if (defer !== TSO_SEND_NOW) {
        if (defer === TSO_DEFER_CWND_LIMITED) is_cwnd_limited = true;
        if (defer === TSO_DEFER_RWND_LIMITED) is_rwnd_limited = true;
        break;
      }
    }

    let limit = mss_now;
    if (tso_segs > 1 && !tcp_urg_mode(tp)) {
      limit = tcp_mss_split_point(sk, skb, mss_now, Math.min(cwnd_quota, max_segs), nonagle);
    }
    if (skb.len > limit && tso_fragment(sk, skb, limit, mss_now) !== 0) break;
    if (tcp_small_queue_check(sk, skb, 0)) break;
    // Nothing in it yet: sendmsg is still filling it.
    const { seq, end_seq } = TCP_SKB_CB(skb);
    if (end_seq === seq) break;

    if (tcp_transmit_skb(sk, skb, true) !== 0) break;
    tcp_event_new_data_sent(sk, skb);
    tcp_minshall_update(tp, mss_now, skb);
    sent_pkts += tcp_skb_pcount(skb);
    if (push_one !== 0) break;
  }

  if (is_rwnd_limited) tcp_chrono_start(sk, TCP_CHRONO_RWND_LIMITED);
  else tcp_chrono_stop(sk, TCP_CHRONO_RWND_LIMITED);

  if (tcp_packets_in_flight(tp) >= tp.snd_cwnd) is_cwnd_limited = true;
  if (sent_pkts !== 0 || is_cwnd_limited) tcp_cwnd_validate(sk, is_cwnd_limited);
  if (sent_pkts !== 0) {
    if (tcp_in_cwnd_reduction(sk)) tp.prr_out += sent_pkts;
    // One probe per flight.
    if (push_one !== 2) tcp_schedule_loss_probe(sk, false);
    return false;
  }
  return tp.packets_out === 0 && !tcp_write_queue_empty(sk);
}

/** Send what may be sent; when nothing is on its way that could bring a window update, probe for one. @linux net/ipv4/tcp_output.c */
export function __tcp_push_pending_frames(sk: sock, cur_mss: number, nonagle: number): void {
  // A closed socket has nothing to send, though this may still be called for it.
  if (sk.sk_state === TCP_CLOSE) return;
  if (tcp_write_xmit(sk, cur_mss, nonagle, 0)) tcp_check_probe_timer(sk);
}

/** Send one full packet now, Nagle or not: sendmsg has more. @linux net/ipv4/tcp_output.c */
export function tcp_push_one(sk: sock, mss_now: number): void {
  tcp_write_xmit(sk, mss_now, TCP_NAGLE_PUSH, 1);
}

/** Send what may be sent, if there is anything. @linux include/net/tcp.h */
export function tcp_push_pending_frames(sk: sock): void {
  if (tcp_send_head(sk) !== null) __tcp_push_pending_frames(sk, tcp_current_mss(sk), tcp_sk(sk).nonagle);
}
