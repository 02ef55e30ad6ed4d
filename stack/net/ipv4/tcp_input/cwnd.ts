/**
 * Congestion window changes: proportional rate reduction (PRR, RFC 6937), growth after a successful MTU
 * probe, and undo of a reduction when no segment was lost (Eifel, D-SACK, F-RTO).
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { ValueReason } from '../../../capture/value_reason.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { type dst_entry, dst_metric } from '../../../include/net/dst.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_ca_event,
  tcp_clear_all_retrans_hints,
  tcp_current_ssthresh,
  tcp_highest_sack_seq,
  TCP_INFINITE_SSTHRESH,
  TCP_INIT_CWND,
  tcp_is_reno,
  tcp_is_sack,
  tcp_jiffies32,
  tcp_left_out,
  tcp_packets_in_flight,
  TCP_RACK_RECOVERY_THRESH,
  tcp_skb_timestamp,
} from '../../../include/net/tcp.ts';
import { CA_EVENT_COMPLETE_CWR } from '../../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB, TCPCB_LOST, TCPCB_RETRANS } from '../../../include/net/tcp_skb_cb.ts';
import { RTAX_INITCWND } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  LINUX_MIB_TCPDSACKUNDO,
  LINUX_MIB_TCPFULLUNDO,
  LINUX_MIB_TCPLOSSUNDO,
  LINUX_MIB_TCPMTUPFAIL,
  LINUX_MIB_TCPMTUPSUCCESS,
  LINUX_MIB_TCPPARTIALUNDO,
  LINUX_MIB_TCPSPURIOUSRTOS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CA_CWR,
  TCP_CA_Disorder,
  TCP_CA_Loss,
  TCP_CA_Open,
  TCP_SYN_SENT,
} from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_mss_to_mtu, tcp_sync_mss } from '../tcp_output/mss.ts';
import { FLAG_SND_UNA_ADVANCED } from './ack.ts';
import { tcp_ecn_queue_cwr, tcp_ecn_withdraw_cwr } from './ecn.ts';
import { tcp_any_retrans_done, tcp_check_sack_reordering } from './loss.ts';
import type { tcp_alert } from './recovery.ts';
import { trace } from '../../../trace/events.ts';

/** Initial congestion window in segments: the route's, or 10 (RFC 6928). @linux net/ipv4/tcp_input.c */
export function tcp_init_cwnd(tp: tcp_sock, dst: dst_entry | null): number {
  const cwnd = (dst !== null ? dst_metric(dst, RTAX_INITCWND) : 0) || TCP_INIT_CWND;
  return Math.min(cwnd, tp.snd_cwnd_clamp);
}

/** Start to reduce cwnd to ssthresh over one round trip (PRR, RFC 6937). @linux net/ipv4/tcp_input.c */
export function tcp_init_cwnd_reduction(sk: sock): void {
  const tp = tcp_sk(sk);
  tp.high_seq = tp.snd_nxt;
  tp.tlp_high_seq = 0;
  tp.snd_cwnd_cnt = 0;
  tp.prior_cwnd = tp.snd_cwnd;
  tp.prr_delivered = 0;
  tp.prr_out = 0;
  tp.snd_ssthresh = inet_csk(sk).icsk_ca_ops!.ssthresh(sk);
  tcp_ecn_queue_cwr(tp);
}

/**
 * One step of the proportional rate reduction (RFC 6937). While more than ssthresh is in flight, each
 * delivered segment allows ssthresh / prior_cwnd segments to be sent; below that, the sender may send as many
 * segments as were delivered.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_cwnd_reduction(
  sk: sock,
  newly_acked_sacked: number,
  newly_lost: number,
  flag: number,
): void {
  const tp = tcp_sk(sk);
  const in_flight = tcp_packets_in_flight(tp);
  const delta = tp.snd_ssthresh - in_flight;
  if (newly_acked_sacked <= 0) return;
  if (WARN_ON_ONCE(sock_net(sk).machine, tp.prior_cwnd === 0, 'tcp_cwnd_reduction: !tp->prior_cwnd')) return;

  tp.prr_delivered += newly_acked_sacked;
  let sndcnt: number;
  if (delta < 0) {
    const dividend = tp.snd_ssthresh * tp.prr_delivered + tp.prior_cwnd - 1;
    sndcnt = Math.floor(dividend / tp.prior_cwnd) - tp.prr_out;
  } else {
    sndcnt = Math.max(tp.prr_delivered - tp.prr_out, newly_acked_sacked);
    if ((flag & FLAG_SND_UNA_ADVANCED) !== 0 && newly_lost === 0) sndcnt++;
    sndcnt = Math.min(delta, sndcnt);
  }
  // The first step always sends the fast retransmission.
  sndcnt = Math.max(sndcnt, tp.prr_out !== 0 ? 0 : 1);
  tp.snd_cwnd = in_flight + sndcnt;
  trace.sockscope_value_set(tp, 'snd_cwnd', 'prr');
}

/** End the reduction: set cwnd to ssthresh. @linux net/ipv4/tcp_input.c */
export function tcp_end_cwnd_reduction(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  if (icsk.icsk_ca_ops!.cong_control !== undefined) return;
  if (
    tp.snd_ssthresh < TCP_INFINITE_SSTHRESH &&
    (icsk.icsk_ca_state === TCP_CA_CWR || tp.undo_marker !== 0)
  ) {
    tp.snd_cwnd = tp.snd_ssthresh;
    trace.sockscope_value_set(tp, 'snd_cwnd', 'reduction_over');
    tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  }
  tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/** Congestion without loss: reduce cwnd. @linux net/ipv4/tcp_input.c */
export function tcp_enter_cwr(sk: sock, why: 'ecn_echo' | 'local_congestion'): void {
  const tp = tcp_sk(sk);
  tp.prior_ssthresh = 0;
  if (inet_csk(sk).icsk_ca_state < TCP_CA_CWR) {
    tp.undo_marker = 0;
    tcp_init_cwnd_reduction(sk);
    trace.sockscope_value_set(tp, 'snd_ssthresh', why);
    tcp_set_ca_state(sk, TCP_CA_CWR, why === 'ecn_echo' ? 'ca_ecn' : 'ca_local');
  }
}

/**
 * Return to Open, or to Disorder while any segment is SACKed, lost or retransmitted.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_keep_open(sk: sock): void {
  const tp = tcp_sk(sk);
  const state = tcp_left_out(tp) !== 0 || tcp_any_retrans_done(sk) ? TCP_CA_Disorder : TCP_CA_Open;
  if (inet_csk(sk).icsk_ca_state !== state) {
    tcp_set_ca_state(sk, state, state === TCP_CA_Open ? 'ca_nothing_missing' : 'ca_disorder');
    tp.high_seq = tp.snd_nxt;
  }
}

/** Whether the ACK echoes a timestamp older than `when`. @linux net/ipv4/tcp_input.c */
function tcp_tsopt_ecr_before(tp: tcp_sock, when: u32): boolean {
  return tp.rx_opt.saw_tstamp && tp.rx_opt.rcv_tsecr !== 0 && before(tp.rx_opt.rcv_tsecr, when);
}

/** Whether the segment was retransmitted although the original had arrived. @linux net/ipv4/tcp_input.c */
export function tcp_skb_spurious_retrans(tp: tcp_sock, skb: sk_buff): boolean {
  return (TCP_SKB_CB(skb).sacked & TCPCB_RETRANS) !== 0 && tcp_tsopt_ecr_before(tp, tcp_skb_timestamp(skb));
}

/**
 * Whether the original was only delayed: nothing was retransmitted, or the echoed timestamp is older than the
 * first retransmission.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_packet_delayed(tp: tcp_sock): boolean {
  if (tp.retrans_stamp !== 0) return tcp_tsopt_ecr_before(tp, tp.retrans_stamp);
  // Without SACK an ACK of high_seq does not tell which copy arrived (RFC 6582 section 4, "multiple fast
  // retransmits").
  if (!tcp_is_sack(tp) && !before(tp.snd_una, tp.high_seq)) return false;
  if (tp.sk_state === TCP_SYN_SENT) return false;
  return true;
}

/** Restore cwnd and ssthresh to their values before the reduction. @linux net/ipv4/tcp_input.c */
export function tcp_undo_cwnd_reduction(sk: sock, unmark_loss: boolean, why: ValueReason): void {
  const tp = tcp_sk(sk);
  if (unmark_loss) {
    for (let skb = tp.tcp_rtx_queue.first; skb !== null; skb = skb.next)
      TCP_SKB_CB(skb).sacked &= ~TCPCB_LOST;
    tp.lost_out = 0;
    tcp_clear_all_retrans_hints(tp);
  }
  if (tp.prior_ssthresh !== 0) {
    tp.snd_cwnd = inet_csk(sk).icsk_ca_ops!.undo_cwnd(sk);
    trace.sockscope_value_set(tp, 'snd_cwnd', why);
    if (tp.prior_ssthresh > tp.snd_ssthresh) {
      tp.snd_ssthresh = tp.prior_ssthresh;
      trace.sockscope_value_set(tp, 'snd_ssthresh', why);
      tcp_ecn_withdraw_cwr(tp);
    }
  }
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  tp.undo_marker = 0;
  tp.rack.advanced = true;
}

function tcp_may_undo(tp: tcp_sock): boolean {
  return tp.undo_marker !== 0 && (tp.undo_retrans === 0 || tcp_packet_delayed(tp));
}
/** What tcp_may_undo() goes by. */
function undo_reason(tp: tcp_sock): ValueReason {
  return tp.undo_retrans === 0 ? 'undo_dsack' : delay_reason(tp);
}
/** What tcp_packet_delayed() goes by. */
function delay_reason(tp: tcp_sock): ValueReason {
  return tp.retrans_stamp !== 0 ? 'undo_timestamps' : 'undo_reordered';
}

/**
 * RFC 6582 section 4: without SACK only an ACK beyond high_seq ends the state.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_is_non_sack_preventing_reopen(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (tp.snd_una !== tp.high_seq || !tcp_is_reno(tp)) return false;
  if (!tcp_any_retrans_done(sk)) tp.retrans_stamp = 0;
  return true;
}

/**
 * Everything in flight at the start of the recovery is acknowledged: undo the reduction if no segment was
 * lost, and return to Open.
 *
 * @returns true: stay in this state until the peer acknowledges more
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_undo_recovery(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (tcp_may_undo(tp)) {
    // No segment was lost: the original was only delayed, or D-SACKs reported every retransmission as a
    // duplicate.
    tcp_undo_cwnd_reduction(sk, false, undo_reason(tp));
    const loss = inet_csk(sk).icsk_ca_state === TCP_CA_Loss;
    NET_INC_STATS(sock_net(sk), loss ? LINUX_MIB_TCPLOSSUNDO : LINUX_MIB_TCPFULLUNDO);
  } else if (tp.rack.reo_wnd_persist > 0) {
    tp.rack.reo_wnd_persist--;
  }
  if (tcp_is_non_sack_preventing_reopen(sk)) return true;
  const after_timeout = inet_csk(sk).icsk_ca_state === TCP_CA_Loss;
  tcp_set_ca_state(sk, TCP_CA_Open, after_timeout ? 'ca_timeout_over' : 'ca_recovered');
  tp.is_sack_reneg = false;
  return false;
}

/** D-SACKs reported every single retransmission as a duplicate: undo. @linux net/ipv4/tcp_input.c */
export function tcp_try_undo_dsack(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (tp.undo_marker === 0 || tp.undo_retrans !== 0) return false;
  tp.rack.reo_wnd_persist = Math.min(TCP_RACK_RECOVERY_THRESH, tp.rack.reo_wnd_persist + 1);
  tcp_undo_cwnd_reduction(sk, false, 'undo_dsack');
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPDSACKUNDO);
  return true;
}

/**
 * Undo a spurious time-out. `frto_undo`: F-RTO has shown that it was spurious.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_undo_loss(sk: sock, frto_undo: boolean): boolean {
  const tp = tcp_sk(sk);
  if (!frto_undo && !tcp_may_undo(tp)) return false;
  tcp_undo_cwnd_reduction(sk, true, frto_undo ? 'undo_frto' : undo_reason(tp));
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPLOSSUNDO);
  if (frto_undo) NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPSPURIOUSRTOS);
  inet_csk(sk).icsk_retransmits = 0;
  if (tcp_is_non_sack_preventing_reopen(sk)) return true;
  if (frto_undo || tcp_is_sack(tp)) {
    tcp_set_ca_state(sk, TCP_CA_Open, 'ca_undone');
    tp.is_sack_reneg = false;
  }
  return true;
}

/**
 * Whether so much data above snd_una is SACKed that the segment at snd_una must be lost.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_force_fast_retransmit(sk: sock): boolean {
  const tp = tcp_sk(sk);
  return after(tcp_highest_sack_seq(tp), (tp.snd_una + tp.reordering * tp.mss_cache) | 0);
}

/**
 * A partial ACK during recovery. If the original of a retransmitted segment arrived, the network reordered
 * and did not lose it: undo. Otherwise the SACKs must tell whether more is lost (alert.do_lost).
 *
 * @returns true: retransmissions are in flight; wait for their ACKs before undoing
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_undo_partial(sk: sock, prior_snd_una: u32, alert: tcp_alert): boolean {
  const tp = tcp_sk(sk);
  if (tp.undo_marker === 0 || !tcp_packet_delayed(tp)) {
    alert.do_lost = tcp_force_fast_retransmit(sk);
    return false;
  }
  tcp_check_sack_reordering(sk, prior_snd_una, true);
  if (tp.retrans_out !== 0) return true;
  const why = delay_reason(tp);
  if (!tcp_any_retrans_done(sk)) tp.retrans_stamp = 0;
  tcp_undo_cwnd_reduction(sk, true, why);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPPARTIALUNDO);
  tcp_try_keep_open(sk);
  return false;
}

/** The MTU probe was lost: the path does not carry segments of that size. @linux net/ipv4/tcp_input.c */
export function tcp_mtup_probe_failed(sk: sock): void {
  const mtup = inet_csk(sk).icsk_mtup!;
  mtup.search_high = mtup.probe_size - 1;
  mtup.probe_size = 0;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMTUPFAIL);
}

/**
 * The MTU probe arrived: use its size for new segments, and scale cwnd so that the bytes in flight stay the
 * same.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_mtup_probe_success(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup!;
  tp.prior_ssthresh = tcp_current_ssthresh(sk);
  const cwnd = Math.floor((tp.snd_cwnd * tcp_mss_to_mtu(sk, tp.mss_cache)) / mtup.probe_size);
  tp.snd_cwnd = Math.max(1, cwnd);
  trace.sockscope_value_set(tp, 'snd_cwnd', 'mtu_probe_arrived');
  tp.snd_cwnd_cnt = 0;
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  tp.snd_ssthresh = tcp_current_ssthresh(sk);
  trace.sockscope_value_set(tp, 'snd_ssthresh', 'mtu_probe_arrived');
  mtup.search_low = mtup.probe_size;
  mtup.probe_size = 0;
  tcp_sync_mss(sk, icsk.icsk_pmtu_cookie);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMTUPSUCCESS);
}
