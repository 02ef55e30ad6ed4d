/** The BSD socket behind a file descriptor, and the operations of its family. @linux include/linux/net.h */
import type { Machine } from '../../machine.ts';
import type { Errno } from '../uapi/asm-generic/errno.ts';
import type { sock } from '../net/sock.ts';
import type { net } from '../net/net_namespace.ts';
import type { file } from './fs.ts';
import type { module } from './module.ts';
import type { poll_table } from './poll.ts';
import type { Sleeps } from './sched.ts';
import type { sockaddr } from './socket.ts';
import type { msghdr } from './uio.ts';
import { wait_queue_head } from './wait.ts';

export const SOCKET_STATES = {
  SS_FREE: 0,
  SS_UNCONNECTED: 1,
  SS_CONNECTING: 2,
  SS_CONNECTED: 3,
  SS_DISCONNECTING: 4,
} as const;
export const SS_FREE = SOCKET_STATES.SS_FREE;
export const SS_UNCONNECTED = SOCKET_STATES.SS_UNCONNECTED;
export const SS_CONNECTING = SOCKET_STATES.SS_CONNECTING;
export const SS_CONNECTED = SOCKET_STATES.SS_CONNECTED;
export const SS_DISCONNECTING = SOCKET_STATES.SS_DISCONNECTING;

/** Bits of socket.flags. */
export const SOCKWQ_ASYNC_NOSPACE = 0;
export const SOCKWQ_ASYNC_WAITDATA = 1;
export const SOCK_NOSPACE = 2;
export const SOCK_PASSCRED = 3;
export const SOCK_PASSSEC = 4;
export const SOCK_CUSTOM_SOCKOPT = 6;

/** A socket as the system calls use it. */
export class socket {
  /** SS_…: the connection state visible to the system calls. */
  state: number = SS_FREE;
  /** SOCK_STREAM, … */
  type = 0;
  flags = 0;
  file: file | null = null;
  /** The protocol's part of the socket. */
  sk: sock | null = null;
  ops: proto_ops | null = null;
  /** Processes that wait for an event on this socket. */
  wq = new wait_queue_head();
  machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }
}

/** A socket option's value for get/setsockopt: an int, a struct with named fields, or text. */
export type sockopt_value = number | string | Uint8Array | { readonly [field: string]: unknown };

/** An option value that is a negative int: a plain negative number would be an errno. */
export class negative_int {
  [field: string]: unknown;
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}
/** An int as getsockopt functions return it. */
export function sockopt_int(value: number): sockopt_value {
  return value < 0 ? new negative_int(value) : value;
}

/** The operations of a socket family and type. */
export interface proto_ops {
  family: number;
  owner: module;
  /** The name shown by the debugger: 'inet_stream_ops'. */
  name: string;
  release(sock: socket): Sleeps<number>;
  /** @param addr_len size of the address in bytes, as passed by the program */
  bind(sock: socket, addr: sockaddr, addr_len: number): Sleeps<Errno>;
  connect(sock: socket, addr: sockaddr, addr_len: number, flags: number): Sleeps<Errno>;
  accept(sock: socket, newsock: socket, flags: number, kern: boolean): Sleeps<Errno>;
  /** @param peer 0: the local address; 1: the remote one; 2: the remote one in any state (accept) */
  getname(sock: socket, peer: 0 | 1 | 2): sockaddr | Errno;
  poll(file: file, sock: socket, wait: poll_table | null): number;
  ioctl(sock: socket, cmd: number, arg: unknown): Sleeps<number | Errno>;
  listen(sock: socket, backlog: number): Sleeps<Errno>;
  shutdown(sock: socket, how: number): Sleeps<Errno>;
  setsockopt(sock: socket, level: number, optname: number, optval: sockopt_value): Sleeps<Errno>;
  getsockopt(sock: socket, level: number, optname: number): Sleeps<sockopt_value | Errno>;
  sendmsg(sock: socket, msg: msghdr, size: number): Sleeps<number | Errno>;
  recvmsg(sock: socket, msg: msghdr, size: number, flags: number): Sleeps<number | Errno>;
  /** SO_PEEK_OFF, if the protocol supports it; bytes, or -1 for none. */
  set_peek_off?(sk: sock, val: number): Errno;
  /** SO_RCVLOWAT, if setting it has side effects; bytes. */
  set_rcvlowat?(sk: sock, val: number): Errno;
}

/** An address family: creates sockets. */
export interface net_proto_family {
  family: number;
  create(net: net, sock: socket, protocol: number, kern: boolean): Sleeps<Errno>;
  owner: module;
}
