/** Node's UDP handles on a machine: what `node:dgram` asks of its native class. */
import { AsyncResource } from 'node:async_hooks';
import type { sockaddr } from '../include/linux/socket.ts';
import { EAFNOSUPPORT, type Errno, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { IP_OPTIONS } from '../include/uapi/linux/in.ts';
import { SOCKET_OPTIONS as SO, SOL_IP, SOL_SOCKET } from '../include/uapi/linux/socket.ts';
import { fromSockaddr, toSockaddr } from '../user/addresses.ts';
import { binding, close_native, type NativeHandle, replaceMethods } from './native.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';
import { uv_udp } from './uv/udp.ts';

/** A process's socket, as a property of Node's handle. */
const SOCKET = Symbol('socket');
/** Options of SOL_IP that the machine refuses: it has no multicast. */
const IP_ADD_MEMBERSHIP = 35;
const IP_DROP_MEMBERSHIP = 36;
/** libuv's flags of bind(). */
const UV_UDP_REUSEADDR = 4;
const UV_UDP_REUSEPORT = 8;

class udp_handle extends uv_udp {
  readonly resource: AsyncResource;
  constructor(loop: uv_loop, native: NativeHandle) {
    super(loop);
    loop.natives.set(native, () => close_native(native));
    this.resource = new AsyncResource('UDPWRAP');
  }
}
interface SendRequest {
  oncomplete(error: number | null, sent?: number): void;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_udp_wrap(current: () => uv_loop | null): void {
  const { UDP } = binding('udp_wrap');
  const isOurs = (handle: NativeHandle): boolean => handle[SOCKET] !== undefined || current() !== null;
  const udp = (handle: NativeHandle): udp_handle => {
    if (handle[SOCKET] === undefined) {
      const socket = new udp_handle(current()!, handle);
      handle[SOCKET] = socket;
      // The native class keeps its own from being replaced.
      Object.defineProperty(handle, 'fd', { get: () => socket.fd });
    }
    return handle[SOCKET] as udp_handle;
  };

  const on_message = (handle: NativeHandle, result: Uint8Array | Errno, from: sockaddr | null): void => {
    const onmessage = handle['onmessage'] as (...args: unknown[]) => void;
    udp(handle).resource.runInAsyncScope(() => {
      if (typeof result === 'number') return onmessage.call(handle, result, handle, undefined);
      const rinfo = from === null ? {} : fromSockaddr(from);
      const bytes = Buffer.from(result.buffer, result.byteOffset, result.length);
      onmessage.call(handle, result.length, handle, bytes, rinfo);
    });
  };
  const send = (handle: NativeHandle, req: SendRequest, list: Uint8Array[], to: sockaddr | null): number => {
    const socket = udp(handle);
    const bytes = Buffer.concat(list);
    const sent = socket.try_send(bytes, to);
    // Node takes one more than the length for "sent at once", since a datagram may be empty.
    if (sent !== 0 || bytes.length === 0) return sent < 0 ? sent : sent + 1;
    const ended = (status: number) =>
      socket.resource.runInAsyncScope(() => req.oncomplete(status, bytes.length));
    socket.send(bytes, to, new uv_req(socket.loop, ended));
    return 0;
  };
  const name_into = (handle: NativeHandle, peer: boolean, into: object): Errno => {
    const name = udp(handle).getname(peer);
    if (IS_ERR(name)) return name;
    Object.assign(into, fromSockaddr(name));
    return 0;
  };
  const membership = (option: number) =>
    function (this: NativeHandle, group: string, local?: string): Errno {
      const value = { imr_multiaddr: group, imr_interface: local ?? '0.0.0.0' };
      return udp(this).setsockopt(SOL_IP, option, value);
    };
  const number_option = (level: number, option: number) =>
    function (this: NativeHandle, value: number | boolean): Errno {
      return udp(this).setsockopt(level, option, Number(value));
    };
  const not_supported = () => -EAFNOSUPPORT;

  replaceMethods(UDP.prototype, isOurs, {
    open(fd: number) {
      udp(this).open(fd);
      return 0;
    },
    bind(address: string, port: number, flags = 0) {
      const socket = udp(this);
      if ((flags & UV_UDP_REUSEADDR) !== 0) socket.setsockopt(SOL_SOCKET, SO.SO_REUSEADDR, 1);
      if ((flags & UV_UDP_REUSEPORT) !== 0) socket.setsockopt(SOL_SOCKET, SO.SO_REUSEPORT, 1);
      return socket.bind(toSockaddr({ address, port }, 'bind'));
    },
    connect(address: string, port: number) {
      return udp(this).connect(toSockaddr({ address, port }, 'connect'));
    },
    disconnect() {
      return udp(this).disconnect();
    },
    bind6: not_supported,
    connect6: not_supported,
    send6: not_supported,
    send(req: SendRequest, list: Uint8Array[], _count: number, port?: number | boolean, address?: string) {
      const to = typeof port === 'number' ? toSockaddr({ address, port }, 'send') : null;
      return send(this, req, list, to);
    },
    recvStart() {
      return udp(this).recv_start((result, from) => on_message(this, result, from));
    },
    recvStop() {
      udp(this).recv_stop();
      return 0;
    },
    getsockname(into: object) {
      return name_into(this, false, into);
    },
    getpeername(into: object) {
      return name_into(this, true, into);
    },
    addMembership: membership(IP_ADD_MEMBERSHIP),
    dropMembership: membership(IP_DROP_MEMBERSHIP),
    setMulticastTTL: number_option(SOL_IP, IP_OPTIONS.IP_MULTICAST_TTL),
    setMulticastLoopback: number_option(SOL_IP, IP_OPTIONS.IP_MULTICAST_LOOP),
    setTTL: number_option(SOL_IP, IP_OPTIONS.IP_TTL),
    setBroadcast: number_option(SOL_SOCKET, SO.SO_BROADCAST),
    bufferSize(size: number, isReceive: boolean) {
      const socket = udp(this);
      const option = isReceive ? SO.SO_RCVBUF : SO.SO_SNDBUF;
      if (size !== 0) socket.setsockopt(SOL_SOCKET, option, size);
      return socket.getsockopt(SOL_SOCKET, option);
    },
    getSendQueueSize() {
      return udp(this).send_queue.size;
    },
    getSendQueueCount() {
      return udp(this).send_queue.count;
    },
    close(cb?: () => void) {
      const socket = udp(this);
      socket.close(() => socket.resource.runInAsyncScope(() => cb?.call(this)));
      socket.loop.natives.delete(this);
      close_native(this);
    },
    ref() {
      udp(this).set_ref(true);
    },
    unref() {
      udp(this).set_ref(false);
    },
    hasRef() {
      return udp(this).is_ref;
    },
  });
}
