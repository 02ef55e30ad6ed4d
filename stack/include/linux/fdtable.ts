/** A process's table of open files. @linux include/linux/fdtable.h */
import type { file } from './fs.ts';

/** A process's descriptors. Threads share one. */
export class files_struct {
  count = 1;
  /** Open files by descriptor; null: the descriptor is free or only reserved. */
  fd: (file | null)[] = [];
  open_fds = new Set<number>();
  close_on_exec = new Set<number>();
  next_fd = 0;
  /** RLIMIT_NOFILE: one more than the largest descriptor. */
  rlimit_nofile = 1024;
}
