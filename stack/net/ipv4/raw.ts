/**
 * Raw sockets: all packets of an IP protocol, headers included. Delivery to them is in raw_input.ts.
 *
 * @linux net/ipv4/raw.c
 */
import { RTN_BROADCAST, RTN_MULTICAST } from '../../include/net/dst.ts';
import { icmp_err_convert } from '../../include/net/icmp.ts';
import { inet_addr_valid_or_nonlocal, inet_sk } from '../../include/net/inet_sock.ts';
import { ip_hdr, iphdr } from '../../include/net/ip.ts';
import { type net } from '../../include/net/net_namespace.ts';
import { raw_hashinfo, raw_sk, raw_sock } from '../../include/net/raw.ts';
import {
  sk_wmem_alloc_get,
  sock_net,
  sock_set_flag,
  SOCK_RCU_FREE,
  type proto,
  type sock,
} from '../../include/net/sock.ts';
import type { sockopt_value } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { type sk_buff } from '../../include/linux/skbuff.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { type msghdr } from '../../include/linux/uio.ts';
import {
  EADDRNOTAVAIL,
  EFAULT,
  EHOSTUNREACH,
  EINVAL,
  EMSGSIZE,
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
  NR_ICMP_UNREACH,
} from '../../include/uapi/linux/icmp.ts';
import { IP_PMTUDISC_DONT, IPPROTO_ICMP, type sockaddr_in } from '../../include/uapi/linux/in.ts';
import { SIOCINQ, SIOCOUTQ } from '../../include/uapi/linux/sockios.ts';
import { AF_INET, MSG_ERRQUEUE, MSG_OOB, MSG_TRUNC, SOL_RAW } from '../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_ESTABLISHED } from '../../include/uapi/linux/tcp.ts';
import { skb_copy_datagram_msg, skb_free_datagram, skb_recv_datagram } from '../core/datagram.ts';
import { sk_common_release, sock_prot_inuse_add } from '../core/sock/alloc.ts';
import { sk_error_report } from '../core/sock/default_callbacks.ts';
import { sk_dst_reset } from '../core/sock/dst.ts';
import { ip4_datagram_connect, ip4_datagram_release_cb } from './datagram.ts';
import { inet_addr_type } from './fib_frontend.ts';
import { ip_flush_pending_frames } from './ip_output_append.ts';
import { ip_cmsg_recv, ip_getsockopt, ip_icmp_error, ip_recv_error, ip_setsockopt } from './ip_sockglue.ts';
import { raw_rcv_skb, raw_v4_match } from './raw_input.ts';
import { ipv4_sk_redirect, ipv4_sk_update_pmtu } from './route.ts';
import { __udp_disconnect } from './udp/disconnect.ts';

import { raw_sendmsg } from './raw_sendmsg.ts';
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

/** Take a raw socket out of its hash table. @linux net/ipv4/raw.c */
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

/** Set up the hash table of raw sockets. @linux net/ipv4/raw.c */
export function raw_init(net: net): void {
  net.ipv4.raw_v4_hashinfo = new raw_hashinfo();
}
