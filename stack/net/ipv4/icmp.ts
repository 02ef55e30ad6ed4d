/**
 * ICMP (RFC 792, RFC 1122 3.2.2): telling senders what went wrong, answering echo requests, and handing what others tell
 * us to the sockets concerned.
 *
 * @linux net/ipv4/icmp.c
 */
import {
  SKB_DROP_REASON_ICMP_CSUM,
  SKB_DROP_REASON_INVALID_PROTO,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../include/net/dropreason.ts';
import {
  dst_mtu,
  flowi4,
  inet_iif,
  ip_rt_put,
  rt_is_input_route,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTN_BROADCAST,
  skb_rtable,
  type rtable,
} from '../../include/net/dst.ts';
import { ICMPMSGIN_INC_STATS } from '../../include/net/icmp.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import {
  ip_hdr,
  ip_options,
  IP_OFFSET,
  ipcm_cookie,
  iphdr,
  IPHDR_LEN,
  write_be32,
} from '../../include/net/ip.ts';
import { ICMP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import type { net_protocol } from '../../include/net/protocol.ts';
import { ip_route_output_key, RT_TOS } from '../../include/net/route.ts';
import { sock_net, sock_set_flag, SOCK_USE_WRITE_QUEUE, type sock } from '../../include/net/sock.ts';
import { IFF_LOOPBACK, NET_RX_DROP, NET_RX_SUCCESS } from '../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  PACKET_HOST,
  SKB_TRUESIZE,
  skb_csum_unnecessary,
  type sk_buff,
} from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { IS_ERR, type Errno } from '../../include/uapi/asm-generic/errno.ts';
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
} from '../../include/uapi/linux/icmp.ts';
import { IP_PMTUDISC_DONT, IPPROTO_ICMP, IPPROTO_RAW } from '../../include/uapi/linux/in.ts';
import { RT_SCOPE_LINK } from '../../include/uapi/linux/rtnetlink.ts';
import {
  ICMP_MIB_CSUMERRORS,
  ICMP_MIB_INERRORS,
  ICMP_MIB_INMSGS,
  ICMP_MIB_OUTERRORS,
} from '../../include/uapi/linux/snmp.ts';
import { MSG_DONTWAIT, PF_INET, SOCK_RAW } from '../../include/uapi/linux/socket.ts';
import { local_bh_disable, local_bh_enable } from '../../kernel/softirq.ts';
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { net_warn_ratelimited } from '../../kernel/printk.ts';
import { csum_add, csum_block_add, csum_fold, csum_partial } from '../../lib/checksum.ts';
import { get_random_u32_below } from '../../lib/random.ts';
import {
  __skb_checksum_complete,
  consume_skb,
  kfree_skb_reason,
  pskb_may_pull,
  pskb_pull,
  skb_copy_bits,
} from '../core/skbuff.ts';
import { sk_alloc, sock_init_data } from '../core/sock/alloc.ts';
import { inet_select_addr } from './devinet.ts';
import { fib_compute_spec_dst, inet_addr_type } from './fib_frontend.ts';
import { inet_getpeer_v4, inet_peer_xrlim_allow } from './inetpeer.ts';
import { __ip_options_echo, inet_current_timestamp, ip_options_echo } from './ip_options.ts';
import { ip_append_data, ip_flush_pending_frames, ip_push_pending_frames } from './ip_output_append.ts';
import { ping_err, ping_rcv } from './ping.ts';
import { raw_icmp_error, raw_prot } from './raw.ts';
import { ipv4_redirect, ipv4_update_pmtu } from './route.ts';

export { icmp_err_convert, icmp_out_count } from '../../include/net/icmp.ts';

const IPTOS_PREC_INTERNETCONTROL = 0xc0;
/** The source of an ICMP error that has none: 192.0.0.8 (RFC 7600). */
const INADDR_DUMMY: be32 = 0xc0000008 | 0;

/** What an ICMP message is made of. @linux struct icmp_bxm */
class icmp_bxm {
  /** The packet from which data is taken, and where in it. */
  skb: sk_buff;
  offset = 0;
  data_len = 0;
  /** Header, with a timestamp message's three times. */
  data: Uint8Array;
  icmph: icmphdr;
  head_len: number;
  replyopts = new ip_options();
  constructor(skb: sk_buff, head_len: number) {
    this.skb = skb;
    this.head_len = head_len;
    this.data = new Uint8Array(head_len);
    this.icmph = new icmphdr(this.data, 0);
  }
}

// --- Out ---------------------------------------------------------------------------------------------------------

/** The machine's own socket; null while it is at work: an error about an ICMP error. */
function icmp_xmit_lock(net: net): sock | null {
  const sk = net.ipv4.icmp_sk!;
  if (sk.sk_lock_owned) return null;
  sk.sk_lock_owned = true;
  return sk;
}
function icmp_xmit_unlock(sk: sock): void {
  sk.sk_lock_owned = false;
}

/** May one more message go out, of all that this host sends? net.ipv4.icmp_msgs_per_sec, icmp_msgs_burst. @linux net/ipv4/icmp.c */
export function icmp_global_allow(net: net): boolean {
  const { ipv4 } = net;
  if (ipv4.icmp_global_credit > 0) return true;
  const now = jiffies(net.machine);
  const delta = Math.min(now - ipv4.icmp_global_stamp, HZ);
  if (delta < HZ / 50) return false;
  const incr = Math.floor((ipv4.sysctl_icmp_msgs_per_sec * delta) / HZ);
  if (incr === 0) return false;
  ipv4.icmp_global_stamp = now;
  ipv4.icmp_global_credit = Math.min(ipv4.icmp_global_credit + incr, ipv4.sysctl_icmp_msgs_burst);
  return true;
}
/** Take a random number of credits, so that the limit tells nothing to an observer. */
function icmp_global_consume(net: net): void {
  net.ipv4.icmp_global_credit -= get_random_u32_below(net.machine, 3);
}

/** Types that are not limited: those not in icmp_ratemask, and path MTU discovery. */
function icmpv4_mask_allow(net: net, type: number, code: number): boolean {
  if (type > NR_ICMP_TYPES) return true;
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) return true;
  return ((1 << type) & net.ipv4.sysctl_icmp_ratemask) === 0;
}

/** May one more go to this host? On loopback always. */
function icmpv4_xrlim_allow(net: net, rt: rtable, fl4: flowi4): boolean {
  if ((rt.dev.flags & IFF_LOOPBACK) === 0) {
    const peer = inet_getpeer_v4(net.machine, net.ipv4.peers, fl4.daddr);
    if (!inet_peer_xrlim_allow(net.machine, peer, net.ipv4.sysctl_icmp_ratelimit)) return false;
  }
  icmp_global_consume(net);
  return true;
}

/** Copy from a packet, from before its data too: the header that is quoted may have been pulled off already. */
function copy_quoted(skb: sk_buff, offset: number, to: Uint8Array, at: number, len: number): Errno {
  const before = Math.min(Math.max(-offset, 0), len);
  const start = skb.data + offset;
  if (before > 0) to.set(skb.head.subarray(start, start + before), at);
  return before === len ? 0 : skb_copy_bits(skb, offset + before, to, at + before, len - before);
}

function icmp_glue_bits(
  param: icmp_bxm,
  to: Uint8Array,
  at: number,
  offset: number,
  len: number,
  odd: number,
  skb: sk_buff,
): Errno {
  copy_quoted(param.skb, param.offset + offset, to, at, len);
  skb.csum = csum_block_add(skb.csum, csum_partial(to, at, len, 0), odd);
  return 0;
}

function icmp_push_reply(sk: sock, param: icmp_bxm, fl4: flowi4, ipc: ipcm_cookie, rt: rtable): void {
  const length = param.data_len + param.head_len;
  if (ip_append_data(sk, fl4, icmp_glue_bits, param, length, param.head_len, ipc, rt, MSG_DONTWAIT) < 0) {
    ICMP_INC_STATS(sock_net(sk), ICMP_MIB_OUTERRORS);
    ip_flush_pending_frames(sk);
    return;
  }
  const skb = sk.sk_write_queue.next;
  if (skb === null) return;
  skb.head.set(param.data, skb.transport_header);
  let csum = csum_partial(param.data, 0, param.head_len, 0);
  for (let piece: sk_buff | null = skb; piece !== null; piece = piece.next) csum = csum_add(csum, piece.csum);
  new icmphdr(skb.head, skb.transport_header).checksum = csum_fold(csum);
  skb.ip_summed = CHECKSUM_NONE;
  ip_push_pending_frames(sk, fl4);
}

/** Answer an ICMP query. */
function icmp_reply(param: icmp_bxm, skb: sk_buff): void {
  const net = skb_rtable(skb).dev.nd_net;
  const { type, code } = param.icmph;
  if (ip_options_echo(net, param.replyopts, skb) !== 0) return;

  local_bh_disable(net.machine);
  const limited = !icmpv4_mask_allow(net, type, code);
  const sk = limited && !icmp_global_allow(net) ? null : icmp_xmit_lock(net);
  if (sk !== null) {
    const iph = ip_hdr(skb);
    param.icmph.checksum = 0;
    const ipc = new ipcm_cookie();
    inet_sk(sk).tos = iph.tos;
    ipc.addr = iph.saddr;
    const fl4 = new flowi4();
    fl4.daddr = iph.saddr;
    fl4.saddr = fib_compute_spec_dst(skb);
    if (param.replyopts.optlen !== 0) {
      ipc.opt = param.replyopts;
      if (ipc.opt.srr !== 0) fl4.daddr = ipc.opt.faddr;
    }
    fl4.flowi4_mark = net.ipv4.sysctl_fwmark_reflect !== 0 ? skb.mark : 0;
    fl4.flowi4_tos = RT_TOS(iph.tos);
    fl4.flowi4_proto = IPPROTO_ICMP;
    const rt = ip_route_output_key(net, fl4);
    if (!IS_ERR(rt)) {
      if (!limited || icmpv4_xrlim_allow(net, rt, fl4)) icmp_push_reply(sk, param, fl4, ipc, rt);
      ip_rt_put(rt);
    }
    icmp_xmit_unlock(sk);
  }
  local_bh_enable(net.machine);
}

/**
 * Tell the sender of a packet what is wrong with it: the message quotes as much of it as 576 bytes hold. Not about
 * ICMP errors, broadcasts and later fragments (RFC 1122 3.2.2).
 *
 * @param info goes into the header's second word: MTU, gateway, pointer
 * @linux net/ipv4/icmp.c
 */
function icmp_send_about(
  skb_in: sk_buff,
  type: number,
  code: number,
  info: be32,
  opt: ip_options | null,
): void {
  const rt = skb_rtable(skb_in);
  if (rt === null || skb_in.network_header < 0) return;
  const net = rt.dev.nd_net;
  if (skb_in.network_header + IPHDR_LEN > skb_in.tail) return;
  if (skb_in.pkt_type !== PACKET_HOST) return;
  if ((rt.rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) return;
  const iph = ip_hdr(skb_in);
  if ((iph.frag_off & IP_OFFSET) !== 0) return;
  const is_error = icmp_pointers[type]!.error;
  if (is_error && iph.protocol === IPPROTO_ICMP && is_icmp_error(skb_in, iph)) return;

  local_bh_disable(net.machine);
  const from_loopback = skb_in.dev !== null && (skb_in.dev.flags & IFF_LOOPBACK) !== 0;
  const limited = !from_loopback && !icmpv4_mask_allow(net, type, code);
  const sk = limited && !icmp_global_allow(net) ? null : icmp_xmit_lock(net);
  if (sk !== null) {
    send_error(net, sk, skb_in, rt, iph, type, code, info, opt, is_error, limited);
    icmp_xmit_unlock(sk);
  }
  local_bh_enable(net.machine);
}

/** Is this ICMP message an error itself? Unknown ones are taken for errors. */
function is_icmp_error(skb: sk_buff, iph: iphdr): boolean {
  const inner = new Uint8Array(1);
  if (copy_quoted(skb, skb.network_header + iph.ihl * 4 - skb.data, inner, 0, 1) !== 0) return true;
  const type = inner[0]!;
  return type > NR_ICMP_TYPES || icmp_pointers[type]!.error;
}

function send_error(
  net: net,
  sk: sock,
  skb_in: sk_buff,
  rt_in: rtable,
  iph: iphdr,
  type: number,
  code: number,
  info: be32,
  opt: ip_options | null,
  is_error: boolean,
  limited: boolean,
): void {
  let saddr = iph.daddr;
  if ((rt_in.rt_flags & RTCF_LOCAL) === 0) {
    // Not to us: the route back says which of our addresses, or the interface that it came by.
    saddr = 0;
    if (rt_is_input_route(rt_in) && net.ipv4.sysctl_icmp_errors_use_inbound_ifaddr !== 0) {
      const dev = net.dev_base.get(inet_iif(skb_in));
      if (dev !== undefined) saddr = inet_select_addr(dev, iph.saddr, RT_SCOPE_LINK);
    }
  }
  const tos = is_error ? RT_TOS(iph.tos) | IPTOS_PREC_INTERNETCONTROL : iph.tos;
  const param = new icmp_bxm(skb_in, ICMPHDR_LEN);
  if (__ip_options_echo(net, param.replyopts, skb_in, opt) !== 0) return;
  param.icmph.type = type;
  param.icmph.code = code;
  param.icmph.gateway = info;
  param.offset = skb_in.network_header - skb_in.data;
  inet_sk(sk).tos = tos;
  const ipc = new ipcm_cookie();
  ipc.addr = iph.saddr;
  if (param.replyopts.optlen !== 0) ipc.opt = param.replyopts;

  const fl4 = new flowi4();
  fl4.daddr = param.replyopts.srr !== 0 ? param.replyopts.faddr : iph.saddr;
  fl4.saddr = saddr;
  fl4.flowi4_mark = net.ipv4.sysctl_fwmark_reflect !== 0 ? skb_in.mark : 0;
  fl4.flowi4_tos = tos;
  fl4.flowi4_proto = IPPROTO_ICMP;
  fl4.fl4_icmp_type = type;
  fl4.fl4_icmp_code = code;
  const rt = ip_route_output_key(net, fl4);
  if (IS_ERR(rt)) return;
  if (!limited || icmpv4_xrlim_allow(net, rt, fl4)) {
    // RFC 1812 4.3.2.3: as much of the original datagram as possible, the whole within 576 bytes.
    const room = Math.min(dst_mtu(rt), 576) - IPHDR_LEN - param.replyopts.optlen - ICMPHDR_LEN;
    if (room > IPHDR_LEN) {
      param.data_len = Math.min(skb_in.len - param.offset, room);
      if (fl4.saddr === 0) fl4.saddr = INADDR_DUMMY;
      icmp_push_reply(sk, param, fl4, ipc, rt);
    }
  }
  ip_rt_put(rt);
}

// --- In ----------------------------------------------------------------------------------------------------------

/** Handles one type of message: 0, or a drop reason. */
interface icmp_control {
  handler(skb: sk_buff): number;
  /** It tells of an error, so it must not be answered with one. */
  error: boolean;
}

/** An error message: data begins at the header that it quotes. Raw sockets hear of it, then the protocol. */
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

/** Destination unreachable, time exceeded, parameter problem, source quench. */
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
  // Some routers answer broadcasts, which they must not.
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

/** Does the protocol check that an error is about something that it really sent? */
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

/** An echo request goes back as it came (RFC 1122 3.2.2.6). */
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

/** A timestamp request: our time, in ms since midnight UT (RFC 1122 3.2.2.8). */
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

const discarded_error: icmp_control = { handler: icmp_discard, error: true };
const discarded_query: icmp_control = { handler: icmp_discard, error: false };
/** What is done with each type. */
const icmp_pointers: readonly icmp_control[] = Array.from(
  { length: NR_ICMP_TYPES + 1 },
  (_, type): icmp_control => {
    switch (type) {
      case ICMP_ECHOREPLY:
        return { handler: ping_rcv, error: false };
      case ICMP_ECHO:
        return { handler: icmp_echo, error: false };
      case ICMP_TIMESTAMP:
        return { handler: icmp_timestamp, error: false };
      case ICMP_DEST_UNREACH:
      case ICMP_SOURCE_QUENCH:
      case ICMP_TIME_EXCEEDED:
      case ICMP_PARAMETERPROB:
        return { handler: icmp_unreach, error: true };
      case ICMP_REDIRECT:
        return { handler: icmp_redirect, error: true };
      case 1:
      case 2:
      case 6:
      case 7:
      case 9:
      case 10:
        return discarded_error;
      default:
        return discarded_query;
    }
  },
);

/** Is the checksum over the whole message right? @linux include/linux/skbuff.h, skb_checksum_simple_validate */
function checksum_is_right(skb: sk_buff): boolean {
  if (skb_csum_unnecessary(skb)) return true;
  skb.csum = 0;
  skb.ip_summed = CHECKSUM_NONE;
  return __skb_checksum_complete(skb) === 0;
}

/** An ICMP message came: data begins at its header. @linux net/ipv4/icmp.c */
export function icmp_rcv(skb: sk_buff): number {
  const rt = skb_rtable(skb);
  const net = rt.dev.nd_net;
  ICMP_INC_STATS(net, ICMP_MIB_INMSGS);
  const reason = icmp_rcv_message(net, skb, rt);
  if (reason === 0) {
    consume_skb(skb);
    return NET_RX_SUCCESS;
  }
  kfree_skb_reason(skb, reason);
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
  return icmp_pointers[type]!.handler(skb);
}

/** An ICMP error about an ICMP message of ours: for ping sockets, except about the replies that the kernel sends. @linux net/ipv4/icmp.c */
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

/** ICMP as IP sees it. @linux net/ipv4/af_inet.c */
export const icmp_protocol: net_protocol = { handler: icmp_rcv, err_handler: icmp_err, no_policy: true };

/** Make the socket through which the machine sends ICMP. @linux net/ipv4/icmp.c */
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
  net.ipv4.icmp_sender = icmp_send_about;
}
