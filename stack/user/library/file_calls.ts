/** The calls of a scenario on its file descriptors, of whatever kind. */
import { do_fcntl, sys_close } from '../../fs/file.ts';
import { sys_ioctl } from '../../fs/ioctl.ts';
import { ksys_read, ksys_write } from '../../fs/read_write.ts';
import type { World } from '../../world/world.ts';
import { toBytes, toInt, toReceiveBuffer } from '../arguments.ts';
import { syscall } from '../syscall.ts';
import { atomic, hereIn, received } from './calls.ts';

export function fileCalls(world: World) {
  const here = hereIn(world);
  return {
    read(fd: number, into?: unknown) {
      const { buffer, own } = toReceiveBuffer(into, 'read');
      const body = ksys_read(here(), toInt(fd, 'fd', 'read'), buffer);
      return syscall<number | Uint8Array>(
        here(),
        'read',
        [fd, buffer.length],
        own ? body : received(body, buffer),
      );
    },
    write(fd: number, data: unknown) {
      const bytes = toBytes(data, 'write');
      return syscall(
        here(),
        'write',
        [fd, bytes.length],
        ksys_write(here(), toInt(fd, 'fd', 'write'), bytes),
      );
    },
    close(fd: number) {
      return syscall(here(), 'close', [fd], sys_close(here(), toInt(fd, 'fd', 'close')));
    },
    fcntl(fd: number, cmd: number, arg = 0) {
      const ints = [
        toInt(fd, 'fd', 'fcntl'),
        toInt(cmd, 'cmd', 'fcntl'),
        toInt(arg, 'arg', 'fcntl'),
      ] as const;
      return syscall(
        here(),
        'fcntl',
        ints,
        atomic(() => do_fcntl(here().current, ...ints)),
      );
    },
    ioctl(fd: number, cmd: number, arg?: unknown) {
      return syscall(
        here(),
        'ioctl',
        [fd, cmd, arg],
        sys_ioctl(here(), toInt(fd, 'fd', 'ioctl'), toInt(cmd, 'cmd', 'ioctl'), arg),
      );
    },
  };
}
