/** Parsing the options of a received header. @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import {
  tcp_hdr,
  type tcp_options_received,
  type tcp_sock,
  type tcphdr,
  TCPHDR_LEN,
} from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { read_be16, read_be32 } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { sock_net } from '../../../include/net/sock.ts';
import {
  after,
  TCP_MAX_WSCALE,
  TCP_SACK_SEEN,
  TCPOLEN_MSS,
  TCPOLEN_SACK_BASE,
  TCPOLEN_SACK_PERBLOCK,
  TCPOLEN_SACK_PERM,
  TCPOLEN_TIMESTAMP,
  TCPOLEN_TSTAMP_ALIGNED,
  TCPOLEN_WINDOW,
  TCPOPT_EOL,
  TCPOPT_MSS,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERM,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
} from '../../../include/net/tcp.ts';
import { tcp_paws_check, tcp_sack_reset } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { net_info_ratelimited } from '../../../kernel/printk.ts';
import { ktime_get_seconds } from '../../../kernel/time/timekeeping.ts';

/** NOP NOP TIMESTAMP 10: the layout that nearly every sender uses for a lone timestamp. */
const ALIGNED_TIMESTAMP =
  (TCPOPT_NOP << 24) | (TCPOPT_NOP << 16) | (TCPOPT_TIMESTAMP << 8) | TCPOLEN_TIMESTAMP;

/**
 * Parse all options of a header into `opt_rx`. MSS, window scale and SACK-permitted count only in a SYN; once
 * established (`estab`), a timestamp counts only if it was negotiated. The offset of the SACK blocks is
 * stored in the skb's control block for tcp_sacktag_write_queue().
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_parse_options(
  net: net,
  skb: sk_buff,
  opt_rx: tcp_options_received,
  estab: boolean,
): void {
  const th = tcp_hdr(skb);
  const bytes = th.bytes;
  const syn = th.syn;
  let ptr = th.at + TCPHDR_LEN;
  let length = th.doff * 4 - TCPHDR_LEN;
  opt_rx.saw_tstamp = false;
  opt_rx.saw_unknown = false;

  while (length > 0) {
    const opcode = bytes[ptr]!;
    if (opcode === TCPOPT_EOL) return;
    if (opcode === TCPOPT_NOP) {
      ptr++;
      length--;
      continue;
    }
    // Stop at a malformed option; the options before it remain valid.
    if (length < 2) return;
    const opsize = bytes[ptr + 1]!;
    if (opsize < 2 || opsize > length) return;
    switch (opcode) {
      case TCPOPT_MSS:
        if (opsize === TCPOLEN_MSS && syn && !estab) {
          const in_mss = read_be16(bytes, ptr + 2);
          if (in_mss !== 0) {
            opt_rx.mss_clamp = opt_rx.user_mss !== 0 && opt_rx.user_mss < in_mss ? opt_rx.user_mss : in_mss;
          }
        }
        break;
      case TCPOPT_WINDOW:
        if (opsize === TCPOLEN_WINDOW && syn && !estab && net.ipv4.sysctl_tcp_window_scaling !== 0) {
          parse_window_scale(net, bytes[ptr + 2]!, opt_rx);
        }
        break;
      case TCPOPT_TIMESTAMP:
        if (
          opsize === TCPOLEN_TIMESTAMP &&
          ((estab && opt_rx.tstamp_ok) || (!estab && net.ipv4.sysctl_tcp_timestamps !== 0))
        ) {
          opt_rx.saw_tstamp = true;
          opt_rx.rcv_tsval = read_be32(bytes, ptr + 2);
          opt_rx.rcv_tsecr = read_be32(bytes, ptr + 6);
        }
        break;
      case TCPOPT_SACK_PERM:
        if (opsize === TCPOLEN_SACK_PERM && syn && !estab && net.ipv4.sysctl_tcp_sack !== 0) {
          opt_rx.sack_ok = TCP_SACK_SEEN;
          tcp_sack_reset(opt_rx);
        }
        break;
      case TCPOPT_SACK:
        if (
          opsize >= TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK &&
          (opsize - TCPOLEN_SACK_BASE) % TCPOLEN_SACK_PERBLOCK === 0 &&
          opt_rx.sack_ok !== 0
        ) {
          TCP_SKB_CB(skb).sacked = ptr - th.at;
        }
        break;
      default:
        opt_rx.saw_unknown = true;
    }
    ptr += opsize;
    length -= opsize;
  }
}

function parse_window_scale(net: net, snd_wscale: number, opt_rx: tcp_options_received): void {
  opt_rx.wscale_ok = true;
  if (snd_wscale > TCP_MAX_WSCALE) {
    net_info_ratelimited(
      net.machine,
      `tcp_parse_options: Illegal window scaling value ${snd_wscale} > ${TCP_MAX_WSCALE} received`,
    );
    snd_wscale = TCP_MAX_WSCALE;
  }
  opt_rx.snd_wscale = snd_wscale;
}

/**
 * Parse the timestamp, the one option that most segments carry, if it has the usual layout.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_parse_aligned_timestamp(tp: tcp_sock, bytes: Uint8Array, header: number): boolean {
  if (read_be32(bytes, header + TCPHDR_LEN) !== ALIGNED_TIMESTAMP) return false;
  const rx_opt = tp.rx_opt;
  rx_opt.saw_tstamp = true;
  rx_opt.rcv_tsval = read_be32(bytes, header + TCPHDR_LEN + 4);
  const tsecr = read_be32(bytes, header + TCPHDR_LEN + 8);
  rx_opt.rcv_tsecr = tsecr !== 0 ? (tsecr - tp.tsoffset) | 0 : 0;
  return true;
}

/**
 * Parse the options of a segment on a connection, the common case first.
 *
 * @returns false when the segment has no options
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_fast_parse_options(net: net, skb: sk_buff, th: tcphdr, tp: tcp_sock): boolean {
  const rx_opt = tp.rx_opt;
  const doff = th.doff;
  if (doff === TCPHDR_LEN / 4) {
    rx_opt.saw_tstamp = false;
    return false;
  }
  if (rx_opt.tstamp_ok && doff === (TCPHDR_LEN + TCPOLEN_TSTAMP_ALIGNED) / 4) {
    if (tcp_parse_aligned_timestamp(tp, th.bytes, th.at)) return true;
  }
  tcp_parse_options(net, skb, rx_opt, true);
  if (rx_opt.saw_tstamp && rx_opt.rcv_tsecr !== 0) rx_opt.rcv_tsecr = (rx_opt.rcv_tsecr - tp.tsoffset) | 0;
  return true;
}

/**
 * Save the segment's timestamp: it is echoed, and later timestamps are compared with it.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_store_ts_recent(tp: tcp_sock): void {
  tp.rx_opt.ts_recent = tp.rx_opt.rcv_tsval;
  tp.rx_opt.ts_recent_stamp = ktime_get_seconds(sock_net(tp).machine);
}

/**
 * RFC 7323 4.3: the timestamp to echo comes from a segment that starts at or before the last ACK sent.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_replace_ts_recent(tp: tcp_sock, seq: u32): void {
  if (!tp.rx_opt.saw_tstamp || after(seq, tp.rcv_wup)) return;
  // A pure ACK may carry an older timestamp and still be acceptable; do not save that timestamp.
  if (tcp_paws_check(sock_net(tp).machine, tp.rx_opt, 0)) tcp_store_ts_recent(tp);
}
