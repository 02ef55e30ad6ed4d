/** IPv4 sockets: struct inet_sock, and the request sock's IPv4 part. @linux include/net/inet_sock.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { be16, be32, u32 } from '../linux/types.ts';
import { INADDR_ANY, IP_PMTUDISC_WANT } from '../uapi/linux/in.ts';
import { RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST } from '../uapi/linux/rtnetlink.ts';
import type { dst_entry } from './dst.ts';
import { flowi4, FLOWI_FLAG_ANYSRC } from './flow.ts';
import type { ip_options } from './ip.ts';
import type { net } from './net_namespace.ts';
import { request_sock } from './request_sock.ts';
import { sock, sock_net } from './sock.ts';

/** A datagram that several sends assemble (MSG_MORE). @linux struct inet_cork_full */
export class inet_cork {
  flags = 0;
  addr: be32 = 0;
  length = 0;
  /** Datagram size that fits without fragmentation, in bytes. */
  fragsize = 0;
  opt: ip_options | null = null;
  /** The datagram's route. */
  dst: dst_entry | null = null;
  ttl = 0;
  tos = -1;
  mark = 0;
  priority = 0;
  gso_size = 0;
}
/** The cork of a socket. @linux include/net/inet_sock.h */
export class inet_cork_full extends inet_cork {
  /**
   * The flow of the datagram being assembled, and of packets that a connected socket sends along its cached
   * route. connect() fills it in before the route lookup.
   */
  fl4 = new flowi4();
}
/** Bit of inet_cork.flags: the datagram has IP options. */
export const IPCORK_OPT = 1;

export class inet_sock extends sock {
  /** Source address of outgoing packets. */
  inet_saddr: be32 = 0;
  /** Unicast TTL; -1: use the route's. */
  uc_ttl = -1;
  cmsg_flags = 0;
  inet_opt: ip_options | null = null;
  /** Counter for the IP header's id. */
  inet_id = 0;
  /** Local port, network order. */
  inet_sport: be16 = 0;
  tos = 0;
  min_ttl = 0;
  mc_ttl = 1;
  /** IP_PMTUDISC_… */
  pmtudisc = IP_PMTUDISC_WANT;
  recverr = false;
  is_icsk = false;
  freebind = false;
  /** With IP_HDRINCL the caller supplies the IP header (raw sockets). */
  hdrincl = false;
  mc_loop = true;
  transparent = false;
  mc_all = true;
  nodefrag = false;
  bind_address_no_port = false;
  rcv_tos = 0;
  uc_index = 0;
  mc_index = 0;
  mc_addr: be32 = 0;
  cork: inet_cork_full | null = null;
  /**
   * IP_LOCAL_PORT_RANGE: the highest port in the upper 16 bits, the lowest in the lower 16 bits; 0: no limit.
   */
  local_port_range: u32 = 0;

  get inet_daddr(): be32 {
    return this.skc_daddr;
  }
  set inet_daddr(address: be32) {
    this.skc_daddr = address;
  }
  get inet_rcv_saddr(): be32 {
    return this.skc_rcv_saddr;
  }
  set inet_rcv_saddr(address: be32) {
    this.skc_rcv_saddr = address;
  }
  get inet_dport(): be16 {
    return this.skc_dport;
  }
  set inet_dport(port: be16) {
    this.skc_dport = port;
  }
  get inet_num(): number {
    return this.skc_num;
  }
  set inet_num(port: number) {
    this.skc_num = port;
  }
}

/**
 * Cast a sock to an IPv4 socket: all sockets of this machine are IPv4 sockets.
 *
 * @linux include/net/inet_sock.h
 */
export function inet_sk(sk: sock): inet_sock {
  return sk as inet_sock;
}

/** A connection request on IPv4. */
export class inet_request_sock extends request_sock {
  snd_wscale = 0;
  rcv_wscale = 0;
  tstamp_ok = false;
  sack_ok = false;
  wscale_ok = false;
  ecn_ok = false;
  /** The final ACK arrived while the accept queue was full. */
  acked = false;
  no_srccheck = false;
  ir_mark = 0;
  ireq_opt: ip_options | null = null;
  pktopts: sk_buff | null = null;
  ir_iif = 0;

  get ir_loc_addr(): be32 {
    return this.skc_rcv_saddr;
  }
  set ir_loc_addr(address: be32) {
    this.skc_rcv_saddr = address;
  }
  get ir_rmt_addr(): be32 {
    return this.skc_daddr;
  }
  set ir_rmt_addr(address: be32) {
    this.skc_daddr = address;
  }
  get ir_num(): number {
    return this.skc_num;
  }
  set ir_num(port: number) {
    this.skc_num = port;
  }
  get ir_rmt_port(): be16 {
    return this.skc_dport;
  }
  set ir_rmt_port(port: be16) {
    this.skc_dport = port;
  }
}
/** Cast a request sock to an IPv4 request sock. @linux include/net/inet_sock.h */
export function inet_rsk(req: request_sock): inet_request_sock {
  return req as inet_request_sock;
}

/** Whether the socket may use this address, even if it is not local. @linux include/net/inet_sock.h */
export function inet_addr_valid_or_nonlocal(
  net: net,
  inet: inet_sock,
  addr: number,
  addr_type: number,
): boolean {
  return (
    net.ipv4.sysctl_ip_nonlocal_bind !== 0 ||
    inet.freebind ||
    inet.transparent ||
    addr === INADDR_ANY ||
    addr_type === RTN_LOCAL ||
    addr_type === RTN_MULTICAST ||
    addr_type === RTN_BROADCAST
  );
}

/** The mark of a request's packets: the listener's, or with tcp_fwmark_accept the SYN's. @linux include/net/inet_sock.h */
export function inet_request_mark(sk: sock, skb: sk_buff): number {
  if (sk.sk_mark === 0 && sock_net(sk).ipv4.sysctl_tcp_fwmark_accept !== 0) return skb.mark;
  return sk.sk_mark;
}

/** The FLOWI_FLAG_… bits for a socket's options. @linux include/net/inet_sock.h */
export function inet_sk_flowi_flags(sk: sock): number {
  const inet = inet_sk(sk);
  return inet.transparent || inet.hdrincl ? FLOWI_FLAG_ANYSRC : 0;
}
