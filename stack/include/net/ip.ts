/**
 * IP's header view, control block and small helpers.
 *
 * @linux include/net/ip.h, include/linux/ip.h, include/uapi/linux/ip.h
 */
import { jiffies } from '../../kernel/time/jiffies.ts';
import { jhash_1word } from '../../lib/jhash.ts';
import { type sk_buff, skb_dst } from '../linux/skbuff.ts';
import type { be16, be32, u32 } from '../linux/types.ts';
import type { sock_exterr_skb } from '../uapi/linux/errqueue.ts';
import {
  IP_PMTUDISC_DO,
  IP_PMTUDISC_INTERFACE,
  IP_PMTUDISC_OMIT,
  IP_PMTUDISC_PROBE,
  IP_PMTUDISC_WANT,
} from '../uapi/linux/in.ts';
import { RTAX_MTU } from '../uapi/linux/rtnetlink.ts';
import { type dst_entry, dst_metric, dst_metric_locked } from './dst.ts';
import { inet_sk } from './inet_sock.ts';
import type { net } from './net_namespace.ts';
import type { rtable } from './route.ts';
import { sk_fullsock, type sock } from './sock.ts';

/**
 * Whether the port is reserved (net.ipv4.ip_local_reserved_ports) and must not be assigned.
 *
 * @linux include/net/ip.h
 */
export function inet_is_local_reserved_port(net: net, port: number): boolean {
  return net.ipv4.ip_local_reserved_ports.size > 0 && net.ipv4.ip_local_reserved_ports.has(port);
}

export const IPVERSION = 4;
export const MAXTTL = 255;
export const IPDEFTTL = 64;
/** Flags and mask of frag_off. */
export const IP_CE = 0x8000;
export const IP_DF = 0x4000;
export const IP_MF = 0x2000;
export const IP_OFFSET = 0x1fff;

/** A view of an IPv4 header in a buffer. @linux struct iphdr */
export class iphdr {
  bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  get version(): number {
    return this.bytes[this.at]! >>> 4;
  }
  /** Header length in 32-bit words. */
  get ihl(): number {
    return this.bytes[this.at]! & 0xf;
  }
  set version_ihl(value: number) {
    this.bytes[this.at] = value;
  }
  get tos(): number {
    return this.bytes[this.at + 1]!;
  }
  set tos(value: number) {
    this.bytes[this.at + 1] = value;
  }
  get tot_len(): be16 {
    return (this.bytes[this.at + 2]! << 8) | this.bytes[this.at + 3]!;
  }
  set tot_len(value: be16) {
    this.bytes[this.at + 2] = value >> 8;
    this.bytes[this.at + 3] = value;
  }
  get id(): be16 {
    return (this.bytes[this.at + 4]! << 8) | this.bytes[this.at + 5]!;
  }
  set id(value: be16) {
    this.bytes[this.at + 4] = value >> 8;
    this.bytes[this.at + 5] = value;
  }
  get frag_off(): be16 {
    return (this.bytes[this.at + 6]! << 8) | this.bytes[this.at + 7]!;
  }
  set frag_off(value: be16) {
    this.bytes[this.at + 6] = value >> 8;
    this.bytes[this.at + 7] = value;
  }
  get ttl(): number {
    return this.bytes[this.at + 8]!;
  }
  set ttl(value: number) {
    this.bytes[this.at + 8] = value;
  }
  get protocol(): number {
    return this.bytes[this.at + 9]!;
  }
  set protocol(value: number) {
    this.bytes[this.at + 9] = value;
  }
  get check(): number {
    return (this.bytes[this.at + 10]! << 8) | this.bytes[this.at + 11]!;
  }
  set check(value: number) {
    this.bytes[this.at + 10] = value >> 8;
    this.bytes[this.at + 11] = value;
  }
  get saddr(): be32 {
    return read_be32(this.bytes, this.at + 12);
  }
  set saddr(value: be32) {
    write_be32(this.bytes, this.at + 12, value);
  }
  get daddr(): be32 {
    return read_be32(this.bytes, this.at + 16);
  }
  set daddr(value: be32) {
    write_be32(this.bytes, this.at + 16, value);
  }
}

/** 32 bits in network order, as int32. */
export function read_be32(bytes: Uint8Array, at: number): be32 {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
export function write_be32(bytes: Uint8Array, at: number, value: be32): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}
export function read_be16(bytes: Uint8Array, at: number): be16 {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
export function write_be16(bytes: Uint8Array, at: number, value: be16): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** The IP header at skb.network_header. @linux include/linux/ip.h */
export function ip_hdr(skb: sk_buff): iphdr {
  return new iphdr(skb.head, skb.network_header);
}
/** Length in bytes of the IP header. @linux include/net/ip.h */
export function ip_hdrlen(skb: sk_buff): number {
  return (skb.head[skb.network_header]! & 0xf) * 4;
}

/** IP options, received or to be sent: the raw bytes after the fixed header. @linux struct ip_options */
export class ip_options {
  optlen = 0;
  __data: Uint8Array = new Uint8Array(0);
  /** The first hop of a strict or loose source route. */
  faddr: be32 = 0;
  /** The next hop that a source route specifies. */
  nexthop: be32 = 0;
  /**
   * Offsets of the source route, the recorded route, the timestamps and the router alert from the start of
   * the header; 0: absent.
   */
  srr = 0;
  rr = 0;
  ts = 0;
  router_alert = 0;
  is_strictroute = false;
  /** This host is the current hop of the source route. */
  srr_is_hit = false;
  /** The header was changed and needs a new checksum. */
  is_changed = false;
  /** This host must record its address, or its time. */
  rr_needaddr = false;
  ts_needtime = false;
  ts_needaddr = false;
}

export const IPSKB_FORWARDED = 1 << 0;
export const IPSKB_FRAG_COMPLETE = 1 << 3;
export const IPSKB_REROUTED = 1 << 4;
export const IPSKB_DOREDIRECT = 1 << 5;
export const IPSKB_FRAG_PMTU = 1 << 6;

/** IP's control block of an skb. @linux struct inet_skb_parm */
export class inet_skb_parm {
  iif = 0;
  opt: ip_options | null = null;
  /** IPSKB_… bits. */
  flags = 0;
  /** The longest fragment of a reassembled datagram, in bytes; 0: it was not fragmented. */
  frag_max_size = 0;
  /** For IP_PKTINFO: the interface and the local address of the packet. @linux struct in_pktinfo */
  ipi_ifindex = 0;
  ipi_spec_dst: be32 = 0;
  /** The error described by a packet on an error queue. @linux SKB_EXT_ERR */
  ext_err: sock_exterr_skb | null = null;
}
/** Copy the control block for a clone of the skb. */
export function inet_skb_parm_copy(from: inet_skb_parm): inet_skb_parm {
  const to = new inet_skb_parm();
  to.iif = from.iif;
  to.opt = from.opt;
  to.flags = from.flags;
  to.frag_max_size = from.frag_max_size;
  to.ipi_ifindex = from.ipi_ifindex;
  to.ipi_spec_dst = from.ipi_spec_dst;
  return to;
}
export function IPCB(skb: sk_buff): inet_skb_parm {
  return (skb.ipcb ??= new inet_skb_parm());
}

/** The parameters of an outgoing datagram, from sendmsg's arguments. @linux struct ipcm_cookie */
export class ipcm_cookie {
  /** Source address. */
  addr: be32 = 0;
  oif = 0;
  opt: ip_options | null = null;
  protocol = 0;
  ttl = 0;
  tos = -1;
  gso_size = 0;
}

/** The maximum size of an IP packet, in bytes. */
export const IP_MAX_MTU = 0xffff;
/** The minimum MTU of a path (RFC 791). */
export const IPV4_MIN_MTU = 68;
export const IPV4_MAX_PMTU = 65535;
/** Size of the header without options. @linux sizeof(struct iphdr) */
export const IPHDR_LEN = 20;
export const MAX_IPOPTLEN = 40;

/** Whether this is a fragment, first or later. @linux include/net/ip.h */
export function ip_is_fragment(iph: iphdr): boolean {
  return (iph.frag_off & (IP_MF | IP_OFFSET)) !== 0;
}
/** Decrement the TTL and update the checksum (RFC 1141). @returns the new TTL @linux include/net/ip.h */
export function ip_decrease_ttl(iph: iphdr): number {
  const check = iph.check + 0x0100;
  iph.check = check + (check >= 0xffff ? 1 : 0);
  iph.ttl--;
  return iph.ttl;
}
/** Whether path MTU discovery must not change this route's MTU. @linux include/net/ip.h */
export function ip_mtu_locked(dst: dst_entry): boolean {
  return (dst as rtable).rt_mtu_locked || dst_metric_locked(dst, RTAX_MTU);
}
/** Whether to set DF. @linux include/net/ip.h */
export function ip_dont_fragment(sk: sock, dst: dst_entry): boolean {
  const { pmtudisc } = inet_sk(sk);
  return pmtudisc === IP_PMTUDISC_DO || (pmtudisc === IP_PMTUDISC_WANT && !ip_mtu_locked(dst));
}
/** Whether the socket accepts path MTU updates from ICMP. @linux include/net/ip.h */
export function ip_sk_accept_pmtu(sk: sock): boolean {
  const { pmtudisc } = inet_sk(sk);
  return pmtudisc !== IP_PMTUDISC_INTERFACE && pmtudisc !== IP_PMTUDISC_OMIT;
}
/** Whether the socket uses the path MTU and not the interface's MTU. @linux include/net/ip.h */
export function ip_sk_use_pmtu(sk: sock): boolean {
  return inet_sk(sk).pmtudisc < IP_PMTUDISC_PROBE;
}
/** Whether this host may fragment the socket's packets although DF is set. @linux include/net/ip.h */
export function ip_sk_ignore_df(sk: sock): boolean {
  const { pmtudisc } = inet_sk(sk);
  return pmtudisc < IP_PMTUDISC_DO || pmtudisc === IP_PMTUDISC_OMIT;
}
/**
 * The MTU of a route, in bytes: the learned path MTU, otherwise the route's metric, otherwise the device's
 * MTU.
 *
 * @linux include/net/ip.h
 */
export function ip_dst_mtu_maybe_forward(dst: dst_entry, forwarding: boolean): number {
  const rt = dst as rtable;
  const { dev } = dst;
  const locked = ip_mtu_locked(dst);
  if (!forwarding || locked || dev.nd_net.ipv4.sysctl_ip_fwd_use_pmtu !== 0) {
    if (rt.rt_pmtu !== 0 && jiffies(dev.machine) < dst.expires) return Math.min(rt.rt_pmtu, IP_MAX_MTU);
  }
  let mtu = dst_metric(dst, RTAX_MTU);
  if (mtu === 0) {
    mtu = dev.mtu;
    if (locked && rt.rt_uses_gateway && mtu > 576) mtu = 576;
  }
  return Math.min(mtu, IP_MAX_MTU);
}
/** The MTU for a packet with a route, in bytes. @linux include/net/ip.h */
export function ip_skb_dst_mtu(sk: sock | null, skb: sk_buff): number {
  const dst = skb_dst(skb)!;
  if (sk === null || !sk_fullsock(sk) || ip_sk_use_pmtu(sk)) {
    return ip_dst_mtu_maybe_forward(dst, skb.ipcb !== null && (skb.ipcb.flags & IPSKB_FORWARDED) !== 0);
  }
  return Math.min(dst.dev.mtu, IP_MAX_MTU);
}
/** The packet for ip_send_unicast_reply() to send. */
export class ip_reply_arg {
  /** The transport header and the data after it. */
  iov_base: Uint8Array;
  flags = 0;
  /** The pseudo header's sum. */
  csum = 0;
  /** Offset of the checksum in the header, in 16-bit words; -1: none. */
  csumoffset = -1;
  bound_dev_if = 0;
  tos = 0;
  uid = 0;
  constructor(iov_base: Uint8Array) {
    this.iov_base = iov_base;
  }
}
/** Bit of ip_reply_arg.flags: the source address need not be local. */
export const IP_REPLY_ARG_NOSRCCHECK = 1;
/** Initialize from the socket's settings at the start of sendmsg(). @linux include/net/ip.h */
export function ipcm_init_sk(ipcm: ipcm_cookie, sk: sock): void {
  const inet = inet_sk(sk);
  ipcm.oif = sk.sk_bound_dev_if;
  ipcm.addr = inet.inet_saddr;
  ipcm.protocol = inet.inet_num;
}
/**
 * Index of the enslaved device on which a packet arrived: 0, since there are no VRFs.
 *
 * @linux include/net/ip.h
 */
export function inet_sdif(_skb: sk_buff): number {
  return 0;
}
/** Clear the IP control block, which another layer may have used. */
export function ipcb_reset(skb: sk_buff): void {
  const parm = skb.ipcb;
  if (parm === null) return;
  parm.iif = 0;
  parm.opt = null;
  parm.flags = 0;
  parm.frag_max_size = 0;
  parm.ipi_ifindex = 0;
  parm.ipi_spec_dst = 0;
}

/** Hash of a local address and port. @linux include/net/ip.h */
export function ipv4_portaddr_hash(_net: net, saddr: be32, port: number): u32 {
  return jhash_1word(saddr, 0) ^ port;
}
