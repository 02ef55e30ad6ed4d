/**
 * Processing an ACK: what it reports, as FLAG_… bits, and how the sender reacts.
 *
 * @linux net/ipv4/tcp_input.c
 */
import { type sk_buff, skb_shinfo } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_TCP_ACK_UNSENT_DATA,
  SKB_DROP_REASON_TCP_TOO_OLD_ACK,
} from '../../../include/net/dropreason.ts';
import { ICSK_TIME_PROBE0, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_fast_path_check,
  tcp_highest_sack_seq,
  tcp_in_cwnd_reduction,
  tcp_is_sack,
  tcp_jiffies32,
  TCP_NAGLE_OFF,
  tcp_packets_in_flight,
  TCP_RTO_MAX,
  tcp_send_head,
  tcp_update_wl,
  tcp_wnd_end,
  tcp_write_queue_empty,
} from '../../../include/net/tcp.ts';
import {
  CA_ACK_ECE,
  CA_ACK_SLOWPATH,
  CA_ACK_WIN_UPDATE,
  rate_sample,
} from '../../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPDELIVERED,
  LINUX_MIB_TCPDELIVEREDCE,
  LINUX_MIB_TCPHPACKS,
  LINUX_MIB_TCPLOSSPROBERECOVERY,
  LINUX_MIB_TCPPUREACKS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_CWR, TCP_CA_Open, TCP_SYN_SENT } from '../../../include/uapi/linux/tcp.ts';
import { trace } from '../../../trace/events.ts';
import { sk_dst_confirm } from '../../core/sock/dst.ts';
import { inet_csk_clear_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_current_mss, tcp_sync_mss } from '../tcp_output/mss.ts';
import { tcp_schedule_loss_probe, tcp_xmit_retransmit_queue } from '../tcp_output/retransmit.ts';
import { tcp_slow_start_after_idle_check } from '../tcp_output/transmit.ts';
import { __tcp_push_pending_frames } from '../tcp_output/xmit.ts';
import { tcp_rate_gen } from '../tcp_rate.ts';
import { tcp_rack_update_reo_wnd } from '../tcp_recovery.ts';
import { tcp_clamp_probe0_to_user_timeout } from '../tcp_timer/timeout.ts';
import { tcp_probe0_when, tcp_reset_xmit_timer } from '../tcp_timer/xmit_timer.ts';
import { tcp_clean_rtx_queue } from './clean_rtx_queue.ts';
import {
  tcp_cwnd_reduction,
  tcp_end_cwnd_reduction,
  tcp_init_cwnd_reduction,
  tcp_try_keep_open,
} from './cwnd.ts';
import { tcp_ecn_accept_cwr, tcp_ecn_rcv_ecn_echo } from './ecn.ts';
import { tcp_count_delivered } from './loss.ts';
import { tcp_replace_ts_recent } from './options.ts';
import { REXMIT_NEW, REXMIT_NONE, tcp_alert, tcp_fastretrans_alert } from './recovery.ts';
import { tcp_rearm_rto, tcp_update_pacing_rate } from './rtt.ts';
import { tcp_sacktag_write_queue } from './sack.ts';
import { tcp_sacktag_state } from './sack_tag.ts';
import { tcp_send_challenge_ack } from './validate.ts';

/** The segment carried data. */
export const FLAG_DATA = 0x01;
/** The ACK updated the send window. */
export const FLAG_WIN_UPDATE = 0x02;
/** The ACK acknowledged new data. */
export const FLAG_DATA_ACKED = 0x04;
/** Some of that data had been sent more than once. */
export const FLAG_RETRANS_DATA_ACKED = 0x08;
/** The ACK acknowledged our SYN. */
export const FLAG_SYN_ACKED = 0x10;
/** Data was newly acknowledged by SACK. */
export const FLAG_DATA_SACKED = 0x20;
/** The peer echoes a congestion mark. */
export const FLAG_ECE = 0x40;
/** A retransmission was found to be lost. */
export const FLAG_LOST_RETRANS = 0x80;
/** The segment took the slow path: check its window field. */
export const FLAG_SLOWPATH = 0x100;
/** Data that was sent only once was (S)ACKed. */
export const FLAG_ORIG_SACK_ACKED = 0x200;
/** snd_una moved. */
export const FLAG_SND_UNA_ADVANCED = 0x400;
/** A D-SACK reported a duplicate. */
export const FLAG_DSACKING_ACK = 0x800;
/** Rearm the loss-probe or retransmission timer. */
export const FLAG_SET_XMIT_TIMER = 0x1000;
/**
 * The segment at the head of the queue is SACKed, but the ACK does not cover it: the peer reneged on its
 * SACK.
 */
export const FLAG_SACK_RENEGING = 0x2000;
/** Call tcp_replace_ts_recent(). */
export const FLAG_UPDATE_TS_RECENT = 0x4000;
/** The caller sends the challenge ACK. */
export const FLAG_NO_CHALLENGE_ACK = 0x8000;
/** Probably a delayed ACK: its RTT must not become the minimum. */
export const FLAG_ACK_MAYBE_DELAYED = 0x10000;
/** The D-SACK reports a tail loss probe. */
export const FLAG_DSACK_TLP = 0x20000;

export const FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED;
/** An ACK with none of these flags is a duplicate. */
export const FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED;
/** Events that need the congestion state machine. */
export const FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK;
export const FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED;

/**
 * Handle the acknowledgment in a segment (RFC 9293 3.10.7.4, fifth): advance snd_una and the send window,
 * free acknowledged data, process SACK blocks, detect losses, run congestion control, and retransmit lost
 * segments.
 *
 * @param flag FLAG_… bits that the caller has determined
 * @returns 1; 0 for an old ACK; a negative -SKB_DROP_REASON_… for an unacceptable one
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_ack(sk: sock, skb: sk_buff, flag: number): number {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const prior_snd_una = tp.snd_una;
  const ack_seq = cb.seq;
  const ack = cb.ack_seq;

  if (before(ack, prior_snd_una)) return old_ack(sk, skb, flag);
  // RFC 9293: an ACK of data not yet sent is not acceptable.
  if (after(ack, tp.snd_nxt)) return -SKB_DROP_REASON_TCP_ACK_UNSENT_DATA;

  if (after(ack, prior_snd_una)) {
    flag |= FLAG_SND_UNA_ADVANCED;
    icsk.icsk_retransmits = 0;
    trace.sockscope_acked(sk, prior_snd_una, ack);
  }
  const is_sack_reneg = tp.is_sack_reneg;
  const prior_packets = tp.packets_out;
  const prior_delivered = tp.delivered;
  const prior_lost = tp.lost;
  const prior_fack = tcp_is_sack(tp) ? tcp_highest_sack_seq(tp) : tp.snd_una;
  const rs = new rate_sample();
  const sack_state = new tcp_sacktag_state(rs);
  rs.prior_in_flight = tcp_packets_in_flight(tp);

  // At this point the segment is known to be in the window.
  if ((flag & FLAG_UPDATE_TS_RECENT) !== 0) tcp_replace_ts_recent(tp, ack_seq);

  if ((flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) === FLAG_SND_UNA_ADVANCED) {
    // The fast path has already checked that the window is unchanged.
    tcp_update_wl(tp, ack_seq);
    tcp_snd_una_update(tp, ack);
    flag |= FLAG_WIN_UPDATE;
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPHPACKS);
  } else {
    if (ack_seq !== cb.end_seq) flag |= FLAG_DATA;
    else NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPPUREACKS);
    flag |= tcp_ack_update_window(sk, skb, ack, ack_seq);
    if (cb.sacked !== 0) flag |= tcp_sacktag_write_queue(sk, skb, prior_snd_una, sack_state);
    if (tcp_ecn_rcv_ecn_echo(tp, tcp_hdr(skb))) flag |= FLAG_ECE;
    if (sack_state.sack_delivered !== 0) {
      tcp_count_delivered(tp, sack_state.sack_delivered, (flag & FLAG_ECE) !== 0);
    }
  }
  // Accept CWR on pure ACKs too, although an RFC 3168 sender sets it only on data.
  tcp_ecn_accept_cwr(sk, skb);

  // The peer is reachable: clear soft errors.
  sk.sk_err_soft = 0;
  icsk.icsk_probes_out = 0;
  tp.rcv_tstamp = tcp_jiffies32(sk);
  if (prior_packets === 0) {
    ack_without_queue(sk, ack, flag, prior_snd_una, prior_delivered);
    return 1;
  }

  flag |= tcp_clean_rtx_queue(sk, prior_fack, prior_snd_una, sack_state, (flag & FLAG_ECE) !== 0);
  tcp_rack_update_reo_wnd(sk, rs);
  tcp_in_ack_event(sk, flag);
  if (tp.tlp_high_seq !== 0) tcp_process_tlp_ack(sk, ack, flag);

  let rexmit = REXMIT_NONE;
  if (tcp_ack_is_dubious(sk, flag)) {
    let num_dupack = 0;
    if ((flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK)) === 0) {
      num_dupack = 1;
      // The backlog may have coalesced several pure ACKs.
      if ((flag & FLAG_DATA) === 0) num_dupack = Math.max(1, skb_shinfo(skb).gso_segs);
    }
    const alert = new tcp_alert(flag);
    tcp_fastretrans_alert(sk, prior_snd_una, num_dupack, alert);
    flag = alert.flag;
    rexmit = alert.rexmit;
  }

  if ((flag & FLAG_SET_XMIT_TIMER) !== 0) tcp_set_xmit_timer(sk);
  if ((flag & FLAG_FORWARD_PROGRESS) !== 0 || (flag & FLAG_NOT_DUP) === 0) sk_dst_confirm(sk);

  const delivered = tcp_newly_delivered(sk, prior_delivered, flag);
  rs.is_ack_delayed = (flag & FLAG_ACK_MAYBE_DELAYED) !== 0;
  tcp_rate_gen(sk, delivered, tp.lost - prior_lost, is_sack_reneg, rs);
  tcp_cong_control(sk, ack, delivered, flag, rs);
  if (rexmit !== REXMIT_NONE) tcp_xmit_recovery(sk, rexmit);
  return 1;
}

/** Nothing was in flight. */
function ack_without_queue(
  sk: sock,
  ack: u32,
  flag: number,
  prior_snd_una: u32,
  prior_delivered: number,
): void {
  tcp_in_ack_event(sk, flag);
  // A D-SACK may show that the last recovery was spurious.
  if ((flag & FLAG_DSACKING_ACK) !== 0) {
    tcp_fastretrans_alert(sk, prior_snd_una, 0, new tcp_alert(flag));
    tcp_newly_delivered(sk, prior_delivered, flag);
  }
  // The window may have opened.
  tcp_ack_probe(sk);
  if (tcp_sk(sk).tlp_high_seq !== 0) tcp_process_tlp_ack(sk, ack, flag);
}

/** The ACK is below snd_una: only its SACK blocks are useful. */
function old_ack(sk: sock, skb: sk_buff, flag: number): number {
  const tp = tcp_sk(sk);
  const cb = TCP_SKB_CB(skb);
  const prior_snd_una = tp.snd_una;
  const max_window = Math.min(tp.max_window, tp.bytes_acked);
  // RFC 5961 5.2: an ACK this far below snd_una may be an attacker's guess.
  if (before(cb.ack_seq, (prior_snd_una - max_window) | 0)) {
    if ((flag & FLAG_NO_CHALLENGE_ACK) === 0) tcp_send_challenge_ack(sk);
    return -SKB_DROP_REASON_TCP_TOO_OLD_ACK;
  }
  if ((flag & FLAG_UPDATE_TS_RECENT) !== 0) tcp_replace_ts_recent(tp, cb.seq);
  if (cb.sacked !== 0) {
    const prior_delivered = tp.delivered;
    const sack_state = new tcp_sacktag_state(new rate_sample());
    const alert = new tcp_alert(flag | tcp_sacktag_write_queue(sk, skb, prior_snd_una, sack_state));
    tcp_fastretrans_alert(sk, prior_snd_una, 0, alert);
    tcp_newly_delivered(sk, prior_delivered, alert.flag);
    if (alert.rexmit !== REXMIT_NONE) tcp_xmit_recovery(sk, alert.rexmit);
  }
  return 0;
}

/** Advance snd_una. @linux net/ipv4/tcp_input.c */
function tcp_snd_una_update(tp: tcp_sock, ack: u32): void {
  tp.bytes_acked += (ack - tp.snd_una) >>> 0;
  tp.snd_una = ack;
}

/**
 * Update the send window from the segment, unless the segment is older than the last one used (SND.WL1,
 * SND.WL2).
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_ack_update_window(sk: sock, skb: sk_buff, ack: u32, ack_seq: u32): number {
  const tp = tcp_sk(sk);
  const th = tcp_hdr(skb);
  let flag = 0;
  let nwin = th.window;
  if (!th.syn) nwin <<= tp.rx_opt.snd_wscale;

  if (tcp_may_update_window(tp, ack, ack_seq, nwin)) {
    flag = FLAG_WIN_UPDATE;
    tcp_update_wl(tp, ack_seq);
    if (tp.snd_wnd !== nwin) {
      tp.snd_wnd = nwin;
      trace.sockscope_value_set(tp, 'snd_wnd', 'advertised');
      // The sender re-enables its fast path only here.
      tp.pred_flags = 0;
      tcp_fast_path_check(sk);
      if (!tcp_write_queue_empty(sk)) tcp_slow_start_after_idle_check(sk);
      if (nwin > tp.max_window) {
        tp.max_window = nwin;
        tcp_sync_mss(sk, inet_csk(sk).icsk_pmtu_cookie);
      }
    }
  }
  tcp_snd_una_update(tp, ack);
  return flag;
}

/**
 * Data was acknowledged: schedule a loss probe, or else restart the retransmission timer.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_set_xmit_timer(sk: sock): void {
  if (!tcp_schedule_loss_probe(sk, true)) tcp_rearm_rto(sk);
}

/**
 * Nothing is in flight and data is waiting: stop probing if the window now fits the next segment, otherwise
 * rearm the probe timer.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_ack_probe(sk: sock): void {
  const icsk = inet_csk(sk);
  const head = tcp_send_head(sk);
  if (head === null) return;
  if (!after(TCP_SKB_CB(head).end_seq, tcp_wnd_end(tcp_sk(sk)))) {
    icsk.icsk_backoff = 0;
    icsk.icsk_probes_tstamp = 0;
    inet_csk_clear_xmit_timer(sk, ICSK_TIME_PROBE0);
    // tcp_data_snd_check() will send the segment.
  } else {
    const when = tcp_clamp_probe0_to_user_timeout(sk, tcp_probe0_when(sk, TCP_RTO_MAX));
    tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, when, TCP_RTO_MAX);
  }
}

function tcp_ack_is_dubious(sk: sock, flag: number): boolean {
  return (
    (flag & FLAG_NOT_DUP) === 0 || (flag & FLAG_CA_ALERT) !== 0 || inet_csk(sk).icsk_ca_state !== TCP_CA_Open
  );
}

/**
 * Whether this ACK may grow cwnd: on a path with much reordering any delivery may, otherwise only in-order
 * delivery.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_may_raise_cwnd(sk: sock, flag: number): boolean {
  if (tcp_sk(sk).reordering > sock_net(sk).ipv4.sysctl_tcp_reordering)
    return (flag & FLAG_FORWARD_PROGRESS) !== 0;
  return (flag & FLAG_DATA_ACKED) !== 0;
}

/** Let congestion control update cwnd; runs near the end of ACK processing. @linux net/ipv4/tcp_input.c */
function tcp_cong_control(sk: sock, ack: u32, acked_sacked: number, flag: number, rs: rate_sample): void {
  const ca_ops = inet_csk(sk).icsk_ca_ops!;
  if (ca_ops.cong_control !== undefined) {
    ca_ops.cong_control(sk, rs);
    return;
  }
  if (tcp_in_cwnd_reduction(sk)) {
    tcp_cwnd_reduction(sk, acked_sacked, rs.losses, flag);
  } else if (tcp_may_raise_cwnd(sk, flag)) {
    tcp_cong_avoid(sk, ack, acked_sacked);
  }
  tcp_update_pacing_rate(sk);
}
function tcp_cong_avoid(sk: sock, ack: u32, acked: number): void {
  inet_csk(sk).icsk_ca_ops!.cong_avoid!(sk, ack, acked);
  tcp_sk(sk).snd_cwnd_stamp = tcp_jiffies32(sk);
}

/**
 * An ACK arrives while a tail loss probe is in flight (RFC 8985 section 7.4). If the probe repaired a loss,
 * reduce cwnd.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_process_tlp_ack(sk: sock, ack: u32, flag: number): void {
  const tp = tcp_sk(sk);
  if (before(ack, tp.tlp_high_seq)) return;
  if (!tp.tlp_retrans || (flag & FLAG_DSACK_TLP) !== 0) {
    // Either the probe was new data, or both the original and the probe arrived.
    tp.tlp_high_seq = 0;
  } else if (after(ack, tp.tlp_high_seq)) {
    // tcp_init_cwnd_reduction() resets tlp_high_seq.
    tcp_init_cwnd_reduction(sk);
    trace.sockscope_value_set(tp, 'snd_ssthresh', 'loss_probe_repaired');
    tcp_set_ca_state(sk, TCP_CA_CWR, 'ca_probe_repaired');
    tcp_end_cwnd_reduction(sk);
    tcp_try_keep_open(sk);
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPLOSSPROBERECOVERY);
  } else if ((flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED)) === 0) {
    // A pure duplicate ACK: both copies arrived, nothing was lost.
    tp.tlp_high_seq = 0;
  }
}

function tcp_in_ack_event(sk: sock, flag: number): void {
  const ca_ops = inet_csk(sk).icsk_ca_ops!;
  if (ca_ops.in_ack_event === undefined) return;
  let ack_ev_flags = 0;
  if ((flag & FLAG_WIN_UPDATE) !== 0) ack_ev_flags |= CA_ACK_WIN_UPDATE;
  if ((flag & FLAG_SLOWPATH) !== 0) {
    ack_ev_flags |= CA_ACK_SLOWPATH;
    if ((flag & FLAG_ECE) !== 0) ack_ev_flags |= CA_ACK_ECE;
  }
  ca_ops.in_ack_event(sk, ack_ev_flags);
}

/**
 * Send what recovery chose: new data (F-RTO) or lost segments. cwnd is already up to date.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_xmit_recovery(sk: sock, rexmit: number): void {
  const tp = tcp_sk(sk);
  if (sk.sk_state === TCP_SYN_SENT) return;
  if (rexmit === REXMIT_NEW) {
    trace.sockscope_send(sk, null, 'after_timeout');
    __tcp_push_pending_frames(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
    if (after(tp.snd_nxt, tp.high_seq)) return;
    tp.frto = false;
  }
  tcp_xmit_retransmit_queue(sk);
}

/** @returns segments delivered by this ACK, selectively or not @linux net/ipv4/tcp_input.c */
function tcp_newly_delivered(sk: sock, prior_delivered: number, flag: number): number {
  const net = sock_net(sk);
  const delivered = tcp_sk(sk).delivered - prior_delivered;
  NET_ADD_STATS(net, LINUX_MIB_TCPDELIVERED, delivered);
  if ((flag & FLAG_ECE) !== 0) NET_ADD_STATS(net, LINUX_MIB_TCPDELIVEREDCE, delivered);
  return delivered;
}

/**
 * Whether this segment updates the send window (RFC 9293 3.10.7.4, SND.WL1 and SND.WL2). Assumes that snd_una
 * <= ack <= snd_nxt.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_may_update_window(tp: tcp_sock, ack: u32, ack_seq: u32, nwin: number): boolean {
  return (
    after(ack, tp.snd_una) || after(ack_seq, tp.snd_wl1) || (ack_seq === tp.snd_wl1 && nwin > tp.snd_wnd)
  );
}
