/**
 * Retransmission: of one segment, of all lost segments, and the tail loss probe.
 *
 * @linux net/ipv4/tcp_output.c
 */
import { type sk_buff, skb_cloned } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import {
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  inet_csk,
} from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS, TCP_ADD_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_clear_retrans_hints_partial,
  tcp_highest_sack_replace,
  tcp_in_cwnd_reduction,
  tcp_is_sack,
  TCP_NAGLE_OFF,
  tcp_packets_in_flight,
  TCP_RTO_MAX,
  tcp_rto_min_us,
  tcp_rtx_queue_head,
  tcp_send_head,
  tcp_skb_can_collapse,
  tcp_skb_pcount,
  tcp_skb_timestamp,
  TCP_TIMEOUT_INIT,
  TCP_TIMEOUT_MIN_US,
  tcp_wnd_end,
  TCPHDR_SYN,
  TCPHDR_SYN_ECN,
} from '../../../include/net/tcp.ts';
import {
  TCP_SKB_CB,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../../../include/net/tcp_skb_cb.ts';
import {
  EAGAIN,
  EBUSY,
  EHOSTUNREACH,
  EINVAL,
  ENOMEM,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  LINUX_MIB_TCPFASTRETRANS,
  LINUX_MIB_TCPLOSSPROBES,
  LINUX_MIB_TCPRETRANSFAIL,
  LINUX_MIB_TCPSLOWSTARTRETRANS,
  LINUX_MIB_TCPSYNRETRANS,
  TCP_MIB_RETRANSSEGS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_CWR, TCP_CA_Loss, TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { jiffies_to_usecs, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { skb_rb_last, skb_rb_next } from '../../../lib/skb_tree.ts';
import { trace } from '../../../trace/events.ts';
import { skb_unclone_keeptruesize } from '../../core/skbuff/data.ts';
import { skb_shift } from '../../core/skbuff/split.ts';
import { tcp_rtx_queue_unlink_and_free } from '../tcp/queue.ts';
import { tcp_rearm_rto } from '../tcp_input/rtt.ts';
import { tcp_reset_xmit_timer, tcp_rto_delta_us } from '../tcp_timer/xmit_timer.ts';
import { tcp_ecn_clear_syn } from './ecn.ts';
import {
  tcp_adjust_pcount,
  TCP_FRAG_IN_RTX_QUEUE,
  tcp_fragment,
  tcp_set_skb_tso_segs,
  tcp_trim_head,
  tcp_tso_segs,
} from './fragment.ts';
import { tcp_current_mss } from './mss.ts';
import { tcp_transmit_skb, tcp_urg_mode } from './transmit.ts';
import {
  skb_still_in_host_queue,
  tcp_pacing_check,
  tcp_small_queue_check,
  tcp_snd_wnd_test,
  tcp_write_xmit,
} from './xmit.ts';

/** Merge the next segment of the retransmit queue into `skb`. @linux net/ipv4/tcp_output.c */
function tcp_collapse_retrans(sk: sock, skb: sk_buff, next_skb: sk_buff): boolean {
  const tp = tcp_sk(sk);
  const size = next_skb.len;
  // Linear data cannot be shifted.
  if (size !== 0 && skb_shift(skb, next_skb, size) !== size) return false;
  tcp_highest_sack_replace(sk, next_skb, skb);

  const tcb = TCP_SKB_CB(skb);
  const next = TCP_SKB_CB(next_skb);
  tcb.end_seq = next.end_seq;
  tcb.tcp_flags |= next.tcp_flags;
  // All other tags were checked to be equal.
  tcb.sacked |= next.sacked & TCPCB_EVER_RETRANS;
  tcb.eor = next.eor;
  tcp_clear_retrans_hints_partial(tp);
  if (next_skb === tp.retransmit_skb_hint) tp.retransmit_skb_hint = skb;
  tcp_adjust_pcount(sk, next_skb, tcp_skb_pcount(next_skb));
  tcp_rtx_queue_unlink_and_free(next_skb, sk);
  return true;
}

/**
 * Whether a segment can be merged: a single packet, with no copy in flight, and not SACKed.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_can_collapse(skb: sk_buff): boolean {
  return tcp_skb_pcount(skb) <= 1 && !skb_cloned(skb) && (TCP_SKB_CB(skb).sacked & TCPCB_SACKED_ACKED) === 0;
}

/**
 * `to` is retransmitted and small: append the segments after it, up to `space` bytes.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_retrans_try_collapse(sk: sock, to: sk_buff, space: number): void {
  const tp = tcp_sk(sk);
  if (sock_net(sk).ipv4.sysctl_tcp_retrans_collapse === 0) return;
  if ((TCP_SKB_CB(to).tcp_flags & TCPHDR_SYN) !== 0) return;
  if (!tcp_can_collapse(to) || !tcp_skb_can_collapse(to, to)) return;
  space -= to.len;
  for (let skb = skb_rb_next(to); skb !== null; skb = skb_rb_next(to)) {
    if (!tcp_can_collapse(skb) || !tcp_skb_can_collapse(to, skb)) break;
    space -= skb.len;
    if (space < 0) break;
    if (after(TCP_SKB_CB(skb).end_seq, tcp_wnd_end(tp))) break;
    if (!tcp_collapse_retrans(sk, to, skb)) break;
  }
}

/**
 * Retransmit a segment of the retransmit queue, at most its first `segs` packets. Its acknowledged part is
 * trimmed first; it is split if it no longer fits the window or the MSS.
 *
 * @returns 0; -EBUSY: its last copy has not left this host; -EAGAIN: outside the window; -EHOSTUNREACH;
 *   -ENOMEM; positive: the qdisc is full
 * @linux net/ipv4/tcp_output.c
 */
export function __tcp_retransmit_skb(sk: sock, skb: sk_buff, segs: number): Errno {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  const tcb = TCP_SKB_CB(skb);

  if (icsk.icsk_mtup !== null) icsk.icsk_mtup.probe_size = 0;
  if (skb_still_in_host_queue(sk, skb)) return -EBUSY;

  if (before(tcb.seq, tp.snd_una)) {
    const err = drop_acknowledged(sk, skb);
    if (err !== 0) return err;
  }
  if (icsk.icsk_af_ops.rebuild_header(sk) !== 0) return -EHOSTUNREACH;

  const cur_mss = tcp_current_mss(sk);
  let avail_wnd = (tcp_wnd_end(tp) - tcb.seq) | 0;
  // The peer has shrunk its window below this segment: send only the first one, as a window probe.
  if (avail_wnd <= 0) {
    if (tcb.seq !== tp.snd_una) return -EAGAIN;
    avail_wnd = cur_mss;
  }
  let len = cur_mss * (tcp_urg_mode(tp) ? 1 : segs);
  if (len > avail_wnd) {
    len = avail_wnd - (avail_wnd % cur_mss);
    if (len === 0) len = avail_wnd;
  }
  if (skb.len > len) {
    if (tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, len, cur_mss) !== 0) return -ENOMEM;
  } else {
    if (skb_unclone_keeptruesize(skb) !== 0) return -ENOMEM;
    const old_pcount = tcp_skb_pcount(skb);
    tcp_set_skb_tso_segs(skb, cur_mss);
    const diff = old_pcount - tcp_skb_pcount(skb);
    if (diff !== 0) tcp_adjust_pcount(sk, skb, diff);
    avail_wnd = Math.min(avail_wnd, cur_mss);
    if (skb.len < avail_wnd) tcp_retrans_try_collapse(sk, skb, avail_wnd);
  }
  // RFC 3168 6.1.1.1: fall back to a SYN without ECN.
  if ((tcb.tcp_flags & TCPHDR_SYN_ECN) === TCPHDR_SYN_ECN) tcp_ecn_clear_syn(sk, skb);

  segs = tcp_skb_pcount(skb);
  TCP_ADD_STATS(net, TCP_MIB_RETRANSSEGS, segs);
  if ((tcb.tcp_flags & TCPHDR_SYN) !== 0) NET_INC_STATS(net, LINUX_MIB_TCPSYNRETRANS);
  tp.total_retrans += segs;
  tp.bytes_retrans += skb.len;

  const err = tcp_transmit_skb(sk, skb, true);
  // Set even if sending failed: an RTT sample of this segment would be ambiguous (Karn's rule).
  tcb.sacked |= TCPCB_EVER_RETRANS;
  if (err === 0) trace.tcp_retransmit_skb(sk, skb);
  else if (err !== -EBUSY) NET_ADD_STATS(net, LINUX_MIB_TCPRETRANSFAIL, segs);
  return err;
}

/** The peer acknowledged part of the segment: the SYN before its data, or the start of the data. */
function drop_acknowledged(sk: sock, skb: sk_buff): Errno {
  const tp = tcp_sk(sk);
  const tcb = TCP_SKB_CB(skb);
  if ((tcb.tcp_flags & TCPHDR_SYN) !== 0) {
    tcb.tcp_flags &= ~TCPHDR_SYN;
    tcb.seq = (tcb.seq + 1) | 0;
    if (!before(tcb.seq, tp.snd_una)) return 0;
  }
  if (WARN_ON_ONCE(skb.machine, before(tcb.end_seq, tp.snd_una), 'retransmit: segment is acknowledged')) {
    return -EINVAL;
  }
  return tcp_trim_head(sk, skb, (tp.snd_una - tcb.seq) | 0) !== 0 ? -ENOMEM : 0;
}

/**
 * Retransmit a segment and account for it: it is in flight once more, and an undo may be needed later.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_retransmit_skb(sk: sock, skb: sk_buff, segs: number): Errno {
  const tp = tcp_sk(sk);
  const err = __tcp_retransmit_skb(sk, skb, segs);
  if (err === 0) {
    TCP_SKB_CB(skb).sacked |= TCPCB_RETRANS;
    tp.retrans_out += tcp_skb_pcount(skb);
  }
  // The time of the first retransmission: a timestamp echo in the ACK shows whether the loss was real.
  if (tp.retrans_stamp === 0) tp.retrans_stamp = tcp_skb_timestamp(skb);
  if (tp.undo_retrans < 0) tp.undo_retrans = 0;
  tp.undo_retrans += tcp_skb_pcount(skb);
  return err;
}

/**
 * Retransmit segments marked lost, oldest first, while the congestion window has room. Continues where the
 * previous call stopped (retransmit_skb_hint).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_xmit_retransmit_queue(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  if (tp.packets_out === 0) return;

  const rtx_head = tcp_rtx_queue_head(sk);
  const max_segs = tcp_tso_segs(sk, tcp_current_mss(sk));
  let hole: sk_buff | null = null;
  let rearm_timer = false;
  for (let skb = tp.retransmit_skb_hint ?? rtx_head; skb !== null; skb = skb_rb_next(skb)) {
    if (tcp_pacing_check(sk)) break;
    // All segments before the first hole were retransmitted: the next call can start here.
    if (hole === null) tp.retransmit_skb_hint = skb;

    const room = tp.snd_cwnd - tcp_packets_in_flight(tp);
    if (room <= 0) break;
    const { sacked } = TCP_SKB_CB(skb);
    if (tp.retrans_out >= tp.lost_out) break;
    if ((sacked & TCPCB_LOST) === 0) {
      if (hole === null && (sacked & (TCPCB_SACKED_RETRANS | TCPCB_SACKED_ACKED)) === 0) hole = skb;
      continue;
    }
    const mib_idx =
      icsk.icsk_ca_state !== TCP_CA_Loss ? LINUX_MIB_TCPFASTRETRANS : LINUX_MIB_TCPSLOWSTARTRETRANS;
    if ((sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS)) !== 0) continue;
    if (tcp_small_queue_check(sk, skb, 1)) break;
    // SACK processing may have merged segments into one larger than any new packet: do not send more at once
    // than in a new packet.
    trace.sockscope_retransmit(sk, skb, 'lost');
    if (tcp_retransmit_skb(sk, skb, Math.min(room, max_segs)) !== 0) break;

    const pcount = tcp_skb_pcount(skb);
    NET_ADD_STATS(net, mib_idx, pcount);
    if (tcp_in_cwnd_reduction(sk)) tp.prr_out += pcount;
    if (skb === rtx_head && icsk.icsk_pending !== ICSK_TIME_REO_TIMEOUT) rearm_timer = true;
  }
  if (rearm_timer) tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, icsk.icsk_rto, TCP_RTO_MAX);
}

/**
 * The loss probe timer fired (RFC 8985 7.3): send a new segment if there is one, otherwise retransmit the
 * last one. The SACKs in its ACK reveal losses at the tail without a retransmission time-out.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_send_loss_probe(sk: sock): void {
  const tp = tcp_sk(sk);
  const mss = tcp_current_mss(sk);
  // Only one probe at a time is in flight.
  if (tp.tlp_high_seq === 0 && send_probe(sk, mss)) {
    tp.tlp_high_seq = tp.snd_nxt;
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPLOSSPROBES);
    // Makes tcp_rearm_rto() measure from now.
    inet_csk(sk).icsk_pending = 0;
  }
  tcp_rearm_rto(sk);
}

function send_probe(sk: sock, mss: number): boolean {
  const tp = tcp_sk(sk);
  tp.tlp_retrans = false;
  const head = tcp_send_head(sk);
  if (head !== null && tcp_snd_wnd_test(tp, head, mss)) {
    const packets_out = tp.packets_out;
    trace.sockscope_send(sk, null, 'loss_probe');
    tcp_write_xmit(sk, mss, TCP_NAGLE_OFF, 2);
    return tp.packets_out > packets_out;
  }

  let skb = skb_rb_last(tp.tcp_rtx_queue);
  if (skb === null) {
    WARN_ON_ONCE(sock_net(sk).machine, tp.packets_out !== 0, 'tcp_send_loss_probe: invalid inflight');
    inet_csk(sk).icsk_pending = 0;
    return false;
  }
  if (skb_still_in_host_queue(sk, skb)) return false;
  const pcount = tcp_skb_pcount(skb);
  // Retransmit only its last packet.
  if (pcount > 1 && skb.len > (pcount - 1) * mss) {
    if (tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, (pcount - 1) * mss, mss) !== 0) return false;
    skb = skb_rb_next(skb)!;
  }
  trace.sockscope_retransmit(sk, skb, 'loss_probe');
  if (__tcp_retransmit_skb(sk, skb, 1) !== 0) return false;
  tp.tlp_retrans = true;
  return true;
}

/**
 * Arm the probe timer in place of the retransmission timer: two round-trip times; for a single segment
 * longer, so that its delayed ACK can arrive first; but never later than the RTO.
 *
 * @param advancing_rto measure the RTO from now
 * @returns whether the timer is armed
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_schedule_loss_probe(sk: sock, advancing_rto: boolean): boolean {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);

  const early_retrans = sock_net(sk).ipv4.sysctl_tcp_early_retrans;
  const ca_state = icsk.icsk_ca_state;
  if (
    (early_retrans !== 3 && early_retrans !== 4) ||
    tp.packets_out === 0 ||
    !tcp_is_sack(tp) ||
    (ca_state !== TCP_CA_Open && ca_state !== TCP_CA_CWR)
  ) {
    return false;
  }
  let timeout = TCP_TIMEOUT_INIT;
  if (tp.srtt_us !== 0) {
    // srtt_us is scaled by 8.
    let timeout_us = tp.srtt_us >>> 2;
    timeout_us += tp.packets_out === 1 ? tcp_rto_min_us(sk) : TCP_TIMEOUT_MIN_US;
    timeout = usecs_to_jiffies(timeout_us);
  }
  const rto_delta_us = advancing_rto ? jiffies_to_usecs(icsk.icsk_rto) : tcp_rto_delta_us(sk);
  if (rto_delta_us > 0) timeout = Math.min(timeout, usecs_to_jiffies(rto_delta_us));
  tcp_reset_xmit_timer(sk, ICSK_TIME_LOSS_PROBE, timeout, TCP_RTO_MAX);
  return true;
}
