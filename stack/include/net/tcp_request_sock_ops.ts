/** What differs between IPv4 and IPv6 in answering a SYN. @linux include/net/tcp.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { u32 } from '../linux/types.ts';
import type { dst_entry, flowi4 } from './dst.ts';
import type { net } from './net_namespace.ts';
import type { request_sock } from './request_sock.ts';
import type { sock } from './sock.ts';

/** One hash gives both. @linux union tcp_seq_and_ts_off (include/net/secure_seq.h) */
export interface tcp_seq_and_ts_off {
  seq: u32;
  ts_off: u32;
}

export interface tcp_request_sock_ops {
  mss_clamp: number;
  /** The SYN cookie to use as initial sequence number, and the MSS that it can express. */
  cookie_init_seq(skb: sk_buff, mss: number): { seq: u32; mss: number };
  /** The route of the SYN-ACK; null: there is none. */
  route_req(sk: sock, skb: sk_buff, fl: flowi4, req: request_sock): dst_entry | null;
  /** The initial sequence number, and what is added to the clock in timestamps. */
  init_seq_and_ts_off(net: net, skb: sk_buff): tcp_seq_and_ts_off;
  send_synack(
    sk: sock,
    dst: dst_entry | null,
    fl: flowi4,
    req: request_sock,
    synack_type: number,
    syn_skb: sk_buff | null,
  ): number;
}
