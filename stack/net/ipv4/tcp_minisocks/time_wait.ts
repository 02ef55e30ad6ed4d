/**
 * A connection in TIME_WAIT (or in FIN_WAIT2 without a process): entering the state, and segments that arrive
 * in it.
 *
 * @linux net/ipv4/tcp_minisocks.c
 */
import type { StateReason } from '../../../capture/state_reason.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_options_received, tcp_sk, tcp_twsk, type tcphdr } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { inet_timewait_sock } from '../../../include/net/inet_timewait_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { after, before, tcp_receive_window, TCP_TIMEWAIT_LEN } from '../../../include/net/tcp.ts';
import { tcp_paws_reject } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_PAWSESTABREJECTED,
  LINUX_MIB_TCPACKSKIPPEDFINWAIT2,
  LINUX_MIB_TCPACKSKIPPEDTIMEWAIT,
  LINUX_MIB_TCPTIMEWAITOVERFLOW,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_FIN_WAIT2, TCP_TIME_WAIT, type TcpState } from '../../../include/uapi/linux/tcp.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { ktime_get_seconds } from '../../../kernel/time/timekeeping.ts';
import {
  inet_twsk_alloc,
  inet_twsk_deschedule_put,
  inet_twsk_hashdance,
  inet_twsk_put,
  inet_twsk_reschedule,
  inet_twsk_schedule,
} from '../inet_timewait_sock.ts';
import { trace } from '../../../trace/events.ts';
import { tcp_done } from '../tcp/state.ts';
import { tcp_parse_options } from '../tcp_input/options.ts';
import { tcp_oow_rate_limited } from '../tcp_input/validate.ts';

/**
 * How the caller handles a segment that arrived in TIME_WAIT.
 *
 * @linux enum tcp_tw_status (include/net/tcp.h)
 */
export const TCP_TW_SUCCESS = 0;
export const TCP_TW_RST = 1;
export const TCP_TW_ACK = 2;
/** A new connection with the same addresses and ports. */
export const TCP_TW_SYN = 3;

/** Whether any part of the segment lies between s_win and e_win. @linux net/ipv4/tcp_minisocks.c */
export function tcp_in_window(seq: u32, end_seq: u32, s_win: u32, e_win: u32): boolean {
  if (seq === s_win) return true;
  if (after(end_seq, s_win) && before(seq, e_win)) return true;
  return seq === e_win && seq === end_seq;
}

/** Answer an unacceptable segment with an ACK, subject to the rate limit. @linux net/ipv4/tcp_minisocks.c */
function tcp_timewait_check_oow_rate_limit(tw: inet_timewait_sock, skb: sk_buff, mib_idx: number): number {
  const tcptw = tcp_twsk(tw);
  if (!tcp_oow_rate_limited(tw.skc_net, skb, mib_idx, tcptw)) return TCP_TW_ACK;
  inet_twsk_put(tw);
  return TCP_TW_SUCCESS;
}

/**
 * A segment for a time-wait sock (RFC 9293 3.10.7.4, RFC 1122 4.2.2.13, RFC 6191). Drops the reference,
 * unless it returns TCP_TW_ACK, _RST or _SYN.
 *
 * @returns TCP_TW_…
 * @linux net/ipv4/tcp_minisocks.c
 */
export function tcp_timewait_state_process(tw: inet_timewait_sock, skb: sk_buff, th: tcphdr): number {
  const tcptw = tcp_twsk(tw);
  const net = tw.skc_net;
  const cb = TCP_SKB_CB(skb);
  const tmp_opt = new tcp_options_received();
  let paws_reject = false;
  if (th.doff > 5 && tcptw.tw_ts_recent_stamp !== 0) {
    tcp_parse_options(net, skb, tmp_opt, false);
    if (tmp_opt.saw_tstamp) {
      if (tmp_opt.rcv_tsecr !== 0) tmp_opt.rcv_tsecr = (tmp_opt.rcv_tsecr - tcptw.tw_ts_offset) | 0;
      tmp_opt.ts_recent = tcptw.tw_ts_recent;
      tmp_opt.ts_recent_stamp = tcptw.tw_ts_recent_stamp;
      paws_reject = tcp_paws_reject(net.machine, tmp_opt, th.rst);
    }
  }

  if (tw.tw_substate === TCP_FIN_WAIT2) return finwait2_state_process(tw, skb, th, tmp_opt, paws_reject);

  // An ACK or a RST exactly at rcv_nxt: the ACK is late or retransmitted.
  if (!paws_reject && cb.seq === tcptw.tw_rcv_nxt && (cb.seq === cb.end_seq || th.rst)) {
    if (th.rst) {
      // RFC 1337 advises against letting a RST end TIME_WAIT; Linux allows it by default, like most stacks.
      if (net.ipv4.sysctl_tcp_rfc1337 === 0) {
        inet_twsk_deschedule_put(tw, 'reset_in_time_wait');
        return TCP_TW_SUCCESS;
      }
    } else {
      inet_twsk_reschedule(tw, TCP_TIMEWAIT_LEN);
    }
    if (tmp_opt.saw_tstamp) {
      tcptw.tw_ts_recent = tmp_opt.rcv_tsval;
      tcptw.tw_ts_recent_stamp = ktime_get_seconds(net.machine);
    }
    inet_twsk_put(tw);
    return TCP_TW_SUCCESS;
  }

  // RFC 6191: a SYN opens a new connection if its sequence number or its timestamp is beyond the old
  // connection's.
  if (
    th.syn &&
    !th.rst &&
    !th.ack &&
    !paws_reject &&
    (after(cb.seq, tcptw.tw_rcv_nxt) ||
      (tmp_opt.saw_tstamp && ((tcptw.tw_ts_recent - tmp_opt.rcv_tsval) | 0) < 0))
  ) {
    cb.tcp_tw_isn = (tcptw.tw_snd_nxt + 65535 + 2) | 0 || 1;
    return TCP_TW_SYN;
  }

  if (paws_reject) NET_INC_STATS(net, LINUX_MIB_PAWSESTABREJECTED);
  if (!th.rst) {
    // The peer did not receive our last ACK: restart TIME_WAIT (RFC 9293 3.10.7.4).
    if (paws_reject || th.ack) inet_twsk_reschedule(tw, TCP_TIMEWAIT_LEN);
    return tcp_timewait_check_oow_rate_limit(tw, skb, LINUX_MIB_TCPACKSKIPPEDTIMEWAIT);
  }
  inet_twsk_put(tw);
  return TCP_TW_SUCCESS;
}

/** FIN_WAIT2: our FIN is acknowledged, the peer's FIN is awaited, and no process is left to read data. */
function finwait2_state_process(
  tw: inet_timewait_sock,
  skb: sk_buff,
  th: tcphdr,
  tmp_opt: tcp_options_received,
  paws_reject: boolean,
): number {
  const tcptw = tcp_twsk(tw);
  const cb = TCP_SKB_CB(skb);
  const rcv_nxt = tcptw.tw_rcv_nxt;
  // The segment is outside the window, or has an old timestamp.
  if (paws_reject || !tcp_in_window(cb.seq, cb.end_seq, rcv_nxt, (rcv_nxt + tcptw.tw_rcv_wnd) | 0)) {
    return tcp_timewait_check_oow_rate_limit(tw, skb, LINUX_MIB_TCPACKSKIPPEDFINWAIT2);
  }
  if (th.rst) {
    inet_twsk_deschedule_put(tw, 'reset');
    return TCP_TW_SUCCESS;
  }
  if (th.syn && !before(cb.seq, rcv_nxt)) return TCP_TW_RST;
  // A duplicate ACK.
  if (!th.ack || !after(cb.end_seq, rcv_nxt) || cb.end_seq === cb.seq) {
    inet_twsk_put(tw);
    return TCP_TW_SUCCESS;
  }
  // New data, or a FIN that is not next in sequence: nobody can read the data.
  if (!th.fin || cb.end_seq !== ((rcv_nxt + 1) | 0)) return TCP_TW_RST;

  // The FIN.
  tw.tw_substate = TCP_TIME_WAIT;
  trace.sockscope_time_wait(tw, TCP_FIN_WAIT2, TCP_TIME_WAIT, 'fin');
  tcptw.tw_rcv_nxt = cb.end_seq;
  if (tmp_opt.saw_tstamp) {
    tcptw.tw_ts_recent_stamp = ktime_get_seconds(tw.skc_net.machine);
    tcptw.tw_ts_recent = tmp_opt.rcv_tsval;
  }
  inet_twsk_reschedule(tw, TCP_TIMEWAIT_LEN);
  return TCP_TW_ACK;
}

/**
 * Replace the socket by a time-wait sock and close it. When there are too many time-wait socks, the
 * connection just ends.
 *
 * @param state TCP_TIME_WAIT, or TCP_FIN_WAIT2 of an orphan
 * @param timeo duration in jiffies; TIME_WAIT always lasts 60 s
 * @linux net/ipv4/tcp_minisocks.c
 */
export function tcp_time_wait(sk: sock, state: TcpState, timeo: number, why: StateReason): void {
  const tp = tcp_sk(sk);
  const inet = inet_sk(sk);
  const { icsk_rto } = inet_csk(sk);
  const net = sock_net(sk);
  const tw = inet_twsk_alloc(sk, net.ipv4.tcp_death_row, state);
  if (tw !== null) {
    // Allow for at least two retransmissions by the peer.
    const rto = (icsk_rto << 2) - (icsk_rto >> 1);
    tw.tw_transparent = inet.transparent;
    tw.tw_mark = sk.sk_mark;
    tw.skc_ipv6only = sk.skc_ipv6only;
    tw.skc_v6_daddr = sk.skc_v6_daddr;
    tw.skc_v6_rcv_saddr = sk.skc_v6_rcv_saddr;
    tw.tw_priority = sk.sk_priority;
    tw.tw_rcv_wscale = tp.rx_opt.rcv_wscale;
    tw.tw_rcv_nxt = tp.rcv_nxt;
    tw.tw_snd_nxt = tp.snd_nxt;
    tw.tw_rcv_wnd = tcp_receive_window(tp);
    tw.tw_ts_recent = tp.rx_opt.ts_recent;
    tw.tw_ts_recent_stamp = tp.rx_opt.ts_recent_stamp;
    tw.tw_ts_offset = tp.tsoffset;
    tw.tw_last_oow_ack_time = 0;
    if (timeo < rto) timeo = rto;
    if (state === TCP_TIME_WAIT) timeo = TCP_TIMEWAIT_LEN;

    local_bh_disable(net.machine);
    inet_twsk_schedule(tw, timeo);
    inet_twsk_hashdance(tw, sk, net.ipv4.hashinfo);
    local_bh_enable(net.machine);
    trace.sockscope_time_wait(tw, sk.skc_state, state, why);
  } else {
    NET_INC_STATS(net, LINUX_MIB_TCPTIMEWAITOVERFLOW);
  }
  tcp_done(sk, tw === null ? 'time_wait_full' : 'time_wait');
}
