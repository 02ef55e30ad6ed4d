/** Transport protocols as IP sees them. The table's functions are in net/ipv4/protocol.ts. @linux include/net/protocol.h */
import type { offload_callbacks } from '../linux/netdevice.ts';
import type { sk_buff } from '../linux/skbuff.ts';

export const MAX_INET_PROTOS = 256;

/** Receives what IP delivers for one protocol number. */
export interface net_protocol {
  /** Take a packet: data begins at the transport header. 0, or -protocol to have it delivered again as another one. */
  handler(skb: sk_buff): number;
  /** An ICMP error about a packet of ours came: data begins at the IP header that it quotes. 0, or -ENOENT: no such socket. */
  err_handler?(skb: sk_buff, info: number): number;
  /** Find the socket before routing, and with it the route that the socket remembers. Linux names the two functions in ip_rcv_finish_core(). */
  early_demux?(skb: sk_buff): number;
  no_policy?: boolean;
  /** ICMP errors about a protocol without this are passed on to sockets even without a handler. */
  icmp_strict_tag_validation?: boolean;
}

/** How a transport protocol cuts large packets and merges small ones. */
export interface net_offload {
  callbacks: offload_callbacks;
}
