/** connect() of datagram sockets: it sets the peer. @linux net/ipv4/datagram.c */
import type { Sleeps } from '../../include/linux/sched.ts';
import { as_sockaddr_in, type sockaddr } from '../../include/linux/socket.ts';
import { dst_check } from '../../include/net/dst.ts';
import { flowi4 } from '../../include/net/flow.ts';
import { inet_cork_full, inet_sk } from '../../include/net/inet_sock.ts';
import { IP_INC_STATS } from '../../include/net/net_namespace.ts';
import { ip_rt_put, RT_CONN_FLAGS, RTCF_BROADCAST } from '../../include/net/route.ts';
import {
  type sock,
  SOCK_BINDADDR_LOCK,
  SOCK_BINDPORT_LOCK,
  SOCK_BROADCAST,
  sock_flag,
  sock_net,
} from '../../include/net/sock.ts';
import {
  EACCES,
  EAFNOSUPPORT,
  EINVAL,
  ENETUNREACH,
  type Errno,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import { ipv4_is_multicast, SOCKADDR_IN_SIZE } from '../../include/uapi/linux/in.ts';
import { IPSTATS_MIB_OUTNOROUTES } from '../../include/uapi/linux/snmp.ts';
import { AF_INET } from '../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_ESTABLISHED } from '../../include/uapi/linux/tcp.ts';
import { get_random_u32 } from '../../lib/random.ts';
import { sk_dst_reset, sk_dst_set, sk_set_txhash } from '../core/sock/dst.ts';
import { lock_sock, release_sock } from '../core/sock/lock.ts';
import { ip_route_connect, ip_route_output_ports } from './route/output.ts';

/**
 * Set the default destination, and receive only from it.
 *
 * @returns 0, -EINVAL (address too short), -EAFNOSUPPORT, -ENETUNREACH, -EACCES (a broadcast without
 *   SO_BROADCAST)
 * @linux net/ipv4/datagram.c
 */
export function __ip4_datagram_connect(sk: sock, uaddr: sockaddr, addr_len: number): Errno {
  const usin = as_sockaddr_in(uaddr);
  const inet = inet_sk(sk);
  if (addr_len < SOCKADDR_IN_SIZE) return -EINVAL;
  if (usin.sin_family !== AF_INET) return -EAFNOSUPPORT;
  sk_dst_reset(sk);

  let oif = sk.sk_bound_dev_if;
  let saddr = inet.inet_saddr;
  if (ipv4_is_multicast(usin.sin_addr)) {
    oif ||= inet.mc_index;
    if (saddr === 0) saddr = inet.mc_addr;
  } else {
    oif ||= inet.uc_index;
  }
  // The fields keep their values when no route is found: see inet_cork_full.
  const { fl4 } = (inet.cork ??= new inet_cork_full());
  const { sk_protocol, inet_sport } = inet;
  const rt = ip_route_connect(fl4, usin.sin_addr, saddr, oif, sk_protocol, inet_sport, usin.sin_port, sk);
  if (IS_ERR(rt)) {
    if (rt === -ENETUNREACH) IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTNOROUTES);
    return rt;
  }
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0 && !sock_flag(sk, SOCK_BROADCAST)) {
    ip_rt_put(rt);
    return -EACCES;
  }
  if (inet.inet_saddr === 0) inet.inet_saddr = fl4.saddr;
  if (inet.inet_rcv_saddr === 0) {
    inet.inet_rcv_saddr = fl4.saddr;
    sk.sk_prot.rehash?.(sk);
  }
  inet.inet_daddr = fl4.daddr;
  inet.inet_dport = usin.sin_port;
  sk.sk_state = TCP_ESTABLISHED;
  sk_set_txhash(sk);
  inet.inet_id = get_random_u32(sock_net(sk).machine) & 0xffff;
  sk_dst_set(sk, rt);
  return 0;
}

/** Set a datagram socket's peer, under the socket lock. @linux net/ipv4/datagram.c */
export function* ip4_datagram_connect(sk: sock, uaddr: sockaddr, addr_len: number): Sleeps<Errno> {
  yield* lock_sock(sk);
  const err = __ip4_datagram_connect(sk, uaddr, addr_len);
  release_sock(sk);
  return err;
}

/** The route became stale while a process owned the socket: look up a new one. @linux net/ipv4/datagram.c */
export function ip4_datagram_release_cb(sk: sock): void {
  const inet = inet_sk(sk);
  const dst = sk.sk_dst_cache;
  if (dst === null || dst.obsolete === 0 || dst_check(dst, 0) !== null) return;
  const opt = inet.inet_opt;
  const daddr = opt !== null && opt.srr !== 0 ? opt.faddr : inet.inet_daddr;
  const { inet_saddr, inet_dport, inet_sport, sk_protocol } = inet;
  const tos = RT_CONN_FLAGS(sk);
  const oif = sk.sk_bound_dev_if;
  const fl4 = new flowi4();
  const rt = ip_route_output_ports(
    sock_net(sk),
    fl4,
    sk,
    daddr,
    inet_saddr,
    inet_dport,
    inet_sport,
    sk_protocol,
    tos,
    oif,
  );
  sk_dst_set(sk, IS_ERR(rt) ? null : rt);
}

/**
 * Clear the peer; also the local address and port, unless the user bound them.
 *
 * @returns 0
 * @linux net/ipv4/udp.c, here because raw and ping sockets use it too
 */
export function __udp_disconnect(sk: sock, _flags: number): Errno {
  const inet = inet_sk(sk);
  sk.sk_state = TCP_CLOSE;
  inet.inet_daddr = 0;
  inet.inet_dport = 0;
  sk.sk_bound_dev_if = 0;
  if ((sk.sk_userlocks & SOCK_BINDADDR_LOCK) === 0) {
    inet.inet_rcv_saddr = 0;
    inet.inet_saddr = 0;
    if ((sk.sk_userlocks & SOCK_BINDPORT_LOCK) !== 0) sk.sk_prot.rehash?.(sk);
  }
  if ((sk.sk_userlocks & SOCK_BINDPORT_LOCK) === 0) {
    sk.sk_prot.unhash?.(sk);
    inet.inet_sport = 0;
  }
  sk_dst_reset(sk);
  return 0;
}
