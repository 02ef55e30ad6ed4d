/**
 * The security hooks of sockets. No module is loaded at boot; a scenario can install one that rejects
 * operations.
 *
 * @linux security/security.c
 */
import type { Machine } from '../machine.ts';
import type { socket } from '../include/linux/net.ts';
import type { net } from '../include/net/net_namespace.ts';
import type { sock } from '../include/net/sock.ts';
import type { Errno } from '../include/uapi/asm-generic/errno.ts';

/**
 * The operations that a security module can reject: each hook returns 0 or a negative errno.
 *
 * @linux include/linux/lsm_hooks.h
 */
export interface security_hooks {
  socket_create?(family: number, type: number, protocol: number, kern: boolean): Errno;
  socket_post_create?(sock: socket, family: number, type: number, protocol: number, kern: boolean): Errno;
  socket_bind?(sock: socket): Errno;
  socket_connect?(sock: socket): Errno;
  socket_listen?(sock: socket, backlog: number): Errno;
  socket_accept?(sock: socket, newsock: socket): Errno;
  socket_sendmsg?(sock: socket, size: number): Errno;
  socket_recvmsg?(sock: socket, size: number): Errno;
}

export function security_socket_create(
  machine: Machine,
  family: number,
  type: number,
  protocol: number,
  kern: boolean,
): Errno {
  return machine.security.socket_create?.(family, type, protocol, kern) ?? 0;
}
export function security_socket_post_create(
  machine: Machine,
  sock: socket,
  family: number,
  type: number,
  protocol: number,
  kern: boolean,
): Errno {
  return machine.security.socket_post_create?.(sock, family, type, protocol, kern) ?? 0;
}
export function security_socket_bind(machine: Machine, sock: socket): Errno {
  return machine.security.socket_bind?.(sock) ?? 0;
}
export function security_socket_connect(machine: Machine, sock: socket): Errno {
  return machine.security.socket_connect?.(sock) ?? 0;
}
export function security_socket_listen(machine: Machine, sock: socket, backlog: number): Errno {
  return machine.security.socket_listen?.(sock, backlog) ?? 0;
}
export function security_socket_accept(machine: Machine, sock: socket, newsock: socket): Errno {
  return machine.security.socket_accept?.(sock, newsock) ?? 0;
}
export function security_socket_sendmsg(machine: Machine, sock: socket, size: number): Errno {
  return machine.security.socket_sendmsg?.(sock, size) ?? 0;
}
export function security_socket_recvmsg(machine: Machine, sock: socket, size: number): Errno {
  return machine.security.socket_recvmsg?.(sock, size) ?? 0;
}
export function security_sk_alloc(_net: net, _family: number): Errno {
  return 0;
}
export function security_sk_free(_sk: sock): void {}
