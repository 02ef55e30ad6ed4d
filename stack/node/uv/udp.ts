/** A UDP socket as libuv drives it. */
import { sockaddr_size, type sockaddr } from '../../include/linux/socket.ts';
import { iov_iter, msghdr } from '../../include/linux/uio.ts';
import { EAGAIN, ECANCELED, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from '../../include/linux/poll.ts';
import { sockaddr_in } from '../../include/uapi/linux/in.ts';
import { AF_UNSPEC, SOCK_DGRAM } from '../../include/uapi/linux/socket.ts';
import { __sys_socket } from '../../net/socket/create.ts';
import {
  __sys_bind,
  __sys_connect,
  __sys_getname,
  __sys_getsockopt,
  __sys_recvfrom,
  __sys_sendto,
  __sys_setsockopt,
} from '../../net/socket/syscalls.ts';
import { syscall_now } from '../../user/syscall.ts';
import type { uv_req } from './handle.ts';
import type { uv_loop } from './loop.ts';
import { uv_socket } from './socket.ts';

/** The longest datagram, and how many of them one event may lead to. */
const DATAGRAM_BYTES = 65536;
const READS_AN_EVENT = 32;

interface Send {
  bytes: Uint8Array;
  to: sockaddr | null;
  req: uv_req;
}
type Received = (result: Uint8Array | Errno, from: sockaddr | null) => void;

export class uv_udp extends uv_socket {
  constructor(loop: uv_loop) {
    super(loop, SOCK_DGRAM);
  }

  #send_queue: Send[] = [];
  #recv_cb: Received | null = null;

  /** Datagrams that wait to be sent, and their bytes. */
  get send_queue(): { count: number; size: number } {
    return {
      count: this.#send_queue.length,
      size: this.#send_queue.reduce((sum, { bytes }) => sum + bytes.length, 0),
    };
  }

  connect(address: sockaddr): Errno {
    const { machine } = this.loop;
    const err = this.create();
    if (err !== 0) return err;
    const connecting = __sys_connect(machine, this.fd, address, sockaddr_size(address));
    return syscall_now(machine, 'connect', [this.fd, address], connecting);
  }
  disconnect(): Errno {
    return this.connect(new sockaddr_in(AF_UNSPEC, 0, 0));
  }
  /** @returns the option's number, or a negative errno */
  getsockopt(level: number, name: number): number {
    const { machine } = this.loop;
    const err = this.create();
    if (err !== 0) return err;
    const args = [this.fd, level, name] as const;
    const value = syscall_now(machine, 'getsockopt', args, __sys_getsockopt(machine, ...args));
    return typeof value === 'number' ? value : 0;
  }

  recv_start(cb: Received): Errno {
    const err = this.create();
    if (err !== 0) return err;
    this.#recv_cb = cb;
    this.watch(EPOLLIN);
    return 0;
  }
  recv_stop(): void {
    this.#recv_cb = null;
    if (this.io !== null) this.watch(0, EPOLLIN);
  }

  /** Send a datagram if there is room. @returns its length; 0: it has to wait; or a negative errno */
  try_send(bytes: Uint8Array, to: sockaddr | null): number {
    if (this.#send_queue.length > 0) return 0;
    const err = this.create();
    if (err !== 0) return err;
    const sent = this.#sendto(bytes, to);
    return sent === -EAGAIN ? 0 : sent;
  }
  #sendto(bytes: Uint8Array, to: sockaddr | null): number {
    const { machine } = this.loop;
    const sending = __sys_sendto(machine, this.fd, bytes, 0, to, to === null ? 0 : sockaddr_size(to));
    return syscall_now(machine, 'sendto', [this.fd, bytes.length, 0, to], sending);
  }
  send(bytes: Uint8Array, to: sockaddr | null, req: uv_req): void {
    this.#send_queue.push({ bytes, to, req });
    this.watch(EPOLLOUT);
  }

  close(cb: () => void): void {
    if (this.is_closing) return;
    this.is_closing = true;
    this.#recv_cb = null;
    this.close_descriptor();
    const pending = this.#send_queue;
    this.#send_queue = [];
    this.loop.closing(() => {
      for (const { req } of pending) req.done(-ECANCELED);
      cb();
    });
  }

  protected override on_events(events: number): void {
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0 && this.#recv_cb !== null) this.#receive();
    if (!this.is_closing && (events & EPOLLOUT) !== 0) this.#send_queued();
  }
  #receive(): void {
    const { machine } = this.loop;
    for (let i = 0; i < READS_AN_EVENT && this.#recv_cb !== null; i++) {
      const buffer = this.loop.read_buffer(DATAGRAM_BYTES);
      const msg = new msghdr(new iov_iter(buffer), 0);
      const receiving = __sys_recvfrom(machine, this.fd, msg, 0);
      const count = syscall_now(machine, 'recvfrom', [this.fd, DATAGRAM_BYTES, 0], receiving);
      if (count === -EAGAIN) return;
      const cb = this.#recv_cb;
      const result = count < 0 ? count : buffer.slice(0, count);
      this.loop.call(() => cb(result, count < 0 ? null : msg.msg_name));
      if (count < 0) return;
    }
  }
  #send_queued(): void {
    while (this.#send_queue.length > 0) {
      const { bytes, to, req } = this.#send_queue[0]!;
      const sent = this.#sendto(bytes, to);
      if (sent === -EAGAIN) return;
      this.#send_queue.shift();
      req.done(Math.min(sent, 0));
      if (this.is_closing) return;
    }
    this.watch(0, EPOLLOUT);
  }
}
