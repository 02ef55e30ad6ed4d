/**
 * Loss detection and recovery: the states Open, Disorder, CWR, Recovery, Loss.
 *
 * @linux net/ipv4/tcp_input.c
 */
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { ICSK_TIME_RETRANS, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_ca_event,
  tcp_clear_all_retrans_hints,
  tcp_clear_retrans_hints_partial,
  tcp_current_ssthresh,
  tcp_in_cwnd_reduction,
  tcp_is_reno,
  tcp_is_sack,
  tcp_jiffies32,
  tcp_packets_in_flight,
  TCP_RACK_LOSS_DETECTION,
  TCP_RTO_MAX,
  tcp_rtx_queue_empty,
  tcp_rtx_queue_head,
  tcp_skb_pcount,
  tcp_wnd_end,
  tcp_write_queue_empty,
} from '../../../include/net/tcp.ts';
import { CA_EVENT_LOSS } from '../../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB, TCPCB_LOST, TCPCB_SACKED_ACKED } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPRENORECOVERY,
  LINUX_MIB_TCPSACKRECOVERY,
  LINUX_MIB_TCPSACKRENEGING,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CA_CWR,
  TCP_CA_Disorder,
  TCP_CA_Loss,
  TCP_CA_Open,
  TCP_CA_Recovery,
} from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { msecs_to_jiffies, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { inet_csk_reset_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_current_mss } from '../tcp_output/mss.ts';
import { tcp_xmit_retransmit_queue } from '../tcp_output/retransmit.ts';
import { tcp_newreno_mark_lost, tcp_rack_mark_lost, tcp_rack_skb_timeout } from '../tcp_recovery.ts';
import {
  FLAG_DATA_SACKED,
  FLAG_ECE,
  FLAG_LOST_RETRANS,
  FLAG_ORIG_SACK_ACKED,
  FLAG_SACK_RENEGING,
  FLAG_SET_XMIT_TIMER,
  FLAG_SND_UNA_ADVANCED,
} from './ack.ts';
import {
  tcp_end_cwnd_reduction,
  tcp_enter_cwr,
  tcp_force_fast_retransmit,
  tcp_init_cwnd_reduction,
  tcp_mtup_probe_failed,
  tcp_try_keep_open,
  tcp_try_undo_dsack,
  tcp_try_undo_loss,
  tcp_try_undo_partial,
  tcp_try_undo_recovery,
} from './cwnd.ts';
import { tcp_ecn_queue_cwr } from './ecn.ts';
import {
  tcp_add_reno_sack,
  tcp_any_retrans_done,
  tcp_limit_reno_sacked,
  tcp_mark_skb_lost,
  tcp_reset_reno_sack,
  tcp_verify_left_out,
} from './loss.ts';
import { tcp_skb_seglen } from './sack_tag.ts';

/** Nothing to retransmit. */
export const REXMIT_NONE = 0;
/** Retransmit segments marked lost. */
export const REXMIT_LOST = 1;
/** Send new data first, to find out whether the time-out was spurious (F-RTO). */
export const REXMIT_NEW = 2;

/** Input and output of tcp_fastretrans_alert(): Linux's *ack_flag, *rexmit and do_lost. */
export class tcp_alert {
  /** FLAG_… bits. */
  flag: number;
  /** REXMIT_… */
  rexmit = REXMIT_NONE;
  /** Without RACK: derive losses from the SACKs. */
  do_lost = false;

  constructor(flag: number) {
    this.flag = flag;
  }
}

/**
 * Whether losses are detected by time (RACK, RFC 8985) and not by counting duplicate ACKs.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_is_rack(sk: sock): boolean {
  return (sock_net(sk).ipv4.sysctl_tcp_recovery & TCP_RACK_LOSS_DETECTION) !== 0;
}

/** Start to track whether the reduction was needed. @linux net/ipv4/tcp_input.c */
function tcp_init_undo(tp: tcp_sock): void {
  tp.undo_marker = tp.snd_una;
  tp.undo_retrans = tp.retrans_out;
  // A tail loss probe counts too.
  if (tp.tlp_high_seq !== 0 && tp.tlp_retrans) tp.undo_retrans++;
  if (tp.undo_retrans === 0) tp.undo_retrans = -1;
}

/**
 * The retransmission timer fired: mark everything in flight lost, except segments still within RACK's
 * reordering window.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_timeout_mark_lost(sk: sock): void {
  const tp = tcp_sk(sk);
  const head = tcp_rtx_queue_head(sk);
  const is_reneg = head !== null && (TCP_SKB_CB(head).sacked & TCPCB_SACKED_ACKED) !== 0;
  if (is_reneg) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPSACKRENEGING);
    tp.sacked_out = 0;
    // The peer reneged: ignore all its SACKs (RFC 2018 section 8).
    tp.is_sack_reneg = true;
  } else if (tcp_is_reno(tp)) {
    tcp_reset_reno_sack(tp);
  }
  for (let skb = head; skb !== null; skb = skb.next) {
    if (is_reneg) TCP_SKB_CB(skb).sacked &= ~TCPCB_SACKED_ACKED;
    else if (tcp_is_rack(sk) && skb !== head && tcp_rack_skb_timeout(tp, skb, 0) > 0) continue;
    trace.sockscope_mark_lost(sk, skb, 'timeout');
    tcp_mark_skb_lost(sk, skb);
  }
  tcp_verify_left_out(tp);
  tcp_clear_all_retrans_hints(tp);
}

/**
 * The retransmission timer fired: reduce cwnd to one segment (RFC 5681 3.1) and enter state Loss. F-RTO (RFC
 * 5682) then determines whether any segment was lost.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_enter_loss(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const { ipv4 } = sock_net(sk);
  const new_recovery = icsk.icsk_ca_state < TCP_CA_Recovery;
  tcp_timeout_mark_lost(sk);

  // Reduce ssthresh once per window of data (RFC 5681 3.1, equation 4).
  if (
    icsk.icsk_ca_state <= TCP_CA_Disorder ||
    !after(tp.high_seq, tp.snd_una) ||
    (icsk.icsk_ca_state === TCP_CA_Loss && icsk.icsk_retransmits === 0)
  ) {
    tp.prior_ssthresh = tcp_current_ssthresh(sk);
    tp.prior_cwnd = tp.snd_cwnd;
    tp.snd_ssthresh = icsk.icsk_ca_ops!.ssthresh(sk);
    trace.sockscope_value_set(tp, 'snd_ssthresh', 'timeout');
    tcp_ca_event(sk, CA_EVENT_LOSS);
    tcp_init_undo(tp);
  }
  tp.snd_cwnd = tcp_packets_in_flight(tp) + 1;
  trace.sockscope_value_set(tp, 'snd_cwnd', 'timeout');
  tp.snd_cwnd_cnt = 0;
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);

  // A time-out in Disorder although enough segments were SACKed: the assumed reordering was too large.
  const reordering = ipv4.sysctl_tcp_reordering;
  if (icsk.icsk_ca_state <= TCP_CA_Disorder && tp.sacked_out >= reordering) {
    tp.reordering = Math.min(tp.reordering, reordering);
  }
  tcp_set_ca_state(sk, TCP_CA_Loss, 'ca_timeout');
  tp.high_seq = tp.snd_nxt;
  tp.tlp_high_seq = 0;
  tcp_ecn_queue_cwr(tp);

  // RFC 5682 section 2.1, step 1: not while an MTU probe is in flight.
  tp.frto =
    ipv4.sysctl_tcp_frto !== 0 &&
    (new_recovery || icsk.icsk_retransmits !== 0) &&
    (icsk.icsk_mtup === null || icsk.icsk_mtup.probe_size === 0);
}

/**
 * The peer reneged on a SACK: wait briefly, then retransmit everything.
 *
 * @returns true: the caller ignores the ACK
 * @linux net/ipv4/tcp_input.c
 */
function tcp_check_sack_reneging(sk: sock, alert: tcp_alert): boolean {
  if ((alert.flag & FLAG_SACK_RENEGING) === 0 || (alert.flag & FLAG_SND_UNA_ADVANCED) === 0) return false;
  const delay = Math.max(usecs_to_jiffies(tcp_sk(sk).srtt_us >>> 4), msecs_to_jiffies(10));
  inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, delay, TCP_RTO_MAX);
  alert.flag &= ~FLAG_SET_XMIT_TIMER;
  return true;
}

/**
 * Whether a loss is known. Without RACK: whether more is SACKed than reordering explains.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_time_to_recover(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if (tp.lost_out !== 0) return true;
  return !tcp_is_rack(sk) && tp.sacked_out + 1 > tp.reordering;
}

/**
 * Mark segments from the head lost, until `packets` segments above them are SACKed (RFC 6675). `mark_head`:
 * mark only the first.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_mark_head_lost(sk: sock, packets: number, mark_head: boolean): void {
  const tp = tcp_sk(sk);
  const loss_high = tp.snd_nxt;
  let skb = tp.lost_skb_hint;
  let cnt = 0;
  if (skb !== null) {
    // The first segment is already marked.
    if (mark_head && after(TCP_SKB_CB(skb).seq, tp.snd_una)) return;
    cnt = tp.lost_cnt_hint;
  } else {
    skb = tcp_rtx_queue_head(sk);
  }
  for (; skb !== null; skb = skb.next) {
    const cb = TCP_SKB_CB(skb);
    tp.lost_skb_hint = skb;
    tp.lost_cnt_hint = cnt;
    if (after(cb.end_seq, loss_high)) break;
    if ((cb.sacked & TCPCB_SACKED_ACKED) !== 0) cnt += tcp_skb_pcount(skb);
    if (cnt > packets) break;
    if ((cb.sacked & TCPCB_LOST) === 0) {
      trace.sockscope_mark_lost(sk, skb, 'sacks');
      tcp_mark_skb_lost(sk, skb);
    }
    if (mark_head) break;
  }
  tcp_verify_left_out(tp);
}

/** Without RACK: mark the segments lost that the SACKs indicate. @linux net/ipv4/tcp_input.c */
function tcp_update_scoreboard(sk: sock, fast_rexmit: boolean): void {
  const tp = tcp_sk(sk);
  if (!tcp_is_sack(tp)) return;
  const sacked_upto = tp.sacked_out - tp.reordering;
  if (sacked_upto >= 0) tcp_mark_head_lost(sk, sacked_upto, false);
  else if (fast_rexmit) tcp_mark_head_lost(sk, 1, true);
}

/** No loss: enter Open or Disorder, or CWR if the ACK echoes congestion. @linux net/ipv4/tcp_input.c */
function tcp_try_to_open(sk: sock, flag: number): void {
  const tp = tcp_sk(sk);
  tcp_verify_left_out(tp);
  if (!tcp_any_retrans_done(sk)) tp.retrans_stamp = 0;
  if ((flag & FLAG_ECE) !== 0) tcp_enter_cwr(sk, 'ecn_echo');
  if (inet_csk(sk).icsk_ca_state !== TCP_CA_CWR) tcp_try_keep_open(sk);
}

/**
 * Begin fast recovery (RFC 6675, RFC 6582): reduce cwnd while lost segments are retransmitted.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_enter_recovery(sk: sock, ece_ack: boolean): void {
  const tp = tcp_sk(sk);
  // The first retransmission of this recovery restarts the clock.
  if (!tcp_any_retrans_done(sk)) tp.retrans_stamp = 0;
  NET_INC_STATS(sock_net(sk), tcp_is_reno(tp) ? LINUX_MIB_TCPRENORECOVERY : LINUX_MIB_TCPSACKRECOVERY);
  tp.prior_ssthresh = 0;
  tcp_init_undo(tp);
  if (!tcp_in_cwnd_reduction(sk)) {
    if (!ece_ack) tp.prior_ssthresh = tcp_current_ssthresh(sk);
    tcp_init_cwnd_reduction(sk);
    trace.sockscope_value_set(tp, 'snd_ssthresh', 'recovery');
  }
  tcp_set_ca_state(sk, TCP_CA_Recovery, 'ca_recovery');
}

/**
 * An ACK in state Loss: check whether the time-out was spurious (F-RTO, RFC 5682) and whether the recovery is
 * over.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_process_loss(sk: sock, flag: number, num_dupack: number, alert: tcp_alert): void {
  const tp = tcp_sk(sk);
  const recovered = !before(tp.snd_una, tp.high_seq);
  if ((flag & FLAG_SND_UNA_ADVANCED) !== 0 && tcp_try_undo_loss(sk, false)) return;

  if (tp.frto) {
    // Step 3.b: a segment that was never retransmitted arrived.
    if ((flag & FLAG_ORIG_SACK_ACKED) !== 0 && tcp_try_undo_loss(sk, true)) return;
    if (after(tp.snd_nxt, tp.high_seq)) {
      // Step 3.a: a duplicate ACK follows new data: the loss was real.
      if ((flag & FLAG_DATA_SACKED) !== 0 || num_dupack !== 0) tp.frto = false;
    } else if ((flag & FLAG_SND_UNA_ADVANCED) !== 0 && !recovered) {
      tp.high_seq = tp.snd_nxt;
      // Step 2.b: send new data, if there is any and it fits into the peer's window.
      if (!tcp_write_queue_empty(sk) && after(tcp_wnd_end(tp), tp.snd_nxt)) {
        alert.rexmit = REXMIT_NEW;
        return;
      }
      tp.frto = false;
    }
  }
  if (recovered) {
    // F-RTO, step 1: everything is acknowledged.
    tcp_try_undo_recovery(sk);
    return;
  }
  if (tcp_is_reno(tp)) {
    // A duplicate ACK above high_seq was caused by data sent after the time-out.
    if (after(tp.snd_nxt, tp.high_seq) && num_dupack !== 0)
      tcp_add_reno_sack(sk, num_dupack, (flag & FLAG_ECE) !== 0);
    else if ((flag & FLAG_SND_UNA_ADVANCED) !== 0) tcp_reset_reno_sack(tp);
  }
  alert.rexmit = REXMIT_LOST;
}

/** Detect lost segments: by time (RACK), or by NewReno's rule. @linux net/ipv4/tcp_input.c */
function tcp_identify_packet_loss(sk: sock, alert: tcp_alert): void {
  const tp = tcp_sk(sk);
  if (tcp_rtx_queue_empty(sk)) return;
  if (tcp_is_reno(tp)) {
    tcp_newreno_mark_lost(sk, (alert.flag & FLAG_SND_UNA_ADVANCED) !== 0);
  } else if (tcp_is_rack(sk)) {
    const prior_retrans = tp.retrans_out;
    if (tcp_rack_mark_lost(sk)) alert.flag &= ~FLAG_SET_XMIT_TIMER;
    if (prior_retrans > tp.retrans_out) alert.flag |= FLAG_LOST_RETRANS;
  }
}

/**
 * A suspicious ACK: a duplicate, one with SACK or ECN, or any ACK outside of state Open. Decides the next
 * state, which segments are lost, and what to retransmit (alert.rexmit); sends nothing.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_fastretrans_alert(
  sk: sock,
  prior_snd_una: u32,
  num_dupack: number,
  alert: tcp_alert,
): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const flag = alert.flag;
  const ece_ack = (flag & FLAG_ECE) !== 0;
  let fast_rexmit = false;
  alert.do_lost = num_dupack !== 0 || ((flag & FLAG_DATA_SACKED) !== 0 && tcp_force_fast_retransmit(sk));

  if (tp.packets_out === 0 && tp.sacked_out !== 0) tp.sacked_out = 0;

  // A. An ECN echo rules out an undo.
  if (ece_ack) tp.prior_ssthresh = 0;
  // B. The peer reneged on a SACK.
  if (tcp_check_sack_reneging(sk, alert)) return;
  // C. The counts are consistent.
  tcp_verify_left_out(tp);

  // D. Leave the state if high_seq is acknowledged.
  if (icsk.icsk_ca_state === TCP_CA_Open) {
    WARN_ON(sock_net(sk).machine, tp.retrans_out !== 0, 'tcp_fastretrans_alert: retrans_out in Open');
    tp.retrans_stamp = 0;
  } else if (!before(tp.snd_una, tp.high_seq)) {
    switch (icsk.icsk_ca_state) {
      case TCP_CA_CWR:
        // CWR lasts until data beyond high_seq is acknowledged.
        if (tp.snd_una !== tp.high_seq) {
          tcp_end_cwnd_reduction(sk);
          tcp_set_ca_state(sk, TCP_CA_Open, 'ca_reduction_over');
        }
        break;
      case TCP_CA_Recovery:
        if (tcp_is_reno(tp)) tcp_reset_reno_sack(tp);
        if (tcp_try_undo_recovery(sk)) return;
        tcp_end_cwnd_reduction(sk);
        break;
    }
  }

  // E. What the ACK means in this state.
  switch (icsk.icsk_ca_state) {
    case TCP_CA_Recovery:
      if ((flag & FLAG_SND_UNA_ADVANCED) === 0) {
        if (tcp_is_reno(tp)) tcp_add_reno_sack(sk, num_dupack, ece_ack);
      } else if (tcp_try_undo_partial(sk, prior_snd_una, alert)) {
        return;
      }
      if (tcp_try_undo_dsack(sk)) tcp_try_to_open(sk, flag);
      tcp_identify_packet_loss(sk, alert);
      if (icsk.icsk_ca_state !== TCP_CA_Recovery) {
        if (!tcp_time_to_recover(sk)) return;
        // The loss was undone, but another is known: start a new recovery.
        tcp_enter_recovery(sk, ece_ack);
      }
      break;
    case TCP_CA_Loss:
      tcp_process_loss(sk, flag, num_dupack, alert);
      tcp_identify_packet_loss(sk, alert);
      if (!(inet_csk(sk).icsk_ca_state === TCP_CA_Open || (alert.flag & FLAG_LOST_RETRANS) !== 0)) return;
      // A retransmission was lost too, or the loss was undone: continue as in Open.
      if (!enter_recovery_if_lost(sk, flag, num_dupack, ece_ack, alert)) return;
      fast_rexmit = true;
      break;
    default:
      if (!enter_recovery_if_lost(sk, flag, num_dupack, ece_ack, alert)) return;
      fast_rexmit = true;
  }
  if (!tcp_is_rack(sk) && alert.do_lost) tcp_update_scoreboard(sk, fast_rexmit);
  alert.rexmit = REXMIT_LOST;
}

/**
 * tcp_fastretrans_alert() in Open, Disorder, CWR, or after Loss.
 *
 * @returns false when the ACK needs no further handling
 */
function enter_recovery_if_lost(
  sk: sock,
  flag: number,
  num_dupack: number,
  ece_ack: boolean,
  alert: tcp_alert,
): boolean {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  if (tcp_is_reno(tp)) {
    if ((flag & FLAG_SND_UNA_ADVANCED) !== 0) tcp_reset_reno_sack(tp);
    tcp_add_reno_sack(sk, num_dupack, ece_ack);
  }
  if (icsk.icsk_ca_state <= TCP_CA_Disorder) tcp_try_undo_dsack(sk);
  tcp_identify_packet_loss(sk, alert);
  if (!tcp_time_to_recover(sk)) {
    tcp_try_to_open(sk, flag);
    return false;
  }

  const mtup = icsk.icsk_mtup;
  if (
    icsk.icsk_ca_state < TCP_CA_CWR &&
    mtup !== null &&
    mtup.probe_size !== 0 &&
    tp.snd_una === tp.mtu_probe?.probe_seq_start
  ) {
    // Only the MTU probe is lost: that is not congestion.
    tcp_mtup_probe_failed(sk);
    tp.snd_cwnd++;
    trace.sockscope_value_set(tp, 'snd_cwnd', 'mtu_probe_lost');
    tcp_simple_retransmit(sk);
    return false;
  }
  tcp_enter_recovery(sk, ece_ack);
  return true;
}

/**
 * Retransmit segments that were lost for a reason other than congestion: enter state Loss but keep cwnd.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_non_congestion_loss_retransmit(sk: sock): void {
  const tp = tcp_sk(sk);
  if (inet_csk(sk).icsk_ca_state !== TCP_CA_Loss) {
    tp.high_seq = tp.snd_nxt;
    tp.snd_ssthresh = tcp_current_ssthresh(sk);
    trace.sockscope_value_set(tp, 'snd_ssthresh', 'mtu_loss');
    tp.prior_ssthresh = 0;
    tp.undo_marker = 0;
    tcp_set_ca_state(sk, TCP_CA_Loss, 'ca_mtu');
  }
  tcp_xmit_retransmit_queue(sk);
}

/** The path MTU decreased: retransmit the segments that exceed it. @linux net/ipv4/tcp_input.c */
export function tcp_simple_retransmit(sk: sock): void {
  const tp = tcp_sk(sk);
  const mss = tcp_current_mss(sk);
  for (let skb = tp.tcp_rtx_queue.first; skb !== null; skb = skb.next) {
    if (tcp_skb_seglen(skb) <= mss) continue;
    trace.sockscope_mark_lost(sk, skb, 'mtu');
    tcp_mark_skb_lost(sk, skb);
  }
  tcp_clear_retrans_hints_partial(tp);
  if (tp.lost_out === 0) return;
  if (tcp_is_reno(tp)) tcp_limit_reno_sacked(tp);
  tcp_verify_left_out(tp);
  tcp_non_congestion_loss_retransmit(sk);
}
