/** TCP's header view and its socket: struct tcp_sock, request and time-wait socks. @linux include/linux/tcp.h */
import { inet_connection_sock } from '../net/inet_connection_sock.ts';
import { inet_request_sock } from '../net/inet_sock.ts';
import { inet_timewait_sock } from '../net/inet_timewait_sock.ts';
import { read_be32, write_be32 } from '../net/ip.ts';
import type { request_sock } from '../net/request_sock.ts';
import type { sock } from '../net/sock.ts';
import type { tcp_request_sock_ops } from '../net/tcp_request_sock.ts';
import type { sk_buff } from './skbuff.ts';
import type { hrtimer } from './timer.ts';
import type { be16, be32, u32 } from './types.ts';

/** A view of a TCP header in a buffer. */
export class tcphdr {
  bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  get source(): be16 {
    return (this.bytes[this.at]! << 8) | this.bytes[this.at + 1]!;
  }
  set source(value: be16) {
    this.bytes[this.at] = value >> 8;
    this.bytes[this.at + 1] = value;
  }
  get dest(): be16 {
    return (this.bytes[this.at + 2]! << 8) | this.bytes[this.at + 3]!;
  }
  set dest(value: be16) {
    this.bytes[this.at + 2] = value >> 8;
    this.bytes[this.at + 3] = value;
  }
  get seq(): be32 {
    return read_be32(this.bytes, this.at + 4);
  }
  set seq(value: be32) {
    write_be32(this.bytes, this.at + 4, value);
  }
  get ack_seq(): be32 {
    return read_be32(this.bytes, this.at + 8);
  }
  set ack_seq(value: be32) {
    write_be32(this.bytes, this.at + 8, value);
  }
  /** Header length in 32-bit words. */
  get doff(): number {
    return this.bytes[this.at + 12]! >>> 4;
  }
  set doff(value: number) {
    this.bytes[this.at + 12] = (value << 4) | (this.bytes[this.at + 12]! & 0xf);
  }
  get res1(): number {
    return this.bytes[this.at + 12]! & 0xf;
  }
  /** TCPHDR_… bits. */
  get flags(): number {
    return this.bytes[this.at + 13]!;
  }
  set flags(value: number) {
    this.bytes[this.at + 13] = value;
  }
  get fin(): boolean {
    return (this.bytes[this.at + 13]! & 0x01) !== 0;
  }
  get syn(): boolean {
    return (this.bytes[this.at + 13]! & 0x02) !== 0;
  }
  get rst(): boolean {
    return (this.bytes[this.at + 13]! & 0x04) !== 0;
  }
  get psh(): boolean {
    return (this.bytes[this.at + 13]! & 0x08) !== 0;
  }
  get ack(): boolean {
    return (this.bytes[this.at + 13]! & 0x10) !== 0;
  }
  get urg(): boolean {
    return (this.bytes[this.at + 13]! & 0x20) !== 0;
  }
  get ece(): boolean {
    return (this.bytes[this.at + 13]! & 0x40) !== 0;
  }
  get cwr(): boolean {
    return (this.bytes[this.at + 13]! & 0x80) !== 0;
  }
  get window(): be16 {
    return (this.bytes[this.at + 14]! << 8) | this.bytes[this.at + 15]!;
  }
  set window(value: be16) {
    this.bytes[this.at + 14] = value >> 8;
    this.bytes[this.at + 15] = value;
  }
  get check(): number {
    return (this.bytes[this.at + 16]! << 8) | this.bytes[this.at + 17]!;
  }
  set check(value: number) {
    this.bytes[this.at + 16] = value >> 8;
    this.bytes[this.at + 17] = value;
  }
  get urg_ptr(): be16 {
    return (this.bytes[this.at + 18]! << 8) | this.bytes[this.at + 19]!;
  }
  set urg_ptr(value: be16) {
    this.bytes[this.at + 18] = value >> 8;
    this.bytes[this.at + 19] = value;
  }
}

/** Length in bytes of a TCP header without options: sizeof(struct tcphdr). */
export const TCPHDR_LEN = 20;
/** Offset of the checksum in the header: offsetof(struct tcphdr, check). */
export const TCPHDR_CHECK_OFFSET = 16;

/** The TCP header at skb.transport_header. @linux include/linux/tcp.h */
export function tcp_hdr(skb: sk_buff): tcphdr {
  return new tcphdr(skb.head, skb.transport_header);
}
/** Length in bytes of the TCP header with its options. @linux include/linux/tcp.h */
export function tcp_hdrlen(skb: sk_buff): number {
  return (skb.head[skb.transport_header + 12]! >>> 4) * 4;
}

export class tcp_sack_block {
  start_seq: u32 = 0;
  end_seq: u32 = 0;
}

/** The options received from the peer, and the negotiated ones. */
export class tcp_options_received {
  /** When ts_recent was saved, in seconds of the monotonic clock; 0: never. */
  ts_recent_stamp = 0;
  ts_recent: u32 = 0;
  rcv_tsval: u32 = 0;
  rcv_tsecr: u32 = 0;
  saw_tstamp = false;
  tstamp_ok = false;
  dsack = false;
  wscale_ok = false;
  /** Bit 0: SACK permitted; see TCP_SACK_SEEN. */
  sack_ok = 0;
  snd_wscale = 0;
  rcv_wscale = 0;
  saw_unknown = false;
  /** SACK blocks to send. */
  num_sacks = 0;
  user_mss = 0;
  mss_clamp = 0;
}

/** RACK loss detection. @linux struct tcp_rack */
export class tcp_rack {
  /** Send time (µs) of the most recently sent segment among those delivered. */
  mstamp = 0;
  rtt_us = 0;
  end_seq: u32 = 0;
  last_delivered: u32 = 0;
  reo_wnd_steps = 1;
  reo_wnd_persist = 0;
  dsack_seen = false;
  advanced = false;
}

/** No sample yet. Linux uses ~0; V8 would box that value. */
export const MINMAX_NONE = 0x7fffffff;
/** A running minimum over a time window: three samples, best first. @linux include/linux/win_minmax.h */
export class minmax {
  /** Times (ms) and values of the three. */
  t0 = 0;
  v0 = 0;
  t1 = 0;
  v1 = 0;
  t2 = 0;
  v2 = 0;
}

/**
 * A queue of skbs ordered by sequence number, which Linux keeps in a red-black tree. Doubly linked by
 * next/prev.
 */
export class skb_tree {
  first: sk_buff | null = null;
  last: sk_buff | null = null;
  length = 0;
}
/** Whether the tree is empty. @linux include/linux/rbtree.h */
export function RB_EMPTY_ROOT(root: skb_tree | null): boolean {
  return root === null || root.first === null;
}

/** The receiver's estimate of the round-trip time. @linux struct tcp_sock, rcv_rtt_est */
export class rcv_rtt_est {
  /** In µs, scaled by 8. */
  rtt_us = 0;
  /** The measurement ends when this sequence number arrives. */
  seq: u32 = 0;
  /** When the measurement began, in µs; 0: none is running. */
  time = 0;
}
/** The segment that probes a larger path MTU. @linux struct tcp_sock, mtu_probe */
export interface mtu_probe {
  probe_seq_start: u32;
  probe_seq_end: u32;
}

export const tcp_chrono = {
  TCP_CHRONO_UNSPEC: 0,
  TCP_CHRONO_BUSY: 1,
  TCP_CHRONO_RWND_LIMITED: 2,
  TCP_CHRONO_SNDBUF_LIMITED: 3,
} as const;

/** A TCP socket. */
export class tcp_sock extends inet_connection_sock {
  /** Header length in bytes, including the options of every segment. */
  tcp_header_len = 0;
  /** Maximum number of segments in one GSO packet. */
  gso_segs = 0;
  /** Header word 3 that the fast path expects; 0 forces the slow path. */
  pred_flags: be32 = 0;
  bytes_received = 0;
  segs_in = 0;
  data_segs_in = 0;
  /** Next sequence number expected. */
  rcv_nxt: u32 = 0;
  /** First byte not yet read by the user. */
  copied_seq: u32 = 0;
  /** rcv_nxt when the last window was advertised: that window starts here. */
  rcv_wup: u32 = 0;
  /** Next sequence number to send. */
  snd_nxt: u32 = 0;
  segs_out = 0;
  data_segs_out = 0;
  bytes_sent = 0;
  bytes_acked = 0;
  dsack_dups = 0;
  /** First byte not yet acknowledged. */
  snd_una: u32 = 0;
  /** End of the last segment smaller than the MSS: Nagle waits until the peer acknowledges it. */
  snd_sml: u32 = 0;
  /** When the last ACK arrived, in jiffies. */
  rcv_tstamp = 0;
  /** When data was last sent, in jiffies. */
  lsndtime = 0;
  last_oow_ack_time = 0;
  compressed_ack_rcv_nxt: u32 = 0;
  /** Added to the clock in outgoing timestamps. */
  tsoffset: u32 = 0;
  /** Sent and unacknowledged segments, in order of send time. */
  tsorted_sent_first: sk_buff | null = null;
  tsorted_sent_last: sk_buff | null = null;
  /** Sent and unacknowledged segments, in order of sequence numbers. */
  tcp_rtx_queue = new skb_tree();
  /** Sequence number of the segment that last updated the window. */
  snd_wl1: u32 = 0;
  /** The peer's window, in bytes. */
  snd_wnd = 0;
  /** Largest window that the peer ever advertised. */
  max_window = 0;
  /** Payload per segment, in bytes. */
  mss_cache = 0;
  window_clamp = 0;
  /** Current limit of the receive window, in bytes. */
  rcv_ssthresh = 0;
  rack = new tcp_rack();
  /** The MSS that this side announced. */
  advmss = 0;
  /** ACKs compressed (held back) so far. */
  compressed_ack = 0;
  dup_ack_counter = 0;
  tlp_retrans = false;
  chrono_start = 0;
  /** chrono_stat[TCP_CHRONO_… - 1]: total duration of each, in jiffies; null until the first one ends. */
  chrono_stat: [busy: number, rwnd_limited: number, sndbuf_limited: number] | null = null;
  chrono_type = 0;
  rate_app_limited = false;
  fastopen_no_cookie = false;
  is_sack_reneg = false;
  /** TCP_NAGLE_… bits. */
  nonagle = 0;
  thin_lto = false;
  recvmsg_inq = false;
  /** F-RTO (forward RTO recovery) is active. */
  frto = false;
  save_syn = 0;
  is_cwnd_limited = false;
  tlp_high_seq: u32 = 0;
  /** When pacing allows the next packet, in ns. */
  tcp_wstamp_ns = 0;
  tcp_clock_cache = 0;
  /** The time of the current packet or event, in µs. */
  tcp_mstamp = 0;
  /** Smoothed round-trip time, in µs scaled by 8. */
  srtt_us = 0;
  mdev_us = 0;
  mdev_max_us = 0;
  rttvar_us = 0;
  rtt_seq: u32 = 0;
  rtt_min = new minmax();
  /** Segments sent and unacknowledged. */
  packets_out = 0;
  /** Retransmitted segments among them. */
  retrans_out = 0;
  max_packets_out = 0;
  cwnd_usage_seq: u32 = 0;
  urg_data = 0;
  /** TCP_ECN_… bits. */
  ecn_flags = 0;
  keepalive_probes = 0;
  /** Degree of reordering, in segments. */
  reordering = 0;
  reord_seen = 0;
  snd_up: u32 = 0;
  rx_opt = new tcp_options_received();
  /** Slow-start threshold, in segments. */
  snd_ssthresh = 0;
  /** Congestion window, in segments. */
  snd_cwnd = 0;
  snd_cwnd_cnt = 0;
  snd_cwnd_clamp = 0;
  snd_cwnd_used = 0;
  snd_cwnd_stamp = 0;
  prior_cwnd = 0;
  prr_delivered = 0;
  prr_out = 0;
  /** Total segments delivered. */
  delivered = 0;
  delivered_ce = 0;
  /** Total segments lost. */
  lost = 0;
  app_limited = 0;
  first_tx_mstamp = 0;
  delivered_mstamp = 0;
  rate_delivered = 0;
  rate_interval_us = 0;
  /** The advertised window, in bytes. */
  rcv_wnd = 0;
  /** One past the last byte in the write queue. */
  write_seq: u32 = 0;
  notsent_lowat = 0;
  pushed_seq: u32 = 0;
  /** Segments considered lost. */
  lost_out = 0;
  /** Segments SACKed (or counted from duplicate ACKs). */
  sacked_out = 0;
  /** Both timers are created on first use. */
  pacing_timer: hrtimer<tcp_sock> | null = null;
  compressed_ack_timer: hrtimer<tcp_sock> | null = null;
  lost_skb_hint: sk_buff | null = null;
  retransmit_skb_hint: sk_buff | null = null;
  /** Segments received out of order, by sequence number; null until the first one. */
  out_of_order_queue: skb_tree | null = null;
  ooo_last_skb: sk_buff | null = null;
  /** A duplicate to report (D-SACK). */
  duplicate_sack: tcp_sack_block | null = null;
  /** SACK blocks to send: at most 4. */
  selective_acks: tcp_sack_block[] | null = null;
  recv_sack_cache: tcp_sack_block[] | null = null;
  highest_sack: sk_buff | null = null;
  lost_cnt_hint = 0;
  prior_ssthresh = 0;
  /** snd_nxt at the start of the recovery. */
  high_seq: u32 = 0;
  /** When the first retransmission was sent, in ms; 0: none. */
  retrans_stamp: u32 = 0;
  undo_marker: u32 = 0;
  undo_retrans = 0;
  bytes_retrans = 0;
  total_retrans = 0;
  urg_seq: u32 = 0;
  /** In jiffies; 0: use the sysctl. */
  keepalive_time = 0;
  keepalive_intvl = 0;
  /** Duration of FIN_WAIT2, in jiffies; 0: use the sysctl; -1: skip FIN_WAIT2. */
  linger2 = 0;
  rcv_ooopack = 0;
  rcv_rtt_last_tsecr: u32 = 0;
  /** null until data arrives. */
  rcv_rtt_est: rcv_rtt_est | null = null;
  /** Receive-buffer tuning: rcvq_space.space (bytes), .seq, .time (µs). */
  rcvq_space_space = 0;
  rcvq_space_seq: u32 = 0;
  rcvq_space_time = 0;
  /** null until a probe is sent. */
  mtu_probe: mtu_probe | null = null;
  mtu_info = 0;
  saved_syn: Uint8Array | null = null;
}

export function tcp_sk(sk: sock): tcp_sock {
  return sk as tcp_sock;
}

/** A TCP connection request. */
export class tcp_request_sock extends inet_request_sock {
  af_specific: tcp_request_sock_ops | null = null;
  /** When the SYN-ACK was first sent, in µs. */
  snt_synack = 0;
  tfo_listener = false;
  txhash: u32 = 0;
  /** The client's initial sequence number. */
  rcv_isn: u32 = 0;
  /** The server's initial sequence number. */
  snt_isn: u32 = 0;
  ts_off: u32 = 0;
  last_oow_ack_time = 0;
  rcv_nxt: u32 = 0;
  syn_tos = 0;
  /** The receive window to advertise, in bytes. */
  rsk_rcv_wnd = 0;
  rsk_window_clamp = 0;
  drop_req = false;
}
/** Cast a request sock to a TCP request sock. @linux include/linux/tcp.h */
export function tcp_rsk(req: request_sock): tcp_request_sock {
  return req as tcp_request_sock;
}

/** A connection in TIME_WAIT: the remainder of a tcp_sock. */
export class tcp_timewait_sock extends inet_timewait_sock {
  tw_rcv_nxt: u32 = 0;
  tw_snd_nxt: u32 = 0;
  tw_rcv_wnd = 0;
  tw_ts_offset: u32 = 0;
  tw_ts_recent: u32 = 0;
  tw_last_oow_ack_time = 0;
  tw_ts_recent_stamp = 0;

  get last_oow_ack_time(): number {
    return this.tw_last_oow_ack_time;
  }
  set last_oow_ack_time(time: number) {
    this.tw_last_oow_ack_time = time;
  }
}
/** Cast a sock to a TCP time-wait sock. @linux include/linux/tcp.h */
export function tcp_twsk(sk: unknown): tcp_timewait_sock {
  return sk as tcp_timewait_sock;
}
