/** File descriptors. @linux fs/file.c, fs/file_table.c, fs/open.c */
import type { files_struct } from '../include/linux/fdtable.ts';
import { file, type file_operations } from '../include/linux/fs.ts';
import type { Sleeps, task_struct } from '../include/linux/sched.ts';
import { EBADF, EINVAL, EMFILE, ENFILE, type Errno } from '../include/uapi/asm-generic/errno.ts';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
} from '../include/uapi/asm-generic/fcntl.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../include/uapi/linux/socket.ts';
import { NO_SLEEP } from '../kernel/sched/no_sleep.ts';
import type { Machine } from '../machine.ts';
import { eventpoll_release } from './eventpoll/items.ts';

/** The number of open files and its limit: fs.file-nr, fs.file-max. */
export class files_stat {
  nr_files = 0;
  max_files = 1_000_000;
  next_ino = 1;
}

/** Reserve the lowest free descriptor. @returns the descriptor, or -EMFILE. @linux fs/file.c */
export function get_unused_fd_flags(task: task_struct, flags: number): number | Errno {
  const { files } = task;
  let fd = files.next_fd;
  while (files.open_fds.has(fd)) fd++;
  if (fd >= files.rlimit_nofile) return -EMFILE;
  files.open_fds.add(fd);
  files.next_fd = fd + 1;
  if ((flags & O_CLOEXEC) !== 0) files.close_on_exec.add(fd);
  else files.close_on_exec.delete(fd);
  files.fd[fd] = null;
  return fd;
}
/** Release a reserved descriptor. @linux fs/file.c */
export function put_unused_fd(task: task_struct, fd: number): void {
  __put_unused_fd(task.files, fd);
}
function __put_unused_fd(files: files_struct, fd: number): void {
  files.open_fds.delete(fd);
  files.close_on_exec.delete(fd);
  if (fd < files.next_fd) files.next_fd = fd;
}
/** Install a file at a reserved descriptor. @linux fs/file.c */
export function fd_install(task: task_struct, fd: number, opened: file): void {
  task.files.fd[fd] = opened;
}
/**
 * The file of a descriptor, with a reference: another thread may close the descriptor while this call sleeps.
 * fput() drops the reference.
 *
 * @linux include/linux/file.h
 */
export function fdget(task: task_struct, fd: number): file | null {
  const opened = task.files.fd[fd] ?? null;
  if (opened !== null) opened.f_count++;
  return opened;
}

/** Allocate a file. @returns the file, or -ENFILE at the system's limit. @linux fs/file_table.c */
export function alloc_file(
  machine: Machine,
  f_op: file_operations,
  flags: number,
  private_data: unknown,
): file | Errno {
  const { files } = machine;
  if (files.nr_files >= files.max_files) return -ENFILE;
  files.nr_files++;
  return new file(f_op, flags, private_data, files.next_ino++);
}
/** Drop a reference; the last one closes the file. @linux fs/file_table.c */
export function fput(machine: Machine, opened: file): Sleeps<void> {
  return --opened.f_count === 0 ? __fput(machine, opened) : NO_SLEEP;
}
function* __fput(machine: Machine, opened: file): Sleeps<void> {
  eventpoll_release(opened);
  if (opened.f_op.release !== undefined) yield* opened.f_op.release(opened);
  machine.files.nr_files--;
}

/** close(). @returns 0 or -EBADF. @linux fs/open.c */
export function* sys_close(machine: Machine, fd: number): Sleeps<Errno> {
  return yield* close_fd(machine.current, fd);
}
/** Close a descriptor. @returns 0 or -EBADF. @linux fs/file.c */
export function* close_fd(task: task_struct, fd: number): Sleeps<Errno> {
  const { files } = task;
  const opened = files.fd[fd] ?? null;
  if (opened === null) return -EBADF;
  files.fd[fd] = null;
  __put_unused_fd(files, fd);
  yield* fput(task.machine, opened);
  return 0;
}
/** The process ends: close all descriptors. @linux fs/file.c */
export function* exit_files(task: task_struct): Sleeps<void> {
  if (--task.files.count > 0) return;
  for (const fd of [...task.files.open_fds].sort((a, b) => a - b)) yield* close_fd(task, fd);
}

/** Duplicate a descriptor to the lowest free one at or above `from`. @linux fs/file.c */
export function f_dupfd(task: task_struct, from: number, opened: file, flags: number): number | Errno {
  const { files } = task;
  if (from < 0 || from >= files.rlimit_nofile) return -EINVAL;
  let fd = from;
  while (files.open_fds.has(fd)) fd++;
  if (fd >= files.rlimit_nofile) return -EMFILE;
  files.open_fds.add(fd);
  if ((flags & O_CLOEXEC) !== 0) files.close_on_exec.add(fd);
  opened.f_count++;
  files.fd[fd] = opened;
  return fd;
}

/** fcntl(). @returns the command's result; -EBADF, -EINVAL, -EMFILE. @linux fs/fcntl.c */
export function do_fcntl(task: task_struct, fd: number, cmd: number, arg: number): number | Errno {
  const { files } = task;
  // This function does not sleep, so it needs no reference.
  const opened = files.fd[fd] ?? null;
  if (opened === null) return -EBADF;
  switch (cmd) {
    case F_DUPFD:
      return f_dupfd(task, arg, opened, 0);
    case F_DUPFD_CLOEXEC:
      return f_dupfd(task, arg, opened, O_CLOEXEC);
    case F_GETFD:
      return files.close_on_exec.has(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      if ((arg & FD_CLOEXEC) !== 0) files.close_on_exec.add(fd);
      else files.close_on_exec.delete(fd);
      return 0;
    case F_GETFL:
      return opened.f_flags;
    case F_SETFL:
      opened.f_flags = (opened.f_flags & ~O_NONBLOCK) | (arg & O_NONBLOCK);
      return 0;
    default:
      return -EINVAL;
  }
}
