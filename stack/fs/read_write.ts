/** read() and write() for all file types. @linux fs/read_write.c */
import { type file, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_READ, FMODE_WRITE } from '../include/linux/fs.ts';
import type { Sleeps } from '../include/linux/sched.ts';
import { EBADF, EINVAL, type Errno } from '../include/uapi/asm-generic/errno.ts';
import type { Machine } from '../machine.ts';
import { fdget, fput } from './file.ts';

/**
 * @returns bytes read, or -EBADF (not open for reading), -EINVAL (the file type cannot be read) …
 *
 * @linux fs/read_write.c
 */
export function* vfs_read(opened: file, buffer: Uint8Array): Sleeps<number | Errno> {
  if ((opened.f_mode & FMODE_READ) === 0) return -EBADF;
  if ((opened.f_mode & FMODE_CAN_READ) === 0) return -EINVAL;
  return yield* opened.f_op.read!(opened, buffer);
}
/**
 * @returns bytes written, or -EBADF (not open for writing), -EINVAL (the file type cannot be written) …
 *
 * @linux fs/read_write.c
 */
export function* vfs_write(opened: file, buffer: Uint8Array): Sleeps<number | Errno> {
  if ((opened.f_mode & FMODE_WRITE) === 0) return -EBADF;
  if ((opened.f_mode & FMODE_CAN_WRITE) === 0) return -EINVAL;
  return yield* opened.f_op.write!(opened, buffer);
}

/** read(). @linux fs/read_write.c */
export function* ksys_read(machine: Machine, fd: number, buffer: Uint8Array): Sleeps<number | Errno> {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  const count = yield* vfs_read(opened, buffer);
  yield* fput(machine, opened);
  return count;
}
/** write(). @linux fs/read_write.c */
export function* ksys_write(machine: Machine, fd: number, buffer: Uint8Array): Sleeps<number | Errno> {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  const count = yield* vfs_write(opened, buffer);
  yield* fput(machine, opened);
  return count;
}
