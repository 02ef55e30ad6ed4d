/** Received datagrams, and ICMP errors about sent ones. @linux net/ipv4/udp.c */
import type { DropDetail } from '../../../capture/drop_detail.ts';
import {
  CHECKSUM_BREAK,
  CHECKSUM_NONE,
  CHECKSUM_UNNECESSARY,
  PACKET_HOST,
  type sk_buff,
  skb_csum_unnecessary,
} from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import { udp_hdr, UDPHDR_LEN } from '../../../include/linux/udp.ts';
import {
  SKB_DROP_REASON_NO_SOCKET,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_PROTO_MEM,
  SKB_DROP_REASON_SOCKET_RCVBUFF,
  SKB_DROP_REASON_UDP_CSUM,
} from '../../../include/net/dropreason.ts';
import { dst_check, dst_release } from '../../../include/net/dst.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_hdr, iphdr, read_be16 } from '../../../include/net/ip.ts';
import { ICMP_INC_STATS, type net, UDP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { inet_iif, RTCF_BROADCAST, RTCF_MULTICAST, skb_rtable } from '../../../include/net/route.ts';
import { type sock, SOCK_DEAD, sock_flag, sock_net } from '../../../include/net/sock.ts';
import {
  EHOSTUNREACH,
  EMSGSIZE,
  ENOBUFS,
  ENOENT,
  ENOMEM,
  EPROTO,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_PORT_UNREACH,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  icmphdr,
  NR_ICMP_UNREACH,
} from '../../../include/uapi/linux/icmp.ts';
import { IP_PMTUDISC_DONT, IPPROTO_UDP } from '../../../include/uapi/linux/in.ts';
import {
  ICMP_MIB_INERRORS,
  UDP_MIB_CSUMERRORS,
  UDP_MIB_IGNOREDMULTI,
  UDP_MIB_INERRORS,
  UDP_MIB_MEMERRORS,
  UDP_MIB_NOPORTS,
  UDP_MIB_RCVBUFERRORS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { csum_partial, csum_tcpudp_nofold } from '../../../lib/checksum.ts';
import { trace } from '../../../trace/events.ts';
import {
  __skb_pull,
  consume_skb,
  kfree_skb_reason,
  skb_clone,
  skb_dst_drop,
  skb_dst_set_noref,
} from '../../core/skbuff/alloc.ts';
import {
  __skb_checksum_complete,
  pskb_may_pull,
  pskb_trim_rcsum,
  skb_condense,
} from '../../core/skbuff/data.ts';
import { __skb_queue_tail } from '../../core/skbuff/queue.ts';
import { sk_error_report } from '../../core/sock/defaults.ts';
import { sk_rmem_schedule, skb_set_owner_r } from '../../core/sock/memory.ts';
import { sk_drops_add } from '../../core/sock/queue.ts';
import { icmp_err_convert } from '../icmp/rcv.ts';
import { icmp_send } from '../icmp/send.ts';
import { ip_icmp_error, ipv4_pktinfo_prepare } from '../ip_sockglue.ts';
import { ipv4_sk_redirect, ipv4_sk_update_pmtu } from '../route/exception.ts';
import { __udp4_lib_demux_lookup, __udp4_lib_lookup, udp_port_sockets } from './hash.ts';

/**
 * Early demux attaches a socket to a packet without a reference: nothing can free the socket in the meantime.
 */
function no_reference(): void {}

/** Find a connected socket before routing, and use its cached route. 0. @linux net/ipv4/udp.c */
export function udp_v4_early_demux(skb: sk_buff): number {
  if (skb.pkt_type !== PACKET_HOST) return 0;
  if (!pskb_may_pull(skb, skb.transport_header - skb.data + UDPHDR_LEN)) return 0;
  const iph = ip_hdr(skb);
  const uh = udp_hdr(skb);
  const dev = skb.dev!;
  const sk = __udp4_lib_demux_lookup(dev.nd_net, iph.daddr, uh.dest, iph.saddr, uh.source, dev.ifindex);
  if (sk === null) return 0;
  skb.sk = sk;
  skb.destructor = no_reference;
  const dst = sk.sk_rx_dst;
  if (dst !== null && dst_check(dst, 0) !== null) skb_dst_set_noref(skb, dst);
  return 0;
}

/** Cache the route of received datagrams. @linux net/ipv4/udp.c */
function udp_sk_rx_dst_set(sk: sock, skb: sk_buff): void {
  const dst = skb._skb_refdst;
  const old = sk.sk_rx_dst;
  if (dst === null || old === dst) return;
  dst.__refcnt++;
  sk.sk_rx_dst = dst;
  dst_release(old);
}

/**
 * Prepare the checksum: verify it now if that is cheap.
 *
 * @returns false when it is wrong
 * @linux net/ipv4/udp.c
 */
function udp4_csum_init(skb: sk_buff, check: number, saddr: be32, daddr: be32): boolean {
  if (check === 0) {
    skb.ip_summed = CHECKSUM_UNNECESSARY;
    return true;
  }
  if (skb_csum_unnecessary(skb)) return true;
  skb.ip_summed = CHECKSUM_NONE;
  skb.csum = csum_tcpudp_nofold(saddr, daddr, skb.len, IPPROTO_UDP, 0);
  return skb.len > CHECKSUM_BREAK || __skb_checksum_complete(skb) === 0;
}

/** Whether a datagram's checksum is wrong, if it is not yet verified. @linux include/net/udp.h */
export function udp_lib_checksum_complete(skb: sk_buff): boolean {
  return !skb_csum_unnecessary(skb) && __skb_checksum_complete(skb) !== 0;
}

/** A datagram arrives: data begins at its header. @linux net/ipv4/udp.c */
export function udp_rcv(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const net = skb.dev!.nd_net;
  if (!pskb_may_pull(skb, UDPHDR_LEN)) return drop(net, skb, SKB_DROP_REASON_NOT_SPECIFIED, 'header_cut');
  const uh = udp_hdr(skb);
  const ulen = uh.len;
  const iph = ip_hdr(skb);
  const { saddr, daddr } = iph;
  if (ulen > skb.len || ulen < UDPHDR_LEN) return drop(net, skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'udp_length');
  if (ulen < skb.len && pskb_trim_rcsum(skb, ulen) !== 0)
    return drop(net, skb, SKB_DROP_REASON_NOT_SPECIFIED);
  const { source, dest, check } = udp_hdr(skb);
  if (!udp4_csum_init(skb, check, saddr, daddr)) return csum_error(net, skb);

  const noted = skb.destructor === no_reference ? skb.sk : null;
  if (noted !== null) {
    skb.sk = null;
    skb.destructor = null;
    udp_sk_rx_dst_set(noted, skb);
    return udp_unicast_rcv_skb(noted, skb);
  }
  if ((rt.rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) {
    return __udp4_lib_mcast_deliver(net, skb, saddr, source, daddr, dest);
  }
  const sk = __udp4_lib_lookup(net, saddr, source, daddr, dest, inet_iif(skb));
  if (sk !== null) {
    if (sk.sk_state === TCP_ESTABLISHED) udp_sk_rx_dst_set(sk, skb);
    return udp_unicast_rcv_skb(sk, skb);
  }

  if (udp_lib_checksum_complete(skb)) return csum_error(net, skb);
  UDP_INC_STATS(net, UDP_MIB_NOPORTS);
  icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
  kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
  return 0;
}

function drop(net: net, skb: sk_buff, reason: number, detail: DropDetail | null = null): number {
  UDP_INC_STATS(net, UDP_MIB_INERRORS);
  kfree_skb_reason(skb, reason, detail);
  return 0;
}
function csum_error(net: net, skb: sk_buff): number {
  UDP_INC_STATS(net, UDP_MIB_CSUMERRORS);
  return drop(net, skb, SKB_DROP_REASON_UDP_CSUM);
}

function udp_unicast_rcv_skb(sk: sock, skb: sk_buff): number {
  const ret = udp_queue_rcv_skb(sk, skb);
  // Greater than 0: deliver it to another protocol; no encapsulation here returns that.
  return ret > 0 ? -ret : 0;
}

/** Deliver a copy to every socket of the port that matches a broadcast. @linux net/ipv4/udp.c */
function __udp4_lib_mcast_deliver(
  net: net,
  skb: sk_buff,
  saddr: be32,
  source: number,
  daddr: be32,
  dest: number,
): number {
  const dif = inet_iif(skb);
  let first: sock | null = null;
  for (const sk of udp_port_sockets(net, dest)) {
    const inet = inet_sk(sk);
    if (inet.inet_daddr !== 0 && inet.inet_daddr !== saddr) continue;
    if (inet.inet_dport !== 0 && inet.inet_dport !== source) continue;
    if (inet.inet_rcv_saddr !== 0 && inet.inet_rcv_saddr !== daddr) continue;
    if (sk.sk_bound_dev_if !== 0 && sk.sk_bound_dev_if !== dif) continue;
    if (first === null) first = sk;
    else udp_queue_rcv_skb(sk, skb_clone(skb));
  }
  if (first !== null) {
    udp_queue_rcv_skb(first, skb);
  } else {
    UDP_INC_STATS(net, UDP_MIB_IGNOREDMULTI);
    consume_skb(skb);
  }
  return 0;
}

/** Queue a datagram for its socket without its header. 0, or -1 when it was dropped. @linux net/ipv4/udp.c */
export function udp_queue_rcv_skb(sk: sock, skb: sk_buff): number {
  ipv4_pktinfo_prepare(sk, skb);
  // The header's part of the sum is computed now; the payload's when it is read.
  if (!skb.csum_valid && skb.ip_summed === CHECKSUM_NONE) {
    skb.csum = csum_partial(skb.head, skb.data, UDPHDR_LEN, skb.csum);
  }
  __skb_pull(skb, UDPHDR_LEN);
  return __udp_queue_rcv_skb(sk, skb);
}

function __udp_queue_rcv_skb(sk: sock, skb: sk_buff): number {
  const rc = __udp_enqueue_schedule_skb(sk, skb);
  if (rc >= 0) return 0;
  const net = sock_net(sk);
  let reason = SKB_DROP_REASON_PROTO_MEM;
  if (rc === -ENOMEM) {
    UDP_INC_STATS(net, UDP_MIB_RCVBUFERRORS);
    reason = SKB_DROP_REASON_SOCKET_RCVBUFF;
    trace.sockscope_queue_full(skb, 'receive', sk.sk_rmem_alloc, sk.sk_rcvbuf);
  } else {
    UDP_INC_STATS(net, UDP_MIB_MEMERRORS);
  }
  UDP_INC_STATS(net, UDP_MIB_INERRORS);
  trace.udp_fail_queue_rcv_skb(rc, sk);
  kfree_skb_reason(skb, reason);
  return -1;
}

/**
 * Charge a datagram to the socket and queue it. -ENOMEM: the receive buffer is full; -ENOBUFS: UDP's memory
 * is exhausted.
 *
 * @linux net/ipv4/udp.c
 */
export function __udp_enqueue_schedule_skb(sk: sock, skb: sk_buff): number {
  // When the buffer is more than half full, reduce the memory of small datagrams.
  if (sk.sk_rmem_alloc <= sk.sk_rcvbuf && sk.sk_rmem_alloc > sk.sk_rcvbuf >> 1) skb_condense(skb);
  const err =
    sk.sk_rmem_alloc > sk.sk_rcvbuf ? -ENOMEM : sk_rmem_schedule(sk, skb, skb.truesize) ? 0 : -ENOBUFS;
  if (err !== 0) {
    sk_drops_add(sk, 1);
    return err;
  }
  skb_dst_drop(skb);
  skb_set_owner_r(skb, sk);
  __skb_queue_tail(sk.sk_receive_queue, skb);
  trace.sockscope_skb_queue(sk, skb, 'receive', null);
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_data_ready(sk);
  return 0;
}

/**
 * An ICMP error about one of our datagrams: data begins at its IP header. 0, or -ENOENT when there is no such
 * socket.
 *
 * @linux net/ipv4/udp.c
 */
export function udp_err(skb: sk_buff, info: number): number {
  const net = skb.dev!.nd_net;
  const iph = new iphdr(skb.head, skb.data);
  const uh = skb.data + iph.ihl * 4;
  const source = read_be16(skb.head, uh);
  const dest = read_be16(skb.head, uh + 2);
  const sk = __udp4_lib_lookup(net, iph.daddr, dest, iph.saddr, source, skb.dev!.ifindex);
  if (sk === null) {
    ICMP_INC_STATS(net, ICMP_MIB_INERRORS);
    return -ENOENT;
  }

  const { type, code } = new icmphdr(skb.head, skb.transport_header);
  const inet = inet_sk(sk);
  let err = EHOSTUNREACH;
  let harderr = false;
  switch (type) {
    case ICMP_SOURCE_QUENCH:
      return 0;
    case ICMP_PARAMETERPROB:
      err = EPROTO;
      harderr = true;
      break;
    case ICMP_DEST_UNREACH:
      if (code === ICMP_FRAG_NEEDED) {
        ipv4_sk_update_pmtu(skb, sk, info);
        if (inet.pmtudisc === IP_PMTUDISC_DONT) return 0;
        err = EMSGSIZE;
        harderr = true;
      } else if (code <= NR_ICMP_UNREACH) {
        harderr = icmp_err_convert[code]!.fatal;
        err = icmp_err_convert[code]!.errno;
      }
      break;
    case ICMP_REDIRECT:
      ipv4_sk_redirect(skb, sk);
      return 0;
  }

  // RFC 1122 4.1.3.3: report ICMP errors to an application that is connected or asked for them.
  if (inet.recverr) ip_icmp_error(sk, skb, err, dest, info, uh + UDPHDR_LEN);
  else if (!harderr || sk.sk_state !== TCP_ESTABLISHED) return 0;
  sk.sk_err = err;
  sk_error_report(sk);
  return 0;
}
