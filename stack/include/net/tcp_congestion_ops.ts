/** The interface of a congestion control. @linux include/net/tcp.h */
import type { u32 } from '../linux/types.ts';
import type { sock } from './sock.ts';

/** Events for the congestion control. @linux enum tcp_ca_event */
export const CA_EVENT_TX_START = 0;
export const CA_EVENT_CWND_RESTART = 1;
export const CA_EVENT_COMPLETE_CWR = 2;
export const CA_EVENT_LOSS = 3;
export const CA_EVENT_ECN_NO_CE = 4;
export const CA_EVENT_ECN_IS_CE = 5;
/** Flags of in_ack_event. */
export const CA_ACK_SLOWPATH = 1 << 0;
export const CA_ACK_WIN_UPDATE = 1 << 1;
export const CA_ACK_ECE = 1 << 2;

/** Flag of a congestion control that any user may select. */
export const TCP_CONG_NON_RESTRICTED = 0x1;
/** Flag of a congestion control that requires ECN regardless of the sysctl. */
export const TCP_CONG_NEEDS_ECN = 0x2;

/** A sample taken from one ACK. */
export class ack_sample {
  pkts_acked = 0;
  /** In µs; -1: unknown. */
  rtt_us = -1;
  in_flight = 0;
}

/** The delivery rate measured over one flight. @linux struct rate_sample */
export class rate_sample {
  prior_mstamp = 0;
  prior_delivered = 0;
  prior_delivered_ce = 0;
  delivered = 0;
  delivered_ce = 0;
  interval_us = 0;
  snd_interval_us = 0;
  rcv_interval_us = 0;
  rtt_us = -1;
  losses = 0;
  acked_sacked = 0;
  prior_in_flight = 0;
  last_end_seq: u32 = 0;
  is_app_limited = false;
  is_retrans = false;
  is_ack_delayed = false;
}

export interface tcp_congestion_ops {
  name: string;
  flags: number;
  /** The slow-start threshold after a loss, in segments. */
  ssthresh(sk: sock): number;
  cong_avoid?(sk: sock, ack: u32, acked: number): void;
  set_state?(sk: sock, new_state: number): void;
  cwnd_event?(sk: sock, event: number): void;
  in_ack_event?(sk: sock, flags: number): void;
  pkts_acked?(sk: sock, sample: ack_sample): void;
  min_tso_segs?(sk: sock): number;
  cong_control?(sk: sock, rs: rate_sample): void;
  undo_cwnd(sk: sock): number;
  sndbuf_expand?(sk: sock): number;
  init?(sk: sock): void;
  release?(sk: sock): void;
}
