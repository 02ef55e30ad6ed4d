/**
 * The interface between IP and the transport protocols. The table's functions are in net/ipv4/protocol.ts.
 *
 * @linux include/net/protocol.h
 */
import type { offload_callbacks } from '../linux/netdevice.ts';
import type { sk_buff } from '../linux/skbuff.ts';

export const MAX_INET_PROTOS = 256;

/** Receives the packets of one IP protocol number. */
export interface net_protocol {
  /**
   * Process a packet whose data begins at the transport header. 0, or -protocol to deliver it again as that
   * protocol.
   */
  handler(skb: sk_buff): number;
  /**
   * Process an ICMP error about one of our packets; data begins at the quoted IP header. 0, or -ENOENT: no
   * such socket.
   */
  err_handler?(skb: sk_buff, info: number): number;
  /**
   * Find the socket before routing and use the route that it has cached. Linux calls the two functions by
   * name in ip_rcv_finish_core().
   */
  early_demux?(skb: sk_buff): number;
  no_policy?: boolean;
  /** Without this flag, ICMP errors are passed to sockets even if the protocol has no handler. */
  icmp_strict_tag_validation?: boolean;
}

/** How a transport protocol segments large packets and merges small ones. */
export interface net_offload {
  callbacks: offload_callbacks;
}
