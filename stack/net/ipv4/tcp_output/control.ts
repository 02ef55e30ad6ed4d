/** Segments without data: ACKs, FIN, RST and probes. @linux net/ipv4/tcp_output.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  ICSK_ACK_PUSHED,
  ICSK_ACK_SCHED,
  ICSK_ACK_TIMER,
  ICSK_TIME_PROBE0,
  inet_csk,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  before,
  between,
  MAX_TCP_HEADER,
  seq_distance,
  TCP_DELACK_MAX,
  TCP_DELACK_MIN,
  TCP_NAGLE_OFF,
  TCP_RESOURCE_PROBE_INTERVAL,
  TCP_RTO_MAX,
  tcp_rtx_queue_tail,
  tcp_send_head,
  tcp_skb_pcount,
  tcp_under_memory_pressure,
  tcp_wnd_end,
  tcp_write_queue_empty,
  tcp_write_queue_tail,
  TCPHDR_ACK,
  TCPHDR_FIN,
  TCPHDR_PSH,
  TCPHDR_RST,
} from '../../../include/net/tcp.ts';
import { skb_set_tcp_pure_ack, TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPABORTFAILED,
  LINUX_MIB_TCPWINPROBE,
  TCP_MIB_OUTRSTS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_CLOSE, TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { HZ, jiffies, time_before, time_before_eq, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { alloc_skb, skb_reserve } from '../../core/skbuff/alloc.ts';
import { sk_forced_mem_schedule, sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { tcp_add_write_queue_tail } from '../tcp/queue.ts';
import { tcp_clamp_probe0_to_user_timeout } from '../tcp_timer/timeout.ts';
import { tcp_probe0_when, tcp_reset_xmit_timer } from '../tcp_timer/xmit_timer.ts';
import { TCP_FRAG_IN_WRITE_QUEUE, tcp_fragment, tcp_set_skb_tso_segs } from './fragment.ts';
import { reset_delack_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_current_mss } from './mss.ts';
import {
  __tcp_transmit_skb,
  tcp_init_nondata_skb,
  tcp_mstamp_refresh,
  tcp_transmit_skb,
} from './transmit.ts';
import { tcp_acceptable_seq } from './window.ts';
import { __tcp_push_pending_frames, tcp_event_new_data_sent } from './xmit.ts';

/**
 * Schedule a delayed ACK (RFC 9293 3.8.6.3). The delay is the estimated interval between the peer's segments
 * (ato); in an interactive connection it is at most one round-trip time and 200 ms.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_delayed_ack(sk: sock): void {
  const icsk = inet_csk(sk);
  const now = jiffies(sock_net(sk).machine);
  let ato = icsk.icsk_ack.ato;

  if (ato > TCP_DELACK_MIN) {
    const tp = tcp_sk(sk);
    let max_ato = HZ / 2;
    if (inet_csk_in_pingpong_mode(sk) || (icsk.icsk_ack.pending & ICSK_ACK_PUSHED) !== 0)
      max_ato = TCP_DELACK_MAX;
    // The peer may still be in slow start: acknowledge within each round trip.
    if (tp.srtt_us !== 0)
      max_ato = Math.min(max_ato, Math.max(usecs_to_jiffies(tp.srtt_us >>> 3), TCP_DELACK_MIN));
    ato = Math.min(ato, max_ato);
  }
  ato = Math.min(ato, icsk.icsk_delack_max);

  // Do not exceed the deadline computed earlier.
  let timeout = now + ato;
  if ((icsk.icsk_ack.pending & ICSK_ACK_TIMER) !== 0) {
    // The pending ACK is nearly due: send it now.
    if (time_before_eq(icsk.icsk_ack.timeout, now + (ato >> 2))) {
      trace.sockscope_send(sk, null, 'ack_due');
      tcp_send_ack(sk);
      return;
    }
    if (!time_before(timeout, icsk.icsk_ack.timeout)) timeout = icsk.icsk_ack.timeout;
  }
  icsk.icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
  icsk.icsk_ack.timeout = timeout;
  trace.sockscope_delay_ack(sk);
  reset_delack_timer(sk, timeout);
}

/** Send an ACK of `rcv_nxt` now. @linux net/ipv4/tcp_output.c */
export function __tcp_send_ack(sk: sock, rcv_nxt: u32): void {
  // After a reset nothing is acknowledged.
  if (sk.sk_state === TCP_CLOSE) return;
  const buff = alloc_skb(sock_net(sk).machine, MAX_TCP_HEADER);
  skb_reserve(buff, MAX_TCP_HEADER);
  tcp_init_nondata_skb(buff, tcp_acceptable_seq(sk), TCPHDR_ACK);
  skb_set_tcp_pure_ack(buff);
  __tcp_transmit_skb(sk, buff, false, rcv_nxt);
}

/** Acknowledge all in-order data now. @linux net/ipv4/tcp_output.c */
export function tcp_send_ack(sk: sock): void {
  __tcp_send_ack(sk, tcp_sk(sk).rcv_nxt);
}

/**
 * Queue a FIN: on the last unsent segment, or else as a segment of its own. It is sent after the data queued
 * before it.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_fin(sk: sock): void {
  const tp = tcp_sk(sk);
  const tail = tcp_write_queue_tail(sk);
  // Memory is short: set the FIN on the last sent segment, so that its retransmission carries it.
  const tskb = tail === null && tcp_under_memory_pressure(sk) ? tcp_rtx_queue_tail(sk) : tail;

  if (tskb !== null) {
    const tcb = TCP_SKB_CB(tskb);
    tcb.tcp_flags |= TCPHDR_FIN;
    tcb.end_seq = (tcb.end_seq + 1) | 0;
    tp.write_seq = (tp.write_seq + 1) | 0;
    if (tail === null) {
      // Account for the FIN as if it had been sent and lost.
      tp.snd_nxt = (tp.snd_nxt + 1) | 0;
      return;
    }
  } else {
    const skb = alloc_skb(sock_net(sk).machine, MAX_TCP_HEADER);
    skb_reserve(skb, MAX_TCP_HEADER);
    sk_forced_mem_schedule(sk, skb.truesize);
    // The FIN occupies a sequence number, so write_seq advances.
    tcp_init_nondata_skb(skb, tp.write_seq, TCPHDR_ACK | TCPHDR_FIN);
    tp.write_seq = TCP_SKB_CB(skb).end_seq;
    tcp_add_write_queue_tail(sk, skb);
    sk_wmem_queued_add(sk, skb.truesize);
    sk_mem_charge(sk, skb.truesize);
  }
  trace.sockscope_send(sk, null, 'fin');
  __tcp_push_pending_frames(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
}

/**
 * Reset the connection, because an orderly close would lose data (RFC 9293 3.5.2).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_active_reset(sk: sock): void {
  const net = sock_net(sk);
  TCP_INC_STATS(net, TCP_MIB_OUTRSTS);
  const skb = alloc_skb(net.machine, MAX_TCP_HEADER);
  skb_reserve(skb, MAX_TCP_HEADER);
  tcp_init_nondata_skb(skb, tcp_acceptable_seq(sk), TCPHDR_ACK | TCPHDR_RST);
  tcp_mstamp_refresh(tcp_sk(sk));
  if (tcp_transmit_skb(sk, skb, false) !== 0) NET_INC_STATS(net, LINUX_MIB_TCPABORTFAILED);
  trace.tcp_send_reset(sk, null);
}

/**
 * Send a segment without data just outside the peer's window: the peer must answer with an ACK, which carries
 * its window.
 *
 * @param urgent the probe announces urgent data, so it uses a new sequence number
 * @param mib counter: LINUX_MIB_…
 * @linux net/ipv4/tcp_output.c
 */
function tcp_xmit_probe_skb(sk: sock, urgent: boolean, mib: number): Errno {
  const skb = alloc_skb(sock_net(sk).machine, MAX_TCP_HEADER);
  skb_reserve(skb, MAX_TCP_HEADER);
  tcp_init_nondata_skb(skb, (tcp_sk(sk).snd_una - (urgent ? 0 : 1)) | 0, TCPHDR_ACK);
  NET_INC_STATS(sock_net(sk), mib);
  return tcp_transmit_skb(sk, skb, false);
}

/** Probe the peer for its window. @linux net/ipv4/tcp_output.c */
export function tcp_send_window_probe(sk: sock): void {
  if (sk.sk_state !== TCP_ESTABLISHED) return;
  const tp = tcp_sk(sk);
  tp.snd_wl1 = (tp.rcv_nxt - 1) | 0;
  tcp_mstamp_refresh(tp);
  tcp_xmit_probe_skb(sk, false, LINUX_MIB_TCPWINPROBE);
}

/**
 * Make the peer answer: send the next data if part of it fits into the peer's window, otherwise a probe
 * without data.
 *
 * @param mib counter of probes: LINUX_MIB_TCPWINPROBE or …TCPKEEPALIVE
 * @returns 0: sent; negative: failed; positive: the qdisc is full
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_write_wakeup(sk: sock, mib: number): Errno {
  const tp = tcp_sk(sk);
  if (sk.sk_state === TCP_CLOSE) return -1;

  const skb = tcp_send_head(sk);
  if (skb === null || !before(TCP_SKB_CB(skb).seq, tcp_wnd_end(tp))) {
    if (between(tp.snd_up, (tp.snd_una + 1) | 0, (tp.snd_una + 0xffff) | 0))
      tcp_xmit_probe_skb(sk, true, mib);
    return tcp_xmit_probe_skb(sk, false, mib);
  }

  const tcb = TCP_SKB_CB(skb);
  const mss = tcp_current_mss(sk);
  const seg_size = seq_distance(tcb.seq, tcp_wnd_end(tp));
  if (before(tp.pushed_seq, tcb.end_seq)) tp.pushed_seq = tcb.end_seq;
  if (seg_size < seq_distance(tcb.seq, tcb.end_seq) || skb.len > mss) {
    tcb.tcp_flags |= TCPHDR_PSH;
    if (tcp_fragment(sk, TCP_FRAG_IN_WRITE_QUEUE, skb, Math.min(seg_size, mss), mss) !== 0) return -1;
  } else if (tcp_skb_pcount(skb) === 0) {
    tcp_set_skb_tso_segs(skb, mss);
  }
  tcb.tcp_flags |= TCPHDR_PSH;
  const err = tcp_transmit_skb(sk, skb, true);
  if (err === 0) tcp_event_new_data_sent(sk, skb);
  return err;
}

/**
 * The peer's window is closed while data waits: send a probe and arm the timer for the next one (RFC 9293
 * 3.8.6.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_probe0(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const err = tcp_write_wakeup(sk, LINUX_MIB_TCPWINPROBE);
  if (tp.packets_out !== 0 || tcp_write_queue_empty(sk)) {
    // The window has opened and data was sent.
    icsk.icsk_probes_out = 0;
    icsk.icsk_backoff = 0;
    icsk.icsk_probes_tstamp = 0;
    return;
  }

  icsk.icsk_probes_out++;
  let timeout;
  if (err <= 0) {
    if (icsk.icsk_backoff < sock_net(sk).ipv4.sysctl_tcp_retries2) icsk.icsk_backoff++;
    timeout = tcp_probe0_when(sk, TCP_RTO_MAX);
  } else {
    // Local congestion prevented the probe: do not back off.
    timeout = TCP_RESOURCE_PROBE_INTERVAL;
  }
  tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, tcp_clamp_probe0_to_user_timeout(sk, timeout), TCP_RTO_MAX);
}
