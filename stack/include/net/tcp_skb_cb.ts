/** TCP's control block of an skb, and its SACK tags. @linux include/net/tcp.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { u32 } from '../linux/types.ts';

export class tcp_skb_cb {
  /** First sequence number. */
  seq: u32 = 0;
  /** One past the last sequence number; SYN and FIN count one each. */
  end_seq: u32 = 0;
  /** Set on receive in TIME_WAIT: the new connection's initial sequence number. */
  tcp_tw_isn: u32 = 0;
  tcp_gso_segs = 0;
  tcp_gso_size = 0;
  /** TCPHDR_… flags. */
  tcp_flags = 0;
  /** TCPCB_… tags. */
  sacked = 0;
  ip_dsfield = 0;
  /** End of record: no data may be appended. */
  eor = false;
  has_rxtstamp = false;
  ack_seq: u32 = 0;
  /** For delivery-rate samples (tcp_rate.c): the connection's state when this was sent. */
  tx_is_app_limited = false;
  tx_delivered_ce = 0;
  tx_delivered = 0;
  /** In µs. */
  tx_first_tx_mstamp = 0;
  tx_delivered_mstamp = 0;
}

/** Copy the control block for a clone of the skb. */
export function tcp_skb_cb_copy(to: tcp_skb_cb, from: tcp_skb_cb): void {
  to.seq = from.seq;
  to.end_seq = from.end_seq;
  to.tcp_tw_isn = from.tcp_tw_isn;
  to.tcp_gso_segs = from.tcp_gso_segs;
  to.tcp_gso_size = from.tcp_gso_size;
  to.tcp_flags = from.tcp_flags;
  to.sacked = from.sacked;
  to.ip_dsfield = from.ip_dsfield;
  to.eor = from.eor;
  to.has_rxtstamp = from.has_rxtstamp;
  to.ack_seq = from.ack_seq;
  to.tx_is_app_limited = from.tx_is_app_limited;
  to.tx_delivered_ce = from.tx_delivered_ce;
  to.tx_delivered = from.tx_delivered;
  to.tx_first_tx_mstamp = from.tx_first_tx_mstamp;
  to.tx_delivered_mstamp = from.tx_delivered_mstamp;
}

export function TCP_SKB_CB(skb: sk_buff): tcp_skb_cb {
  return skb.cb;
}

export const TCPCB_SACKED_ACKED = 0x01;
export const TCPCB_SACKED_RETRANS = 0x02;
export const TCPCB_LOST = 0x04;
export const TCPCB_TAGBITS = 0x07;
export const TCPCB_REPAIRED = 0x10;
export const TCPCB_EVER_RETRANS = 0x80;
export const TCPCB_RETRANS = TCPCB_SACKED_RETRANS | TCPCB_EVER_RETRANS | TCPCB_REPAIRED;

/** Mark a pure ACK, which does not count against the socket's queue limits. @linux include/net/tcp.h */
export function skb_set_tcp_pure_ack(skb: sk_buff): void {
  skb.truesize = 2;
}

/** Whether the packet is marked as a pure ACK. @linux include/net/tcp.h */
export function skb_is_tcp_pure_ack(skb: sk_buff): boolean {
  return skb.truesize === 2;
}
