/** ioctl() for all file types. @linux fs/ioctl.c */
import type { file } from '../include/linux/fs.ts';
import type { Sleeps } from '../include/linux/sched.ts';
import { EBADF, ENOIOCTLCMD, ENOTTY, type Errno } from '../include/uapi/asm-generic/errno.ts';
import { O_NONBLOCK } from '../include/uapi/linux/socket.ts';
import { FIONBIO } from '../include/uapi/linux/sockios.ts';
import type { Machine } from '../machine.ts';
import { fdget, fput } from './file.ts';

/**
 * ioctl().
 *
 * @returns the command's result; -EBADF, -ENOTTY (the file type has no such command) …
 * @linux fs/ioctl.c
 */
export function* sys_ioctl(machine: Machine, fd: number, cmd: number, arg: unknown): Sleeps<number | Errno> {
  const opened = fdget(machine.current, fd);
  if (opened === null) return -EBADF;
  let result = do_vfs_ioctl(opened, cmd, arg);
  if (result === -ENOIOCTLCMD) result = yield* vfs_ioctl(opened, cmd, arg);
  yield* fput(machine, opened);
  return result;
}
/** Commands that every file supports; -ENOIOCTLCMD for others. @linux fs/ioctl.c */
function do_vfs_ioctl(opened: file, cmd: number, arg: unknown): number | Errno {
  if (cmd !== FIONBIO) return -ENOIOCTLCMD;
  opened.f_flags = arg ? opened.f_flags | O_NONBLOCK : opened.f_flags & ~O_NONBLOCK;
  return 0;
}
/** Commands of the file's type; -ENOTTY for an unknown command. @linux fs/ioctl.c */
function* vfs_ioctl(opened: file, cmd: number, arg: unknown): Sleeps<number | Errno> {
  if (opened.f_op.ioctl === undefined) return -ENOTTY;
  const result = yield* opened.f_op.ioctl(opened, cmd, arg);
  return result === -ENOIOCTLCMD ? -ENOTTY : result;
}
