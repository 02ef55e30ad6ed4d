/**
 * Operations common to all sockets of the Internet family: bind, names, shutdown, release, messages.
 *
 * @linux net/ipv4/af_inet.c
 */
import {
  type socket,
  SS_CONNECTED,
  SS_CONNECTING,
  SS_DISCONNECTING,
  SS_UNCONNECTED,
} from '../../../include/linux/net.ts';
import { CAP_NET_BIND_SERVICE, type Sleeps } from '../../../include/linux/sched.ts';
import { as_sockaddr_in, sa_family, SA_FAMILY_SIZE, type sockaddr } from '../../../include/linux/socket.ts';
import type { msghdr } from '../../../include/linux/uio.ts';
import { inet_addr_valid_or_nonlocal, inet_sk, type inet_sock } from '../../../include/net/inet_sock.ts';
import {
  RCV_SHUTDOWN,
  SHUTDOWN_MASK,
  type sock,
  SOCK_BINDADDR_LOCK,
  SOCK_BINDPORT_LOCK,
  sock_flag,
  SOCK_LINGER,
  sock_net,
} from '../../../include/net/sock.ts';
import {
  EACCES,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EAGAIN,
  EINVAL,
  ENOIOCTLCMD,
  ENOTCONN,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { INADDR_ANY, sockaddr_in, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { RTN_BROADCAST, RTN_MULTICAST } from '../../../include/uapi/linux/rtnetlink.ts';
import { AF_INET, AF_UNSPEC, O_NONBLOCK } from '../../../include/uapi/linux/socket.ts';
import {
  TCP_CLOSE,
  TCP_LISTEN,
  TCP_SYN_SENT,
  TCPF_CLOSE,
  TCPF_SYN_RECV,
  TCPF_SYN_SENT,
} from '../../../include/uapi/linux/tcp.ts';
import { ns_capable } from '../../../kernel/capability.ts';
import { sk_dst_reset } from '../../core/sock/dst.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import { inet_addr_type } from '../fib_frontend.ts';

/**
 * Bind the socket to a local address. Returns the errors of the protocol's bind() or of __inet_bind(), or
 * -EINVAL when the address is too short.
 *
 * @linux net/ipv4/af_inet.c
 */
export function* inet_bind(sock: socket, uaddr: sockaddr, addr_len: number): Sleeps<Errno> {
  const sk = sock.sk!;
  // A protocol may have its own bind operation (raw sockets do).
  if (sk.sk_prot.bind !== undefined) return sk.sk_prot.bind(sk, uaddr, addr_len);
  if (addr_len < SOCKADDR_IN_SIZE) return -EINVAL;
  return yield* __inet_bind(sk, uaddr);
}

/**
 * @returns 0, -EAFNOSUPPORT, -EADDRNOTAVAIL (not an address of this machine), -EACCES (port below
 *   net.ipv4.ip_unprivileged_port_start), -EINVAL (bound already), -EADDRINUSE
 * @linux net/ipv4/af_inet.c
 */
export function* __inet_bind(sk: sock, uaddr: sockaddr): Sleeps<Errno> {
  const addr = as_sockaddr_in(uaddr);
  const inet = inet_sk(sk);
  const net = sock_net(sk);

  // Old programs leave the family unset when they pass no address.
  if (addr.sin_family !== AF_INET && (addr.sin_family !== AF_UNSPEC || addr.sin_addr !== INADDR_ANY)) {
    return -EAFNOSUPPORT;
  }
  const chk_addr_ret = inet_addr_type(net, addr.sin_addr);
  if (!inet_addr_valid_or_nonlocal(net, inet, addr.sin_addr, chk_addr_ret)) return -EADDRNOTAVAIL;

  const snum = addr.sin_port;
  if (
    snum !== 0 &&
    snum < net.ipv4.sysctl_ip_prot_sock &&
    !ns_capable(net.machine.current, CAP_NET_BIND_SERVICE)
  ) {
    return -EACCES;
  }

  yield* lock_sock(sk);
  const err = bind_owned(sk, inet, addr, snum, chk_addr_ret);
  release_sock(sk);
  return err;
}

function bind_owned(sk: sock, inet: inet_sock, addr: sockaddr_in, snum: number, chk_addr_ret: number): Errno {
  // The socket is in use or already bound.
  if (sk.sk_state !== TCP_CLOSE || inet.inet_num !== 0) return -EINVAL;

  inet.inet_rcv_saddr = inet.inet_saddr = addr.sin_addr;
  // A socket can receive on these addresses but not send from them: it sends from the device's address.
  if (chk_addr_ret === RTN_MULTICAST || chk_addr_ret === RTN_BROADCAST) inet.inet_saddr = 0;

  if (snum !== 0 || !inet.bind_address_no_port) {
    const err = sk.sk_prot.get_port!(sk, snum);
    if (err !== 0) {
      inet.inet_saddr = inet.inet_rcv_saddr = 0;
      return err;
    }
  }
  if (inet.inet_rcv_saddr !== 0) sk.sk_userlocks |= SOCK_BINDADDR_LOCK;
  if (snum !== 0) sk.sk_userlocks |= SOCK_BINDPORT_LOCK;
  inet.inet_sport = inet.inet_num;
  inet.inet_daddr = 0;
  inet.inet_dport = 0;
  sk_dst_reset(sk);
  return 0;
}

/** Choose a port for a socket that has none. @returns 0 or -EAGAIN. @linux net/ipv4/af_inet.c */
export function* inet_autobind(sk: sock): Sleeps<Errno> {
  const inet = inet_sk(sk);
  yield* lock_sock(sk);
  let err = 0;
  if (inet.inet_num === 0) {
    if (sk.sk_prot.get_port!(sk, 0) !== 0) err = -EAGAIN;
    else inet.inet_sport = inet.inet_num;
  }
  release_sock(sk);
  return err;
}

/** connect() of a datagram socket: set the default destination. @linux net/ipv4/af_inet.c */
export function* inet_dgram_connect(
  sock: socket,
  uaddr: sockaddr,
  addr_len: number,
  flags: number,
): Sleeps<Errno> {
  const sk = sock.sk!;
  const prot = sk.sk_prot;
  if (addr_len < SA_FAMILY_SIZE) return -EINVAL;
  if (sa_family(uaddr) === AF_UNSPEC) return prot.disconnect(sk, flags, 'disconnect');
  if (inet_sk(sk).inet_num === 0 && (yield* inet_autobind(sk)) !== 0) return -EAGAIN;
  return yield* prot.connect!(sk, uaddr, addr_len);
}

/**
 * The local (peer 0) or remote address; 2: the remote one even after the connection has ended.
 *
 * @returns the address or -ENOTCONN.
 * @linux net/ipv4/af_inet.c
 */
export function inet_getname(sock: socket, peer: 0 | 1 | 2): sockaddr | Errno {
  const sk = sock.sk!;
  const inet = inet_sk(sk);
  if (peer !== 0) {
    const unconnected = ((1 << sk.sk_state) & (TCPF_CLOSE | TCPF_SYN_SENT)) !== 0;
    if (inet.inet_dport === 0 || (unconnected && peer === 1)) return -ENOTCONN;
    return new sockaddr_in(AF_INET, inet.inet_dport, inet.inet_daddr);
  }
  return new sockaddr_in(AF_INET, inet.inet_sport, inet.inet_rcv_saddr || inet.inet_saddr);
}

/** Bind to a port before the first send. @linux net/ipv4/af_inet.c */
export function* inet_send_prepare(sk: sock): Sleeps<Errno> {
  if (inet_sk(sk).inet_num !== 0 || sk.sk_prot.no_autobind === true) return 0;
  return (yield* inet_autobind(sk)) !== 0 ? -EAGAIN : 0;
}
/** @returns bytes sent, or a negative errno. @linux net/ipv4/af_inet.c */
export function* inet_sendmsg(sock: socket, msg: msghdr, size: number): Sleeps<number | Errno> {
  const sk = sock.sk!;
  if (inet_sk(sk).inet_num === 0 && (yield* inet_send_prepare(sk)) !== 0) return -EAGAIN;
  return yield* sk.sk_prot.sendmsg(sk, msg, size);
}
/** @returns bytes received, or a negative errno. @linux net/ipv4/af_inet.c */
export function* inet_recvmsg(
  sock: socket,
  msg: msghdr,
  size: number,
  flags: number,
): Sleeps<number | Errno> {
  const sk = sock.sk!;
  return yield* sk.sk_prot.recvmsg(sk, msg, size, flags);
}

/**
 * Shut down one direction or both.
 *
 * @param how SHUT_RD, SHUT_WR, SHUT_RDWR
 * @returns 0, -EINVAL, -ENOTCONN.
 * @linux net/ipv4/af_inet.c
 */
export function* inet_shutdown(sock: socket, how: number): Sleeps<Errno> {
  const sk = sock.sk!;
  // Convert SHUT_… to a mask: RCV_SHUTDOWN, SEND_SHUTDOWN or both.
  how++;
  if ((how & ~SHUTDOWN_MASK) !== 0 || how === 0) return -EINVAL;

  yield* lock_sock(sk);
  if (sock.state === SS_CONNECTING) {
    if (((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_CLOSE)) !== 0)
      sock.state = SS_DISCONNECTING;
    else sock.state = SS_CONNECTED;
  }
  let err = 0;
  switch (sk.sk_state) {
    case TCP_LISTEN:
    case TCP_SYN_SENT:
      if (sk.sk_state === TCP_LISTEN && (how & RCV_SHUTDOWN) === 0) break;
      err = sk.sk_prot.disconnect(sk, O_NONBLOCK, 'shutdown_unconnected');
      sock.state = err !== 0 ? SS_DISCONNECTING : SS_UNCONNECTED;
      break;
    default:
      // poll() reports POLLHUP even on an unconnected socket.
      if (sk.sk_state === TCP_CLOSE) err = -ENOTCONN;
      sk.sk_shutdown |= how;
      sk.sk_prot.shutdown?.(sk, how);
  }
  // Wake the pollers.
  sk.sk_state_change(sk);
  release_sock(sk);
  return err;
}

/** The last close() of a socket. @linux net/ipv4/af_inet.c */
export function* inet_release(sock: socket): Sleeps<number> {
  const { sk } = sock;
  if (sk !== null) {
    // Linger only if the user asked for it, and not while the process exits.
    const timeout = sock_flag(sk, SOCK_LINGER) && !sock_net(sk).machine.current.exited ? sk.sk_lingertime : 0;
    yield* sk.sk_prot.close(sk, timeout);
    sock.sk = null;
  }
  return 0;
}

/**
 * Pass the ioctl to the protocol, which handles requests about its queues. Returns -ENOIOCTLCMD for a request
 * that the protocol does not support.
 *
 * @linux net/ipv4/af_inet.c
 */
export function* inet_ioctl(sock: socket, cmd: number, arg: unknown): Sleeps<number | Errno> {
  const sk = sock.sk!;
  return sk.sk_prot.ioctl?.(sk, cmd, arg) ?? -ENOIOCTLCMD;
}
