/**
 * socket(): from the system call to the family's create function; creating and releasing the BSD socket.
 * @linux net/socket.c
 */
import { type net_proto_family, socket } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import type { net } from '../../include/net/net_namespace.ts';
import {
  EAFNOSUPPORT,
  EEXIST,
  EINVAL,
  ENFILE,
  ENOBUFS,
  type Errno,
  IS_ERR,
  PTR_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  NPROTO,
  O_CLOEXEC,
  O_NONBLOCK,
  PF_INET,
  PF_PACKET,
  SOCK_CLOEXEC,
  SOCK_MAX,
  SOCK_NONBLOCK,
  SOCK_PACKET,
  SOCK_TYPE_MASK,
} from '../../include/uapi/linux/socket.ts';
import { module_put, request_module, try_module_get } from '../../kernel/module.ts';
import { net_warn_ratelimited, pr_info, pr_info_once } from '../../kernel/printk.ts';
import type { Machine } from '../../machine.ts';
import { security_socket_create, security_socket_post_create } from '../../security/security.ts';
import { sock_map_fd } from './file.ts';

/**
 * Create a socket and a descriptor for it.
 *
 * @returns the descriptor, or -EAFNOSUPPORT, -EINVAL, -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -EPERM, -EACCES, -ENFILE, -EMFILE, -ENOMEM
 * @linux net/socket.c
 */
export function* __sys_socket(
  machine: Machine,
  family: number,
  type: number,
  protocol: number,
): Sleeps<number | Errno> {
  const sock = yield* __sys_socket_create(machine, family, type, protocol);
  if (IS_ERR(sock)) return PTR_ERR(sock);

  let flags = type & ~SOCK_TYPE_MASK;
  // On some architectures (alpha, mips, parisc, sparc) the two differ; here, as on x86, they are the same.
  if ((SOCK_NONBLOCK as number) !== O_NONBLOCK && (flags & SOCK_NONBLOCK) !== 0) {
    flags = (flags & ~SOCK_NONBLOCK) | O_NONBLOCK;
  }
  return yield* sock_map_fd(machine, sock, flags & (O_CLOEXEC | O_NONBLOCK));
}

/** Check the flags in `type` (-EINVAL) and create the socket without a descriptor. @linux net/socket.c */
export function* __sys_socket_create(
  machine: Machine,
  family: number,
  type: number,
  protocol: number,
): Sleeps<socket | Errno> {
  if ((type & ~SOCK_TYPE_MASK & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0) return -EINVAL;
  return yield* sock_create(machine, family, type & SOCK_TYPE_MASK, protocol);
}

/** Create a socket in the current process's network namespace. @linux net/socket.c */
export function* sock_create(
  machine: Machine,
  family: number,
  type: number,
  protocol: number,
): Sleeps<socket | Errno> {
  return yield* __sock_create(machine.current.nsproxy.net_ns, family, type, protocol, false);
}
/** Create a socket for the kernel itself. @linux net/socket.c */
export function* sock_create_kern(
  net: net,
  family: number,
  type: number,
  protocol: number,
): Sleeps<socket | Errno> {
  return yield* __sock_create(net, family, type, protocol, true);
}

/**
 * Create a socket: check the arguments, allocate it, and let its family initialize it.
 *
 * @param kern true for the kernel's own sockets
 * @linux net/socket.c
 */
export function* __sock_create(
  net: net,
  family: number,
  type: number,
  protocol: number,
  kern: boolean,
): Sleeps<socket | Errno> {
  const { machine } = net;
  if (family < 0 || family >= NPROTO) return -EAFNOSUPPORT;
  if (type < 0 || type >= SOCK_MAX) return -EINVAL;

  // Historical: packet sockets used to be requested from the Internet family.
  if (family === PF_INET && type === SOCK_PACKET) {
    pr_info_once(machine, '__sock_create', `${machine.current.comm} uses obsolete (PF_INET,SOCK_PACKET)`);
    family = PF_PACKET;
  }

  let err = security_socket_create(machine, family, type, protocol, kern);
  if (err !== 0) return err;

  const sock = sock_alloc(machine);
  if (sock === null) {
    net_warn_ratelimited(machine, 'socket: no more sockets');
    // Not an exact match, but the closest errno that POSIX offers.
    return -ENFILE;
  }
  sock.type = type;

  // The family may be a module that is not loaded yet.
  if (!machine.net_families.has(family)) yield* request_module(machine, `net-pf-${family}`);

  const pf = machine.net_families.get(family);
  if (pf === undefined) return yield* out_sock_release(machine, sock, -EAFNOSUPPORT);
  // create() may be in a module: hold a reference while it runs.
  if (!try_module_get(pf.owner)) return yield* out_sock_release(machine, sock, -EAFNOSUPPORT);

  err = yield* pf.create(net, sock, protocol, kern);
  if (err < 0) {
    sock.ops = null;
    module_put(pf.owner);
    return yield* out_sock_release(machine, sock, err);
  }

  // The module that provides the socket's operations is held for the lifetime of the socket.
  if (machine.faults.should_fail('try_module_get_ops') || !try_module_get(sock.ops!.owner)) {
    // Linux leaks the protocol's sock here, but never takes this path.
    yield* sock.ops!.release(sock);
    sock.ops = null;
    module_put(pf.owner);
    return yield* out_sock_release(machine, sock, -EAFNOSUPPORT);
  }
  module_put(pf.owner);

  err = security_socket_post_create(machine, sock, family, type, protocol, kern);
  if (err !== 0) return yield* out_sock_release(machine, sock, err);
  return sock;
}

function* out_sock_release(machine: Machine, sock: socket, err: Errno): Sleeps<Errno> {
  yield* sock_release(machine, sock);
  return err;
}

/** Allocate a socket; null when the inode limit is reached. @linux net/socket.c */
export function sock_alloc(machine: Machine): socket | null {
  if (machine.faults.should_fail('sock_alloc') || machine.nr_sockets >= machine.max_sockets) return null;
  machine.nr_sockets++;
  return new socket(machine);
}

/** Let the family release the socket, then free it. @linux net/socket.c */
export function* __sock_release(machine: Machine, sock: socket): Sleeps<void> {
  if (sock.ops !== null) {
    const { owner } = sock.ops;
    yield* sock.ops.release(sock);
    sock.sk = null;
    sock.ops = null;
    module_put(owner);
  }
  machine.nr_sockets--;
  sock.file = null;
}
/** Release a socket that has no file. @linux net/socket.c */
export function* sock_release(machine: Machine, sock: socket): Sleeps<void> {
  yield* __sock_release(machine, sock);
}

/** Register an address family. @returns 0, -ENOBUFS (no such number) or -EEXIST. @linux net/socket.c */
export function sock_register(machine: Machine, ops: net_proto_family): Errno {
  if (ops.family >= NPROTO) return -ENOBUFS;
  if (machine.net_families.has(ops.family)) return -EEXIST;
  machine.net_families.set(ops.family, ops);
  pr_info(machine, `NET: Registered protocol family ${ops.family}`);
  return 0;
}
/** Unregister an address family. @linux net/socket.c */
export function sock_unregister(machine: Machine, family: number): void {
  machine.net_families.delete(family);
}
