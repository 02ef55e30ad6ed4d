/** Open files and a process's table of them. @linux include/linux/fdtable.h, include/linux/fs.h */
import type { Errno } from '../uapi/asm-generic/errno.ts';
import type { Sleeps } from './sched.ts';
import type { poll_table } from './poll.ts';
import type { socket } from './net.ts';

export interface file_operations {
  /** What stands in /proc/PID/fd: 'socket'. */
  name: string;
  read(file: file, buffer: Uint8Array): Sleeps<number | Errno>;
  write(file: file, buffer: Uint8Array): Sleeps<number | Errno>;
  poll(file: file, wait: poll_table | null): number;
  ioctl(file: file, cmd: number, arg: unknown): Sleeps<number | Errno>;
  release(file: file): Sleeps<void>;
}

/** An open file: what a descriptor points to. */
export class file {
  f_op: file_operations;
  f_flags: number;
  f_count = 1;
  /** The socket. */
  private_data: socket | null;
  ino: number;

  constructor(f_op: file_operations, f_flags: number, private_data: socket | null, ino: number) {
    this.f_op = f_op;
    this.f_flags = f_flags;
    this.private_data = private_data;
    this.ino = ino;
  }
}

/** A process's descriptors. Threads share one. */
export class files_struct {
  count = 1;
  /** By descriptor; null where one is free or only reserved. */
  fd: (file | null)[] = [];
  open_fds = new Set<number>();
  close_on_exec = new Set<number>();
  next_fd = 0;
  /** RLIMIT_NOFILE: one more than the largest descriptor. */
  rlimit_nofile = 1024;
}
