/** The BSD socket's beginning and end. @linux net/socket.c */
import type { Machine } from '../../machine.ts';
import { socket } from '../../include/linux/net.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { module_put } from '../../kernel/module.ts';
import { sock_inuse_add } from '../core/sock/alloc.ts';

/** A new socket; null at the limit of inodes. @linux net/socket.c */
export function sock_alloc(machine: Machine): socket | null {
  if (machine.faults.should_fail('sock_alloc') || machine.init_net.sockets_in_use >= machine.max_sockets)
    return null;
  sock_inuse_add(machine.init_net, 1);
  return new socket(machine);
}

/** Let the family let go of the socket, then free it. @linux net/socket.c */
export function* __sock_release(machine: Machine, sock: socket): Sleeps<void> {
  if (sock.ops !== null) {
    const { owner } = sock.ops;
    yield* sock.ops.release(sock);
    sock.sk = null;
    sock.ops = null;
    module_put(owner);
  }
  sock_inuse_add(machine.init_net, -1);
  sock.file = null;
}
/** Give up a socket that has no file, or lost it. @linux net/socket.c */
export function* sock_release(machine: Machine, sock: socket): Sleeps<void> {
  yield* __sock_release(machine, sock);
}
