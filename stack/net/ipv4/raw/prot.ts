/** Raw sockets: they receive all packets of an IP protocol, including headers. @linux net/ipv4/raw.c */
import type { sockopt_value } from '../../../include/linux/net.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { as_sockaddr_in, type sockaddr } from '../../../include/linux/socket.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { inet_addr_valid_or_nonlocal, inet_sk } from '../../../include/net/inet_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { raw_hashinfo, raw_sk, raw_sock } from '../../../include/net/raw.ts';
import {
  type proto,
  sk_wmem_alloc_get,
  type sock,
  sock_net,
  SOCK_RCU_FREE,
  sock_set_flag,
} from '../../../include/net/sock.ts';
import {
  EADDRNOTAVAIL,
  EFAULT,
  EINVAL,
  ENOIOCTLCMD,
  ENOPROTOOPT,
  EOPNOTSUPP,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { ICMP_FILTER } from '../../../include/uapi/linux/icmp.ts';
import { IPPROTO_ICMP, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { RTN_BROADCAST, RTN_MULTICAST } from '../../../include/uapi/linux/rtnetlink.ts';
import { SOL_RAW } from '../../../include/uapi/linux/socket.ts';
import { SIOCINQ, SIOCOUTQ } from '../../../include/uapi/linux/sockios.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { sk_common_release, sock_prot_inuse_add } from '../../core/sock/alloc.ts';
import { sk_dst_reset } from '../../core/sock/dst.ts';
import { __udp_disconnect, ip4_datagram_connect, ip4_datagram_release_cb } from '../datagram.ts';
import { inet_addr_type } from '../fib_frontend.ts';
import { ip_flush_pending_frames } from '../ip_output/append.ts';
import { ip_getsockopt, ip_setsockopt } from '../ip_sockglue.ts';
import { raw_rcv_skb, raw_recvmsg } from './rcv.ts';
import { raw_sendmsg } from './sendmsg.ts';

/** Hash a socket by its protocol. 0. @linux net/ipv4/raw.c */
export function raw_hash_sk(sk: sock): Errno {
  const { ht } = sock_net(sk).ipv4.raw_v4_hashinfo;
  const protocol = inet_sk(sk).inet_num & 0xff;
  (ht[protocol] ??= []).unshift(sk);
  sk.skc_hashed = true;
  sock_set_flag(sk, SOCK_RCU_FREE);
  sock_prot_inuse_add(sock_net(sk), sk.sk_prot, 1);
  return 0;
}

/** Remove a raw socket from its hash table. @linux net/ipv4/raw.c */
export function raw_unhash_sk(sk: sock): void {
  if (!sk.skc_hashed) return;
  const chain = sock_net(sk).ipv4.raw_v4_hashinfo.ht[inet_sk(sk).inet_num & 0xff] ?? [];
  const at = chain.indexOf(sk);
  if (at >= 0) chain.splice(at, 1);
  sk.skc_hashed = false;
  sock_prot_inuse_add(sock_net(sk), sk.sk_prot, -1);
}

function* raw_close(sk: sock, _timeout: jiffies_t): Sleeps<void> {
  sk_common_release(sk);
}

function raw_destroy(sk: sock): void {
  ip_flush_pending_frames(sk);
}

/**
 * bind(): receive only packets to this address. 0, -EINVAL (connected, or address too short), -EADDRNOTAVAIL.
 *
 * @linux net/ipv4/raw.c
 */
function raw_bind(sk: sock, uaddr: sockaddr, addr_len: number): Errno {
  const addr = as_sockaddr_in(uaddr);
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  if (sk.sk_state !== TCP_CLOSE || addr_len < SOCKADDR_IN_SIZE) return -EINVAL;
  const type = inet_addr_type(net, addr.sin_addr);
  const usable = inet_addr_valid_or_nonlocal(net, inet, addr.sin_addr, type);
  if (!usable) return -EADDRNOTAVAIL;
  inet.inet_rcv_saddr = addr.sin_addr;
  inet.inet_saddr = type === RTN_MULTICAST || type === RTN_BROADCAST ? 0 : addr.sin_addr;
  sk_dst_reset(sk);
  return 0;
}

function raw_sk_init(sk: sock): Errno {
  raw_sk(sk).filter = 0;
  return 0;
}

/**
 * setsockopt() on SOL_RAW: ICMP_FILTER, a mask of rejected types. -EOPNOTSUPP: not an ICMP socket.
 *
 * @linux net/ipv4/raw.c
 */
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

/** Initialize the hash table of raw sockets. @linux net/ipv4/raw.c */
export function raw_init(net: net): void {
  net.ipv4.raw_v4_hashinfo = new raw_hashinfo();
}
