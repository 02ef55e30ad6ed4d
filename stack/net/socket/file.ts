/** A socket as a file: read(), write(), poll() and close() on its descriptor. @linux net/socket.c */
import { alloc_file, fd_install, fdget, fput, get_unused_fd_flags, put_unused_fd } from '../../fs/file.ts';
import type { file, file_operations } from '../../include/linux/fs.ts';
import type { socket } from '../../include/linux/net.ts';
import type { poll_table } from '../../include/linux/poll.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { iov_iter, msghdr } from '../../include/linux/uio.ts';
import { EBADF, ENOTSOCK, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../../include/uapi/asm-generic/fcntl.ts';
import { MSG_DONTWAIT, O_NONBLOCK } from '../../include/uapi/linux/socket.ts';
import type { Machine } from '../../machine.ts';
import { security_socket_recvmsg, security_socket_sendmsg } from '../../security/security.ts';
import { __sock_release, sock_release } from './create.ts';

/** The operations of a socket's file. @linux net/socket.c */
export const socket_file_ops: file_operations = {
  name: 'socket',
  read: sock_read_iter,
  write: sock_write_iter,
  poll: sock_poll,
  ioctl: sock_ioctl,
  release: sock_close,
};

/**
 * Allocate a descriptor for a socket.
 *
 * @returns the descriptor; on -EMFILE or -ENFILE the socket is released.
 * @linux net/socket.c
 */
export function* sock_map_fd(machine: Machine, sock: socket, flags: number): Sleeps<number | Errno> {
  const { current } = machine;
  const fd = get_unused_fd_flags(current, flags);
  if (fd < 0) {
    yield* sock_release(machine, sock);
    return fd;
  }
  const newfile = yield* sock_alloc_file(machine, sock, flags);
  if (!IS_ERR(newfile)) {
    fd_install(current, fd, newfile);
    return fd;
  }
  put_unused_fd(current, fd);
  return newfile;
}

/** Allocate a file for a socket. @returns the file; on -ENFILE the socket is released. @linux net/socket.c */
export function* sock_alloc_file(machine: Machine, sock: socket, flags: number): Sleeps<file | Errno> {
  const opened = alloc_file(machine, socket_file_ops, O_RDWR | (flags & O_NONBLOCK), sock);
  if (IS_ERR(opened)) {
    yield* sock_release(machine, sock);
    return opened;
  }
  sock.file = opened;
  return opened;
}

/** The socket behind a file. @linux net/socket.c */
export function sock_from_file(opened: file): socket | null {
  return opened.f_op === socket_file_ops ? (opened.private_data as socket) : null;
}
/**
 * Look up the socket behind a descriptor and take a reference to its file, which fput_light() drops.
 *
 * @returns the socket, or -EBADF, -ENOTSOCK
 * @linux net/socket.c
 */
export function sockfd_lookup_light(machine: Machine, fd: number): socket | Errno {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  const sock = sock_from_file(opened);
  if (sock !== null) return sock;
  // The descriptor holds another reference, so this is not the last.
  opened.f_count--;
  return -ENOTSOCK;
}
/** Drop the reference that sockfd_lookup_light() took. @linux include/linux/file.h */
export function fput_light(machine: Machine, sock: socket): Sleeps<void> {
  return fput(machine, sock.file!);
}

/** Pass a message to the protocol. @returns bytes sent, or a negative errno. @linux net/socket.c */
export function* sock_sendmsg(machine: Machine, sock: socket, msg: msghdr): Sleeps<number | Errno> {
  const err = security_socket_sendmsg(machine, sock, msg.msg_iter.count);
  return err !== 0 ? err : yield* sock.ops!.sendmsg(sock, msg, msg.msg_iter.count);
}
/** Receive a message from the protocol. @returns bytes received, or a negative errno. @linux net/socket.c */
export function* sock_recvmsg(
  machine: Machine,
  sock: socket,
  msg: msghdr,
  flags: number,
): Sleeps<number | Errno> {
  const err = security_socket_recvmsg(machine, sock, msg.msg_iter.count);
  return err !== 0 ? err : yield* sock.ops!.recvmsg(sock, msg, msg.msg_iter.count, flags);
}

/** read(). @linux net/socket.c */
function* sock_read_iter(file: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const sock = file.private_data as socket;
  const msg = new msghdr(new iov_iter(buffer), (file.f_flags & O_NONBLOCK) !== 0 ? MSG_DONTWAIT : 0);
  if (buffer.length === 0) return 0;
  return yield* sock_recvmsg(sock.machine, sock, msg, msg.msg_flags);
}
/** write(). @linux net/socket.c */
function* sock_write_iter(file: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const sock = file.private_data as socket;
  const msg = new msghdr(new iov_iter(buffer), (file.f_flags & O_NONBLOCK) !== 0 ? MSG_DONTWAIT : 0);
  return yield* sock_sendmsg(sock.machine, sock, msg);
}
/** poll(): return the pending events and add the poller to the socket's wait queue. @linux net/socket.c */
function sock_poll(file: file, wait: poll_table | null): number {
  const sock = file.private_data as socket;
  return sock.ops === null ? 0 : sock.ops.poll(file, sock, wait);
}
/** The last close(). @linux net/socket.c */
function* sock_close(file: file): Sleeps<void> {
  const sock = file.private_data as socket;
  yield* __sock_release(sock.machine, sock);
}

/** @returns the command's result, or -ENOTTY. @linux net/socket.c */
function* sock_ioctl(file: file, cmd: number, arg: unknown): Sleeps<number | Errno> {
  const sock = file.private_data as socket;
  return yield* sock.ops!.ioctl(sock, cmd, arg);
}
