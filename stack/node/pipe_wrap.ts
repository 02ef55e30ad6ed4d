/**
 * Node's handles of Unix domain sockets. The machine has none, and one of the host's would let the program go
 * on outside of its process: its callbacks would be called by the host's event loop.
 */
import { EAFNOSUPPORT } from '../include/uapi/asm-generic/errno.ts';
import { binding, replaceMethods } from './native.ts';
import type { uv_loop } from './uv/loop.ts';

/** Refuses them as a kernel without CONFIG_UNIX does. */
export function install_pipe_wrap(current: () => uv_loop | null): void {
  const { Pipe } = binding('pipe_wrap');
  const not_supported = () => -EAFNOSUPPORT;
  replaceMethods(Pipe.prototype, () => current() !== null, {
    bind: not_supported,
    connect: not_supported,
  });
}
