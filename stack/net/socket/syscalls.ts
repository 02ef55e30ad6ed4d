/**
 * The socket system calls except socket(). Options and buffers are those of include/linux/.
 *
 * @linux net/socket.c
 */
import { fd_install, fdget, fput, get_unused_fd_flags, put_unused_fd } from '../../fs/file.ts';
import type { file } from '../../include/linux/fs.ts';
import type { sockopt_value } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { sock_net } from '../../include/net/sock.ts';
import { SOCKADDR_STORAGE_SIZE, type sockaddr } from '../../include/linux/socket.ts';
import { iov_iter, msghdr } from '../../include/linux/uio.ts';
import {
  EBADF,
  ECONNABORTED,
  EINVAL,
  ENFILE,
  ENOTSOCK,
  type Errno,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  MSG_DONTWAIT,
  O_CLOEXEC,
  O_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from '../../include/uapi/linux/socket.ts';
import { try_module_get } from '../../kernel/module.ts';
import type { Machine } from '../../machine.ts';
import {
  security_socket_accept,
  security_socket_bind,
  security_socket_connect,
  security_socket_listen,
} from '../../security/security.ts';
import { sock_getsockopt, sock_setsockopt } from '../core/sock/sockopt.ts';
import { sock_alloc } from './create.ts';
import {
  fput_light,
  sock_alloc_file,
  sock_from_file,
  sock_recvmsg,
  sock_sendmsg,
  sockfd_lookup_light,
} from './file.ts';

/**
 * Copy an address from the program.
 *
 * @returns 0, or -EINVAL when the length fits no family.
 * @linux net/socket.c
 */
function move_addr_to_kernel(ulen: number): Errno {
  return ulen < 0 || ulen > SOCKADDR_STORAGE_SIZE ? -EINVAL : 0;
}

/**
 * Bind the socket to a local address.
 *
 * @returns 0, -EADDRINUSE, -EADDRNOTAVAIL, -EACCES, -EINVAL, -EBADF …
 * @linux net/socket.c
 */
export function* __sys_bind(machine: Machine, fd: number, umyaddr: sockaddr, addrlen: number): Sleeps<Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  let err = move_addr_to_kernel(addrlen);
  if (err === 0) err = security_socket_bind(machine, sock);
  if (err === 0) err = yield* sock.ops!.bind(sock, umyaddr, addrlen);
  yield* fput_light(machine, sock);
  return err;
}

/** Make the socket accept connections. The backlog is limited to net.core.somaxconn. @linux net/socket.c */
export function* __sys_listen(machine: Machine, fd: number, backlog: number): Sleeps<Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const somaxconn = sock_net(sock.sk!).core.sysctl_somaxconn;
  // The backlog is compared as unsigned, so a negative value is huge.
  if (backlog >>> 0 > somaxconn) backlog = somaxconn;
  let err = security_socket_listen(machine, sock, backlog);
  if (err === 0) err = yield* sock.ops!.listen(sock, backlog);
  yield* fput_light(machine, sock);
  return err;
}

/** Result of accept(): the new descriptor and the remote address. */
export interface accept_result {
  fd: number;
  addr: sockaddr;
}

/** Take an established connection from the listener's accept queue. @linux net/socket.c */
export function* __sys_accept4(machine: Machine, fd: number, flags: number): Sleeps<accept_result | Errno> {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  const result = yield* __sys_accept4_file(machine, opened, flags);
  yield* fput(machine, opened);
  return result;
}
function* __sys_accept4_file(machine: Machine, opened: file, flags: number): Sleeps<accept_result | Errno> {
  if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0) return -EINVAL;
  const { current } = machine;
  const newfd = get_unused_fd_flags(current, flags & O_CLOEXEC);
  if (newfd < 0) return newfd;
  const accepted = yield* do_accept(machine, opened, flags);
  if (IS_ERR(accepted)) {
    put_unused_fd(current, newfd);
    return accepted;
  }
  fd_install(current, newfd, accepted.newfile);
  return { fd: newfd, addr: accepted.addr };
}
/**
 * Create a file for the next connection and accept it. Returns the errors of the protocol's accept(), or
 * -ENFILE.
 *
 * @linux net/socket.c
 */
export function* do_accept(
  machine: Machine,
  opened: file,
  flags: number,
): Sleeps<{ newfile: file; addr: sockaddr } | Errno> {
  const sock = sock_from_file(opened);
  if (sock === null) return -ENOTSOCK;
  const newsock = sock_alloc(machine);
  if (newsock === null) return -ENFILE;
  newsock.type = sock.type;
  newsock.ops = sock.ops;
  // The listener holds its module, so this cannot fail.
  try_module_get(newsock.ops!.owner);
  const newfile = yield* sock_alloc_file(machine, newsock, flags & O_NONBLOCK);
  if (IS_ERR(newfile)) return newfile;
  let err = security_socket_accept(machine, sock, newsock);
  if (err === 0) err = yield* sock.ops!.accept(sock, newsock, opened.f_flags & O_NONBLOCK, false);
  if (err < 0) {
    yield* fput(machine, newfile);
    return err;
  }
  const addr = newsock.ops!.getname(newsock, 2);
  if (IS_ERR(addr)) {
    yield* fput(machine, newfile);
    return -ECONNABORTED;
  }
  return { newfile, addr };
}

/** Connect to an address; a blocking socket waits for the result. @linux net/socket.c */
export function* __sys_connect(
  machine: Machine,
  fd: number,
  uservaddr: sockaddr,
  addrlen: number,
): Sleeps<Errno> {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  let err = move_addr_to_kernel(addrlen);
  if (err === 0) err = yield* __sys_connect_file(machine, opened, uservaddr, addrlen);
  yield* fput(machine, opened);
  return err;
}
/** Check with the security module, then let the protocol connect. @linux net/socket.c */
export function* __sys_connect_file(
  machine: Machine,
  opened: file,
  address: sockaddr,
  addrlen: number,
): Sleeps<Errno> {
  const sock = sock_from_file(opened);
  if (sock === null) return -ENOTSOCK;
  const err = security_socket_connect(machine, sock);
  if (err !== 0) return err;
  return yield* sock.ops!.connect(sock, address, addrlen, opened.f_flags & O_NONBLOCK);
}

/** The local (peer 0) or the remote address. @linux net/socket.c */
export function* __sys_getname(machine: Machine, fd: number, peer: 0 | 1): Sleeps<sockaddr | Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const addr = sock.ops!.getname(sock, peer);
  yield* fput_light(machine, sock);
  return addr;
}

/** Send data, to an address if one is given. @returns bytes sent. @linux net/socket.c */
export function* __sys_sendto(
  machine: Machine,
  fd: number,
  buffer: Uint8Array,
  flags: number,
  addr: sockaddr | null,
  addr_len: number,
): Sleeps<number | Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const msg = new msghdr(new iov_iter(buffer), flags);
  if (addr !== null) {
    const err = move_addr_to_kernel(addr_len);
    if (err !== 0) {
      yield* fput_light(machine, sock);
      return err;
    }
    msg.msg_name = addr;
    msg.msg_namelen = addr_len;
  }
  if ((sock.file!.f_flags & O_NONBLOCK) !== 0) msg.msg_flags |= MSG_DONTWAIT;
  const sent = yield* sock_sendmsg(machine, sock, msg);
  yield* fput_light(machine, sock);
  return sent;
}

/** Receive into a buffer. `msg.msg_name` is the sender, if the protocol provides it. @linux net/socket.c */
export function* __sys_recvfrom(
  machine: Machine,
  fd: number,
  msg: msghdr,
  flags: number,
): Sleeps<number | Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  if ((sock.file!.f_flags & O_NONBLOCK) !== 0) flags |= MSG_DONTWAIT;
  const received = yield* sock_recvmsg(machine, sock, msg, flags);
  yield* fput_light(machine, sock);
  return received;
}

/** Send with control messages. @linux net/socket.c */
export function* __sys_sendmsg(machine: Machine, fd: number, msg: msghdr): Sleeps<number | Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  if ((sock.file!.f_flags & O_NONBLOCK) !== 0) msg.msg_flags |= MSG_DONTWAIT;
  const sent = yield* sock_sendmsg(machine, sock, msg);
  yield* fput_light(machine, sock);
  return sent;
}

/** Shut down one direction or both. @linux net/socket.c */
export function* __sys_shutdown(machine: Machine, fd: number, how: number): Sleeps<Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const err = yield* sock.ops!.shutdown(sock, how);
  yield* fput_light(machine, sock);
  return err;
}

/**
 * Set an option of the socket level or of the protocol. Returns -EBADF, -ENOTSOCK, -ENOPROTOOPT, -EINVAL and
 * others.
 *
 * @linux net/socket.c
 */
export function* __sys_setsockopt(
  machine: Machine,
  fd: number,
  level: number,
  optname: number,
  optval: sockopt_value,
): Sleeps<Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const err =
    level === SOL_SOCKET
      ? yield* sock_setsockopt(sock, optname, optval)
      : yield* sock.ops!.setsockopt(sock, level, optname, optval);
  yield* fput_light(machine, sock);
  return err;
}
/**
 * Read an option of the socket level or of the protocol. Returns -EBADF, -ENOTSOCK, -ENOPROTOOPT on error.
 *
 * @linux net/socket.c
 */
export function* __sys_getsockopt(
  machine: Machine,
  fd: number,
  level: number,
  optname: number,
): Sleeps<sockopt_value | Errno> {
  const sock = sockfd_lookup_light(machine, fd);
  if (IS_ERR(sock)) return sock;
  const value =
    level === SOL_SOCKET ? sock_getsockopt(sock, optname) : yield* sock.ops!.getsockopt(sock, level, optname);
  yield* fput_light(machine, sock);
  return value;
}
