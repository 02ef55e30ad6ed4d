/**
 * Sending ICMP: replies to queries, errors about packets, rate limits, and message counters.
 *
 * @linux net/ipv4/icmp.c
 */
import { IFF_LOOPBACK } from '../../../include/linux/netdevice.ts';
import { CHECKSUM_NONE, PACKET_HOST, type sk_buff } from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import { dst_mtu } from '../../../include/net/dst.ts';
import { flowi4 } from '../../../include/net/flow.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import {
  ip_hdr,
  IP_OFFSET,
  ip_options,
  ipcm_cookie,
  type iphdr,
  IPHDR_LEN,
} from '../../../include/net/ip.ts';
import { ICMP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import {
  inet_iif,
  ip_rt_put,
  rt_is_input_route,
  RT_TOS,
  type rtable,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  skb_rtable,
} from '../../../include/net/route.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  icmphdr,
  ICMPHDR_LEN,
  NR_ICMP_TYPES,
} from '../../../include/uapi/linux/icmp.ts';
import { IPPROTO_ICMP } from '../../../include/uapi/linux/in.ts';
import { RT_SCOPE_LINK } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  ICMP_MIB_IN_FIRST,
  ICMP_MIB_OUT_FIRST,
  ICMP_MIB_OUTERRORS,
  ICMP_MIB_OUTMSGS,
} from '../../../include/uapi/linux/snmp.ts';
import { MSG_DONTWAIT } from '../../../include/uapi/linux/socket.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { csum_add, csum_block_add, csum_fold, csum_partial } from '../../../lib/checksum.ts';
import { get_random_u32_below } from '../../../lib/random.ts';
import { trace } from '../../../trace/events.ts';
import { skb_copy_bits } from '../../core/skbuff/data.ts';
import { inet_select_addr } from '../devinet.ts';
import { fib_compute_spec_dst } from '../fib_frontend.ts';
import { inet_getpeer_v4, inet_peer_xrlim_allow } from '../inetpeer.ts';
import { __ip_options_echo, ip_options_echo } from '../ip_options.ts';
import { ip_append_data, ip_flush_pending_frames, ip_push_pending_frames } from '../ip_output/append.ts';
import { ip_route_output_key } from '../route/output.ts';

const IPTOS_PREC_INTERNETCONTROL = 0xc0;
const ERROR_TYPES: readonly number[] = [
  1,
  2,
  ICMP_DEST_UNREACH,
  ICMP_SOURCE_QUENCH,
  ICMP_REDIRECT,
  6,
  7,
  9,
  10,
  ICMP_TIME_EXCEEDED,
  ICMP_PARAMETERPROB,
];
/** The source address of an ICMP error when no address is available: 192.0.0.8 (RFC 7600). */
const INADDR_DUMMY: be32 = 0xc0000008 | 0;

/** The parts of an ICMP message. @linux struct icmp_bxm */
export class icmp_bxm {
  /** The packet that supplies the data, and the offset in it. */
  skb: sk_buff;
  offset = 0;
  data_len = 0;
  /** The header; for a timestamp message also its three times. */
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

/**
 * The machine's ICMP socket; null while it is sending: the error is about an ICMP error.
 *
 * @linux net/ipv4/icmp.c
 */
function icmp_xmit_lock(net: net): sock | null {
  const sk = net.ipv4.icmp_sk!;
  if (sk.sk_lock_owned) return null;
  sk.sk_lock_owned = true;
  return sk;
}
function icmp_xmit_unlock(sk: sock): void {
  sk.sk_lock_owned = false;
}

/**
 * Whether the host-wide limit allows another message: net.ipv4.icmp_msgs_per_sec, icmp_msgs_burst.
 *
 * @linux net/ipv4/icmp.c
 */
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
/**
 * Consume a random number of credits, so that an observer cannot measure the limit.
 *
 * @linux net/ipv4/icmp.c
 */
function icmp_global_consume(net: net): void {
  net.ipv4.icmp_global_credit -= get_random_u32_below(net.machine, 3);
}

/** Types without a limit: those not in icmp_ratemask, and path MTU discovery. @linux net/ipv4/icmp.c */
function icmpv4_mask_allow(net: net, type: number, code: number): boolean {
  if (type > NR_ICMP_TYPES) return true;
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) return true;
  return ((1 << type) & net.ipv4.sysctl_icmp_ratemask) === 0;
}

/** Whether the per-host limit allows another message. Loopback has no limit. @linux net/ipv4/icmp.c */
function icmpv4_xrlim_allow(net: net, rt: rtable, fl4: flowi4): boolean {
  if ((rt.dev.flags & IFF_LOOPBACK) === 0) {
    const peer = inet_getpeer_v4(net.machine, net.ipv4.peers, fl4.daddr);
    if (!inet_peer_xrlim_allow(net.machine, peer, net.ipv4.sysctl_icmp_ratelimit)) return false;
  }
  icmp_global_consume(net);
  return true;
}

/** Copy from a packet, including bytes before its data: the quoted header may already have been pulled. */
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

/** Answer an ICMP query. @linux net/ipv4/icmp.c */
export function icmp_reply(param: icmp_bxm, skb: sk_buff): void {
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
      if (!limited || icmpv4_xrlim_allow(net, rt, fl4)) {
        trace.sockscope_send(null, skb, 'icmp_reply');
        icmp_push_reply(sk, param, fl4, ipc, rt);
      }
      ip_rt_put(rt);
    }
    icmp_xmit_unlock(sk);
  }
  local_bh_enable(net.machine);
}

/**
 * Send an ICMP error to the sender of a packet. The message quotes as much of the packet as fits into 576
 * bytes. Not sent about ICMP errors, broadcasts and non-first fragments (RFC 1122 3.2.2).
 *
 * @param info the second word of the header: MTU, gateway, pointer
 * @linux net/ipv4/icmp.c
 */
export function __icmp_send(
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
  const is_error = IS_ERROR_TYPE[type]!;
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

/**
 * The types that report errors, including the unassigned low numbers. Linux stores this with the handlers, in
 * icmp_pointers.
 */
const IS_ERROR_TYPE: readonly boolean[] = Array.from({ length: NR_ICMP_TYPES + 1 }, (_, type) =>
  ERROR_TYPES.includes(type),
);

/** Whether an ICMP message is itself an error. Unknown types count as errors. */
export function is_icmp_error(skb: sk_buff, iph: iphdr): boolean {
  const inner = new Uint8Array(1);
  if (copy_quoted(skb, skb.network_header + iph.ihl * 4 - skb.data, inner, 0, 1) !== 0) return true;
  const type = inner[0]!;
  return type > NR_ICMP_TYPES || IS_ERROR_TYPE[type]!;
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
    // The packet was not addressed to this host: choose the source address by the reverse route, or by the
    // interface on which the packet arrived.
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
      trace.sockscope_send(null, skb_in, 'icmp_error');
      icmp_push_reply(sk, param, fl4, ipc, rt);
    }
  }
  ip_rt_put(rt);
}

/** Send an ICMP error to the sender of a packet. @linux include/net/icmp.h */
export function icmp_send(skb_in: sk_buff, type: number, code: number, info: be32): void {
  __icmp_send(skb_in, type, code, info, skb_in.ipcb === null ? null : skb_in.ipcb.opt);
}
/**
 * The types with counters of their own, in the order of /proc/net/snmp.
 *
 * @linux net/ipv4/proc.c, icmpmibmap
 */
const icmpmibmap: readonly number[] = [3, 11, 12, 4, 5, 8, 0, 13, 14, 17, 18];

/** Count a sent message. @linux net/ipv4/icmp.c */
export function icmp_out_count(net: net, type: number): void {
  net.ipv4.icmpmsg_out[type]!++;
  ICMP_INC_STATS(net, ICMP_MIB_OUTMSGS);
  const index = icmpmibmap.indexOf(type);
  if (index >= 0) ICMP_INC_STATS(net, ICMP_MIB_OUT_FIRST + index);
}
/** Count a received message. @linux include/net/icmp.h */
export function ICMPMSGIN_INC_STATS(net: net, type: number): void {
  net.ipv4.icmpmsg_in[type]!++;
  const index = icmpmibmap.indexOf(type);
  if (index >= 0) ICMP_INC_STATS(net, ICMP_MIB_IN_FIRST + index);
}
