/** ICMP (RFC 792, RFC 1122 3.2.2): received messages and their handlers. @linux net/ipv4/icmp.c */
import type { DropDetail } from '../../../capture/drop_detail.ts';
import { NET_RX_DROP, NET_RX_SUCCESS } from '../../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  type sk_buff,
  skb_csum_unnecessary,
  SKB_TRUESIZE,
} from '../../../include/linux/skbuff.ts';
import {
  SKB_DROP_REASON_ICMP_CSUM,
  SKB_DROP_REASON_INVALID_PROTO,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../../include/net/dropreason.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { iphdr, IPHDR_LEN, write_be32 } from '../../../include/net/ip.ts';
import { ICMP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import type { net_protocol } from '../../../include/net/protocol.ts';
import { type rtable, RTCF_BROADCAST, RTCF_MULTICAST, skb_rtable } from '../../../include/net/route.ts';
import { sock_set_flag, SOCK_USE_WRITE_QUEUE } from '../../../include/net/sock.ts';
import {
  ECONNREFUSED,
  EHOSTDOWN,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETUNREACH,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_ADDRESS,
  ICMP_ADDRESSREPLY,
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_EXC_FRAGTIME,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMPREPLY,
  icmphdr,
  ICMPHDR_LEN,
  NR_ICMP_TYPES,
  NR_ICMP_UNREACH,
} from '../../../include/uapi/linux/icmp.ts';
import { IP_PMTUDISC_DONT, IPPROTO_ICMP, IPPROTO_RAW } from '../../../include/uapi/linux/in.ts';
import { RTN_BROADCAST } from '../../../include/uapi/linux/rtnetlink.ts';
import { ICMP_MIB_CSUMERRORS, ICMP_MIB_INERRORS, ICMP_MIB_INMSGS } from '../../../include/uapi/linux/snmp.ts';
import { PF_INET, SOCK_RAW } from '../../../include/uapi/linux/socket.ts';
import { net_warn_ratelimited } from '../../../kernel/printk.ts';
import { consume_skb, kfree_skb_reason } from '../../core/skbuff/alloc.ts';
import { __skb_checksum_complete, pskb_may_pull, pskb_pull, skb_copy_bits } from '../../core/skbuff/data.ts';
import { sk_alloc, sock_init_data } from '../../core/sock/alloc.ts';
import { inet_current_timestamp } from '../af_inet/sock.ts';
import { inet_addr_type } from '../fib_frontend.ts';
import { ping_err, ping_rcv } from '../ping.ts';
import { raw_prot } from '../raw/prot.ts';
import { raw_icmp_error } from '../raw/rcv.ts';
import { ipv4_redirect, ipv4_update_pmtu } from '../route/exception.ts';
import { icmp_bxm, icmp_reply, ICMPMSGIN_INC_STATS } from './send.ts';

/** The meaning of an ICMP_DEST_UNREACH for a socket. */
export interface icmp_err {
  /** The errno, positive. */
  readonly errno: number;
  /** Whether it ends a connection. */
  readonly fatal: boolean;
}
/** By the code of ICMP_DEST_UNREACH. @linux net/ipv4/icmp.c */
export const icmp_err_convert: readonly icmp_err[] = [
  /* ICMP_NET_UNREACH */ { errno: ENETUNREACH, fatal: false },
  /* ICMP_HOST_UNREACH */ { errno: EHOSTUNREACH, fatal: false },
  /* ICMP_PROT_UNREACH */ { errno: ENOPROTOOPT, fatal: true },
  /* ICMP_PORT_UNREACH */ { errno: ECONNREFUSED, fatal: true },
  /* ICMP_FRAG_NEEDED */ { errno: EMSGSIZE, fatal: false },
  /* ICMP_SR_FAILED */ { errno: EOPNOTSUPP, fatal: false },
  /* ICMP_NET_UNKNOWN */ { errno: ENETUNREACH, fatal: true },
  /* ICMP_HOST_UNKNOWN */ { errno: EHOSTDOWN, fatal: true },
  /* ICMP_HOST_ISOLATED */ { errno: ENONET, fatal: true },
  /* ICMP_NET_ANO */ { errno: ENETUNREACH, fatal: true },
  /* ICMP_HOST_ANO */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_NET_UNR_TOS */ { errno: ENETUNREACH, fatal: false },
  /* ICMP_HOST_UNR_TOS */ { errno: EHOSTUNREACH, fatal: false },
  /* ICMP_PKT_FILTERED */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_PREC_VIOLATION */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_PREC_CUTOFF */ { errno: EHOSTUNREACH, fatal: true },
];

/** Handles one type of message: 0, or a drop reason. */
type icmp_control = (skb: sk_buff) => number;

/**
 * Deliver an error message, whose data begins at the quoted header: to raw sockets, then to the protocol.
 *
 * @linux net/ipv4/icmp.c
 */
function icmp_socket_deliver(skb: sk_buff, info: number): void {
  const net = skb.dev!.nd_net;
  const iph = new iphdr(skb.head, skb.data);
  const { protocol } = iph;
  if (!pskb_may_pull(skb, iph.ihl * 4 + 8) || protocol === IPPROTO_RAW) {
    ICMP_INC_STATS(net, ICMP_MIB_INERRORS);
    return;
  }
  raw_icmp_error(skb, protocol, info);
  const ipprot = net.ipv4.inet_protos[protocol] ?? null;
  if (ipprot !== null && ipprot.err_handler !== undefined) ipprot.err_handler(skb, info);
}

function icmp_error(net: net, reason: number): number {
  ICMP_INC_STATS(net, ICMP_MIB_INERRORS);
  return reason;
}

/** Destination unreachable, time exceeded, parameter problem, source quench. @linux net/ipv4/icmp.c */
function icmp_unreach(skb: sk_buff): number {
  const net = skb_rtable(skb).dev.nd_net;
  if (!pskb_may_pull(skb, IPHDR_LEN)) return icmp_error(net, SKB_DROP_REASON_NOT_SPECIFIED);
  const icmph = new icmphdr(skb.head, skb.transport_header);
  const iph = new iphdr(skb.head, skb.data);
  if (iph.ihl < 5) return icmp_error(net, SKB_DROP_REASON_IP_INHDR);

  let info = 0;
  switch (icmph.type) {
    case ICMP_DEST_UNREACH:
      if ((icmph.code & 15) === ICMP_FRAG_NEEDED) {
        const { sysctl_ip_no_pmtu_disc } = net.ipv4;
        if (sysctl_ip_no_pmtu_disc === 2) return 0;
        if (sysctl_ip_no_pmtu_disc === 3 && !icmp_tag_validation(net, iph.protocol)) return 0;
        if (sysctl_ip_no_pmtu_disc === 0 || sysctl_ip_no_pmtu_disc === 3) info = icmph.mtu;
      }
      if (icmph.code > NR_ICMP_UNREACH) return 0;
      break;
    case ICMP_PARAMETERPROB:
      info = icmph.gateway >>> 24;
      break;
    case ICMP_TIME_EXCEEDED:
      if (icmph.code === ICMP_EXC_FRAGTIME) return 0;
      break;
  }
  // Some routers send errors about broadcasts, which is not allowed.
  if (
    net.ipv4.sysctl_icmp_ignore_bogus_error_responses === 0 &&
    inet_addr_type(net, iph.daddr) === RTN_BROADCAST
  ) {
    net_warn_ratelimited(
      net.machine,
      `an ICMP error (type ${icmph.type}, code ${icmph.code}) about a broadcast`,
    );
    return 0;
  }
  icmp_socket_deliver(skb, info);
  return 0;
}

/** Whether the protocol checks that an error is about a packet that it really sent. @linux net/ipv4/icmp.c */
function icmp_tag_validation(net: net, protocol: number): boolean {
  return net.ipv4.inet_protos[protocol]?.icmp_strict_tag_validation === true;
}

function icmp_redirect(skb: sk_buff): number {
  const net = skb_rtable(skb).dev.nd_net;
  if (skb.len < IPHDR_LEN) return icmp_error(net, SKB_DROP_REASON_PKT_TOO_SMALL);
  if (!pskb_may_pull(skb, IPHDR_LEN)) return SKB_DROP_REASON_NOT_SPECIFIED;
  icmp_socket_deliver(skb, new icmphdr(skb.head, skb.transport_header).gateway);
  return 0;
}

/** Answer an echo request with the same data (RFC 1122 3.2.2.6). @linux net/ipv4/icmp.c */
function icmp_echo(skb: sk_buff): number {
  const net = skb_rtable(skb).dev.nd_net;
  if (net.ipv4.sysctl_icmp_echo_ignore_all !== 0) return 0;
  const param = new icmp_bxm(skb, ICMPHDR_LEN);
  const at = skb.transport_header;
  param.data.set(skb.head.subarray(at, at + ICMPHDR_LEN));
  param.icmph.type = ICMP_ECHOREPLY;
  param.data_len = skb.len;
  icmp_reply(param, skb);
  return 0;
}

/**
 * Answer a timestamp request with the local time, in ms since midnight UT (RFC 1122 3.2.2.8).
 *
 * @linux net/ipv4/icmp.c
 */
function icmp_timestamp(skb: sk_buff): number {
  const net = skb_rtable(skb).dev.nd_net;
  if (skb.len < 4) return icmp_error(net, SKB_DROP_REASON_PKT_TOO_SMALL);
  const param = new icmp_bxm(skb, ICMPHDR_LEN + 12);
  const at = skb.transport_header;
  param.data.set(skb.head.subarray(at, at + ICMPHDR_LEN));
  skb_copy_bits(skb, 0, param.data, ICMPHDR_LEN, 4);
  const now = inet_current_timestamp(net);
  write_be32(param.data, ICMPHDR_LEN + 4, now);
  write_be32(param.data, ICMPHDR_LEN + 8, now);
  param.icmph.type = ICMP_TIMESTAMPREPLY;
  param.icmph.code = 0;
  icmp_reply(param, skb);
  return 0;
}

function icmp_discard(): number {
  return 0;
}

/** The handler of each type. */
const icmp_pointers: readonly icmp_control[] = Array.from(
  { length: NR_ICMP_TYPES + 1 },
  (_, type): icmp_control => {
    switch (type) {
      case ICMP_ECHOREPLY:
        return ping_rcv;
      case ICMP_ECHO:
        return icmp_echo;
      case ICMP_TIMESTAMP:
        return icmp_timestamp;
      case ICMP_DEST_UNREACH:
      case ICMP_SOURCE_QUENCH:
      case ICMP_TIME_EXCEEDED:
      case ICMP_PARAMETERPROB:
        return icmp_unreach;
      case ICMP_REDIRECT:
        return icmp_redirect;
      default:
        return icmp_discard;
    }
  },
);

/**
 * Whether the checksum over the whole message is correct.
 *
 * @linux include/linux/skbuff.h, skb_checksum_simple_validate
 */
function checksum_is_right(skb: sk_buff): boolean {
  if (skb_csum_unnecessary(skb)) return true;
  skb.csum = 0;
  skb.ip_summed = CHECKSUM_NONE;
  return __skb_checksum_complete(skb) === 0;
}

/** What exactly is wrong, by the reason of the drop. */
const DETAILS: ReadonlyMap<number, DropDetail> = new Map([
  [SKB_DROP_REASON_IP_INHDR, 'quoted_header'],
  [SKB_DROP_REASON_PKT_TOO_SMALL, 'icmp_length'],
  [SKB_DROP_REASON_UNHANDLED_PROTO, 'icmp_type'],
  [SKB_DROP_REASON_NOT_SPECIFIED, 'header_cut'],
]);

/** An ICMP message arrives: data begins at its header. @linux net/ipv4/icmp.c */
export function icmp_rcv(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const net = rt.dev.nd_net;
  ICMP_INC_STATS(net, ICMP_MIB_INMSGS);
  const reason = icmp_rcv_message(net, skb, rt);
  if (reason === 0) {
    consume_skb(skb);
    return NET_RX_SUCCESS;
  }
  kfree_skb_reason(skb, reason, DETAILS.get(reason));
  return NET_RX_DROP;
}

function icmp_rcv_message(net: net, skb: sk_buff, rt: rtable): number {
  if (!checksum_is_right(skb)) {
    ICMP_INC_STATS(net, ICMP_MIB_CSUMERRORS);
    return icmp_error(net, SKB_DROP_REASON_ICMP_CSUM);
  }
  if (!pskb_pull(skb, ICMPHDR_LEN)) return icmp_error(net, SKB_DROP_REASON_NOT_SPECIFIED);
  const type = skb.head[skb.transport_header]!;
  ICMPMSGIN_INC_STATS(net, type);
  // RFC 1122 3.2.2: unknown types are silently discarded.
  if (type > NR_ICMP_TYPES) return icmp_error(net, SKB_DROP_REASON_UNHANDLED_PROTO);

  if ((rt.rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) {
    // RFC 1122 3.2.2.6 and 3.2.2.8: broadcast queries may be ignored, broadcast errors must be.
    const query = type === ICMP_ECHO || type === ICMP_TIMESTAMP;
    const ignored = query
      ? net.ipv4.sysctl_icmp_echo_ignore_broadcasts !== 0
      : type !== ICMP_ADDRESS && type !== ICMP_ADDRESSREPLY;
    if (ignored) return icmp_error(net, SKB_DROP_REASON_INVALID_PROTO);
  }
  return icmp_pointers[type]!(skb);
}

/**
 * An ICMP error about one of our ICMP messages: it is for ping sockets, except when it is about a reply sent
 * by the kernel.
 *
 * @linux net/ipv4/icmp.c
 */
export function icmp_err(skb: sk_buff, info: number): number {
  const offset = new iphdr(skb.head, skb.data).ihl * 4;
  const quoted = new icmphdr(skb.head, skb.data + offset);
  if (quoted.type !== ICMP_ECHOREPLY) {
    ping_err(skb, offset, info);
    return 0;
  }
  const { type, code } = new icmphdr(skb.head, skb.transport_header);
  const net = skb.dev!.nd_net;
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED)
    ipv4_update_pmtu(skb, net, info, 0, IPPROTO_ICMP);
  else if (type === ICMP_REDIRECT) ipv4_redirect(skb, net, 0, IPPROTO_ICMP);
  return 0;
}

/** ICMP's handlers for IP. @linux net/ipv4/af_inet.c */
export const icmp_protocol: net_protocol = { handler: icmp_rcv, err_handler: icmp_err, no_policy: true };

/** Create the socket that sends the machine's ICMP messages. @linux net/ipv4/icmp.c */
export function icmp_init(net: net): void {
  const sk = sk_alloc(net, PF_INET, raw_prot, true);
  if (sk === null) throw new Error('no memory for the ICMP socket');
  sock_init_data(null, sk);
  sk.sk_type = SOCK_RAW;
  sk.sk_protocol = IPPROTO_ICMP;
  // Room for two messages of 64 KiB.
  sk.sk_sndbuf = 2 * SKB_TRUESIZE(64 * 1024);
  sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
  const inet = inet_sk(sk);
  inet.inet_num = IPPROTO_ICMP;
  inet.pmtudisc = IP_PMTUDISC_DONT;
  net.ipv4.icmp_sk = sk;
}
