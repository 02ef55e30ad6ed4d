/**
 * A TCP socket as libuv drives it: non-blocking calls, made again when epoll_wait() reports that they can go
 * on.
 */
import { iov_iter, msghdr } from '../../include/linux/uio.ts';
import {
  EAGAIN,
  ECANCELED,
  ECONNREFUSED,
  EINPROGRESS,
  ENOTCONN,
  type Errno,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from '../../include/linux/poll.ts';
import {
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOCKET_OPTIONS as SO,
  SOL_SOCKET,
} from '../../include/uapi/linux/socket.ts';
import { type sockaddr, sockaddr_size } from '../../include/linux/socket.ts';
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
import { syscall_now } from '../../user/syscall.ts';
import { uv_req } from './handle.ts';
import type { uv_loop } from './loop.ts';
import { uv_socket } from './socket.ts';

/** Size of a read's buffer, and how many reads one event may lead to. */
const READ_BYTES = 65536;
const READS_AN_EVENT = 32;
/** The end of the stream, for a read callback. */
export const UV_EOF = -4095;

interface Write {
  bytes: Uint8Array;
  req: uv_req;
}

export class uv_stream extends uv_socket {
  constructor(loop: uv_loop) {
    super(loop, SOCK_STREAM);
  }

  /** An error that connect() reports when its callback runs. */
  #delayed_error = 0;
  #connect_req: uv_req | null = null;
  #shutdown_req: uv_req | null = null;
  #write_queue: Write[] = [];
  /** Bytes that wait to be sent. */
  write_queue_size = 0;
  /** Receives bytes, or UV_EOF or a negative errno; null: not reading. */
  #read_cb: ((result: Uint8Array | number) => void) | null = null;
  /** Receives accepted descriptors, or a negative errno; null: not listening. */
  #connection_cb: ((result: number) => void) | null = null;

  override bind(address: sockaddr): Errno {
    this.setsockopt(SOL_SOCKET, SO.SO_REUSEADDR, 1);
    return super.bind(address);
  }
  listen(backlog: number, cb: (result: number) => void): Errno {
    const { machine } = this.loop;
    let err = this.create();
    if (err === 0)
      err = syscall_now(machine, 'listen', [this.fd, backlog], __sys_listen(machine, this.fd, backlog));
    if (err !== 0) return err;
    if (this.#connection_cb === null) this.loop.listening++;
    this.#connection_cb = cb;
    this.watch(EPOLLIN);
    return 0;
  }
  /** @param cb called with 0 or a negative errno */
  connect(address: sockaddr, cb: (status: number) => void): Errno {
    const { machine } = this.loop;
    let err = this.create();
    if (err !== 0) return err;
    const connecting = __sys_connect(machine, this.fd, address, sockaddr_size(address));
    err = syscall_now(machine, 'connect', [this.fd, address], connecting);
    // libuv reports a refusal as it does one that comes later: by the callback.
    if (err === -ECONNREFUSED) this.#delayed_error = err;
    else if (err !== 0 && err !== -EINPROGRESS) return err;
    this.#connect_req = new uv_req(this.loop, cb);
    this.watch(EPOLLOUT);
    if (this.#delayed_error !== 0) this.loop.post(() => this.#connected());
    return 0;
  }

  get is_reading(): boolean {
    return this.#read_cb !== null;
  }
  /** Read from now on; a callback from before is replaced. */
  read_start(cb: (result: Uint8Array | number) => void): Errno {
    if (this.io === null) return -ENOTCONN;
    this.#read_cb = cb;
    this.watch(EPOLLIN);
    return 0;
  }
  read_stop(): void {
    this.#read_cb = null;
    if (this.io !== null && this.#connection_cb === null) this.watch(0, EPOLLIN);
  }

  /**
   * Send as much as there is room for now.
   *
   * @returns the number of bytes sent, or a negative errno
   */
  try_write(bytes: Uint8Array): number {
    if (this.#connect_req !== null || this.#write_queue.length > 0) return 0;
    const sent = this.#send(bytes);
    return sent === -EAGAIN ? 0 : sent;
  }
  #send(bytes: Uint8Array): number {
    const { machine } = this.loop;
    const sending = __sys_sendto(machine, this.fd, bytes, MSG_NOSIGNAL, null, 0);
    return syscall_now(machine, 'sendto', [this.fd, bytes.length, MSG_NOSIGNAL], sending);
  }
  /** Send bytes as soon as there is room. */
  write(bytes: Uint8Array, req: uv_req): void {
    this.#write_queue.push({ bytes, req });
    this.write_queue_size += bytes.length;
    if (this.#connect_req === null) this.watch(EPOLLOUT);
  }
  #write_queued(): void {
    while (this.#write_queue.length > 0) {
      const next = this.#write_queue[0]!;
      const sent = this.#send(next.bytes);
      if (sent === -EAGAIN) return;
      const count = Math.max(sent, 0);
      this.write_queue_size -= sent < 0 ? next.bytes.length : count;
      next.bytes = next.bytes.subarray(count);
      if (sent >= 0 && next.bytes.length > 0) continue;
      this.#write_queue.shift();
      next.req.done(Math.min(sent, 0));
      if (this.is_closing) return;
    }
    this.watch(0, EPOLLOUT);
    this.#shutdown_now();
  }

  /** Send a FIN after all that is queued. */
  shutdown(req: uv_req): void {
    this.#shutdown_req = req;
    if (this.#write_queue.length === 0 && this.#connect_req === null)
      this.loop.post(() => this.#shutdown_now());
  }
  #shutdown_now(): void {
    const req = this.#shutdown_req;
    if (req === null || this.is_closing) return;
    this.#shutdown_req = null;
    const { machine } = this.loop;
    const closing = __sys_shutdown(machine, this.fd, SHUT_WR);
    req.done(syscall_now(machine, 'shutdown', [this.fd, SHUT_WR], closing));
  }

  /** Close the descriptor; what is pending ends with -ECANCELED. @param cb called at the end of the round */
  close(cb: () => void): void {
    if (this.is_closing) return;
    this.is_closing = true;
    this.#read_cb = null;
    if (this.#connection_cb !== null) this.loop.listening--;
    this.#connection_cb = null;
    this.close_descriptor();
    const pending = [this.#connect_req, ...this.#write_queue.map(({ req }) => req), this.#shutdown_req];
    this.#connect_req = null;
    this.#shutdown_req = null;
    this.#write_queue = [];
    this.loop.closing(() => {
      for (const req of pending) req?.done(-ECANCELED);
      cb();
    });
  }

  /** libuv: uv__stream_io */
  protected override on_events(events: number): void {
    if (this.#connect_req !== null) return this.#connected();
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0) {
      if (this.#connection_cb !== null) this.#accept();
      else if (this.#read_cb !== null) this.#read();
    }
    if (this.is_closing) return;
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) !== 0 && this.#write_queue.length > 0)
      this.#write_queued();
  }
  #connected(): void {
    const req = this.#connect_req;
    if (req === null) return;
    let err = this.#delayed_error;
    this.#delayed_error = 0;
    if (err === 0) err = this.#socket_error();
    if (err === -EINPROGRESS) return;
    this.#connect_req = null;
    if (this.#write_queue.length === 0 || err < 0) this.watch(0, EPOLLOUT);
    req.done(err);
    if (this.is_closing) return;
    if (err < 0) this.#fail_writes(-ECANCELED);
    else if (this.#write_queue.length > 0) this.#write_queued();
    else this.#shutdown_now();
  }
  #socket_error(): Errno {
    const { machine } = this.loop;
    const args = [this.fd, SOL_SOCKET, SO.SO_ERROR] as const;
    const error = syscall_now(machine, 'getsockopt', args, __sys_getsockopt(machine, ...args));
    return typeof error === 'number' ? -Math.abs(error) : 0;
  }
  #fail_writes(status: Errno): void {
    const queue = this.#write_queue;
    this.#write_queue = [];
    this.write_queue_size = 0;
    for (const { req } of queue) req.done(status);
  }
  #accept(): void {
    const { machine } = this.loop;
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    while (this.#connection_cb !== null) {
      const accepting = __sys_accept4(machine, this.fd, flags);
      const accepted = syscall_now(machine, 'accept4', [this.fd, flags], accepting);
      if (accepted === -EAGAIN) return;
      const cb = this.#connection_cb;
      this.loop.call(() => cb(IS_ERR(accepted) ? accepted : accepted.fd));
      if (IS_ERR(accepted)) return;
    }
  }
  #read(): void {
    const { machine } = this.loop;
    for (let i = 0; i < READS_AN_EVENT && this.#read_cb !== null; i++) {
      const buffer = this.loop.read_buffer(READ_BYTES);
      const receiving = __sys_recvfrom(machine, this.fd, new msghdr(new iov_iter(buffer), 0), 0);
      const count = syscall_now(machine, 'recvfrom', [this.fd, READ_BYTES, 0], receiving);
      if (count === -EAGAIN) return;
      const cb = this.#read_cb;
      if (count <= 0) {
        this.watch(0, EPOLLIN);
        this.#read_cb = null;
        return this.loop.call(() => cb(count === 0 ? UV_EOF : count));
      }
      const bytes = buffer.slice(0, count);
      this.loop.call(() => cb(bytes));
      if (count < buffer.length) return;
    }
  }
}
