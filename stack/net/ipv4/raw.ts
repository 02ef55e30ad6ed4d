/**
 * Raw sockets: all packets of an IP protocol, headers included. Delivery to them is in raw_input.ts.
 *
 * @linux net/ipv4/raw.c
 */
import {
  dst_output,
  flowi4,
  FLOWI_FLAG_KNOWN_NH,
  ip_rt_put,
  RTCF_BROADCAST,
  RTN_BROADCAST,
  RTN_MULTICAST,
  type rtable,
} from '../../include/net/dst.ts';
import { flowi4_init_output } from '../../include/net/flow.ts';
import { icmp_err_convert, icmp_out_count } from '../../include/net/icmp.ts';
import { inet_addr_valid_or_nonlocal, inet_sk } from '../../include/net/inet_sock.ts';
import { ip_hdr, ipcm_cookie, ipcm_init_sk, iphdr, IPHDR_LEN } from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import { raw_hashinfo, raw_sk, raw_sock } from '../../include/net/raw.ts';
import { inet_sk_flowi_flags, RT_TOS, RTO_ONLINK } from '../../include/net/route.ts';
import {
  sk_wmem_alloc_get,
  sock_flag,
  sock_net,
  sock_set_flag,
  SOCK_BROADCAST,
  SOCK_LOCALROUTE,
  SOCK_RCU_FREE,
  type proto,
  type sock,
} from '../../include/net/sock.ts';
import type { sockopt_value } from '../../include/linux/net.ts';
import { ETH_P_IP } from '../../include/linux/netdevice.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  skb_reset_network_header,
  type sk_buff,
} from '../../include/linux/skbuff.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { copy_from_iter, type msghdr } from '../../include/linux/uio.ts';
import {
  EACCES,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EDESTADDRREQ,
  EFAULT,
  EHOSTUNREACH,
  EINVAL,
  EMSGSIZE,
  ENOBUFS,
  ENOIOCTLCMD,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPROTO,
  IS_ERR,
  type Errno,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FILTER,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  icmphdr,
  ICMPHDR_LEN,
  NR_ICMP_UNREACH,
} from '../../include/uapi/linux/icmp.ts';
import {
  IP_PMTUDISC_DONT,
  IPPROTO_ICMP,
  IPPROTO_RAW,
  ipv4_is_multicast,
  type sockaddr_in,
} from '../../include/uapi/linux/in.ts';
import { RT_SCOPE_UNIVERSE } from '../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_OUTDISCARDS } from '../../include/uapi/linux/snmp.ts';
import { SIOCINQ, SIOCOUTQ } from '../../include/uapi/linux/sockios.ts';
import {
  AF_INET,
  AF_UNSPEC,
  MSG_CONFIRM,
  MSG_DONTROUTE,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PROBE,
  MSG_TRUNC,
  SOL_RAW,
} from '../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_ESTABLISHED } from '../../include/uapi/linux/tcp.ts';
import { pr_info_once } from '../../kernel/printk.ts';
import { csum_block_add, csum_partial, ip_fast_csum } from '../../lib/checksum.ts';
import { skb_copy_datagram_msg, skb_free_datagram, skb_recv_datagram } from '../core/datagram.ts';
import { sk_common_release, sock_prot_inuse_add } from '../core/sock/alloc.ts';
import { sk_error_report } from '../core/sock/default_callbacks.ts';
import { sk_dst_reset } from '../core/sock/dst.ts';
import { lock_sock, release_sock } from '../core/sock/lock.ts';
import { sock_alloc_send_skb } from '../core/sock/queue.ts';
import { kfree_skb, skb_dst_set, skb_put, skb_reserve } from '../core/skbuff.ts';
import { ip4_datagram_connect, ip4_datagram_release_cb } from './datagram.ts';
import { inet_addr_type } from './fib_frontend.ts';
import { ip_select_ident } from './ip_ident.ts';
import {
  ip_append_data,
  ip_flush_pending_frames,
  ip_generic_getfrag,
  ip_push_pending_frames,
  net_xmit_errno,
} from './ip_output_append.ts';
import { LL_RESERVED_SPACE } from './ip_output_finish.ts';
import {
  ip_cmsg_recv,
  ip_cmsg_send,
  ip_getsockopt,
  ip_icmp_error,
  ip_local_error,
  ip_recv_error,
  ip_setsockopt,
} from './ip_sockglue.ts';
import { raw_rcv_skb, raw_v4_match } from './raw_input.ts';
import { ip_route_output_flow, ipv4_sk_redirect, ipv4_sk_update_pmtu } from './route.ts';
import { __udp_disconnect } from './udp/disconnect.ts';

export { raw_local_deliver, raw_rcv, raw_rcv_skb, raw_v4_match } from './raw_input.ts';

/** Put a socket where packets of its protocol are looked for. 0. @linux net/ipv4/raw.c */
export function raw_hash_sk(sk: sock): Errno {
  const { ht } = sock_net(sk).ipv4.raw_v4_hashinfo;
  const protocol = inet_sk(sk).inet_num & 0xff;
  (ht[protocol] ??= []).unshift(sk);
  sk.skc_hashed = true;
  sock_set_flag(sk, SOCK_RCU_FREE);
  sock_prot_inuse_add(sock_net(sk), sk.sk_prot, 1);
  return 0;
}

/** @linux net/ipv4/raw.c */
export function raw_unhash_sk(sk: sock): void {
  if (!sk.skc_hashed) return;
  const chain = sock_net(sk).ipv4.raw_v4_hashinfo.ht[inet_sk(sk).inet_num & 0xff] ?? [];
  const at = chain.indexOf(sk);
  if (at >= 0) chain.splice(at, 1);
  sk.skc_hashed = false;
  sock_prot_inuse_add(sock_net(sk), sk.sk_prot, -1);
}

function raw_err(sk: sock, skb: sk_buff, info: number): void {
  const inet = inet_sk(sk);
  const { type, code } = new icmphdr(skb.head, skb.transport_header);
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
    ipv4_sk_update_pmtu(skb, sk, info);
  } else if (type === ICMP_REDIRECT) {
    ipv4_sk_redirect(skb, sk);
    return;
  }
  // Reported if the user asked for errors (IP_RECVERR), or if the socket is connected: else it is of no use to him.
  if (!inet.recverr && sk.sk_state !== TCP_ESTABLISHED) return;

  let err = EHOSTUNREACH;
  let harderr = false;
  switch (type) {
    case ICMP_SOURCE_QUENCH:
      return;
    case ICMP_PARAMETERPROB:
      err = EPROTO;
      harderr = true;
      break;
    case ICMP_DEST_UNREACH:
      if (code === ICMP_FRAG_NEEDED) {
        harderr = inet.pmtudisc !== IP_PMTUDISC_DONT;
        err = EMSGSIZE;
      } else if (code <= NR_ICMP_UNREACH) {
        err = icmp_err_convert[code]!.errno;
        harderr = icmp_err_convert[code]!.fatal;
      }
  }
  if (inet.recverr) {
    const header = inet.hdrincl ? 0 : new iphdr(skb.head, skb.data).ihl * 4;
    ip_icmp_error(sk, skb, err, 0, info, skb.data + header);
  }
  if (inet.recverr || harderr) {
    sk.sk_err = err;
    sk_error_report(sk);
  }
}

/** An ICMP error about a packet of this protocol: every raw socket that may have sent it hears of it. @linux net/ipv4/raw.c */
export function raw_icmp_error(skb: sk_buff, protocol: number, info: number): void {
  const dev = skb.dev!;
  const iph = new iphdr(skb.head, skb.data);
  for (const sk of dev.nd_net.ipv4.raw_v4_hashinfo.ht[protocol] ?? []) {
    if (raw_v4_match(sk, iph.protocol, iph.daddr, iph.saddr, dev.ifindex)) raw_err(sk, skb, info);
  }
}

/**
 * Send a packet whose IP header the user wrote (IP_HDRINCL): length, checksum, and a missing source address or id are
 * filled in, everything else is his.
 */
function* raw_send_hdrinc(
  sk: sock,
  fl4: flowi4,
  msg: msghdr,
  length: number,
  rt: rtable,
  flags: number,
): Sleeps<Errno> {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  if (length > rt.dev.mtu) {
    ip_local_error(sk, EMSGSIZE, fl4.daddr, inet.inet_dport, rt.dev.mtu);
    return -EMSGSIZE;
  }
  if (length < IPHDR_LEN) return -EINVAL;
  if ((flags & MSG_PROBE) !== 0) return 0;

  const hlen = LL_RESERVED_SPACE(rt.dev);
  const size = length + hlen + rt.dev.needed_tailroom + 15;
  const skb = yield* sock_alloc_send_skb(sk, size, (flags & MSG_DONTWAIT) !== 0);
  if (IS_ERR(skb)) return hdrinc_failed(sk, skb);
  skb_reserve(skb, hlen);
  skb.protocol = ETH_P_IP;
  skb.priority = sk.sk_priority;
  skb.mark = sk.sk_mark;
  rt.__refcnt++;
  skb_dst_set(skb, rt);
  skb_reset_network_header(skb);
  skb_put(skb, length);
  skb.ip_summed = CHECKSUM_NONE;
  if ((flags & MSG_CONFIRM) !== 0) skb.dst_pending_confirm = true;
  skb.transport_header = skb.network_header;

  const iph = ip_hdr(skb);
  const copied = copy_from_iter(skb.head, skb.network_header, length, msg.msg_iter) === length;
  const iphlen = iph.ihl * 4;
  if (!copied || iphlen > length || iphlen < IPHDR_LEN) {
    kfree_skb(skb);
    return hdrinc_failed(sk, copied ? -EINVAL : -EFAULT);
  }
  if (iph.saddr === 0) iph.saddr = fl4.saddr;
  iph.check = 0;
  iph.tot_len = length;
  if (iph.id === 0) ip_select_ident(net, skb, null);
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
  skb.transport_header += iphlen;
  if (iph.protocol === IPPROTO_ICMP && length >= iphlen + ICMPHDR_LEN) {
    icmp_out_count(net, skb.head[skb.transport_header]!);
  }
  let err = dst_output(net, sk, skb);
  if (err > 0) err = net_xmit_errno(err);
  return err === 0 ? 0 : hdrinc_failed(sk, err);
}

function hdrinc_failed(sk: sock, err: Errno): Errno {
  IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTDISCARDS);
  return err === -ENOBUFS && !inet_sk(sk).recverr ? 0 : err;
}

/** What is being sent: its first bytes, read ahead for routing, then the rest. @linux struct raw_frag_vec */
class raw_frag_vec {
  msg: msghdr;
  hdr = new Uint8Array(2);
  hlen = 0;
  constructor(msg: msghdr) {
    this.msg = msg;
  }
}

/** ICMP's type and code are part of what routing is asked. -EFAULT: not even two bytes. */
function raw_probe_proto_opt(rfv: raw_frag_vec, fl4: flowi4): Errno {
  if (fl4.flowi4_proto !== IPPROTO_ICMP) return 0;
  rfv.hlen = 2;
  if (copy_from_iter(rfv.hdr, 0, 2, rfv.msg.msg_iter) !== 2) return -EFAULT;
  fl4.fl4_icmp_type = rfv.hdr[0]!;
  fl4.fl4_icmp_code = rfv.hdr[1]!;
  return 0;
}

function raw_getfrag(
  rfv: raw_frag_vec,
  to: Uint8Array,
  start: number,
  first_offset: number,
  length: number,
  first_odd: number,
  skb: sk_buff,
): Errno {
  let at = start;
  let offset = first_offset;
  let len = length;
  let odd = first_odd;
  if (offset < rfv.hlen) {
    const copy = Math.min(rfv.hlen - offset, len);
    to.set(rfv.hdr.subarray(offset, offset + copy), at);
    if (skb.ip_summed !== CHECKSUM_PARTIAL)
      skb.csum = csum_block_add(skb.csum, csum_partial(to, at, copy, 0), odd);
    odd = 0;
    offset += copy;
    at += copy;
    len -= copy;
    if (len === 0) return 0;
  }
  return ip_generic_getfrag(rfv.msg, to, at, offset - rfv.hlen, len, odd, skb);
}

/**
 * Send a packet of the socket's protocol: with IP_HDRINCL from the IP header on, else from what follows it.
 *
 * @returns bytes sent, or -EMSGSIZE, -EOPNOTSUPP, -EAFNOSUPPORT, -EDESTADDRREQ, -EINVAL, -EACCES, -ENETUNREACH, …
 * @linux net/ipv4/raw.c
 */
export function* raw_sendmsg(sk: sock, msg: msghdr, len: number): Sleeps<number | Errno> {
  const inet = inet_sk(sk);
  const { hdrincl } = inet;
  const flags = msg.msg_flags;
  if (len > 0xffff) return -EMSGSIZE;
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;

  const ipc = new ipcm_cookie();
  const fl4 = new flowi4();
  const rfv = new raw_frag_vec(msg);
  const rt = raw_route(sk, msg, ipc, fl4, rfv);
  if (IS_ERR(rt)) return rt;

  let err: Errno;
  if (hdrincl) {
    err = yield* raw_send_hdrinc(sk, fl4, msg, len, rt, flags);
  } else {
    if (ipc.addr === 0) ipc.addr = fl4.daddr;
    yield* lock_sock(sk);
    err = ip_append_data(sk, fl4, raw_getfrag, rfv, len, 0, ipc, rt, flags);
    if (err !== 0) {
      ip_flush_pending_frames(sk);
    } else if ((flags & MSG_MORE) === 0) {
      err = ip_push_pending_frames(sk, fl4);
      if (err === -ENOBUFS && !inet.recverr) err = 0;
    }
    release_sock(sk);
  }
  ip_rt_put(rt);
  return err < 0 ? err : len;
}

function raw_route(sk: sock, msg: msghdr, ipc: ipcm_cookie, fl4: flowi4, rfv: raw_frag_vec): rtable | Errno {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const { hdrincl } = inet;
  const usin = msg.msg_name;
  let daddr = inet.inet_daddr;
  if (usin !== null) {
    if (usin.sin_family !== AF_INET) {
      const { comm } = net.machine.current;
      pr_info_once(net.machine, 'raw_sendmsg', `raw_sendmsg: ${comm} forgot to set AF_INET. Fix it!`);
      if (usin.sin_family !== AF_UNSPEC) return -EAFNOSUPPORT;
    }
    daddr = usin.sin_addr;
  } else if (sk.sk_state !== TCP_ESTABLISHED) {
    return -EDESTADDRREQ;
  }

  ipcm_init_sk(ipc, sk);
  if (hdrincl) ipc.protocol = IPPROTO_RAW;
  if (msg.msg_control.length > 0) {
    const err = ip_cmsg_send(sk, msg, ipc);
    if (err !== 0) return err;
  }
  let saddr = ipc.addr;
  ipc.addr = daddr;
  ipc.opt ??= inet.inet_opt;
  if (ipc.opt !== null) {
    // He who writes the header himself writes the options too.
    if (hdrincl) return -EINVAL;
    if (ipc.opt.srr !== 0) {
      if (daddr === 0) return -EINVAL;
      daddr = ipc.opt.faddr;
    }
  }
  let tos = RT_TOS(ipc.tos !== -1 ? ipc.tos : inet.tos);
  if (sock_flag(sk, SOCK_LOCALROUTE) || (msg.msg_flags & MSG_DONTROUTE) !== 0) tos |= RTO_ONLINK;
  if (ipv4_is_multicast(daddr)) {
    ipc.oif ||= inet.mc_index;
    if (saddr === 0) saddr = inet.mc_addr;
  } else {
    ipc.oif ||= inet.uc_index;
  }
  const protocol = hdrincl ? ipc.protocol : sk.sk_protocol;
  const flow_flags = inet_sk_flowi_flags(sk) | (hdrincl ? FLOWI_FLAG_KNOWN_NH : 0);
  const scope = RT_SCOPE_UNIVERSE;
  flowi4_init_output(
    fl4,
    ipc.oif,
    sk.sk_mark,
    tos,
    scope,
    protocol,
    flow_flags,
    daddr,
    saddr,
    0,
    0,
    sk.sk_uid,
  );
  if (!hdrincl) {
    const err = raw_probe_proto_opt(rfv, fl4);
    if (err !== 0) return err;
  }
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) return rt;
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0 && !sock_flag(sk, SOCK_BROADCAST)) {
    ip_rt_put(rt);
    return -EACCES;
  }
  return rt;
}

function* raw_close(sk: sock, _timeout: jiffies_t): Sleeps<void> {
  sk_common_release(sk);
}

function raw_destroy(sk: sock): void {
  ip_flush_pending_frames(sk);
}

/** bind(): take only packets to this address. 0, -EINVAL (connected), -EADDRNOTAVAIL. */
function raw_bind(sk: sock, addr: sockaddr_in): Errno {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  if (sk.sk_state !== TCP_CLOSE) return -EINVAL;
  const type = inet_addr_type(net, addr.sin_addr);
  const usable = inet_addr_valid_or_nonlocal(net, inet, addr.sin_addr, type);
  if (!usable) return -EADDRNOTAVAIL;
  inet.inet_rcv_saddr = addr.sin_addr;
  inet.inet_saddr = type === RTN_MULTICAST || type === RTN_BROADCAST ? 0 : addr.sin_addr;
  sk_dst_reset(sk);
  return 0;
}

/** Read the next packet, from its IP header on. @linux net/ipv4/raw.c */
export function* raw_recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno> {
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
  if ((flags & MSG_ERRQUEUE) !== 0) return ip_recv_error(sk, msg, len);
  const skb = yield* skb_recv_datagram(sk, flags);
  if (skb === null) return 0;
  if (IS_ERR(skb)) return skb;
  let copied = skb.len;
  if (len < copied) {
    msg.msg_flags |= MSG_TRUNC;
    copied = len;
  }
  const err = skb_copy_datagram_msg(skb, 0, msg, copied);
  if (err === 0) {
    msg.msg_name = { sin_family: AF_INET, sin_port: 0, sin_addr: ip_hdr(skb).saddr };
    if (inet_sk(sk).cmsg_flags !== 0) ip_cmsg_recv(msg, sk, skb);
    if ((flags & MSG_TRUNC) !== 0) copied = skb.len;
  }
  skb_free_datagram(sk, skb);
  return err === 0 ? copied : err;
}

function raw_sk_init(sk: sock): Errno {
  raw_sk(sk).filter = 0;
  return 0;
}

/** setsockopt() on SOL_RAW: ICMP_FILTER, a mask of unwanted types. -EOPNOTSUPP: not an ICMP socket. @linux net/ipv4/raw.c */
function* raw_setsockopt(sk: sock, level: number, optname: number, optval: sockopt_value): Sleeps<Errno> {
  if (level !== SOL_RAW) return yield* ip_setsockopt(sk, level, optname, optval);
  if (optname !== ICMP_FILTER) return -ENOPROTOOPT;
  if (inet_sk(sk).inet_num !== IPPROTO_ICMP) return -EOPNOTSUPP;
  if (typeof optval !== 'number') return -EFAULT;
  raw_sk(sk).filter = optval | 0;
  return 0;
}

function* raw_getsockopt(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno> {
  if (level !== SOL_RAW) return yield* ip_getsockopt(sk, level, optname);
  if (optname !== ICMP_FILTER) return -ENOPROTOOPT;
  return inet_sk(sk).inet_num === IPPROTO_ICMP ? raw_sk(sk).filter >>> 0 : -EOPNOTSUPP;
}

function raw_ioctl(sk: sock, cmd: number, _arg: unknown): number | Errno {
  switch (cmd) {
    case SIOCOUTQ:
      return sk_wmem_alloc_get(sk);
    case SIOCINQ:
      return sk.sk_receive_queue.next === null ? 0 : sk.sk_receive_queue.next.len;
    default:
      return -ENOIOCTLCMD;
  }
}

/** Raw sockets. @linux net/ipv4/raw.c */
export const raw_prot: proto = {
  name: 'RAW',
  close: raw_close,
  destroy: raw_destroy,
  connect: ip4_datagram_connect,
  disconnect: __udp_disconnect,
  ioctl: raw_ioctl,
  init: raw_sk_init,
  setsockopt: raw_setsockopt,
  getsockopt: raw_getsockopt,
  sendmsg: raw_sendmsg,
  recvmsg: raw_recvmsg,
  bind: raw_bind,
  backlog_rcv: raw_rcv_skb,
  release_cb: ip4_datagram_release_cb,
  hash: raw_hash_sk,
  unhash: raw_unhash_sk,
  memory: () => null,
  max_header: 0,
  alloc: (net, prot) => new raw_sock(net, prot),
};

/** @linux net/ipv4/raw.c */
export function raw_init(net: net): void {
  net.ipv4.raw_v4_hashinfo = new raw_hashinfo();
}
