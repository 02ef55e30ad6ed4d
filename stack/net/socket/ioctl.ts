/** ioctl() on a socket: what the interface layer answers itself goes no further. @linux net/socket.c */
import type { socket } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import type { Errno } from '../../include/uapi/asm-generic/errno.ts';

export const FIONBIO = 0x5421;

/** @returns by command, or -ENOTTY. @linux net/socket.c */
export function* sock_ioctl(sock: socket, cmd: number, arg: unknown): Sleeps<number | Errno> {
  return yield* sock.ops!.ioctl(sock, cmd, arg);
}
