/** Path MTU probing (RFC 4821): now and then a larger segment is tried. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
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
import {
  tcp_insert_write_queue_before,
  tcp_unlink_write_queue,
  tcp_wmem_free_skb,
} from '../../../include/net/tcp_queue.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { HZ } from '../../../kernel/time/jiffies.ts';
import { sk_mem_charge, sk_wmem_queued_add } from '../../core/sock/memory.ts';
import { skb_copy_bits, skb_pull, skb_put } from '../../core/skbuff.ts';
import { tcp_stream_alloc_skb } from '../tcp/alloc.ts';
import { __pskb_trim_head, tcp_init_tso_segs, tcp_set_skb_tso_segs } from './fragment.ts';
import { tcp_current_mss, tcp_mss_to_mtu, tcp_mtu_to_mss } from './mss.ts';
import { tcp_event_new_data_sent } from './sent.ts';
import { tcp_transmit_skb } from './transmit.ts';

/** The search has ended: begin anew when the interval is over. @linux net/ipv4/tcp_output.c */
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

/** Can the first `len` bytes of the send queue be put into one segment? @linux net/ipv4/tcp_output.c */
function tcp_can_coalesce_send_queue_head(sk: sock, len: number): boolean {
  for (let skb = tcp_send_head(sk); skb !== null; skb = skb.next) {
    if (len <= skb.len) break;
    if (skb.next !== null && !tcp_skb_can_collapse(skb, skb.next)) return false;
    len -= skb.len;
  }
  return true;
}

/**
 * Send a probe, if it is time: a segment half way between the largest that is known to pass and the smallest that isn't. Enough
 * must follow it that a loss is noticed by duplicate ACKs.
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
  // One packet more than the window has room for: its loss must not matter.
  if (tcp_packets_in_flight(tp) + 2 > tp.snd_cwnd) return tcp_packets_in_flight(tp) === 0 ? -1 : 0;
  if (!tcp_can_coalesce_send_queue_head(sk, probe_size)) return -1;

  const nskb = make_probe(sk, probe_size, mss_now);
  if (nskb === null) return -1;
  if (tcp_transmit_skb(sk, nskb, true) !== 0) return -1;
  // A probe that is lost is no sign of congestion; so it doesn't count.
  tp.snd_cwnd -= 1;
  tcp_event_new_data_sent(sk, nskb);
  const { seq, end_seq } = TCP_SKB_CB(nskb);
  mtup.probe_size = tcp_mss_to_mtu(sk, nskb.len);
  tp.mtu_probe_seq_start = seq;
  tp.mtu_probe_seq_end = end_seq;
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
      // All of it is in the probe, its flags too.
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
