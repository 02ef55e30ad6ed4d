/**
 * An open file and the operations of its type: sockets, epoll and eventfd are some.
 *
 * @linux include/linux/fs.h
 */
import type { Errno } from '../uapi/asm-generic/errno.ts';
import { O_ACCMODE } from '../uapi/asm-generic/fcntl.ts';
import type { epitem } from './eventpoll.ts';
import type { poll_table } from './poll.ts';
import type { Sleeps } from './sched.ts';

/** The operations of a file type. Each is optional. */
export interface file_operations {
  /** The name shown in /proc/PID/fd: 'socket', 'anon_inode:[eventpoll]'. */
  name: string;
  /** @returns bytes read; 0: end of file */
  read?(file: file, buffer: Uint8Array): Sleeps<number | Errno>;
  /** @returns bytes written */
  write?(file: file, buffer: Uint8Array): Sleeps<number | Errno>;
  /** @returns the pending POLL… bits; adds the poller to the file's wait queues by poll_wait() */
  poll?(file: file, wait: poll_table | null): number;
  /** Returns -ENOIOCTLCMD for an unknown command. @linux unlocked_ioctl */
  ioctl?(file: file, cmd: number, arg: unknown): Sleeps<number | Errno>;
  /** Called when the last reference is dropped. */
  release?(file: file): Sleeps<void>;
}

/** Bits of f_mode: the mode it was opened with, and the capabilities of its type. */
export const FMODE_READ = 0x1;
export const FMODE_WRITE = 0x2;
export const FMODE_CAN_READ = 0x20000;
export const FMODE_CAN_WRITE = 0x40000;

/** Convert O_RDONLY, O_WRONLY or O_RDWR to FMODE_READ and FMODE_WRITE. @linux include/linux/fs.h */
export function OPEN_FMODE(flags: number): number {
  return (flags + 1) & O_ACCMODE;
}

/** An open file: what a descriptor points to. */
export class file {
  f_op: file_operations;
  /** O_… flags; F_SETFL changes some of them. */
  f_flags: number;
  /** FMODE_… */
  f_mode: number;
  f_count = 1;
  /** Data of the file's type, for example the socket. Only the functions in f_op know its type. */
  private_data: unknown;
  ino: number;
  /** What watches this file in epoll; null: nothing does. */
  f_ep: Set<epitem> | null = null;

  constructor(f_op: file_operations, f_flags: number, private_data: unknown, ino: number) {
    this.f_op = f_op;
    this.f_flags = f_flags;
    this.f_mode = OPEN_FMODE(f_flags);
    if ((this.f_mode & FMODE_READ) !== 0 && f_op.read !== undefined) this.f_mode |= FMODE_CAN_READ;
    if ((this.f_mode & FMODE_WRITE) !== 0 && f_op.write !== undefined) this.f_mode |= FMODE_CAN_WRITE;
    this.private_data = private_data;
    this.ino = ino;
  }
}
