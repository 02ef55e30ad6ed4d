/** The options of outgoing segments: selection, length and encoding. @linux net/ipv4/tcp_output.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_rsk, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { write_be32 } from '../../../include/net/ip.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  MAX_TCP_OPTION_SPACE,
  tcp_skb_timestamp,
  TCPOLEN_MSS,
  TCPOLEN_MSS_ALIGNED,
  TCPOLEN_SACK_BASE,
  TCPOLEN_SACK_BASE_ALIGNED,
  TCPOLEN_SACK_PERBLOCK,
  TCPOLEN_SACK_PERM,
  TCPOLEN_SACKPERM_ALIGNED,
  TCPOLEN_TIMESTAMP,
  TCPOLEN_TSTAMP_ALIGNED,
  TCPOLEN_WINDOW,
  TCPOLEN_WSCALE_ALIGNED,
  TCPOPT_MSS,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERM,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
} from '../../../include/net/tcp.ts';
import { tcp_advertise_mss } from './mss.ts';

export const OPTION_SACK_ADVERTISE = 1 << 0;
export const OPTION_TS = 1 << 1;
export const OPTION_WSCALE = 1 << 3;

/** The options to write into a header. */
export class tcp_out_options {
  /** OPTION_… bits. */
  options = 0;
  /** Largest segment that this side accepts, in bytes; 0: no such option. */
  mss = 0;
  /** Window scale, as a shift. */
  ws = 0;
  num_sack_blocks = 0;
  tsval: u32 = 0;
  tsecr: u32 = 0;
}

/**
 * Choose the options of a SYN: always MSS; timestamps, window scale and SACK depend on the sysctls.
 *
 * @returns their length in bytes
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_syn_options(sk: sock, skb: sk_buff, opts: tcp_out_options): number {
  const tp = tcp_sk(sk);
  const ipv4 = sock_net(sk).ipv4;
  let remaining = MAX_TCP_OPTION_SPACE;

  opts.mss = tcp_advertise_mss(sk);
  remaining -= TCPOLEN_MSS_ALIGNED;
  if (ipv4.sysctl_tcp_timestamps !== 0) {
    opts.options |= OPTION_TS;
    opts.tsval = (tcp_skb_timestamp(skb) + tp.tsoffset) | 0;
    opts.tsecr = tp.rx_opt.ts_recent;
    remaining -= TCPOLEN_TSTAMP_ALIGNED;
  }
  if (ipv4.sysctl_tcp_window_scaling !== 0) {
    opts.ws = tp.rx_opt.rcv_wscale;
    opts.options |= OPTION_WSCALE;
    remaining -= TCPOLEN_WSCALE_ALIGNED;
  }
  if (ipv4.sysctl_tcp_sack !== 0) {
    opts.options |= OPTION_SACK_ADVERTISE;
    // With timestamps the option replaces their two NOPs.
    if ((opts.options & OPTION_TS) === 0) remaining -= TCPOLEN_SACKPERM_ALIGNED;
  }
  return MAX_TCP_OPTION_SPACE - remaining;
}

/**
 * Choose the options of a SYN-ACK: MSS, and those others that the SYN had.
 *
 * @returns their length in bytes
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_synack_options(
  req: request_sock,
  mss: number,
  skb: sk_buff,
  opts: tcp_out_options,
): number {
  const ireq = inet_rsk(req);
  let remaining = MAX_TCP_OPTION_SPACE;

  opts.mss = mss;
  remaining -= TCPOLEN_MSS_ALIGNED;
  if (ireq.wscale_ok) {
    opts.ws = ireq.rcv_wscale;
    opts.options |= OPTION_WSCALE;
    remaining -= TCPOLEN_WSCALE_ALIGNED;
  }
  if (ireq.tstamp_ok) {
    opts.options |= OPTION_TS;
    opts.tsval = (tcp_skb_timestamp(skb) + tcp_rsk(req).ts_off) | 0;
    opts.tsecr = req.ts_recent;
    remaining -= TCPOLEN_TSTAMP_ALIGNED;
  }
  if (ireq.sack_ok) {
    opts.options |= OPTION_SACK_ADVERTISE;
    if (!ireq.tstamp_ok) remaining -= TCPOLEN_SACKPERM_ALIGNED;
  }
  return MAX_TCP_OPTION_SPACE - remaining;
}

/**
 * Choose the options of a segment after the handshake: timestamps if negotiated, then as many SACK blocks as
 * fit.
 *
 * @param opts filled in; null when only the length is needed
 * @returns their length in bytes
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_established_options(sk: sock, skb: sk_buff | null, opts: tcp_out_options | null): number {
  const tp = tcp_sk(sk);
  const rx_opt = tp.rx_opt;
  let size = 0;

  if (rx_opt.tstamp_ok) {
    if (opts !== null) {
      opts.options |= OPTION_TS;
      opts.tsval = skb !== null ? (tcp_skb_timestamp(skb) + tp.tsoffset) | 0 : 0;
      opts.tsecr = rx_opt.ts_recent;
    }
    size += TCPOLEN_TSTAMP_ALIGNED;
  }
  const eff_sacks = rx_opt.num_sacks + (rx_opt.dsack ? 1 : 0);
  if (eff_sacks !== 0) {
    const remaining = MAX_TCP_OPTION_SPACE - size;
    if (remaining < TCPOLEN_SACK_BASE_ALIGNED + TCPOLEN_SACK_PERBLOCK) return size;
    const room = Math.floor((remaining - TCPOLEN_SACK_BASE_ALIGNED) / TCPOLEN_SACK_PERBLOCK);
    const num_sack_blocks = Math.min(eff_sacks, room);
    if (opts !== null) opts.num_sack_blocks = num_sack_blocks;
    size += TCPOLEN_SACK_BASE_ALIGNED + num_sack_blocks * TCPOLEN_SACK_PERBLOCK;
  }
  return size;
}

/**
 * Write the options into `bytes` from `at`, each aligned to 32 bits, in Linux's order, which middleboxes and
 * fingerprinters expect. A duplicate (D-SACK, RFC 2883) is reported once.
 *
 * @param tp null for a SYN-ACK, which has no SACK blocks
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_options_write(
  bytes: Uint8Array,
  at: number,
  tp: tcp_sock | null,
  opts: tcp_out_options,
): void {
  let options = opts.options;

  if (opts.mss !== 0) {
    write_be32(bytes, at, (TCPOPT_MSS << 24) | (TCPOLEN_MSS << 16) | opts.mss);
    at += 4;
  }
  if ((options & OPTION_TS) !== 0) {
    if ((options & OPTION_SACK_ADVERTISE) !== 0) {
      write_be32(bytes, at, word(TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP));
      options &= ~OPTION_SACK_ADVERTISE;
    } else {
      write_be32(bytes, at, word(TCPOPT_NOP, TCPOPT_NOP, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP));
    }
    write_be32(bytes, at + 4, opts.tsval);
    write_be32(bytes, at + 8, opts.tsecr);
    at += 12;
  }
  if ((options & OPTION_SACK_ADVERTISE) !== 0) {
    write_be32(bytes, at, word(TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM));
    at += 4;
  }
  if ((options & OPTION_WSCALE) !== 0) {
    write_be32(bytes, at, word(TCPOPT_NOP, TCPOPT_WINDOW, TCPOLEN_WINDOW, opts.ws));
    at += 4;
  }
  if (opts.num_sack_blocks !== 0 && tp !== null) write_sack_blocks(bytes, at, tp, opts.num_sack_blocks);
}

function word(a: number, b: number, c: number, d: number): number {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

function write_sack_blocks(bytes: Uint8Array, at: number, tp: tcp_sock, count: number): void {
  const length = TCPOLEN_SACK_BASE + count * TCPOLEN_SACK_PERBLOCK;
  write_be32(bytes, at, word(TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, length));
  at += 4;
  // In Linux duplicate_sack directly precedes selective_acks in memory, and one loop covers both.
  let next = 0;
  for (let i = 0; i < count; i++) {
    const block = i === 0 && tp.rx_opt.dsack ? tp.duplicate_sack! : tp.selective_acks![next++]!;
    write_be32(bytes, at, block.start_seq);
    write_be32(bytes, at + 4, block.end_seq);
    at += 8;
  }
  tp.rx_opt.dsack = false;
}
