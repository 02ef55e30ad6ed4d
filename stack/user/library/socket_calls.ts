/** The calls of a scenario on its sockets. */
import { negative_int } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { type sockaddr, sockaddr_size } from '../../include/linux/socket.ts';
import { iov_iter, msghdr } from '../../include/linux/uio.ts';
import { type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { __sys_socket } from '../../net/socket/create.ts';
import {
  __sys_accept4,
  __sys_bind,
  __sys_connect,
  __sys_getname,
  __sys_getsockopt,
  __sys_listen,
  __sys_recvfrom,
  __sys_sendto,
  __sys_setsockopt,
  __sys_shutdown,
} from '../../net/socket/syscalls.ts';
import type { World } from '../../world/world.ts';
import { fromSockaddr, type SocketAddress, toSockaddr } from '../addresses.ts';
import { toBytes, toInt, toOptionValue, toReceiveBuffer } from '../arguments.ts';
import { type About, syscall } from '../syscall.ts';
import { hereIn, received } from './calls.ts';

const about = (addr: sockaddr): About => fromSockaddr(addr);

function* accepted(
  body: ReturnType<typeof __sys_accept4>,
  peer: Partial<SocketAddress> | undefined,
): Sleeps<number | Errno> {
  const result = yield* body;
  if (IS_ERR(result)) return result;
  if (peer !== undefined) Object.assign(peer, fromSockaddr(result.addr));
  return result.fd;
}
function* named(body: ReturnType<typeof __sys_getname>): Sleeps<Required<SocketAddress> | Errno> {
  const addr = yield* body;
  return IS_ERR(addr) ? addr : fromSockaddr(addr);
}
function* receivedFrom(body: Sleeps<number | Errno>, msg: msghdr, buffer: Uint8Array): Sleeps<unknown> {
  const count = yield* body;
  if (count < 0) return count;
  return {
    data: buffer.subarray(0, Math.min(count, buffer.length)),
    length: count,
    address: msg.msg_name === null ? null : fromSockaddr(msg.msg_name),
    flags: msg.msg_flags,
  };
}

export function socketCalls(world: World) {
  const here = hereIn(world);
  const call = <T>(name: string, args: readonly unknown[], body: Sleeps<T | Errno>, where?: About) =>
    syscall<T>(here(), name, args, body, where);
  return {
    socket(family: number, type: number, protocol = 0) {
      const ints = [
        toInt(family, 'family', 'socket'),
        toInt(type, 'type', 'socket'),
        toInt(protocol, 'protocol', 'socket'),
      ] as const;
      return call('socket', ints, __sys_socket(here(), ...ints));
    },
    bind(fd: number, address: SocketAddress, addrlen?: number) {
      const addr = toSockaddr(address, 'bind');
      const length = toInt(addrlen, 'addrlen', 'bind', sockaddr_size(addr));
      return call('bind', [fd, addr], __sys_bind(here(), toInt(fd, 'fd', 'bind'), addr, length), about(addr));
    },
    listen(fd: number, backlog: number = 4096) {
      return call(
        'listen',
        [fd, backlog],
        __sys_listen(here(), toInt(fd, 'fd', 'listen'), toInt(backlog, 'backlog', 'listen')),
      );
    },
    accept(fd: number, peer?: Partial<SocketAddress>) {
      return call('accept', [fd], accepted(__sys_accept4(here(), toInt(fd, 'fd', 'accept'), 0), peer));
    },
    accept4(fd: number, flags = 0, peer?: Partial<SocketAddress>) {
      const body = __sys_accept4(here(), toInt(fd, 'fd', 'accept4'), toInt(flags, 'flags', 'accept4'));
      return call('accept4', [fd, flags], accepted(body, peer));
    },
    connect(fd: number, address: SocketAddress, addrlen?: number) {
      const addr = toSockaddr(address, 'connect');
      const length = toInt(addrlen, 'addrlen', 'connect', sockaddr_size(addr));
      return call(
        'connect',
        [fd, addr],
        __sys_connect(here(), toInt(fd, 'fd', 'connect'), addr, length),
        about(addr),
      );
    },
    getsockname(fd: number) {
      return call('getsockname', [fd], named(__sys_getname(here(), toInt(fd, 'fd', 'getsockname'), 0)));
    },
    getpeername(fd: number) {
      return call('getpeername', [fd], named(__sys_getname(here(), toInt(fd, 'fd', 'getpeername'), 1)));
    },
    send(fd: number, data: unknown, flags = 0) {
      const bytes = toBytes(data, 'send');
      return call(
        'send',
        [fd, bytes.length, flags],
        __sys_sendto(here(), toInt(fd, 'fd', 'send'), bytes, toInt(flags, 'flags', 'send'), null, 0),
      );
    },
    sendto(fd: number, data: unknown, flags: number, address?: SocketAddress, addrlen?: number) {
      const bytes = toBytes(data, 'sendto');
      const addr = address === undefined ? null : toSockaddr(address, 'sendto');
      const length = toInt(addrlen, 'addrlen', 'sendto', addr === null ? 0 : sockaddr_size(addr));
      const body = __sys_sendto(
        here(),
        toInt(fd, 'fd', 'sendto'),
        bytes,
        toInt(flags, 'flags', 'sendto', 0),
        addr,
        length,
      );
      return call('sendto', [fd, bytes.length, flags, addr], body, addr === null ? undefined : about(addr));
    },
    recv(fd: number, into?: unknown, flags = 0) {
      const { buffer, own } = toReceiveBuffer(into, 'recv');
      const body = __sys_recvfrom(
        here(),
        toInt(fd, 'fd', 'recv'),
        new msghdr(new iov_iter(buffer), 0),
        toInt(flags, 'flags', 'recv'),
      );
      return call<number | Uint8Array>(
        'recv',
        [fd, buffer.length, flags],
        own ? body : received(body, buffer),
      );
    },
    recvfrom(fd: number, into?: unknown, flags = 0) {
      const { buffer } = toReceiveBuffer(into, 'recvfrom');
      const msg = new msghdr(new iov_iter(buffer), 0);
      const body = __sys_recvfrom(
        here(),
        toInt(fd, 'fd', 'recvfrom'),
        msg,
        toInt(flags, 'flags', 'recvfrom'),
      );
      return call('recvfrom', [fd, buffer.length, flags], receivedFrom(body, msg, buffer));
    },
    shutdown(fd: number, how: number) {
      return call(
        'shutdown',
        [fd, how],
        __sys_shutdown(here(), toInt(fd, 'fd', 'shutdown'), toInt(how, 'how', 'shutdown')),
      );
    },
    setsockopt(fd: number, level: number, optname: number, optval: unknown) {
      const value = toOptionValue(optval);
      const ints = [
        toInt(fd, 'fd', 'setsockopt'),
        toInt(level, 'level', 'setsockopt'),
        toInt(optname, 'optname', 'setsockopt'),
      ] as const;
      return call('setsockopt', [...ints, value], __sys_setsockopt(here(), ...ints, value));
    },
    async getsockopt(fd: number, level: number, optname: number) {
      const ints = [
        toInt(fd, 'fd', 'getsockopt'),
        toInt(level, 'level', 'getsockopt'),
        toInt(optname, 'optname', 'getsockopt'),
      ] as const;
      const value = await call('getsockopt', ints, __sys_getsockopt(here(), ...ints));
      return value instanceof negative_int ? value.value : value;
    },
  };
}
