/** The `sockscope` module, which scenarios import. Its user documentation is in sockscope.d.ts. */
import { do_fcntl, sys_close } from '../fs/file.ts';
import { sys_ioctl } from '../fs/ioctl.ts';
import { ksys_read, ksys_write } from '../fs/read_write.ts';
import { do_sys_poll, type pollfd } from '../fs/select.ts';
import { negative_int } from '../include/linux/net.ts';
import type { Sleeps } from '../include/linux/sched.ts';
import { type sockaddr, sockaddr_size } from '../include/linux/socket.ts';
import { iov_iter, msghdr } from '../include/linux/uio.ts';
import { EINVAL, type Errno, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { hrtimer_nanosleep } from '../kernel/time/nanosleep.ts';
import { ktime_get_ns, ktime_get_real_ns } from '../kernel/time/timekeeping.ts';
import { show_value } from '../lib/show_value.ts';
import type { Machine } from '../machine.ts';
import { __sys_socket } from '../net/socket/create.ts';
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
} from '../net/socket/syscalls.ts';
import type { World } from '../world/world.ts';
import { fromSockaddr, type SocketAddress, toSockaddr } from './addresses.ts';
import { toBytes, toInt, toOptionValue, toReceiveBuffer } from './arguments.ts';
import { CONSTANTS } from './constants.ts';
import { machineControls } from './controls.ts';
import { SystemError } from './errors.ts';
import { spawn_process } from './process.ts';
import { type About, syscall } from './syscall.ts';

/** All exports of 'sockscope'. Each call goes to the machine whose process makes it. */
export function createLibrary(world: World): Record<string, unknown> {
  return {
    ...CONSTANTS,
    ...socketCalls(world),
    ...fileCalls(world),
    ...processCalls(world),
    ...machineControls(world),
  };
}

/** The machine of the calling process. */
const hereIn = (world: World) => (): Machine => world.running!;

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
/** The bytes received, for a caller that passed no buffer. */
function* received(body: Sleeps<number | Errno>, buffer: Uint8Array): Sleeps<Uint8Array | Errno> {
  const count = yield* body;
  return count < 0 ? count : buffer.subarray(0, count);
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

function socketCalls(world: World) {
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

function* atomic<T>(value: () => T): Sleeps<T> {
  return value();
}

function fileCalls(world: World) {
  const here = hereIn(world);
  return {
    read(fd: number, into?: unknown) {
      const { buffer, own } = toReceiveBuffer(into, 'read');
      const body = ksys_read(here(), toInt(fd, 'fd', 'read'), buffer);
      return syscall<number | Uint8Array>(
        here(),
        'read',
        [fd, buffer.length],
        own ? body : received(body, buffer),
      );
    },
    write(fd: number, data: unknown) {
      const bytes = toBytes(data, 'write');
      return syscall(
        here(),
        'write',
        [fd, bytes.length],
        ksys_write(here(), toInt(fd, 'fd', 'write'), bytes),
      );
    },
    close(fd: number) {
      return syscall(here(), 'close', [fd], sys_close(here(), toInt(fd, 'fd', 'close')));
    },
    fcntl(fd: number, cmd: number, arg = 0) {
      const ints = [
        toInt(fd, 'fd', 'fcntl'),
        toInt(cmd, 'cmd', 'fcntl'),
        toInt(arg, 'arg', 'fcntl'),
      ] as const;
      return syscall(
        here(),
        'fcntl',
        ints,
        atomic(() => do_fcntl(here().current, ...ints)),
      );
    },
    ioctl(fd: number, cmd: number, arg?: unknown) {
      return syscall(
        here(),
        'ioctl',
        [fd, cmd, arg],
        sys_ioctl(here(), toInt(fd, 'fd', 'ioctl'), toInt(cmd, 'cmd', 'ioctl'), arg),
      );
    },
    poll(list: pollfd[], timeout = -1) {
      if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'object' && entry !== null))
        throw new TypeError(
          `poll: the first argument must be a list of { fd, events }, got ${show_value(list)}`,
        );
      for (const entry of list) {
        toInt(entry.fd, 'fd', 'poll');
        toInt(entry.events, 'events', 'poll');
      }
      if (typeof timeout !== 'number' || Number.isNaN(timeout))
        throw new TypeError(
          `poll: timeout must be a number of ms, or -1 to wait for ever, got ${show_value(timeout)}`,
        );
      return syscall(here(), 'poll', [list, timeout], do_sys_poll(here(), list, timeout));
    },
  };
}

function processCalls(world: World) {
  const here = hereIn(world);
  return {
    /** ms */
    sleep(ms: number) {
      if (typeof ms !== 'number' || !(ms >= 0))
        throw new TypeError(`sleep: ms must be a number of at least 0, got ${show_value(ms)}`);
      return syscall(here(), 'nanosleep', [ms], hrtimer_nanosleep(here(), Math.round(ms * 1e6)));
    },
    /** ns */
    clock_gettime(clock: number = CONSTANTS.CLOCK_MONOTONIC) {
      if (clock === CONSTANTS.CLOCK_REALTIME) return ktime_get_real_ns(here());
      if (clock !== CONSTANTS.CLOCK_MONOTONIC) throw new SystemError(-EINVAL, 'clock_gettime');
      return ktime_get_ns(here());
    },
    getpid() {
      return here().current.tgid;
    },
    spawn(name: string, main: () => unknown) {
      if (typeof name !== 'string' || typeof main !== 'function')
        throw new TypeError('spawn: call it as spawn(name, async () => { … })');
      const { pid, exited } = spawn_process(here(), name, main);
      return { pid, exited };
    },
  };
}
