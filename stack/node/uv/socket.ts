/** What libuv's sockets of any kind have in common: a descriptor, and what the loop watches it for. */
import type { sockopt_value } from '../../include/linux/net.ts';
import { type sockaddr, sockaddr_size } from '../../include/linux/socket.ts';
import type { Errno } from '../../include/uapi/asm-generic/errno.ts';
import { AF_INET, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../../include/uapi/linux/socket.ts';
import { __sys_socket } from '../../net/socket/create.ts';
import { __sys_bind, __sys_getname, __sys_setsockopt } from '../../net/socket/syscalls.ts';
import { syscall_now } from '../../user/syscall.ts';
import { uv_handle } from './handle.ts';
import { uv_io, type uv_loop } from './loop.ts';

export abstract class uv_socket extends uv_handle {
  protected io: uv_io | null = null;
  /** SOCK_STREAM or SOCK_DGRAM. */
  readonly #type: number;

  constructor(loop: uv_loop, type: number) {
    super(loop);
    this.#type = type;
  }
  /** The descriptor has events. */
  protected abstract on_events(events: number): void;

  /** The descriptor; -1: none yet. */
  get fd(): number {
    return this.io?.fd ?? -1;
  }
  /** Take over a descriptor. */
  open(fd: number): void {
    this.io = new uv_io(fd, (events) => this.on_events(events));
  }
  /** Create the socket, if there is none yet. */
  protected create(): Errno {
    if (this.io !== null) return 0;
    const { machine } = this.loop;
    const type = this.#type | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = syscall_now(machine, 'socket', [AF_INET, type, 0], __sys_socket(machine, AF_INET, type, 0));
    if (fd < 0) return fd;
    this.open(fd);
    return 0;
  }
  /** Change what the loop watches for, and with it whether the handle is active. */
  protected watch(start: number, stop = 0): void {
    const io = this.io!;
    if (start !== 0) this.loop.start_io(io, start);
    if (stop !== 0) this.loop.stop_io(io, stop);
    this.is_active = io.pevents !== 0;
  }
  protected close_descriptor(): void {
    if (this.io !== null) {
      this.loop.close_io(this.io);
      this.loop.close_fd(this.io.fd);
    }
    this.is_active = false;
  }

  bind(address: sockaddr): Errno {
    const { machine } = this.loop;
    const err = this.create();
    if (err !== 0) return err;
    const binding = __sys_bind(machine, this.fd, address, sockaddr_size(address));
    return syscall_now(machine, 'bind', [this.fd, address], binding);
  }
  /** @param peer whether the remote address is asked for */
  getname(peer: boolean): sockaddr | Errno {
    const { machine } = this.loop;
    const err = this.create();
    if (err !== 0) return err;
    const name = peer ? 'getpeername' : 'getsockname';
    return syscall_now(machine, name, [this.fd], __sys_getname(machine, this.fd, peer ? 1 : 0));
  }
  setsockopt(level: number, name: number, value: sockopt_value): Errno {
    const { machine } = this.loop;
    const err = this.create();
    if (err !== 0) return err;
    const args = [this.fd, level, name, value] as const;
    return syscall_now(machine, 'setsockopt', args, __sys_setsockopt(machine, ...args));
  }
}
