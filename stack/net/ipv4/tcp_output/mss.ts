/**
 * The MSS, the path MTU, and probing for a larger MTU (RFC 4821).
 *
 * @linux net/ipv4/tcp_output.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import { dst_mtu } from '../../../include/net/dst.ts';
import { icsk_mtup, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  after,
  seq_distance,
  tcp_highest_sack_replace,
  tcp_jiffies32,
  tcp_packets_in_flight,
  tcp_send_head,
  tcp_skb_can_collapse,
  tcp_wnd_end,
  TCPHDR_ACK,
  TCPHDR_FIN,
  TCPHDR_PSH,
} from '../../../include/net/tcp.ts';
import { tcp_bound_to_half_wnd, tcp_dst_advmss } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { HZ } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { skb_pull, skb_put } from '../../core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../core/skbuff/data.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { tcp_stream_alloc_skb } from '../tcp/alloc.ts';
import { tcp_insert_write_queue_before, tcp_unlink_write_queue, tcp_wmem_free_skb } from '../tcp/queue.ts';
import { __pskb_trim_head, tcp_init_tso_segs, tcp_set_skb_tso_segs } from './fragment.ts';
import { tcp_established_options } from './options.ts';
import { tcp_transmit_skb } from './transmit.ts';
import { tcp_event_new_data_sent } from './xmit.ts';

/**
 * The MSS to announce, in bytes: derived from the MTU of the route's device, not from the path MTU (RFC 9293
 * 3.7.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_advertise_mss(sk: sock): number {
  const tp = tcp_sk(sk);
  const dst = __sk_dst_get(sk);
  if (dst !== null) tp.advmss = Math.min(tp.advmss, tcp_dst_advmss(dst));
  return tp.advmss;
}

/**
 * The MSS for a path MTU of `pmtu`, before TCP options are subtracted; in bytes.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function __tcp_mtu_to_mss(sk: sock, pmtu: number): number {
  const icsk = inet_csk(sk);
  // The MTU less the headers, limited by the peer's MSS (which ignores options), less the IP options.
  const mss = Math.min(pmtu - icsk.icsk_af_ops.net_header_len - TCPHDR_LEN, tcp_sk(sk).rx_opt.mss_clamp);
  return Math.max(mss - icsk.icsk_ext_hdr_len, sock_net(sk).ipv4.sysctl_tcp_min_snd_mss);
}

/** The payload of a segment for a path MTU of `pmtu`; in bytes. @linux net/ipv4/tcp_output.c */
export function tcp_mtu_to_mss(sk: sock, pmtu: number): number {
  return __tcp_mtu_to_mss(sk, pmtu) - (tcp_sk(sk).tcp_header_len - TCPHDR_LEN);
}

/** The MTU that a segment with payload `mss` needs; in bytes. @linux net/ipv4/tcp_output.c */
export function tcp_mss_to_mtu(sk: sock, mss: number): number {
  const icsk = inet_csk(sk);
  return mss + tcp_sk(sk).tcp_header_len + icsk.icsk_ext_hdr_len + icsk.icsk_af_ops.net_header_len;
}

/**
 * Initialize path MTU probing (RFC 4821), if enabled: the range of the search.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_mtup_init(sk: sock): void {
  const icsk = inet_csk(sk);
  const ipv4 = sock_net(sk).ipv4;
  if (ipv4.sysctl_tcp_mtu_probing === 0) {
    icsk.icsk_mtup = null;
    return;
  }
  const mtup = (icsk.icsk_mtup ??= new icsk_mtup());
  mtup.enabled = ipv4.sysctl_tcp_mtu_probing > 1;
  mtup.search_high = tcp_sk(sk).rx_opt.mss_clamp + TCPHDR_LEN + icsk.icsk_af_ops.net_header_len;
  mtup.search_low = tcp_mss_to_mtu(sk, ipv4.sysctl_tcp_base_mss);
  mtup.probe_size = 0;
  if (mtup.enabled) mtup.probe_timestamp = tcp_jiffies32(sk);
}

/**
 * The path MTU is known or has changed: recompute the payload of a segment.
 *
 * @returns mss_cache, in bytes, which does not allow for SACK blocks
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_sync_mss(sk: sock, pmtu: number): number {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup;

  if (mtup !== null && mtup.search_high > pmtu) mtup.search_high = pmtu;
  let mss_now = tcp_bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, pmtu));
  icsk.icsk_pmtu_cookie = pmtu;
  if (mtup !== null && mtup.enabled) mss_now = Math.min(mss_now, tcp_mtu_to_mss(sk, mtup.search_low));
  tp.mss_cache = mss_now;
  return mss_now;
}

/**
 * The payload that fits into a segment now, with its current options; in bytes.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_current_mss(sk: sock): number {
  const tp = tcp_sk(sk);
  const dst = __sk_dst_get(sk);
  let mss_now = tp.mss_cache;

  if (dst !== null) {
    const mtu = dst_mtu(dst);
    if (mtu !== inet_csk(sk).icsk_pmtu_cookie) mss_now = tcp_sync_mss(sk, mtu);
  }
  // mss_cache allows for the options of every segment; SACK blocks reduce the payload further.
  const header_len = tcp_established_options(sk, null, null) + TCPHDR_LEN;
  return mss_now - (header_len - tp.tcp_header_len);
}

/** The search has ended: restart it when the interval is over. @linux net/ipv4/tcp_output.c */
function tcp_mtu_check_reprobe(sk: sock): void {
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup!;
  const now = tcp_jiffies32(sk);
  if (now - mtup.probe_timestamp < sock_net(sk).ipv4.sysctl_tcp_probe_interval * HZ) return;
  const mss = tcp_current_mss(sk);
  mtup.probe_size = 0;
  mtup.search_high = tcp_sk(sk).rx_opt.mss_clamp + 20 + icsk.icsk_af_ops.net_header_len;
  mtup.search_low = tcp_mss_to_mtu(sk, mss);
  mtup.probe_timestamp = now;
}

/**
 * Whether the first `len` bytes of the send queue can be merged into one segment.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_can_coalesce_send_queue_head(sk: sock, len: number): boolean {
  for (let skb = tcp_send_head(sk); skb !== null; skb = skb.next) {
    if (len <= skb.len) break;
    if (skb.next !== null && !tcp_skb_can_collapse(skb, skb.next)) return false;
    len -= skb.len;
  }
  return true;
}

/**
 * Send an MTU probe if one is due: a segment of a size half way between the largest known to pass and the
 * upper bound of the search. Enough data must follow it that duplicate ACKs reveal its loss.
 *
 * @returns 1: sent; 0: wait for the window; -1: not now
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_mtu_probe(sk: sock): number {
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup;
  if (mtup === null || !mtup.enabled) return -1;
  const tp = tcp_sk(sk);
  if (
    mtup.probe_size !== 0 ||
    icsk.icsk_ca_state !== TCP_CA_Open ||
    tp.snd_cwnd < 11 ||
    tp.rx_opt.num_sacks !== 0 ||
    tp.rx_opt.dsack
  ) {
    return -1;
  }
  const mss_now = tcp_current_mss(sk);
  const probe_size = tcp_mtu_to_mss(sk, (mtup.search_high + mtup.search_low) >> 1);
  const size_needed = probe_size + (tp.reordering + 1) * tp.mss_cache;
  const interval = mtup.search_high - mtup.search_low;
  if (
    probe_size > tcp_mtu_to_mss(sk, mtup.search_high) ||
    interval < sock_net(sk).ipv4.sysctl_tcp_probe_threshold
  ) {
    tcp_mtu_check_reprobe(sk);
    return -1;
  }
  if (seq_distance(tp.snd_nxt, tp.write_seq) < size_needed) return -1;
  if (tp.snd_wnd < size_needed) return -1;
  if (after((tp.snd_nxt + size_needed) | 0, tcp_wnd_end(tp))) return 0;
  // The window must have room for the probe and one more packet: losing the probe must not cause a stall.
  if (tcp_packets_in_flight(tp) + 2 > tp.snd_cwnd) return tcp_packets_in_flight(tp) === 0 ? -1 : 0;
  if (!tcp_can_coalesce_send_queue_head(sk, probe_size)) return -1;

  const nskb = make_probe(sk, probe_size, mss_now);
  if (nskb === null) return -1;
  trace.sockscope_send(sk, null, 'mtu_probe');
  if (tcp_transmit_skb(sk, nskb, true) !== 0) return -1;
  // A lost probe is not a sign of congestion, so the probe does not count against cwnd.
  tp.snd_cwnd -= 1;
  trace.sockscope_value_set(tp, 'snd_cwnd', 'mtu_probe_sent');
  tcp_event_new_data_sent(sk, nskb);
  const { seq, end_seq } = TCP_SKB_CB(nskb);
  mtup.probe_size = tcp_mss_to_mtu(sk, nskb.len);
  tp.mtu_probe = { probe_seq_start: seq, probe_seq_end: end_seq };
  return 1;
}

/** Move the first `probe_size` bytes of the send queue into one segment at its head. */
function make_probe(sk: sock, probe_size: number, mss_now: number): sk_buff | null {
  const nskb = tcp_stream_alloc_skb(sk, probe_size, false);
  if (nskb === null) return null;
  sk_wmem_queued_add(sk, nskb.truesize);
  sk_mem_charge(sk, nskb.truesize);

  const head = tcp_send_head(sk)!;
  const probe = TCP_SKB_CB(nskb);
  probe.seq = TCP_SKB_CB(head).seq;
  probe.end_seq = (probe.seq + probe_size) | 0;
  probe.tcp_flags = TCPHDR_ACK;
  tcp_insert_write_queue_before(nskb, head, sk);
  tcp_highest_sack_replace(sk, head, nskb);

  let len = 0;
  let skb: sk_buff | null = head;
  while (skb !== null && len < probe_size) {
    const next: sk_buff | null = skb.next;
    const tcb = TCP_SKB_CB(skb);
    const copy = Math.min(skb.len, probe_size - len);
    skb_copy_bits(skb, 0, nskb.head, skb_put(nskb, copy), copy);
    if (skb.len <= copy) {
      // The probe contains the whole segment, including its flags.
      probe.tcp_flags |= tcb.tcp_flags;
      probe.eor = tcb.eor;
      tcp_unlink_write_queue(skb, sk);
      tcp_wmem_free_skb(sk, skb);
    } else {
      probe.tcp_flags |= tcb.tcp_flags & ~(TCPHDR_FIN | TCPHDR_PSH);
      if (skb.shinfo.frags.length === 0) {
        skb_pull(skb, copy);
      } else {
        __pskb_trim_head(skb, copy);
        tcp_set_skb_tso_segs(skb, mss_now);
      }
      tcb.seq = (tcb.seq + copy) | 0;
    }
    len += copy;
    skb = next;
  }
  tcp_init_tso_segs(nskb, nskb.len);
  return nskb;
}
