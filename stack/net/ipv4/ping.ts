/**
 * Ping sockets (SOCK_DGRAM, IPPROTO_ICMP): ICMP echo without CAP_NET_RAW, for groups in
 * net.ipv4.ping_group_range.
 *
 * @linux net/ipv4/ping.c
 */
import type { Sleeps } from '../../include/linux/sched.ts';
import { as_sockaddr_in, type sockaddr } from '../../include/linux/socket.ts';
import { CHECKSUM_NONE, type sk_buff } from '../../include/linux/skbuff.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { copy_from_iter, type msghdr } from '../../include/linux/uio.ts';
import { SKB_DROP_REASON_NO_SOCKET } from '../../include/net/dropreason.ts';
import { dst_confirm_neigh } from '../../include/net/dst.ts';
import { flowi4, flowi4_init_output } from '../../include/net/flow.ts';
import { inet_sk, inet_sk_flowi_flags, inet_sock } from '../../include/net/inet_sock.ts';
import { ip_hdr, ipcm_cookie, ipcm_init_sk } from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import { ping_table } from '../../include/net/ping.ts';
import {
  inet_iif,
  ip_rt_put,
  RT_TOS,
  type rtable,
  RTCF_BROADCAST,
  RTO_ONLINK,
} from '../../include/net/route.ts';
import {
  type proto,
  SK_NO_REUSE,
  type sock,
  SOCK_BINDADDR_LOCK,
  SOCK_BINDPORT_LOCK,
  SOCK_BROADCAST,
  sock_flag,
  SOCK_LOCALROUTE,
  sock_net,
  SOCK_RCU_FREE,
  sock_set_flag,
} from '../../include/net/sock.ts';
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EDESTADDRREQ,
  EFAULT,
  EHOSTUNREACH,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  EOPNOTSUPP,
  EPROTO,
  EREMOTEIO,
  type Errno,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  icmphdr,
  ICMPHDR_LEN,
  NR_ICMP_UNREACH,
} from '../../include/uapi/linux/icmp.ts';
import {
  INADDR_ANY,
  IP_PMTUDISC_DONT,
  ipv4_is_multicast,
  sockaddr_in,
  SOCKADDR_IN_SIZE,
} from '../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_UNIVERSE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
} from '../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_OUTNOROUTES } from '../../include/uapi/linux/snmp.ts';
import {
  AF_INET,
  AF_UNSPEC,
  MSG_CONFIRM,
  MSG_DONTROUTE,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_PROBE,
  MSG_TRUNC,
} from '../../include/uapi/linux/socket.ts';
import { TCP_ESTABLISHED } from '../../include/uapi/linux/tcp.ts';
import { csum_block_add, csum_fold, csum_partial } from '../../lib/checksum.ts';
import { skb_copy_datagram_msg, skb_free_datagram, skb_recv_datagram } from '../core/datagram.ts';
import { kfree_skb_reason, skb_clone, skb_push } from '../core/skbuff/alloc.ts';
import { sk_common_release, sock_prot_inuse_add } from '../core/sock/alloc.ts';
import { sk_error_report } from '../core/sock/defaults.ts';
import { sk_dst_reset } from '../core/sock/dst.ts';
import { lock_sock, release_sock } from '../core/sock/lock.ts';
import { sock_queue_rcv_skb_reason } from '../core/sock/queue.ts';
import { __udp_disconnect, ip4_datagram_connect, ip4_datagram_release_cb } from './datagram.ts';
import { inet_addr_type } from './fib_frontend.ts';
import { icmp_err_convert } from './icmp/rcv.ts';
import {
  ip_append_data,
  ip_flush_pending_frames,
  ip_push_pending_frames,
  ip_wait_for_sndbuf,
} from './ip_output/append.ts';
import {
  ip_cmsg_recv,
  ip_cmsg_send,
  ip_getsockopt,
  ip_icmp_error,
  ip_recv_error,
  ip_setsockopt,
  ipv4_pktinfo_prepare,
} from './ip_sockglue.ts';
import { ipv4_sk_redirect, ipv4_sk_update_pmtu } from './route/exception.ts';
import { ip_route_output_flow } from './route/output.ts';

/**
 * Assign a socket its identifier: `ident`, or the next free one if that is 0. -EADDRINUSE.
 *
 * @linux net/ipv4/ping.c
 */
export function ping_get_port(sk: sock, ident: number): Errno {
  const table = sock_net(sk).ipv4.ping_table;
  let number = ident;
  if (number === 0) {
    number = next_free(table);
    if (number === 0) return -EADDRINUSE;
    table.ping_port_rover = number;
  } else {
    const others = table.hash.get(number) ?? [];
    const conflict = others.some(
      (other) => other !== sk && (other.sk_reuse === SK_NO_REUSE || sk.sk_reuse === SK_NO_REUSE),
    );
    if (conflict) return -EADDRINUSE;
  }
  inet_sk(sk).inet_num = number;
  if (!sk.skc_hashed) {
    const chain = table.hash.get(number);
    if (chain === undefined) table.hash.set(number, [sk]);
    else chain.unshift(sk);
    sk.skc_hashed = true;
    sock_set_flag(sk, SOCK_RCU_FREE);
    sock_prot_inuse_add(sock_net(sk), sk.sk_prot, 1);
  }
  return 0;
}

function next_free(table: ping_table): number {
  for (let i = 1; i < 65536; i++) {
    const candidate = ((table.ping_port_rover + i - 1) % 65535) + 1;
    if (!table.hash.has(candidate)) return candidate;
  }
  return 0;
}

/** Release the identifier. @linux net/ipv4/ping.c */
export function ping_unhash(sk: sock): void {
  if (!sk.skc_hashed) return;
  const { hash } = sock_net(sk).ipv4.ping_table;
  const inet = inet_sk(sk);
  const chain = hash.get(inet.inet_num) ?? [];
  const at = chain.indexOf(sk);
  if (at >= 0) chain.splice(at, 1);
  if (chain.length === 0) hash.delete(inet.inet_num);
  sk.skc_hashed = false;
  inet.inet_num = 0;
  inet.inet_sport = 0;
  sock_prot_inuse_add(sock_net(sk), sk.sk_prot, -1);
}

function ping_lookup(net: net, skb: sk_buff, ident: number): sock | null {
  const { daddr } = ip_hdr(skb);
  const dif = inet_iif(skb);
  for (const sk of net.ipv4.ping_table.hash.get(ident) ?? []) {
    if (sk.skc_rcv_saddr !== 0 && sk.skc_rcv_saddr !== daddr) continue;
    if (sk.sk_bound_dev_if !== 0 && sk.sk_bound_dev_if !== dif) continue;
    return sk;
  }
  return null;
}

/**
 * Check that the process's group may create ping sockets (net.ipv4.ping_group_range). 0, or -EACCES.
 *
 * @linux net/ipv4/ping.c
 */
export function ping_init_sock(sk: sock): Errno {
  const net = sock_net(sk);
  const { gid } = net.machine.current.cred;
  const [low, high] = net.ipv4.ping_group_range;
  return low! <= gid && gid <= high! ? 0 : -EACCES;
}

function* ping_close(sk: sock, _timeout: jiffies_t): Sleeps<void> {
  sk_common_release(sk);
}

/** bind(): the port is the identifier. 0, -EAFNOSUPPORT, -EADDRNOTAVAIL, -EACCES, -EINVAL, -EADDRINUSE. @linux net/ipv4/ping.c */
export function ping_bind(sk: sock, uaddr: sockaddr, addr_len: number): Errno {
  const net = sock_net(sk);
  const inet = inet_sk(sk);
  if (addr_len < SOCKADDR_IN_SIZE) return -EINVAL;
  const { sin_family, sin_addr, sin_port } = as_sockaddr_in(uaddr);
  if (sin_family !== AF_INET && !(sin_family === AF_UNSPEC && sin_addr === INADDR_ANY)) return -EAFNOSUPPORT;
  const type = inet_addr_type(net, sin_addr);
  if (type === RTN_MULTICAST || type === RTN_BROADCAST) {
    if (sin_addr !== INADDR_ANY) return -EADDRNOTAVAIL;
  } else if (
    type !== RTN_LOCAL &&
    net.ipv4.sysctl_ip_nonlocal_bind === 0 &&
    !inet.freebind &&
    !inet.transparent
  ) {
    return -EADDRNOTAVAIL;
  }
  if (inet.inet_num !== 0) return -EINVAL;
  inet.inet_rcv_saddr = sin_addr;
  inet.inet_saddr = sin_addr;
  if (ping_get_port(sk, sin_port) !== 0) {
    inet.inet_rcv_saddr = 0;
    inet.inet_saddr = 0;
    return -EADDRINUSE;
  }
  if (inet.inet_rcv_saddr !== 0) sk.sk_userlocks |= SOCK_BINDADDR_LOCK;
  if (sin_port !== 0) sk.sk_userlocks |= SOCK_BINDPORT_LOCK;
  inet.inet_sport = inet.inet_num;
  inet.inet_daddr = 0;
  inet.inet_dport = 0;
  sk_dst_reset(sk);
  return 0;
}

/** An ICMP error about an echo request: its header is at `offset` after skb.data. @linux net/ipv4/ping.c */
export function ping_err(skb: sk_buff, offset: number, info: number): void {
  const net = skb.dev!.nd_net;
  const quoted = new icmphdr(skb.head, skb.data + offset);
  if (quoted.type !== ICMP_ECHO || quoted.code !== 0) return;
  const sk = ping_lookup(net, skb, quoted.id);
  if (sk === null) return;

  const { type, code } = new icmphdr(skb.head, skb.transport_header);
  const inet = inet_sk(sk);
  let err = EHOSTUNREACH;
  let harderr = false;
  switch (type) {
    case ICMP_SOURCE_QUENCH:
      err = EREMOTEIO;
      break;
    case ICMP_PARAMETERPROB:
      err = EPROTO;
      harderr = true;
      break;
    case ICMP_DEST_UNREACH:
      if (code === ICMP_FRAG_NEEDED) {
        ipv4_sk_update_pmtu(skb, sk, info);
        if (inet.pmtudisc === IP_PMTUDISC_DONT) return;
        err = EMSGSIZE;
        harderr = true;
      } else if (code <= NR_ICMP_UNREACH) {
        harderr = icmp_err_convert[code]!.fatal;
        err = icmp_err_convert[code]!.errno;
      }
      break;
    case ICMP_REDIRECT:
      ipv4_sk_redirect(skb, sk);
      err = EREMOTEIO;
      break;
  }
  if (inet.recverr) ip_icmp_error(sk, skb, err, 0, info, quoted.at);
  else if (!harderr || sk.sk_state !== TCP_ESTABLISHED) return;
  sk.sk_err = err;
  sk_error_report(sk);
}

/** A message being sent: a header built by the kernel, then the user's data. @linux struct pingfakehdr */
class pingfakehdr {
  header = new Uint8Array(ICMPHDR_LEN);
  msg: msghdr;
  wcheck = 0;
  constructor(msg: msghdr) {
    this.msg = msg;
  }
}

function ping_getfrag(
  pfh: pingfakehdr,
  to: Uint8Array,
  at: number,
  offset: number,
  len: number,
  _odd: number,
  _skb: sk_buff,
): Errno {
  if (copy_from_iter(to, at, len, pfh.msg.msg_iter) !== len) return -EFAULT;
  pfh.wcheck = csum_block_add(pfh.wcheck, csum_partial(to, at, len, 0), offset);
  return 0;
}

/** Complete the header with the socket's identifier. @linux net/ipv4/ping.c */
function ping_v4_push_pending_frames(sk: sock, pfh: pingfakehdr, fl4: flowi4): Errno {
  const skb = sk.sk_write_queue.next;
  if (skb === null) return 0;
  const sum = csum_partial(pfh.header, 0, ICMPHDR_LEN, pfh.wcheck);
  new icmphdr(pfh.header, 0).checksum = csum_fold(sum);
  skb.head.set(pfh.header, skb.transport_header);
  skb.ip_summed = CHECKSUM_NONE;
  return ip_push_pending_frames(sk, fl4);
}

/**
 * Send an echo request: the user supplies the ICMP header, of which only type, code and sequence number are
 * used.
 *
 * @returns bytes sent, or -EMSGSIZE, -EINVAL, -EOPNOTSUPP, -EAFNOSUPPORT, -EDESTADDRREQ, -EACCES, -ENETUNREACH
 * @linux net/ipv4/ping.c
 */
export function* ping_v4_sendmsg(sk: sock, msg: msghdr, len: number): Sleeps<number | Errno> {
  const inet = inet_sk(sk);
  if (len > 0xffff) return -EMSGSIZE;
  if (len < ICMPHDR_LEN) return -EINVAL;
  if ((msg.msg_flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
  const pfh = new pingfakehdr(msg);
  if (copy_from_iter(pfh.header, 0, ICMPHDR_LEN, msg.msg_iter) !== ICMPHDR_LEN) return -EFAULT;
  const icmph = new icmphdr(pfh.header, 0);
  if (icmph.type !== ICMP_ECHO || icmph.code !== 0) return -EINVAL;

  const fl4 = new flowi4();
  const ipc = new ipcm_cookie();
  const rt = ping_route(sk, msg, icmph, fl4, ipc);
  if (IS_ERR(rt)) return rt;
  if ((msg.msg_flags & MSG_CONFIRM) !== 0 && (msg.msg_flags & MSG_PROBE) !== 0)
    dst_confirm_neigh(rt, fl4.daddr);
  if (ipc.addr === 0) ipc.addr = fl4.daddr;

  yield* lock_sock(sk);
  icmph.checksum = 0;
  icmph.id = inet.inet_sport;
  let err = yield* ip_wait_for_sndbuf(sk, rt, ipc, len, msg.msg_flags);
  if (err === 0) {
    err = ip_append_data(sk, fl4, ping_getfrag, pfh, len, ICMPHDR_LEN, ipc, rt, msg.msg_flags);
    if (err !== 0) ip_flush_pending_frames(sk);
    else err = ping_v4_push_pending_frames(sk, pfh, fl4);
  }
  release_sock(sk);
  ip_rt_put(rt);
  return err === 0 ? len : err;
}

function ping_route(sk: sock, msg: msghdr, icmph: icmphdr, fl4: flowi4, ipc: ipcm_cookie): rtable | Errno {
  const net = sock_net(sk);
  const inet = inet_sk(sk);
  const usin = msg.msg_name === null ? null : as_sockaddr_in(msg.msg_name);
  let daddr = inet.inet_daddr;
  if (usin !== null) {
    if (msg.msg_namelen < SOCKADDR_IN_SIZE) return -EINVAL;
    if (usin.sin_family !== AF_INET) return -EAFNOSUPPORT;
    daddr = usin.sin_addr;
  } else if (sk.sk_state !== TCP_ESTABLISHED) {
    return -EDESTADDRREQ;
  }
  ipcm_init_sk(ipc, sk);
  if (msg.msg_control.length > 0) {
    const err = ip_cmsg_send(sk, msg, ipc);
    if (err !== 0) return err;
  }
  ipc.opt ??= inet.inet_opt;
  let saddr = ipc.addr;
  let faddr = daddr;
  ipc.addr = daddr;
  if (ipc.opt !== null && ipc.opt.srr !== 0) {
    if (daddr === 0) return -EINVAL;
    faddr = ipc.opt.faddr;
  }
  let tos = RT_TOS(ipc.tos !== -1 ? ipc.tos : inet.tos);
  const strict = ipc.opt !== null && ipc.opt.is_strictroute;
  if (sock_flag(sk, SOCK_LOCALROUTE) || (msg.msg_flags & MSG_DONTROUTE) !== 0 || strict) tos |= RTO_ONLINK;
  if (ipv4_is_multicast(daddr)) {
    ipc.oif ||= inet.mc_index;
    if (saddr === 0) saddr = inet.mc_addr;
  } else {
    ipc.oif ||= inet.uc_index;
  }
  const flow_flags = inet_sk_flowi_flags(sk);
  const scope = RT_SCOPE_UNIVERSE;
  flowi4_init_output(
    fl4,
    ipc.oif,
    sk.sk_mark,
    tos,
    scope,
    sk.sk_protocol,
    flow_flags,
    faddr,
    saddr,
    0,
    0,
    sk.sk_uid,
  );
  fl4.fl4_icmp_type = icmph.type;
  fl4.fl4_icmp_code = icmph.code;
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) {
    if (rt === -ENETUNREACH) IP_INC_STATS(net, IPSTATS_MIB_OUTNOROUTES);
    return rt;
  }
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0 && !sock_flag(sk, SOCK_BROADCAST)) {
    ip_rt_put(rt);
    return -EACCES;
  }
  return rt;
}

/** Read the next reply, starting at its ICMP header. @linux net/ipv4/ping.c */
export function* ping_recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno> {
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
  if ((flags & MSG_ERRQUEUE) !== 0) return ip_recv_error(sk, msg, len);
  const skb = yield* skb_recv_datagram(sk, flags);
  if (skb === null) return 0;
  if (IS_ERR(skb)) return skb;
  let copied = skb.len;
  if (copied > len) {
    msg.msg_flags |= MSG_TRUNC;
    copied = len;
  }
  const err = skb_copy_datagram_msg(skb, 0, msg, copied);
  if (err === 0) {
    msg.msg_name = new sockaddr_in(AF_INET, 0, ip_hdr(skb).saddr);
    msg.msg_namelen = SOCKADDR_IN_SIZE;
    if (inet_sk(sk).cmsg_flags !== 0) ip_cmsg_recv(msg, sk, skb);
  }
  skb_free_datagram(sk, skb);
  return err === 0 ? copied : err;
}

function __ping_queue_rcv_skb(sk: sock, skb: sk_buff): number {
  ipv4_pktinfo_prepare(sk, skb);
  const { err, reason } = sock_queue_rcv_skb_reason(sk, skb);
  if (err >= 0) return 0;
  kfree_skb_reason(skb, reason);
  return reason;
}
/** Queue a reply for its reader. @returns 0, or -1 when it was dropped. @linux net/ipv4/ping.c */
export function ping_queue_rcv_skb(sk: sock, skb: sk_buff): number {
  return __ping_queue_rcv_skb(sk, skb) !== 0 ? -1 : 0;
}

/**
 * An echo reply arrives: data begins after its ICMP header. 0, or a drop reason when no socket waits for it.
 *
 * @linux net/ipv4/ping.c
 */
export function ping_rcv(skb: sk_buff): number {
  const icmph = new icmphdr(skb.head, skb.transport_header);
  skb_push(skb, skb.data - skb.transport_header);
  const sk = ping_lookup(skb.dev!.nd_net, skb, icmph.id);
  return sk === null ? SKB_DROP_REASON_NO_SOCKET : __ping_queue_rcv_skb(sk, skb_clone(skb));
}

/** Ping sockets. @linux net/ipv4/ping.c */
export const ping_prot: proto = {
  name: 'PING',
  init: ping_init_sock,
  close: ping_close,
  connect: ip4_datagram_connect,
  disconnect: __udp_disconnect,
  setsockopt: ip_setsockopt,
  getsockopt: ip_getsockopt,
  sendmsg: ping_v4_sendmsg,
  recvmsg: ping_recvmsg,
  bind: ping_bind,
  backlog_rcv: ping_queue_rcv_skb,
  release_cb: ip4_datagram_release_cb,
  unhash: ping_unhash,
  get_port: ping_get_port,
  put_port: ping_unhash,
  memory: () => null,
  max_header: 0,
  alloc: (net, prot) => new inet_sock(net, prot),
};

/** Initialize the table of identifiers. @linux net/ipv4/ping.c */
export function ping_init(net: net): void {
  net.ipv4.ping_table = new ping_table();
}
