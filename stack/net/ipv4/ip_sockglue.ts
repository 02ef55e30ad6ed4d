/**
 * IP's part of sockets: options of SOL_IP, control messages of recvmsg() and sendmsg(), and the error queue.
 *
 * @linux net/ipv4/ip_sockglue.c
 */
import type { sockopt_value } from '../../include/linux/net.ts';
import { CAP_NET_ADMIN, CAP_NET_RAW, type Sleeps } from '../../include/linux/sched.ts';
import {
  type sk_buff,
  skb_reset_network_header,
  skb_reset_transport_header,
} from '../../include/linux/skbuff.ts';
import type { be16, be32 } from '../../include/linux/types.ts';
import type { msghdr } from '../../include/linux/uio.ts';
import { dst_mtu, dst_release } from '../../include/net/dst.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import { inet_sk, type inet_sock } from '../../include/net/inet_sock.ts';
import { ip_hdr, ip_options, IPCB, type ipcm_cookie, IPHDR_LEN, read_be32 } from '../../include/net/ip.ts';
import { skb_rtable } from '../../include/net/route.ts';
import { type sock, sock_net } from '../../include/net/sock.ts';
import {
  EAGAIN,
  EINVAL,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
  EPERM,
  type Errno,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_LOCAL,
  type sock_exterr_skb,
} from '../../include/uapi/linux/errqueue.ts';
import { icmphdr, ICMPHDR_LEN } from '../../include/uapi/linux/icmp.ts';
import {
  IP_OPTIONS as OPT,
  IP_PMTUDISC_DONT,
  IP_PMTUDISC_OMIT,
  sockaddr_in,
  SOCKADDR_IN_SIZE,
} from '../../include/uapi/linux/in.ts';
import {
  AF_INET,
  MSG_CTRUNC,
  MSG_ERRQUEUE,
  MSG_TRUNC,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_IP,
} from '../../include/uapi/linux/socket.ts';
import { ns_capable } from '../../kernel/capability.ts';
import { skb_copy_datagram_msg } from '../core/datagram.ts';
import { __skb_pull, alloc_skb, consume_skb, kfree_skb, skb_clone, skb_put } from '../core/skbuff/alloc.ts';
import { pskb_pull } from '../core/skbuff/data.ts';
import { skb_queue_purge, sock_dequeue_err_skb, sock_queue_err_skb } from '../core/skbuff/queue.ts';
import { sk_dst_get, sk_dst_reset } from '../core/sock/dst.ts';
import { lock_sock, release_sock } from '../core/sock/lock.ts';
import { fib_compute_spec_dst } from './fib_frontend.ts';
import { ip_options_echo, ip_options_get, ip_options_undo } from './ip_options.ts';

/**
 * Bits of inet_sock.cmsg_flags: the control messages that recvmsg() returns.
 *
 * @linux include/net/inet_sock.h
 */
export const IP_CMSG_PKTINFO = 1 << 0;
export const IP_CMSG_TTL = 1 << 1;
export const IP_CMSG_TOS = 1 << 2;
export const IP_CMSG_RECVOPTS = 1 << 3;
export const IP_CMSG_RETOPTS = 1 << 4;

/** The priority of each TOS. @linux net/ipv4/route.c */
const ip_tos2prio: readonly number[] = [0, 1, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4];
/**
 * The queueing priority of a TOS byte.
 *
 * @linux include/net/route.h, here because its table belongs to IP_TOS
 */
export function rt_tos2priority(tos: number): number {
  return ip_tos2prio[(tos & 0x1e) >> 1]!;
}

/** Add a control message. @linux net/core/scm.c */
function put_cmsg(msg: msghdr, cmsg_level: number, cmsg_type: number, data: unknown): void {
  msg.msg_control.push({ cmsg_level, cmsg_type, data });
}

/**
 * Record a packet's interface and address for IP_PKTINFO while it has its route.
 *
 * @linux net/ipv4/ip_sockglue.c
 */
export function ipv4_pktinfo_prepare(sk: sock, skb: sk_buff): void {
  if ((inet_sk(sk).cmsg_flags & IP_CMSG_PKTINFO) === 0) return;
  const parm = IPCB(skb);
  const rt = skb_rtable(skb);
  if (rt === null) {
    parm.ipi_ifindex = 0;
    parm.ipi_spec_dst = 0;
    return;
  }
  // For a packet over lo, report the interface that has the address.
  parm.ipi_ifindex = rt.rt_iif !== 0 ? rt.rt_iif : skb.skb_iif;
  parm.ipi_spec_dst = fib_compute_spec_dst(skb);
}

/** Add the control messages that the socket requested to a received packet. @linux net/ipv4/ip_sockglue.c */
export function ip_cmsg_recv_offset(
  msg: msghdr,
  sk: sock,
  skb: sk_buff,
  _tlen: number,
  _offset: number,
): void {
  const flags = inet_sk(sk).cmsg_flags;
  if (flags === 0) return;
  const iph = ip_hdr(skb);
  const parm = IPCB(skb);
  if ((flags & IP_CMSG_PKTINFO) !== 0) {
    const { ipi_ifindex, ipi_spec_dst } = parm;
    put_cmsg(msg, SOL_IP, OPT.IP_PKTINFO, { ipi_ifindex, ipi_spec_dst, ipi_addr: iph.daddr });
  }
  if ((flags & IP_CMSG_TTL) !== 0) put_cmsg(msg, SOL_IP, OPT.IP_TTL, iph.ttl);
  if ((flags & IP_CMSG_TOS) !== 0) put_cmsg(msg, SOL_IP, OPT.IP_TOS, iph.tos);
  if (parm.opt === null || parm.opt.optlen === 0) return;
  if ((flags & IP_CMSG_RECVOPTS) !== 0) {
    const at = skb.network_header + IPHDR_LEN;
    put_cmsg(msg, SOL_IP, OPT.IP_RECVOPTS, skb.head.slice(at, at + parm.opt.optlen));
  }
  if ((flags & IP_CMSG_RETOPTS) !== 0) {
    const opt = new ip_options();
    if (ip_options_echo(sock_net(sk), opt, skb) !== 0) {
      msg.msg_flags |= MSG_CTRUNC;
      return;
    }
    ip_options_undo(opt);
    put_cmsg(msg, SOL_IP, OPT.IP_RETOPTS, opt.__data.slice(0, opt.optlen));
  }
}
/** Add the control messages that the socket requested. @linux include/net/ip.h */
export function ip_cmsg_recv(msg: msghdr, sk: sock, skb: sk_buff): void {
  ip_cmsg_recv_offset(msg, sk, skb, 0, 0);
}

/**
 * Parse the control messages of sendmsg(): source address, interface, TTL, TOS, options. -EINVAL.
 *
 * @linux net/ipv4/ip_sockglue.c
 */
export function ip_cmsg_send(sk: sock, msg: msghdr, ipc: ipcm_cookie): Errno {
  const net = sock_net(sk);
  for (const { cmsg_level, cmsg_type, data } of msg.msg_control) {
    if (cmsg_level !== SOL_IP) continue;
    switch (cmsg_type) {
      case OPT.IP_RETOPTS: {
        if (!(data instanceof Uint8Array)) return -EINVAL;
        const opt = ip_options_get(net, data.subarray(0, 40), net.machine.current);
        if (IS_ERR(opt)) return opt;
        ipc.opt = opt;
        break;
      }
      case OPT.IP_PKTINFO: {
        const info = data as { ipi_ifindex?: unknown; ipi_spec_dst?: unknown } | null;
        if (info === null || typeof info !== 'object') return -EINVAL;
        if (typeof info.ipi_ifindex === 'number' && info.ipi_ifindex !== 0) ipc.oif = info.ipi_ifindex;
        ipc.addr = typeof info.ipi_spec_dst === 'number' ? info.ipi_spec_dst | 0 : 0;
        break;
      }
      case OPT.IP_TTL:
        if (typeof data !== 'number' || data < 1 || data > 255) return -EINVAL;
        ipc.ttl = data;
        break;
      case OPT.IP_TOS:
        if (typeof data !== 'number' || data < 0 || data > 255) return -EINVAL;
        ipc.tos = data;
        break;
      default:
        return -EINVAL;
    }
  }
  return 0;
}

/**
 * Queue an ICMP error for a socket with IP_RECVERR.
 *
 * @param payload offset in skb.head of the quoted packet's transport payload
 * @linux net/ipv4/ip_sockglue.c
 */
export function ip_icmp_error(
  sk: sock,
  skb_in: sk_buff,
  err: number,
  port: be16,
  info: number,
  payload: number,
): void {
  const skb = skb_clone(skb_in);
  const icmph = new icmphdr(skb.head, skb.transport_header);
  const quoted = skb.transport_header + ICMPHDR_LEN;
  const ee_type = icmph.type;
  const ee_code = icmph.code;
  const ee = { ee_errno: err, ee_origin: SO_EE_ORIGIN_ICMP, ee_type, ee_code, ee_info: info, ee_data: 0 };
  IPCB(skb).ext_err = { ee, addr: read_be32(skb.head, quoted + 16), port };
  if (pskb_pull(skb, payload - skb.data)) {
    skb_reset_transport_header(skb);
    if (sock_queue_err_skb(sk, skb) === 0) return;
  }
  kfree_skb(skb);
}

/**
 * Queue a locally detected error for a socket with IP_RECVERR: a datagram longer than the MTU.
 *
 * @linux net/ipv4/ip_sockglue.c
 */
export function ip_local_error(sk: sock, err: number, daddr: be32, port: be16, info: number): void {
  if (!inet_sk(sk).recverr) return;
  const skb = alloc_skb(sock_net(sk).machine, IPHDR_LEN);
  skb_put(skb, IPHDR_LEN);
  skb_reset_network_header(skb);
  ip_hdr(skb).daddr = daddr;
  const ee = {
    ee_errno: err,
    ee_origin: SO_EE_ORIGIN_LOCAL,
    ee_type: 0,
    ee_code: 0,
    ee_info: info,
    ee_data: 0,
  };
  IPCB(skb).ext_err = { ee, addr: daddr, port };
  __skb_pull(skb, IPHDR_LEN);
  skb_reset_transport_header(skb);
  if (sock_queue_err_skb(sk, skb) !== 0) kfree_skb(skb);
}

/**
 * recvmsg(MSG_ERRQUEUE): return the oldest error and the quoted part of the packet.
 *
 * @returns bytes copied, or -EAGAIN.
 * @linux net/ipv4/ip_sockglue.c
 */
export function ip_recv_error(sk: sock, msg: msghdr, len: number): number | Errno {
  const skb = sock_dequeue_err_skb(sk);
  if (skb === null) return -EAGAIN;
  let copied = skb.len;
  if (copied > len) {
    msg.msg_flags |= MSG_TRUNC;
    copied = len;
  }
  const err = skb_copy_datagram_msg(skb, 0, msg, copied);
  if (err !== 0) {
    kfree_skb(skb);
    return err;
  }
  const serr = IPCB(skb).ext_err as sock_exterr_skb;
  const { ee } = serr;
  if (ee.ee_origin === SO_EE_ORIGIN_ICMP || ee.ee_origin === SO_EE_ORIGIN_LOCAL || serr.port !== 0) {
    msg.msg_name = new sockaddr_in(AF_INET, serr.port, serr.addr);
    msg.msg_namelen = SOCKADDR_IN_SIZE;
  }
  let offender = null;
  if (ee.ee_origin === SO_EE_ORIGIN_ICMP) {
    offender = new sockaddr_in(AF_INET, 0, ip_hdr(skb).saddr);
    if (inet_sk(sk).cmsg_flags !== 0) ip_cmsg_recv(msg, sk, skb);
  }
  put_cmsg(msg, SOL_IP, OPT.IP_RECVERR, { ...ee, offender });
  msg.msg_flags |= MSG_ERRQUEUE;
  consume_skb(skb);
  return copied;
}

/**
 * Set TOS and the corresponding priority; the ECN bits of a stream belong to TCP.
 *
 * @linux net/ipv4/ip_sockglue.c
 */
export function __ip_sock_set_tos(sk: sock, value: number): void {
  const inet = inet_sk(sk);
  const tos = sk.sk_type === SOCK_STREAM ? (value & ~3) | (inet.tos & 3) : value;
  if (inet.tos === tos) return;
  inet.tos = tos;
  sk.sk_priority = rt_tos2priority(tos);
  sk_dst_reset(sk);
}

function set_cmsg_flag(inet: inet_sock, flag: number, value: number): Errno {
  if (value !== 0) inet.cmsg_flags |= flag;
  else inet.cmsg_flags &= ~flag;
  return 0;
}

/**
 * setsockopt() on SOL_IP.
 *
 * @returns 0, -ENOPROTOOPT, -EINVAL, -EPERM
 * @linux net/ipv4/ip_sockglue.c
 */
export function* ip_setsockopt(
  sk: sock,
  level: number,
  optname: number,
  optval: sockopt_value,
): Sleeps<Errno> {
  if (level !== SOL_IP) return -ENOPROTOOPT;
  yield* lock_sock(sk);
  const err = do_ip_setsockopt(sk, optname, optval);
  release_sock(sk);
  return err;
}

function do_ip_setsockopt(sk: sock, optname: number, optval: sockopt_value): Errno {
  const inet = inet_sk(sk);
  if (optname === OPT.IP_OPTIONS) return set_ip_options(sk, optval);
  const val = typeof optval === 'number' ? optval : optval instanceof Uint8Array ? (optval[0] ?? 0) : NaN;
  if (Number.isNaN(val)) return -EINVAL;
  switch (optname) {
    case OPT.IP_PKTINFO:
      return set_cmsg_flag(inet, IP_CMSG_PKTINFO, val);
    case OPT.IP_RECVTTL:
      return set_cmsg_flag(inet, IP_CMSG_TTL, val);
    case OPT.IP_RECVTOS:
      return set_cmsg_flag(inet, IP_CMSG_TOS, val);
    case OPT.IP_RECVOPTS:
      return set_cmsg_flag(inet, IP_CMSG_RECVOPTS, val);
    case OPT.IP_RETOPTS:
      return set_cmsg_flag(inet, IP_CMSG_RETOPTS, val);
    case OPT.IP_TOS:
      __ip_sock_set_tos(sk, val & 0xff);
      return 0;
    case OPT.IP_TTL:
      if (val !== -1 && (val < 1 || val > 255)) return -EINVAL;
      inet.uc_ttl = val;
      return 0;
    case OPT.IP_HDRINCL:
      if (sk.sk_type !== SOCK_RAW) return -ENOPROTOOPT;
      inet.hdrincl = val !== 0;
      return 0;
    case OPT.IP_NODEFRAG:
      if (sk.sk_type !== SOCK_RAW) return -ENOPROTOOPT;
      inet.nodefrag = val !== 0;
      return 0;
    case OPT.IP_BIND_ADDRESS_NO_PORT:
      inet.bind_address_no_port = val !== 0;
      return 0;
    case OPT.IP_MTU_DISCOVER:
      if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT) return -EINVAL;
      inet.pmtudisc = val;
      return 0;
    case OPT.IP_RECVERR:
      inet.recverr = val !== 0;
      if (val === 0 && sk.sk_error_queue !== null) skb_queue_purge(sk.sk_error_queue);
      return 0;
    case OPT.IP_MULTICAST_TTL:
      if (sk.sk_type === SOCK_STREAM || val < -1 || val > 255) return -EINVAL;
      inet.mc_ttl = val === -1 ? 1 : val;
      return 0;
    case OPT.IP_MULTICAST_LOOP:
      inet.mc_loop = val !== 0;
      return 0;
    case OPT.IP_FREEBIND:
      inet.freebind = val !== 0;
      return 0;
    case OPT.IP_TRANSPARENT: {
      const task = sock_net(sk).machine.current;
      if (val !== 0 && !ns_capable(task, CAP_NET_RAW) && !ns_capable(task, CAP_NET_ADMIN)) return -EPERM;
      inet.transparent = val !== 0;
      return 0;
    }
    case OPT.IP_MINTTL:
      if (val < 0 || val > 255) return -EINVAL;
      inet.min_ttl = val;
      return 0;
    case OPT.IP_LOCAL_PORT_RANGE: {
      const lo = val & 0xffff;
      const hi = (val >>> 16) & 0xffff;
      if (lo !== 0 && hi !== 0 && lo > hi) return -EINVAL;
      inet.local_port_range = val | 0;
      return 0;
    }
    default:
      return -ENOPROTOOPT;
  }
}

/** IP_OPTIONS: options for every header. They reduce the segment size of a connection. */
function set_ip_options(sk: sock, optval: sockopt_value): Errno {
  const inet = inet_sk(sk);
  if (!(optval instanceof Uint8Array) || optval.length > 40) return -EINVAL;
  const net = sock_net(sk);
  const opt = ip_options_get(net, optval, net.machine.current);
  if (IS_ERR(opt)) return opt;
  const old = inet.inet_opt;
  if (inet.is_icsk) {
    const icsk = inet_csk(sk);
    icsk.icsk_ext_hdr_len += opt.optlen - (old === null ? 0 : old.optlen);
    icsk.icsk_sync_mss(sk, icsk.icsk_pmtu_cookie);
  }
  inet.inet_opt = opt.optlen === 0 ? null : opt;
  return 0;
}

/**
 * getsockopt() on SOL_IP.
 *
 * @returns the value, or -ENOPROTOOPT, -EOPNOTSUPP, -ENOTCONN
 * @linux net/ipv4/ip_sockglue.c
 */
export function* ip_getsockopt(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno> {
  if (level !== SOL_IP) return -EOPNOTSUPP;
  yield* lock_sock(sk);
  const value = do_ip_getsockopt(sk, optname);
  release_sock(sk);
  return value;
}

function do_ip_getsockopt(sk: sock, optname: number): sockopt_value | Errno {
  const inet = inet_sk(sk);
  switch (optname) {
    case OPT.IP_OPTIONS: {
      if (inet.inet_opt === null) return new Uint8Array(0);
      const opt = new ip_options();
      Object.assign(opt, inet.inet_opt);
      opt.__data = inet.inet_opt.__data.slice();
      ip_options_undo(opt);
      return opt.__data;
    }
    case OPT.IP_PKTINFO:
      return has_cmsg_flag(inet, IP_CMSG_PKTINFO);
    case OPT.IP_RECVTTL:
      return has_cmsg_flag(inet, IP_CMSG_TTL);
    case OPT.IP_RECVTOS:
      return has_cmsg_flag(inet, IP_CMSG_TOS);
    case OPT.IP_RECVOPTS:
      return has_cmsg_flag(inet, IP_CMSG_RECVOPTS);
    case OPT.IP_RETOPTS:
      return has_cmsg_flag(inet, IP_CMSG_RETOPTS);
    case OPT.IP_TOS:
      return inet.tos;
    case OPT.IP_TTL:
      return inet.uc_ttl === -1 ? sock_net(sk).ipv4.sysctl_ip_default_ttl : inet.uc_ttl;
    case OPT.IP_HDRINCL:
      return Number(inet.hdrincl);
    case OPT.IP_NODEFRAG:
      return Number(inet.nodefrag);
    case OPT.IP_BIND_ADDRESS_NO_PORT:
      return Number(inet.bind_address_no_port);
    case OPT.IP_MTU_DISCOVER:
      return inet.pmtudisc;
    case OPT.IP_MTU: {
      const dst = sk_dst_get(sk);
      if (dst === null) return -ENOTCONN;
      const mtu = dst_mtu(dst);
      dst_release(dst);
      return mtu;
    }
    case OPT.IP_RECVERR:
      return Number(inet.recverr);
    case OPT.IP_MULTICAST_TTL:
      return inet.mc_ttl;
    case OPT.IP_MULTICAST_LOOP:
      return Number(inet.mc_loop);
    case OPT.IP_FREEBIND:
      return Number(inet.freebind);
    case OPT.IP_TRANSPARENT:
      return Number(inet.transparent);
    case OPT.IP_MINTTL:
      return inet.min_ttl;
    case OPT.IP_LOCAL_PORT_RANGE:
      // A high port sets the sign bit, and a negative number would be an errno.
      return inet.local_port_range >>> 0;
    default:
      return -ENOPROTOOPT;
  }
}

function has_cmsg_flag(inet: inet_sock, flag: number): number {
  return (inet.cmsg_flags & flag) !== 0 ? 1 : 0;
}
